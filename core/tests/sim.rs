//! The simulated terminal, spoken to with messages written by hand and judged by another XML parser.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

use std::collections::HashMap;
use std::fmt::Write as _;

use opi_core::limits::SIM_TRANSMIT;
use opi_core::money::{Currency, Money};
use opi_core::sim::{
    Callback, Conn, DeviceIds, Dialect, Direction, Encoding, Entry, Fault, Input, Output, Script, Scripts, Setup,
    Terminal,
};
use opi_core::time::{Instant, WallTime};

/// What came out, in order.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Bytes(Conn, Vec<u8>),
    Connect(Conn),
    Close(Conn),
    Booked(Entry),
    Complaint(&'static str),
}

/// How the till treats a device message.
type Reaction = fn(&roxmltree::Document<'_>, &str) -> Option<String>;

/// A till without any mind of its own around a terminal, on virtual time.
struct Bench {
    terminal: Terminal,
    tx: Vec<u8>,
    now: u64,
    seen: Vec<Seen>,
    /// Bytes that came, and how many of them are used up, by connection.
    streams: HashMap<Conn, (Vec<u8>, usize)>,
    react: Reaction,
    /// XML payloads by the channel they came on.
    answers: Vec<String>,
    devices: Vec<String>,
    reachable: bool,
}

fn wall() -> WallTime {
    WallTime::new(1_775_000_000, 120)
}

impl Bench {
    fn new(setup: Setup) -> Self {
        Self {
            terminal: Terminal::new(setup),
            tx: vec![0; SIM_TRANSMIT],
            now: 0,
            seen: Vec::new(),
            streams: HashMap::new(),
            react: kind,
            answers: Vec::new(),
            devices: Vec::new(),
            reachable: true,
        }
    }

    fn script(dialect: &'static Dialect, script: Script) -> Self {
        Self::new(Setup::new(dialect, 7, wall()).with_script(script))
    }

    fn input(&mut self, input: Input<'_>) {
        self.terminal.handle_input(Instant::from_millis(self.now), input);
        self.drain();
    }

    /// Polls until there is nothing to do for now; gives when to wake up.
    fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                Output::Wait { until } => return until,
                Output::Send { conn, length } => {
                    let bytes = self.tx[..length].to_vec();
                    self.seen.push(Seen::Bytes(conn, bytes.clone()));
                    self.streams.entry(conn).or_default().0.extend(bytes);
                    self.read(conn);
                }
                Output::Connect(conn) => {
                    self.seen.push(Seen::Connect(conn));
                    self.streams.insert(conn, Default::default());
                    let input = if self.reachable { Input::Connected(conn) } else { Input::ConnectFailed(conn) };
                    self.terminal.handle_input(Instant::from_millis(self.now), input);
                }
                Output::Close(conn) => {
                    self.seen.push(Seen::Close(conn));
                    self.streams.remove(&conn);
                }
                Output::Booked(entry) => self.seen.push(Seen::Booked(entry)),
                Output::Complaint(what) => self.seen.push(Seen::Complaint(what)),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Takes whole frames off a stream and reacts to device messages.
    fn read(&mut self, conn: Conn) {
        loop {
            let Some((stream, used)) = self.streams.get_mut(&conn) else { return };
            let Some(header) = stream.get(*used..*used + 4) else { return };
            let length = u32::from_be_bytes(header.try_into().unwrap()) as usize;
            let Some(payload) = stream.get(*used + 4..*used + 4 + length) else { return };
            let payload = payload.to_vec();
            *used += 4 + length;
            let text = decode(&payload);
            if !text.contains("<DeviceRequest") {
                self.answers.push(text);
                continue;
            }
            let xml = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).unwrap();
            let reaction = (self.react)(&xml, &text);
            self.devices.push(text.clone());
            if let Some(answer) = reaction {
                self.terminal.handle_input(Instant::from_millis(self.now), Input::Received(conn, &frame(&answer)));
            }
        }
    }

    /// Lets time pass until nothing is to be waited for, at most so many seconds.
    fn settle(&mut self, seconds: u64) {
        let end = self.now + seconds * 1000;
        while let Some(until) = self.drain() {
            if until.as_millis() > end {
                break;
            }
            self.now = self.now.max(until.as_millis());
            self.terminal.handle_input(Instant::from_millis(self.now), Input::Tick);
        }
        self.now = end;
    }

    /// Connects, sends one request and gives everything the time it needs; the answers on that connection.
    fn ask(&mut self, xml: &str) -> Vec<String> {
        let from = self.answers.len();
        let till = Conn::Till(0);
        self.streams.insert(till, Default::default());
        self.input(Input::Accepted(till));
        self.input(Input::Received(till, &frame(xml)));
        self.settle(120);
        self.input(Input::Closed(till));
        self.answers[from..].to_vec()
    }

    fn booked(&self) -> Vec<&Entry> {
        self.seen.iter().filter_map(|seen| if let Seen::Booked(entry) = seen { Some(entry) } else { None }).collect()
    }

    fn complaints(&self) -> Vec<&'static str> {
        self.seen.iter().filter_map(|seen| if let Seen::Complaint(what) = seen { Some(*what) } else { None }).collect()
    }
}

fn frame(xml: &str) -> Vec<u8> {
    let mut bytes = (xml.len() as u32).to_be_bytes().to_vec();
    bytes.extend(xml.as_bytes());
    bytes
}

/// UTF-8 if it is, ISO-8859-1 otherwise.
fn decode(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect())
}

const CARD: &[&str] = &[
    "CardPayment",
    "PaymentRefund",
    "PaymentReversal",
    "CardReservation",
    "CardPreAuthorisation",
    "CardFinancialAdvice",
    "TicketReprint",
    "RepeatLastMessage",
    "AbortRequest",
];

fn request(id: u32, kind: &str, body: &str) -> String {
    let root = if CARD.contains(&kind) { "CardServiceRequest" } else { "ServiceRequest" };
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><{root} xmlns="http://www.nrf-arts.org/IXRetail/namespace" WorkstationID="lane-1" RequestID="{id}" RequestType="{kind}"><POSdata LanguageCode="de"><POSTimeStamp>2026-04-01T10:00:00</POSTimeStamp><PrinterStatus>Available</PrinterStatus><E-JournalStatus>Available</E-JournalStatus><JournalPrinterStatus>Available</JournalPrinterStatus></POSdata>{body}</{root}>"#
    )
}

fn money(id: u32, kind: &str, amount: &str, currency: &str) -> String {
    request(id, kind, &format!(r#"<TotalAmount Currency="{currency}">{amount}</TotalAmount>"#))
}

fn pay(id: u32, amount: &str) -> String {
    money(id, "CardPayment", amount, "EUR")
}

/// Answers everything with success, questions with yes, 1 or a text.
fn kind(xml: &roxmltree::Document<'_>, _: &str) -> Option<String> {
    Some(device_response(xml, "Success", "<InBoolean>true</InBoolean>"))
}

fn device_response(xml: &roxmltree::Document<'_>, result: &str, boolean: &str) -> String {
    let root = xml.root_element();
    let mut answer = format!(r#"<DeviceResponse OverallResult="{result}""#);
    for name in ["WorkstationID", "RequestID", "RequestType", "SequenceID", "TerminalID"] {
        if let Some(value) = root.attribute(name) {
            write!(answer, r#" {name}="{value}""#).unwrap();
        }
    }
    answer.push('>');
    for output in root.children().filter(|node| node.has_tag_name(name_in(root, "Output"))) {
        let target = output.attribute("OutDeviceTarget").unwrap();
        write!(answer, r#"<Output OutDeviceTarget="{target}" OutResult="{result}"/>"#).unwrap();
    }
    if let Some(input) = root.children().find(|node| node.tag_name().name() == "Input") {
        let target = input.attribute("InDeviceTarget").unwrap();
        let command = input.descendants().find(|node| node.tag_name().name() == "Command");
        let value = match command.and_then(|node| node.text()) {
            Some("GetConfirmation") => boolean,
            Some("GetMenu" | "GetDecimals") => "<InNumber>2</InNumber>",
            Some("GetChar") => "<InString>ZH 1 &amp; 2</InString>",
            _ => "",
        };
        write!(
            answer,
            r#"<Input InDeviceTarget="{target}" InResult="{result}"><InputValue>{value}</InputValue></Input>"#
        )
        .unwrap();
    }
    answer.push_str("</DeviceResponse>");
    answer
}

fn name_in<'a>(node: roxmltree::Node<'a, '_>, name: &'a str) -> roxmltree::ExpandedName<'a, 'a> {
    match node.tag_name().namespace() {
        Some(namespace) => (namespace, name).into(),
        None => name.into(),
    }
}

/// An attribute of the first element of this name; the root if the name is empty.
fn attribute(text: &str, element: &str, name: &str) -> Option<String> {
    let xml = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let node = if element.is_empty() {
        Some(xml.root_element())
    } else {
        xml.descendants().find(|node| node.tag_name().name() == element)
    };
    node?.attribute(name).map(str::to_owned)
}

fn text(text: &str, element: &str) -> Option<String> {
    let xml = roxmltree::Document::parse(text).unwrap();
    let node = xml.descendants().find(|node| node.tag_name().name() == element)?;
    Some(node.text().unwrap_or_default().to_owned())
}

fn result(answer: &str) -> Option<String> {
    attribute(answer, "", "OverallResult")
}

/// A reason as attribute or as element.
fn reason(answer: &str, name: &str) -> Option<String> {
    attribute(answer, "Diagnosis", name).or_else(|| text(answer, name))
}

fn eur(minor: u64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

#[test]
fn every_script_answers_and_books_what_it_says() {
    // Result, whether 25.00 EUR moves (in minor units), and whether the answer shows an authorisation.
    let expected = |script| match script {
        Script::Decline | Script::AbortByCardholder | Script::HostUnreachable => (Some("Failure"), None, false),
        Script::TimedOutNoEvidence => (Some("TimedOut"), None, false),
        Script::TimedOutWithEvidence => (Some("TimedOut"), Some(2500), true),
        Script::PrintLastTicket => (Some("PrintLastTicket"), None, false),
        Script::LoggedOut => (Some("LoggedOut"), None, false),
        Script::Busy => (Some("Busy"), None, false),
        Script::DeviceUnavailable => (Some("DeviceUnavailable"), None, false),
        Script::UnknownResult => (Some("Perhaps"), Some(2500), true),
        Script::MissingResult => (None, Some(2500), true),
        Script::AuthorisationUnknown => (Some("Failure"), Some(2500), false),
        Script::PartialFailure => (Some("PartialFailure"), Some(2500), true),
        Script::Tip => (Some("Success"), Some(2750), true),
        Script::PartialApproval => (Some("Success"), Some(1250), true),
        _ => (Some("Success"), Some(2500), true),
    };
    for script in Script::ALL {
        let mut bench = Bench::script(&Dialect::CCV_NL, *script);
        let answers = bench.ask(&pay(1, "25.00"));
        let (wanted, charged, approved) = expected(*script);
        assert_eq!(answers.len(), 1, "{script:?}");
        assert_eq!(result(&answers[0]).as_deref(), wanted, "{script:?}");
        assert_eq!(attribute(&answers[0], "", "RequestID").as_deref(), Some("1"));
        let booked: Vec<_> = bench.booked().iter().map(|entry| entry.charged.minor()).collect();
        assert_eq!(booked, Vec::from_iter(charged), "{script:?}");
        let approval = attribute(&answers[0], "Authorisation", "ApprovalCode");
        assert_eq!(approval.is_some(), approved, "{script:?}");
        assert_eq!(bench.complaints(), [""; 0], "{script:?}");
        if let Some(entry) = bench.booked().first() {
            assert_eq!(entry.workstation.as_str(), "lane-1");
            assert_eq!((entry.request_id.as_str(), entry.request_type.as_str()), ("1", "CardPayment"));
            assert_eq!((entry.amount, entry.direction), (Some(eur(2500)), Direction::Debit));
            assert!(bench.terminal.totals().iter().any(|total| total.amount == entry.charged && total.count == 1));
        }
    }
}

#[test]
fn reasons_of_refusals_are_in_the_words_of_the_dialect() {
    let cases = [
        (&Dialect::NEXI, Script::Decline, "51", "0"),
        (&Dialect::NEXI, Script::AbortByCardholder, "0", "107"),
        (&Dialect::CCV_NL, Script::AuthorisationUnknown, "0", "1"),
    ];
    for (dialect, script, host, terminal) in cases {
        let answer = Bench::script(dialect, script).ask(&pay(1, "25.00")).remove(0);
        assert_eq!(reason(&answer, "HostDeclineReason").as_deref(), Some(host), "{script:?}");
        assert_eq!(reason(&answer, "TerminalDeclineReason").as_deref(), Some(terminal), "{script:?}");
    }
    let seeds = (0..20).map(|seed| {
        let setup = Setup::new(&Dialect::NEXI, seed, wall()).with_script(Script::HostUnreachable);
        reason(&Bench::new(setup).ask(&pay(1, "25.00"))[0], "TerminalDeclineReason").unwrap()
    });
    let mut reasons: Vec<_> = seeds.collect();
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons, ["569", "579"]);
    let german = Bench::script(&Dialect::OPI_DE, Script::AbortByCardholder).ask(&pay(1, "25.00")).remove(0);
    assert_eq!(result(&german).as_deref(), Some("Aborted"));
    let declined = Bench::script(&Dialect::OPI_DE, Script::Decline).ask(&pay(1, "25.00")).remove(0);
    assert_eq!(attribute(&declined, "Authorisation", "ActionCode").as_deref(), Some("51"));
}

/// The devices of a device message, with their TicketType.
fn targets(message: &str) -> Vec<(String, Option<String>)> {
    let xml = roxmltree::Document::parse(message).unwrap();
    let outputs = xml.root_element().children().filter(|node| node.tag_name().name() == "Output");
    outputs
        .map(|node| {
            (node.attribute("OutDeviceTarget").unwrap().to_owned(), node.attribute("TicketType").map(str::to_owned))
        })
        .collect()
}

#[test]
fn receipts_go_to_the_devices_of_the_dialect_before_the_answer() {
    let cases: [(_, &[(&str, Option<&str>)]); 4] = [
        (&Dialect::NEXI, &[("JournalPrinter", None), ("Printer", Some("CustomerReceipt")), ("E-Journal", None)]),
        (&Dialect::CCV_NL, &[("JournalPrinter", None), ("Printer", None), ("E-Journal", None)]),
        (&Dialect::OPI_DE, &[("Printer", None), ("PrinterReceipt", None)]),
        (&Dialect::IFSF, &[("Printer", None), ("PrinterReceipt", None)]),
    ];
    for (dialect, expected) in cases {
        let mut bench = Bench::script(dialect, Script::Approve);
        bench.ask(&pay(5, "25.00"));
        let all: Vec<_> = bench.devices.iter().flat_map(|message| targets(message)).collect();
        let receipts: Vec<_> = all.iter().filter(|(target, _)| !target.ends_with("Display")).collect();
        let receipts: Vec<_> = receipts.iter().map(|(target, ticket)| (target.as_str(), ticket.as_deref())).collect();
        assert_eq!(receipts, expected, "{}", dialect.name);
        let merchant =
            bench.devices.iter().flat_map(|message| sheets(message)).find(|(target, _)| *target == expected[0].0);
        assert!(merchant.unwrap().1.contains("Händlerbeleg"), "{}", dialect.name);
    }
}

/// Text of each output.
fn sheets(message: &str) -> Vec<(String, String)> {
    let xml = roxmltree::Document::parse(message).unwrap();
    let outputs = xml.root_element().children().filter(|node| node.tag_name().name() == "Output");
    outputs
        .map(|node| {
            let lines = node.descendants().filter_map(|line| line.text().filter(|_| line.is_text()));
            (node.attribute("OutDeviceTarget").unwrap().to_owned(), lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

#[test]
fn device_messages_are_numbered_as_the_dialect_numbers_them() {
    for (ids, expected) in [
        (DeviceIds::Compound, ["31.1", "31.2", "31.3"]),
        (DeviceIds::SameWithSequence, ["31", "31", "31"]),
        (DeviceIds::Free, ["31-d1", "31-d2", "31-d3"]),
    ] {
        let mut setup = Setup::new(&Dialect::OPI_DE, 1, wall());
        setup.device_ids = ids;
        let mut bench = Bench::new(setup);
        bench.ask(&pay(31, "1.00"));
        let seen: Vec<_> = bench.devices.iter().take(3).map(|xml| attribute(xml, "", "RequestID").unwrap()).collect();
        assert_eq!(seen, expected);
        let numbers: Vec<_> = bench.devices.iter().filter_map(|xml| attribute(xml, "", "SequenceID")).collect();
        let counted = ids == DeviceIds::SameWithSequence;
        assert_eq!(numbers, if counted { vec!["1", "2", "3", "4"] } else { vec![] });
        assert_eq!(bench.booked().len(), 1);
    }
}

#[test]
fn connections_to_the_listener_are_used_as_set_up() {
    for (callback, connects) in [(Callback::PerRequest, 6), (Callback::Persistent, 1), (Callback::Single, 0)] {
        let mut setup = Setup::new(&Dialect::NEXI, 1, wall());
        setup.callback = callback;
        let mut bench = Bench::new(setup);
        assert_eq!(bench.ask(&pay(1, "3.00")).len(), 1);
        assert_eq!(bench.devices.len(), 6);
        assert_eq!(bench.seen.iter().filter(|seen| matches!(seen, Seen::Connect(_))).count(), connects);
        assert_eq!((bench.booked().len(), bench.complaints().len()), (1, 0));
        assert!(!bench.terminal.holds_receipt());
    }
}

/// Ways to answer a receipt that are not "printed".
const BAD_ANSWERS: &[(&str, Reaction)] = &[
    ("failure", |xml, _| Some(device_response(xml, "Failure", ""))),
    ("nothing", |_, _| None),
    ("another RequestID", |xml, _| Some(kind(xml, "")?.replace(" RequestID=\"", " RequestID=\"9"))),
    ("another WorkstationID", |xml, _| Some(kind(xml, "")?.replace("lane-1", "lane-2"))),
    ("another type", |xml, _| Some(kind(xml, "")?.replace("\"Output\"", "\"Input\""))),
    ("another device", |xml, _| Some(kind(xml, "")?.replace("\"JournalPrinter\"", "\"Printer\""))),
    ("no result", |xml, _| Some(kind(xml, "")?.replace("OverallResult=\"Success\"", ""))),
    ("a failed output only", |xml, _| Some(kind(xml, "")?.replace("OutResult=\"Success\"", "OutResult=\"Failure\""))),
    ("no output", |xml, _| {
        let answer = kind(xml, "")?;
        Some(format!("{}</DeviceResponse>", answer.split("<Output").next()?))
    }),
    ("two outputs", |xml, _| {
        Some(kind(xml, "")?.replace("</Dev", "<Output OutDeviceTarget='Log' OutResult='Success'/></Dev"))
    }),
    ("no XML", |_, _| Some("<DeviceResponse".into())),
];

#[test]
fn a_receipt_that_was_not_taken_blocks_until_it_is_reprinted() {
    fn bad(number: usize, xml: &roxmltree::Document<'_>, text: &str) -> Option<String> {
        if text.contains("JournalPrinter") { BAD_ANSWERS[number].1(xml, text) } else { kind(xml, text) }
    }
    // One function per row: a reaction holds no state.
    const REACTIONS: [Reaction; 11] = [
        |xml, text| bad(0, xml, text),
        |xml, text| bad(1, xml, text),
        |xml, text| bad(2, xml, text),
        |xml, text| bad(3, xml, text),
        |xml, text| bad(4, xml, text),
        |xml, text| bad(5, xml, text),
        |xml, text| bad(6, xml, text),
        |xml, text| bad(7, xml, text),
        |xml, text| bad(8, xml, text),
        |xml, text| bad(9, xml, text),
        |xml, text| bad(10, xml, text),
    ];
    for ((name, _), reaction) in BAD_ANSWERS.iter().zip(REACTIONS) {
        let mut bench = Bench::script(&Dialect::NEXI, Script::Approve);
        bench.react = reaction;
        let first = bench.ask(&pay(1, "25.00"));
        assert_eq!(result(&first[0]).as_deref(), Some("Success"), "{name}: the money moved all the same");
        assert!(bench.terminal.holds_receipt(), "{name}");
        assert_eq!(result(&bench.ask(&pay(2, "1.00"))[0]).as_deref(), Some("PrintLastTicket"), "{name}");
        let again = bench.ask(&request(3, "TicketReprint", ""));
        assert_eq!(result(&again[0]).as_deref(), Some("DeviceUnavailable"), "{name}: still not printed");
        bench.react = kind;
        let again = bench.ask(&request(4, "TicketReprint", ""));
        assert_eq!(result(&again[0]).as_deref(), Some("Success"), "{name}");
        assert!(bench.devices.last().unwrap().contains("TransactionInfo"), "{name}");
        assert_eq!(result(&bench.ask(&pay(5, "1.00"))[0]).as_deref(), Some("Success"), "{name}");
        assert_eq!(bench.booked().len(), 2, "{name}");
        let honest = matches!(*name, "failure" | "nothing" | "a failed output only");
        assert_eq!(bench.complaints().is_empty(), honest, "{name}: {:?}", bench.complaints());
    }
}

#[test]
fn a_till_that_cannot_be_reached_gets_its_receipts_later() {
    for faulty in [false, true] {
        let fault = if faulty { Fault::CallbackRefused } else { Fault::None };
        let mut setup = Setup::new(&Dialect::NEXI, 3, wall()).with_fault(fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        bench.reachable = faulty;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Success"));
        assert_eq!(bench.devices.len(), 0);
        assert_eq!(result(&bench.ask(&pay(2, "25.00"))[0]).as_deref(), Some("PrintLastTicket"));
        bench.reachable = true;
        assert_eq!(result(&bench.ask(&request(3, "TicketReprint", ""))[0]).as_deref(), Some("Success"));
        assert_eq!(result(&bench.ask(&pay(4, "25.00"))[0]).as_deref(), Some("Success"));
    }
}

#[test]
fn no_means_no_charge() {
    let refusing: Reaction = |xml, _| Some(device_response(xml, "Success", "<InBoolean>0</InBoolean>"));
    for script in [Script::SignatureQuestion, Script::Confirmation] {
        let mut bench = Bench::script(&Dialect::OPI_DE, script);
        bench.react = refusing;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Aborted"));
        assert_eq!(bench.booked().len(), 0);
    }
    let not_given: Reaction = |xml, text| {
        let result = if text.contains("<Input") || text.contains("DeliveryBox") { "TimedOut" } else { "Success" };
        Some(device_response(xml, result, ""))
    };
    for script in [Script::AnyKey, Script::Menu, Script::AmountEntry, Script::TextEntry, Script::DeliveryBox] {
        let mut bench = Bench::script(&Dialect::IFSF, script);
        bench.react = not_given;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Aborted"), "{script:?}");
        assert_eq!(bench.booked().len(), 0);
    }
}

#[test]
fn an_abort_before_the_charge_stops_it_and_after_it_does_not() {
    for (script, fault, connection, wanted, charged) in [
        (Script::SlowCard, Fault::None, 1, "Aborted", 0),
        (Script::SlowCard, Fault::None, 0, "Aborted", 0),
        (Script::LateApprovalAfterAbort, Fault::None, 1, "Success", 1),
        (Script::SlowCard, Fault::LateAnswerAfterAbort, 1, "Aborted", 0),
    ] {
        let mut bench = Bench::new(Setup::new(&Dialect::OPI_DE, 3, wall()).with_script(script).with_fault(fault));
        let (till, abort) = (Conn::Till(0), Conn::Till(connection));
        bench.input(Input::Accepted(till));
        bench.input(Input::Received(till, &frame(&pay(1, "25.00"))));
        bench.now += 500;
        if connection != 0 {
            bench.input(Input::Accepted(abort));
        }
        let foreign = request(8, "AbortRequest", "").replace("lane-1", "lane-2");
        bench.input(Input::Received(abort, &frame(&foreign)));
        bench.input(Input::Received(abort, &frame(&request(9, "AbortRequest", ""))));
        let at = bench.now;
        let aborts: Vec<_> = bench.answers.iter().take(2).map(|answer| result(answer).unwrap()).collect();
        assert_eq!(aborts, ["DeviceUnavailable", "Success"], "somebody else's abort is refused");
        if fault == Fault::LateAnswerAfterAbort {
            assert_eq!(bench.answers.len(), 2);
            bench.now = at + 4_900;
            bench.input(Input::Tick);
            assert_eq!(bench.answers.len(), 2, "late");
        }
        bench.settle(60);
        assert_eq!(result(&bench.answers[2]).as_deref(), Some(wanted), "{script:?}");
        assert_eq!(attribute(&bench.answers[2], "", "RequestID").as_deref(), Some("1"));
        assert_eq!(bench.booked().len(), charged);
    }
    let mut idle = Bench::script(&Dialect::NEXI, Script::Approve);
    assert_eq!(result(&idle.ask(&request(1, "AbortRequest", ""))[0]).as_deref(), Some("Failure"));
}

#[test]
fn one_request_at_a_time() {
    let mut bench = Bench::script(&Dialect::NEXI, Script::SlowCard);
    bench.input(Input::Accepted(Conn::Till(0)));
    bench.input(Input::Received(Conn::Till(0), &frame(&pay(1, "25.00"))));
    bench.input(Input::Accepted(Conn::Till(1)));
    for (id, kind, wanted) in
        [(2, "CardPayment", "Busy"), (3, "RepeatLastMessage", "Busy"), (4, "GetStatus", "Success")]
    {
        let xml = if kind == "CardPayment" { pay(id, "3.00") } else { request(id, kind, "") };
        bench.input(Input::Received(Conn::Till(1), &frame(&xml.replace("lane-1", "lane-2"))));
        assert_eq!(result(bench.answers.last().unwrap()).as_deref(), Some(wanted));
    }
    assert_eq!(
        attribute(bench.answers.last().unwrap(), "Identification", "TerminalSubStatus").as_deref(),
        Some("BUSY")
    );
    bench.settle(60);
    assert_eq!(bench.booked().len(), 1);
}

#[test]
fn a_lost_answer_can_be_asked_for_again() {
    for fault in [Fault::DropAfterCharge, Fault::HalfFrame, Fault::WrongRequestId, Fault::Garbage, Fault::Oversize] {
        let mut setup = Setup::new(&Dialect::NEXI, 3, wall()).with_fault(fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        bench.ask(&pay(77, "25.00"));
        assert_eq!(bench.booked().len(), 1, "{fault:?}");
        let repeated = bench.ask(&request(78, "RepeatLastMessage", "")).remove(0);
        assert_eq!(result(&repeated).as_deref(), Some("Success"), "{fault:?}");
        assert_eq!(attribute(&repeated, "OriginalHeader", "RequestID").as_deref(), Some("77"));
        assert_eq!(attribute(&repeated, "OriginalHeader", "WorkstationID").as_deref(), Some("lane-1"));
        assert_eq!(attribute(&repeated, "OriginalHeader", "OverallResult").as_deref(), Some("Success"));
        assert_eq!(text(&repeated, "TotalAmount").as_deref(), Some("25.00"));
        assert_eq!(bench.booked().len(), 1, "asking again moves nothing");
    }
    let mut setup = Setup::new(&Dialect::CCV_NL, 3, wall()).with_fault(Fault::DropBeforeAnswer);
    setup.fault_count = 1;
    let mut bench = Bench::new(setup);
    assert_eq!(bench.ask(&pay(77, "25.00")), [""; 0]);
    let repeated = bench.ask(&request(78, "RepeatLastMessage", "")).remove(0);
    assert_eq!(attribute(&repeated, "OriginalHeader", "OverallResult").as_deref(), Some("Failure"));
    assert_eq!(bench.booked().len(), 0);
    let mut fresh = Bench::script(&Dialect::NEXI, Script::Approve);
    assert_eq!(result(&fresh.ask(&request(1, "RepeatLastMessage", ""))[0]).as_deref(), Some("Failure"));
    assert_eq!(result(&fresh.ask(&request(2, "TicketReprint", ""))[0]).as_deref(), Some("Failure"));
    let mut german = Bench::script(&Dialect::OPI_DE, Script::Approve);
    assert_eq!(result(&german.ask(&request(1, "RepeatLastMessage", ""))[0]).as_deref(), Some("NotSupported"));
}

#[test]
fn shifts_open_and_close_by_the_verbs_of_the_dialect() {
    let mut setup = Setup::new(&Dialect::NEXI, 1, wall());
    setup.logged_in = false;
    let mut bench = Bench::new(setup);
    for (verb, wanted) in [
        ("CardPayment", "LoggedOut"),
        ("ActivateTerminal", "Activated"),
        ("ActivateTerminal", "AlreadyActivated"),
        ("CardPayment", "Success"),
        ("CloseDay", "DayClosed"),
        ("CardPayment", "LoggedOut"),
        ("CloseDay", "LoggedOut"),
        ("DeactivateTerminal", "AlreadyDeactivated"),
        ("Login", "Success"),
        ("CardPayment", "Success"),
        ("DeactivateTerminal", "Deactivated"),
        ("GetInfo", "Success"),
        ("OnlineAgent", "NotSupported"),
        ("CardSwipe", "NotSupported"),
    ] {
        let xml = if verb == "CardPayment" { pay(1, "5.00") } else { request(1, verb, "") };
        assert_eq!(result(&bench.ask(&xml)[0]).as_deref(), Some(wanted), "{verb}");
    }
    let mut old = Bench::script(&Dialect::NEXI, Script::OldFirmware);
    assert_eq!(result(&old.ask(&request(1, "ActivateTerminal", ""))[0]).as_deref(), Some("NotSupported"));
    assert_eq!(result(&old.ask(&request(2, "Login", ""))[0]).as_deref(), Some("Success"));
}

#[test]
fn totals_are_the_sum_of_what_was_booked() {
    for (dialect, seed) in Dialect::ALL.iter().flat_map(|dialect| (0..10).map(move |seed| (*dialect, seed))) {
        let mut setup = Setup::new(dialect, seed, wall());
        setup.scripts = Scripts::parse("approve\ndecline\ntip\npartial-approval\nmissing-result\nby-amount").unwrap();
        let mut bench = Bench::new(setup);
        let mut day = seed;
        for id in 0..30 {
            day = day.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let amount = format!("{}.{:02}", 1 + (day >> 40) % 90, (day >> 33) % 100);
            let kind = ["CardPayment", "CardPayment", "PaymentRefund", "PaymentReversal", "CardPreAuthorisation"]
                [(day >> 60) as usize % 5];
            let currency = if (day >> 50) % 4 == 0 { "CHF" } else { "EUR" };
            bench.ask(&money(id + 1, kind, &amount, currency));
            bench.ask(&request(1000 + id, "TicketReprint", ""));
            bench.ask(&request(2000 + id, "Login", ""));
        }
        let mut expected: HashMap<(bool, String), (u64, u64)> = HashMap::new();
        for entry in bench.booked().iter().filter(|entry| entry.direction != Direction::Held) {
            let key = (entry.direction == Direction::Credit, entry.charged.currency().to_string());
            let sum = expected.entry(key).or_default();
            *sum = (sum.0 + entry.charged.minor(), sum.1 + 1);
        }
        assert!(expected.len() > 2, "the day is too dull");
        let closure = if dialect.name == "nexi" { "CloseDay" } else { "ReconciliationWithClosure" };
        for verb in ["Reconciliation", closure] {
            let report = bench.ask(&request(5000, verb, "")).remove(0);
            let xml = roxmltree::Document::parse(&report).unwrap();
            let mut listed: HashMap<(bool, String), (u64, u64)> = HashMap::new();
            for line in xml.descendants().filter(|node| node.tag_name().name() == "TotalAmount") {
                let currency = line.attribute("Currency").unwrap();
                let amount = Money::parse(line.text().unwrap(), Currency::new(currency).unwrap()).unwrap();
                let key = (line.attribute("PaymentType") == Some("Credit"), currency.to_owned());
                let sum = listed.entry(key).or_default();
                let count: u64 = line.attribute("NumberPayments").unwrap().parse().unwrap();
                *sum = (sum.0 + amount.minor(), sum.1 + count);
            }
            assert_eq!(listed, expected, "{} {seed} {verb}", dialect.name);
        }
        assert!(bench.terminal.totals().is_empty(), "a closure starts new totals");
    }
}

#[test]
fn reversals_and_completions_take_up_one_transaction_once() {
    let mut bench = Bench::script(&Dialect::OPI_DE, Script::Approve);
    let first = bench.ask(&pay(1, "10.00")).remove(0);
    bench.ask(&pay(2, "20.00"));
    let stan = attribute(&first, "Terminal", "STAN").unwrap();
    let original = format!(r#"<OriginalTransaction STAN="{stan}"/>"#);
    let void = bench.ask(&request(3, "PaymentReversal", &original)).remove(0);
    assert_eq!(result(&void).as_deref(), Some("Success"));
    let again = bench.ask(&request(4, "PaymentReversal", &original)).remove(0);
    assert_eq!(result(&again).as_deref(), Some("Failure"), "only once");
    let held = bench.ask(&money(5, "CardPreAuthorisation", "99.00", "EUR")).remove(0);
    let stan = attribute(&held, "Terminal", "STAN").unwrap();
    let advice = format!(r#"<OriginalTransaction STAN="{stan}"/><TotalAmount Currency="EUR">42.17</TotalAmount>"#);
    let done = bench.ask(&request(6, "CardFinancialAdvice", &advice)).remove(0);
    assert_eq!(result(&done).as_deref(), Some("Success"));
    assert_eq!(result(&bench.ask(&request(7, "CardFinancialAdvice", &advice))[0]).as_deref(), Some("Failure"));
    let booked: Vec<_> = bench.booked().iter().map(|entry| (entry.charged.minor(), entry.direction)).collect();
    use Direction::{Credit, Debit, Held};
    assert_eq!(booked, [(1000, Debit), (2000, Debit), (1000, Credit), (9900, Held), (4217, Debit)]);
}

#[test]
fn requests_that_make_no_sense_are_refused_by_name() {
    let mut bench = Bench::new(Setup { currency: Some(Currency::EUR), ..Setup::new(&Dialect::NEXI, 1, wall()) });
    for (xml, wanted) in [
        (request(1, "CardPayment", ""), "MissingMandatoryData"),
        (pay(1, "25,00"), "FormatError"),
        (pay(1, "25.001"), "FormatError"),
        (pay(1, "-1.00"), "FormatError"),
        (money(1, "CardPayment", "1.00", "ZZZ"), "FormatError"),
        (money(1, "CardPayment", "1.00", "CHF"), "ValidationError"),
        (pay(1, "0.00"), "ValidationError"),
        (pay(1, "1.00").replace("</CardServiceRequest>", "</X>"), "ParsingError"),
        (pay(1, "1.00").replace("WorkstationID=\"lane-1\"", ""), "MissingMandatoryData"),
        (request(1, "PaymentReversal", ""), "Failure"),
    ] {
        assert_eq!(result(&bench.ask(&xml)[0]).as_deref(), Some(wanted), "{xml}");
    }
    assert_eq!(bench.booked().len(), 0);
}

#[test]
fn faults_are_what_they_say() {
    for fault in Fault::ALL {
        let mut setup = Setup::new(&Dialect::NEXI, 11, wall()).with_fault(*fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        let answers = bench.ask(&pay(1, "25.00"));
        let writes: Vec<&[u8]> = bench
            .seen
            .iter()
            .filter_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes.as_slice()) } else { None })
            .collect();
        let closed = bench.seen.contains(&Seen::Close(Conn::Till(0)));
        let devices = bench.devices.len();
        let last = writes.last().copied().unwrap_or_default();
        match fault {
            Fault::Split => assert!(writes.iter().all(|write| write.len() == 1)),
            Fault::SplitRandom | Fault::Slow => assert!(writes.len() > 30),
            Fault::HalfFrame => assert!(closed && answers.is_empty() && last.starts_with(&[0, 0])),
            Fault::DropBeforeRequest => assert!(closed && writes.is_empty()),
            Fault::DropBeforeAnswer | Fault::DropAfterCharge => assert!(closed && answers.is_empty()),
            Fault::DropAfterAnswer => assert!(closed && answers.len() == 1),
            Fault::WrongRequestId => assert_ne!(attribute(&answers[0], "", "RequestID").unwrap(), "1"),
            Fault::WrongWorkstation => assert_ne!(attribute(&answers[0], "", "WorkstationID").unwrap(), "lane-1"),
            Fault::WrongType => assert_ne!(attribute(&answers[0], "", "RequestType").unwrap(), "CardPayment"),
            Fault::Oversize => assert!(last.starts_with(&[0x7f, 0xff, 0xff, 0xff])),
            Fault::ZeroLength => assert_eq!(last, [0; 4]),
            Fault::NoCallback | Fault::CallbackRefused => assert_eq!(devices, 0),
            Fault::DuplicateAnswer => assert_eq!((answers.len(), &answers[0]), (2, &answers[1])),
            Fault::WrongEncoding => {
                assert!(answers[0].contains("ISO-8859-1"));
                assert!(writes.concat().windows(2).any(|pair| pair == "ü".as_bytes()));
            }
            Fault::Latin1 => {
                assert!(answers[0].contains("utf-8"));
                assert!(
                    writes.concat().contains(&0xfc) && !writes.concat().windows(2).any(|pair| pair == "ü".as_bytes())
                );
            }
            Fault::Bom => assert!(last[4..].starts_with(b"\xef\xbb\xbf<?xml")),
            Fault::Doctype => assert!(answers[0].contains("<!DOCTYPE")),
            Fault::Garbage => assert!(last[4..].iter().all(|byte| *byte >= 0x80)),
            Fault::NeverAnswers => assert!(!closed && answers.is_empty() && devices == 0),
            Fault::RebootInFlight => assert!(closed && answers.is_empty()),
            Fault::DuplicateReceipt => {
                let receipts: Vec<_> = bench.devices.iter().filter(|xml| xml.contains("JournalPrinter")).collect();
                assert_eq!((receipts.len(), receipts[0]), (2, receipts[1]));
            }
            Fault::ForeignDeviceRequest => {
                assert_ne!(attribute(&bench.devices[0], "", "WorkstationID").unwrap(), "lane-1");
            }
            Fault::None | Fault::Merged | Fault::LateAnswerAfterAbort => assert_eq!(answers.len(), 1),
            other => panic!("{other:?} is not tested"),
        }
        let charged = !matches!(
            fault,
            Fault::DropBeforeRequest | Fault::DropBeforeAnswer | Fault::NeverAnswers | Fault::RebootInFlight
        );
        if *fault != Fault::RebootInFlight {
            assert_eq!(bench.booked().len(), usize::from(charged), "{fault:?}");
        }
        assert_eq!(bench.complaints(), [""; 0], "{fault:?}");
        // Struck once, it is a good terminal afterwards.
        bench.ask(&request(2, "ActivateTerminal", ""));
        bench.ask(&request(3, "TicketReprint", ""));
        assert_eq!(text(&bench.ask(&pay(4, "1.00"))[0], "TotalAmount").as_deref(), Some("1.00"), "{fault:?}");
    }
}

#[test]
fn merged_frames_leave_in_one_write() {
    let mut setup = Setup::new(&Dialect::OPI_DE, 1, wall()).with_script(Script::SlowCard).with_fault(Fault::Merged);
    setup.callback = Callback::Single;
    let mut bench = Bench::new(setup);
    let till = Conn::Till(0);
    bench.input(Input::Accepted(till));
    bench.input(Input::Received(till, &frame(&pay(1, "25.00"))));
    bench.input(Input::Received(till, &frame(&request(9, "AbortRequest", ""))));
    let frames = |bytes: &[u8]| bytes.windows(5).filter(|window| *window == b"<?xml").count();
    let last =
        bench.seen.iter().rev().find_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes) } else { None });
    assert_eq!(frames(last.unwrap()), 2, "the answer to the abort and that to the payment");
    assert_eq!(bench.answers.len(), 2);
    let mut bench = Bench::new(Setup::new(&Dialect::NEXI, 1, wall()).with_fault(Fault::Merged));
    bench.ask(&pay(1, "25.00"));
    let most = bench.seen.iter().map(|seen| if let Seen::Bytes(_, bytes) = seen { frames(bytes) } else { 0 }).max();
    assert_eq!(most, Some(2), "two prompts");
    assert_eq!((bench.devices.len(), bench.booked().len()), (6, 1));
}

#[test]
fn a_reboot_charges_before_or_not_and_keeps_what_it_booked() {
    let mut charged = 0;
    for seed in 0..16 {
        let setup = Setup::new(&Dialect::NEXI, seed, wall()).with_fault(Fault::RebootInFlight);
        let mut bench = Bench::new(Setup { fault_count: 1, ..setup });
        assert_eq!(bench.ask(&pay(1, "25.00")), [""; 0]);
        let booked = bench.booked().len();
        charged += booked;
        let repeated = bench.ask(&request(2, "RepeatLastMessage", "")).remove(0);
        let original = attribute(&repeated, "OriginalHeader", "RequestID");
        assert_eq!(original.as_deref(), (booked == 1).then_some("1"));
        assert_eq!(result(&bench.ask(&pay(3, "25.00"))[0]).as_deref(), Some("LoggedOut"));
    }
    assert!((1..16).contains(&charged));
}

#[test]
fn same_setup_and_inputs_give_the_same_bytes() {
    let run = |seed, script, fault| {
        let mut bench = Bench::new(Setup::new(&Dialect::NEXI, seed, wall()).with_script(script).with_fault(fault));
        for id in 1..4 {
            bench.ask(&pay(id, "25.00"));
        }
        bench.seen
    };
    for fault in [Fault::SplitRandom, Fault::Merged, Fault::Slow, Fault::Garbage, Fault::RebootInFlight] {
        let once = run(5, Script::Dcc, fault);
        assert!(once == run(5, Script::Dcc, fault), "{fault:?}");
        assert!((6..20).any(|seed| once != run(seed, Script::Dcc, fault)), "{fault:?}: the seed counts");
    }
}

#[test]
fn a_long_journal_is_long_and_still_xml() {
    let mut bench = Bench::script(&Dialect::CCV_NL, Script::LongJournal);
    bench.ask(&pay(1, "25.00"));
    let journal = bench.devices.iter().find(|xml| xml.contains("E-Journal")).unwrap();
    assert!(journal.len() > 64 * 1024);
    assert_eq!(bench.booked().len(), 1);
}

#[test]
fn a_withdrawn_question_is_withdrawn() {
    for dialect in Dialect::ALL {
        let mut bench = Bench::script(dialect, Script::AbortInput);
        bench.react = |xml, text| if text.contains("\"Input\"") { None } else { kind(xml, text) };
        assert_eq!(bench.ask(&pay(1, "25.00")).len(), 1);
        let types: Vec<_> = bench.devices.iter().map(|xml| attribute(xml, "", "RequestType").unwrap()).collect();
        let asked = types.iter().position(|kind| kind == "Input").unwrap();
        assert_eq!(types[asked + 1], "AbortInput");
        assert_eq!((bench.booked().len(), bench.complaints().len()), (1, 0));
    }
}

#[test]
fn latin1_terminals_write_latin1() {
    let mut bench = Bench::new(Setup { encoding: Encoding::Latin1, ..Setup::new(&Dialect::OPI_DE, 1, wall()) });
    let answers = bench.ask(&pay(1, "25.00"));
    assert!(answers[0].starts_with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
    let prompt = bench.seen.iter().find_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes) } else { None });
    assert!(prompt.unwrap().contains(&0xfc) && String::from_utf8(prompt.unwrap().clone()).is_err());
}

#[test]
fn names_are_unique_and_lead_back() {
    for script in Script::ALL {
        assert_eq!(Script::by_name(script.name()), Some(*script));
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::by_name(fault.name()), Some(*fault));
    }
    let row = Scripts::parse("# a day\n approve \n\ndecline # then no\n").unwrap();
    assert_eq!([row.at(0), row.at(1), row.at(9)], [Script::Approve, Script::Decline, Script::Decline]);
    assert!(Scripts::parse("\n").is_err() && Scripts::parse(&"tip\n".repeat(257)).is_err());
    assert_eq!(Scripts::parse("tip\nno-such").unwrap_err().to_string(), "line 2: no script has this name");
}
