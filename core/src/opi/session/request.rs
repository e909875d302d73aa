//! An operation as the message that asks for it. Only what the dialect sends is written.

use core::time::Duration;

use crate::id::{Id, RequestId};
use crate::money::Figures;
use crate::operation::{Operation, Original};
use crate::opi::message::{
    Ask, DeviceStatus, EncodeError, Header, Kind, OriginalTransaction, PosData, RequestType, TotalAmount,
};
use crate::opi::profile::{AbortFamily, Login, PrinterStates, ReversalBy};
use crate::opi::settings::Settings;
use crate::time::WallTime;
use crate::xml::Writer;

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
        let kind = family(self.settings, self.operation);
        let mut ask = Ask::new(kind);
        self.fill_header(&mut ask.header);
        self.fill_pos_data(&mut ask.pos_data, kind);
        if kind == Kind::CardServiceRequest {
            self.fill_card(&mut ask);
        }
        let declares = kind != Kind::CardServiceRequest
            && self.settings.profile.login == Login::WithDevices
            && *self.request_type == RequestType::Login;
        let declare = |xml: &mut Writer<'_>| self.declare_devices(xml);
        ask.encode(&self.settings.profile.style, out, if declares { Some(&declare) } else { None })
    }

    fn fill_header(&self, header: &mut Header) {
        let settings = self.settings;
        set(&mut header.workstation_id, Some(settings.workstation.as_str()));
        header.request_id = Some(self.request_id.id());
        header.request_type = Some(self.request_type.clone());
        set(&mut header.reference_number, self.reference);
        if let Some(sender) = &settings.application_sender {
            header.application_sender.append(sender.as_str());
        }
        set(&mut header.pop_id, settings.pop_id.as_ref().map(Id::as_str));
    }

    fn fill_pos_data(&self, data: &mut PosData, kind: Kind) {
        let settings = self.settings;
        let profile = settings.profile;
        set(&mut data.language_code, Some(settings.language.code()));
        data.pos_time_stamp = self.stamp();
        data.shift_number = settings.shift_number;
        set(&mut data.clerk_id, settings.clerk_id.as_ref().map(Id::as_str));
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
            set(&mut data.diagnosis_method, Some("OnLine"));
        }
    }

    fn stamp(&self) -> Option<crate::opi::message::Timestamp> {
        let stamp = if self.settings.profile.zone { self.at.with_zone() } else { self.at.without_zone() };
        Id::new(stamp.text().as_str()).ok()
    }

    /// Whose copies the till prints, where that is agreed at login.
    fn declare_devices(&self, xml: &mut Writer<'_>) {
        let devices = &self.settings.devices;
        // What the terminal prints itself is not the till's. "no" is inferred: only "yes" is seen.
        let prints = |status: &DeviceStatus| match status {
            DeviceStatus::PrintLocal => "no",
            status if status.works() => "yes",
            _ => "no",
        };
        let (merchant, customer) = (prints(&devices.journal_printer), prints(&devices.printer));
        let copies = [("Merchant", merchant), ("Administration", merchant), ("Customer", customer)];
        let (of_journal, of_receipts) = copies.split_at(2);
        for (printer, copies) in [("Printer", of_journal), ("PrinterReceipt", of_receipts)] {
            xml.open("PrinterParam");
            xml.attribute("Type", printer);
            for (copy, prints) in copies {
                xml.open("Receipt");
                xml.attribute("Type", copy);
                xml.text(prints);
                xml.close();
            }
            xml.close();
        }
        xml.open("SignatureParam");
        xml.open("GetConfirmation");
        xml.attribute("Timeout", Figures::of(CONFIRMATION.as_secs(), 0, 0).as_str());
        xml.text("yes");
        xml.close();
        xml.close();
    }

    fn fill_card(&self, ask: &mut Ask) {
        match self.operation {
            Operation::Payment { amount, cash_back } => {
                let total = ask.total.insert(TotalAmount::of(*amount));
                total.cash_back_amount = cash_back.map(crate::money::Money::decimal);
            }
            Operation::Reservation { amount } => ask.total = Some(TotalAmount::of(*amount)),
            Operation::Refund { amount, original } | Operation::Completion { amount, original } => {
                ask.total = Some(TotalAmount::of(*amount));
                self.refer(ask, original);
            }
            Operation::Reversal { amount, original } => {
                if self.settings.profile.reversal != ReversalBy::Stan {
                    ask.total = amount.map(TotalAmount::of);
                }
                self.refer(ask, original);
            }
            _ => {}
        }
    }

    /// Names the earlier transaction: by reference (Nexi, CCV), or by its numbers (German, IFSF).
    fn refer(&self, ask: &mut Ask, original: &Original) {
        if self.settings.profile.reversal == ReversalBy::Last {
            if let Some(reference) = &original.trx_reference_number {
                set(&mut ask.pos_data.trx_reference_number, Some(reference.as_str()));
            }
            if let Some(reference) = &original.reference {
                set(&mut ask.header.reference_number, Some(reference.as_str()));
            }
            return;
        }
        let full = self.settings.profile.reversal == ReversalBy::Full;
        let mut numbers = OriginalTransaction::default();
        let mut named = set(&mut numbers.stan, original.stan.as_ref().map(Id::as_str));
        if full {
            named |= set(&mut numbers.terminal_id, original.terminal_id.as_ref().map(Id::as_str));
            named |= set(&mut numbers.terminal_batch, original.terminal_batch.as_ref().map(Id::as_str));
            named |= set(&mut numbers.time_stamp, original.time_stamp.as_ref().map(Id::as_str));
        }
        if named {
            ask.original = Some(numbers);
        }
    }
}

/// Takes the text over, if there is one; whether there is. A text that is too long for the message is left out.
fn set<const N: usize>(to: &mut Option<Id<N>>, text: Option<&str>) -> bool {
    let Some(text) = text.filter(|text| text.len() <= N) else { return false };
    to.get_or_insert_default().set(text)
}
