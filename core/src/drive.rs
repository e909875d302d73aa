//! The contract between a session and the world: [`Input`], [`Output`], [`Event`].
//!
//! *After each `handle_input`, call `poll_output` until it returns [`Output::Wait`]; do what each output says, and
//! report the result as an input. You may report from inside the drain.*
//!
//! * `now` comes in with every input. Nothing else tells the session the time, so the same inputs give the same
//!   outputs, byte for byte.
//! * Give [`Input::Received`] at most as many bytes as `room(link)` says; read more when it grew.
//! * Loop over `write` and count. When a write fails, [`Input::SendFailed`] says how many bytes can have left: fewer
//!   than the frame prove that the terminal cannot act on it.
//! * Report [`Input::Stored`] only when the record would survive a power cut.

use core::fmt;

use crate::id::RequestId;
use crate::journal::{Record, Ticket};
use crate::limits;
use crate::money::{Decimal, Money};
use crate::operation::{Finished, Reason, Request};
use crate::receipt::{Line, Sheet, SheetId};
use crate::secret::Masked;
use crate::text::Text;
use crate::time::{Instant, WallTime};

/// One connection of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Link {
    /// Channel 0: the request in progress and its answer.
    Request,
    /// Channel 0 once more: an abort beside the request in progress.
    Abort,
    /// Channel 1: a connection the terminal opened, by its slot.
    Device(u8),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The till wants something done.
    Start(&'a Request),
    /// The till wants the operation in progress stopped. Its outcome still comes from its own answer (I8).
    Abort,
    /// The cashier answered a question.
    Answer(QuestionId, Answer<'a>),
    /// A person decided about the unresolved request.
    Resolve {
        /// The request that is unresolved.
        request: RequestId,
        /// Whether the customer was charged.
        charged: bool,
        /// Why, in the person's words: the first [`limits::NOTE`] bytes of it are stored.
        note: &'a str,
    },
    /// The till wants the unresolved request settled: the terminal is asked about it. Local time now.
    Recover(WallTime),
    /// Callbacks of the terminal can come in.
    Listening,
    /// Callbacks of the terminal cannot come in.
    ListenFailed,
    /// The connection asked for is up.
    Connected(Link),
    /// The connection asked for could not be made.
    ConnectFailed(Link),
    /// The terminal opened a connection. Its slot must be free.
    Accepted(Link),
    /// The terminal wants to open a connection, and no slot is free for it. The connection that has been silent for
    /// longest is closed, at once or as soon as one has been silent for a while and has nothing under way.
    Crowded,
    /// Bytes came in, at most as many as there is room. Of an HTTP answer: of its body.
    Received(Link, &'a [u8]),
    /// The HTTP answer on this connection is complete: all of its body was given before. Only the Terminal API has it.
    Complete {
        /// The connection.
        link: Link,
        /// The HTTP status.
        status: u16,
    },
    /// The frame was handed to the transport as a whole.
    Sent(Link),
    /// Sending stopped. At most so many bytes of the frame can have left; when in doubt, all of them.
    SendFailed {
        /// The connection.
        link: Link,
        /// Bytes that can have left.
        at_most: usize,
    },
    /// The connection ended, by the peer or by a fault.
    Closed(Link),
    /// The record would survive a power cut.
    Stored(Ticket),
    /// The record could not be stored.
    StoreFailed(Ticket),
    /// Time passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Output<'a> {
    /// Let callbacks of the terminal come in, if they cannot yet; then [`Input::Listening`] or
    /// [`Input::ListenFailed`].
    Listen,
    /// Connect to the terminal; then [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect(Link),
    /// Send the first `length` bytes of the transmit buffer; then [`Input::Sent`] or [`Input::SendFailed`]. With the
    /// Terminal API they are the body of an HTTP request.
    Send {
        /// The connection.
        link: Link,
        /// Bytes of the frame, header included.
        length: usize,
    },
    /// Close the connection and forget it. What has not left must not leave any more: where the transport buffers, end
    /// it by a reset. No input follows.
    Close(Link),
    /// Store the record so that it survives a power cut; then [`Input::Stored`] or [`Input::StoreFailed`].
    /// In the order in which they are given out: the end of a request can be, while its intent is still being stored.
    Persist(Ticket, Record<'a>),
    /// Something the till wants to know.
    Event(Event<'a>),
    /// Nothing more until an input comes, at the latest until the deadline: then [`Input::Tick`].
    Wait(Wait),
}

/// Until when a session has nothing to do, and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Wait {
    /// When it must be woken. `None` only if nothing is under way.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub until: Option<Instant>,
    /// What for.
    pub why: Why,
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Why {
    /// A wish of the till.
    Idle,
    /// A decision about the request whose result is unknown.
    Unresolved,
    /// The terminal to come to rest, before it is asked about a lost answer.
    Recovery,
    /// The store.
    Store,
    /// The listener.
    Listener,
    /// The connection to the terminal.
    Connection,
    /// The request to leave.
    Transmission,
    /// The terminal, the host and the card holder.
    Terminal,
    /// The cashier's answer.
    Cashier,
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Idle => "nothing to do",
            Self::Unresolved => "waiting for a decision about an unknown result",
            Self::Recovery => "waiting to ask the terminal about the lost answer",
            Self::Store => "waiting for the store",
            Self::Listener => "waiting for the listener",
            Self::Connection => "connecting to the terminal",
            Self::Transmission => "sending the request",
            Self::Terminal => "waiting for the terminal",
            Self::Cashier => "waiting for the cashier",
        })
    }
}

/// Something the till wants to know. `Debug` masks card numbers in the raw texts (I12).
#[derive(PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request got its number.
    Started {
        /// The number.
        request_id: RequestId,
        /// The request type as it goes on the wire.
        request_type: &'a str,
    },
    /// The answer to a request that may move money is lost or says nothing. The terminal is asked about it; the end
    /// follows.
    InDoubt {
        /// The request.
        request_id: RequestId,
        /// Why.
        reason: Reason,
    },
    /// The terminal begins a sheet; its lines follow.
    SheetBegun(&'a Sheet),
    /// A line of the sheet.
    Line(SheetId, &'a Line),
    /// A piece of the raw text of a journal sheet.
    JournalText(SheetId, &'a str),
    /// The sheet is complete. `kept` is false if it could not be stored: the terminal was told so.
    SheetEnded {
        /// Which sheet.
        sheet: SheetId,
        /// Whether it was stored, where it had to be.
        kept: bool,
    },
    /// The terminal asks the cashier; answer with [`Input::Answer`].
    Question(&'a Question),
    /// The question does not stand any more.
    QuestionWithdrawn(QuestionId),
    /// The terminal answered an abort. It never decides the outcome (I8).
    AbortAnswered {
        /// Whether the terminal says that it took the abort.
        accepted: bool,
    },
    /// A total of a reconciliation.
    Total(&'a Total),
    /// A brand that the terminal takes.
    CardCircuit {
        /// The code.
        code: &'a str,
        /// The name for people.
        name: Option<&'a str>,
    },
    /// A fact of the terminal's identity or state, by its name in the protocol.
    Detail {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: &'a str,
    },
    /// A piece of the raw private data of an answer.
    PrivateText(&'a str),
    /// The terminal did something that it must not do. The session handles it; this is for the log.
    Fault(PeerFault),
    /// The operation ended.
    Finished(&'a Finished),
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { request_id, request_type } => {
                out.debug_struct("Started").field("request_id", request_id).field("request_type", request_type).finish()
            }
            Self::InDoubt { request_id, reason } => {
                out.debug_struct("InDoubt").field("request_id", request_id).field("reason", reason).finish()
            }
            Self::SheetBegun(sheet) => out.debug_tuple("SheetBegun").field(sheet).finish(),
            Self::Line(sheet, line) => out.debug_tuple("Line").field(sheet).field(line).finish(),
            Self::JournalText(sheet, text) => out.debug_tuple("JournalText").field(sheet).field(&Masked(text)).finish(),
            Self::SheetEnded { sheet, kept } => {
                out.debug_struct("SheetEnded").field("sheet", sheet).field("kept", kept).finish()
            }
            Self::Question(question) => out.debug_tuple("Question").field(question).finish(),
            Self::QuestionWithdrawn(id) => out.debug_tuple("QuestionWithdrawn").field(id).finish(),
            Self::AbortAnswered { accepted } => out.debug_struct("AbortAnswered").field("accepted", accepted).finish(),
            Self::Total(total) => out.debug_tuple("Total").field(total).finish(),
            Self::CardCircuit { code, name } => {
                out.debug_struct("CardCircuit").field("code", code).field("name", name).finish()
            }
            Self::Detail { name, value } => {
                out.debug_struct("Detail").field("name", name).field("value", &Masked(value)).finish()
            }
            Self::PrivateText(text) => out.debug_tuple("PrivateText").field(&Masked(text)).finish(),
            Self::Fault(fault) => out.debug_tuple("Fault").field(fault).finish(),
            Self::Finished(finished) => out.debug_tuple("Finished").field(finished).finish(),
        }
    }
}

/// A total of a reconciliation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Total {
    /// The sum.
    pub amount: Option<Money>,
    /// How many payments.
    pub number_payments: Option<u32>,
    /// `Debit` for what the merchant gets, `Credit` for what was given back.
    pub payment_type: Option<Text<{ limits::VOCABULARY }>>,
    /// The brand.
    pub card_circuit: Option<Text<{ limits::VOCABULARY }>>,
    /// The acquirer.
    pub acquirer: Option<Text<{ limits::VOCABULARY }>>,
}

/// Names one question of a session, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct QuestionId(pub u32);

/// A question to the cashier. What is asked came as a display sheet right before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Question {
    /// Its name in this session.
    pub id: QuestionId,
    /// What kind of answer is wanted.
    pub kind: QuestionKind,
    /// The sheet that holds the text of the question.
    pub sheet: Option<SheetId>,
    /// Fewest characters of the answer.
    pub min_length: Option<u16>,
    /// Most characters of the answer.
    pub max_length: Option<u16>,
    /// Decimals of a number.
    pub decimals: Option<u16>,
    /// When it is answered as not given.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub until: Instant,
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum QuestionKind {
    /// Yes or no.
    Confirmation,
    /// Any key.
    AnyKey,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An entry of a menu, by its number.
    Menu,
    /// May the goods be handed out? Yes or no, for tills without a cashier.
    Delivery,
    /// The forecourt reports an event; yes takes it. Asked only of tills that say they handle events.
    ForecourtEvent,
}

/// What the cashier answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Yes; a key was pressed; the goods may be handed out; the event is taken.
    Yes,
    /// No.
    No,
    /// A number, or the number of a menu entry.
    Number(Decimal),
    /// A text.
    Text(&'a str),
    /// The cashier pressed cancel.
    Cancelled,
    /// Nobody is there to answer.
    NotGiven,
}

/// The adapter or the till did something that it must not do. The state is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// An operation is in progress.
    Busy,
    /// The result of this earlier request is unknown: no new money moves before it is settled (I6). Settle it by asking
    /// the terminal ([`Input::Recover`]) or by a person's decision ([`Input::Resolve`]).
    Unresolved(RequestId),
    /// Nothing is in progress that could be stopped.
    NothingToAbort,
    /// The last abort was too short ago, or there were too many.
    TooManyAborts,
    /// The dialect has no such operation.
    Unsupported,
    /// The operation lacks something that the dialect needs.
    Incomplete(&'static str),
    /// No such question stands.
    NoSuchQuestion,
    /// The answer does not fit the question.
    WrongAnswer,
    /// No such request is unresolved.
    NotUnresolved,
    /// The input does not fit the state of this connection.
    WrongLink(Link),
    /// More bytes than there is room.
    NoRoom(Link),
    /// No such storing is under way.
    NoSuchTicket,
    /// The time is before that of an earlier input.
    ClockWentBack,
}

impl fmt::Display for Misuse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => out.write_str("an operation is in progress"),
            Self::Unresolved(request) => {
                write!(out, "the result of request {request} is unknown; settle it first")
            }
            Self::NothingToAbort => out.write_str("nothing is in progress that could be stopped"),
            Self::TooManyAborts => out.write_str("too many aborts, or too soon after the last"),
            Self::Unsupported => out.write_str("this dialect has no such operation"),
            Self::Incomplete(what) => write!(out, "this dialect needs {what} for the operation"),
            Self::NoSuchQuestion => out.write_str("no such question stands"),
            Self::WrongAnswer => out.write_str("the answer does not fit the question"),
            Self::NotUnresolved => out.write_str("no such request is unresolved"),
            Self::WrongLink(link) => write!(out, "the input does not fit the state of {link:?}"),
            Self::NoRoom(link) => write!(out, "more bytes than there is room on {link:?}"),
            Self::NoSuchTicket => out.write_str("no such storing is under way"),
            Self::ClockWentBack => out.write_str("the clock went back"),
        }
    }
}

impl core::error::Error for Misuse {}

/// The terminal did something that it must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub struct PeerFault {
    /// Where it happened.
    pub link: Link,
    /// Byte of the message, where there is one.
    pub offset: Option<u32>,
    /// What happened.
    pub what: &'static str,
}

impl fmt::Display for PeerFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(out, "{:?}: byte {offset}: {}", self.link, self.what),
            None => write!(out, "{:?}: {}", self.link, self.what),
        }
    }
}

impl core::error::Error for PeerFault {}
