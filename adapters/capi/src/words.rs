//! The words of the core as numbers. A number, once given, stays with its word.

use opi_core::drive::{QuestionKind as CoreQuestionKind, Why as CoreWhy};
use opi_core::operation::{Outcome as CoreOutcome, Reason as CoreReason, SettledBy as CoreSettledBy};
use opi_core::opi::message::DeviceStatus as CoreDeviceStatus;
use opi_core::receipt::{Alignment as CoreAlignment, Copy, Purpose as CorePurpose};

use crate::border::{Str, guard};

/// Lets numbers from C be words again.
macro_rules! codes {
    ($name:ident { $($word:ident),+ $(,)? }) => {
        impl $name {
            pub(crate) fn from_code(code: u32) -> Option<Self> {
                $(if code == Self::$word as u32 {
                    return Some(Self::$word);
                })+
                None
            }
        }
    };
}
pub(crate) use codes;

/// The same words as in the core, which may get more of them.
macro_rules! mirror {
    ($name:ident of $core:ident { $($word:ident),+ $(,)? } else $other:ident) => {
        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core {
                    $($core::$word => Self::$word,)+
                    #[allow(unreachable_patterns, reason = "the core may get more words")]
                    _ => Self::$other,
                }
            }
        }
        impl $name {
            /// `None` for no word of the core.
            #[allow(dead_code, reason = "not every word comes back from C")]
            pub(crate) fn core(code: u32) -> Option<$core> {
                $(if code == Self::$word as u32 {
                    return Some($core::$word);
                })+
                None
            }
        }
    };
}

/// What the till wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Operation {
    /// Take a payment: `amount`, and `cash_back` if a part of it is handed out in cash.
    Payment = 1,
    /// Give money back to a card: `amount`, and `original` if the card is not to be read again.
    Refund = 2,
    /// Take back a whole transaction: `original` or `amount`, as the dialect wants it.
    Reversal = 3,
    /// Hold an amount on a card: `amount`.
    Reservation = 4,
    /// Charge what was held: `amount` and `original`.
    Completion = 5,
    /// Send the last receipts again.
    Reprint = 6,
    /// Send the last answer again.
    RepeatLast = 7,
    /// Stop what the terminal is doing for this lane, whoever started it. To stop the operation of this session give
    /// OPI_INPUT_ABORT.
    Abort = 8,
    /// Who the terminal is.
    Info = 9,
    /// How the terminal is.
    Status = 10,
    /// Which brands it takes.
    CardCircuits = 11,
    /// Open the shift, by whichever word the terminal knows.
    Activate = 12,
    /// Close the shift, by whichever word the terminal knows.
    Deactivate = 13,
    /// Log in.
    Login = 14,
    /// Log off.
    Logoff = 15,
    /// Totals since the last closure.
    Reconciliation = 16,
    /// The same, and new totals start afterwards.
    ReconciliationWithClosure = 17,
    /// Balance, and log off.
    CloseDay = 18,
    /// Submit what the terminal has stored.
    Transmit = 19,
    /// Fetch the configuration.
    ContactTms = 20,
    /// Initialise with the acquirers.
    ContactAcquirer = 21,
    /// Self test.
    Diagnosis = 22,
    /// Restart the terminal's application.
    Restart = 23,
}

codes!(Operation {
    Payment,
    Refund,
    Reversal,
    Reservation,
    Completion,
    Reprint,
    RepeatLast,
    Abort,
    Info,
    Status,
    CardCircuits,
    Activate,
    Deactivate,
    Login,
    Logoff,
    Reconciliation,
    ReconciliationWithClosure,
    CloseDay,
    Transmit,
    ContactTms,
    ContactAcquirer,
    Diagnosis,
    Restart,
});

/// How an operation ended. `UNKNOWN` is no error: it is a fact that the till must book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Outcome {
    /// The money moved (or is held).
    Approved = 1,
    /// The terminal had the request and refused or failed it: no money moved.
    Declined = 2,
    /// Stopped by the card holder or the cashier: no money moved.
    Aborted = 3,
    /// The terminal never had the whole request: no money moved, and asking again is safe.
    NotSent = 4,
    /// The terminal may have moved the money or not.
    Unknown = 5,
    /// An operation that moves no money was carried out.
    Done = 6,
}

mirror!(Outcome of CoreOutcome { Approved, Declined, Aborted, NotSent, Unknown, Done } else Unknown);

/// Why it ended so. The sentences are those of `opi_reason_text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Reason {
    /// It simply went well.
    None = 0,
    /// Approved, but for less than was asked.
    PartialApproval = 1,
    /// Approved with restrictions: look at the receipt.
    CheckReceipt = 2,
    /// The card's bank said no.
    HostDeclined = 3,
    /// The terminal said no or failed.
    TerminalRefused = 4,
    /// The card holder pressed stop, or the abort of the cashier took effect.
    Stopped = 5,
    /// The payment host could not be reached.
    HostUnreachable = 6,
    /// Time ran out at the terminal before a card was read.
    TimedOut = 7,
    /// The card is not known.
    UnknownCard = 8,
    /// The terminal cannot do this.
    NotSupported = 9,
    /// The terminal does not accept the message: never send it again unchanged.
    Rejected = 10,
    /// The terminal is busy with something else.
    Busy = 11,
    /// The terminal cannot be used now; pause some seconds.
    DeviceUnavailable = 12,
    /// Nobody is logged in: activate, then ask again.
    LoggedOut = 13,
    /// The last receipts must be fetched first: reprint, then ask again.
    PrintLastTicket = 14,
    /// The till could not store the request before sending it.
    NotStored = 15,
    /// The till could not listen for the terminal's callbacks.
    NotListening = 16,
    /// The terminal could not be reached.
    NotConnected = 17,
    /// The connection broke before the whole request had left.
    NotTransmitted = 18,
    /// Stopped by the till before the request had left.
    Withdrawn = 19,
    /// The request could not be written.
    NotEncodable = 20,
    /// The connection ended before the answer.
    ConnectionLost = 21,
    /// No answer in time.
    Deadline = 22,
    /// The answer cannot be read.
    Unreadable = 23,
    /// The answer belongs to another request.
    ForeignAnswer = 24,
    /// The answer holds no result.
    MissingResult = 25,
    /// The answer holds a result that nobody knows.
    UnlistedResult = 26,
    /// A refusal, but with signs that the card was charged.
    Contradiction = 27,
    /// The terminal does not know what its host decided.
    AuthorisationUnknown = 28,
    /// The terminal was asked about the request and never had it.
    NotReceived = 29,
    /// Taken in by the terminal; the host decides later.
    HostDecidesLater = 30,
    /// Approved, but the terminal sent no receipt.
    NoReceipt = 31,
    /// A reason that this header does not know.
    Other = 255,
}

mirror!(Reason of CoreReason {
    PartialApproval,
    CheckReceipt,
    HostDeclined,
    TerminalRefused,
    Stopped,
    HostUnreachable,
    TimedOut,
    UnknownCard,
    NotSupported,
    Rejected,
    Busy,
    DeviceUnavailable,
    LoggedOut,
    PrintLastTicket,
    NotStored,
    NotListening,
    NotConnected,
    NotTransmitted,
    Withdrawn,
    NotEncodable,
    ConnectionLost,
    Deadline,
    Unreadable,
    ForeignAnswer,
    MissingResult,
    UnlistedResult,
    Contradiction,
    AuthorisationUnknown,
    NotReceived,
    HostDecidesLater,
    NoReceipt,
} else Other);

/// By what it became clear how an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum SettledBy {
    /// Its own answer, or the proof that it was never sent. Also where nothing settled it.
    Answer = 1,
    /// The terminal repeated the answer.
    RepeatLastMessage = 2,
    /// The terminal printed the receipt again.
    TicketReprint = 3,
    /// A person decided.
    Person = 4,
    /// The terminal was asked how the request stands.
    TransactionStatus = 5,
}

mirror!(SettledBy of CoreSettledBy {
    Answer,
    RepeatLastMessage,
    TicketReprint,
    Person,
    TransactionStatus,
} else Answer);

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Why {
    /// A wish of the till.
    Idle = 0,
    /// A decision about the request whose result is unknown.
    Unresolved = 1,
    /// The terminal to come to rest, before it is asked about a lost answer.
    Recovery = 2,
    /// The store.
    Store = 3,
    /// The listener.
    Listener = 4,
    /// The connection to the terminal.
    Connection = 5,
    /// The request to leave.
    Transmission = 6,
    /// The terminal, the host and the card holder.
    Terminal = 7,
    /// The cashier's answer.
    Cashier = 8,
    /// Something that this header does not know.
    Other = 255,
}

mirror!(Why of CoreWhy {
    Idle,
    Unresolved,
    Recovery,
    Store,
    Listener,
    Connection,
    Transmission,
    Terminal,
    Cashier,
} else Other);

/// What a sheet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// A prompt for the cashier.
    CashierDisplay = 1,
    /// A prompt for the customer.
    CustomerDisplay = 2,
    /// The card holder's receipt, to be kept and printed.
    CustomerReceipt = 3,
    /// The merchant's receipt, to be kept and printed.
    MerchantReceipt = 4,
    /// A structured record of the transaction, to be kept. Not for printing.
    Journal = 5,
    /// An offer to pay in the card's own currency: shown to the customer, never filed as a receipt.
    Offer = 6,
    /// Something that this header does not know.
    Other = 255,
}

impl From<CorePurpose> for Purpose {
    fn from(core: CorePurpose) -> Self {
        match core {
            CorePurpose::CashierDisplay => Self::CashierDisplay,
            CorePurpose::CustomerDisplay => Self::CustomerDisplay,
            CorePurpose::Receipt(Copy::Customer) => Self::CustomerReceipt,
            CorePurpose::Receipt(Copy::Merchant) => Self::MerchantReceipt,
            CorePurpose::Journal => Self::Journal,
            CorePurpose::Offer => Self::Offer,
            _ => Self::Other,
        }
    }
}

/// Where a text stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Alignment {
    /// At the left edge.
    Left = 0,
    /// In the middle.
    Center = 1,
    /// At the right edge.
    Right = 2,
}

mirror!(Alignment of CoreAlignment { Left, Center, Right } else Left);

/// What kind of answer the terminal wants of the cashier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum QuestionKind {
    /// Yes or no.
    Confirmation = 1,
    /// Any key: yes if one was pressed.
    AnyKey = 2,
    /// A number.
    Number = 3,
    /// A text.
    Text = 4,
    /// An entry of a menu, by its number.
    Menu = 5,
    /// May the goods be handed out? Yes or no, for tills without a cashier.
    Delivery = 6,
    /// The forecourt reports an event; yes takes it.
    ForecourtEvent = 7,
    /// Something that this header does not know: answer it as not given.
    Other = 255,
}

mirror!(QuestionKind of CoreQuestionKind {
    Confirmation,
    AnyKey,
    Number,
    Text,
    Menu,
    Delivery,
    ForecourtEvent,
} else Other);

/// What the cashier answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum AnswerKind {
    /// Yes; a key was pressed; the goods may be handed out; the event is taken.
    Yes = 1,
    /// No.
    No = 2,
    /// A number, or the number of a menu entry: `text` is its digits with at most one dot.
    Number = 3,
    /// A text.
    Text = 4,
    /// The cashier pressed cancel.
    Cancelled = 5,
    /// Nobody is there to answer.
    NotGiven = 6,
}

codes!(AnswerKind { Yes, No, Number, Text, Cancelled, NotGiven });

/// State of a printer or of the store of journals, as the till declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DeviceStatus {
    /// The till takes it.
    Available = 1,
    /// The till cannot take it.
    Unavailable = 2,
    /// The terminal shall print it.
    PrintLocal = 3,
    /// The till takes it, paper is short.
    PaperLow = 4,
    /// No paper.
    PaperEmpty = 5,
    /// The till takes it, memory is short.
    MemoryLow = 6,
}

mirror!(DeviceStatus of CoreDeviceStatus {
    Available,
    Unavailable,
    PrintLocal,
    PaperLow,
    PaperEmpty,
    MemoryLow,
} else Unavailable);

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum RecordKind {
    /// A request that may move money is about to be sent.
    Intent = 1,
    /// The whole frame of it was handed to the transport. Nothing waits for the storing of this one.
    Sent = 2,
    /// A sheet came in whole. Its lines and its text must be stored before it.
    Sheet = 3,
    /// How the request ended.
    Result = 4,
    /// How a request was settled whose result was unknown.
    Resolution = 5,
    /// Something that this header does not know. It is stored like the others.
    Other = 255,
}

/// One word for an outcome, such as `approved`. It stands for ever.
#[unsafe(no_mangle)]
pub extern "C" fn opi_outcome_name(outcome: u32) -> Str {
    guard(Str::NONE, || Str::of_some(Outcome::core(outcome).map(CoreOutcome::name)))
}

/// A sentence on a reason, for the cashier's log, without a full stop; no text for OPI_REASON_NONE. It stands for ever.
#[unsafe(no_mangle)]
pub extern "C" fn opi_reason_text(reason: u32) -> Str {
    guard(Str::NONE, || Str::of_some(Reason::core(reason).map(CoreReason::text)))
}

/// A few words on what a session waits for. They stand for ever.
#[unsafe(no_mangle)]
pub extern "C" fn opi_why_text(why: u32) -> Str {
    const fn text(why: CoreWhy) -> &'static str {
        match why {
            CoreWhy::Idle => "nothing to do",
            CoreWhy::Unresolved => "waiting for a decision about an unknown result",
            CoreWhy::Recovery => "waiting to ask the terminal about the lost answer",
            CoreWhy::Store => "waiting for the store",
            CoreWhy::Listener => "waiting for the listener",
            CoreWhy::Connection => "connecting to the terminal",
            CoreWhy::Transmission => "sending the request",
            CoreWhy::Terminal => "waiting for the terminal",
            CoreWhy::Cashier => "waiting for the cashier",
            _ => "waiting",
        }
    }
    guard(Str::NONE, || Str::of_some(Why::core(why).map(text)))
}
