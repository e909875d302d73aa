//! A till without any mind of its own around a terminal, on virtual time.

pub(crate) use std::collections::HashMap;
use std::fmt::Write as _;

use opi_core::limits::SIM_TRANSMIT;
pub(crate) use opi_core::money::{Currency, Money};
pub(crate) use opi_core::sim::{
    Callback, Conn, DeviceIds, Dialect, Direction, Encoding, Entry, Fault, Input, Output, Script, Scripts, Setup,
    Terminal,
};
pub(crate) use opi_core::time::{Instant, WallTime};

/// What came out, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Bytes(Conn, Vec<u8>),
    Connect(Conn),
    Close(Conn),
    Booked(Entry),
    Complaint(&'static str),
}

/// How the till treats a device message.
pub(crate) type Reaction = fn(&roxmltree::Document<'_>, &str) -> Option<String>;

/// A till without any mind of its own around a terminal, on virtual time.
pub(crate) struct Bench {
    pub(crate) terminal: Terminal,
    pub(crate) tx: Vec<u8>,
    pub(crate) now: u64,
    pub(crate) seen: Vec<Seen>,
    /// Bytes that came, and how many of them are used up, by connection.
    pub(crate) streams: HashMap<Conn, (Vec<u8>, usize)>,
    pub(crate) react: Reaction,
    /// XML payloads by the channel they came on.
    pub(crate) answers: Vec<String>,
    pub(crate) devices: Vec<String>,
    pub(crate) reachable: bool,
}

pub(crate) fn wall() -> WallTime {
    WallTime::new(1_775_000_000, 120)
}

impl Bench {
    pub(crate) fn new(setup: Setup) -> Self {
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

    pub(crate) fn script(dialect: &'static Dialect, script: Script) -> Self {
        Self::new(Setup::new(dialect, 7, wall()).with_script(script))
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.terminal.handle_input(Instant::from_millis(self.now), input);
        self.drain();
    }

    /// Polls until there is nothing to do for now; gives when to wake up.
    pub(crate) fn drain(&mut self) -> Option<Instant> {
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
    pub(crate) fn read(&mut self, conn: Conn) {
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
    pub(crate) fn settle(&mut self, seconds: u64) {
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
    pub(crate) fn ask(&mut self, xml: &str) -> Vec<String> {
        let from = self.answers.len();
        let till = Conn::Till(0);
        self.streams.insert(till, Default::default());
        self.input(Input::Accepted(till));
        self.input(Input::Received(till, &frame(xml)));
        self.settle(120);
        self.input(Input::Closed(till));
        self.answers[from..].to_vec()
    }

    pub(crate) fn booked(&self) -> Vec<&Entry> {
        self.seen.iter().filter_map(|seen| if let Seen::Booked(entry) = seen { Some(entry) } else { None }).collect()
    }

    pub(crate) fn complaints(&self) -> Vec<&'static str> {
        self.seen.iter().filter_map(|seen| if let Seen::Complaint(what) = seen { Some(*what) } else { None }).collect()
    }
}

pub(crate) fn frame(xml: &str) -> Vec<u8> {
    let mut bytes = (xml.len() as u32).to_be_bytes().to_vec();
    bytes.extend(xml.as_bytes());
    bytes
}

/// UTF-8 if it is, ISO-8859-1 otherwise.
pub(crate) fn decode(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect())
}

pub(crate) const CARD: &[&str] = &[
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

pub(crate) fn request(id: u32, kind: &str, body: &str) -> String {
    let root = if CARD.contains(&kind) { "CardServiceRequest" } else { "ServiceRequest" };
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><{root} xmlns="http://www.nrf-arts.org/IXRetail/namespace" WorkstationID="lane-1" RequestID="{id}" RequestType="{kind}"><POSdata LanguageCode="de"><POSTimeStamp>2026-04-01T10:00:00</POSTimeStamp><PrinterStatus>Available</PrinterStatus><E-JournalStatus>Available</E-JournalStatus><JournalPrinterStatus>Available</JournalPrinterStatus></POSdata>{body}</{root}>"#
    )
}

pub(crate) fn money(id: u32, kind: &str, amount: &str, currency: &str) -> String {
    request(id, kind, &format!(r#"<TotalAmount Currency="{currency}">{amount}</TotalAmount>"#))
}

pub(crate) fn pay(id: u32, amount: &str) -> String {
    money(id, "CardPayment", amount, "EUR")
}

/// Answers everything with success, questions with yes, 1 or a text.
pub(crate) fn kind(xml: &roxmltree::Document<'_>, _: &str) -> Option<String> {
    Some(device_response(xml, "Success", "<InBoolean>true</InBoolean>"))
}

pub(crate) fn device_response(xml: &roxmltree::Document<'_>, result: &str, boolean: &str) -> String {
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

pub(crate) fn name_in<'a>(node: roxmltree::Node<'a, '_>, name: &'a str) -> roxmltree::ExpandedName<'a, 'a> {
    match node.tag_name().namespace() {
        Some(namespace) => (namespace, name).into(),
        None => name.into(),
    }
}

/// An attribute of the first element of this name; the root if the name is empty.
pub(crate) fn attribute(text: &str, element: &str, name: &str) -> Option<String> {
    let xml = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let node = if element.is_empty() {
        Some(xml.root_element())
    } else {
        xml.descendants().find(|node| node.tag_name().name() == element)
    };
    node?.attribute(name).map(str::to_owned)
}

pub(crate) fn text(text: &str, element: &str) -> Option<String> {
    let xml = roxmltree::Document::parse(text).unwrap();
    let node = xml.descendants().find(|node| node.tag_name().name() == element)?;
    Some(node.text().unwrap_or_default().to_owned())
}

pub(crate) fn result(answer: &str) -> Option<String> {
    attribute(answer, "", "OverallResult")
}

/// A reason as attribute or as element.
pub(crate) fn reason(answer: &str, name: &str) -> Option<String> {
    attribute(answer, "Diagnosis", name).or_else(|| text(answer, name))
}

pub(crate) fn eur(minor: u64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}
