//! What a terminal and the world say to each other: [`Input`], [`Output`], [`Wish`].
//!
//! *After each `handle_input`, call `poll_output` until it returns [`Output::Wait`]; do what each output says, and report
//! the result as an input.*

use core::fmt;

use crate::drive::{Answer, Event, Wait};
use crate::journal::Ticket;
use crate::nexo::body::{CardAcquisitionRequest, DisplayRequest, InputRequest, PrintRequest};
use crate::nexo::vocabulary::ErrorCondition;
use crate::nexo::{RequestBody, ResponseBody};
use crate::operation::Request;
use crate::time::WallTime;

use super::record::Record;
use super::transaction::Transaction;

/// Names one HTTP request that waits for its answer; chosen by the adapter, and not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct ExchangeId(pub u64);

/// Names one wish to the application, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct WishId(pub u32);

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A request came in, clear. Everything the terminal said before must have been taken first.
    Received {
        /// Which.
        exchange: ExchangeId,
        /// Local time now.
        at: WallTime,
        /// The body of the HTTP request.
        body: &'a [u8],
        /// Whether it is to be remarked that it came clear, though the terminal has keys.
        clear: bool,
    },
    /// The till is not there any more. What it asked for goes on (Adyen docs: a lost connection does not stop the
    /// transaction).
    Gone(ExchangeId),
    /// What a session says of an operation it was wished to do, up to [`Event::Finished`]. An outcome that is unknown is no
    /// end: say it again when it is settled.
    Told(WishId, &'a Event<'a>),
    /// A wish that is no operation was done or refused, or an operation was refused.
    Performed(WishId, Performed<'a>),
    /// The record would survive a power cut.
    Stored(Ticket),
    /// The record could not be stored.
    StoreFailed(Ticket),
    /// Time passed.
    Tick,
}

/// How a wish ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Performed<'a> {
    /// It was done.
    Done,
    /// The customer answered the question.
    Answer(Answer<'a>),
    /// It was done, and this is the answer. Names of transactions are added where they are missing.
    Responded(&'a ResponseBody<'a>),
    /// It was not done. Of an operation this says that no money moved.
    Refused(Refused<'a>),
}

/// Why a wish was not done.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// In the words of the protocol.
    pub condition: ErrorCondition,
    /// What is shown, such as `210 Not enough balance`; may be empty.
    pub message: &'a str,
    /// Why a host refused, such as `NOT_ENOUGH_BALANCE`; may be empty.
    pub reason: &'a str,
}

impl Refused<'_> {
    /// Without more words.
    #[must_use]
    pub const fn new(condition: ErrorCondition) -> Self {
        Self { condition, message: "", reason: "" }
    }
}

/// What is to be done.
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the large ones on")]
pub enum Output<'a> {
    /// Answer with the first `length` bytes of the transmit buffer. There is exactly one answer to each request, unless
    /// it is [`Close`](Self::Close)d or the till is [`Gone`](Input::Gone).
    Reply {
        /// Which request.
        exchange: ExchangeId,
        /// The status of HTTP.
        status: u16,
        /// Bytes of the body; there may be none.
        length: usize,
    },
    /// Close the connection of the request without an answer: there is none that would be true.
    Close(ExchangeId),
    /// Do this; then [`Input::Told`] or [`Input::Performed`].
    Perform(WishId, Wish<'a>),
    /// The till does not want it any more, or time is up. How it ends is still to be told, unless it is a question or an
    /// output on a device: those have ended.
    Stop(WishId),
    /// Send the first `length` bytes of the transmit buffer to the till: a request that is not answered.
    Notify {
        /// Bytes of the body.
        length: usize,
    },
    /// Append the record to what survives a power cut; then [`Input::Stored`] or [`Input::StoreFailed`].
    Persist(Ticket, Record<'a>),
    /// Nothing more until an input comes, at the latest until the deadline: then [`Input::Tick`].
    Wait(Wait),
}

/// What the terminal wants of the application behind it.
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the large ones on")]
pub enum Wish<'a> {
    /// An operation. Its reference is the terminal's own name of the transaction, by which it is found again after a
    /// restart.
    Operation {
        /// What is to be done.
        request: &'a Request,
        /// The transaction that it belongs to is the last one that was approved here. An application that cannot name a
        /// transaction, only take back the last, must refuse any other.
        last: bool,
        /// The wish that read the card for it.
        card: Option<WishId>,
    },
    /// Say how this transaction ended: it was accepted before a restart, and it is not known whether it was begun.
    Settle(&'a Transaction),
    /// Show something.
    Display(DisplayRequest<'a>),
    /// Ask the customer.
    Input(InputRequest<'a>),
    /// Print something.
    Print(PrintRequest<'a>),
    /// Read a card, and keep it until a payment refers to it or the wish is stopped.
    ReadCard(CardAcquisitionRequest<'a>),
    /// Anything else that is served; to be answered by [`Performed::Responded`].
    Other(RequestBody<'a>),
}

/// The adapter or the application did something that it must not do. The state is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// What the terminal said to the request before was not taken yet.
    NotTaken,
    /// The body is longer than the memory lent for it; answer 413.
    TooLong,
    /// There is no such wish, or it has ended.
    NoSuchWish,
    /// The wish does not end like this.
    WrongEnd,
    /// No such storing is under way.
    NoSuchTicket,
    /// The time is before that of an earlier input.
    ClockWentBack,
}

impl fmt::Display for Misuse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotTaken => "the outputs for the request before were not taken yet",
            Self::TooLong => "the request is longer than the memory lent for it",
            Self::NoSuchWish => "there is no such wish, or it has ended",
            Self::WrongEnd => "the wish does not end like this",
            Self::NoSuchTicket => "no such storing is under way",
            Self::ClockWentBack => "the clock went back",
        })
    }
}

impl core::error::Error for Misuse {}

/// The memory lent to a terminal is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// For requests: both of the same length, of at least so many bytes.
    Requests {
        /// Bytes at least.
        least: usize,
    },
    /// For responses.
    History {
        /// Bytes at least.
        least: usize,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests { least } => {
                write!(out, "the memory for requests must be twice the same, {least} bytes or more")
            }
            Self::History { least } => write!(out, "the memory for responses must have {least} bytes or more"),
        }
    }
}

impl core::error::Error for ConfigError {}
