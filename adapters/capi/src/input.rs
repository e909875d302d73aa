//! What happened, as C tells it.

use opi_core::drive::{Answer as CoreAnswer, Input as CoreInput, QuestionId};
use opi_core::id::{Id, Reference, RequestId};
use opi_core::journal::Ticket;
use opi_core::money::Decimal;
use opi_core::operation::{Operation as CoreOperation, Original as CoreOriginal, Request as CoreRequest};
use opi_core::time::WallTime as CoreWallTime;

use crate::border::{Str, bytes, look};
use crate::link::link;
use crate::money::Money;
use crate::status::Status;
use crate::words::{AnswerKind, Operation};

/// Local date and time with its distance to UTC.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct WallTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// Minutes by which local time is ahead of UTC.
    pub offset_minutes: i32,
}

impl WallTime {
    fn core(self) -> CoreWallTime {
        let offset = i16::try_from(self.offset_minutes.clamp(-1439, 1439)).unwrap_or(0);
        CoreWallTime::new(self.unix_seconds, offset)
    }
}

/// How an earlier transaction is named. Which parts count differs by dialect; the rest is not sent.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Original {
    /// Reference the terminal gave (Nexi).
    pub trx_reference_number: Str,
    /// Receipt or trace number, with leading zeros (German OPI, IFSF).
    pub stan: Str,
    /// Terminal (IFSF).
    pub terminal_id: Str,
    /// Batch (IFSF).
    pub terminal_batch: Str,
    /// Time as the terminal wrote it (IFSF).
    pub time_stamp: Str,
    /// Receipt number (CCV) or approval code.
    pub reference: Str,
}

/// One operation, with what goes along with it. Set the rest to zero.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Request {
    /// What is wanted: an opi_operation.
    pub operation: u32,
    /// The amount, where the operation has one.
    pub amount: Money,
    /// The part of a payment that is handed out in cash.
    pub cash_back: Money,
    /// The earlier transaction, where the operation has one.
    pub original: Original,
    /// The merchant's own reference: 1 to 20 characters of `A-Z a-z 0-9 _ -`.
    pub reference: Str,
    /// Local time now.
    pub at: WallTime,
}

/// The cashier's answer to a question.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Answer {
    /// Which question.
    pub question: u32,
    /// What kind of answer: an opi_answer_kind.
    pub kind: u32,
    /// The number or the text.
    pub text: Str,
}

/// A person's decision about the unresolved request.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Resolve {
    /// The request that is unresolved.
    pub request_id: u32,
    /// Not 0: the customer was charged.
    pub charged: u8,
    /// Why, in the person's words.
    pub note: Str,
}

/// Bytes that came in.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Received {
    /// The connection.
    pub link: u32,
    /// The bytes, at most `opi_session_room` of them.
    pub data: *const u8,
    /// How many.
    pub length: usize,
}

/// How much of a frame can have left.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct SendFailed {
    /// The connection.
    pub link: u32,
    /// Bytes of the frame that can have left; when in doubt, all of them.
    pub at_most: usize,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[repr(C, u32)]
pub enum Input {
    /// Time passed.
    Tick,
    /// The till wants something done.
    Start(*const Request),
    /// The till wants the operation in progress stopped. Its outcome still comes from its own answer.
    Abort,
    /// The cashier answered a question.
    Answer(Answer),
    /// A person decided about the unresolved request.
    Resolve(Resolve),
    /// The till wants the unresolved request settled: the terminal is asked about it. Local time now.
    Recover(WallTime),
    /// Callbacks of the terminal can come in.
    Listening,
    /// Callbacks of the terminal cannot come in.
    ListenFailed,
    /// The connection asked for is up.
    Connected(u32),
    /// The connection asked for could not be made.
    ConnectFailed(u32),
    /// The terminal opened a connection; it was given the slot of `opi_session_free_link`.
    Accepted(u32),
    /// The terminal wants to open a connection, and no slot is free for it.
    Crowded,
    /// Bytes came in.
    Received(Received),
    /// The frame was handed to the transport as a whole.
    Sent(u32),
    /// Sending stopped.
    SendFailed(SendFailed),
    /// The connection ended, by the peer or by a fault.
    Closed(u32),
    /// The record of this ticket would survive a power cut.
    Stored(u32),
    /// The record of this ticket could not be stored.
    StoreFailed(u32),
}

/// The tag of the last input.
const LAST: u32 = 17;

/// Looks at an input, if its tag is one.
///
/// # Safety
/// If not null, `input` is aligned, and all of the input that belongs to its tag is initialised.
pub(crate) unsafe fn checked<'a>(input: *const Input) -> Result<&'a Input, Status> {
    if input.is_null() {
        return Err(Status::NullPointer);
    }
    // SAFETY: not null, and the tag stands first, as a number, in what is `repr(C, u32)`.
    let tag = unsafe { input.cast::<u32>().read() };
    if tag > LAST {
        return Err(Status::UnknownCode);
    }
    // SAFETY: the tag is one of an input, and any bytes are numbers and pointers.
    unsafe { look(input) }
}

impl Original {
    /// # Safety
    /// The texts are readable.
    unsafe fn core(&self) -> Result<CoreOriginal, Status> {
        // SAFETY: passed on to the caller.
        let [trx, stan, terminal, batch, time, reference] = unsafe {
            [
                self.trx_reference_number.get()?,
                self.stan.get()?,
                self.terminal_id.get()?,
                self.terminal_batch.get()?,
                self.time_stamp.get()?,
                self.reference.get()?,
            ]
        };
        Ok(CoreOriginal {
            trx_reference_number: trx.map(Id::new).transpose()?,
            stan: stan.map(Id::new).transpose()?,
            terminal_id: terminal.map(Id::new).transpose()?,
            terminal_batch: batch.map(Id::new).transpose()?,
            time_stamp: time.map(Id::new).transpose()?,
            reference: reference.map(Reference::new).transpose()?,
        })
    }
}

impl Request {
    /// # Safety
    /// The texts are readable.
    unsafe fn core(&self) -> Result<CoreRequest, Status> {
        // SAFETY: passed on to the caller.
        let original = || unsafe { self.original.core() };
        let amount = || self.amount.needed();
        let operation = match Operation::from_code(self.operation).ok_or(Status::UnknownCode)? {
            Operation::Payment => CoreOperation::Payment { amount: amount()?, cash_back: self.cash_back.get()? },
            Operation::Refund => CoreOperation::Refund { amount: amount()?, original: original()? },
            Operation::Reversal => CoreOperation::Reversal { amount: self.amount.get()?, original: original()? },
            Operation::Reservation => CoreOperation::Reservation { amount: amount()? },
            Operation::Completion => CoreOperation::Completion { amount: amount()?, original: original()? },
            Operation::Reprint => CoreOperation::Reprint,
            Operation::RepeatLast => CoreOperation::RepeatLast,
            Operation::Abort => CoreOperation::Abort,
            Operation::Info => CoreOperation::Info,
            Operation::Status => CoreOperation::Status,
            Operation::CardCircuits => CoreOperation::CardCircuits,
            Operation::Activate => CoreOperation::Activate,
            Operation::Deactivate => CoreOperation::Deactivate,
            Operation::Login => CoreOperation::Login,
            Operation::Logoff => CoreOperation::Logoff,
            Operation::Reconciliation => CoreOperation::Reconciliation { closure: false },
            Operation::ReconciliationWithClosure => CoreOperation::Reconciliation { closure: true },
            Operation::CloseDay => CoreOperation::CloseDay,
            Operation::Transmit => CoreOperation::Transmit,
            Operation::ContactTms => CoreOperation::ContactTms,
            Operation::ContactAcquirer => CoreOperation::ContactAcquirer,
            Operation::Diagnosis => CoreOperation::Diagnosis,
            Operation::Restart => CoreOperation::Restart,
        };
        let mut core = CoreRequest::new(operation, self.at.core());
        // SAFETY: passed on to the caller.
        core.reference = unsafe { self.reference.get() }?.map(Reference::new).transpose()?;
        Ok(core)
    }
}

impl Answer {
    /// # Safety
    /// The text is readable.
    unsafe fn core<'a>(&self) -> Result<CoreAnswer<'a>, Status> {
        // SAFETY: passed on to the caller.
        let text = || unsafe { self.text.needed() };
        Ok(match AnswerKind::from_code(self.kind).ok_or(Status::UnknownCode)? {
            AnswerKind::Yes => CoreAnswer::Yes,
            AnswerKind::No => CoreAnswer::No,
            AnswerKind::Number => CoreAnswer::Number(Decimal::parse(text()?)?),
            AnswerKind::Text => CoreAnswer::Text(text()?),
            AnswerKind::Cancelled => CoreAnswer::Cancelled,
            AnswerKind::NotGiven => CoreAnswer::NotGiven,
        })
    }
}

impl Input {
    /// Gives the input in the words of the core to `then`.
    ///
    /// # Safety
    /// What the input points to is readable.
    pub(crate) unsafe fn with_core<R>(&self, then: impl FnOnce(CoreInput<'_>) -> R) -> Result<R, Status> {
        let core = match self {
            Self::Tick => CoreInput::Tick,
            Self::Start(request) => {
                // SAFETY: passed on to the caller.
                let request = unsafe { look(*request)?.core() }?;
                return Ok(then(CoreInput::Start(&request)));
            }
            Self::Abort => CoreInput::Abort,
            // SAFETY: passed on to the caller.
            Self::Answer(answer) => CoreInput::Answer(QuestionId(answer.question), unsafe { answer.core() }?),
            Self::Resolve(resolve) => CoreInput::Resolve {
                request: RequestId::new(resolve.request_id)?,
                charged: resolve.charged != 0,
                // SAFETY: passed on to the caller.
                note: unsafe { resolve.note.get() }?.unwrap_or_default(),
            },
            Self::Recover(at) => CoreInput::Recover(at.core()),
            Self::Listening => CoreInput::Listening,
            Self::ListenFailed => CoreInput::ListenFailed,
            Self::Connected(code) => CoreInput::Connected(link(*code)?),
            Self::ConnectFailed(code) => CoreInput::ConnectFailed(link(*code)?),
            Self::Accepted(code) => CoreInput::Accepted(link(*code)?),
            Self::Crowded => CoreInput::Crowded,
            Self::Received(received) => {
                // SAFETY: passed on to the caller.
                CoreInput::Received(link(received.link)?, unsafe { bytes(received.data, received.length) }?)
            }
            Self::Sent(code) => CoreInput::Sent(link(*code)?),
            Self::SendFailed(failed) => CoreInput::SendFailed { link: link(failed.link)?, at_most: failed.at_most },
            Self::Closed(code) => CoreInput::Closed(link(*code)?),
            Self::Stored(ticket) => CoreInput::Stored(Ticket(*ticket)),
            Self::StoreFailed(ticket) => CoreInput::StoreFailed(Ticket(*ticket)),
        };
        Ok(then(core))
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, LAST};

    #[test]
    fn the_last_tag_is_that_of_the_last_input() {
        let last = Input::StoreFailed(7);
        // SAFETY: the tag stands first in what is `repr(C, u32)`.
        assert_eq!(unsafe { (&raw const last).cast::<u32>().read() }, LAST);
        // Whoever adds an input changes this, and the constant with it.
        match last {
            Input::Tick | Input::Start(_) | Input::Abort | Input::Answer(_) | Input::Resolve(_) => {}
            Input::Recover(_) | Input::Listening | Input::ListenFailed | Input::Connected(_) => {}
            Input::ConnectFailed(_) | Input::Accepted(_) | Input::Crowded | Input::Received(_) => {}
            Input::Sent(_) | Input::SendFailed(_) | Input::Closed(_) | Input::Stored(_) | Input::StoreFailed(_) => {}
        }
    }
}
