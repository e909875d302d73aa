//! A small terminal that speaks the Terminal API in clear over HTTP, with books of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Launch, Running, finish, start_in};
use crate::trace::Trace;

pub(crate) const POIID: &str = "P400Plus-123456789";

/// What the terminal does with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    Approve,
    Decline,
    /// Waits for a card so long, unless it is stopped; then it approves.
    Slow(Duration),
    /// Takes no notice of aborts.
    SlowAndDeaf(Duration),
    /// Hangs up in the middle of the first request.
    HangUpEarly,
    /// Hangs up before it does anything.
    DropBefore,
    /// Charges and hangs up.
    DropAfter,
    /// Charges, and hangs up in the middle of the answer.
    HalfAnswer,
    /// Charges, and says something that is no answer.
    Gibberish,
}

/// A transaction: its answer, once it has one, and what was charged.
#[derive(Clone, Debug, Default)]
struct Transaction {
    category: String,
    stopped: bool,
    answer: Option<Value>,
    charged: Option<Value>,
    times: usize,
}

#[derive(Debug, Default)]
struct Books {
    transactions: BTreeMap<String, Transaction>,
    last: String,
    hung_up: bool,
}

/// The terminal, and the state folder of its till.
pub(crate) struct ApiTerminal {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
    conduct: Arc<Mutex<Conduct>>,
    pub(crate) state: TempDir,
}

impl ApiTerminal {
    pub(crate) fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (books, conduct) = (Arc::new(Mutex::new(Books::default())), Arc::new(Mutex::new(conduct)));
        let shared = (Arc::clone(&books), Arc::clone(&conduct));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (books, conduct) = (Arc::clone(&shared.0), *shared.1.lock().unwrap());
                // A till that is killed leaves half a request.
                thread::spawn(move || stream.ok().and_then(|stream| serve(&stream, &books, conduct)));
            }
        });
        Self { address, books, conduct, state: TempDir::new().unwrap() }
    }

    pub(crate) fn behave(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }

    /// What names the terminal to its till.
    pub(crate) fn options(&self) -> [String; 4] {
        ["--terminal-api", &format!("http://{}", self.address), "--poiid", POIID].map(str::to_owned)
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        let options = self.options();
        let named: Vec<&str> = options.iter().map(String::as_str).collect();
        Launch::default().start_in(self.state.path(), &[arguments, &named].concat())
    }

    /// Runs a command of the till on this terminal. Its trace is replayed.
    pub(crate) fn till(&self, arguments: &[&str]) -> std::process::Output {
        let trace = Trace::new();
        let output = finish(self.start_till(&[arguments, &["--trace", trace.path()]].concat()));
        trace.check();
        output
    }

    /// What needs no terminal.
    pub(crate) fn lane(&self, arguments: &[&str]) -> std::process::Output {
        finish(start_in(self.state.path(), arguments))
    }

    pub(crate) fn state(&self) -> &Path {
        self.state.path()
    }

    /// Requests that were charged, by their numbers: what, and how often.
    pub(crate) fn charged(&self) -> BTreeMap<String, (Value, usize)> {
        let books = self.books.lock().unwrap();
        let charged = books.transactions.iter().filter_map(|(number, it)| {
            let charged = it.charged.clone()?;
            Some((number.clone(), (charged, it.times)))
        });
        charged.collect()
    }
}

/// Serves one connection; `None` if it ended.
fn serve(mut stream: &TcpStream, books: &Mutex<Books>, conduct: Conduct) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    if conduct == Conduct::HangUpEarly && !std::mem::replace(&mut lock(books).hung_up, true) {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request: Value = serde_json::from_slice(&body).unwrap();
    let request = &request["SaleToPOIRequest"];
    let header = &request["MessageHeader"];
    assert_eq!(header["POIID"], POIID, "{request}");
    let category = header["MessageCategory"].as_str().unwrap();
    let answer = match category {
        "Abort" => {
            stop(&mut books.lock().unwrap(), &request["AbortRequest"]);
            return reply(stream, b"");
        }
        "Payment" | "Reversal" => {
            let number = header["ServiceID"].as_str().unwrap();
            let answer = transact(books, conduct, category, number, request)?;
            let text = message(header, category, &answer).to_string();
            match conduct {
                Conduct::DropAfter => return None,
                Conduct::HalfAnswer => {
                    let (half, _) = text.split_at(text.len() / 2);
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{half}", text.len());
                    return stream.write_all(head.as_bytes()).ok();
                }
                Conduct::Gibberish => return reply(stream, b"{\"SaleToPOIResponse\":"),
                _ => answer,
            }
        }
        "TransactionStatus" => status(&books.lock().unwrap(), header, &request["TransactionStatusRequest"]),
        "Diagnosis" => json!({ "Response": { "Result": "Success" }, "POIStatus": { "GlobalStatus": "OK" } }),
        "Login" => json!({ "Response": { "Result": "Success" }, "POISystemData": {
            "DateTime": now(), "POISoftware": { "ManufacturerID": "test", "ApplicationName": "terminal",
                "SoftwareVersion": "1", "CertificationCode": "" } } }),
        _ => json!({ "Response": { "Result": "Success" } }),
    };
    reply(stream, message(header, category, &answer).to_string().as_bytes())
}

fn reply(mut stream: &TcpStream, body: &[u8]) -> Option<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).ok()
}

fn message(request: &Value, category: &str, body: &Value) -> Value {
    let mut header = request.clone();
    header["MessageType"] = json!("Response");
    header["MessageCategory"] = json!(category);
    json!({ "SaleToPOIResponse": { "MessageHeader": header, format!("{category}Response"): body } })
}

fn now() -> String {
    opi_smol::now_local().with_zone().to_string()
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap()
}

/// Does what is asked and says how it ended.
fn transact(books: &Mutex<Books>, conduct: Conduct, category: &str, number: &str, request: &Value) -> Option<Value> {
    if conduct == Conduct::DropBefore {
        return None;
    }
    {
        let mut books = lock(books);
        books.last = number.to_owned();
        let transaction = books.transactions.entry(number.to_owned()).or_default();
        transaction.category = category.to_owned();
        transaction.times += 1;
    }
    let (Conduct::Slow(time) | Conduct::SlowAndDeaf(time)) = conduct else {
        return Some(end(&mut lock(books), conduct, number, request));
    };
    let begun = Instant::now();
    while begun.elapsed() < time {
        if conduct == Conduct::Slow(time) && lock(books).transactions[number].stopped {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    Some(end(&mut lock(books), conduct, number, request))
}

fn end(books: &mut Books, conduct: Conduct, number: &str, request: &Value) -> Value {
    let transaction = books.transactions.get_mut(number).unwrap();
    let sale = json!({ "SaleTransactionID": { "TransactionID": number, "TimeStamp": now() } });
    let name = json!({ "POITransactionID": { "TransactionID": format!("T{number}"), "TimeStamp": now() } });
    let condition = match conduct {
        Conduct::Decline => Some(("Refusal", "refusalReason=210%20Not%20enough%20balance")),
        Conduct::Slow(_) if transaction.stopped => Some(("Aborted", "message=104%20Merchant%20cancelled%20tx")),
        _ => None,
    };
    let answer = if let Some((condition, additional)) = condition {
        json!({ "Response": { "Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional },
            "SaleData": sale, "POIData": name })
    } else {
        let payment = &request["PaymentRequest"]["PaymentTransaction"]["AmountsReq"];
        let amounts = json!({ "AuthorizedAmount": payment["RequestedAmount"], "Currency": payment["Currency"] });
        transaction.charged = Some(payment["RequestedAmount"].clone());
        let receipt = |qualifier: &str| {
            json!({ "DocumentQualifier": qualifier, "OutputContent": { "OutputFormat": "Text", "OutputText": [
                { "Text": "name=TOTAL&value=25.00", "EndOfLineFlag": true } ] } })
        };
        let mut answer = json!({ "Response": { "Result": "Success" }, "SaleData": sale, "POIData": name,
            "PaymentReceipt": [receipt("CashierReceipt"), receipt("CustomerReceipt")] });
        if transaction.category == "Payment" {
            answer["PaymentResult"] = json!({ "AmountsResp": amounts, "PaymentInstrumentData": {
                "PaymentInstrumentType": "Card",
                "CardData": { "PaymentBrand": "mc", "MaskedPan": "541333 **** 9999", "EntryMode": ["Contactless"] } } });
        }
        answer
    };
    transaction.answer = Some(answer.clone());
    answer
}

fn stop(books: &mut Books, request: &Value) {
    let number = request["MessageReference"]["ServiceID"].as_str().unwrap();
    if let Some(transaction) = books.transactions.get_mut(number) {
        transaction.stopped = true;
    }
}

fn status(books: &Books, header: &Value, request: &Value) -> Value {
    let asked = request["MessageReference"]["ServiceID"].as_str().unwrap_or(&books.last);
    let failed = |condition: &str, text: &str| json!({ "Response": { "Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": text } });
    match books.transactions.get(asked) {
        None => failed("NotFound", "message=Message%20not%20found"),
        Some(Transaction { answer: None, .. }) => failed("InProgress", "message=Uncompleted%20transaction"),
        Some(Transaction { answer: Some(answer), category, .. }) => {
            let mut repeated = header.clone();
            repeated["MessageCategory"] = json!(category);
            repeated["MessageType"] = json!("Response");
            repeated["ServiceID"] = json!(asked);
            json!({
                "Response": { "Result": "Success" },
                "MessageReference": { "MessageCategory": category, "ServiceID": asked, "SaleID": header["SaleID"],
                    "POIID": POIID },
                "RepeatedMessageResponse": { "MessageHeader": repeated,
                    "RepeatedResponseMessageBody": { format!("{category}Response"): answer } }
            })
        }
    }
}
