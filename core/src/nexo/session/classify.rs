//! What an answer means for the till. Evidence decides, never a text for people.
//!
//! Sources: the meanings of the error conditions in nexo, as other acceptors publish them (DataMesh data model), and what
//! Adyen documents of its refusals. A condition that nobody lists is unknown, not a refusal.

use super::answer::{Answer, Hint};
use crate::money::Money;
use crate::nexo::vocabulary::{ErrorCondition, ResultType};
use crate::operation::{Outcome, Reason};
use crate::proof::{Mistake, mistake};

/// What an answer is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Whether the request may have moved money.
    pub moves_money: bool,
    /// What the answer says.
    pub answer: &'a Answer,
    /// The amount asked for.
    pub asked: Option<Money>,
}

/// The outcome that the evidence allows, and why.
#[must_use]
pub fn classify(evidence: &Evidence<'_>) -> (Outcome, Option<Reason>) {
    let answer = evidence.answer;
    let unknown = |reason| (Outcome::Unknown, Some(reason));
    match (answer.result, answer.condition) {
        (None, _) if answer.unlisted => unknown(Reason::UnlistedResult),
        (None, _) => unknown(Reason::MissingResult),
        (Some(ResultType::Success), _) if evidence.moves_money => approved(evidence),
        (Some(ResultType::Success), _) => (Outcome::Done, None),
        // Done in part. With an authorisation it is booked and looked at.
        (Some(ResultType::Partial), _) if !evidence.moves_money => (Outcome::Done, Some(Reason::CheckReceipt)),
        (Some(ResultType::Partial), _) if answer.shows_an_approval => {
            (Outcome::Approved, Some(Reason::PartialApproval))
        }
        (Some(ResultType::Partial), _) => unknown(Reason::AuthorisationUnknown),
        (Some(ResultType::Failure), None) if answer.unlisted => unknown(Reason::UnlistedResult),
        (Some(ResultType::Failure), None) => unknown(Reason::MissingResult),
        // A refusal is believed only if nothing in the same answer speaks against it.
        (Some(ResultType::Failure), Some(_)) if evidence.moves_money && answer.shows_an_approval => {
            unknown(Reason::Contradiction)
        }
        (Some(ResultType::Failure), Some(condition)) => refused(evidence, condition),
    }
}

fn approved(evidence: &Evidence<'_>) -> (Outcome, Option<Reason>) {
    let facts = &evidence.answer.facts;
    let remark = |reason| (Outcome::Approved, Some(reason));
    match (evidence.asked, facts.amount) {
        (Some(asked), Some(booked)) if booked.currency() != asked.currency() => remark(Reason::CheckReceipt),
        // Approved, and nothing authorised: one of them is wrong.
        (Some(asked), Some(booked)) if booked.minor() == 0 && asked.minor() > 0 => {
            (Outcome::Unknown, Some(Reason::Contradiction))
        }
        (Some(asked), Some(booked)) if booked.minor() < asked.minor() => remark(Reason::PartialApproval),
        // Adyen docs: refund a payment. The end comes later, by other ways.
        _ if evidence.answer.is_reversal => remark(Reason::HostDecidesLater),
        _ => (Outcome::Approved, None),
    }
}

fn refused(evidence: &Evidence<'_>, condition: ErrorCondition) -> (Outcome, Option<Reason>) {
    let money = evidence.moves_money;
    let declined = |reason| (Outcome::Declined, Some(reason));
    let unknown = |reason| (Outcome::Unknown, Some(reason));
    match condition {
        ErrorCondition::Aborted | ErrorCondition::Cancel => (Outcome::Aborted, Some(Reason::Stopped)),
        ErrorCondition::Refusal | ErrorCondition::WrongPin => declined(Reason::HostDeclined),
        ErrorCondition::InvalidCard => declined(Reason::UnknownCard),
        ErrorCondition::PaymentRestriction | ErrorCondition::NotAllowed => declined(Reason::TerminalRefused),
        // nexo: temporary, and may be repeated.
        ErrorCondition::UnreachableHost => declined(Reason::HostUnreachable),
        ErrorCondition::LoggedOut => declined(Reason::LoggedOut),
        ErrorCondition::UnavailableService => declined(Reason::NotSupported),
        ErrorCondition::UnavailableDevice | ErrorCondition::DeviceOut => declined(Reason::DeviceUnavailable),
        // What it is busy with may be this very request, if something on the way sent it twice.
        ErrorCondition::Busy if money && evidence.answer.hint == Hint::Repeated => unknown(Reason::Busy),
        ErrorCondition::Busy => declined(Reason::Busy),
        // An id used before is answered so, too, and then the message may have been taken when it came first. Only an
        // answer that names a place in the message says that it was never taken.
        ErrorCondition::MessageFormat if mistake(Mistake::EndsByADuplicate) => declined(Reason::Rejected),
        ErrorCondition::MessageFormat if money && evidence.answer.hint != Hint::NamesAPlace => {
            unknown(Reason::Rejected)
        }
        ErrorCondition::MessageFormat => declined(Reason::Rejected),
        // nexo: the transaction that is to be reversed is not known.
        ErrorCondition::NotFound if evidence.answer.is_reversal || !money => declined(Reason::TerminalRefused),
        ErrorCondition::InProgress if !money => declined(Reason::Busy),
        // None of them answers a payment.
        ErrorCondition::NotFound | ErrorCondition::InProgress | ErrorCondition::InsertedCard => {
            if money {
                unknown(Reason::UnlistedResult)
            } else {
                declined(Reason::TerminalRefused)
            }
        }
    }
}
