//! What a result means for the till. Evidence decides, never a text on a display.
//!
//! Sources: the result list of IFSF/OPI with the additions of CCV and Nexi; the status rules of the Nexi proxy; the
//! recovery of CCV's embedded firmware. A result that nobody lists is unknown, not a refusal.

use crate::id::Id;
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Outcome, Reason};
use crate::opi::message::{Lost, OverallResult};

/// What an answer is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Whether the request may have moved money.
    pub moves_money: bool,
    /// The result, if the answer holds one.
    pub result: Option<&'a OverallResult>,
    /// What else it says.
    pub facts: &'a Facts,
    /// What showed in values that could not be kept: it speaks against a refusal as the values would.
    pub lost: Lost,
    /// Whether the terminal had already asked for something on the other channel: then it was not simply busy.
    pub prompted: bool,
    /// Whether the answer came later than [`limits::AT_ONCE`]: then the request may have been begun, even if the terminal's
    /// calls do not reach the till (Nexi, OPI flows: a firewall before the callback port).
    pub late: bool,
    /// The amount asked for, where the answer's amount is to be compared with it.
    pub asked: Option<Money>,
}

impl Evidence<'_> {
    /// An amount of zero, where one was asked for.
    fn books_nothing(&self) -> bool {
        let (asked, booked) = (self.asked.map(Money::minor), self.facts.amount.map(Money::minor));
        asked.is_some_and(|asked| asked > 0) && booked == Some(0)
    }
}

/// The outcome that the evidence allows, and why.
#[must_use]
pub fn classify(evidence: &Evidence<'_>) -> (Outcome, Option<Reason>) {
    let Some(result) = evidence.result else {
        return (Outcome::Unknown, Some(Reason::MissingResult));
    };
    if evidence.moves_money { financial(evidence, result) } else { service(evidence, result) }
}

fn financial(evidence: &Evidence<'_>, result: &OverallResult) -> (Outcome, Option<Reason>) {
    let facts = evidence.facts;
    let refused = |reason| (Outcome::Declined, Some(reason));
    let unknown = |reason| (Outcome::Unknown, Some(reason));
    // A refusal is believed only if nothing in the same answer speaks against it.
    let unless =
        |contradicted: bool, reason| if contradicted { unknown(Reason::Contradiction) } else { refused(reason) };
    let approved = facts.approval_code.is_some() || evidence.lost == Lost::Approval;
    let card = facts.show_a_card() || evidence.lost >= Lost::Card;
    let authorisation = facts.show_an_authorisation() || evidence.lost >= Lost::Reference;
    let begun = evidence.prompted || evidence.late;
    match result {
        // Approved, and nothing booked: one of them is wrong.
        OverallResult::Success if evidence.books_nothing() => unknown(Reason::Contradiction),
        OverallResult::Success => (Outcome::Approved, remark(evidence)),
        // IFSF: done in part. With an authorisation it is booked and looked at. What was declined has a reference, too.
        OverallResult::PartialFailure if facts.show_an_authorisation() && !facts.show_a_decline() => {
            (Outcome::Approved, Some(Reason::CheckReceipt))
        }
        OverallResult::PartialFailure => unknown(Reason::AuthorisationUnknown),
        OverallResult::Failure if approved => unknown(Reason::Contradiction),
        OverallResult::Failure => failure(facts),
        OverallResult::Aborted if approved => unknown(Reason::Contradiction),
        OverallResult::Aborted => (Outcome::Aborted, Some(Reason::Stopped)),
        // Nexi proxy: a time-out with signs of a card may be a payment; without (Q30: brand OTHR) it is none.
        OverallResult::TimedOut => unless(card, Reason::TimedOut),
        OverallResult::CommunicationError => unless(card, Reason::HostUnreachable),
        // Not begun, unless the card holder was prompted already or a card shows. Nexi SDKs: a terminal without a printer
        // that is to print says `DeviceUnavailable`, and holds the receipt.
        OverallResult::DeviceUnavailable => unless(begun || card, Reason::DeviceUnavailable),
        OverallResult::Busy => unless(begun || card, Reason::Busy),
        // The terminal may show on the till what it waits for.
        OverallResult::PrintLastTicket => unless(evidence.late || authorisation, Reason::PrintLastTicket),
        OverallResult::LoggedOut => unless(authorisation, Reason::LoggedOut),
        OverallResult::UnknownCard => unless(authorisation, Reason::UnknownCard),
        OverallResult::NotSupported => unless(authorisation, Reason::NotSupported),
        OverallResult::FormatError
        | OverallResult::ParsingError
        | OverallResult::ValidationError
        | OverallResult::MissingMandatoryData => unless(authorisation, Reason::Rejected),
        // Successes of other families, `Unknown`, and words that nobody lists.
        _ => unknown(Reason::UnlistedResult),
    }
}

fn failure(facts: &Facts) -> (Outcome, Option<Reason>) {
    let terminal = facts.terminal_decline_reason.as_ref().map_or("", |code| code.as_str());
    match terminal.trim_start_matches('0') {
        _ if facts.approval_code.is_some() => (Outcome::Unknown, Some(Reason::Contradiction)),
        _ if declined(&facts.host_decline_reason) => (Outcome::Declined, Some(Reason::HostDeclined)),
        // Nexi SDKs: the card holder pressed stop.
        "107" => (Outcome::Aborted, Some(Reason::Stopped)),
        // Nexi proxy: the answer of the authorisation is not known.
        "1" => (Outcome::Unknown, Some(Reason::AuthorisationUnknown)),
        // Nexi SDKs: no connection to the payment server.
        "569" | "579" => (Outcome::Declined, Some(Reason::HostUnreachable)),
        _ => (Outcome::Declined, Some(Reason::TerminalRefused)),
    }
}

/// What there is to say about an approval.
fn remark(evidence: &Evidence<'_>) -> Option<Reason> {
    // Approved, and yet a reason of the host why not: booked, and looked at.
    if declined(&evidence.facts.host_decline_reason) {
        return Some(Reason::CheckReceipt);
    }
    let (asked, booked) = (evidence.asked?, evidence.facts.amount?);
    if booked.currency() != asked.currency() {
        return Some(Reason::CheckReceipt);
    }
    (booked.minor() < asked.minor()).then_some(Reason::PartialApproval)
}

/// Whether a reason is given: zeros are none.
fn declined(reason: &Option<Id<{ limits::NUMBER_ID }>>) -> bool {
    reason.as_ref().is_some_and(|code| code.as_str().bytes().any(|byte| byte != b'0'))
}

fn service(evidence: &Evidence<'_>, result: &OverallResult) -> (Outcome, Option<Reason>) {
    let refused = |reason| (Outcome::Declined, Some(reason));
    match result {
        OverallResult::Success
        | OverallResult::Activated
        | OverallResult::AlreadyActivated
        | OverallResult::Deactivated
        | OverallResult::AlreadyDeactivated
        | OverallResult::DayClosed => (Outcome::Done, None),
        // IFSF Diagnosis: usable, but warn.
        OverallResult::PartialFailure => (Outcome::Done, Some(Reason::CheckReceipt)),
        OverallResult::Failure => match failure(evidence.facts) {
            (_, reason @ Some(Reason::Stopped)) => (Outcome::Aborted, reason),
            (_, reason) => (Outcome::Declined, reason),
        },
        OverallResult::Aborted => (Outcome::Aborted, Some(Reason::Stopped)),
        OverallResult::TimedOut => refused(Reason::TimedOut),
        OverallResult::CommunicationError => refused(Reason::HostUnreachable),
        OverallResult::DeviceUnavailable => refused(Reason::DeviceUnavailable),
        OverallResult::Busy => refused(Reason::Busy),
        OverallResult::PrintLastTicket => refused(Reason::PrintLastTicket),
        OverallResult::LoggedOut => refused(Reason::LoggedOut),
        OverallResult::UnknownCard => refused(Reason::UnknownCard),
        OverallResult::NotSupported => refused(Reason::NotSupported),
        OverallResult::FormatError
        | OverallResult::ParsingError
        | OverallResult::ValidationError
        | OverallResult::MissingMandatoryData => refused(Reason::Rejected),
        _ => (Outcome::Unknown, Some(Reason::UnlistedResult)),
    }
}
