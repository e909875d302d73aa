//! The dialects of OPI as data. Each entry cites where it was seen; "inferred" says that no source states it.
//!
//! Sources: *Nexi SDKs* (opi-node-sdk, opi-ios-sdk), *Nexi proxy* (nexi-opi-proxy, documentation), *CCV-C* (embedded
//! ECR with CCV OPP-C60), *CCV-NODE* (JavaScript client for CCV), *CCV mAPI* (CCV's Android SDK, documentation),
//! *tillhub* (payment-engine, Android), *SELLE* (ECR for Ingenico-DE), *ATS* (Mastercard ATS SDKs), *EFTLink*
//! (Oracle Retail EFTLink guides), *IFSF* (POS-to-EPS, as far as published).

use super::message::{DeviceTarget, RequestType, Style, TicketType, Verb};
use crate::operation::Operation;
use crate::receipt::{Copy, Purpose};
use crate::xml::Tolerance;

/// A list of verbs, by their names in [`RequestType`].
macro_rules! verbs {
    ($($name:ident),+) => { const { &[$(Verb::of(&RequestType::$name)),+] } };
}

/// One dialect.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name on a command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// TCP port of channel 0, on the terminal.
    pub request_port: u16,
    /// TCP port of channel 1, on the till.
    pub device_port: u16,
    /// How the terminal numbers its device requests. The till echoes whatever comes.
    pub device_ids: DeviceIds,
    /// Whose copy goes to which printer.
    pub routing: Routing,
    /// How messages are written.
    pub style: Style,
    /// Whether time stamps carry the distance to UTC.
    pub zone: bool,
    /// Which requests say how the till's printers are.
    pub printer_states: PrinterStates,
    /// Whether card requests ask for additional data with the flags of the Nexi SDKs.
    pub request_flags: bool,
    /// What a login says besides.
    pub login: Login,
    /// Verbs that open a shift, tried in order.
    pub activate: &'static [Verb],
    /// Verbs that close a shift, tried in order.
    pub deactivate: &'static [Verb],
    /// The verb that holds an amount.
    pub reservation: &'static [Verb],
    /// The verb that charges a held amount.
    pub completion: &'static [Verb],
    /// How a reversal names its transaction.
    pub reversal: ReversalBy,
    /// The verb that closes the totals.
    pub closure: &'static [Verb],
    /// The verb that ends the day.
    pub close_day: &'static [Verb],
    /// The verb that submits stored transactions.
    pub transmit: &'static [Verb],
    /// The verb that asks who the terminal is.
    pub info: &'static [Verb],
    /// The verb that asks how it is.
    pub status: &'static [Verb],
    /// The verb that asks for the brands.
    pub circuits: &'static [Verb],
    /// The verb that fetches the configuration.
    pub contact_tms: &'static [Verb],
    /// The verb that initialises with the acquirers.
    pub contact_acquirer: &'static [Verb],
    /// The verb that restarts the terminal.
    pub restart: &'static [Verb],
    /// Over which connection an abort goes.
    pub abort: AbortStyle,
    /// Whether an abort is a `CardServiceRequest` or a `ServiceRequest`.
    pub abort_family: AbortFamily,
    /// What can be asked about a lost answer, in the order of its worth.
    pub recovery: &'static [Verb],
    /// What is forgiven when reading.
    pub tolerance: Tolerance,
}

/// How a terminal numbers its device requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceIds {
    /// `N.M`: the number of the card request, a dot, a running number (CCV, EFTLink).
    Compound,
    /// The number of the card request again, and a running `SequenceID` (Thales).
    SameWithSequence,
}

/// Whose copy goes to which printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// `Printer` is the customer's unless `TicketType` says otherwise, `JournalPrinter` the merchant's (Nexi, CCV).
    ByTicketType,
    /// `Printer` is the merchant's and for slips, `PrinterReceipt` the customer's (Thales, ELME, SELLE).
    ByPrinter,
}

impl Routing {
    /// What an output to this device is for; `None` if no till has such a device.
    #[must_use]
    pub fn purpose(self, target: &DeviceTarget, ticket: Option<&TicketType>) -> Option<Purpose> {
        if matches!(ticket, Some(TicketType::DccOffer)) {
            return Some(Purpose::Offer);
        }
        match (target, ticket, self) {
            (DeviceTarget::CashierDisplay | DeviceTarget::CashierTerminal | DeviceTarget::Display, ..) => {
                Some(Purpose::CashierDisplay)
            }
            (DeviceTarget::CustomerDisplay | DeviceTarget::CustomerTerminal, ..) => Some(Purpose::CustomerDisplay),
            (target, ..) if target.is_journal() => Some(Purpose::Journal),
            (DeviceTarget::JournalPrinter, Some(TicketType::CustomerReceipt), _)
            | (DeviceTarget::Printer, Some(TicketType::CustomerReceipt), _)
            | (DeviceTarget::Printer, _, Self::ByTicketType)
                if !matches!(ticket, Some(TicketType::MerchantReceipt)) =>
            {
                Some(Purpose::Receipt(Copy::Customer))
            }
            (DeviceTarget::Printer | DeviceTarget::JournalPrinter, ..) => Some(Purpose::Receipt(Copy::Merchant)),
            (DeviceTarget::PrinterReceipt, Some(TicketType::MerchantReceipt), _) => {
                Some(Purpose::Receipt(Copy::Merchant))
            }
            (DeviceTarget::PrinterReceipt, ..) => Some(Purpose::Receipt(Copy::Customer)),
            _ => None,
        }
    }
}

/// Which requests say how the till's printers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterStates {
    /// Card requests only.
    Card,
    /// Card and service requests.
    All,
    /// None: copies are agreed at login or in the terminal.
    None,
}

/// What a login says besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nothing.
    Plain,
    /// Which copies the till prints, and that it is to be asked whether the signature is right.
    WithDevices,
}

/// How a reversal names its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReversalBy {
    /// It is the last one; its amount is sent.
    Last,
    /// By `OriginalTransaction/@STAN`; no amount is sent.
    Stan,
    /// By `OriginalTransaction` with terminal, batch, trace number and time, and the amount.
    Full,
}

/// Over which connection an abort goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortStyle {
    /// A second connection to the same port.
    SecondConnection,
    /// The connection of the request in progress.
    SameConnection,
}

/// The family of an abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortFamily {
    /// `CardServiceRequest`.
    Card,
    /// `ServiceRequest`.
    Service,
}

impl Profile {
    /// Nexi Switzerland: RX5000, DX8000, EX8000, Q30, A77, IM15, IM30.
    pub const NEXI: Self = Self {
        name: "nexi",
        title: "Nexi Switzerland",
        // Nexi proxy, Nexi SDKs.
        request_port: 4100,
        device_port: 4102,
        // Seen in CCV firmware, from which Nexi's is derived; inferred for Nexi.
        device_ids: DeviceIds::Compound,
        // Nexi SDKs.
        routing: Routing::ByTicketType,
        style: Style::CCV,
        // Nexi integration guide, minimal example.
        zone: true,
        // Nexi proxy: no printer states in service requests.
        printer_states: PrinterStates::Card,
        // Nexi SDKs.
        request_flags: true,
        login: Login::Plain,
        // Nexi proxy: ActivateTerminal first, Login for older firmware.
        activate: verbs![ActivateTerminal, Login],
        deactivate: verbs![DeactivateTerminal, Logoff],
        // Nexi integration guide, flows.
        reservation: verbs![CardReservation],
        // Exists in the Nexi proxy, but its name on the wire is not public: not guessed.
        completion: &[],
        // Nexi proxy: the last transaction only; its amount is sent.
        reversal: ReversalBy::Last,
        // Nexi proxy: the Z report is CloseDay.
        closure: verbs![CloseDay],
        close_day: verbs![CloseDay],
        transmit: verbs![TransmitTrx],
        info: verbs![GetInfo],
        status: verbs![GetStatus],
        // CCV-C; the answer to GetInfo lists the brands as well (Nexi SDKs).
        circuits: verbs![GetCardCircuits, GetInfo],
        contact_tms: verbs![ContactTms],
        contact_acquirer: verbs![ContactAcq],
        restart: verbs![RestartTerminal],
        // Nexi SDKs, Nexi proxy.
        abort: AbortStyle::SecondConnection,
        abort_family: AbortFamily::Card,
        // Nexi SDKs (RepeatLastMessage), Nexi proxy (TicketReprint).
        recovery: verbs![RepeatLastMessage, TicketReprint],
        // tillhub, GIST, SECposPay: declarations lie; Nexi SDKs: byte-order mark and missing declarations occur.
        tolerance: Tolerance::FIELD,
    };

    /// CCV, Netherlands and Belgium.
    pub const CCV_NL: Self = Self {
        name: "ccv-nl",
        title: "CCV OPI-NL",
        // CCV-C, CCV-NODE, CCV mAPI.
        request_port: 4100,
        device_port: 4102,
        // CCV-C, CCV-NODE.
        device_ids: DeviceIds::Compound,
        routing: Routing::ByTicketType,
        // CCV-C writes ShiftNumber as an attribute, CCV-NODE as an element; the element is read by both families.
        style: Style::CCV,
        zone: true,
        // CCV-C, CCV-JS: GetStatus and GetCardCircuits carry PrinterStatus.
        printer_states: PrinterStates::All,
        request_flags: false,
        login: Login::Plain,
        // No verb is public for OPI-NL; Login is what every other dialect knows (inferred).
        activate: verbs![Login],
        deactivate: verbs![Logoff],
        // CCV mAPI has the operation; name inferred from Nexi, whose firmware is CCV's.
        reservation: verbs![CardReservation],
        // CCV mAPI: a sale with approval code and token; its form on the wire is not public.
        completion: &[],
        reversal: ReversalBy::Last,
        // CCV mAPI "period closing"; name inferred from Nexi.
        closure: verbs![CloseDay],
        close_day: verbs![CloseDay],
        transmit: verbs![TransmitTrx],
        info: verbs![GetInfo],
        // CCV-C, CCV-NODE.
        status: verbs![GetStatus],
        circuits: verbs![GetCardCircuits],
        contact_tms: verbs![ContactTms],
        contact_acquirer: verbs![ContactAcq],
        restart: verbs![RestartTerminal],
        // CCV-NODE; CCV-C uses the same connection.
        abort: AbortStyle::SecondConnection,
        abort_family: AbortFamily::Card,
        // CCV-C: RepeatLastMessage, then TicketReprint.
        recovery: verbs![RepeatLastMessage, TicketReprint],
        tolerance: Tolerance::FIELD,
    };

    /// CCV Germany: CCV Fly and attached terminals ("Thales-OPI").
    pub const OPI_DE: Self = Self {
        name: "opi-de",
        title: "OPI-DE",
        // tillhub.
        request_port: 20002,
        device_port: 20007,
        // tillhub.
        device_ids: DeviceIds::SameWithSequence,
        // tillhub, ELME, SELLE.
        routing: Routing::ByPrinter,
        style: Style::IFSF,
        // German writers: no zone.
        zone: false,
        // Copies are agreed by PrinterParam at login (SELLE).
        printer_states: PrinterStates::None,
        request_flags: false,
        // SELLE.
        login: Login::WithDevices,
        // tillhub, SELLE.
        activate: verbs![Login],
        deactivate: verbs![Logoff],
        // ZVT converter, ATS.
        reservation: verbs![CardPreAuthorisation],
        completion: verbs![CardFinancialAdvice],
        // tillhub: STAN only.
        reversal: ReversalBy::Stan,
        // tillhub.
        closure: verbs![ReconciliationWithClosure],
        close_day: verbs![ReconciliationWithClosure],
        transmit: &[],
        info: &[],
        // ELME.
        status: verbs![Diagnosis],
        circuits: &[],
        contact_tms: &[],
        contact_acquirer: &[],
        restart: &[],
        // tillhub re-uses the open connection.
        abort: AbortStyle::SameConnection,
        abort_family: AbortFamily::Card,
        // Whether RepeatLastMessage is known is not public.
        recovery: verbs![TicketReprint],
        tolerance: Tolerance::FIELD,
    };

    /// IFSF, as Oracle EFTLink and ATS speak it.
    pub const IFSF: Self = Self {
        name: "ifsf",
        title: "IFSF POS-to-EPS",
        // EFTLink.
        request_port: 10100,
        device_port: 10101,
        // EFTLink.
        device_ids: DeviceIds::Compound,
        // ATS writes PrinterReceipt for the customer.
        routing: Routing::ByPrinter,
        style: Style::IFSF,
        zone: true,
        printer_states: PrinterStates::None,
        request_flags: false,
        login: Login::Plain,
        activate: verbs![Login],
        deactivate: verbs![Logoff],
        // IFSF, ATS, EFTLink.
        reservation: verbs![CardPreAuthorisation],
        completion: verbs![CardFinancialAdvice],
        reversal: ReversalBy::Full,
        closure: verbs![ReconciliationWithClosure],
        close_day: verbs![ReconciliationWithClosure],
        // IFSF, ATS.
        transmit: verbs![SendOfflineTransactions],
        info: &[],
        status: verbs![Diagnosis],
        circuits: &[],
        contact_tms: &[],
        contact_acquirer: &[],
        restart: &[],
        abort: AbortStyle::SecondConnection,
        abort_family: AbortFamily::Card,
        // IFSF, EFTLink.
        recovery: verbs![RepeatLastMessage, TicketReprint],
        tolerance: Tolerance::FIELD,
    };

    /// Every dialect.
    pub const ALL: &'static [&'static Self] = &[&Self::NEXI, &Self::CCV_NL, &Self::OPI_DE, &Self::IFSF];

    /// The dialect of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|profile| profile.name == name).copied()
    }

    /// The verbs for an operation, to be tried in order; none if the dialect has no such operation.
    #[must_use]
    pub const fn verbs(&self, operation: &Operation) -> &'static [Verb] {
        match operation {
            Operation::Payment { .. } => verbs![CardPayment],
            Operation::Refund { .. } => verbs![PaymentRefund],
            Operation::Reversal { .. } => verbs![PaymentReversal],
            Operation::Reservation { .. } => self.reservation,
            Operation::Completion { .. } => self.completion,
            Operation::Reprint => verbs![TicketReprint],
            Operation::RepeatLast => verbs![RepeatLastMessage],
            Operation::Abort => verbs![AbortRequest],
            Operation::Info => self.info,
            Operation::Status => self.status,
            Operation::CardCircuits => self.circuits,
            Operation::Activate => self.activate,
            Operation::Deactivate => self.deactivate,
            Operation::Login => verbs![Login],
            Operation::Logoff => verbs![Logoff],
            Operation::Reconciliation { closure: false } => verbs![Reconciliation],
            Operation::Reconciliation { closure: true } => self.closure,
            Operation::CloseDay => self.close_day,
            Operation::Transmit => self.transmit,
            Operation::ContactTms => self.contact_tms,
            Operation::ContactAcquirer => self.contact_acquirer,
            Operation::Diagnosis => verbs![Diagnosis],
            Operation::Restart => self.restart,
        }
    }
}
