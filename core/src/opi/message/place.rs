//! Which elements may stand where, and what they are. One table for all six messages.

use super::event::{AuthResponse, Event, EventResult, TransactionLimits};
use super::facts::{
    Acq, Agent, Device, DiagnosisResult, EncryptionExponent, EncryptionRsa, ErrorDetail, ErrorResponse, Identification,
    PinPadProgramLoad, ServiceReference, Submission,
};
use super::goods::{Product, RestrictionCode, SaleItem};
use super::header::{Kind, OriginalHeader};
use super::instrument::{Acquirer, CardCircuit, CardDetails, CardValue, Loyalty};
use super::output::{
    Buzzer, DccInfo, ImageFile, InputCommand, InputResult, Mac, OutSecureData, Output, OutputResult, TextLine,
    TransactionInfo,
};
use super::part::{FragmentOf, Part, Place};
use super::payment::{Authorisation, OriginalTransaction, PosData, Terminal, TotalAmount};
use super::record::{Record, Spec};
use super::value::{Flaw, Found};

/// A known element without values of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Root,
    Tender,
    Reconciliation,
    CardCircuits,
    Errors,
    Versions,
    Output,
    Private,
    /// Given as it is written.
    Kept(FragmentOf),
}

/// What an element is. Records are large, so they are made where they stay, and not moved.
#[derive(Clone, Copy)]
pub(super) enum Element {
    Container(Container),
    Inner(fn(&mut Inner)),
    Outer(fn(&mut Outer)),
}

/// One open record of the kinds listed.
macro_rules! slot {
    ($(#[$meta:meta])* enum $name:ident { $($record:ident),+ $(,)? } $(and $placed:ident)?) => {
        $(#[$meta])*
        #[derive(Clone)]
        // All are built in place; the largest decides the size of a decoder.
        #[allow(clippy::large_enum_variant)]
        pub(super) enum $name {
            Empty,
            $( $record($record), )+
            $( $placed(TotalAmount, Place), )?
        }

        impl $name {
            pub(super) fn specs(&self) -> &'static [Spec] {
                match self {
                    Self::Empty => &[],
                    $( Self::$record(_) => $record::SPECS, )+
                    $( Self::$placed(..) => TotalAmount::SPECS, )?
                }
            }

            /// The value that is the text of the record's own element.
            pub(super) const fn text(&self) -> Option<u8> {
                match self {
                    Self::Empty => None,
                    $( Self::$record(_) => $record::TEXT, )+
                    $( Self::$placed(..) => TotalAmount::TEXT, )?
                }
            }

            pub(super) fn put(&mut self, index: usize, found: &Found<'_>) -> Result<(), Flaw> {
                match self {
                    Self::Empty => Ok(()),
                    $( Self::$record(record) => record.put(index, found), )+
                    $( Self::$placed(record, _) => record.put(index, found), )?
                }
            }

            pub(super) const fn is_empty(&self) -> bool {
                matches!(self, Self::Empty)
            }
        }
    };
}

slot! {
    /// The record being read.
    enum Inner {
        PosData, Terminal, Authorisation, OriginalHeader, OriginalTransaction, SaleItem, CardValue, Loyalty, CardCircuit,
        Acquirer, Agent, ErrorDetail, Identification, Acq, Submission, DiagnosisResult, Device, Output, TextLine, Buzzer,
        DccInfo, InputCommand, OutputResult, InputResult, CardDetails, ErrorResponse, RestrictionCode, PinPadProgramLoad,
        EncryptionRsa, EncryptionExponent, ServiceReference, OutSecureData, Mac, ImageFile, Product, AuthResponse,
        TransactionLimits,
    } and Total
}

slot! {
    /// The record around the record being read.
    enum Outer { TransactionInfo, Event, EventResult }
}

impl Inner {
    /// Whether a wrong amount in it is the message's fault.
    pub(super) const fn decides_money(&self) -> bool {
        matches!(self, Self::Total(_, Place::Message | Place::Tender | Place::Event | Place::EventResult))
    }

    pub(super) fn part(&self) -> Option<Part<'_>> {
        Some(match self {
            Self::Empty => return None,
            Self::PosData(record) => Part::PosData(record),
            Self::Terminal(record) => Part::Terminal(record),
            Self::Authorisation(record) => Part::Authorisation(record),
            Self::OriginalHeader(record) => Part::OriginalHeader(record),
            Self::OriginalTransaction(record) => Part::OriginalTransaction(record),
            Self::SaleItem(record) => Part::SaleItem(record),
            Self::CardValue(record) => Part::CardValue(record),
            Self::Loyalty(record) => Part::Loyalty(record),
            Self::CardCircuit(record) => Part::CardCircuit(record),
            Self::Acquirer(record) => Part::Acquirer(record),
            Self::Agent(record) => Part::Agent(record),
            Self::ErrorDetail(record) => Part::ErrorDetail(record),
            Self::Identification(record) => Part::Identification(record),
            Self::Acq(record) => Part::Acq(record),
            Self::Submission(record) => Part::Submission(record),
            Self::DiagnosisResult(record) => Part::DiagnosisResult(record),
            Self::Device(record) => Part::Device(record),
            Self::Output(record) => Part::OutputBegin(record),
            Self::TextLine(record) => Part::TextLine(record),
            Self::Buzzer(record) => Part::Buzzer(record),
            Self::DccInfo(record) => Part::DccInfo(record),
            Self::InputCommand(record) => Part::Input(record),
            Self::OutputResult(record) => Part::OutputResult(record),
            Self::InputResult(record) => Part::InputResult(record),
            Self::CardDetails(record) => Part::CardDetails(record),
            Self::ErrorResponse(record) => Part::ErrorResponse(record),
            Self::RestrictionCode(record) => Part::RestrictionCode(record),
            Self::PinPadProgramLoad(record) => Part::PinPadProgramLoad(record),
            Self::EncryptionRsa(record) => Part::EncryptionRsa(record),
            Self::EncryptionExponent(record) => Part::EncryptionExponent(record),
            Self::ServiceReference(record) => Part::Reference(record),
            Self::OutSecureData(record) => Part::OutSecureData(record),
            Self::Mac(record) => Part::Mac(record),
            Self::ImageFile(record) => Part::ImageFile(record),
            Self::Product(record) => Part::Product(record),
            Self::AuthResponse(record) => Part::AuthResponse(record),
            Self::TransactionLimits(record) => Part::TransactionLimits(record),
            Self::Total(record, place) => Part::Total(record, *place),
        })
    }
}

impl Outer {
    pub(super) const fn part(&self) -> Option<Part<'_>> {
        Some(match self {
            Self::Empty => return None,
            Self::TransactionInfo(record) => Part::TransactionInfo(record),
            Self::Event(record) => Part::Event(record),
            Self::EventResult(record) => Part::EventResult(record),
        })
    }
}

macro_rules! inner {
    ($record:ident) => {
        Some(Element::Inner(|inner| *inner = Inner::$record($record::EMPTY)))
    };
}

macro_rules! outer {
    ($record:ident) => {
        Some(Element::Outer(|outer| *outer = Outer::$record($record::EMPTY)))
    };
}

macro_rules! total {
    ($place:ident) => {
        Some(Element::Inner(|inner| *inner = Inner::Total(TotalAmount::EMPTY, Place::$place)))
    };
}

const fn container(container: Container) -> Option<Element> {
    Some(Element::Container(container))
}

/// An element below a known container, by its local name.
pub(super) fn below(parent: Container, kind: Kind, name: &[u8]) -> Option<Element> {
    match parent {
        Container::Root => below_root(kind, name),
        Container::Tender => match name {
            b"TotalAmount" => total!(Tender),
            b"Authorisation" | b"Authorization" => inner!(Authorisation),
            b"RestrictionCodes" => inner!(RestrictionCode),
            _ => None,
        },
        Container::Reconciliation => match name {
            b"TotalAmount" => total!(Reconciliation),
            _ => None,
        },
        Container::CardCircuits => match name {
            b"CardCircuit" => inner!(CardCircuit),
            _ => None,
        },
        Container::Errors => match name {
            b"Error" => inner!(ErrorDetail),
            b"Response" => inner!(ErrorResponse),
            _ => None,
        },
        Container::Versions => match name {
            b"Versions" | b"Devices" => container(Container::Versions),
            b"Device" => inner!(Device),
            _ => None,
        },
        Container::Output => match name {
            b"TextLine" => inner!(TextLine),
            b"Buzzer" => inner!(Buzzer),
            b"OutSecureData" => inner!(OutSecureData),
            b"MAC" => inner!(Mac),
            b"ImageFile" => inner!(ImageFile),
            _ => None,
        },
        Container::Private | Container::Kept(_) => None,
    }
}

fn below_root(kind: Kind, name: &[u8]) -> Option<Element> {
    match (kind, name) {
        (Kind::DeviceRequest, b"Output") => inner!(Output),
        (Kind::DeviceRequest, b"Input") => inner!(InputCommand),
        (Kind::DeviceRequest, b"Event") => outer!(Event),
        (Kind::DeviceResponse, b"Output") => inner!(OutputResult),
        (Kind::DeviceResponse, b"Input") => inner!(InputResult),
        (Kind::DeviceResponse, b"EventResult") => outer!(EventResult),
        (Kind::CardServiceRequest, b"EncryptedCardValue") => container(Container::Kept(FragmentOf::EncryptedCardValue)),
        (Kind::CardServiceRequest, b"Encryption") => container(Container::Kept(FragmentOf::Encryption)),
        (Kind::CardServiceRequest, b"Validation") => container(Container::Kept(FragmentOf::Validation)),
        (Kind::ServiceRequest, b"PINPadProgramLoad") => inner!(PinPadProgramLoad),
        (Kind::ServiceRequest, b"EncryptionRSA") => inner!(EncryptionRsa),
        (Kind::ServiceResponse, b"EncryptionModulus") => container(Container::Kept(FragmentOf::EncryptionModulus)),
        (Kind::ServiceResponse, b"EncryptionExponent") => inner!(EncryptionExponent),
        (Kind::ServiceResponse, b"Reference") => inner!(ServiceReference),
        (_, b"POSdata" | b"POSData") => inner!(PosData),
        (_, b"TotalAmount") => total!(Message),
        (_, b"Terminal") => inner!(Terminal),
        (_, b"Tender") => container(Container::Tender),
        (_, b"Authorisation" | b"Authorization") => inner!(Authorisation),
        (_, b"OriginalHeader") => inner!(OriginalHeader),
        (_, b"OriginalTransaction") => inner!(OriginalTransaction),
        (_, b"SaleItem") => inner!(SaleItem),
        (_, b"CardValue") => inner!(CardValue),
        (_, b"CardDetails") => inner!(CardDetails),
        (_, b"Loyalty") => inner!(Loyalty),
        (_, b"CardCircuitCollection") => container(Container::CardCircuits),
        (_, b"Acquirer") => inner!(Acquirer),
        (_, b"Agent") => inner!(Agent),
        (_, b"ErrorDetail") => container(Container::Errors),
        (_, b"Reconciliation") => container(Container::Reconciliation),
        (_, b"Submission") => inner!(Submission),
        (_, b"DiagnosisResult") => inner!(DiagnosisResult),
        (_, b"Versions" | b"Devices") => container(Container::Versions),
        _ => None,
    }
}

/// A record inside an outer record.
pub(super) fn inside(outer: &Outer, name: &[u8]) -> Option<Element> {
    match (outer, name) {
        (Outer::TransactionInfo(_), b"TotalAmount") => total!(TransactionInfo),
        (Outer::Event(_), b"TotalAmount") => total!(Event),
        (Outer::Event(_), b"ProductCode") => inner!(Product),
        (Outer::EventResult(_), b"AuthResponse") => inner!(AuthResponse),
        (Outer::EventResult(_), b"TransactionLimits") => inner!(TransactionLimits),
        (Outer::EventResult(_), b"TotalAmount") => total!(EventResult),
        (Outer::EventResult(_), b"SaleItem") => inner!(SaleItem),
        (Outer::EventResult(_), b"Acquirer") => inner!(Acquirer),
        _ => None,
    }
}

/// What is found wherever it stands.
pub(super) fn anywhere(kind: Kind, name: &[u8]) -> Option<Element> {
    match (kind, name) {
        (_, b"TransactionInfo") => outer!(TransactionInfo),
        (_, b"DccInfo" | b"DCCInfo") => inner!(DccInfo),
        (_, b"Identification") => inner!(Identification),
        (_, b"Acq") => inner!(Acq),
        (Kind::ServiceResponse, b"CardCircuit") => inner!(CardCircuit),
        (_, b"PrivateData") => container(Container::Private),
        _ => None,
    }
}

/// Values of [`Authorisation`] that Nexi terminals may write as elements outside of it.
pub(super) fn is_stray_authorisation(kind: Kind, name: &[u8]) -> bool {
    kind == Kind::CardServiceResponse
        && matches!(name, b"TrxReferenceNumber" | b"ApprovalCode" | b"MaskedCardNumber" | b"CardCircuit" | b"TimeStamp")
}
