//! Outputs of the core and of the C interface as the same lines, made independently of each other.

use std::ffi::c_char;
use std::fmt::{Debug, Write};

use opi_capi::border::{Bytes, Str};
use opi_capi::money::Money;
use opi_capi::output::{self as c, OPI_NEVER};
use opi_core::drive::{Event, Link, Output};
use opi_core::journal::{self, Record};
use opi_core::money::Money as CoreMoney;
use opi_core::receipt::{Copy, Purpose};
use opi_core::secret::Masked;

/// A letter of C, which has a sign on some machines.
pub(crate) fn letter_byte(letter: &c_char) -> u8 {
    let [byte] = letter.to_ne_bytes();
    byte
}

/// A text that C got.
pub(crate) fn text(given: Str) -> Option<String> {
    // SAFETY: the library says that so many bytes stand there until the next call.
    (!given.data.is_null()).then(|| unsafe {
        String::from_utf8(std::slice::from_raw_parts(given.data.cast(), given.length).to_vec()).unwrap()
    })
}

/// Bytes that C got.
pub(crate) fn bytes(given: Bytes) -> Vec<u8> {
    if given.data.is_null() {
        return Vec::new();
    }
    // SAFETY: as above.
    unsafe { std::slice::from_raw_parts(given.data, given.length) }.to_vec()
}

fn encoded(record: &Record<'_>) -> Vec<u8> {
    let mut to = [0; journal::MAX_RECORD];
    let length = journal::encode(record, &mut to).unwrap();
    to[..length].to_vec()
}

fn number(link: Link) -> u32 {
    match link {
        Link::Request => 0,
        Link::Abort => 1,
        Link::Device(slot) => 2 + u32::from(slot),
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CashierDisplay => "CashierDisplay",
        Purpose::CustomerDisplay => "CustomerDisplay",
        Purpose::Receipt(Copy::Customer) => "CustomerReceipt",
        Purpose::Receipt(Copy::Merchant) => "MerchantReceipt",
        Purpose::Journal => "Journal",
        Purpose::Offer => "Offer",
        other => panic!("{other:?}"),
    }
}

fn core_money(money: Option<CoreMoney>) -> String {
    money.map_or_else(String::new, |money| format!("{} {}", money.minor(), money.currency().code()))
}

fn c_money(money: Money) -> String {
    let code: String = money
        .currency
        .iter()
        .take_while(|letter| **letter != 0)
        .map(|letter| char::from(letter_byte(letter)))
        .collect();
    if code.is_empty() { code } else { format!("{} {code}", money.minor) }
}

fn or<T: Debug>(value: Option<T>, other: &str) -> String {
    value.map_or_else(|| other.to_owned(), |value| format!("{value:?}"))
}

/// Of the core; a frame stands at the front of `tx`.
pub(crate) fn of_core(output: &Output<'_>, tx: &[u8]) -> String {
    let mut out = String::new();
    match output {
        Output::Wait(wait) => {
            let until = wait.until.map_or(OPI_NEVER, |until| until.as_millis());
            write!(out, "Wait {until} {:?}", wait.why)
        }
        Output::Listen => write!(out, "Listen"),
        Output::Connect(link) => write!(out, "Connect {}", number(*link)),
        Output::Send { link, length } => write!(out, "Send {} {:?}", number(*link), &tx[..*length]),
        Output::Close(link) => write!(out, "Close {}", number(*link)),
        Output::Persist(ticket, record) => {
            let (kind, sheet) = match record {
                Record::Sheet { sheet, .. } => ("Sheet", sheet.0),
                Record::Intent(_) => ("Intent", 0),
                Record::Sent { .. } => ("Sent", 0),
                Record::Result(_) => ("Result", 0),
                Record::Resolution(_) => ("Resolution", 0),
                other => panic!("{other:?}"),
            };
            write!(out, "Persist {} {kind} {sheet} {:?}", ticket.0, encoded(record))
        }
        Output::Event(event) => return of_event(event),
        other => panic!("{other:?}"),
    }
    .unwrap();
    out
}

fn of_event(event: &Event<'_>) -> String {
    match event {
        Event::Started { request_id, request_type } => format!("Started {} {request_type}", request_id.get()),
        Event::InDoubt { request_id, reason } => format!("InDoubt {} {reason:?}", request_id.get()),
        Event::SheetBegun(sheet) => format!(
            "SheetBegun {} {} {} {} {}",
            sheet.id.0,
            purpose(sheet.purpose),
            sheet.purpose.must_be_kept(),
            sheet.request.map_or(0, |request| request.get()),
            sheet.target
        ),
        Event::Line(sheet, line) => format!(
            "Line {} {:?} {} {} {} {:?} {} {} {} {} {:?}",
            sheet.0,
            line.text.as_str(),
            or(line.row, "-1"),
            or(line.column, "-1"),
            or(line.menu_item, "-1"),
            line.alignment,
            line.bold,
            line.double_width,
            line.double_height,
            line.paper_cut,
            encoded(&Record::Line { sheet: *sheet, line })
        ),
        Event::JournalText(sheet, text) => {
            let record = encoded(&Record::Text { sheet: *sheet, text: Masked(text) });
            format!("JournalText {} {text:?} {record:?}", sheet.0)
        }
        Event::SheetEnded { sheet, kept } => format!("SheetEnded {} {kept}", sheet.0),
        Event::Question(question) => format!(
            "Question {} {:?} {} {} {} {} {}",
            question.id.0,
            question.kind,
            question.sheet.map_or(0, |sheet| sheet.0),
            or(question.min_length, "-1"),
            or(question.max_length, "-1"),
            or(question.decimals, "-1"),
            question.until.as_millis()
        ),
        Event::QuestionWithdrawn(id) => format!("QuestionWithdrawn {}", id.0),
        Event::AbortAnswered { accepted } => format!("AbortAnswered {accepted}"),
        Event::Total(total) => format!(
            "Total {} {} {:?} {:?} {:?}",
            core_money(total.amount),
            or(total.number_payments, "-1"),
            total.payment_type.as_ref().map(|text| text.as_str()),
            total.card_circuit.as_ref().map(|text| text.as_str()),
            total.acquirer.as_ref().map(|text| text.as_str())
        ),
        Event::CardCircuit { code, name } => format!("CardCircuit {code} {name:?}"),
        Event::Detail { name, value } => format!("Detail {name} {value}"),
        Event::PrivateText(text) => format!("PrivateText {text}"),
        Event::Fault(fault) => format!("Fault {} {} {}", number(fault.link), or(fault.offset, "-1"), fault.what),
        Event::Finished(finished) => {
            let facts = &finished.facts;
            let money = [facts.amount, facts.tip, facts.cash_back].map(core_money);
            let texts = [
                facts.approval_code.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.masked_card_number.as_ref().map(ToString::to_string),
                facts.card_circuit.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.stan.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.terminal_id.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.terminal_batch.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.trx_reference_number.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.receipt_number.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.time_stamp.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.overall_result.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.host_decline_reason.as_ref().map(|fact| fact.as_str().to_owned()),
                facts.terminal_decline_reason.as_ref().map(|fact| fact.as_str().to_owned()),
            ];
            format!(
                "Finished {} {:?} {} {:?} {} {money:?} {texts:?}",
                finished.request_id.map_or(0, |request| request.get()),
                finished.outcome,
                or(finished.reason, "None"),
                finished.settled_by,
                finished.stored
            )
        }
        other => panic!("{other:?}"),
    }
}

/// Of the C interface.
pub(crate) fn of_c(output: &c::Output) -> String {
    let flag = |byte: u8| match byte {
        0 => false,
        1 => true,
        other => panic!("flag {other}"),
    };
    match output {
        c::Output::Wait(wait) => format!("Wait {} {:?}", wait.until, wait.why),
        c::Output::Listen => "Listen".to_owned(),
        c::Output::Connect(link) => format!("Connect {link}"),
        c::Output::Send(send) => format!("Send {} {:?}", send.link, bytes(send.frame)),
        c::Output::Close(link) => format!("Close {link}"),
        c::Output::Persist(it) => format!("Persist {} {:?} {} {:?}", it.ticket, it.kind, it.sheet, bytes(it.record)),
        c::Output::Started(it) => format!("Started {} {}", it.request_id, text(it.request_type).unwrap()),
        c::Output::InDoubt(it) => format!("InDoubt {} {:?}", it.request_id, it.reason),
        c::Output::SheetBegun(it) => format!(
            "SheetBegun {} {:?} {} {} {}",
            it.sheet,
            it.purpose,
            flag(it.keep),
            it.request_id,
            text(it.target).unwrap()
        ),
        c::Output::Line(it) => format!(
            "Line {} {:?} {} {} {} {:?} {} {} {} {} {:?}",
            it.sheet,
            text(it.text).unwrap(),
            it.row,
            it.column,
            it.menu_item,
            it.alignment,
            flag(it.bold),
            flag(it.double_width),
            flag(it.double_height),
            flag(it.paper_cut),
            bytes(it.record)
        ),
        c::Output::JournalText(it) => {
            format!("JournalText {} {:?} {:?}", it.sheet, text(it.text).unwrap(), bytes(it.record))
        }
        c::Output::SheetEnded(it) => format!("SheetEnded {} {}", it.sheet, flag(it.kept)),
        c::Output::Question(it) => format!(
            "Question {} {:?} {} {} {} {} {}",
            it.question, it.kind, it.sheet, it.min_length, it.max_length, it.decimals, it.until
        ),
        c::Output::QuestionWithdrawn(question) => format!("QuestionWithdrawn {question}"),
        c::Output::AbortAnswered(accepted) => format!("AbortAnswered {}", flag(*accepted)),
        c::Output::Total(it) => format!(
            "Total {} {} {:?} {:?} {:?}",
            c_money(it.amount),
            it.number_payments,
            text(it.payment_type),
            text(it.card_circuit),
            text(it.acquirer)
        ),
        c::Output::CardCircuit(it) => format!("CardCircuit {} {:?}", text(it.code).unwrap(), text(it.name)),
        c::Output::Detail(it) => format!("Detail {} {}", text(it.name).unwrap(), text(it.value).unwrap()),
        c::Output::PrivateText(it) => format!("PrivateText {}", text(*it).unwrap()),
        c::Output::Fault(it) => format!("Fault {} {} {}", it.link, it.offset, text(it.what).unwrap()),
        c::Output::Finished(it) => {
            let facts = &it.facts;
            let money = [facts.amount, facts.tip, facts.cash_back].map(c_money);
            let mask = facts.masked_card_number;
            let mask: Vec<u8> = mask.iter().take_while(|letter| **letter != 0).map(letter_byte).collect();
            let mask = (!mask.is_empty()).then(|| String::from_utf8(mask).unwrap());
            let texts = [
                text(facts.approval_code),
                mask,
                text(facts.card_circuit),
                text(facts.stan),
                text(facts.terminal_id),
                text(facts.terminal_batch),
                text(facts.trx_reference_number),
                text(facts.receipt_number),
                text(facts.time_stamp),
                text(facts.overall_result),
                text(facts.host_decline_reason),
                text(facts.terminal_decline_reason),
            ];
            format!(
                "Finished {} {:?} {:?} {:?} {} {money:?} {texts:?}",
                it.request_id,
                it.outcome,
                it.reason,
                it.settled_by,
                flag(it.stored)
            )
        }
        c::Output::Other => panic!("an output that the header does not know"),
    }
}
