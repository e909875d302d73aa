//! The session against answers written by hand.
#![allow(clippy::unwrap_used)]

use opi_core::drive::{Answer, Event, Input, Link, Misuse, Output, Why};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Record, Ticket};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Finished, Operation, Outcome, Reason, Request};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::time::{Instant, WallTime};

const WINDOW: usize = 512;

/// What a session gave out, in short.
#[derive(Clone, Debug, PartialEq)]
enum Did {
    Listen,
    Connect(Link),
    Sent(Link, String),
    Close(Link),
    Persist(Ticket, &'static str),
    Event(String),
    Finished(Box<Finished>),
}

struct Till {
    session: Session<'static, 2>,
    now: u64,
}

impl Till {
    fn new(profile: &'static Profile) -> Self {
        let window = || Box::leak(vec![0u8; WINDOW].into_boxed_slice());
        let settings = Settings::new(WorkstationId::new("lane-1").unwrap(), profile, RequestId::new(1001).unwrap());
        let memory = Memory { request: window(), abort: window(), device: [window(), window()] };
        Self { session: Session::new(settings, memory).unwrap(), now: 0 }
    }

    fn put(&mut self, input: Input<'_>) -> Vec<Did> {
        self.session.handle_input(Instant::from_millis(self.now), input).unwrap();
        self.drain()
    }

    fn drain(&mut self) -> Vec<Did> {
        let mut did = Vec::new();
        let mut tx = [0; 4096];
        loop {
            did.push(match self.session.poll_output(&mut tx) {
                Output::Listen => Did::Listen,
                Output::Connect(link) => Did::Connect(link),
                Output::Send { link, length } => {
                    let xml = String::from_utf8(tx[4..length].to_vec()).unwrap();
                    Did::Sent(link, xml)
                }
                Output::Close(link) => Did::Close(link),
                Output::Persist(ticket, Record::Intent(_)) => Did::Persist(ticket, "intent"),
                Output::Persist(ticket, Record::Sheet { .. }) => Did::Persist(ticket, "sheet"),
                Output::Persist(ticket, Record::Result(_)) => Did::Persist(ticket, "result"),
                Output::Persist(ticket, _) => Did::Persist(ticket, "other"),
                Output::Event(Event::Finished(finished)) => Did::Finished(Box::new(finished.clone())),
                Output::Event(event) => Did::Event(format!("{event:?}")),
                Output::Wait(_) => return did,
                other => panic!("{other:?}"),
            });
        }
    }

    fn receive(&mut self, link: Link, xml: &str) -> Vec<Did> {
        let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(xml.as_bytes());
        let mut did = Vec::new();
        for chunk in frame.chunks(WINDOW / 2) {
            did.extend(self.put(Input::Received(link, chunk)));
        }
        did
    }

    /// Up to the frame on its way.
    fn pay(&mut self) -> String {
        let amount = Money::parse("25.00", Currency::CHF).unwrap();
        let operation = Operation::Payment { amount, cash_back: None };
        let request = Request::new(operation, WallTime::new(1_775_636_100, 120));
        let did = self.put(Input::Start(&request));
        let [Did::Event(_), Did::Persist(ticket, "intent")] = did.as_slice() else { panic!("{did:?}") };
        assert_eq!(self.put(Input::Stored(*ticket)), [Did::Listen]);
        assert_eq!(self.put(Input::Listening), [Did::Connect(Link::Request)]);
        let mut did = self.put(Input::Connected(Link::Request));
        let Some(Did::Sent(Link::Request, xml)) = did.pop() else { panic!("{did:?}") };
        xml
    }
}

fn finished(did: &[Did]) -> &Finished {
    did.iter().find_map(|it| if let Did::Finished(finished) = it { Some(&**finished) } else { None }).unwrap()
}

#[test]
fn a_payment_from_the_wish_to_the_end() {
    let mut till = Till::new(&Profile::NEXI);
    let xml = till.pay();
    assert!(xml.contains("RequestType=\"CardPayment\"") && xml.contains("RequestID=\"1001\""), "{xml}");
    assert!(xml.contains("<TotalAmount Currency=\"CHF\">25.00</TotalAmount>"), "{xml}");
    assert!(xml.contains("<POSTimeStamp>2026-04-08T10:15:00+02:00</POSTimeStamp>"), "{xml}");
    assert_eq!(till.put(Input::Sent(Link::Request)), []);

    till.put(Input::Accepted(Link::Device(0)));
    let did = till.receive(
        Link::Device(0),
        r#"<DeviceRequest WorkstationID="lane-1" RequestID="1001.1" RequestType="Output"><Output OutDeviceTarget="Printer" TicketType="CustomerReceipt"><TextLine> Total  25.00</TextLine></Output></DeviceRequest>"#,
    );
    let Some(Did::Persist(ticket, "sheet")) = did.last() else { panic!("{did:?}") };
    let did = till.put(Input::Stored(*ticket));
    let Some(Did::Sent(Link::Device(0), xml)) = did.last() else { panic!("{did:?}") };
    assert!(xml.contains("RequestID=\"1001.1\"") && xml.contains("OutResult=\"Success\""), "{xml}");
    till.put(Input::Sent(Link::Device(0)));

    let did = till.receive(
        Link::Request,
        r#"<CardServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CardPayment" OverallResult="Success"><Tender><TotalAmount Currency="CHF">27.50</TotalAmount><Authorisation ApprovalCode="123456" CardCircuit="VISA"/></Tender></CardServiceResponse>"#,
    );
    let [Did::Persist(ticket, "result"), Did::Close(Link::Request)] = did.as_slice() else { panic!("{did:?}") };
    let did = till.put(Input::Stored(*ticket));
    let end = finished(&did);
    assert_eq!((end.outcome, end.reason, end.stored), (Outcome::Approved, None, true));
    assert_eq!(end.facts.tip.unwrap().minor(), 250);
    assert!(till.session.is_idle());
}
