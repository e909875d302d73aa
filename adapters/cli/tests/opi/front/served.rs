//! `opi serve` in front of a simulated OPI terminal, each a process, and the till of the Terminal API.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{ChildStdout, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Launch, Places, Running, Terminal, events, finish, start_in, stderr};
use crate::trace::Trace;

pub(crate) const POIID: &str = "P400Plus-123456789";

/// The processes, and where each keeps its books.
pub(crate) struct Served {
    pub(crate) terminal: Terminal,
    /// Where tills reach it; the same after a restart.
    listen: String,
    pub(crate) journal: TempDir,
    more: Vec<String>,
    serve: Running,
    /// Kept, so that it can speak.
    _lines: BufReader<ChildStdout>,
    /// Of the till.
    pub(crate) state: TempDir,
}

impl Served {
    /// With these options for the OPI terminal, and for what serves.
    pub(crate) fn start(of_terminal: &[&str], of_serve: &[&str]) -> Self {
        let terminal = Terminal::start(of_terminal);
        let (listen, journal) = (Places::here().terminal, TempDir::new().unwrap());
        let more: Vec<String> = of_serve.iter().map(|it| (*it).to_owned()).collect();
        let (serve, lines) = switch_on(&terminal, &listen, &journal, &more);
        Self { terminal, listen, journal, more, serve, _lines: lines, state: TempDir::new().unwrap() }
    }

    pub(crate) fn listen(&self) -> &str {
        &self.listen
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        let named = ["--terminal-api", &format!("http://{}", self.listen), "--poiid", POIID];
        Launch::default().start_in(self.state.path(), &[arguments, &named].concat())
    }

    pub(crate) fn till(&self, arguments: &[&str]) -> Output {
        let trace = Trace::new();
        let output = finish(self.start_till(&[arguments, &["--trace", trace.path()]].concat()));
        trace.check();
        output
    }

    /// Sends a message as it is: the status of HTTP, and the answer.
    pub(crate) fn post(&self, message: &Value) -> (u16, Value) {
        let body = message.to_string();
        let mut stream = TcpStream::connect(&self.listen).unwrap();
        let head = "POST /nexo HTTP/1.1\r\nHost: terminal\r\nConnection: close\r\nContent-Length";
        write!(stream, "{head}: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.get(9..12).and_then(|digits| digits.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status.unwrap_or_else(|| panic!("{answer}")), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// As by a power cut.
    pub(crate) fn kill(&mut self) {
        self.serve.0.kill().unwrap();
        self.serve.0.wait().unwrap();
    }

    /// After [`kill`](Self::kill), with the same journal.
    pub(crate) fn restart(&mut self) {
        (self.serve, self._lines) = switch_on(&self.terminal, &self.listen, &self.journal, &self.more);
    }

    /// A person stops the server, looks at the OPI terminal, writes it down, and starts the server again.
    pub(crate) fn decide(&mut self, ledger: &str, what: &str) -> bool {
        self.kill();
        let journal = self.journal.path().to_str().unwrap().to_owned();
        let listed = finish(start_in(self.state.path(), &["journal", "--json", "--journal", &journal]));
        let open = events(&listed).into_iter().find(|it| it["outcome"] == "unknown");
        if let Some(it) = &open {
            let request = it["requestId"].as_str().unwrap();
            let books = fs::read_to_string(ledger).unwrap_or_default();
            let charged = books.lines().any(|line| line.contains(&format!("\"requestId\":\"{request}\"")));
            let decision = if charged { "--charged" } else { "--not-charged" };
            let resolve = ["resolve", request, decision, "--note", "seen on the terminal", "--journal", &journal];
            let resolved = finish(start_in(self.state.path(), &resolve));
            assert_eq!(resolved.status.code(), Some(0), "{what}: {}", stderr(&resolved));
        }
        self.restart();
        open.is_some()
    }
}

fn switch_on(
    terminal: &Terminal,
    listen: &str,
    journal: &TempDir,
    more: &[String],
) -> (Running, BufReader<ChildStdout>) {
    let places = &terminal.places;
    let fixed =
        ["serve", "--terminal-api", "--plain", "--listen", listen, "--poiid", POIID, "--timeout-recovery", "0.02"];
    let opi = ["--terminal", &places.seen_terminal, "--listen-opi", &places.till];
    let kept = ["--journal", journal.path().to_str().unwrap()];
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let mut serve = Launch::default().start_in(journal.path(), &[&fixed, &opi[..], &kept, &more].concat());
    let mut lines = BufReader::new(serve.0.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("listening on ") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{}", stderr(&finish(serve)));
    }
    (serve, lines)
}

/// A request of POS-1.
pub(crate) fn message(category: &str, service_id: &str, body: Value) -> Value {
    let header = json!({
        "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Request",
        "ServiceID": service_id, "SaleID": "POS-1", "POIID": POIID,
    });
    let mut message = json!({ "MessageHeader": header });
    message[format!("{category}Request")] = body;
    json!({ "SaleToPOIRequest": message })
}

/// A payment of 25 euros.
pub(crate) fn payment(service_id: &str) -> Value {
    let named = json!({ "TransactionID": "T-1", "TimeStamp": "2026-04-08T08:15:00.000Z" });
    let amounts = json!({ "Currency": "EUR", "RequestedAmount": 25.00 });
    let sale = json!({ "SaleTransactionID": named });
    message("Payment", service_id, json!({ "SaleData": sale, "PaymentTransaction": { "AmountsReq": amounts } }))
}

/// What became of a payment.
pub(crate) fn status(service_id: &str, of: &str) -> Value {
    let of = json!({ "MessageCategory": "Payment", "SaleID": "POS-1", "ServiceID": of });
    message("TransactionStatus", service_id, json!({ "MessageReference": of }))
}
