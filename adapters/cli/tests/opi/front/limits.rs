//! What OPI cannot say, or does not know: what a till of the Terminal API is told, and that nothing else happens instead.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::served::{Served, message, payment};
use crate::process::PROFILES;

/// Result and condition of the answer.
fn ended(answer: &Value) -> (String, Option<String>) {
    let answer = answer["SaleToPOIResponse"].as_object().unwrap_or_else(|| panic!("{answer}"));
    let body = answer.iter().find(|(name, _)| *name != "MessageHeader").unwrap().1;
    let response = body.get("Response").unwrap_or_else(|| &body["OutputResult"][0]["Response"]);
    let text = |name: &str| response[name].as_str().map(str::to_owned);
    (text("Result").unwrap(), text("ErrorCondition"))
}

fn ask(served: &Served, category: &str, service_id: &str, body: Value) -> (String, Option<String>) {
    ended(&served.post(&message(category, service_id, body)).1)
}

fn failed(condition: &str) -> (String, Option<String>) {
    ("Failure".into(), Some(condition.into()))
}

fn well() -> (String, Option<String>) {
    ("Success".into(), None)
}

/// Takes back the transaction of this name, or a part of it.
fn reversal(name: &Value, part: Option<f64>) -> Value {
    let original =
        json!({ "OriginalPOITransaction": { "POITransactionID": name }, "ReversalReason": "MerchantCancel" });
    let mut body = original;
    if let Some(part) = part {
        body["ReversedAmount"] = json!(part);
        body["SaleData"] = json!({
            "SaleTransactionID": { "TransactionID": "T-2", "TimeStamp": "2026-04-08T08:15:00Z" },
            "SaleToAcquirerData": "currency=EUR",
        });
    }
    body
}

/// Pays; the terminal's name of it.
fn pay(served: &Served, service_id: &str) -> Value {
    let (_, answer) = served.post(&payment(service_id));
    assert_eq!(ended(&answer), well(), "{answer}");
    answer["SaleToPOIResponse"]["PaymentResponse"]["POIData"]["POITransactionID"].clone()
}

#[test]
fn a_transaction_that_nobody_knows_is_not_found_and_no_other_is_taken_back() {
    for profile in PROFILES {
        let served = Served::start(&["--profile", profile], &["--profile", profile]);
        let unknown = json!({ "TransactionID": "nope.1234567890", "TimeStamp": "2026-04-08T08:15:00.000Z" });
        assert_eq!(ask(&served, "Reversal", "R1", reversal(&unknown, None)), failed("NotFound"), "{profile}");
        pay(&served, "P1");
        // Nothing may be taken back instead of it, least of all the last one.
        assert_eq!(ask(&served, "Reversal", "R2", reversal(&unknown, None)), failed("NotFound"), "{profile}");
        assert_eq!(ask(&served, "Reversal", "R3", reversal(&unknown, Some(5.0))), failed("NotFound"), "{profile}");
        assert_eq!(served.terminal.booked().len(), 1, "{profile}");
    }
}

#[test]
fn a_terminal_that_takes_back_the_last_one_only_takes_back_no_other() {
    for profile in PROFILES {
        let served = Served::start(&["--profile", profile], &["--profile", profile]);
        let (first, second) = (pay(&served, "P1"), pay(&served, "P2"));
        let by_name = !matches!(profile, "nexi" | "ccv-nl");
        let expected = if by_name { well() } else { failed("NotAllowed") };
        assert_eq!(ask(&served, "Reversal", "R1", reversal(&first, None)), expected, "{profile}");
        assert_eq!(ask(&served, "Reversal", "R2", reversal(&second, None)), well(), "{profile}");
        assert_eq!(served.terminal.booked().len(), if by_name { 4 } else { 3 }, "{profile}");
    }
}

#[test]
fn a_terminal_that_is_logged_out_says_so_and_is_opened_for_the_next_try() {
    let folder = tempfile::TempDir::new().unwrap();
    let scripts = folder.path().join("scripts");
    std::fs::write(&scripts, "logged-out\napprove\n").unwrap();
    let scripts = scripts.to_str().unwrap();
    for profile in PROFILES {
        let served = Served::start(&["--profile", profile, "--script", scripts], &["--profile", profile]);
        let (_, answer) = served.post(&payment("P1"));
        assert_eq!(ended(&answer), failed("LoggedOut"), "{profile}: {answer}");
        // Opening it takes a moment, in which it is busy.
        let mut tries = 0;
        let last = loop {
            tries += 1;
            let told = ended(&served.post(&payment(&format!("Q{tries}"))).1);
            if told != failed("Busy") || tries > 50 {
                break told;
            }
            thread::sleep(Duration::from_millis(100));
        };
        assert_eq!(last, well(), "{profile}");
        assert_eq!(served.terminal.booked().len(), 1, "{profile}");
    }
}

#[test]
fn what_opi_has_no_words_for_is_not_served() {
    let served = Served::start(&["--profile", "opi-de"], &["--profile", "opi-de"]);
    let sale = json!({ "SaleTransactionID": { "TransactionID": "T-1", "TimeStamp": "2026-04-08T08:15:00Z" } });
    let output = json!({ "OutputFormat": "Text", "OutputText": [{ "Text": "Hello" }] });
    let shown = json!({ "Device": "CustomerDisplay", "InfoQualify": "Display", "OutputContent": output });
    let printed = json!({ "DocumentQualifier": "Document", "ResponseMode": "PrintEnd", "OutputContent": output });
    let cases = [
        ("CardAcquisition", json!({ "SaleData": sale, "CardAcquisitionTransaction": {} }), "UnavailableService"),
        ("EnableService", json!({ "TransactionAction": "AbortTransaction" }), "UnavailableService"),
        ("BalanceInquiry", json!({}), "UnavailableService"),
        ("Loyalty", json!({}), "UnavailableService"),
        // The totals of an earlier period are gone once it is closed.
        (
            "Reconciliation",
            json!({ "ReconciliationType": "PreviousReconciliation", "POIReconciliationID": "1" }),
            "UnavailableService",
        ),
        ("Reconciliation", json!({ "ReconciliationType": "AcquirerReconciliation" }), "UnavailableService"),
    ];
    for (place, (category, body, condition)) in cases.into_iter().enumerate() {
        let told = ask(&served, category, &format!("C{place}"), body.clone());
        assert_eq!(told, failed(condition), "{category} {body}");
    }
    let devices = [("Display", json!({ "DisplayOutput": [shown] })), ("Print", json!({ "PrintOutput": printed }))];
    for (category, body) in devices {
        let mut device = message(category, category, body);
        device["SaleToPOIRequest"]["MessageHeader"]["MessageClass"] = "Device".into();
        let told = served.post(&device).1;
        assert_eq!(ended(&told), failed("UnavailableDevice"), "{told}");
    }
    // And the lane is free all the same.
    pay(&served, "P1");
}

#[test]
fn a_diagnosis_does_not_hold_a_payment_up() {
    let served = Served::start(&["--script", "slow-card"], &[]);
    let diagnosis = json!({ "HostDiagnosisFlag": false });
    assert_eq!(ask(&served, "Diagnosis", "D1", diagnosis.clone()), well());
    thread::scope(|scope| {
        let paying = scope.spawn(|| served.post(&payment("P1")));
        thread::sleep(Duration::from_millis(500));
        // While it runs, what is known is told at once.
        let begun = std::time::Instant::now();
        let (_, answer) = served.post(&message("Diagnosis", "D2", diagnosis));
        assert_eq!(ended(&answer), well(), "{answer}");
        assert_eq!(answer["SaleToPOIResponse"]["DiagnosisResponse"]["POIStatus"]["GlobalStatus"], "Busy", "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(1));
        let reference = json!({ "MessageCategory": "Payment", "ServiceID": "P1" });
        served.post(&message("Abort", "A1", json!({ "AbortReason": "x", "MessageReference": reference })));
        assert_eq!(ended(&paying.join().unwrap().1), failed("Aborted"));
    });
}
