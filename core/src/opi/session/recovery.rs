//! What is asked about a request whose result is unknown, and what settles it.
//!
//! Nothing that is asked here moves money. The order is the dialect's: RepeatLastMessage, whose answer names the
//! message that it repeats; then TicketReprint, whose receipt may be evidence (CCV's embedded firmware, Nexi SDKs,
//! Nexi proxy). What belongs to another lane or another request settles nothing.

use core::time::Duration;

use heapless::Deque;

use super::answer::Answer;
use super::flow::Current;
use super::lane::{Outgoing, What};
use super::request::Asking;
use super::table::Signal;
use super::{Evidence, Next, Session, classify};
use crate::drive::Link;
use crate::frame;
use crate::id::{Id, RequestId};
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Operation, Outcome, Reason, SettledBy};
use crate::opi::message::{OriginalHeader, OverallResult, Part, Place, RequestType};
use crate::proof::{Mistake, mistake};
use crate::time::{self, WallTime};

/// A question to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    RepeatLast,
    Reprint,
}

/// The questions about one request.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    /// What is still to be asked, in order.
    questions: Deque<Question, 2>,
    /// How often the first of them was asked.
    tries: u8,
    /// A question was refused because receipts are to be fetched first. Heeded once.
    ticket_first: bool,
    /// Only the receipts are to be fetched; the outcome is clear.
    errand: bool,
    /// The number of the question under way.
    pub(super) request_id: Option<RequestId>,
    pub(super) answer: Answer,
    /// What receipts showed while the question was under way.
    pub(super) receipt: ReceiptFacts,
}

/// What a receipt shows of its transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct ReceiptFacts {
    amount: Option<Money>,
    trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
}

/// What a heard answer comes to.
#[allow(clippy::large_enum_variant)] // Made once, and taken apart at once.
pub(super) enum Weight {
    /// It settles the request.
    Settles(Outcome, Option<Reason>, SettledBy, Facts),
    /// It says nothing about the request; the next question may.
    Nothing,
    /// The terminal cannot answer now.
    Later,
    /// The terminal cannot be reached: not by another question either.
    Unreached,
    /// Receipts are to be fetched first.
    TicketFirst,
}

impl Question {
    const fn operation(self) -> Operation {
        match self {
            Self::RepeatLast => Operation::RepeatLast,
            Self::Reprint => Operation::Reprint,
        }
    }

    const fn verb(self) -> RequestType {
        match self {
            Self::RepeatLast => RequestType::RepeatLastMessage,
            Self::Reprint => RequestType::TicketReprint,
        }
    }
}

impl Inquiry {
    /// Everything that the dialect can be asked.
    fn about(recovery: &[RequestType]) -> Self {
        let all = [Question::RepeatLast, Question::Reprint].into_iter();
        Self::with(all.filter(|question| recovery.contains(&question.verb())), false)
    }

    /// Fetches receipts, and asks nothing.
    fn errand() -> Self {
        Self::with([Question::Reprint].into_iter(), true)
    }

    fn with(questions: impl Iterator<Item = Question>, errand: bool) -> Self {
        Self {
            questions: in_order(questions),
            tries: 0,
            ticket_first: false,
            errand,
            request_id: None,
            answer: Answer::default(),
            receipt: ReceiptFacts::default(),
        }
    }

    fn question(&self) -> Option<Question> {
        self.questions.front().copied()
    }

    /// The request type of the question under way.
    pub(super) fn verb(&self) -> Option<RequestType> {
        self.question().map(Question::verb)
    }

    /// Goes on to what is to be asked after this; `false` if nothing is.
    fn go_on(&mut self, weight: &Weight) -> bool {
        match weight {
            Weight::Later | Weight::Unreached if self.tries + 1 < limits::PROBES => {
                self.tries += 1;
                return true;
            }
            Weight::Unreached => self.questions.clear(),
            Weight::TicketFirst if !self.ticket_first => {
                self.ticket_first = true;
                self.questions = in_order([Question::Reprint, Question::RepeatLast].into_iter());
            }
            _ => drop(self.questions.pop_front()),
        }
        self.tries = 0;
        !self.questions.is_empty()
    }
}

impl ReceiptFacts {
    /// Takes in one part of a device request.
    pub(super) fn collect(&mut self, part: &Part<'_>) {
        match part {
            Part::Total(total, Place::TransactionInfo) => self.amount = total.money().or(self.amount),
            Part::TransactionInfo(info) => {
                self.trx_reference_number.clone_from(&info.trx_reference_number);
                self.approval_code.clone_from(&info.authorisation_code);
                self.time_stamp = info.date_and_time.as_ref().and_then(|text| Id::new(text.as_str()).ok());
            }
            _ => {}
        }
    }

    /// The name that the transaction has with the terminal.
    pub(super) fn reference(&self) -> Option<Id<{ limits::LONG_ID }>> {
        let approval = self.approval_code.as_ref().and_then(|code| Id::new(code.as_str()).ok());
        self.trx_reference_number.clone().or(approval)
    }
}

fn in_order(questions: impl Iterator<Item = Question>) -> Deque<Question, 2> {
    let mut all = Deque::new();
    for question in questions {
        // There are two kinds, and none comes twice.
        let _ = all.push_back(question);
    }
    all
}

impl<const D: usize> Session<'_, D> {
    /// The end of the request is in doubt: asks, if there is something to ask.
    pub(super) fn doubt(&mut self, reason: Reason) -> Option<Next> {
        if reason != Reason::Deadline {
            // After a mere time-out the answer may still come where it was expected.
            self.drop_link(Link::Request);
        }
        let recovery = self.settings.profile.recovery;
        let current = self.current.as_mut()?;
        current.verdict = (Outcome::Unknown, Some(reason));
        if mistake(Mistake::TakesSilenceForARefusal) {
            current.verdict = (Outcome::Declined, Some(reason));
            self.signal(Signal::Concluded);
            return None;
        }
        if mistake(Mistake::ResendsAfterTimeOut) && reason == Reason::Deadline {
            self.drop_link(Link::Request);
            self.phase = super::Phase::Opening;
            self.todo = Some(super::Effect::Listen);
            return None;
        }
        if !current.moves_money() || recovery.is_empty() {
            self.signal(Signal::Concluded);
            return None;
        }
        current.inquiry = Some(Inquiry::about(recovery));
        self.signal(Signal::Again);
        Some(Next::InDoubt(reason))
    }

    /// Receipts of an earlier payment block the lane: fetches them. The payment itself is not sent again.
    pub(super) fn fetch_receipts(&mut self) {
        self.drop_link(Link::Request);
        if let Some(current) = &mut self.current {
            current.inquiry = Some(Inquiry::errand());
        }
        self.signal(Signal::Again);
    }

    /// Begins to ask about the unresolved request.
    pub(super) fn resume(&mut self) {
        let inquiry = Inquiry::about(self.settings.profile.recovery);
        let asks = inquiry.question().is_some();
        if let Some(current) = &mut self.current {
            current.inquiry = Some(inquiry);
        }
        self.signal(if asks { Signal::Again } else { Signal::Concluded });
    }

    /// How long the terminal is left alone before the next question.
    pub(super) fn pause(&self) -> Duration {
        match self.current.as_ref().and_then(|current| current.inquiry.as_ref()) {
            Some(Inquiry { errand: true, tries: 0, .. }) => Duration::ZERO,
            _ => self.settings.timeouts.probe_pause,
        }
    }

    /// Sends the next question.
    pub(super) fn ask(&mut self, tx: &mut [u8]) -> Option<Next> {
        let now = self.now;
        let until = now.after(self.settings.timeouts.send);
        let request_id = self.counters.request();
        let current = self.current.as_mut()?;
        current.foreign = false;
        let at = current.wall(now);
        let inquiry = current.inquiry.as_mut()?;
        let question = inquiry.question()?;
        inquiry.request_id = Some(request_id);
        inquiry.answer = Answer::default();
        inquiry.receipt = ReceiptFacts::default();
        let asking = Asking {
            settings: &self.settings,
            operation: &question.operation(),
            reference: None,
            request_id,
            request_type: &question.verb(),
            at,
        };
        match frame::encode(tx, |out| asking.encode(out)) {
            Ok(length) => {
                self.deadlines.phase = Some(until);
                self.lanes.request.outgoing = Some(Outgoing { what: What::Request, length, until: None });
                Some(Next::Send { link: Link::Request, length })
            }
            Err(_) => {
                self.signal(Signal::NotEncodable);
                None
            }
        }
    }

    /// The question came to nothing.
    pub(super) fn miss(&mut self, weight: &Weight) {
        self.drop_link(Link::Request);
        self.go_on(weight);
    }

    /// Weighs the answer to the question.
    pub(super) fn weigh(&mut self) {
        self.drop_link(Link::Request);
        let workstation = self.settings.workstation.as_str();
        let alone = self.settings.alone_at_terminal;
        let near = self.settings.timeouts.near;
        let Some(current) = &mut self.current else { return };
        match current.weight(workstation, alone, near) {
            Weight::Settles(outcome, reason, by, facts) => {
                current.verdict = (outcome, reason);
                current.settled_by = by;
                current.answer.facts = facts;
                self.signal(Signal::Concluded);
            }
            weight => self.go_on(&weight),
        }
    }

    fn go_on(&mut self, weight: &Weight) {
        let inquiry = self.current.as_mut().and_then(|current| current.inquiry.as_mut());
        let more = inquiry.is_some_and(|inquiry| inquiry.go_on(weight));
        self.signal(if more { Signal::Again } else { Signal::Concluded });
    }
}

impl Current {
    /// What the answer to the question comes to.
    fn weight(&mut self, workstation: &str, alone: bool, near: Duration) -> Weight {
        let Some(inquiry) = &self.inquiry else { return Weight::Nothing };
        let result = inquiry.answer.result.as_ref();
        match result {
            // CCV's firmware: asks again after a pause.
            Some(OverallResult::Busy | OverallResult::DeviceUnavailable | OverallResult::CommunicationError) => {
                return Weight::Later;
            }
            Some(OverallResult::PrintLastTicket) => return Weight::TicketFirst,
            _ => {}
        }
        match inquiry.question() {
            Some(Question::RepeatLast) => self.repeated(&inquiry.answer, workstation),
            // Whatever it says ("no ticket" is an answer, too), the receipts decide; and only about money.
            Some(Question::Reprint) if !inquiry.errand => {
                let answered = result == Some(&OverallResult::Success);
                if answered {
                    self.reprinted(&inquiry.answer.facts, &inquiry.receipt, alone, near)
                } else {
                    Weight::Nothing
                }
            }
            _ => Weight::Nothing,
        }
    }

    /// A repeated message settles the request if it is the request's own.
    fn repeated(&self, answer: &Answer, workstation: &str) -> Weight {
        let Some(original) = &answer.original else { return Weight::Nothing };
        if !self.is_ours(original, workstation) || !self.may_be_of(&answer.facts) {
            return Weight::Nothing;
        }
        let mut answer = answer.clone();
        answer.compare(self.compared());
        let (outcome, reason) = classify(&Evidence {
            moves_money: true,
            result: original.overall_result.as_ref(),
            facts: &answer.facts,
            // Whether the card holder was prompted before a restart is not known: not believed to be idle.
            prompted: self.prompted || self.is_resumed(),
            asked: self.compared(),
        });
        match outcome {
            Outcome::Unknown => Weight::Nothing,
            _ => Weight::Settles(outcome, reason, SettledBy::RepeatLastMessage, answer.facts),
        }
    }

    /// `N`, or `N.M` as CCV's firmware has it, of this lane and this type.
    fn is_ours(&self, original: &OriginalHeader, workstation: &str) -> bool {
        let id = original.request_id.as_ref().map_or("", Id::as_str);
        let number = id.split_once('.').map_or(id, |(number, _)| number);
        self.request_id.is_echoed_by(number)
            && (mistake(Mistake::BelievesAnotherTillsAnswer)
                || original.workstation_id.as_ref().is_some_and(|lane| *lane == *workstation))
            && original.request_type.as_ref() == Some(self.request_type())
    }

    /// Numbers come again after a long time: a message with another currency or from another day is another one.
    fn may_be_of(&self, facts: &Facts) -> bool {
        let currency = match (facts.amount, self.asked()) {
            (Some(booked), Some(asked)) => booked.currency() == asked.currency(),
            _ => true,
        };
        let stamp = facts.time_stamp.as_ref().and_then(|stamp| time::local_seconds(stamp.as_str()));
        currency && stamp.is_none_or(|stamp| apart(stamp, self.asked_at()) <= DAY)
    }

    /// A receipt with an approval code settles a payment if it names the transaction that was seen before the answer was lost. A till that
    /// is alone at its terminal may also take a receipt of the same amount from the same minutes (Nexi proxy).
    fn reprinted(&self, facts: &Facts, receipt: &ReceiptFacts, alone: bool, near: Duration) -> Weight {
        let reference = facts.trx_reference_number.clone().or_else(|| receipt.trx_reference_number.clone());
        let approval = facts.approval_code.clone().or_else(|| receipt.approval_code.clone());
        let amount = facts.amount.or(receipt.amount);
        let stamp = facts.time_stamp.clone().or_else(|| receipt.time_stamp.clone());
        let names = |seen: &Id<{ limits::LONG_ID }>| {
            reference.as_ref() == Some(seen) || approval.as_ref().is_some_and(|code| code.as_str() == seen.as_str())
        };
        let same_name = self.reference_seen.as_ref().is_some_and(names);
        // Not before it was asked for: the sale before it may have had the same amount.
        let same_minutes = || {
            let stamp = stamp.as_ref().and_then(|stamp| time::local_seconds(stamp.as_str()));
            stamp
                .is_some_and(|stamp| stamp >= local(self.asked_at()) && apart(stamp, self.asked_at()) <= near.as_secs())
        };
        // What refers to an earlier transaction has its amount and perhaps its name: the receipt may be that one's.
        let first = matches!(
            self.request_type(),
            RequestType::CardPayment | RequestType::CardReservation | RequestType::CardPreAuthorisation
        );
        let unnamed = alone && self.reference_seen.is_none() && same_minutes();
        // A declined transaction has a number, and may have a receipt, too; what it has not is an approval code.
        let approved = approval.is_some() && !facts.show_a_decline();
        let same_amount = amount.is_some() && amount == self.asked();
        let named = same_name || unnamed || mistake(Mistake::BelievesAnyReceipt);
        if !first || !approved || !same_amount || !named {
            return Weight::Nothing;
        }
        let mut facts = facts.clone();
        facts.amount = amount;
        facts.trx_reference_number = reference;
        facts.approval_code = approval;
        facts.time_stamp = stamp;
        Weight::Settles(Outcome::Approved, None, SettledBy::TicketReprint, facts)
    }
}

/// Seconds between a local time and a time of ours.
fn apart(local: i64, ours: WallTime) -> u64 {
    local.abs_diff(self::local(ours))
}

/// Seconds of our time on the clock on the wall.
fn local(ours: WallTime) -> i64 {
    ours.unix_seconds() + i64::from(ours.offset_minutes()) * 60
}

const DAY: u64 = 24 * 60 * 60;
