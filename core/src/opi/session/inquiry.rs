//! The questions about one request, and in which order they are asked.

use heapless::Deque;

use super::receipt::ReceiptFacts;
use crate::id::RequestId;
use crate::limits;
use crate::operation::{Facts, Operation, Outcome, Reason, SettledBy};
use crate::opi::message::RequestType;

/// A question to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    RepeatLast,
    Reprint,
}

/// The questions about one request.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    /// What is still to be asked, in order.
    questions: Deque<Question, 2>,
    /// How often the first of them was asked.
    pub(super) tries: u8,
    /// A question was refused because receipts are to be fetched first. Heeded once.
    ticket_first: bool,
    /// Only the receipts are to be fetched; the outcome is clear.
    pub(super) errand: bool,
    /// The number of the question under way.
    pub(super) request_id: Option<RequestId>,
    /// What the answer says of the transaction.
    pub(super) facts: Facts,
    /// What receipts showed while the question was under way.
    pub(super) receipt: ReceiptFacts,
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
    pub(super) const fn operation(self) -> Operation {
        match self {
            Self::RepeatLast => Operation::RepeatLast,
            Self::Reprint => Operation::Reprint,
        }
    }

    pub(super) const fn verb(self) -> RequestType {
        match self {
            Self::RepeatLast => RequestType::RepeatLastMessage,
            Self::Reprint => RequestType::TicketReprint,
        }
    }
}

impl Inquiry {
    /// Everything that the dialect can be asked.
    pub(super) fn about(recovery: &[RequestType]) -> Self {
        let all = [Question::RepeatLast, Question::Reprint].into_iter();
        Self::with(all.filter(|question| recovery.contains(&question.verb())), false)
    }

    /// Fetches receipts, and asks nothing.
    pub(super) fn errand() -> Self {
        Self::with([Question::Reprint].into_iter(), true)
    }

    fn with(questions: impl Iterator<Item = Question>, errand: bool) -> Self {
        Self {
            questions: in_order(questions),
            tries: 0,
            ticket_first: false,
            errand,
            request_id: None,
            facts: Facts::default(),
            receipt: ReceiptFacts::default(),
        }
    }

    pub(super) fn question(&self) -> Option<Question> {
        self.questions.front().copied()
    }

    /// The request type of the question under way.
    pub(super) fn verb(&self) -> Option<RequestType> {
        self.question().map(Question::verb)
    }

    /// Goes on to what is to be asked after this; `false` if nothing is.
    pub(super) fn go_on(&mut self, weight: &Weight) -> bool {
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

fn in_order(questions: impl Iterator<Item = Question>) -> Deque<Question, 2> {
    let mut all = Deque::new();
    for question in questions {
        // There are two kinds, and none comes twice.
        let _ = all.push_back(question);
    }
    all
}
