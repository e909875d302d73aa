//! Tills of the Terminal API that pay on an OPI terminal.

use std::process::Command;
use std::thread::{self, sleep};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::served::{Served, message, payment, status};
use crate::process::{PROFILES, end, events};
use crate::world::in_each_profile;

#[test]
fn a_payment_is_made_with_its_receipts_in_every_dialect() {
    in_each_profile(|profile| {
        let served = Served::start(&["--profile", profile], &["--profile", profile]);
        let paid = served.till(&["pay", "25.00", "EUR", "--json"]);
        let (last, status) = end(&paid);
        assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{profile}: {last}");
        assert_eq!(last["amount"], json!({ "value": "25.00", "currency": "EUR" }), "{profile}");
        let receipts = events(&paid).iter().filter(|event| event["event"] == "receipt").count();
        assert_eq!(receipts, 2, "{profile}");
        assert_eq!(served.terminal.booked().len(), 1, "{profile}");
    });
    assert_eq!(PROFILES.len(), 4);
}

#[test]
fn ends_keep_their_meaning_from_one_protocol_to_the_other() {
    for (script, outcome, reason) in [
        ("decline", "declined", "host_declined"),
        ("abort-by-cardholder", "aborted", "stopped"),
        ("partial-approval", "approved", "partial_approval"),
        ("busy", "declined", "busy"),
        ("device-unavailable", "declined", "device_unavailable"),
        ("host-unreachable", "declined", "host_unreachable"),
    ] {
        let served = Served::start(&["--script", script], &[]);
        let (last, _) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
        assert_eq!((&last["outcome"], &last["reason"]), (&json!(outcome), &json!(reason)), "{script}: {last}");
        let booked = served.terminal.booked().len();
        assert_eq!(booked, usize::from(outcome == "approved"), "{script}");
    }
}

#[test]
fn a_lost_opi_answer_is_found_before_the_till_hears_anything() {
    let served = Served::start(&["--fault", "drop-after-charge"], &[]);
    let (last, status) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
    assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{last}");
    assert_eq!(served.terminal.booked().len(), 1);
}

#[test]
fn a_transaction_of_before_a_restart_is_still_known() {
    let mut served = Served::start(&[], &[]);
    let (paid, _) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
    served.kill();
    served.restart();
    let (again, status) = end(&served.till(&["pay", "7.35", "EUR", "--json"]));
    assert_eq!((&again["outcome"], status), (&json!("approved"), 0), "{again}");
    let reference = paid["trxReferenceNumber"].as_str().unwrap();
    let time: Vec<&str> = paid["timeStamp"].as_str().map(|time| vec!["--time", time]).unwrap_or_default();
    let refund = ["refund", "5.00", "EUR", "--json", "--original", reference];
    let (refunded, status) = end(&served.till(&[&refund[..], &time].concat()));
    assert_eq!((&refunded["outcome"], status), (&json!("approved"), 0), "{refunded}");
    assert_ne!(paid["requestId"], Value::Null);
    assert_eq!(served.terminal.booked().len(), 3);
}

/// Result and condition of the answer, and of the one that it repeats.
fn told(answer: &Value) -> [Option<&str>; 4] {
    let told = &answer["SaleToPOIResponse"]["TransactionStatusResponse"];
    let repeated = &told["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"];
    [
        &told["Response"]["Result"],
        &told["Response"]["ErrorCondition"],
        &repeated["Response"]["Result"],
        &repeated["Response"]["ErrorCondition"],
    ]
    .map(Value::as_str)
}

#[test]
fn what_was_accepted_is_in_progress_until_it_is_settled_and_never_not_found() {
    let folder = TempDir::new().unwrap();
    let ledger = folder.path().join("ledger.jsonl");
    let ledger = ledger.to_str().unwrap();
    let options = ["--fault", "never-answers", "--ledger", ledger];
    let mut served = Served::start(&options, &["--timeout-idle", "1"]);
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            // Nothing that would be true can be said; the connection ends with the server.
            let mut stream = std::net::TcpStream::connect(served.listen()).unwrap();
            let body = payment("P1").to_string();
            let length = body.len();
            std::io::Write::write_all(
                &mut stream,
                format!("POST /nexo HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes(),
            )
            .unwrap();
            sleep(Duration::from_millis(2500));
        });
        sleep(Duration::from_millis(500));
        for turn in 0..4 {
            let (_, answer) = served.post(&status(&format!("Q{turn}"), "P1"));
            assert_eq!(told(&answer)[..2], [Some("Failure"), Some("InProgress")], "{answer}");
            let (_, answer) = served.post(&payment(&format!("O{turn}")));
            let response = &answer["SaleToPOIResponse"]["PaymentResponse"]["Response"];
            assert_eq!(response["ErrorCondition"], "Busy", "{answer}");
            sleep(Duration::from_millis(400));
        }
        asking.join().unwrap();
    });
    served.kill();
    served.restart();
    let (_, answer) = served.post(&status("R1", "P1"));
    assert_eq!(told(&answer)[..2], [Some("Failure"), Some("InProgress")], "{answer}");
    // Nobody can tell, so a person looks at the terminal.
    assert!(served.decide(ledger, "never answered"));
    let (_, answer) = served.post(&status("R2", "P1"));
    let [result, condition, repeated, _] = told(&answer);
    assert_eq!([result, condition, repeated], [Some("Success"), None, Some("Failure")], "{answer}");
    assert_eq!(served.terminal.booked().len(), 0);
}

#[test]
fn an_abort_of_the_till_stops_the_opi_terminal() {
    let served = Served::start(&["--script", "slow-card"], &[]);
    thread::scope(|scope| {
        let paying = scope.spawn(|| served.post(&payment("P1")));
        sleep(Duration::from_millis(700));
        let reference = json!({ "MessageCategory": "Payment", "ServiceID": "P1" });
        let body = json!({ "AbortReason": "MerchantAbort", "MessageReference": reference });
        assert_eq!(served.post(&message("Abort", "A1", body)), (200, Value::Null));
        let (_, answer) = paying.join().unwrap();
        let response = &answer["SaleToPOIResponse"]["PaymentResponse"]["Response"];
        assert_eq!(response["ErrorCondition"], "Aborted", "{answer}");
    });
    let (_, answer) = served.post(&status("Q1", "P1"));
    assert_eq!(told(&answer), [Some("Success"), None, Some("Failure"), Some("Aborted")], "{answer}");
    assert_eq!(served.terminal.booked().len(), 0);
}

#[test]
fn ctrl_c_at_the_till_reaches_the_opi_terminal() {
    let served = Served::start(&["--script", "slow-card"], &[]);
    let till = served.start_till(&["pay", "25.00", "EUR", "--json"]);
    sleep(Duration::from_millis(1000));
    assert!(Command::new("kill").args(["-INT", &till.0.id().to_string()]).status().unwrap().success());
    let (last, status) = end(&crate::process::finish(till));
    assert_eq!((&last["outcome"], &last["reason"], status), (&json!("aborted"), &json!("stopped"), 1), "{last}");
}

#[test]
fn prompts_go_where_the_till_wants_them() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/prompts", listener.local_addr().unwrap());
    let listening = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        let mut bytes = [0; 4096];
        while !text.contains("DisplayRequest\":{") || !text.ends_with('}') {
            let read = std::io::Read::read(&mut stream, &mut bytes).unwrap();
            assert_ne!(read, 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        text
    });
    let served = Served::start(&[], &["--display-url", &url]);
    served.post(&payment("P1"));
    let text = listening.join().unwrap();
    assert!(text.starts_with("POST /prompts HTTP/1.1\r\n"), "{text}");
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let request = &body["SaleToPOIRequest"];
    assert_eq!(request["MessageHeader"]["ServiceID"], "P1", "{body}");
    let output = &request["DisplayRequest"]["DisplayOutput"][0];
    assert_eq!((&output["Device"], &output["ResponseRequiredFlag"]), (&json!("CashierDisplay"), &json!(false)));
    assert!(output["OutputContent"]["OutputText"][0]["Text"].is_string(), "{body}");
}

#[test]
fn prompts_go_over_tls_to_the_host_that_is_trusted() {
    use opi_smol::https::{Security, Server, StatusCode};

    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: String| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = rcgen::CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate().unwrap()).unwrap();
    let till = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    let security =
        Security::Tls { certificates: file("till.pem", till.pem()), key: file("till.key", key.serialize_pem()) };
    let root = file("root.pem", root.pem());
    let server = smol::block_on(Server::bind("127.0.0.1:0".parse().unwrap(), &security)).unwrap();
    let url = format!("https://{}/nexo", server.local_addr());
    let served = Served::start(&[], &["--display-url", &url, "--display-ca", root.to_str().unwrap()]);
    let prompt = thread::spawn(move || {
        let enough = async {
            smol::Timer::after(Duration::from_secs(20)).await;
            panic!("no prompt comes");
        };
        let exchange = smol::block_on(smol::future::or(server.next(), enough)).unwrap();
        let body: Value = serde_json::from_slice(&exchange.body).unwrap();
        exchange.reply(StatusCode::NO_CONTENT, Vec::new()).unwrap();
        body
    });
    served.post(&payment("P1"));
    let body = prompt.join().unwrap();
    assert_eq!(body["SaleToPOIRequest"]["MessageHeader"]["ServiceID"], "P1", "{body}");
    // Without the root anybody could be the till.
    let fixed = ["serve", "--terminal-api", "--plain", "--poiid", "P-1", "--terminal", "127.0.0.1:1"];
    let output = crate::process::run(&[&fixed[..], &["--display-url", &url]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(crate::process::stderr(&output).contains("--display-ca"), "{}", crate::process::stderr(&output));
}
