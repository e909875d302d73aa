//! A till in memory: a session, and what it gave out. What it sends is read by `serde_json`.

use opi_core::drive::{Event, Input, Link, Misuse, Output, PeerFault, Wait};
use opi_core::id::{Id, RequestId, WorkstationId};
use opi_core::journal::{Intent, Record, Ticket};
use opi_core::money::{Currency, Money};
use opi_core::nexo::{Memory, Session, Settings};
use opi_core::operation::{Finished, Operation, Reason, Request};
use opi_core::time::{Instant, WallTime};
use serde_json::{Value, json};

pub(crate) const WINDOW: usize = 16 * 1024;
pub(crate) const POI: &str = "P400Plus-123456789";
/// 2026-04-08T10:15:00+02:00
pub(crate) const AT: i64 = 1_775_636_100;

/// What a session gave out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Did {
    Connect(Link),
    Sent(Link, Value),
    Close(Link),
    Intent(Ticket, Box<Intent>),
    Sheet(Ticket),
    Result(Ticket),
    Resolution(Ticket),
    /// Any other record.
    Record(Ticket),
    AbortAnswered(bool),
    SheetBegun(String),
    Line(String),
    SheetEnded(bool),
    Fault(PeerFault),
    InDoubt(Reason),
    Started(u32, String),
    Detail(String, String),
    /// Any other event, as text.
    Event(String),
    Finished(Box<Finished>),
}

pub(crate) struct Till {
    pub(crate) session: Session<'static>,
    pub(crate) now: u64,
}

impl Till {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let window = |bytes| Box::leak(vec![0u8; bytes].into_boxed_slice());
        let mut settings =
            Settings::new(WorkstationId::new("POS-1").unwrap(), Id::new(POI).unwrap(), RequestId::new(1001).unwrap());
        change(&mut settings);
        let memory = Memory { request: window(WINDOW), abort: window(512) };
        Self { session: Session::new(settings, memory).unwrap(), now: 0 }
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
        let mut tx = [0; 4096];
        Some(match self.session.poll_output(&mut tx) {
            Output::Connect(link) => Did::Connect(link),
            Output::Send { link, length } => Did::Sent(link, serde_json::from_slice(&tx[..length]).unwrap()),
            Output::Close(link) => Did::Close(link),
            Output::Persist(ticket, Record::Intent(intent)) => Did::Intent(ticket, Box::new(intent.clone())),
            Output::Persist(ticket, Record::Sheet { .. }) => Did::Sheet(ticket),
            Output::Persist(ticket, Record::Result(_)) => Did::Result(ticket),
            Output::Persist(ticket, Record::Resolution(_)) => Did::Resolution(ticket),
            Output::Persist(ticket, _) => Did::Record(ticket),
            Output::Event(Event::AbortAnswered { accepted }) => Did::AbortAnswered(accepted),
            Output::Event(Event::SheetBegun(sheet)) => Did::SheetBegun(format!("{:?}", sheet.purpose)),
            Output::Event(Event::Line(_, line)) => Did::Line(line.text.as_str().to_owned()),
            Output::Event(Event::SheetEnded { kept, .. }) => Did::SheetEnded(kept),
            Output::Event(Event::InDoubt { reason, .. }) => Did::InDoubt(reason),
            Output::Event(Event::Fault(fault)) => Did::Fault(fault),
            Output::Event(Event::Detail { name, value }) => Did::Detail(name.to_owned(), value.to_owned()),
            Output::Event(Event::Started { request_id, request_type }) => {
                Did::Started(request_id.get(), request_type.to_owned())
            }
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

    /// An answer with HTTP status 200.
    pub(crate) fn answer(&mut self, answer: &Value) -> Vec<Did> {
        self.answer_bytes(Link::Request, 200, answer.to_string().as_bytes())
    }

    pub(crate) fn answer_bytes(&mut self, link: Link, status: u16, mut bytes: &[u8]) -> Vec<Did> {
        let mut did = Vec::new();
        while !bytes.is_empty() {
            let room = self.session.room(link).min(bytes.len()).min(700);
            if room == 0 {
                return did;
            }
            did.extend(self.put(Input::Received(link, &bytes[..room])));
            bytes = &bytes[room..];
        }
        did.extend(self.put(Input::Complete { link, status }));
        did
    }

    /// Starts an operation and confirms everything up to the message that leaves.
    pub(crate) fn start(&mut self, operation: Operation) -> Value {
        let did = self.put(Input::Start(&Request::new(operation, WallTime::new(AT, 120))));
        self.leave(did)
    }

    /// Confirms everything up to the message that leaves on the link for requests.
    pub(crate) fn leave(&mut self, mut did: Vec<Did>) -> Value {
        for _ in 0..20 {
            did = match did.pop() {
                Some(Did::Intent(ticket, _)) => self.put(Input::Stored(ticket)),
                Some(Did::Connect(link)) => self.put(Input::Connected(link)),
                Some(Did::Sent(Link::Request, message)) => return message,
                None => self.sleep(),
                _ => did,
            };
        }
        panic!("nothing leaves")
    }

    /// A payment that the terminal has.
    pub(crate) fn pay(&mut self) {
        self.start(payment());
        let did = self.put(Input::Sent(Link::Request));
        self.confirm_all(did);
    }

    /// Confirms what is to be stored, without waiting for anything else.
    pub(crate) fn confirm_all(&mut self, mut did: Vec<Did>) -> Vec<Did> {
        let mut at = 0;
        while at < did.len() {
            let ticket = match &did[at] {
                Did::Sheet(ticket) | Did::Result(ticket) | Did::Resolution(ticket) | Did::Record(ticket) => {
                    Some(*ticket)
                }
                _ => None,
            };
            if let Some(ticket) = ticket {
                let more = self.put(Input::Stored(ticket));
                did.extend(more);
            }
            at += 1;
        }
        did
    }

    /// Loses the connection of a payment, and asks about it: the question.
    pub(crate) fn lose(&mut self) -> Value {
        let did = self.put(Input::Closed(Link::Request));
        assert!(did.contains(&Did::InDoubt(Reason::ConnectionLost)), "{did:?}");
        self.leave(did)
    }

    /// The end that comes of this, if everything that is to be stored is.
    pub(crate) fn finished(&mut self, did: Vec<Did>) -> Finished {
        let did = self.confirm_all(did);
        let mut ends = did.iter().filter_map(|it| if let Did::Finished(finished) = it { Some(finished) } else { None });
        let end = ends.next().unwrap_or_else(|| panic!("no end in {did:?}")).as_ref().clone();
        assert!(ends.next().is_none(), "one end only");
        end
    }

    /// Takes what comes up to the end of the operation. The store works; the terminal cannot be reached any more.
    pub(crate) fn end(&mut self, did: Vec<Did>) -> Finished {
        let mut did = self.confirm_all(did);
        for _ in 0..200 {
            let mut next = None;
            for it in &did {
                match it {
                    Did::Finished(finished) => return finished.as_ref().clone(),
                    Did::Connect(link) => next = Some(Input::ConnectFailed(*link)),
                    _ => {}
                }
            }
            did = match next {
                Some(input) => self.put(input),
                None => self.sleep(),
            };
            did = self.confirm_all(did);
        }
        panic!("no end");
    }
}

pub(crate) fn payment() -> Operation {
    Operation::Payment { amount: eur("10.99"), cash_back: None }
}

pub(crate) fn eur(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

/// The header of an answer of our terminal.
pub(crate) fn header(category: &str, service_id: &str) -> Value {
    json!({
        "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Response",
        "ServiceID": service_id, "SaleID": "POS-1", "POIID": POI
    })
}

/// An answer of our terminal.
pub(crate) fn answer(category: &str, service_id: &str, body: Value) -> Value {
    let name = format!("{category}Response");
    json!({"SaleToPOIResponse": {"MessageHeader": header(category, service_id), name: body}})
}

/// The body of an answer to a payment.
pub(crate) fn paid() -> Value {
    json!({
        "Response": {"Result": "Success", "AdditionalResponse": "tid=123&authCode=123456"},
        "SaleData": {"SaleTransactionID": {"TransactionID": "1001", "TimeStamp": "2026-04-08T08:15:00.000Z"}},
        "POIData": {"POITransactionID": {"TransactionID": "BV0q001775636100003.SIM0000000000003", "TimeStamp": "2026-04-08T08:15:03.000Z"}},
        "PaymentResult": {
            "AmountsResp": {"AuthorizedAmount": 10.99, "Currency": "EUR"},
            "PaymentInstrumentData": {
                "PaymentInstrumentType": "Card",
                "CardData": {"PaymentBrand": "mc", "MaskedPan": "541333 **** 9999", "EntryMode": ["Contactless"]}
            },
            "PaymentAcquirerData": {
                "AcquirerPOIID": POI, "MerchantID": "Shop", "ApprovalCode": "123456",
                "AcquirerTransactionID": {"TransactionID": "SIM0000000000003", "TimeStamp": "2026-04-08T08:15:03.000Z"}
            }
        }
    })
}

/// The body of an answer to a payment that failed.
pub(crate) fn failed(condition: &str, additional: &str) -> Value {
    json!({
        "Response": {"Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional},
        "SaleData": {},
        "POIData": {"POITransactionID": {"TransactionID": "BV0q001775636100003", "TimeStamp": "2026-04-08T08:15:03.000Z"}}
    })
}

/// The body of a status answer that repeats an answer to a payment.
pub(crate) fn repeats(service_id: &str, payment: Value) -> Value {
    json!({
        "Response": {"Result": "Success"},
        "MessageReference": {"MessageCategory": "Payment", "SaleID": "POS-1", "ServiceID": "1001", "POIID": POI},
        "RepeatedMessageResponse": {
            "MessageHeader": header("Payment", service_id),
            "RepeatedResponseMessageBody": {"PaymentResponse": payment}
        }
    })
}

/// The body of a status answer that says why there is none.
pub(crate) fn no_status(condition: &str, additional: &str) -> Value {
    json!({"Response": {"Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional}})
}

pub(crate) fn service_id(message: &Value) -> &str {
    message["SaleToPOIRequest"]["MessageHeader"]["ServiceID"].as_str().unwrap()
}
