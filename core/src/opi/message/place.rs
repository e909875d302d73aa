//! Which elements may stand where, and what they are. One table for all six messages.

use super::facts::{Acq, Agent, Device, DiagnosisResult, ErrorDetail, Identification, Submission};
use super::header::{Kind, OriginalHeader};
use super::output::{
    Buzzer, DccInfo, Event, EventResult, InputCommand, InputResult, Output, OutputResult, TextLine, TransactionInfo,
};
use super::part::{Part, Place};
use super::payment::{
    Acquirer, Authorisation, CardCircuit, CardValue, Loyalty, OriginalTransaction, PosData, SaleItem, Terminal,
    TotalAmount,
};
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
}

/// What an element is.
pub(super) enum Element {
    Container(Container),
    Inner(Inner),
    Outer(Outer),
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
        DccInfo, InputCommand, OutputResult, InputResult,
    } and Total
}

slot! {
    /// The record around the record being read.
    enum Outer { TransactionInfo, Event, EventResult }
}

impl Inner {
    fn total(place: Place) -> Self {
        Self::Total(TotalAmount::default(), place)
    }

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

fn inner<R: Record>(wrap: fn(R) -> Inner) -> Option<Element> {
    Some(Element::Inner(wrap(R::default())))
}

fn outer<R: Record>(wrap: fn(R) -> Outer) -> Option<Element> {
    Some(Element::Outer(wrap(R::default())))
}

const fn container(container: Container) -> Option<Element> {
    Some(Element::Container(container))
}

fn total(place: Place) -> Option<Element> {
    Some(Element::Inner(Inner::total(place)))
}

/// An element below a known container, by its local name.
pub(super) fn below(parent: Container, kind: Kind, name: &[u8]) -> Option<Element> {
    match parent {
        Container::Root => below_root(kind, name),
        Container::Tender => match name {
            b"TotalAmount" => total(Place::Tender),
            b"Authorisation" | b"Authorization" => inner(Inner::Authorisation),
            _ => None,
        },
        Container::Reconciliation => match name {
            b"TotalAmount" => total(Place::Reconciliation),
            _ => None,
        },
        Container::CardCircuits => match name {
            b"CardCircuit" => inner(Inner::CardCircuit),
            _ => None,
        },
        Container::Errors => match name {
            b"Error" => inner(Inner::ErrorDetail),
            _ => None,
        },
        Container::Versions => match name {
            b"Versions" | b"Devices" => container(Container::Versions),
            b"Device" => inner(Inner::Device),
            _ => None,
        },
        Container::Output => match name {
            b"TextLine" => inner(Inner::TextLine),
            b"Buzzer" => inner(Inner::Buzzer),
            _ => None,
        },
        Container::Private => None,
    }
}

fn below_root(kind: Kind, name: &[u8]) -> Option<Element> {
    match (kind, name) {
        (Kind::DeviceRequest, b"Output") => inner(Inner::Output),
        (Kind::DeviceRequest, b"Input") => inner(Inner::InputCommand),
        (Kind::DeviceRequest, b"Event") => outer(Outer::Event),
        (Kind::DeviceResponse, b"Output") => inner(Inner::OutputResult),
        (Kind::DeviceResponse, b"Input") => inner(Inner::InputResult),
        (Kind::DeviceResponse, b"EventResult") => outer(Outer::EventResult),
        (_, b"POSdata" | b"POSData") => inner(Inner::PosData),
        (_, b"TotalAmount") => total(Place::Message),
        (_, b"Terminal") => inner(Inner::Terminal),
        (_, b"Tender") => container(Container::Tender),
        (_, b"Authorisation" | b"Authorization") => inner(Inner::Authorisation),
        (_, b"OriginalHeader") => inner(Inner::OriginalHeader),
        (_, b"OriginalTransaction") => inner(Inner::OriginalTransaction),
        (_, b"SaleItem") => inner(Inner::SaleItem),
        (_, b"CardValue") => inner(Inner::CardValue),
        (_, b"Loyalty") => inner(Inner::Loyalty),
        (_, b"CardCircuitCollection") => container(Container::CardCircuits),
        (_, b"Acquirer") => inner(Inner::Acquirer),
        (_, b"Agent") => inner(Inner::Agent),
        (_, b"ErrorDetail") => container(Container::Errors),
        (_, b"Reconciliation") => container(Container::Reconciliation),
        (_, b"Submission") => inner(Inner::Submission),
        (_, b"DiagnosisResult") => inner(Inner::DiagnosisResult),
        (_, b"Versions" | b"Devices") => container(Container::Versions),
        _ => None,
    }
}

/// A record inside an outer record.
pub(super) fn inside(outer: &Outer, name: &[u8]) -> Option<Element> {
    match (outer, name) {
        (Outer::TransactionInfo(_), b"TotalAmount") => total(Place::TransactionInfo),
        (Outer::Event(_), b"TotalAmount") => total(Place::Event),
        (Outer::EventResult(_), b"TotalAmount") => total(Place::EventResult),
        (Outer::EventResult(_), b"SaleItem") => inner(Inner::SaleItem),
        (Outer::EventResult(_), b"Acquirer") => inner(Inner::Acquirer),
        _ => None,
    }
}

/// What is found wherever it stands.
pub(super) fn anywhere(kind: Kind, name: &[u8]) -> Option<Element> {
    match (kind, name) {
        (_, b"TransactionInfo") => outer(Outer::TransactionInfo),
        (_, b"DccInfo" | b"DCCInfo") => inner(Inner::DccInfo),
        (_, b"Identification") => inner(Inner::Identification),
        (_, b"Acq") => inner(Inner::Acq),
        (Kind::ServiceResponse, b"CardCircuit") => inner(Inner::CardCircuit),
        (_, b"PrivateData") => container(Container::Private),
        _ => None,
    }
}

/// Values of [`Authorisation`] that Nexi terminals may write as elements outside of it.
pub(super) fn is_stray_authorisation(kind: Kind, name: &[u8]) -> bool {
    kind == Kind::CardServiceResponse && matches!(name, b"TrxReferenceNumber" | b"ApprovalCode" | b"MaskedCardNumber")
}
