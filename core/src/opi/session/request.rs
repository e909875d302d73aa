//! An operation as the message that asks for it. Only what the dialect sends is written.

use crate::id::{Id, Reference, RequestId};
use crate::money::{Figures, Money};
use crate::operation::{Operation, Original};
use crate::opi::message::{DeviceStatus, EncodeError, Kind, RequestType, Sending};
use crate::opi::profile::{AbortFamily, Login, PrinterStates, ReversalBy};
use crate::opi::settings::Settings;
use crate::text::Text;
use crate::time::{Span, WallTime};

/// How long a German terminal waits for "is the signature right?", as declared at login (SELLE), in seconds.
pub(super) const CONFIRMATION: u16 = 180;

/// So much before the terminal stops waiting, a question falls: the answer has to arrive while somebody listens (ours).
pub(super) const LEAD: Span = Span::seconds(1);

/// One message to the terminal.
pub(super) struct Asking<'a> {
    pub(super) settings: &'a Settings<Span>,
    pub(super) operation: &'a Operation,
    pub(super) reference: Option<&'a str>,
    pub(super) request_id: RequestId,
    pub(super) request_type: &'a str,
    pub(super) at: WallTime,
}

/// The family of an operation's messages.
pub(super) fn family(settings: &Settings<Span>, operation: &Operation) -> Kind {
    match operation {
        Operation::Abort if settings.profile.abort_family == AbortFamily::Service => Kind::ServiceRequest,
        Operation::Abort | Operation::Reprint | Operation::RepeatLast => Kind::CardServiceRequest,
        operation if operation.moves_money() => Kind::CardServiceRequest,
        _ => Kind::ServiceRequest,
    }
}

/// What the operation lacks for this dialect.
pub(super) fn missing(settings: &Settings<Span>, operation: &Operation) -> Option<&'static str> {
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
    (!named && (must_be_named || !original.is_empty())).then_some(what)
}

impl Asking<'_> {
    /// Writes the payload and says how long it is.
    pub(super) fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let profile = self.settings.profile;
        let kind = family(self.settings, self.operation);
        let card = kind == Kind::CardServiceRequest;
        let original = match self.operation {
            Operation::Refund { original, .. }
            | Operation::Reversal { original, .. }
            | Operation::Completion { original, .. } => Some(original),
            _ => None,
        };
        // The earlier transaction by reference (Nexi, CCV), or by its numbers (German, IFSF).
        let (named, numbered) = if profile.reversal == ReversalBy::Last { (original, None) } else { (None, original) };
        let mut sending = Sending::new(kind, &profile.style, out);
        self.write_header(&mut sending, named);
        self.write_pos_data(&mut sending, card, named);
        if let Some(original) = numbered {
            self.write_original(&mut sending, original);
        }
        self.write_total(&mut sending);
        if !card && profile.login == Login::WithDevices && self.request_type == const { RequestType::Login.listed() } {
            sending.open("PrivateData");
            self.declare_devices(&mut sending);
            sending.close();
        }
        sending.finish()
    }

    fn write_header(&self, sending: &mut Sending<'_>, named: Option<&Original>) {
        let settings = self.settings;
        let earlier = named.and_then(|original| original.reference.as_ref()).map(Reference::as_str);
        let sender = settings.application_sender.as_ref().map(Text::as_str);
        sending.attribute("WorkstationID", Some(settings.workstation.as_str()));
        sending.attribute("RequestID", Some(self.request_id.id().as_str()));
        sending.attribute("RequestType", Some(self.request_type));
        sending.attribute("ReferenceNumber", earlier.or(self.reference));
        sending.attribute("ApplicationSender", sender.filter(|sender| !sender.is_empty()));
        sending.attribute("POPID", settings.pop_id.as_ref().map(Id::as_str));
    }

    fn write_pos_data(&self, sending: &mut Sending<'_>, card: bool, named: Option<&Original>) {
        let settings = self.settings;
        let profile = settings.profile;
        let asks = (card && profile.request_flags).then_some("true");
        // Nexi SDKs: the header of receipts is not asked for with these.
        let repeats = matches!(self.operation, Operation::Reprint | Operation::RepeatLast | Operation::Abort);
        let shift = settings.shift_number.map(|number| Figures::of(u64::from(number), 0, 0));
        let shift = shift.as_ref().map(Figures::as_str);
        let (in_attribute, in_element) =
            if profile.style.shift_number_as_attribute { (shift, None) } else { (None, shift) };
        sending.open("POSdata");
        sending.attribute("LanguageCode", Some(settings.language.code()));
        sending.attribute("RequestTransactionInformation", asks);
        sending.attribute("RequestToken", asks);
        sending.attribute("RequestReceiptHeader", asks.filter(|_| !repeats));
        let reference = named.and_then(|original| original.trx_reference_number.as_ref());
        sending.attribute("TrxReferenceNumber", reference.map(Id::as_str));
        sending.attribute("ShiftNumber", in_attribute);
        let stamp = if profile.zone { self.at.with_zone() } else { self.at.without_zone() };
        sending.element("POSTimeStamp", Some(stamp.text().as_str()));
        sending.element("ShiftNumber", in_element);
        sending.element("ClerkID", settings.clerk_id.as_ref().map(Id::as_str));
        let tests = matches!(self.operation, Operation::Diagnosis | Operation::Status)
            && self.request_type == const { RequestType::Diagnosis.listed() };
        sending.element("DiagnosisMethod", tests.then_some("OnLine"));
        if profile.printer_states == PrinterStates::All || (card && profile.printer_states == PrinterStates::Card) {
            sending.element("PrinterStatus", Some(settings.devices.printer.as_str()));
            sending.element("E-JournalStatus", Some(settings.devices.e_journal.as_str()));
            sending.element("JournalPrinterStatus", Some(settings.devices.journal_printer.as_str()));
        }
        sending.close();
    }

    fn write_original(&self, sending: &mut Sending<'_>, original: &Original) {
        let full = self.settings.profile.reversal == ReversalBy::Full;
        let Original { terminal_id, terminal_batch, stan, time_stamp, .. } = original;
        let stan = stan.as_ref().map(Id::as_str);
        let terminal_id = terminal_id.as_ref().map(Id::as_str).filter(|_| full);
        let terminal_batch = terminal_batch.as_ref().map(Id::as_str).filter(|_| full);
        let time_stamp = time_stamp.as_ref().map(Id::as_str).filter(|_| full);
        if [stan, terminal_id, terminal_batch, time_stamp] == [None; 4] {
            return;
        }
        sending.open("OriginalTransaction");
        sending.attribute("TerminalID", terminal_id);
        sending.attribute("TerminalBatch", terminal_batch);
        sending.attribute("STAN", stan);
        sending.attribute("TimeStamp", time_stamp);
        sending.close();
    }

    fn write_total(&self, sending: &mut Sending<'_>) {
        let (amount, cash_back) = match self.operation {
            Operation::Payment { amount, cash_back } => (*amount, *cash_back),
            Operation::Reservation { amount }
            | Operation::Refund { amount, .. }
            | Operation::Completion { amount, .. } => (*amount, None),
            Operation::Reversal { amount: Some(amount), .. } if self.settings.profile.reversal != ReversalBy::Stan => {
                (*amount, None)
            }
            _ => return,
        };
        let decimals = amount.currency().exponent();
        sending.open("TotalAmount");
        sending.attribute("Currency", Some(amount.currency().code()));
        sending.amount("CashBackAmount", cash_back.map(Money::decimal), decimals);
        sending.xml.text(amount.decimal().figures(decimals).as_str());
        sending.close();
    }

    /// Whose copies the till prints, where that is agreed at login.
    fn declare_devices(&self, sending: &mut Sending<'_>) {
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
            sending.open("PrinterParam");
            sending.attribute("Type", Some(printer));
            for (copy, prints) in copies {
                sending.open("Receipt");
                sending.attribute("Type", Some(copy));
                sending.xml.text(prints);
                sending.close();
            }
            sending.close();
        }
        sending.open("SignatureParam");
        sending.open("GetConfirmation");
        sending.attribute("Timeout", Some(Figures::of(CONFIRMATION.into(), 0, 0).as_str()));
        sending.xml.text("yes");
        sending.close();
        sending.close();
    }
}
