//! What a terminal says, written the way each dialect spells it.

use core::fmt::{self, Display};

use super::dialect::{Header, Routing, Stamp};
use super::hear::Word;
use super::ledger::{Ledger, Trade};
use super::page::Page;
use super::plan::{Ask, Step, TARGETS, Verdict};
use super::receipts::{self, Prompt, Slip};
use super::{Brand, Dialect, Fault, Setup};
use crate::frame::HEADER;
use crate::id::Id;
use crate::limits;
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

/// The attributes of a root element.
pub(super) struct Head<'a> {
    pub(super) workstation: &'a str,
    pub(super) request_id: &'a str,
    pub(super) request_type: &'a str,
    pub(super) result: Option<&'static str>,
    pub(super) reference: Option<&'a str>,
    /// A device message, with its SequenceID.
    pub(super) device: Option<Option<u32>>,
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

    pub(super) fn open(&self, page: &mut Page<'_>, name: &str, head: &Head<'_>, fault: Fault) {
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
                let (least, most) = match ask {
                    Ask::Number => (Some(1), Some(7)),
                    Ask::Text => (Some(1), Some(12)),
                    Ask::Menu => (Some(1), Some(1)),
                    _ => (None, None),
                };
                page.attribute_if("MinLength", least).attribute_if("MaxLength", most);
                page.attribute_if("Decimals", (ask == Ask::Number).then_some(0));
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

    pub(super) fn brand(&self, trade: &Trade) -> Brand {
        const NONE: Brand = Brand { code: "OTHR", name: "?", card: "" };
        let brand = self.setup.dialect.brands.get(trade.brand).copied().unwrap_or(NONE);
        if self.setup.masks_cards { brand } else { brand.unmasked(trade.brand) }
    }

    pub(super) fn stamp(&self, at: WallTime) -> impl Display {
        let dialect = self.setup.dialect;
        fmt::from_fn(move |out| match dialect.stamp {
            Stamp::Zone => write!(out, "{}", at.with_zone()),
            Stamp::UnknownZone => write!(out, "{}-00:00", at.without_zone()),
        })
    }
}

pub(super) const fn language(german: bool) -> &'static str {
    if german { "de" } else { "en" }
}
