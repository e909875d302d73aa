//! A whole payment of eight messages: the request, a prompt and two receipts with their answers, the answer.
//!
//! The peer does what a service on tokio-util and quick-xml with serde does: frames in and out, serde types in and out,
//! a check of the number. It keeps no journal, has no deadlines and could not recover; opi-core's session has all of
//! that switched on, and its records are encoded as a journal takes them.

use std::collections::VecDeque;

use bytes::{BufMut, BytesMut};
use opi_core::drive::{Event, Input, Link, Output};
use opi_core::frame::HEADER;
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal;
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Outcome, Request};
use opi_core::opi::message::Message;
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::time::{Instant, WallTime};
use opi_core::xml::Tolerance;
use serde::{Deserialize, Serialize};
use tokio_util::codec::{Decoder as _, LengthDelimitedCodec};

use crate::{answer, corpus, typed};

/// The number that the messages of the corpus have, and one of the length that is counted on from.
const NUMBER: &str = "1001";
const FIRST: u32 = 100_000_001;
/// A TCP segment on Ethernet.
const CHUNK: usize = 1460;
/// A receive window.
pub const WINDOW: usize = 2048;

const PROMPT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DeviceRequest xmlns="http://www.nrf-arts.org/IXRetail/namespace" RequestType="Output" ApplicationSender="EFT" WorkstationID="POS-1" RequestID="1001" SequenceID="1" TerminalID="68276185">
  <Output OutDeviceTarget="CashierDisplay" Complete="true">
    <TextLine Row="0" Column="0">Karte einstecken</TextLine>
    <TextLine Row="1" Column="0">oder vorhalten</TextLine>
  </Output>
</DeviceRequest>"#;

/// What the terminal sends, frame by frame: three device requests, and the answer.
#[derive(Clone, Debug)]
pub struct Terminal {
    frames: [Vec<u8>; 4],
    /// Where the number stands in each.
    numbers: [usize; 4],
}

impl Terminal {
    /// # Panics
    /// The corpus is another one.
    #[must_use]
    pub fn new() -> Self {
        let receipt = std::str::from_utf8(corpus::RECEIPT.bytes).expect("UTF-8");
        let copy = receipt.replace("OutDeviceTarget=\"Printer\"", "OutDeviceTarget=\"JournalPrinter\"");
        let answer = std::str::from_utf8(corpus::ANSWER.bytes).expect("UTF-8");
        let attribute = format!("RequestID=\"{NUMBER}\"");
        let framed = [PROMPT, receipt, &copy, answer].map(|payload| {
            let (front, rest) = payload.split_once(&attribute).expect("a number");
            let payload = format!("{front}RequestID=\"{FIRST}\"{rest}").into_bytes();
            let number = HEADER + front.len() + "RequestID=\"".len();
            (framed(&payload), number)
        });
        let numbers = framed.each_ref().map(|(_, number)| *number);
        Self { frames: framed.map(|(frame, _)| frame), numbers }
    }

    /// The frame as an answer to the request with this number.
    fn frame(&mut self, frame: usize, number: u32) -> &[u8] {
        let mut rest = number;
        for digit in self.frames[frame][self.numbers[frame]..][..9].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        &self.frames[frame]
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

fn framed(payload: &[u8]) -> Vec<u8> {
    [&u32::try_from(payload.len()).expect("short").to_be_bytes()[..], payload].concat()
}

/// A till on opi-core: a session in windows of 2 KiB, and the terminal's side of the conversation.
#[allow(missing_debug_implementations)]
pub struct Till<'m> {
    session: Session<'m, 1>,
    tx: &'m mut [u8],
    record: &'m mut [u8],
    now: Instant,
    number: u32,
    accepted: bool,
    terminal: Terminal,
}

/// What the adapter owes the session.
#[derive(Clone, Copy)]
enum Owed {
    Listening,
    Connected(Link),
    Sent(Link),
    Stored(journal::Ticket),
}

impl<'m> Till<'m> {
    /// # Panics
    /// The memory is too small.
    #[must_use]
    pub fn new(memory: Memory<'m, 1>, tx: &'m mut [u8], record: &'m mut [u8]) -> Self {
        let lane = WorkstationId::new("POS-1").expect("short");
        let settings = Settings::new(lane, &Profile::CCV_NL, RequestId::new(FIRST).expect("a number"));
        Self {
            session: Session::new(settings, memory).expect("windows large enough"),
            tx,
            record,
            now: Instant::from_millis(0),
            number: FIRST,
            accepted: false,
            terminal: Terminal::new(),
        }
    }

    /// Takes a payment; gives each frame that left to `sent`, and each record to `stored`.
    ///
    /// # Panics
    /// The session does something else than a payment.
    pub fn pay(&mut self, sent: &mut impl FnMut(&[u8]), stored: &mut impl FnMut(&[u8])) -> Outcome {
        let amount = Money::from_minor(2500, Currency::CHF);
        let operation = Operation::Payment { amount, cash_back: None };
        let request = Request::new(operation, WallTime::new(1_775_636_100, 120));
        self.now = Instant::from_millis(self.now.as_millis() + 60_000);
        self.session.handle_input(self.now, Input::Start(&request)).expect("an idle lane");
        let (mut played, mut outcome) = (0, None);
        loop {
            let owed = match self.session.poll_output(self.tx) {
                Output::Listen => Owed::Listening,
                Output::Connect(link) => Owed::Connected(link),
                Output::Send { link, length } => {
                    sent(&self.tx[..length]);
                    Owed::Sent(link)
                }
                Output::Persist(ticket, record) => {
                    let length = journal::encode(&record, self.record).expect("room for a record");
                    stored(&self.record[..length]);
                    Owed::Stored(ticket)
                }
                Output::Event(Event::Finished(finished)) => {
                    outcome = Some(finished.outcome);
                    continue;
                }
                Output::Wait(_) => break,
                _ => continue,
            };
            let (input, plays) = match owed {
                Owed::Listening => (Input::Listening, false),
                Owed::Connected(link) => (Input::Connected(link), false),
                Owed::Sent(link) => (Input::Sent(link), true),
                Owed::Stored(ticket) => (Input::Stored(ticket), false),
            };
            self.session.handle_input(self.now, input).expect("a report");
            if plays {
                self.play(played);
                played += 1;
            }
        }
        self.number = self.session.next_request().get();
        outcome.expect("an end")
    }

    /// The terminal's next frame arrives, as far as there is room: the rest of it is read on in between.
    fn play(&mut self, frame: usize) {
        let link = if frame < 3 { Link::Device(0) } else { Link::Request };
        if frame == 0 && !self.accepted {
            self.session.handle_input(self.now, Input::Accepted(link)).expect("a free slot");
            self.accepted = true;
        }
        let mut rest = self.terminal.frame(frame, self.number);
        while !rest.is_empty() {
            let (chunk, behind) = rest.split_at(rest.len().min(CHUNK).min(self.session.room(link)));
            self.session.handle_input(self.now, Input::Received(link, chunk)).expect("room was asked for");
            rest = behind;
            // What is told of it: lines, details. The last chunk may lead to an effect, which the caller does.
            while !rest.is_empty() {
                if matches!(self.session.poll_output(self.tx), Output::Wait(_)) {
                    break;
                }
            }
        }
    }
}

#[derive(Serialize)]
#[serde(rename = "CardServiceRequest")]
struct PaymentRequest<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'a str,
    #[serde(rename = "@RequestType")]
    request_type: &'a str,
    #[serde(rename = "@WorkstationID")]
    workstation_id: &'a str,
    #[serde(rename = "@RequestID")]
    request_id: u32,
    #[serde(rename = "POSdata")]
    pos_data: PosData<'a>,
    #[serde(rename = "TotalAmount")]
    total: TotalAmount<'a>,
}

#[derive(Serialize)]
struct PosData<'a> {
    #[serde(rename = "@LanguageCode")]
    language: &'a str,
    #[serde(rename = "POSTimeStamp")]
    time_stamp: &'a str,
    #[serde(rename = "PrinterStatus")]
    printer: &'a str,
    #[serde(rename = "E-JournalStatus")]
    e_journal: &'a str,
    #[serde(rename = "JournalPrinterStatus")]
    journal_printer: &'a str,
}

#[derive(Serialize)]
struct TotalAmount<'a> {
    #[serde(rename = "@Currency")]
    currency: &'a str,
    #[serde(rename = "$text")]
    value: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "DeviceResponse")]
struct DeviceResponse {
    #[serde(rename = "@xmlns")]
    namespace: String,
    #[serde(rename = "@RequestType")]
    request_type: String,
    #[serde(rename = "@WorkstationID")]
    workstation_id: String,
    #[serde(rename = "@RequestID")]
    request_id: String,
    #[serde(rename = "@SequenceID")]
    sequence_id: String,
    #[serde(rename = "@TerminalID")]
    terminal_id: String,
    #[serde(rename = "@OverallResult")]
    overall_result: String,
    #[serde(rename = "Output")]
    output: OutputResult,
}

#[derive(Serialize, Deserialize)]
struct OutputResult {
    #[serde(rename = "@OutDeviceTarget")]
    target: String,
    #[serde(rename = "@OutResult")]
    result: String,
}

/// A till on tokio-util and quick-xml with serde.
#[derive(Debug)]
pub struct Peer {
    terminal: Terminal,
    number: u32,
    codec: LengthDelimitedCodec,
    received: BytesMut,
    tx: BytesMut,
}

impl Peer {
    /// A till at rest.
    #[must_use]
    pub fn new() -> Self {
        Self {
            terminal: Terminal::new(),
            number: FIRST,
            codec: LengthDelimitedCodec::builder().length_field_length(HEADER).new_codec(),
            received: BytesMut::new(),
            tx: BytesMut::new(),
        }
    }

    fn send(&mut self, message: &impl Serialize, sent: &mut impl FnMut(&[u8])) {
        let text = quick_xml::se::to_string(message).expect("a message");
        self.tx.clear();
        self.tx.put_u32(u32::try_from(text.len()).expect("short"));
        self.tx.put_slice(text.as_bytes());
        sent(&self.tx);
    }

    fn receive(&mut self, frame: usize) -> BytesMut {
        for chunk in self.terminal.frame(frame, self.number).chunks(CHUNK) {
            self.received.extend_from_slice(chunk);
        }
        self.codec.decode(&mut self.received).expect("a sound frame").expect("a whole frame")
    }

    /// Takes a payment; gives each frame that left to `sent`. Says whether it succeeded.
    ///
    /// # Panics
    /// The messages are others.
    pub fn pay(&mut self, sent: &mut impl FnMut(&[u8])) -> bool {
        let request = PaymentRequest {
            namespace: opi_core::opi::message::IXRETAIL,
            request_type: "CardPayment",
            workstation_id: "POS-1",
            request_id: self.number,
            pos_data: PosData {
                language: "en",
                time_stamp: "2026-04-08T10:15:00+02:00",
                printer: "Available",
                e_journal: "Available",
                journal_printer: "Available",
            },
            total: TotalAmount { currency: "CHF", value: "25.00" },
        };
        self.send(&request, sent);
        for frame in 0..3 {
            let payload = self.receive(frame);
            let asked = typed::quick_xml_serde(&payload);
            assert_eq!(asked.request_id.parse(), Ok(self.number), "another payment");
            let response = DeviceResponse {
                namespace: opi_core::opi::message::IXRETAIL.to_owned(),
                request_type: asked.request_type,
                workstation_id: asked.workstation_id,
                request_id: asked.request_id,
                sequence_id: asked.sequence_id,
                terminal_id: asked.terminal_id,
                overall_result: "Success".to_owned(),
                output: OutputResult { target: asked.output.target, result: "Success".to_owned() },
            };
            self.send(&response, sent);
        }
        let payload = self.receive(3);
        let answer = answer::quick_xml_serde(&payload);
        assert_eq!(answer.request_id.parse(), Ok(self.number), "another payment");
        self.number += 1;
        answer.overall_result == "Success"
    }
}

impl Default for Peer {
    fn default() -> Self {
        Self::new()
    }
}

/// Proves that both tills send the same four messages, as far as the peer writes them, and are paid.
///
/// # Panics
/// They do not.
pub fn check() {
    let read = |frame: &[u8]| Message::decode(&frame[HEADER..], Tolerance::FIELD).expect("a message");
    let view = |message: &Message| {
        let header = message.header();
        (header.kind, header.request_id.clone(), header.sequence_id.clone(), header.overall_result.clone())
    };
    let (mut request, mut abort, mut device) = ([0; WINDOW], [0; WINDOW], [0; WINDOW]);
    let (mut tx, mut record) = ([0; 2048], [0; 1024]);
    let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
    let mut till = Till::new(memory, &mut tx, &mut record);
    let mut peer = Peer::new();
    for _ in 0..3 {
        let (mut ours, mut theirs, mut records) = (VecDeque::new(), Vec::new(), 0);
        let outcome = till.pay(&mut |frame| ours.push_back(view(&read(frame))), &mut |_| records += 1);
        assert_eq!(outcome, Outcome::Approved);
        assert!(peer.pay(&mut |frame| theirs.push(view(&read(frame)))));
        assert_eq!(ours, theirs);
        assert_eq!((ours.len(), records), (4, 5), "an intent, that it left, two receipts and a result are stored");
    }
}
