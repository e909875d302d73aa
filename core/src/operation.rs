//! What a till asks for, and what it is told, in the words of no protocol.

use core::fmt;

use crate::id::{Id, Reference, RequestId};
use crate::limits;
use crate::money::Money;
use crate::secret::Pan;
use crate::text::Text;
use crate::time::WallTime;

/// What the till wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// Asked for in many places, and short to ask for.
#[cfg_attr(not(target_pointer_width = "64"), repr(u8))]
pub enum Operation {
    /// Take a payment.
    Payment {
        /// What is charged, cash-back included.
        amount: Money,
        /// The part of it that is handed out in cash.
        cash_back: Option<Money>,
    },
    /// Give money back to a card.
    Refund {
        /// What is given back.
        amount: Money,
        /// The payment it belongs to; without it the card is read again.
        original: Original,
    },
    /// Take back a whole transaction.
    Reversal {
        /// The amount of the transaction, where the dialect sends it.
        amount: Option<Money>,
        /// Which transaction; where the dialect has no way to say it, the last one.
        original: Original,
    },
    /// Hold an amount on a card.
    Reservation {
        /// What is held.
        amount: Money,
    },
    /// Charge what was held.
    Completion {
        /// What is charged in the end.
        amount: Money,
        /// The reservation.
        original: Original,
    },
    /// Send the last receipts again.
    Reprint,
    /// Send the last answer again.
    RepeatLast,
    /// Stop what the terminal is doing for this lane, whoever started it. To stop the operation of this session use
    /// [`Input::Abort`](crate::drive::Input::Abort).
    Abort,
    /// Who the terminal is.
    Info,
    /// How the terminal is.
    Status,
    /// Which brands it takes.
    CardCircuits,
    /// Open the shift, by whichever word the terminal knows.
    Activate,
    /// Close the shift, by whichever word the terminal knows.
    Deactivate,
    /// Log in.
    Login,
    /// Log off.
    Logoff,
    /// Totals since the last closure.
    Reconciliation {
        /// Start new totals afterwards.
        closure: bool,
    },
    /// Balance, and log off.
    CloseDay,
    /// Submit what the terminal has stored.
    Transmit,
    /// Fetch the configuration.
    ContactTms,
    /// Initialise with the acquirers.
    ContactAcquirer,
    /// Self test.
    Diagnosis,
    /// Restart the terminal's application.
    Restart,
}

impl Original {
    /// Whether nothing of it is named.
    pub(crate) const fn is_empty(&self) -> bool {
        let Self { trx_reference_number, stan, terminal_id, terminal_batch, time_stamp, reference } = self;
        trx_reference_number.is_none()
            && stan.is_none()
            && terminal_id.is_none()
            && terminal_batch.is_none()
            && time_stamp.is_none()
            && reference.is_none()
    }
}

impl Operation {
    /// Whether money may move. Such a request is stored before it is sent (I2) and sent once (I1).
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        matches!(
            self,
            Self::Payment { .. }
                | Self::Refund { .. }
                | Self::Reversal { .. }
                | Self::Reservation { .. }
                | Self::Completion { .. }
        )
    }

    /// The amount asked for.
    #[must_use]
    pub const fn amount(&self) -> Option<Money> {
        match self {
            Self::Payment { amount, .. }
            | Self::Refund { amount, .. }
            | Self::Reservation { amount }
            | Self::Completion { amount, .. } => Some(*amount),
            Self::Reversal { amount, .. } => *amount,
            _ => None,
        }
    }

    /// One word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Payment { .. } => "payment",
            Self::Refund { .. } => "refund",
            Self::Reversal { .. } => "reversal",
            Self::Reservation { .. } => "reservation",
            Self::Completion { .. } => "completion",
            Self::Reprint => "reprint",
            Self::RepeatLast => "repeat-last",
            Self::Abort => "abort",
            Self::Info => "info",
            Self::Status => "status",
            Self::CardCircuits => "card-circuits",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Login => "login",
            Self::Logoff => "logoff",
            Self::Reconciliation { closure: false } => "reconciliation",
            Self::Reconciliation { closure: true } => "reconciliation-with-closure",
            Self::CloseDay => "close-day",
            Self::Transmit => "transmit",
            Self::ContactTms => "contact-tms",
            Self::ContactAcquirer => "contact-acquirer",
            Self::Diagnosis => "diagnosis",
            Self::Restart => "restart",
        }
    }
}

/// How an earlier transaction is named. Which parts count differs by dialect; the rest is not sent. If none of the parts
/// given counts, the operation is refused ([`Misuse::Incomplete`](crate::drive::Misuse::Incomplete)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Original {
    /// Reference the terminal gave (Nexi).
    pub trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    /// Receipt or trace number, with leading zeros (German OPI, IFSF).
    pub stan: Option<Id<{ limits::NUMBER_ID }>>,
    /// Terminal (IFSF).
    pub terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    /// Batch (IFSF).
    pub terminal_batch: Option<Id<{ limits::NUMBER_ID }>>,
    /// Time as the terminal wrote it (IFSF).
    pub time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
    /// Receipt number (CCV) or approval code.
    pub reference: Option<Reference>,
}

/// One operation, with what goes along with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is wanted.
    pub operation: Operation,
    /// The merchant's own reference.
    pub reference: Option<Reference>,
    /// Local time now. Times written later are counted on from it.
    pub at: WallTime,
}

impl Request {
    /// The operation, without a reference.
    #[must_use]
    pub const fn new(operation: Operation, at: WallTime) -> Self {
        Self { operation, reference: None, at }
    }
}

/// How an operation ended. [`Unknown`](Self::Unknown) is not an error: it is a fact the till must book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// The money moved (or is held).
    Approved,
    /// The terminal had the request and refused or failed it: no money moved.
    Declined,
    /// Stopped by the card holder or the cashier: no money moved.
    Aborted,
    /// The terminal never had the whole request: no money moved, and asking again is safe.
    NotSent,
    /// The terminal may have moved the money or not.
    Unknown,
    /// An operation that moves no money was carried out.
    Done,
}

impl Outcome {
    /// One word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Aborted => "aborted",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
            Self::Done => "done",
        }
    }
}

/// Why it ended so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Reason {
    /// Approved, but for less than was asked.
    PartialApproval = 1,
    /// Approved with restrictions: look at the receipt.
    CheckReceipt = 2,
    /// Taken in by the terminal; the host decides later (Adyen: reversals).
    HostDecidesLater = 30,
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
    /// The terminal does not accept the message: a mistake in program or configuration; never send it again unchanged.
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
    /// The terminal was asked about the request and never had it.
    NotReceived = 29,
    /// Stopped by the till before the request had left.
    Withdrawn = 19,
    /// The transmit buffer is too small for the request, or for the answers that the terminal will want
    /// ([`limits::TRANSMIT_MIN`]), or the request holds a character that XML cannot carry.
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
    /// A refusal, but with signs that the card was charged, or after the card holder was already prompted; or an approval
    /// of nothing.
    Contradiction = 27,
    /// The terminal does not know what its host decided.
    AuthorisationUnknown = 28,
    /// Approved, but the terminal sent no receipt: have it printed again, or look for it at the terminal.
    NoReceipt = 31,
}

impl Reason {
    /// A sentence for the cashier's log.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::PartialApproval => "approved for less than was asked",
            Self::CheckReceipt => "approved with restrictions, look at the receipt",
            Self::HostDecidesLater => "taken in by the terminal, the host decides later",
            Self::HostDeclined => "declined by the card's bank",
            Self::TerminalRefused => "refused by the terminal",
            Self::Stopped => "stopped",
            Self::HostUnreachable => "the payment host could not be reached",
            Self::TimedOut => "timed out before a card was read",
            Self::UnknownCard => "the card is not known",
            Self::NotSupported => "the terminal cannot do this",
            Self::Rejected => "the terminal did not accept the message",
            Self::Busy => "the terminal is busy",
            Self::DeviceUnavailable => "the terminal cannot be used now",
            Self::LoggedOut => "not logged in: activate the terminal, then try again",
            Self::PrintLastTicket => "receipts of an earlier payment had to be fetched first; try again",
            Self::NotStored => "the till could not store the request",
            Self::NotListening => "the till could not listen for callbacks",
            Self::NotConnected => "the terminal could not be reached",
            Self::NotReceived => "the terminal never had the request",
            Self::NotTransmitted => "the connection broke before the request had left",
            Self::Withdrawn => "withdrawn before it was sent",
            Self::NotEncodable => "the request could not be written",
            Self::ConnectionLost => "the connection ended before the answer",
            Self::Deadline => "no answer in time",
            Self::Unreadable => "the answer cannot be read",
            Self::ForeignAnswer => "the answer belongs to another request",
            Self::MissingResult => "the answer holds no result",
            Self::UnlistedResult => "the answer holds a result that is not known",
            Self::Contradiction => "the terminal contradicts itself, and may have charged the card",
            Self::AuthorisationUnknown => "the terminal does not know the host's decision",
            Self::NoReceipt => "approved, but the terminal sent no receipt",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text())
    }
}

/// What the answer says of the transaction. Everything as the terminal wrote it, card numbers masked when shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Facts {
    /// The amount booked.
    pub amount: Option<Money>,
    /// The part of it beyond what was asked.
    pub tip: Option<Money>,
    /// The part of it handed out in cash.
    pub cash_back: Option<Money>,
    /// Approval code.
    pub approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    /// Card number, masked when shown.
    pub masked_card_number: Option<Pan>,
    /// Brand.
    pub card_circuit: Option<Text<{ limits::VOCABULARY }>>,
    /// Trace number, with leading zeros.
    pub stan: Option<Id<{ limits::NUMBER_ID }>>,
    /// Terminal.
    pub terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    /// Batch.
    pub terminal_batch: Option<Id<{ limits::NUMBER_ID }>>,
    /// Reference of the transaction, for refunds and completions.
    pub trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    /// Receipt number.
    pub receipt_number: Option<Id<{ limits::LONG_ID }>>,
    /// Time of the authorisation as the terminal wrote it.
    pub time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
    /// The result in the protocol's own word.
    pub overall_result: Option<Id<{ limits::VOCABULARY }>>,
    /// Why the host declined.
    pub host_decline_reason: Option<Id<{ limits::NUMBER_ID }>>,
    /// Why the terminal declined.
    pub terminal_decline_reason: Option<Id<{ limits::NUMBER_ID }>>,
}

impl Facts {
    /// Whether a card was used: an approval, a reference, a card number or a brand.
    ///
    /// The brand `OTHR` alone is no sign: Q30 terminals send it with a time-out when no card was read (release notes
    /// of the Nexi OPI Proxy).
    #[must_use]
    pub fn show_a_card(&self) -> bool {
        self.approval_code.is_some()
            || self.trx_reference_number.is_some()
            || self.masked_card_number.is_some()
            || self.card_circuit.as_ref().is_some_and(|circuit| circuit.as_str() != "OTHR")
    }

    /// Whether the host or the terminal gave a reason to decline; `0` is none.
    #[must_use]
    pub fn show_a_decline(&self) -> bool {
        [&self.host_decline_reason, &self.terminal_decline_reason]
            .into_iter()
            .flatten()
            .any(|reason| reason.as_str().bytes().any(|digit| digit != b'0'))
    }

    /// Whether an authorisation took place: an approval or a reference.
    #[must_use]
    pub fn show_an_authorisation(&self) -> bool {
        self.approval_code.is_some() || self.trx_reference_number.is_some()
    }
}

/// By what it became clear how an operation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum SettledBy {
    /// Its own answer, or the proof that it was never sent. Also where nothing settled it.
    #[default]
    Answer,
    /// The terminal repeated the answer.
    RepeatLastMessage,
    /// The terminal printed the receipt again.
    TicketReprint,
    /// The terminal was asked how the request stands.
    TransactionStatus,
    /// A person decided.
    Person,
}

/// The end of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Finished {
    /// The request; `None` if no number was used.
    pub request_id: Option<RequestId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it ended so, unless it simply went well.
    pub reason: Option<Reason>,
    /// By what it became clear.
    pub settled_by: SettledBy,
    /// What the answer said.
    pub facts: Facts,
    /// Whether this end was confirmed stored. If not, the till must book it now: after a restart it is unresolved.
    pub stored: bool,
}
