//! An operation as the message that asks for it. Only what the dialect sends is written.

use core::fmt::Write;
use core::time::Duration;

use crate::id::{Id, RequestId};
use crate::limits;
use crate::operation::{Operation, Original};
use crate::opi::message::{
    CardServiceRequest, DeviceStatus, EncodeError, Fragment, Header, Kind, OriginalTransaction, PosData, RequestType,
    ServiceRequest, TotalAmount,
};
use crate::opi::profile::{AbortFamily, Login, PrinterStates, ReversalBy};
use crate::opi::settings::Settings;
use crate::text::Text;
use crate::time::WallTime;

/// How long a German terminal waits for "is the signature right?", as declared at login (SELLE: 180 s).
pub(super) const CONFIRMATION: Duration = Duration::from_secs(180);

/// So much before the terminal stops waiting, a question falls: the answer has to arrive while somebody listens (ours).
pub(super) const LEAD: Duration = Duration::from_secs(1);

/// One message to the terminal.
pub(super) struct Asking<'a> {
    pub(super) settings: &'a Settings,
    pub(super) operation: &'a Operation,
    pub(super) reference: Option<&'a str>,
    pub(super) request_id: RequestId,
    pub(super) request_type: &'a RequestType,
    pub(super) at: WallTime,
}

/// The family of an operation's messages.
pub(super) fn family(settings: &Settings, operation: &Operation) -> Kind {
    match operation {
        Operation::Abort if settings.profile.abort_family == AbortFamily::Service => Kind::ServiceRequest,
        Operation::Abort | Operation::Reprint | Operation::RepeatLast => Kind::CardServiceRequest,
        operation if operation.moves_money() => Kind::CardServiceRequest,
        _ => Kind::ServiceRequest,
    }
}

/// What the operation lacks for this dialect.
pub(super) fn missing(settings: &Settings, operation: &Operation) -> Option<&'static str> {
    let (Operation::Refund { original, .. }
    | Operation::Reversal { original, .. }
    | Operation::Completion { original, .. }) = operation
    else {
        return None;
    };
    let Original { trx_reference_number, stan, reference, .. } = original;
    let (named, what) = match settings.profile.reversal {
        ReversalBy::Last => {
            (trx_reference_number.is_some() || reference.is_some(), "the reference of the earlier transaction")
        }
        ReversalBy::Stan => (stan.is_some(), "the trace number of the earlier transaction"),
        // Terminal, batch and time alone are those of many.
        ReversalBy::Full => (stan.is_some(), "the trace number of the earlier transaction"),
    };
    let must_be_named = match operation {
        Operation::Reversal { .. } => settings.profile.reversal == ReversalBy::Stan,
        // A completion without its reservation would be a charge on nothing.
        Operation::Completion { .. } => true,
        _ => false,
    };
    // A transaction named only in ways the dialect does not send would become another one: the last, or none.
    (!named && (must_be_named || *original != Original::default())).then_some(what)
}

impl Asking<'_> {
    /// Writes the payload and says how long it is.
    pub(super) fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match family(self.settings, self.operation) {
            Kind::CardServiceRequest => self.card().encode(&self.settings.profile.style, out),
            _ => self.service().encode(&self.settings.profile.style, out),
        }
    }

    fn header(&self, kind: Kind) -> Header {
        let settings = self.settings;
        Header {
            kind,
            workstation_id: Id::new(settings.workstation.as_str()).ok(),
            request_id: Id::new(self.request_id.id().as_str()).ok(),
            request_type: Some(self.request_type.clone()),
            reference_number: self.reference.and_then(|reference| Id::new(reference).ok()),
            application_sender: settings
                .application_sender
                .as_ref()
                .map(|sender| sender.as_str().into())
                .unwrap_or_default(),
            pop_id: settings.pop_id.as_ref().and_then(|id| Id::new(id.as_str()).ok()),
            ..Header::default()
        }
    }

    fn pos_data(&self, kind: Kind) -> PosData {
        let settings = self.settings;
        let profile = settings.profile;
        let mut data = PosData {
            language_code: Id::new(settings.language.code()).ok(),
            pos_time_stamp: self.stamp(),
            shift_number: settings.shift_number,
            clerk_id: settings.clerk_id.as_ref().and_then(|id| Id::new(id.as_str()).ok()),
            ..PosData::default()
        };
        let card = kind == Kind::CardServiceRequest;
        if profile.printer_states == PrinterStates::All || (card && profile.printer_states == PrinterStates::Card) {
            data.printer_status = Some(settings.devices.printer.clone());
            data.e_journal_status = Some(settings.devices.e_journal.clone());
            data.journal_printer_status = Some(settings.devices.journal_printer.clone());
        }
        if card && profile.request_flags {
            data.request_transaction_information = Some(true);
            data.request_token = Some(true);
            // Nexi SDKs: the header of receipts is not asked for with these.
            let repeats = matches!(self.operation, Operation::Reprint | Operation::RepeatLast | Operation::Abort);
            data.request_receipt_header = (!repeats).then_some(true);
        }
        if let Operation::Diagnosis | Operation::Status = self.operation
            && *self.request_type == RequestType::Diagnosis
        {
            data.diagnosis_method = Id::new("OnLine").ok();
        }
        data
    }

    fn stamp(&self) -> Option<crate::opi::message::Timestamp> {
        let mut text = Text::<{ limits::TIMESTAMP }>::new();
        let stamp = if self.settings.profile.zone { self.at.with_zone() } else { self.at.without_zone() };
        let _ = write!(text, "{stamp}");
        Id::new(text.as_str()).ok()
    }

    fn service(&self) -> ServiceRequest {
        ServiceRequest {
            header: self.header(Kind::ServiceRequest),
            pos_data: Some(self.pos_data(Kind::ServiceRequest)),
            private_data: self.declared_devices(),
            ..ServiceRequest::default()
        }
    }

    /// Whose copies the till prints, where that is agreed at login.
    fn declared_devices(&self) -> Fragment<{ limits::FRAGMENT_ASKED }> {
        let devices = &self.settings.devices;
        if self.settings.profile.login != Login::WithDevices || *self.request_type != RequestType::Login {
            return Fragment::default();
        }
        // What the terminal prints itself is not the till's. "no" is inferred: only "yes" is seen.
        let prints = |status: &DeviceStatus| match status {
            DeviceStatus::PrintLocal => "no",
            status if status.works() => "yes",
            _ => "no",
        };
        let (merchant, customer) = (prints(&devices.journal_printer), prints(&devices.printer));
        let mut xml = Text::<{ limits::FRAGMENT_ASKED }>::new();
        let _ = write!(
            xml,
            "<PrinterParam Type=\"Printer\"><Receipt Type=\"Merchant\">{merchant}</Receipt>\
             <Receipt Type=\"Administration\">{merchant}</Receipt></PrinterParam>\
             <PrinterParam Type=\"PrinterReceipt\"><Receipt Type=\"Customer\">{customer}</Receipt></PrinterParam>\
             <SignatureParam><GetConfirmation Timeout=\"{}\">yes</GetConfirmation></SignatureParam>",
            CONFIRMATION.as_secs()
        );
        // Well-formed and shorter than the limit; see the test of it.
        Fragment::new(xml.as_str()).unwrap_or_default()
    }

    fn card(&self) -> CardServiceRequest {
        let mut request = CardServiceRequest {
            header: self.header(Kind::CardServiceRequest),
            pos_data: Some(self.pos_data(Kind::CardServiceRequest)),
            ..CardServiceRequest::default()
        };
        let by_reference = self.settings.profile.reversal == ReversalBy::Last;
        match self.operation {
            Operation::Payment { amount, cash_back } => {
                let mut total = TotalAmount::of(*amount);
                total.cash_back_amount = cash_back.map(crate::money::Money::decimal);
                request.total = Some(total);
            }
            Operation::Reservation { amount } => request.total = Some(TotalAmount::of(*amount)),
            Operation::Refund { amount, original } | Operation::Completion { amount, original } => {
                request.total = Some(TotalAmount::of(*amount));
                self.refer(&mut request, original, by_reference);
            }
            Operation::Reversal { amount, original } => {
                if self.settings.profile.reversal != ReversalBy::Stan {
                    request.total = amount.map(TotalAmount::of);
                }
                self.refer(&mut request, original, by_reference);
            }
            _ => {}
        }
        request
    }

    /// Names the earlier transaction: by reference (Nexi, CCV), or by its numbers (German, IFSF).
    fn refer(&self, request: &mut CardServiceRequest, original: &Original, by_reference: bool) {
        if by_reference {
            if let (Some(data), Some(reference)) = (&mut request.pos_data, &original.trx_reference_number) {
                data.trx_reference_number = Id::new(reference.as_str()).ok();
            }
            if let Some(reference) = &original.reference {
                request.header.reference_number = Id::new(reference.as_str()).ok();
            }
            return;
        }
        let full = self.settings.profile.reversal == ReversalBy::Full;
        let numbers = OriginalTransaction {
            stan: original.stan.as_ref().and_then(|stan| Id::new(stan.as_str()).ok()),
            terminal_id: original.terminal_id.as_ref().filter(|_| full).and_then(|id| Id::new(id.as_str()).ok()),
            terminal_batch: original.terminal_batch.as_ref().filter(|_| full).and_then(|id| Id::new(id.as_str()).ok()),
            time_stamp: original.time_stamp.as_ref().filter(|_| full).and_then(|id| Id::new(id.as_str()).ok()),
            ..OriginalTransaction::default()
        };
        if numbers != OriginalTransaction::default() {
            request.original = Some(numbers);
        }
    }
}
