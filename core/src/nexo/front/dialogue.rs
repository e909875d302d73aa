//! The one dialogue that a terminal has at a time.

use super::contract::{ExchangeId, WishId};
use super::outcome::Stopper;
use super::transaction::Transaction;
use crate::drive::Answer;
use crate::id::Id;
use crate::journal::Ticket;
use crate::limits;
use crate::money::Decimal;
use crate::nexo::seen::Taken;
use crate::nexo::vocabulary::{ErrorCondition, ReconciliationType};
use crate::nexo::{Category, MessageClass, MessageHeader, MessageType, PROTOCOL_VERSION};
use crate::operation::{Finished, Request};
use crate::receipt::{Line, SheetId};
use crate::text::Text;
use crate::time::Instant;

/// The ids of a message, kept for its answer.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    pub(super) category: Category,
    pub(super) sale_id: Id<{ limits::NEXO_SALE_ID }>,
    pub(super) service_id: Id<{ limits::NEXO_SERVICE_ID }>,
    pub(super) device_id: Option<Id<{ limits::NEXO_SERVICE_ID }>>,
}

impl Ids {
    /// The header of the answer.
    pub(super) fn header<'a>(&'a self, poi_id: &'a str) -> MessageHeader<'a> {
        MessageHeader {
            message_class: Some(self.category.class().unwrap_or(MessageClass::Service).into()),
            message_category: Some(self.category.into()),
            message_type: Some(MessageType::Response.into()),
            sale_id: Some(self.sale_id.as_str().into()),
            poi_id: Some(poi_id.into()),
            protocol_version: Some(PROTOCOL_VERSION.into()),
            service_id: Some(self.service_id.as_str().into()),
            device_id: self.device_id.as_ref().map(|id| id.as_str().into()),
        }
    }
}

/// What the dialogue is about.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the large ones on")]
pub(super) enum Task {
    /// Money.
    Transaction(Transaction, Taken),
    /// Totals; of a reconciliation, of which type.
    Totals(Option<ReconciliationType>),
    /// The state of the terminal, and of its hosts.
    Diagnosis { hosts: bool },
    /// Anything that is answered from its own request, which is kept.
    Kept,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its acceptance must be stored.
    Accepted,
    /// Its acceptance is being stored.
    Storing(Ticket),
    /// The application can begin.
    Ready,
    /// The application is at it.
    Running,
    /// Its response is being stored.
    Answering(Ticket),
    /// Its response can be sent.
    Answered,
}

/// How it ended.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the large ones on")]
pub(super) enum End {
    /// As an operation does.
    Finished(Finished),
    /// Done.
    Done,
    /// Answered by the customer.
    Answer(Given),
    /// Answered by the application; the body stands with what was gathered.
    Responded,
    /// Refused by the application.
    Refused { condition: ErrorCondition, message: Text<{ limits::REMARK }>, reason: Text<{ limits::NAME }> },
    /// Stopped by the till before the application began, or taken away by another request.
    Withdrawn,
    /// Never begun: its acceptance could not be stored.
    NotStored,
    /// The application did not end it in time.
    TimedOut,
}

/// An answer of the customer, kept.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Yes,
    No,
    Number(Decimal),
    Text(Text<{ limits::REMARK }>),
    Cancelled,
    Nothing,
}

impl From<Answer<'_>> for Given {
    fn from(answer: Answer<'_>) -> Self {
        match answer {
            Answer::Yes => Self::Yes,
            Answer::No => Self::No,
            Answer::Number(number) => Self::Number(number),
            Answer::Text(text) => Self::Text(Text::from_cut(text)),
            Answer::Cancelled => Self::Cancelled,
            Answer::NotGiven => Self::Nothing,
        }
    }
}

/// The dialogue.
pub(super) struct Dialogue {
    pub(super) wish: WishId,
    /// The request, while it waits for its answer.
    pub(super) exchange: Option<ExchangeId>,
    pub(super) ids: Ids,
    pub(super) task: Task,
    pub(super) stage: Stage,
    pub(super) began: Instant,
    /// When the storing under way began.
    pub(super) storing: Instant,
    /// The till's own limit, of a question.
    pub(super) until: Option<Instant>,
    /// The till asked to stop it.
    pub(super) by_till: bool,
    /// The application was told to stop.
    pub(super) stopped: bool,
    /// Since time was up.
    pub(super) by_time: bool,
    /// The operation, for the application.
    pub(super) operation: Option<Request>,
    /// Its original is the last approved.
    pub(super) last: bool,
    /// The wish that read the card for it.
    pub(super) card: Option<WishId>,
    /// It was accepted before a restart.
    pub(super) restored: bool,
    /// What of the request was not used.
    pub(super) warnings: heapless::String<{ limits::NEXO_WARNING_TEXT }>,
    /// It came clear, though there are keys.
    pub(super) clear: bool,
    /// What is said beside the result is wanted as JSON.
    pub(super) json: bool,
    pub(super) end: Option<End>,
    pub(super) prompt: Option<Prompt>,
}

/// A prompt that comes in.
pub(super) struct Prompt {
    pub(super) sheet: SheetId,
    pub(super) lines: heapless::Vec<Line, { limits::NEXO_PROMPT_LINES }>,
    pub(super) whole: bool,
}

impl Dialogue {
    /// A dialogue that begins.
    pub(super) fn new(wish: WishId, ids: Ids, task: Task, began: Instant) -> Self {
        let stage = if matches!(task, Task::Transaction(..)) { Stage::Accepted } else { Stage::Ready };
        Self {
            wish,
            exchange: None,
            ids,
            task,
            stage,
            began,
            storing: began,
            until: None,
            by_till: false,
            stopped: false,
            by_time: false,
            operation: None,
            last: false,
            card: None,
            restored: false,
            warnings: heapless::String::new(),
            clear: false,
            json: false,
            end: None,
            prompt: None,
        }
    }

    /// Who stopped it, if anybody did.
    pub(super) const fn stopper(&self) -> Stopper {
        match (self.by_till, self.by_time) {
            (true, _) => Stopper::Till,
            (_, true) => Stopper::Time,
            _ => Stopper::Nobody,
        }
    }

    /// Its transaction.
    pub(super) const fn transaction(&self) -> Option<&Transaction> {
        match &self.task {
            Task::Transaction(transaction, _) => Some(transaction),
            _ => None,
        }
    }

    /// Whether it is a question to the customer that still stands: any other request takes it away (Adyen docs: shopper
    /// input).
    pub(super) const fn gives_way(&self) -> bool {
        matches!(self.ids.category, Category::Input) && self.end.is_none()
    }
}
