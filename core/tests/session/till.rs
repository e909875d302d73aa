//! A till in memory: a session, and what it gave out.

use opi_core::drive::{Event, Input, Link, Misuse, Output, PeerFault, Question, QuestionId, Wait};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Record, Ticket};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Finished, Operation, Reason, Request};
use opi_core::opi::message::{Message, Style};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::time::{Instant, WallTime};
use opi_core::xml::Tolerance;

pub(crate) const WINDOW: usize = 512;

/// What a session gave out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Did {
    Listen,
    Connect(Link),
    /// The XML of a frame.
    Sent(Link, String),
    Close(Link),
    Intent(Ticket),
    FrameLeft(Ticket, u32),
    Sheet(Ticket),
    Result(Ticket),
    Resolution(Ticket),
    Question(Question),
    Withdrawn(QuestionId),
    AbortAnswered(bool),
    SheetEnded(bool),
    Fault(PeerFault),
    InDoubt(Reason),
    /// Any other event, as text.
    Event(String),
    Finished(Box<Finished>),
}

pub(crate) struct Till {
    pub(crate) session: Session<'static, 2>,
    pub(crate) now: u64,
    /// Bytes of the transmit buffer.
    pub(crate) room: usize,
}

impl Till {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self::with(profile, |_| {})
    }

    pub(crate) fn with(profile: &'static Profile, change: impl FnOnce(&mut Settings)) -> Self {
        let window = || Box::leak(vec![0u8; WINDOW].into_boxed_slice());
        let mut settings = Settings::new(WorkstationId::new("lane-1").unwrap(), profile, RequestId::new(1001).unwrap());
        change(&mut settings);
        let memory = Memory { request: window(), abort: window(), device: [window(), window()] };
        Self { session: Session::new(settings, memory).unwrap(), now: 0, room: 4096 }
    }

    pub(crate) fn try_put(&mut self, input: Input<'_>) -> Result<Vec<Did>, Misuse> {
        self.session.handle_input(Instant::from_millis(self.now), input)?;
        Ok(self.drain())
    }

    pub(crate) fn put(&mut self, input: Input<'_>) -> Vec<Did> {
        self.try_put(input).unwrap()
    }

    pub(crate) fn drain(&mut self) -> Vec<Did> {
        let mut did = Vec::new();
        while let Some(next) = self.poll() {
            did.push(next);
        }
        did
    }

    fn poll(&mut self) -> Option<Did> {
        let mut tx = vec![0; self.room];
        Some(match self.session.poll_output(&mut tx) {
            Output::Listen => Did::Listen,
            Output::Connect(link) => Did::Connect(link),
            Output::Send { link, length } => {
                assert_eq!(tx[..4], u32::try_from(length - 4).unwrap().to_be_bytes());
                assert_as_recorded(&tx[4..length]);
                Did::Sent(link, String::from_utf8(tx[4..length].to_vec()).unwrap())
            }
            Output::Close(link) => Did::Close(link),
            Output::Persist(ticket, Record::Intent(_)) => Did::Intent(ticket),
            Output::Persist(ticket, Record::Sent { request_id }) => Did::FrameLeft(ticket, request_id.get()),
            Output::Persist(ticket, Record::Sheet { .. }) => Did::Sheet(ticket),
            Output::Persist(ticket, Record::Result(_)) => Did::Result(ticket),
            Output::Persist(ticket, _) => Did::Resolution(ticket),
            Output::Event(Event::Question(question)) => Did::Question(question.clone()),
            Output::Event(Event::QuestionWithdrawn(id)) => Did::Withdrawn(id),
            Output::Event(Event::AbortAnswered { accepted }) => Did::AbortAnswered(accepted),
            Output::Event(Event::SheetEnded { kept, .. }) => Did::SheetEnded(kept),
            Output::Event(Event::InDoubt { reason, .. }) => Did::InDoubt(reason),
            Output::Event(Event::Fault(fault)) => Did::Fault(fault),
            Output::Event(Event::Finished(finished)) => Did::Finished(Box::new(finished.clone())),
            Output::Event(event) => Did::Event(format!("{event:?}")),
            Output::Wait(_) => return None,
            other => panic!("{other:?}"),
        })
    }

    pub(crate) fn wait(&mut self) -> Wait {
        match self.session.poll_output(&mut [0; 4096]) {
            Output::Wait(wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    /// Lets the time pass up to the next deadline.
    pub(crate) fn sleep(&mut self) -> Vec<Did> {
        self.now = self.wait().until.expect("something is under way").as_millis();
        self.put(Input::Tick)
    }

    pub(crate) fn receive(&mut self, link: Link, xml: &str) -> Vec<Did> {
        let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(xml.as_bytes());
        self.receive_bytes(link, &frame)
    }

    pub(crate) fn receive_bytes(&mut self, link: Link, mut bytes: &[u8]) -> Vec<Did> {
        let mut did = Vec::new();
        while !bytes.is_empty() {
            let room = self.session.room(link).min(bytes.len());
            if room == 0 {
                return did;
            }
            did.extend(self.put(Input::Received(link, &bytes[..room])));
            bytes = &bytes[room..];
        }
        did
    }

    /// Starts an operation and confirms everything up to the frame that leaves.
    pub(crate) fn start(&mut self, operation: Operation) -> String {
        let request = Request::new(operation, WallTime::new(1_775_636_100, 120));
        let mut did = self.put(Input::Start(&request));
        loop {
            did = match did.pop() {
                Some(Did::Intent(ticket)) => self.put(Input::Stored(ticket)),
                Some(Did::Listen) => self.put(Input::Listening),
                Some(Did::Connect(Link::Request)) => self.put(Input::Connected(Link::Request)),
                Some(Did::Sent(Link::Request, xml)) => return xml,
                other => panic!("{other:?} after {did:?}"),
            };
        }
    }

    /// A payment that the terminal has.
    pub(crate) fn pay(&mut self) {
        self.start(payment());
        let did = self.put(Input::Sent(Link::Request));
        let [Did::FrameLeft(ticket, 1001)] = did.as_slice() else { panic!("{did:?}") };
        assert_eq!(self.put(Input::Stored(*ticket)), []);
    }

    /// Takes what comes up to the end of the operation. The store works; the terminal cannot be reached any more.
    pub(crate) fn end(&mut self, mut did: Vec<Did>) -> Finished {
        for _ in 0..100 {
            let mut next = None;
            for it in did {
                match it {
                    Did::Finished(finished) => return *finished,
                    Did::Result(ticket) => next = Some(Input::Stored(ticket)),
                    Did::Listen => next = Some(Input::Listening),
                    Did::Connect(link) => next = Some(Input::ConnectFailed(link)),
                    _ => {}
                }
            }
            did = match next {
                Some(input) => self.put(input),
                None => self.sleep(),
            };
        }
        panic!("no end");
    }

    /// A device request on a connection of its own, and what the session did.
    pub(crate) fn callback(&mut self, slot: u8, xml: &str) -> Vec<Did> {
        let link = Link::Device(slot);
        if self.session.room(link) == 0 {
            self.put(Input::Accepted(link));
        }
        self.receive(link, xml)
    }
}

pub(crate) fn payment() -> Operation {
    Operation::Payment { amount: chf("25.00"), cash_back: None }
}

pub(crate) fn chf(amount: &str) -> Money {
    Money::parse(amount, Currency::CHF).unwrap()
}

/// An answer to the first request of a lane.
pub(crate) fn answer(result: &str, content: &str) -> String {
    format!(
        r#"<CardServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CardPayment" OverallResult="{result}">{content}</CardServiceResponse>"#
    )
}

pub(crate) fn device(kind: &str, content: &str) -> String {
    format!(
        r#"<DeviceRequest WorkstationID="lane-1" RequestID="1001.1" SequenceID="7" TerminalID="T1" RequestType="{kind}">{content}</DeviceRequest>"#
    )
}

/// The only frame among what a session did.
pub(crate) fn sent(did: &[Did]) -> &str {
    let mut frames = did.iter().filter_map(|it| if let Did::Sent(_, xml) = it { Some(xml.as_str()) } else { None });
    let frame = frames.next().unwrap_or_else(|| panic!("no frame in {did:?}"));
    assert_eq!(frames.next(), None, "one frame only");
    frame
}

/// What a session writes value by value is what is written by the lists of its records.
fn assert_as_recorded(document: &[u8]) {
    let text = std::str::from_utf8(document).unwrap();
    let style = Style {
        declaration: text.starts_with("<?xml"),
        namespace: text.contains(" xmlns="),
        shift_number_as_attribute: text.contains(" ShiftNumber="),
        ..Style::CCV
    };
    let mut again = [0; 4096];
    let length = Message::decode(document, Tolerance::STRICT).unwrap().encode(&style, &mut again).unwrap();
    // Records do not hold an empty name.
    assert_eq!(std::str::from_utf8(&again[..length]).unwrap(), text.replace(" WorkstationID=\"\"", ""));
}

/// A receipt of two lines.
pub(crate) const RECEIPT: &str =
    r#"<Output OutDeviceTarget="Printer"><TextLine> Total  25.00 </TextLine><TextLine/></Output>"#;

/// The sheets that are to be stored.
pub(crate) fn sheets(did: &[Did]) -> Vec<opi_core::journal::Ticket> {
    did.iter().filter_map(|it| if let Did::Sheet(ticket) = it { Some(*ticket) } else { None }).collect()
}

/// The question that is asked.
pub(crate) fn question(did: &[Did]) -> &opi_core::drive::Question {
    did.iter()
        .find_map(|it| if let Did::Question(question) = it { Some(question) } else { None })
        .unwrap_or_else(|| panic!("no question in {did:?}"))
}
