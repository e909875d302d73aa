//! What a terminal says, written the way each dialect spells it.

use core::fmt::{self, Display};

use super::dialect::{Header, Routing, Stamp};
use super::hear::Word;
use super::ledger::{Direction, Ledger, Trade};
use super::page::Page;
use super::plan::{Ask, Step, TARGETS, Verdict};
use super::receipts::{self, Prompt, Slip};
use super::{Brand, Dialect, Fault, Setup};
use crate::frame::HEADER;
use crate::id::Id;
use crate::limits;
use crate::money::Money;
use crate::time::WallTime;

const NAMESPACE: &str = "http://www.nrf-arts.org/IXRetail/namespace";
const SCHEMAS: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Least length of a long e-journal, in bytes.
const LONG_JOURNAL: usize = 64 * 1024;

/// One message of a terminal.
#[derive(Clone, Debug)]
pub(super) enum Speech {
    Reply(Reply),
    Call(Call),
}

/// An answer to a request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// Whether the request was a CardServiceRequest.
    pub(super) card: bool,
    pub(super) workstation: Id<{ limits::WORKSTATION_ID }>,
    pub(super) request_id: Id<{ limits::REQUEST_ID }>,
    pub(super) request_type: Word,
    pub(super) reference: Option<Word>,
    pub(super) german: bool,
    /// `None` leaves it out.
    pub(super) result: Option<&'static str>,
    pub(super) body: Body,
    /// What is wrong with this answer.
    pub(super) fault: Fault,
}

/// What an answer holds besides its result.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Bare,
    Trade(Verdict, Trade),
    Repeat(Last),
    Totals,
    Status(&'static str),
    Info,
    Circuits,
    Login,
    Submission(u32),
    Diagnosis,
    Error(&'static str),
}

/// The last answer to a request for money, kept for RepeatLastMessage.
#[derive(Clone, Debug)]
pub(super) struct Last {
    pub(super) verdict: Verdict,
    pub(super) trade: Trade,
}

/// A message to the till's devices.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) workstation: Id<{ limits::WORKSTATION_ID }>,
    pub(super) id: Id<{ limits::REQUEST_ID }>,
    pub(super) sequence: Option<u32>,
    pub(super) step: Step,
    pub(super) german: bool,
    /// The receipts are a reprint.
    pub(super) again: bool,
    pub(super) trade: Option<Trade>,
}

impl Call {
    pub(super) const fn request_type(&self) -> &'static str {
        match self.step {
            Step::Ask(_) => "Input",
            Step::Withdraw => "AbortInput",
            Step::Event => "Event",
            _ => "Output",
        }
    }

    /// The outputs of the message, in order.
    pub(super) fn outputs(&self, dialect: &Dialect) -> heapless::Vec<Place, 4> {
        let (merchant, customer) = match dialect.routing {
            Routing::TicketType => (Place::merchant("JournalPrinter"), Place::with_type("Printer", "CustomerReceipt")),
            Routing::JournalPrinter => (Place::merchant("JournalPrinter"), Place::at("Printer")),
            Routing::PrinterReceipt => (Place::merchant("Printer"), Place::at("PrinterReceipt")),
        };
        let (cashier, holder) = (Place::at("CashierDisplay"), Place::at("CustomerDisplay"));
        let outputs: &[Place] = match self.step {
            Step::Show(_) | Step::Foreign | Step::Ask(_) => &[cashier],
            Step::ShowCustomer(_) => &[holder],
            Step::Deliver => &[Place::at("DeliveryBox")],
            Step::Offer => &[Place::with_type("Printer", "DccOffer")],
            Step::Merchant | Step::Slip => &[merchant],
            Step::Customer => &[customer],
            Step::BothCopies => &[merchant, customer],
            Step::Journal | Step::LongJournal => &[Place::at("E-Journal")],
            Step::Together => &[cashier, holder, merchant, customer],
            Step::Target(number) => &[Place::at(TARGETS.get(number).copied().unwrap_or("Log"))],
            _ => &[],
        };
        outputs.iter().copied().collect()
    }
}

/// Where one output goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) target: &'static str,
    ticket_type: Option<&'static str>,
    merchant: bool,
}

impl Place {
    const fn at(target: &'static str) -> Self {
        Self { target, ticket_type: None, merchant: false }
    }

    const fn merchant(target: &'static str) -> Self {
        Self { target, ticket_type: None, merchant: true }
    }

    const fn with_type(target: &'static str, ticket_type: &'static str) -> Self {
        Self { target, ticket_type: Some(ticket_type), merchant: false }
    }
}

/// What a message is written from.
pub(super) struct Speaker<'a> {
    pub(super) setup: &'a Setup,
    pub(super) ledger: &'a Ledger,
    /// Totals as they were when the report was asked for.
    pub(super) report: &'a [super::Total],
}

struct Head<'a> {
    workstation: &'a str,
    request_id: &'a str,
    request_type: &'a str,
    result: Option<&'static str>,
    reference: Option<&'a str>,
    /// A device message, with its SequenceID.
    device: Option<Option<u32>>,
}

impl Speaker<'_> {
    /// Writes the frame into `tx`; its length, or `None` if there is no room.
    pub(super) fn frame(&self, speech: &Speech, tx: &mut [u8]) -> Option<usize> {
        let (header, room) = tx.split_at_mut_checked(HEADER)?;
        let fault = match speech {
            Speech::Reply(reply) => reply.fault,
            Speech::Call(_) => Fault::None,
        };
        let mut page = Page::new(room, self.setup.bytes_are_latin1());
        if self.setup.fault == Fault::Bom {
            page.bytes(b"\xef\xbb\xbf");
        }
        match speech {
            Speech::Reply(reply) => self.reply(&mut page, reply),
            Speech::Call(call) => self.call(&mut page, call),
        }
        let written = page.finish()?;
        let (length, sent) = match fault {
            Fault::Oversize => (0x7fff_ffff, written),
            Fault::ZeroLength => (0, 0),
            _ => (u32::try_from(written).ok()?, written),
        };
        if fault == Fault::Garbage {
            let mut chance = super::chance::Chance::new(self.setup.seed ^ 0x6a72);
            // No `<` and no NUL: not even the beginning of a document in any encoding.
            room.iter_mut().take(written).for_each(|byte| *byte = chance.next().to_be_bytes()[0] | 0x80);
        }
        header.copy_from_slice(&length.to_be_bytes());
        Some(HEADER + sent)
    }

    fn open(&self, page: &mut Page<'_>, name: &str, head: &Head<'_>, fault: Fault) {
        page.markup("<?xml version=\"1.0\" encoding=\"");
        page.markup(self.setup.declared_encoding());
        page.markup("\"?>\n");
        if fault == Fault::Doctype {
            page.markup("<!DOCTYPE ");
            page.markup(name);
            page.markup(" [<!ENTITY a \"b\">]>\n");
        }
        page.tag(name);
        let terminal = head.device.map(|_| self.setup.terminal_id.as_str());
        let sequence = head.device.flatten();
        match self.setup.dialect.header {
            Header::Nexi => {
                page.attribute("xmlns", NAMESPACE).attribute("WorkstationID", head.workstation);
                page.attribute("RequestID", head.request_id).attribute("RequestType", head.request_type);
                page.attribute_if("OverallResult", head.result).attribute_if("ReferenceNumber", head.reference);
                page.attribute_if("TerminalID", terminal).attribute_if("SequenceID", sequence);
            }
            Header::Ccv => {
                page.attribute("WorkstationID", head.workstation).attribute("RequestID", head.request_id);
                page.attribute("RequestType", head.request_type).attribute_if("OverallResult", head.result);
                page.attribute_if("SequenceID", sequence).attribute("xmlns", NAMESPACE);
            }
            Header::Thales => {
                if head.device.is_none() {
                    page.attribute("xmlns", NAMESPACE);
                }
                page.markup("\n\t");
                page.attribute("xmlns:xsi", SCHEMAS).attribute("RequestType", head.request_type);
                page.attribute("RequestID", head.request_id).attribute("WorkstationID", head.workstation);
                page.attribute_if("SequenceID", sequence).attribute_if("TerminalID", terminal);
                page.attribute_if("OverallResult", head.result).attribute("ApplicationSender", "Thales-OPI");
            }
            Header::Ifsf => {
                page.attribute("RequestType", head.request_type).attribute("WorkstationID", head.workstation);
                page.attribute("ApplicationSender", "FORECOURT").attribute("POPID", "3");
                page.attribute("RequestID", head.request_id).attribute_if("TerminalID", terminal);
                page.attribute_if("SequenceID", sequence).attribute_if("OverallResult", head.result);
                page.attribute("xmlns", NAMESPACE).attribute("xmlns:IFSF", "http://www.ifsf.org/");
            }
        }
    }

    fn reply(&self, page: &mut Page<'_>, reply: &Reply) {
        let is = |fault| reply.fault == fault;
        let name = if reply.card { "CardServiceResponse" } else { "ServiceResponse" };
        let head = Head {
            workstation: if is(Fault::WrongWorkstation) { "SOMEBODY-ELSE" } else { reply.workstation.as_str() },
            request_id: if is(Fault::WrongRequestId) { "7" } else { reply.request_id.as_str() },
            request_type: if is(Fault::WrongType) { "CardSwipe" } else { reply.request_type.as_str() },
            result: reply.result,
            reference: reply.reference.as_ref().map(Id::as_str),
            device: None,
        };
        self.open(page, name, &head, reply.fault);
        match &reply.body {
            Body::Trade(verdict, trade) => self.trade(page, *verdict, trade, reply.german),
            Body::Repeat(last) => {
                page.tag("OriginalHeader").attribute("RequestType", last.trade.request_type.as_str());
                page.attribute("WorkstationID", last.trade.workstation.as_str());
                page.attribute("RequestID", last.trade.request_id.as_str());
                page.attribute_if("OverallResult", last.verdict.result);
                page.end("OriginalHeader");
                self.trade(page, last.verdict, &last.trade, reply.german);
            }
            body => self.service(page, body, reply.german),
        }
        page.end(name);
    }

    fn service(&self, page: &mut Page<'_>, body: &Body, german: bool) {
        page.tag("Terminal").attribute("TerminalID", &self.setup.terminal_id);
        page.end("Terminal");
        match body {
            Body::Totals => {
                page.tag("Reconciliation").attribute("LanguageCode", language(german));
                for total in self.report {
                    let payment_type = if total.direction == Direction::Credit { "Credit" } else { "Debit" };
                    page.tag("TotalAmount").attribute("NumberPayments", total.count);
                    page.attribute("PaymentType", payment_type).attribute("Currency", total.amount.currency());
                    page.attribute("CardCircuit", total.card_circuit).text(total.amount.value());
                    page.end("TotalAmount");
                }
                page.end("Reconciliation");
            }
            Body::Status(status) => {
                page.tag("PrivateData").tag("Identification").attribute("TerminalID", &self.setup.terminal_id);
                page.attribute("TerminalStatus", status.split(' ').next().unwrap_or_default());
                page.attribute("TerminalSubStatus", status.split(' ').nth(1).unwrap_or_default());
                page.end("Identification");
                page.end("PrivateData");
            }
            Body::Info => {
                page.tag("PrivateData").tag("Identification");
                page.leaf("TerminalID", &self.setup.terminal_id);
                page.leaf("TerminalIP", "127.0.0.1");
                page.leaf("AppVersion", "1.0.0");
                page.leaf("Ep2MID", "100000012345678");
                page.leaf("Hardware", "SIMULATED");
                page.leaf("SerialNumber", "000000000001");
                page.leaf("ConfigurationName", self.setup.dialect.name);
                page.leaf("ConfigurationVersion", 1);
                page.end("Identification");
                page.leaf("Acq", "MUSTER ACQUIRING");
                self.circuits(page);
                page.end("PrivateData");
            }
            Body::Circuits => {
                page.tag("CardCircuitCollection");
                self.circuits(page);
                page.end("CardCircuitCollection");
            }
            Body::Login => {
                page.tag("PrivateData");
                if self.setup.dialect.header == Header::Thales {
                    page.leaf("ErrorCode", "1002700");
                    page.leaf("SoftwareVersion", "7.12.3");
                    page.leaf(
                        "RebootInfo",
                        self.setup.wall.after(core::time::Duration::from_secs(72_000)).without_zone(),
                    );
                }
                page.end("PrivateData");
            }
            Body::Submission(count) => {
                page.tag("Submission").attribute("LanguageCode", language(german));
                page.tag("Successful").attribute("NumberPayments", count);
                page.end("Successful");
                page.tag("Failed").attribute("NumberPayments", 0);
                page.end("Failed");
                page.end("Submission");
            }
            Body::Diagnosis => page.leaf("DiagnosisResult", "Host online"),
            Body::Error(text) => {
                page.tag("ErrorDetail").tag("Error").attribute("Category", 1).attribute("Code", 204);
                page.attribute("Severity", 2).attribute("Description", text);
                page.end("Error");
                page.end("ErrorDetail");
            }
            Body::Bare | Body::Trade(..) | Body::Repeat(_) => {}
        }
    }

    fn circuits(&self, page: &mut Page<'_>) {
        for brand in self.setup.dialect.brands {
            page.tag("CardCircuit").attribute("DisplayName", brand.name).text(brand.code);
            page.end("CardCircuit");
        }
    }

    fn trade(&self, page: &mut Page<'_>, verdict: Verdict, trade: &Trade, german: bool) {
        let dialect = self.setup.dialect;
        let brand = self.brand(trade);
        page.tag("Terminal").attribute("TerminalID", &self.setup.terminal_id);
        if dialect.header != Header::Thales {
            page.attribute("TerminalBatch", self.ledger.batch);
        }
        page.attribute("STAN", format_args!("{:06}", trade.stan));
        page.end("Terminal");
        if verdict.tender {
            page.tag("Tender").attribute("LanguageCode", language(german));
            if verdict.card {
                page.tag("TotalAmount").attribute("Currency", trade.amount.currency());
                page.attribute_if("CashBackAmount", trade.cash_back.map(Money::value));
                if dialect.says_aborted {
                    page.attribute_if("GratuityAmount", trade.tip.map(Money::value));
                }
                page.text(trade.amount.value());
                page.end("TotalAmount");
            }
            self.authorisation(page, verdict, trade, brand);
            page.end("Tender");
        }
        if dialect.diagnosis {
            let (host, terminal) = (verdict.host, verdict.terminal);
            page.tag("PrivateData").tag("Diagnosis");
            // Both forms are seen.
            if trade.stan.is_multiple_of(2) {
                page.attribute("HostDeclineReason", host).attribute("TerminalDeclineReason", terminal);
            } else {
                page.leaf("HostDeclineReason", host);
                page.leaf("TerminalDeclineReason", terminal);
            }
            page.end("Diagnosis");
            page.end("PrivateData");
        } else if dialect.header == Header::Thales && verdict.card {
            page.tag("PrivateData");
            page.leaf("CardTechnologyType", "NFC");
            page.leaf("CardVerificationMethod", "NoCVM");
            page.leaf("ErrorCode", if verdict.approval { "1002700" } else { "1002711" });
            page.leaf("ErrorText", (if verdict.approval { Prompt::Approved } else { Prompt::Declined }).text(german));
            page.end("PrivateData");
            page.tag("CardValue");
            page.leaf("CardCircuit", brand.code);
            page.leaf("ExpiryDate", "1230");
            page.end("CardValue");
        }
    }

    fn authorisation(&self, page: &mut Page<'_>, verdict: Verdict, trade: &Trade, brand: &Brand) {
        let dialect = self.setup.dialect;
        let approval = format_args!("{:06}", trade.approval);
        let reference = format_args!("{:011}", trade.trx_reference);
        let code = brand.code;
        page.tag("Authorisation");
        match dialect.header {
            // The brand OTHR alone says that no card was read (Q30, release notes of the Nexi OPI Proxy).
            _ if !verdict.card && dialect.diagnosis => drop(page.attribute("CardCircuit", "OTHR")),
            _ if !verdict.card => {}
            Header::Nexi | Header::Ccv => {
                if dialect.header == Header::Nexi {
                    page.attribute("AcquirerID", "00000001731");
                }
                page.attribute("TimeStamp", self.stamp(trade.at));
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("CardCircuit", code).attribute("MaskedCardNumber", brand.card);
                page.attribute_if("TrxReferenceNumber", verdict.approval.then_some(reference));
                page.attribute("ReceiptCopies", 2);
            }
            Header::Thales => {
                page.attribute("AuthorisationType", "Online").attribute("CardCircuit", code);
                page.attribute("CardPAN", brand.card).attribute("Merchant", "VU-000000000001");
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("ReceiptNumber", trade.stan).attribute("ActionCode", verdict.host);
                page.attribute("TimeStamp", self.stamp(trade.at)).attribute("AcquirerID", "undefined");
            }
            Header::Ifsf => {
                page.attribute("AcquirerID", "ACQ1").attribute("TimeStamp", self.stamp(trade.at));
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("CardCircuit", code).attribute("CardPAN", brand.card);
                page.attribute("AuthorisationType", "Online");
                page.attribute_if("ActionCode", (verdict.host != 0).then_some(verdict.host));
            }
        }
        page.end("Authorisation");
    }

    fn call(&self, page: &mut Page<'_>, call: &Call) {
        let head = Head {
            workstation: call.workstation.as_str(),
            request_id: call.id.as_str(),
            request_type: call.request_type(),
            result: None,
            reference: None,
            device: Some(call.sequence),
        };
        self.open(page, "DeviceRequest", &head, Fault::None);
        for place in call.outputs(self.setup.dialect) {
            page.tag("Output").attribute("OutDeviceTarget", place.target);
            page.attribute_if("TicketType", place.ticket_type);
            if call.step.is_question() {
                page.attribute("InputSynchronize", true);
            }
            self.output(page, call, place);
            page.end("Output");
        }
        match call.step {
            Step::Ask(ask) => {
                page.tag("Input").attribute("InDeviceTarget", "CashierKeyboard").tag("Command");
                match ask {
                    Ask::Number => {
                        drop(page.attribute("MinLength", 1).attribute("MaxLength", 7).attribute("Decimals", 0))
                    }
                    Ask::Text => drop(page.attribute("MinLength", 1).attribute("MaxLength", 12)),
                    Ask::Menu => drop(page.attribute("Length", 1)),
                    _ => {}
                }
                page.attribute("TimeOut", 45).text(ask.command());
                page.end("Command");
                page.end("Input");
            }
            Step::Withdraw => {
                page.tag("Input").attribute("InDeviceTarget", "CashierKeyboard");
                page.end("Input");
            }
            Step::Event => {
                page.tag("Event").attribute("EventType", "CardInserted").tag("EventData");
                page.leaf("Dispenser", 4);
                page.end("EventData");
                page.end("Event");
            }
            _ => {}
        }
        page.end("DeviceRequest");
    }

    fn output(&self, page: &mut Page<'_>, call: &Call, place: Place) {
        let (german, target) = (call.german, place.target);
        match call.step {
            Step::Deliver => {}
            Step::Ask(ask) => receipts::question(page, ask, german),
            Step::Show(prompt) | Step::ShowCustomer(prompt) => {
                page.tag("TextLine").attribute("Row", 0).attribute("Column", 0).text(prompt.text(german));
                page.end("TextLine");
                if let Some(trade) = &call.trade {
                    page.tag("TextLine").attribute("Row", 1).attribute("Column", 0).text(trade.amount);
                    page.end("TextLine");
                }
            }
            Step::Foreign => receipts::line(page, "not for you"),
            Step::Slip => {
                receipts::line(page, if german { "Kassenabschluss" } else { "Reconciliation" });
                for total in self.report {
                    receipts::line(page, total.card_circuit);
                }
            }
            Step::Target(_) if target != "E-Journal" => receipts::line(page, target),
            _ => {
                let Some(trade) = &call.trade else { return };
                match target {
                    "E-Journal" => self.journal(page, trade, call.step == Step::LongJournal),
                    "CashierDisplay" | "CustomerDisplay" => receipts::line(page, Prompt::Approved.text(german)),
                    _ if call.step == Step::Offer => {
                        receipts::line(page, "CHF 100.00");
                        receipts::line(page, "EUR 107.83");
                        receipts::line(page, "Exchange rate 1.0783");
                    }
                    _ => {
                        let slip = Slip {
                            brand: self.brand(trade),
                            terminal_id: self.setup.terminal_id.as_str(),
                            german,
                            merchant: place.merchant,
                            again: call.again,
                        };
                        receipts::receipt(page, trade, slip);
                    }
                }
            }
        }
    }

    fn journal(&self, page: &mut Page<'_>, trade: &Trade, long: bool) {
        let from = page.written();
        page.tag("TransactionInfo");
        page.tag("TotalAmount").attribute("Currency", trade.amount.currency());
        // Both forms are seen.
        if trade.stan.is_multiple_of(2) {
            page.text(trade.amount.value());
        } else {
            page.leaf("DetailedAmount", trade.amount.value());
        }
        page.end("TotalAmount");
        page.leaf("CardLabelName", self.brand(trade).name);
        page.leaf("CardNumber", self.brand(trade).card);
        page.leaf("TransactionRefNumber", format_args!("{:011}", trade.trx_reference));
        page.leaf("AuthorisationCode", format_args!("{:06}", trade.approval));
        page.leaf("DateAndTime", self.stamp(trade.at));
        page.leaf("AcquirerIdentifier", "00000001731");
        if trade.dcc {
            page.tag("DccInfo");
            page.leaf("CardHolderBillingAmount", "107.83");
            page.leaf("CardHolderBillingCurrencyName", "EUR");
            page.leaf("ExchangeRate", "1.0783");
            page.leaf("CommissionPercentage", "3.95");
            page.end("DccInfo");
        }
        let mut item = 1u32;
        while long && page.written() - from < LONG_JOURNAL && page.has_room() {
            page.leaf("Item", format_args!("{item:06} Kaffee & Gipfeli, Seestrasse, Zürich"));
            item = item.wrapping_add(1);
        }
        page.end("TransactionInfo");
    }

    fn brand(&self, trade: &Trade) -> &'static Brand {
        const NONE: Brand = Brand { code: "OTHR", name: "?", card: "" };
        self.setup.dialect.brands.get(trade.brand).unwrap_or(&NONE)
    }

    fn stamp(&self, at: WallTime) -> impl Display {
        let dialect = self.setup.dialect;
        fmt::from_fn(move |out| match dialect.stamp {
            Stamp::Zone => write!(out, "{}", at.with_zone()),
            Stamp::UnknownZone => write!(out, "{}-00:00", at.without_zone()),
        })
    }
}

const fn language(german: bool) -> &'static str {
    if german { "de" } else { "en" }
}
