//! A terminal with an application behind it that does what a test says, and a store that survives its restarts.

use std::collections::VecDeque;

use opi_core::drive::{Answer, Event};
use opi_core::id::Id;
use opi_core::journal::Ticket;
use opi_core::money::{Currency, Money};
use opi_core::nexo::front::record::{self, Record};
use opi_core::nexo::front::{
    ExchangeId, Front, Input, Memory, Misuse, Output, Performed, Refused, Settings, Wish, WishId,
};
use opi_core::nexo::seen::Stamp;
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use opi_core::receipt::{Copy, Line, Purpose, Sheet, SheetId};
use opi_core::text::Text;
use opi_core::time::{Instant, WallTime};
use serde_json::Value;

pub(crate) const POIID: &str = "P400Plus-123456789";
pub(crate) const START: i64 = 1_775_636_100;

/// What became of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    Reply { status: u16, body: String },
    Closed,
}

impl Ending {
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Reply { body, .. } => serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}")),
            Self::Closed => panic!("closed without an answer"),
        }
    }
}

/// What the application does with an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Habit {
    /// Does it at once.
    AtOnce,
    /// Waits to be told.
    Waits,
}

pub(crate) struct World {
    front: Front<'static>,
    settings: Settings,
    tx: Vec<u8>,
    pub(crate) now: u64,
    pub(crate) wall: i64,
    exchanges: u64,
    pub(crate) endings: Vec<(ExchangeId, Ending)>,
    pub(crate) wishes: Vec<(WishId, String)>,
    pub(crate) stops: Vec<WishId>,
    pub(crate) notices: Vec<Value>,
    pub(crate) requests: Vec<(WishId, Request, bool)>,
    /// What is on the disk.
    pub(crate) disk: Vec<u8>,
    pub(crate) store: StoreHabit,
    pub(crate) unconfirmed: VecDeque<Ticket>,
    pub(crate) habit: Habit,
    pub(crate) printer: bool,
    pub(crate) answer: Option<Answer<'static>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum StoreHabit {
    Works,
    Fails,
    Silent,
}

fn front(settings: &Settings) -> Front<'static> {
    let lend = |length| Box::leak(vec![0u8; length].into_boxed_slice());
    let memory = Memory {
        requests: [lend(4096), lend(4096)],
        history: lend(60_000),
        gathered: lend(8192),
        ids: Box::leak(vec![Stamp::FREE; 256].into_boxed_slice()),
    };
    Front::new(settings.clone(), memory).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings::new(POIID, *b"a key of a test.").unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            front: front(&settings),
            settings,
            tx: vec![0; 120_000],
            now: 0,
            wall: START,
            exchanges: 0,
            endings: Vec::new(),
            wishes: Vec::new(),
            stops: Vec::new(),
            notices: Vec::new(),
            requests: Vec::new(),
            disk: Vec::new(),
            store: StoreHabit::Works,
            unconfirmed: VecDeque::new(),
            habit: Habit::AtOnce,
            printer: true,
            answer: None,
        }
    }

    pub(crate) fn front(&mut self) -> &mut Front<'static> {
        &mut self.front
    }

    /// The power goes and comes back; what is on the disk is read again.
    pub(crate) fn restart(&mut self) {
        self.front = front(&self.settings);
        self.endings.clear();
        self.unconfirmed.clear();
        let disk = std::mem::take(&mut self.disk);
        let mut at = 0;
        while at < disk.len() {
            match record::decode(&disk[at..]) {
                Ok((entry, length)) => {
                    self.front.restore(&entry);
                    at += length;
                }
                Err(record::DecodeError::Short) => break,
                Err(error) => panic!("{error}"),
            }
        }
        self.disk = disk[..at].to_vec();
        self.now = 0;
        self.drain();
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += seconds * 1000;
        self.wall += i64::try_from(seconds).unwrap();
        self.front.handle_input(Instant::from_millis(self.now), Input::Tick).unwrap();
        self.drain();
    }

    pub(crate) fn input(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        let result = self.front.handle_input(Instant::from_millis(self.now), input);
        self.drain();
        result
    }

    /// A till sends this; its answer comes now or later.
    pub(crate) fn send(&mut self, body: &[u8]) -> ExchangeId {
        self.send_as(body, false)
    }

    fn send_as(&mut self, body: &[u8], clear: bool) -> ExchangeId {
        self.exchanges += 1;
        let exchange = ExchangeId(self.exchanges);
        let at = WallTime::new(self.wall, 120);
        self.input(Input::Received { exchange, at, body, clear }).unwrap();
        exchange
    }

    /// A till sends this, and has its answer at once.
    pub(crate) fn ask(&mut self, body: &[u8]) -> Ending {
        let exchange = self.send(body);
        self.ending(exchange).unwrap_or_else(|| panic!("no answer to {}", String::from_utf8_lossy(body)))
    }

    /// As [`ask`](Self::ask), of a request that came clear or not, where there are keys.
    #[cfg(feature = "nexo-crypto")]
    pub(crate) fn ask_as(&mut self, body: &[u8], clear: bool) -> Ending {
        let exchange = self.send_as(body, clear);
        self.ending(exchange).unwrap_or_else(|| panic!("no answer to {}", String::from_utf8_lossy(body)))
    }

    pub(crate) fn ending(&self, exchange: ExchangeId) -> Option<Ending> {
        let mut found = self.endings.iter().filter(|(of, _)| *of == exchange);
        let ending = found.next().map(|(_, ending)| ending.clone());
        assert!(found.next().is_none(), "two answers to {exchange:?}");
        ending
    }

    pub(crate) fn drain(&mut self) {
        for _ in 0..1000 {
            let now = Instant::from_millis(self.now);
            let mut inputs: Vec<Report> = Vec::new();
            match self.front.poll_output(&mut self.tx) {
                Output::Reply { exchange, status, length } => {
                    let body = String::from_utf8(self.tx[..length].to_vec()).unwrap();
                    self.endings.push((exchange, Ending::Reply { status, body }));
                }
                Output::Close(exchange) => self.endings.push((exchange, Ending::Closed)),
                Output::Stop(wish) => self.stops.push(wish),
                Output::Notify { length } => {
                    self.notices.push(serde_json::from_slice(&self.tx[..length]).unwrap());
                }
                Output::Persist(ticket, record) => {
                    let stored = match self.store {
                        StoreHabit::Works => {
                            self.disk.extend(encoded(&record));
                            Input::Stored(ticket)
                        }
                        StoreHabit::Fails => Input::StoreFailed(ticket),
                        StoreHabit::Silent => {
                            self.unconfirmed.push_back(ticket);
                            continue;
                        }
                    };
                    self.front.handle_input(now, stored).unwrap();
                }
                Output::Perform(id, wish) => {
                    self.wishes.push((id, format!("{wish:?}")));
                    match wish {
                        Wish::Operation { request, last, .. } => {
                            let request = request.clone();
                            self.requests.push((id, request.clone(), last));
                            if self.habit == Habit::AtOnce {
                                self.settle(id, &approved(&request));
                            }
                            continue;
                        }
                        Wish::Display(_) => inputs.push(perform(id, Performed::Done, now)),
                        Wish::Print(_) if self.printer => inputs.push(perform(id, Performed::Done, now)),
                        Wish::Print(_) => {
                            let refused = Refused::new(ErrorCondition::UnavailableDevice);
                            inputs.push(perform(id, Performed::Refused(refused), now));
                        }
                        Wish::Input(_) => {
                            if let Some(answer) = self.answer {
                                inputs.push(perform(id, Performed::Answer(answer), now));
                            }
                        }
                        _ => {}
                    }
                }
                Output::Wait(_) => return,
                other => panic!("{other:?}"),
            }
            for input in inputs {
                input(&mut self.front);
            }
        }
        panic!("no end of outputs");
    }

    /// The application tells how an operation ended, with two receipts before it if it was approved.
    pub(crate) fn settle(&mut self, wish: WishId, finished: &Finished) {
        if finished.outcome == Outcome::Approved {
            for (number, copy) in [(1, Copy::Merchant), (2, Copy::Customer)] {
                let sheet = Sheet {
                    id: SheetId(number),
                    purpose: Purpose::Receipt(copy),
                    request: None,
                    target: Id::new("Printer").unwrap(),
                };
                self.input(Input::Told(wish, &Event::SheetBegun(&sheet))).unwrap();
                for text in ["PAYMENT", "EUR 10,99", "Thank you & goodbye"] {
                    let line = Line { text: Text::from_cut(text), ..Line::default() };
                    self.input(Input::Told(wish, &Event::Line(sheet.id, &line))).unwrap();
                }
                self.input(Input::Told(wish, &Event::SheetEnded { sheet: sheet.id, kept: true })).unwrap();
            }
        }
        self.input(Input::Told(wish, &Event::Finished(finished))).unwrap();
    }

    /// The last operation that the application was wished to do.
    pub(crate) fn operation(&self) -> (WishId, Request) {
        let (wish, request, _) = self.requests.last().expect("an operation");
        (*wish, request.clone())
    }
}

/// Something to be reported once an output is dealt with.
type Report = Box<dyn FnOnce(&mut Front<'static>)>;

fn perform(id: WishId, how: Performed<'static>, now: Instant) -> Report {
    Box::new(move |front| front.handle_input(now, Input::Performed(id, how)).unwrap())
}

pub(crate) fn encoded(record: &Record<'_>) -> Vec<u8> {
    let mut bytes = vec![0; 200_000];
    let length = record::encode(record, &mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

pub(crate) fn finished(outcome: Outcome, reason: Option<Reason>) -> Finished {
    Finished { request_id: None, outcome, reason, settled_by: SettledBy::Answer, facts: Facts::default(), stored: true }
}

pub(crate) fn approved(request: &Request) -> Finished {
    if !request.operation.moves_money() {
        return finished(Outcome::Done, None);
    }
    let amount = request.operation.amount().or(match request.operation {
        Operation::Reversal { .. } => Some(Money::from_minor(1099, Currency::EUR)),
        _ => None,
    });
    Finished {
        facts: Facts {
            amount,
            approval_code: Id::new("123456").ok(),
            stan: Id::new("000042").ok(),
            trx_reference_number: Id::new("SIM0000000000003").ok(),
            terminal_id: Id::new("80000001").ok(),
            ..Facts::default()
        },
        ..finished(Outcome::Approved, None)
    }
}

/// A message of POS-1 with this body.
pub(crate) fn message(category: &str, service_id: &str, body: &str) -> Vec<u8> {
    message_of("POS-1", category, service_id, body)
}

pub(crate) fn message_of(sale_id: &str, category: &str, service_id: &str, body: &str) -> Vec<u8> {
    let class = if ["Display", "Input", "Print"].contains(&category) { "Device" } else { "Service" };
    format!(
        r#"{{"SaleToPOIRequest":{{"MessageHeader":{{"ProtocolVersion":"3.0","MessageClass":"{class}",
        "MessageCategory":"{category}","MessageType":"Request","ServiceID":"{service_id}","SaleID":"{sale_id}",
        "POIID":"{POIID}"}},"{category}Request":{body}}}}}"#
    )
    .into_bytes()
}

pub(crate) fn payment(service_id: &str, amount: &str) -> Vec<u8> {
    payment_of("POS-1", service_id, amount)
}

pub(crate) fn payment_of(sale_id: &str, service_id: &str, amount: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"SaleData":{{"SaleTransactionID":{{"TransactionID":"T-{service_id}","TimeStamp":"2026-04-08T08:15:00.000Z"}}}},
        "PaymentTransaction":{{"AmountsReq":{{"Currency":"EUR","RequestedAmount":{amount}}}}}}}"#
    );
    message_of(sale_id, "Payment", service_id, &body)
}

pub(crate) fn status(service_id: &str, of: &str) -> Vec<u8> {
    let body = format!(r#"{{"MessageReference":{{"MessageCategory":"Payment","SaleID":"POS-1","ServiceID":"{of}"}}}}"#);
    message("TransactionStatus", service_id, &body)
}

pub(crate) fn abort(service_id: &str, of: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"AbortReason":"MerchantAbort","MessageReference":{{"MessageCategory":"Payment","ServiceID":"{of}"}}}}"#
    );
    message("Abort", service_id, &body)
}

/// Result, condition and additional response of an answer, wherever its category has them.
pub(crate) fn response(answer: &Value) -> (String, String, String) {
    let message = answer.get("SaleToPOIResponse").unwrap_or_else(|| panic!("{answer}"));
    let (_, body) = message.as_object().unwrap().iter().find(|(name, _)| name.ends_with("Response")).unwrap();
    let response = body
        .get("Response")
        .or_else(|| body.pointer("/OutputResult/0/Response"))
        .or_else(|| body.pointer("/InputResult/Response"))
        .unwrap_or_else(|| panic!("{answer}"));
    let text = |name: &str| response.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("Result"), text("ErrorCondition"), text("AdditionalResponse"))
}

pub(crate) fn said(ending: &Ending) -> (String, String) {
    let (result, condition, _) = response(&ending.json());
    (result, condition)
}

pub(crate) fn pair(result: &str, condition: &str) -> (String, String) {
    (result.to_owned(), condition.to_owned())
}

pub(crate) fn repeated(status: &Value) -> &Value {
    &status["SaleToPOIResponse"]["TransactionStatusResponse"]["RepeatedMessageResponse"]
}

pub(crate) fn waiting() -> World {
    let mut world = World::new();
    world.habit = Habit::Waits;
    world
}

pub(crate) const LOGIN: &str = r#"{"DateTime":"2026-04-08T08:00:00.000Z","SaleSoftware":{"ManufacturerID":"E","ApplicationName":"T",
    "SoftwareVersion":"1","CertificationCode":"NA"},"OperatorLanguage":"en"}"#;
pub(crate) const DISPLAY: &str = r#"{"DisplayOutput":[{"Device":"CustomerDisplay","InfoQualify":"Display",
    "OutputContent":{"OutputFormat":"Text","OutputText":[{"Text":"Hello"}]}}]}"#;
pub(crate) const INPUT: &str =
    r#"{"InputData":{"Device":"CustomerInput","InfoQualify":"Input","InputCommand":"TextString"}}"#;
pub(crate) const PRINT: &str = r#"{"PrintOutput":{"DocumentQualifier":"Document","ResponseMode":"PrintEnd",
    "OutputContent":{"OutputFormat":"Text","OutputText":[{"Text":"Hello"}]}}}"#;
pub(crate) const REVERSAL: &str = r#"{"OriginalPOITransaction":{"POITransactionID":{"TransactionID":"X.Y",
    "TimeStamp":"2026-04-08T08:15:03.000Z"}},"ReversalReason":"MerchantCancel"}"#;
pub(crate) const ACQUISITION: &str = r#"{"SaleData":{"SaleTransactionID":{"TransactionID":"T","TimeStamp":"2026-04-08T08:15:00.000Z"}},
    "CardAcquisitionTransaction":{"TotalAmount":5}}"#;
