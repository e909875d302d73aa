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
use super::record::{self, Record};

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
    Inner(InnerName),
    Total(Place),
    Outer(OuterName),
}

/// One open record of the kinds listed.
macro_rules! slot {
    ($(#[$meta:meta])* enum $name:ident by $by:ident { $($record:ident),+ $(,)? } $(and $placed:ident)?) => {
        $(#[$meta])*
        #[derive(Clone)]
        // All are built in place; the largest decides the size of a decoder.
        #[allow(clippy::large_enum_variant)]
        pub(super) enum $name {
            Empty,
            $( $record($record), )+
            $( $placed(TotalAmount, Place), )?
        }

        /// Which of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $by {
            $($record),+
        }

        impl $name {
            /// The values of all of them.
            #[cfg(feature = "fuzzing")]
            pub(super) const ALL: &'static [&'static [record::Spec]] = &[$($record::SPECS),+];

            /// Begins a record of this kind.
            pub(super) fn begin(&mut self, name: $by) {
                match name {
                    $( $by::$record => *self = Self::$record($record::blank()), )+
                }
            }

            // One list of records for all who ask; code for each of them where it is inlined.
            #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
            pub(super) fn record(&self) -> Option<&dyn Record> {
                match self {
                    Self::Empty => None,
                    $( Self::$record(record) => Some(record), )+
                    $( Self::$placed(record, _) => Some(record), )?
                }
            }

            #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
            pub(super) fn record_mut(&mut self) -> Option<&mut dyn Record> {
                match self {
                    Self::Empty => None,
                    $( Self::$record(record) => Some(record), )+
                    $( Self::$placed(record, _) => Some(record), )?
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
    enum Inner by InnerName {
        PosData, Terminal, Authorisation, OriginalHeader, OriginalTransaction, SaleItem, CardValue, Loyalty, CardCircuit,
        Acquirer, Agent, ErrorDetail, Identification, Acq, Submission, DiagnosisResult, Device, Output, TextLine, Buzzer,
        DccInfo, InputCommand, OutputResult, InputResult, CardDetails, ErrorResponse, RestrictionCode, PinPadProgramLoad,
        EncryptionRsa, EncryptionExponent, ServiceReference, OutSecureData, Mac, ImageFile, Product, AuthResponse,
        TransactionLimits,
    } and Total
}

slot! {
    /// The record around the record being read.
    enum Outer by OuterName { TransactionInfo, Event, EventResult }
}

impl Inner {
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
    pub(super) const fn name(&self) -> Option<OuterName> {
        match self {
            Self::Empty => None,
            Self::TransactionInfo(_) => Some(OuterName::TransactionInfo),
            Self::Event(_) => Some(OuterName::Event),
            Self::EventResult(_) => Some(OuterName::EventResult),
        }
    }

    pub(super) const fn part(&self) -> Option<Part<'_>> {
        Some(match self {
            Self::Empty => return None,
            Self::TransactionInfo(record) => Part::TransactionInfo(record),
            Self::Event(record) => Part::Event(record),
            Self::EventResult(record) => Part::EventResult(record),
        })
    }
}

/// An element with this name, if a message is of this kind, is this. Where several fit, the first counts.
struct Rule {
    name: &'static str,
    of: Option<Kind>,
    is: Element,
}

const fn inner(name: &'static str, is: InnerName) -> Rule {
    Rule { name, of: None, is: Element::Inner(is) }
}

const fn outer(name: &'static str, is: OuterName) -> Rule {
    Rule { name, of: None, is: Element::Outer(is) }
}

const fn total(name: &'static str, place: Place) -> Rule {
    Rule { name, of: None, is: Element::Total(place) }
}

const fn container(name: &'static str, container: Container) -> Rule {
    Rule { name, of: None, is: Element::Container(container) }
}

impl Rule {
    const fn of(self, kind: Kind) -> Self {
        Self { of: Some(kind), ..self }
    }
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn find(rules: &'static [Rule], kind: Kind, name: &[u8]) -> Option<Element> {
    let fits = |rule: &&Rule| record::same(rule.name, name) && rule.of.is_none_or(|of| of == kind);
    rules.iter().find(fits).map(|rule| rule.is)
}

/// An element below a known container, by its local name.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn below(parent: Container, kind: Kind, name: &[u8]) -> Option<Element> {
    let rules: &[Rule] = match parent {
        Container::Root => BELOW_ROOT,
        Container::Tender => {
            const {
                &[
                    total("TotalAmount", Place::Tender),
                    inner("Authorisation", InnerName::Authorisation),
                    inner("Authorization", InnerName::Authorisation),
                    inner("RestrictionCodes", InnerName::RestrictionCode),
                ]
            }
        }
        Container::Reconciliation => const { &[total("TotalAmount", Place::Reconciliation)] },
        Container::CardCircuits => const { &[inner("CardCircuit", InnerName::CardCircuit)] },
        Container::Errors => {
            const { &[inner("Error", InnerName::ErrorDetail), inner("Response", InnerName::ErrorResponse)] }
        }
        Container::Versions => {
            const {
                &[
                    container("Versions", Container::Versions),
                    container("Devices", Container::Versions),
                    inner("Device", InnerName::Device),
                ]
            }
        }
        Container::Output => {
            const {
                &[
                    inner("TextLine", InnerName::TextLine),
                    inner("Buzzer", InnerName::Buzzer),
                    inner("OutSecureData", InnerName::OutSecureData),
                    inner("MAC", InnerName::Mac),
                    inner("ImageFile", InnerName::ImageFile),
                ]
            }
        }
        Container::Private | Container::Kept(_) => &[],
    };
    find(rules, kind, name)
}

const BELOW_ROOT: &[Rule] = &[
    inner("Output", InnerName::Output).of(Kind::DeviceRequest),
    inner("Input", InnerName::InputCommand).of(Kind::DeviceRequest),
    outer("Event", OuterName::Event).of(Kind::DeviceRequest),
    inner("Output", InnerName::OutputResult).of(Kind::DeviceResponse),
    inner("Input", InnerName::InputResult).of(Kind::DeviceResponse),
    outer("EventResult", OuterName::EventResult).of(Kind::DeviceResponse),
    container("EncryptedCardValue", Container::Kept(FragmentOf::EncryptedCardValue)).of(Kind::CardServiceRequest),
    container("Encryption", Container::Kept(FragmentOf::Encryption)).of(Kind::CardServiceRequest),
    container("Validation", Container::Kept(FragmentOf::Validation)).of(Kind::CardServiceRequest),
    inner("PINPadProgramLoad", InnerName::PinPadProgramLoad).of(Kind::ServiceRequest),
    inner("EncryptionRSA", InnerName::EncryptionRsa).of(Kind::ServiceRequest),
    container("EncryptionModulus", Container::Kept(FragmentOf::EncryptionModulus)).of(Kind::ServiceResponse),
    inner("EncryptionExponent", InnerName::EncryptionExponent).of(Kind::ServiceResponse),
    inner("Reference", InnerName::ServiceReference).of(Kind::ServiceResponse),
    inner("POSdata", InnerName::PosData),
    inner("POSData", InnerName::PosData),
    total("TotalAmount", Place::Message),
    inner("Terminal", InnerName::Terminal),
    container("Tender", Container::Tender),
    inner("Authorisation", InnerName::Authorisation),
    inner("Authorization", InnerName::Authorisation),
    inner("OriginalHeader", InnerName::OriginalHeader),
    inner("OriginalTransaction", InnerName::OriginalTransaction),
    inner("SaleItem", InnerName::SaleItem),
    inner("CardValue", InnerName::CardValue),
    inner("CardDetails", InnerName::CardDetails),
    inner("Loyalty", InnerName::Loyalty),
    container("CardCircuitCollection", Container::CardCircuits),
    inner("Acquirer", InnerName::Acquirer),
    inner("Agent", InnerName::Agent),
    container("ErrorDetail", Container::Errors),
    container("Reconciliation", Container::Reconciliation),
    inner("Submission", InnerName::Submission),
    inner("DiagnosisResult", InnerName::DiagnosisResult),
    container("Versions", Container::Versions),
    container("Devices", Container::Versions),
];

/// A record inside an outer record.
pub(super) fn inside(outer: Option<OuterName>, kind: Kind, name: &[u8]) -> Option<Element> {
    let rules: &[Rule] = match outer? {
        OuterName::TransactionInfo => const { &[total("TotalAmount", Place::TransactionInfo)] },
        OuterName::Event => const { &[total("TotalAmount", Place::Event), inner("ProductCode", InnerName::Product)] },
        OuterName::EventResult => {
            const {
                &[
                    inner("AuthResponse", InnerName::AuthResponse),
                    inner("TransactionLimits", InnerName::TransactionLimits),
                    total("TotalAmount", Place::EventResult),
                    inner("SaleItem", InnerName::SaleItem),
                    inner("Acquirer", InnerName::Acquirer),
                ]
            }
        }
    };
    find(rules, kind, name)
}

/// What is found wherever it stands.
pub(super) fn anywhere(kind: Kind, name: &[u8]) -> Option<Element> {
    const RULES: &[Rule] = &[
        outer("TransactionInfo", OuterName::TransactionInfo),
        inner("DccInfo", InnerName::DccInfo),
        inner("DCCInfo", InnerName::DccInfo),
        inner("Identification", InnerName::Identification),
        inner("Acq", InnerName::Acq),
        inner("CardCircuit", InnerName::CardCircuit).of(Kind::ServiceResponse),
        container("PrivateData", Container::Private),
    ];
    find(RULES, kind, name)
}

/// Values of [`Authorisation`] that Nexi terminals may write as elements outside of it.
pub(super) fn is_stray_authorisation(kind: Kind, name: &[u8]) -> bool {
    const STRAY: [&str; 5] = ["TrxReferenceNumber", "ApprovalCode", "MaskedCardNumber", "CardCircuit", "TimeStamp"];
    kind == Kind::CardServiceResponse && STRAY.iter().any(|stray| record::same(stray, name))
}
