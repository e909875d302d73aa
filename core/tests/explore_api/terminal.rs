//! A small honest terminal that speaks the Terminal API, written from the documents and not from this project's own
//! terminal side: two readings of the same rules check each other. It can be copied at every step, which the terminal
//! side of the core, whose memory is lent, cannot.
//!
//! *Honest*: it charges only what it accepted, stores an answer before it gives it, and says "not found" only of what it
//! never accepted, or of what it forgot where the scenario says that it forgets.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::lane::POI;
use crate::world::wall;

/// What the card holder, the host and the terminal itself do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    Approve,
    Decline,
    /// Nobody presents a card, until the till or the time stops it.
    NoCard,
    /// An abort comes too late.
    TooLate,
    /// It takes longer than a till waits.
    Slow,
    /// It charges, and answers with a condition that nobody knows.
    Unlisted,
    /// It charges less than it was asked for.
    Partial,
    /// It answers every status with the last transaction, whichever was asked for.
    LastOnly,
    /// Over night it forgets everything.
    Forgets,
    /// By the last digit of the amount.
    ByAmount,
}

impl Script {
    /// By the last digit.
    pub(crate) const fn of_amount(minor: u64) -> Self {
        match minor % 10 {
            1 => Self::Decline,
            2 => Self::NoCard,
            3 => Self::TooLate,
            4 => Self::Slow,
            5 => Self::Unlisted,
            6 => Self::Partial,
            _ => Self::Approve,
        }
    }
}

/// Whose request it is, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) sale: String,
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) minor: u64,
}

#[derive(Clone, Debug)]
struct Running {
    asked: Asked,
    /// Where its answer goes; nowhere if nobody waits for it.
    wire: Option<u32>,
    until: u64,
    script: Script,
    stopped: bool,
}

#[derive(Clone, Debug)]
struct Done {
    asked: Asked,
    body: Value,
}

/// What it does.
#[derive(Debug)]
pub(crate) enum Act {
    Answer(u32, u16, Vec<u8>),
    /// The connection is closed without an answer.
    Closed(u32),
    /// Money moved.
    Booked(Asked),
}

#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    script: Script,
    running: Option<Running>,
    /// The oldest first.
    history: VecDeque<Done>,
    seen: BTreeSet<(String, String)>,
    count: u32,
}

/// A card number as it must never be shown.
pub(crate) const CARD: &str = "4444444444444448";

impl Terminal {
    pub(crate) fn new(script: Script) -> Self {
        Self { script, running: None, history: VecDeque::new(), seen: BTreeSet::new(), count: 0 }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn until(&self) -> Option<u64> {
        self.running.as_ref().map(|running| running.until)
    }

    /// The connection ended: what runs goes on.
    pub(crate) fn gone(&mut self, wire: u32) {
        if let Some(running) = self.running.as_mut().filter(|running| running.wire == Some(wire)) {
            running.wire = None;
        }
    }

    /// The power went: what ran did not end, and is known to have been stopped.
    pub(crate) fn restart(&mut self, _now: u64) -> Vec<Act> {
        if let Some(running) = self.running.take() {
            let body = failure("Aborted", "message=103%20restarted", &running.asked);
            self.keep(running.asked, body);
        }
        Vec::new()
    }

    fn keep(&mut self, asked: Asked, body: Value) {
        self.history.push_back(Done { asked, body });
        while self.history.len() > 8 {
            self.history.pop_front();
        }
    }

    /// A night passes.
    pub(crate) fn forget(&mut self) {
        if self.script == Script::Forgets {
            self.history.clear();
        }
    }

    pub(crate) fn request(&mut self, now: u64, wire: Option<u32>, body: &[u8]) -> Vec<Act> {
        let message: Value = serde_json::from_slice(body).expect("a till writes JSON");
        let message = &message["SaleToPOIRequest"];
        let header = &message["MessageHeader"];
        let text = |name: &str| header[name].as_str().unwrap().to_owned();
        let (sale, id, category) = (text("SaleID"), text("ServiceID"), text("MessageCategory"));
        assert_eq!(header["POIID"], POI);
        let answer = |body: Value| match wire {
            Some(wire) => vec![Act::Answer(wire, 200, answer(&category, &sale, &id, body))],
            None => Vec::new(),
        };
        let key = (sale.clone(), id.clone());
        if self.seen.contains(&key) {
            let said = format!("message=Repeated%20Message%3a%20ServiceID%20-%20{id}");
            return answer(json!({"Response": response("MessageFormat", &said)}));
        }
        match category.as_str() {
            "Payment" | "Reversal" => {
                if let Some(running) = &self.running {
                    let said = format!("message=Forbidden%20Request&serviceId={}", running.asked.id);
                    return answer(json!({"Response": response("Busy", &said)}));
                }
                self.seen.insert(key);
                let amount = &message["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]["RequestedAmount"];
                let minor = cents(amount);
                let script = self.script_of(minor);
                let takes = match script {
                    Script::NoCard => 60_000,
                    Script::Slow => 170_000,
                    // Eight of them, which is what the history holds, are more than a terminal is trusted to remember.
                    _ => 8_000,
                };
                let asked = Asked { sale, id, category, minor };
                self.running = Some(Running { asked, wire, until: now + takes, script, stopped: false });
                Vec::new()
            }
            "Abort" => {
                self.seen.insert(key);
                self.abort(now, &message["AbortRequest"]["MessageReference"]);
                wire.map(|wire| Act::Answer(wire, 200, Vec::new())).into_iter().collect()
            }
            "TransactionStatus" => {
                self.seen.insert(key);
                answer(self.status(&message["TransactionStatusRequest"]["MessageReference"]))
            }
            _ => {
                self.seen.insert(key);
                answer(json!({"Response": {"Result": "Success"}}))
            }
        }
    }

    fn script_of(&self, minor: u64) -> Script {
        if self.script == Script::ByAmount { Script::of_amount(minor) } else { self.script }
    }

    fn abort(&mut self, now: u64, reference: &Value) {
        let Some(running) = &mut self.running else { return };
        if is(reference, &running.asked) && running.script != Script::TooLate {
            running.stopped = true;
            running.until = now;
        }
    }

    fn status(&self, reference: &Value) -> Value {
        if let Some(running) = &self.running
            && is(reference, &running.asked)
        {
            return json!({"Response": response("InProgress", "message=Uncompleted%20transaction")});
        }
        let found = match self.script {
            Script::LastOnly => self.history.back(),
            _ => self.history.iter().find(|done| is(reference, &done.asked)),
        };
        match found {
            Some(done) => json!({
                "Response": {"Result": "Success"},
                "RepeatedMessageResponse": {
                    "MessageHeader": header(&done.asked.category, &done.asked.sale, &done.asked.id),
                    "RepeatedResponseMessageBody": {format!("{}Response", done.asked.category): done.body}
                }
            }),
            None => {
                let mut said = "message=Message%20not%20found.%20Category%3dPayment".to_owned();
                if let Some(last) = self.history.back() {
                    said += "%2c%20last%20such%20Request%20has%20SaleID%3d";
                    said += &format!("{}%20ServiceID%3d{}", last.asked.sale, last.asked.id);
                }
                json!({"Response": response("NotFound", &said)})
            }
        }
    }

    pub(crate) fn tick(&mut self, now: u64) -> Vec<Act> {
        let Some(running) = self.running.take_if(|running| running.until <= now) else { return Vec::new() };
        let Running { asked, wire, script, stopped, .. } = running;
        self.count += 1;
        let mut acts = Vec::new();
        let body = match script {
            _ if stopped => failure("Aborted", "message=104%20Merchant%20cancelled%20tx", &asked),
            Script::NoCard => failure("Cancel", "message=126%20Shopper%20did%20not%20present%20card", &asked),
            Script::Decline => failure("Refusal", "refusalReason=210%20Not%20enough%20balance", &asked),
            _ if asked.category == "Reversal" => {
                acts.push(Act::Booked(asked.clone()));
                json!({"Response": {"Result": "Success"}, "POIData": poi_data(self.count, now)})
            }
            _ => {
                let charged = if script == Script::Partial { asked.minor / 2 } else { asked.minor };
                let mut body = payment(self.count, now, charged);
                if script == Script::Unlisted {
                    body["Response"] = response("Eaten", "");
                }
                acts.push(Act::Booked(Asked { minor: charged, ..asked.clone() }));
                body
            }
        };
        if let Some(wire) = wire {
            acts.push(Act::Answer(wire, 200, answer(&asked.category, &asked.sale, &asked.id, body.clone())));
        }
        self.keep(asked, body);
        acts
    }
}

fn is(reference: &Value, asked: &Asked) -> bool {
    reference["ServiceID"] == asked.id
        && reference["SaleID"] == asked.sale
        && reference["MessageCategory"] == asked.category
}

fn cents(amount: &Value) -> u64 {
    let text = amount.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{part:0<2}").parse().unwrap_or(0)
}

fn header(category: &str, sale: &str, id: &str) -> Value {
    json!({
        "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Response",
        "ServiceID": id, "SaleID": sale, "POIID": POI
    })
}

/// An answer, as bytes.
pub(crate) fn answer(category: &str, sale: &str, id: &str, body: Value) -> Vec<u8> {
    let name = format!("{category}Response");
    let message = json!({"SaleToPOIResponse": {"MessageHeader": header(category, sale, id), name: body}});
    message.to_string().into_bytes()
}

fn response(condition: &str, additional: &str) -> Value {
    json!({"Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional})
}

fn failure(condition: &str, additional: &str, asked: &Asked) -> Value {
    let name = json!({"TransactionID": format!("TENDER{}", asked.id), "TimeStamp": "2026-04-01T00:00:00Z"});
    json!({"Response": response(condition, additional), "SaleData": {}, "POIData": {"POITransactionID": name}})
}

fn poi_data(count: u32, now: u64) -> Value {
    let name = format!("TENDER{count:04}.SIM{count:04}");
    json!({"POITransactionID": {"TransactionID": name, "TimeStamp": wall(now).with_zone().to_string()}})
}

/// The body of an approval, with two receipts and a card number that is not masked.
pub(crate) fn payment(count: u32, now: u64, minor: u64) -> Value {
    let line = |text: &str| json!([{"Text": text}]);
    let receipt = |qualifier: &str| {
        let text = format!("Card {CARD}");
        json!({"DocumentQualifier": qualifier, "OutputContent": {"OutputFormat": "Text", "OutputText": line(&text)}})
    };
    let amount: Value = serde_json::from_str(&format!("{}.{:02}", minor / 100, minor % 100)).unwrap();
    json!({
        "Response": {"Result": "Success", "AdditionalResponse": "tid=1"},
        "SaleData": {}, "POIData": poi_data(count, now),
        "PaymentResult": {
            "AmountsResp": {"AuthorizedAmount": amount, "Currency": "EUR"},
            "PaymentInstrumentData": {"PaymentInstrumentType": "Card", "CardData": {"MaskedPan": CARD}},
            "PaymentAcquirerData": {"AcquirerPOIID": POI, "MerchantID": "m", "ApprovalCode": format!("{count:06}")}
        },
        "PaymentReceipt": [receipt("CashierReceipt"), receipt("CustomerReceipt")]
    })
}
