//! The simulated terminal of the Terminal API, in virtual time: whatever goes wrong, what a till can learn agrees with the
//! books.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::RefCell;

use opi_core::nexo::front::{ExchangeId, Settings};
use opi_core::sim::application::{Fault, Setup};
use opi_core::sim::{Entry, Script, Scripts};
use opi_core::time::{Instant, WallTime};
use opi_smol::front::{Application as _, Counter, Effect, Leaving, Lent, Records, Simulated};
use serde_json::{Value, json};

const POIID: &str = "P400Plus-123456789";

/// What became of a request.
#[derive(Debug)]
enum Ending {
    Answer(Value),
    /// The connection ended, or what came was no JSON.
    Lost,
    /// Nothing came within an hour.
    Silence,
}

fn message(category: &str, service_id: &str, body: Value) -> Vec<u8> {
    let header = json!({
        "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Request",
        "ServiceID": service_id, "SaleID": "POS-1", "POIID": POIID,
    });
    let mut message = json!({ "MessageHeader": header });
    message[format!("{category}Request")] = body;
    json!({ "SaleToPOIRequest": message }).to_string().into_bytes()
}

fn payment(service_id: &str) -> Vec<u8> {
    let named = json!({ "TransactionID": "T-1", "TimeStamp": "2026-04-08T08:15:00.000Z" });
    let amounts = json!({ "Currency": "EUR", "RequestedAmount": 25.00 });
    message(
        "Payment",
        service_id,
        json!({ "SaleData": { "SaleTransactionID": named }, "PaymentTransaction": { "AmountsReq": amounts } }),
    )
}

fn status(service_id: &str) -> Vec<u8> {
    let of = json!({ "MessageCategory": "Payment", "SaleID": "POS-1", "ServiceID": "P1" });
    message("TransactionStatus", service_id, json!({ "MessageReference": of }))
}

/// Who hears of money.
type Booked<'b> = Box<dyn FnMut(&Entry) + 'b>;

/// A terminal and its till; both begin anew after a restart.
struct World<'b> {
    settings: Settings,
    application: Simulated<Booked<'b>>,
    records: Records,
    now: Instant,
    count: u64,
}

impl World<'_> {
    /// Asks once, and waits for what comes.
    fn ask(&mut self, body: &[u8]) -> Ending {
        self.count += 1;
        let exchange = ExchangeId(self.count);
        if self.application.loses(body) {
            return Ending::Lost;
        }
        let at = WallTime::new(1_775_636_100, 120).after(self.now.since(Instant::default()));
        let mut lent = Lent::default();
        let mut counter = Counter::open(&self.settings, &mut lent, &mut self.application, &mut self.records).unwrap();
        // A till that hung up on a terminal which still works comes back when that has come to rest.
        let end = self.now.after(std::time::Duration::from_secs(3600));
        let (_, _) = counter.drain(self.now);
        counter.receive(self.now, at, exchange, body, false).unwrap();
        let mut ending = Ending::Silence;
        loop {
            let (effects, until) = counter.drain(self.now);
            for effect in effects {
                match effect {
                    Effect::Reply { body: Leaving::Whole(body) | Leaving::Late(_, body), .. } => {
                        ending = serde_json::from_slice(&body).map_or(Ending::Lost, Ending::Answer);
                    }
                    Effect::Reply { body: Leaving::Torn(_), .. } => ending = Ending::Lost,
                    Effect::Reply { body: Leaving::Closed, .. } => ending = Ending::Lost,
                    Effect::Restart => {
                        drop(counter);
                        self.application.restart();
                        return Ending::Lost;
                    }
                    _ => {}
                }
            }
            match until {
                Some(until) if until < end => self.now = until.max(self.now),
                _ => return ending,
            }
        }
    }
}

/// Whether an answer to a payment says that money moved.
fn charged(response: &Value) -> bool {
    match response["Response"]["Result"].as_str().unwrap() {
        "Success" | "Partial" => true,
        "Failure" => false,
        other => panic!("{other}: {response}"),
    }
}

#[test]
fn whatever_goes_wrong_the_status_agrees_with_the_books() {
    for script in Script::ALL {
        for fault in Fault::ALL {
            for seed in 0..4 {
                play(*script, *fault, seed);
            }
        }
    }
}

fn play(script: Script, fault: Fault, seed: u64) {
    let what = format!("{} with {}, seed {seed}", script.name(), fault.name());
    let books = RefCell::new(Vec::new());
    let mut setup = Setup::new(seed);
    setup.scripts = Scripts::always(script);
    setup.fault = fault;
    let booked: Booked<'_> = Box::new(|entry| books.borrow_mut().push(entry.clone()));
    let mut world = World {
        settings: Settings::new(POIID, *b"a key of a test.").unwrap(),
        application: Simulated::new(setup, booked),
        records: Records::in_memory(),
        now: Instant::default(),
        count: 0,
    };
    let ending = world.ask(&payment("P1"));
    // An answer that can be believed says what the books say.
    if let Ending::Answer(answer) = &ending {
        let message = &answer["SaleToPOIResponse"];
        let ours = message["MessageHeader"]["ServiceID"] == "P1";
        assert_eq!(ours, fault != Fault::ForeignAnswer, "{what}: {answer}");
        let response = &message["PaymentResponse"];
        if ours && response["Response"]["ErrorCondition"] != "UnheardOf" {
            assert_eq!(charged(response), !books.borrow().is_empty(), "{what}: {answer}");
        }
    }
    // The status is that of the books, however the answer went.
    let told = match world.ask(&status("Q1")) {
        Ending::Answer(answer) => answer["SaleToPOIResponse"]["TransactionStatusResponse"].clone(),
        other => panic!("{what}: {other:?}"),
    };
    let books = books.borrow();
    assert!(books.len() <= 1, "{what}: {books:?}");
    match told["Response"]["Result"].as_str().unwrap() {
        "Success" => {
            let repeated = &told["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"];
            assert_eq!(charged(repeated), !books.is_empty(), "{what}: {told}");
            if let Some(entry) = books.first() {
                let amount = repeated["PaymentResult"]["AmountsResp"]["AuthorizedAmount"].to_string();
                let amount = opi_core::money::Money::parse(&amount, entry.charged.currency()).unwrap();
                assert_eq!(amount, entry.charged, "{what}");
                assert_eq!(repeated["PaymentReceipt"].as_array().map(Vec::len), Some(2), "{what}: {told}");
            }
        }
        "Failure" => {
            assert_eq!(told["Response"]["ErrorCondition"], "NotFound", "{what}: {told}");
            assert_eq!((fault, books.len()), (Fault::LostRequest, 0), "{what}");
        }
        other => panic!("{what}: {other}"),
    }
}
