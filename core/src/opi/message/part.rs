//! What a decoder gives, in the order of the document.

use core::fmt;

use super::event::{AuthResponse, Event, EventResult, TransactionLimits};
use super::facts::{
    Acq, Agent, Device, Diagnosis, DiagnosisResult, EncryptionExponent, EncryptionRsa, ErrorDetail, ErrorResponse,
    Identification, Language, PinPadProgramLoad, PrivateFacts, ServiceReference, Submission,
};
use super::goods::{Product, RestrictionCode, SaleItem};
use super::header::{Header, OriginalHeader};
use super::instrument::{Acquirer, CardCircuit, CardDetails, CardValue, Loyalty};
use super::output::{
    Buzzer, DccInfo, ImageFile, InputCommand, InputResult, Mac, OutSecureData, Output, OutputResult, TextLine,
    TransactionInfo,
};
use super::payment::{Authorisation, OriginalTransaction, PosData, Terminal, TotalAmount};
use crate::xml::{Raw, Runs};

/// One part of a message. It is given when its element ends, unless said otherwise.
///
/// Elements that no part stands for are passed over with everything in them, except that a few things are found
/// wherever they stand, because documents and terminals differ on where that is: [`TransactionInfo`], [`DccInfo`],
/// [`Identification`], [`Acq`], the reasons of [`Diagnosis`], `PrivateData`, in a `ServiceResponse` [`CardCircuit`],
/// and in a `CardServiceResponse` some values of [`Authorisation`].
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The root element began. Always the first part.
    Header(&'a Header),
    /// `POSdata`, also spelled `POSData`.
    PosData(&'a PosData),
    /// An amount, and what it is the amount of.
    Total(&'a TotalAmount, Place),
    /// `Terminal`.
    Terminal(&'a Terminal),
    /// `Authorisation`, also spelled `Authorization`. May come more than once: see [`Authorisation::fill`].
    Authorisation(&'a Authorisation),
    /// `OriginalHeader`.
    OriginalHeader(&'a OriginalHeader),
    /// `OriginalTransaction`.
    OriginalTransaction(&'a OriginalTransaction),
    /// `SaleItem`.
    SaleItem(&'a SaleItem),
    /// `CardValue`.
    CardValue(&'a CardValue),
    /// `CardDetails`.
    CardDetails(&'a CardDetails),
    /// `Loyalty`.
    Loyalty(&'a Loyalty),
    /// `CardCircuitCollection` began, perhaps with nothing in it.
    CardCircuits,
    /// `CardCircuit`.
    CardCircuit(&'a CardCircuit),
    /// `Acquirer`.
    Acquirer(&'a Acquirer),
    /// `Agent`.
    Agent(&'a Agent),
    /// `ErrorDetail/Error`.
    ErrorDetail(&'a ErrorDetail),
    /// `ErrorDetail/Response`.
    ErrorResponse(&'a ErrorResponse),
    /// `Tender/RestrictionCodes`.
    RestrictionCode(&'a RestrictionCode),
    /// The language of what was paid ([`Place::Tender`]) or of a reconciliation ([`Place::Reconciliation`]), which
    /// begins. Not given if it has none.
    Language(&'a Language, Place),
    /// Reasons of a decline, wherever they stood. Given before the end of the message.
    Diagnosis(&'a Diagnosis),
    /// German facts. Given at the end of `PrivateData`, if there are any.
    PrivateFacts(&'a PrivateFacts),
    /// `Identification`.
    Identification(&'a Identification),
    /// `Acq`.
    Acq(&'a Acq),
    /// `Submission`.
    Submission(&'a Submission),
    /// `DiagnosisResult`.
    DiagnosisResult(&'a DiagnosisResult),
    /// `Device`.
    Device(&'a Device),
    /// `PINPadProgramLoad`.
    PinPadProgramLoad(&'a PinPadProgramLoad),
    /// `EncryptionRSA`.
    EncryptionRsa(&'a EncryptionRsa),
    /// `EncryptionExponent`.
    EncryptionExponent(&'a EncryptionExponent),
    /// `Reference` of a `ServiceResponse`.
    Reference(&'a ServiceReference),
    /// An output began; its lines and facts follow, then [`OutputEnd`](Part::OutputEnd).
    OutputBegin(&'a Output),
    /// A line of the output.
    TextLine(&'a TextLine),
    /// A sound of the output.
    Buzzer(&'a Buzzer),
    /// Encrypted data of the output.
    OutSecureData(&'a OutSecureData),
    /// An authentication code of the output.
    Mac(&'a Mac),
    /// A picture of the output.
    ImageFile(&'a ImageFile),
    /// The facts of a transaction. Its amount comes before it, see [`Place::TransactionInfo`].
    TransactionInfo(&'a TransactionInfo),
    /// What the cardholder is billed.
    DccInfo(&'a DccInfo),
    /// The output ended.
    OutputEnd,
    /// A question.
    Input(&'a InputCommand),
    /// A product that the card of an event may buy.
    Product(&'a Product),
    /// An event. Its amount and products come before it.
    Event(&'a Event),
    /// What became of an output.
    OutputResult(&'a OutputResult),
    /// What was answered.
    InputResult(&'a InputResult),
    /// How the till's own host authorised an event.
    AuthResponse(&'a AuthResponse),
    /// Up to which amount the terminal may do what, after an event.
    TransactionLimits(&'a TransactionLimits),
    /// What the till makes of an event. Amount, items, acquirer, authorisation and limits come before it.
    EventResult(&'a EventResult),
    /// The content of an element as it was written, besides the parts that were found in it.
    Fragment {
        /// Of which element.
        of: FragmentOf,
        /// The next piece of it.
        piece: Piece<'a>,
    },
    /// The message is complete and well-formed. Always the last part; nothing counts before it.
    End,
}

/// What an amount is the amount of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Place {
    /// What is asked for.
    Message,
    /// What was paid.
    Tender,
    /// One line of a reconciliation. Flaws in it cost the value only: totals do not decide a payment.
    Reconciliation,
    /// An event.
    Event,
    /// The answer to an event.
    EventResult,
    /// The e-journal. Flaws in it cost the value only: a receipt must still be stored.
    TransactionInfo,
}

impl Place {
    /// Whether a wrong amount there is the message's fault.
    pub(super) const fn decides_money(self) -> bool {
        matches!(self, Self::Message | Self::Tender | Self::Event | Self::EventResult)
    }
}

/// Which element's content a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum FragmentOf {
    /// `PrivateData`.
    PrivateData,
    /// The output with the target `E-Journal`.
    EJournal,
    /// `EncryptedCardValue`: only who has the key can make anything of it.
    EncryptedCardValue,
    /// `Encryption`, which the IFSF schema leaves open.
    Encryption,
    /// `Validation`, which the IFSF schema leaves open.
    Validation,
    /// `EncryptionModulus`: hexadecimal digits, more than any other value has.
    EncryptionModulus,
}

/// A piece of XML as it was written: characters, with markup and references in it.
///
/// Pieces reach as far as the window does; only all of them together are what was written. `Debug` shows the length
/// only (I12).
#[derive(Clone, Copy)]
pub struct Piece<'a>(Raw<'a>);

impl<'a> Piece<'a> {
    pub(super) const fn new(raw: Raw<'a>) -> Self {
        Self(raw)
    }

    /// The characters, if they stand in the window as UTF-8.
    #[must_use]
    pub fn as_plain(&self) -> Option<&'a str> {
        self.0.as_plain()
    }

    /// The bytes of the document.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// The characters in order.
    #[must_use]
    pub const fn runs(&self) -> Runs<'a> {
        self.0.runs()
    }

    /// Writes all characters.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        self.0.write_to(out)
    }
}

impl fmt::Debug for Piece<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Piece({} bytes)", self.0.as_bytes().len())
    }
}
