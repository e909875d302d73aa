//! The questions about one request, and in which order they are asked.

use super::answer::fill;
use super::receipt::ReceiptFacts;
use crate::id::RequestId;
use crate::limits;
use crate::operation::{Facts, Operation, Outcome, Reason, SettledBy};
use crate::opi::message::{RequestType, Verb};

/// A question to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    RepeatLast,
    Reprint,
}

/// The questions about one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Inquiry {
    /// What is still to be asked, in order.
    questions: [Option<Question>; 2],
    /// How often the first of them was asked.
    pub(super) tries: u8,
    /// A question was refused because receipts are to be fetched first. Heeded once.
    ticket_first: bool,
    /// Only the receipts are to be fetched; the outcome is clear.
    pub(super) errand: bool,
    /// The number of the question under way.
    pub(super) request_id: Option<RequestId>,
}

/// What was heard since a question left. It has its place for good: it is large.
#[derive(Clone, Debug, Default)]
pub(super) struct Testimony {
    /// What the answer says of the transaction.
    pub(super) facts: Facts,
    /// What receipts showed meanwhile.
    pub(super) receipt: ReceiptFacts,
}

impl Testimony {
    /// What the answer does not say, its receipt does.
    pub(super) fn take_in_receipt(&mut self) {
        let Self { facts, receipt } = self;
        fill(&mut facts.amount, receipt.amount);
        fill(&mut facts.trx_reference_number, receipt.trx_reference_number.take());
        fill(&mut facts.approval_code, receipt.approval_code.take());
        fill(&mut facts.time_stamp, receipt.time_stamp.take());
    }
}

/// What a heard answer comes to.
pub(super) enum Weight {
    /// It settles the request, with the facts of the testimony.
    Settles(Outcome, Option<Reason>, SettledBy),
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
    pub(super) const fn operation(self) -> Operation {
        match self {
            Self::RepeatLast => Operation::RepeatLast,
            Self::Reprint => Operation::Reprint,
        }
    }

    const fn verb(self) -> Verb {
        match self {
            Self::RepeatLast => const { Verb::of(&RequestType::RepeatLastMessage) },
            Self::Reprint => const { Verb::of(&RequestType::TicketReprint) },
        }
    }

    /// Its request type on the wire.
    pub(super) fn word(self) -> &'static str {
        self.verb().as_str()
    }
}

impl Inquiry {
    /// Everything that the dialect can be asked.
    pub(super) fn about(recovery: &[Verb]) -> Self {
        let asks = |question: Question| recovery.contains(&question.verb()).then_some(question);
        let questions = match (asks(Question::RepeatLast), asks(Question::Reprint)) {
            (None, second) => [second, None],
            both => both.into(),
        };
        Self { questions, ..Self::default() }
    }

    /// Fetches receipts, and asks nothing.
    pub(super) fn errand() -> Self {
        Self { questions: [Some(Question::Reprint), None], errand: true, ..Self::default() }
    }

    pub(super) const fn question(&self) -> Option<Question> {
        let [first, _] = self.questions;
        first
    }

    /// The request type on the wire of the question under way.
    pub(super) fn verb(&self) -> Option<&'static str> {
        self.question().map(Question::word)
    }

    /// Goes on to what is to be asked after this; `false` if nothing is.
    pub(super) fn go_on(&mut self, weight: &Weight) -> bool {
        let [_, second] = self.questions;
        self.questions = match weight {
            Weight::Later | Weight::Unreached if self.tries + 1 < limits::PROBES => {
                self.tries += 1;
                return true;
            }
            Weight::Unreached => [None; 2],
            Weight::TicketFirst if !self.ticket_first => {
                self.ticket_first = true;
                [Some(Question::Reprint), Some(Question::RepeatLast)]
            }
            _ => [second, None],
        };
        self.tries = 0;
        self.question().is_some()
    }
}
