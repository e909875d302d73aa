//! An input as data.

use opi_core::drive::{Answer, Input, QuestionId};
use opi_core::id::{Reference, RequestId};
use opi_core::journal::Ticket;
use opi_core::money::Decimal;
use opi_core::operation::{Operation, Original, Request};
use serde::{Deserialize, Serialize};

use super::settings::{KeptMoney, KeptTime, KeptUnresolved, optional};
use super::{bytes, link_by_name, link_name, masked, stand_in};

/// [`Input`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub(super) enum Kept {
    Start {
        request: Box<KeptRequest>,
    },
    Abort,
    Answer {
        question: u32,
        answer: KeptAnswer,
    },
    Resolve {
        request: u32,
        charged: bool,
        note: String,
    },
    /// No input: the store had one more request without an end.
    TakeUp {
        unresolved: Box<KeptUnresolved>,
    },
    Recover {
        at: KeptTime,
    },
    Listening,
    ListenFailed,
    Connected {
        link: String,
    },
    ConnectFailed {
        link: String,
    },
    Accepted {
        link: String,
    },
    Crowded,
    Received {
        link: String,
        bytes: String,
    },
    Complete {
        link: String,
        status: u16,
    },
    Sent {
        link: String,
    },
    SendFailed {
        link: String,
        at_most: usize,
    },
    Closed {
        link: String,
    },
    Stored {
        ticket: u32,
    },
    StoreFailed {
        ticket: u32,
    },
    Tick,
    /// An input that this version has no record of: the trace cannot be replayed.
    Unlisted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeptAnswer {
    Yes,
    No,
    Number(String),
    Text(String),
    Cancelled,
    NotGiven,
}

/// [`Request`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptRequest {
    operation: String,
    amount: Option<KeptMoney>,
    cash_back: Option<KeptMoney>,
    original: Option<KeptOriginal>,
    reference: Option<String>,
    at: KeptTime,
}

/// [`Original`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeptOriginal {
    trx_reference_number: Option<String>,
    stan: Option<String>,
    terminal_id: Option<String>,
    terminal_batch: Option<String>,
    time_stamp: Option<String>,
    reference: Option<String>,
}

/// Operations of which the name says all.
const PLAIN: [Operation; 17] = [
    Operation::Reprint,
    Operation::RepeatLast,
    Operation::Abort,
    Operation::Info,
    Operation::Status,
    Operation::CardCircuits,
    Operation::Activate,
    Operation::Deactivate,
    Operation::Login,
    Operation::Logoff,
    Operation::Reconciliation { closure: false },
    Operation::Reconciliation { closure: true },
    Operation::CloseDay,
    Operation::Transmit,
    Operation::ContactTms,
    Operation::ContactAcquirer,
    Operation::Diagnosis,
];

impl Kept {
    /// What was received comes without its bytes: they are masked later, see [`Recorder`](super::Recorder).
    pub(super) fn new(input: &Input<'_>) -> Self {
        match input {
            Input::Start(request) => Self::Start { request: Box::new(KeptRequest::new(request)) },
            Input::Abort => Self::Abort,
            Input::Answer(QuestionId(question), answer) => {
                Self::Answer { question: *question, answer: KeptAnswer::new(*answer) }
            }
            Input::Resolve { request, charged, note } => {
                Self::Resolve { request: request.get(), charged: *charged, note: masked(note) }
            }
            Input::Recover(at) => Self::Recover { at: KeptTime::new(*at) },
            Input::Listening => Self::Listening,
            Input::ListenFailed => Self::ListenFailed,
            Input::Connected(link) => Self::Connected { link: link_name(*link) },
            Input::ConnectFailed(link) => Self::ConnectFailed { link: link_name(*link) },
            Input::Accepted(link) => Self::Accepted { link: link_name(*link) },
            Input::Crowded => Self::Crowded,
            Input::Received(link, _) => Self::Received { link: link_name(*link), bytes: String::new() },
            Input::Complete { link, status } => Self::Complete { link: link_name(*link), status: *status },
            Input::Sent(link) => Self::Sent { link: link_name(*link) },
            Input::SendFailed { link, at_most } => Self::SendFailed { link: link_name(*link), at_most: *at_most },
            Input::Closed(link) => Self::Closed { link: link_name(*link) },
            Input::Stored(ticket) => Self::Stored { ticket: ticket.0 },
            Input::StoreFailed(ticket) => Self::StoreFailed { ticket: ticket.0 },
            Input::Tick => Self::Tick,
            _ => Self::Unlisted,
        }
    }

    /// Gives the input to `then`; `None` if a value is none of ours.
    pub(super) fn with<R>(&self, then: impl FnOnce(Input<'_>) -> R) -> Option<R> {
        Some(match self {
            Self::Start { request } => then(Input::Start(&request.request()?)),
            Self::Abort => then(Input::Abort),
            Self::Answer { question, answer } => {
                let text;
                let answer = match answer {
                    KeptAnswer::Yes => Answer::Yes,
                    KeptAnswer::No => Answer::No,
                    KeptAnswer::Number(number) => Answer::Number(Decimal::parse(&stand_in(number)).ok()?),
                    KeptAnswer::Text(kept) => {
                        text = kept.as_str();
                        Answer::Text(text)
                    }
                    KeptAnswer::Cancelled => Answer::Cancelled,
                    KeptAnswer::NotGiven => Answer::NotGiven,
                };
                then(Input::Answer(QuestionId(*question), answer))
            }
            Self::Resolve { request, charged, note } => {
                then(Input::Resolve { request: RequestId::new(*request).ok()?, charged: *charged, note })
            }
            Self::Recover { at } => then(Input::Recover(at.time())),
            Self::Listening => then(Input::Listening),
            Self::ListenFailed => then(Input::ListenFailed),
            Self::Connected { link } => then(Input::Connected(link_by_name(link)?)),
            Self::ConnectFailed { link } => then(Input::ConnectFailed(link_by_name(link)?)),
            Self::Accepted { link } => then(Input::Accepted(link_by_name(link)?)),
            Self::Crowded => then(Input::Crowded),
            Self::Received { link, bytes: kept } => then(Input::Received(link_by_name(link)?, &bytes(kept)?)),
            Self::Complete { link, status } => then(Input::Complete { link: link_by_name(link)?, status: *status }),
            Self::Sent { link } => then(Input::Sent(link_by_name(link)?)),
            Self::SendFailed { link, at_most } => {
                then(Input::SendFailed { link: link_by_name(link)?, at_most: *at_most })
            }
            Self::Closed { link } => then(Input::Closed(link_by_name(link)?)),
            Self::Stored { ticket } => then(Input::Stored(Ticket(*ticket))),
            Self::StoreFailed { ticket } => then(Input::StoreFailed(Ticket(*ticket))),
            Self::Tick => then(Input::Tick),
            Self::TakeUp { .. } | Self::Unlisted => return None,
        })
    }
}

impl KeptAnswer {
    fn new(answer: Answer<'_>) -> Self {
        match answer {
            Answer::Yes => Self::Yes,
            Answer::No => Self::No,
            Answer::Number(number) => Self::Number(masked(&number.to_string())),
            Answer::Text(text) => Self::Text(masked(text)),
            Answer::Cancelled => Self::Cancelled,
            Answer::NotGiven => Self::NotGiven,
        }
    }
}

impl KeptRequest {
    fn new(request: &Request) -> Self {
        let Request { operation, reference, at } = request;
        let (cash_back, original) = match operation {
            Operation::Payment { cash_back, .. } => (*cash_back, None),
            Operation::Refund { original, .. }
            | Operation::Reversal { original, .. }
            | Operation::Completion { original, .. } => (None, Some(original)),
            _ => (None, None),
        };
        Self {
            operation: operation.name().into(),
            amount: operation.amount().map(KeptMoney::new),
            cash_back: cash_back.map(KeptMoney::new),
            original: original.map(KeptOriginal::new),
            reference: reference.as_ref().map(|reference| masked(reference.as_str())),
            at: KeptTime::new(*at),
        }
    }

    fn request(&self) -> Option<Request> {
        let amount = self.amount.as_ref().and_then(KeptMoney::money);
        let original = || self.original.as_ref().and_then(KeptOriginal::original);
        let operation = match self.operation.as_str() {
            "payment" => {
                Operation::Payment { amount: amount?, cash_back: self.cash_back.as_ref().and_then(KeptMoney::money) }
            }
            "refund" => Operation::Refund { amount: amount?, original: original()? },
            "reversal" => Operation::Reversal { amount, original: original()? },
            "reservation" => Operation::Reservation { amount: amount? },
            "completion" => Operation::Completion { amount: amount?, original: original()? },
            "restart" => Operation::Restart,
            name => PLAIN.into_iter().find(|operation| operation.name() == name)?,
        };
        let mut request = Request::new(operation, self.at.time());
        request.reference = reference(self.reference.as_ref())?;
        Some(request)
    }
}

#[allow(clippy::option_option)]
fn reference(kept: Option<&String>) -> Option<Option<Reference>> {
    kept.map(|text| Reference::new(&stand_in(text)).ok()).map_or(Some(None), |reference| reference.map(Some))
}

impl KeptOriginal {
    fn new(original: &Original) -> Self {
        let Original { trx_reference_number, stan, terminal_id, terminal_batch, time_stamp, reference } = original;
        Self {
            trx_reference_number: trx_reference_number.as_ref().map(|id| masked(id.as_str())),
            stan: stan.as_ref().map(|id| masked(id.as_str())),
            terminal_id: terminal_id.as_ref().map(|id| masked(id.as_str())),
            terminal_batch: terminal_batch.as_ref().map(|id| masked(id.as_str())),
            time_stamp: time_stamp.as_ref().map(|id| masked(id.as_str())),
            reference: reference.as_ref().map(|reference| masked(reference.as_str())),
        }
    }

    fn original(&self) -> Option<Original> {
        Some(Original {
            trx_reference_number: optional(self.trx_reference_number.as_ref())?,
            stan: optional(self.stan.as_ref())?,
            terminal_id: optional(self.terminal_id.as_ref())?,
            terminal_batch: optional(self.terminal_batch.as_ref())?,
            time_stamp: optional(self.time_stamp.as_ref())?,
            reference: reference(self.reference.as_ref())?,
        })
    }
}
