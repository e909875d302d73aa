//! `opi check` and every row of the manifest of samples.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::process::{events, run, stderr, stdout};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/data/nexo").join(name)
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn key(passphrase: &str) -> NamedTempFile {
    file(&json!({ "keyIdentifier": "mykey", "keyVersion": 1, "passphrase": passphrase }).to_string())
}

/// What `opi check` says: one line.
fn check(options: &[&str], message: &Path) -> Value {
    let output = run(&[&["check"], options, &[message.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Brings the terminal into the state of a row.
fn state(before: &str) -> Vec<String> {
    let after = |name: &str| vec!["--after".into(), sample(name).to_str().unwrap().to_owned()];
    match before {
        "idle, no session"
        | "idle"
        | "no session"
        | "any"
        | "any, StoredValue not enabled"
        | "idle, printer present"
        | "original unknown" => Vec::new(),
        "after 01" => after("01-login.json"),
        "within 48 h of 03"
        | "03 finished"
        | "03 finished or never sent"
        | "after a finished payment"
        | "last payment was P000000003"
        | "original approved under that id" => after("03-payment-basic.json"),
        "03 in progress" => vec!["--during".into(), sample("03-payment-basic.json").to_str().unwrap().to_owned()],
        "no printer" => vec!["--no-printer".into()],
        other => panic!("no such state: {other}"),
    }
}

/// What an answer says, wherever its category has it: result, condition, additional response.
fn response(answer: &Value) -> (&str, &str, &str) {
    let response = answer
        .get("Response")
        .or_else(|| answer.pointer("/OutputResult/0/Response"))
        .unwrap_or_else(|| panic!("{answer}"));
    let text = |name: &str| response.get(name).and_then(Value::as_str).unwrap_or_default();
    (text("Result"), text("ErrorCondition"), text("AdditionalResponse"))
}

#[test]
fn every_row_of_the_manifest_is_answered_as_it_says() {
    let manifest: Vec<Value> = serde_json::from_slice(&fs::read(sample("manifest.json")).unwrap()).unwrap();
    let (good, bad) = (key("mysupersecretpassphrase"), key("another passphrase"));
    for row in &manifest {
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let mut options = match text("before").unwrap() {
            "key mykey/1, passphrase mysupersecretpassphrase" => {
                vec!["--shared-key".to_owned(), good.path().to_str().unwrap().to_owned()]
            }
            "any other key" => vec!["--shared-key".to_owned(), bad.path().to_str().unwrap().to_owned()],
            before => state(before),
        };
        // The one text that only the older profile has.
        if text("file") == Some("07-toplevel-missing.json") {
            options.extend(["--text-profile".to_owned(), "seed2018".to_owned()]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let said = check(&options, &sample(text("file").unwrap()));
        assert_eq!(said["http"], row["http"], "{row}: {said}");
        let answer = text("answer").unwrap();
        if answer == "(empty)" {
            assert_eq!(said["body"], Value::Null, "{row}");
        } else if answer.starts_with('[') {
            let begin = answer.trim_start_matches("[\"").split('<').next().unwrap();
            let [line] = said["body"].as_array().unwrap().as_slice() else { panic!("{row}: {said}") };
            assert!(line.as_str().unwrap().strip_prefix(begin).is_some_and(|rest| !rest.is_empty()), "{row}: {said}");
        } else if answer.starts_with('{') {
            let line = said["body"]["errors"][0].as_str().unwrap();
            assert!(line.starts_with("Nexo Service: crypto error ("), "{row}: {said}");
        } else if let Some(name) = answer.strip_prefix("secured ") {
            assert!(said["body"]["SaleToPOIResponse"]["NexoBlob"].is_string(), "{row}: {said}");
            let sealed = file(&said["body"].to_string());
            let decoded =
                run(&["decode", "--shared-key", good.path().to_str().unwrap(), sealed.path().to_str().unwrap()]);
            let text = stdout(&decoded);
            assert!(text.contains(name) && text.contains("Success"), "{row}: {text} {}", stderr(&decoded));
        } else {
            let message = &said["body"]["SaleToPOIResponse"];
            assert!(message.get(answer).is_some(), "{row}: {said}");
            let (result, condition, additional) = response(&message[answer]);
            assert_eq!(result, text("Result").unwrap_or("Success"), "{row}: {said}");
            assert_eq!(condition, text("ErrorCondition").unwrap_or_default(), "{row}: {said}");
            match text("AdditionalResponse") {
                // Facts of the payment may stand beside it.
                Some(expected) if result == "Success" => {
                    assert!(additional.split('&').any(|pair| pair == expected), "{row}: {additional}");
                }
                Some(expected) => assert_eq!(additional, expected, "{row}"),
                None => assert!(!additional.contains("warnings="), "{row}: {additional}"),
            }
        }
    }
    assert!(manifest.len() >= 27, "{} rows", manifest.len());
}

#[test]
fn a_terminal_is_that_of_the_message_unless_it_is_named() {
    let payment = sample("03-payment-basic.json");
    let said = check(&[], &payment);
    assert_eq!(response(&said["body"]["SaleToPOIResponse"]["PaymentResponse"]).0, "Success", "{said}");
    let said = check(&["--poiid", "V400m-1"], &payment);
    assert_eq!(response(&said["body"]["SaleToPOIResponse"]["PaymentResponse"]).1, "UnavailableDevice", "{said}");
}

#[test]
fn the_amount_says_how_it_ends() {
    let payment = fs::read_to_string(sample("03-payment-basic.json")).unwrap();
    assert!(payment.contains("10.99"));
    for (amount, result, condition, words) in [
        ("11.24", "Failure", "Refusal", "NOT_ENOUGH_BALANCE"),
        ("11.34", "Failure", "WrongPIN", "INVALID_PIN"),
        ("10.51", "Failure", "Refusal", "214"),
        ("10.07", "Failure", "Cancel", "108"),
        ("10.70", "Failure", "Cancel", "126"),
        ("10.90", "Failure", "UnreachableHost", ""),
        ("10.30", "Partial", "", "posAuthAmountValue=515"),
        ("10.82", "Success", "", ""),
    ] {
        let said = check(&[], file(&payment.replace("10.99", amount)).path());
        let (is, why, additional) = response(&said["body"]["SaleToPOIResponse"]["PaymentResponse"]);
        assert_eq!((is, why), (result, condition), "{amount}: {said}");
        assert!(additional.contains(words), "{amount}: {additional}");
    }
}

#[test]
fn a_file_that_is_not_there_is_a_mistake_in_usage() {
    let output = run(&["check", "no-such-file.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no-such-file.json"), "{}", stderr(&output));
    assert!(events(&output).is_empty());
}
