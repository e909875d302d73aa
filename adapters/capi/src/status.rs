//! How a call ended.

use opi_core::drive::Misuse;
use opi_core::money::MoneyError;
use opi_core::opi::ConfigError;

use crate::border::{Str, guard};

/// How a call ended. Whatever is not `OK` changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// It went well.
    Ok = 0,
    /// The header is of another version than the library.
    AbiVersion = 1,
    /// A pointer is null that must not be.
    NullPointer = 2,
    /// Memory is too small, or does not stand where it must (OPI_SESSION_ALIGN).
    Memory = 3,
    /// A text is not UTF-8.
    NotUtf8 = 4,
    /// No such input, operation, answer or device status.
    UnknownCode = 5,
    /// No such profile.
    UnknownProfile = 6,
    /// An identifier is empty, too long, or has a character that it must not have.
    Identifier = 7,
    /// No currency of ISO 4217.
    Currency = 8,
    /// Not an amount, more decimals than the currency has, or too large.
    Amount = 9,
    /// A receive window is smaller than OPI_WINDOW_MIN.
    WindowTooSmall = 10,
    /// The buffer is smaller than OPI_BUFFER_MIN.
    BufferTooSmall = 11,
    /// There was a panic: a mistake in the library. The session must not be used any more; start anew with the journal.
    Panic = 12,

    /// An operation is in progress.
    Busy = 32,
    /// The result of an earlier request is unknown: no new money moves before it is settled. Settle it by asking the
    /// terminal (OPI_INPUT_RECOVER) or by a person's decision (OPI_INPUT_RESOLVE).
    Unresolved = 33,
    /// Nothing is in progress that could be stopped.
    NothingToAbort = 34,
    /// The last abort was too short ago, or there were too many.
    TooManyAborts = 35,
    /// The dialect has no such operation.
    Unsupported = 36,
    /// The operation lacks something that the dialect needs; `opi_session_refusal` says what.
    Incomplete = 37,
    /// No such question stands.
    NoSuchQuestion = 38,
    /// The answer does not fit the question.
    WrongAnswer = 39,
    /// No such request is unresolved.
    NotUnresolved = 40,
    /// The input does not fit the state of this connection.
    WrongLink = 41,
    /// More bytes than there is room.
    NoRoom = 42,
    /// No such storing is under way.
    NoSuchTicket = 43,
    /// The time is before that of an earlier input.
    ClockWentBack = 44,
    /// Refused, for a reason that this header does not know.
    Refused = 45,

    /// The journal was written by a newer version of the library. It must not be appended to.
    JournalVersion = 64,
    /// The journal is that of another lane.
    OtherLane = 65,
    /// The request numbers of the lane are used up: it needs a new name and a new journal.
    NumbersUsedUp = 66,
    /// The next request number was used already: the settings say less than the journal.
    NumberUsed = 67,
    /// The journal was not read to its end yet, or was already.
    JournalOrder = 68,
    /// What was given is no record, or more than one.
    NoRecord = 69,
}

impl Status {
    const fn text(self) -> &'static str {
        match self {
            Self::Ok => "it went well",
            Self::AbiVersion => "the header is of another version than the library",
            Self::NullPointer => "a pointer is null that must not be",
            Self::Memory => "the memory is too small or badly aligned",
            Self::NotUtf8 => "a text is not utf-8",
            Self::UnknownCode => "no such code",
            Self::UnknownProfile => "no such profile",
            Self::Identifier => "an identifier is empty, too long, or has a character that is not allowed",
            Self::Currency => "not a currency code of iso 4217",
            Self::Amount => "not an amount, more decimals than the currency has, or too large",
            Self::WindowTooSmall => "a receive window is too small",
            Self::BufferTooSmall => "the buffer is too small",
            Self::Panic => "a mistake in the library: the session must not be used any more",
            Self::Busy => "an operation is in progress",
            Self::Unresolved => "the result of an earlier request is unknown; settle it first",
            Self::NothingToAbort => "nothing is in progress that could be stopped",
            Self::TooManyAborts => "too many aborts, or too soon after the last",
            Self::Unsupported => "this dialect has no such operation",
            Self::Incomplete => "the operation lacks something that this dialect needs",
            Self::NoSuchQuestion => "no such question stands",
            Self::WrongAnswer => "the answer does not fit the question",
            Self::NotUnresolved => "no such request is unresolved",
            Self::WrongLink => "the input does not fit the state of this connection",
            Self::NoRoom => "more bytes than there is room",
            Self::NoSuchTicket => "no such storing is under way",
            Self::ClockWentBack => "the clock went back",
            Self::Refused => "refused",
            Self::JournalVersion => "the journal was written by a newer version of the library",
            Self::OtherLane => "the journal is that of another lane",
            Self::NumbersUsedUp => "the request numbers of the lane are used up",
            Self::NumberUsed => "the next request number was used already",
            Self::JournalOrder => "the journal is read to its end once, before anything else is done with it",
            Self::NoRecord => "not one whole record",
        }
    }
}

crate::words::codes!(Status {
    Ok,
    AbiVersion,
    NullPointer,
    Memory,
    NotUtf8,
    UnknownCode,
    UnknownProfile,
    Identifier,
    Currency,
    Amount,
    WindowTooSmall,
    BufferTooSmall,
    Panic,
    Busy,
    Unresolved,
    NothingToAbort,
    TooManyAborts,
    Unsupported,
    Incomplete,
    NoSuchQuestion,
    WrongAnswer,
    NotUnresolved,
    WrongLink,
    NoRoom,
    NoSuchTicket,
    ClockWentBack,
    Refused,
    JournalVersion,
    OtherLane,
    NumbersUsedUp,
    NumberUsed,
    JournalOrder,
    NoRecord,
});

impl From<Misuse> for Status {
    fn from(misuse: Misuse) -> Self {
        match misuse {
            Misuse::Busy => Self::Busy,
            Misuse::Unresolved(_) => Self::Unresolved,
            Misuse::NothingToAbort => Self::NothingToAbort,
            Misuse::TooManyAborts => Self::TooManyAborts,
            Misuse::Unsupported => Self::Unsupported,
            Misuse::Incomplete(_) => Self::Incomplete,
            Misuse::NoSuchQuestion => Self::NoSuchQuestion,
            Misuse::WrongAnswer => Self::WrongAnswer,
            Misuse::NotUnresolved => Self::NotUnresolved,
            Misuse::WrongLink(_) => Self::WrongLink,
            Misuse::NoRoom(_) => Self::NoRoom,
            Misuse::NoSuchTicket => Self::NoSuchTicket,
            Misuse::ClockWentBack => Self::ClockWentBack,
            _ => Self::Refused,
        }
    }
}

impl From<ConfigError> for Status {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::WindowTooSmall { .. } => Self::WindowTooSmall,
            _ => Self::Memory,
        }
    }
}

impl From<MoneyError> for Status {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Currency => Self::Currency,
            _ => Self::Amount,
        }
    }
}

impl From<opi_core::id::IdError> for Status {
    fn from(_: opi_core::id::IdError) -> Self {
        Self::Identifier
    }
}

/// A sentence on a status, without a full stop. It stands for ever.
#[unsafe(no_mangle)]
pub extern "C" fn opi_status_text(status: u32) -> Str {
    guard(Str::NONE, || Str::of(Status::from_code(status).map_or("no such status", Status::text)))
}
