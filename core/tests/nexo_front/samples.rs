//! Every row of the manifest of samples: the state before, the answer, and its bytes where it names them.

use std::fs;

use opi_core::drive::Answer;
use opi_core::nexo::remark::TextProfile;
use opi_core::operation::{Outcome, Reason};
use serde_json::Value;

use crate::world::{Ending, Habit, World, finished, message, payment, response, settings, status};

fn sample(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/data/nexo/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A terminal in the state that the row names.
fn before(state: &str, world: &mut World) {
    match state {
        "idle, no session"
        | "idle"
        | "no session"
        | "any"
        | "any, StoredValue not enabled"
        | "idle, printer present" => {}
        "after 01" => {
            world.ask(&sample("01-login.json"));
        }
        "within 48 h of 03" | "03 finished" | "after a finished payment" | "last payment was P000000003" => {
            world.ask(&sample("03-payment-basic.json"));
        }
        "03 finished or never sent" => {
            world.ask(&sample("03-payment-basic.json"));
        }
        "03 in progress" => {
            world.habit = Habit::Waits;
            let exchange = world.send(&sample("03-payment-basic.json"));
            assert_eq!(world.ending(exchange), None);
        }
        "no printer" => world.printer = false,
        "original approved under that id" => {}
        "original unknown" => world.habit = Habit::Waits,
        other => panic!("no such state: {other}"),
    }
}

#[test]
fn every_row_of_the_manifest_is_answered_as_it_says() {
    let manifest: Vec<Value> = serde_json::from_slice(&sample("manifest.json")).unwrap();
    let mut rows = 0;
    for row in &manifest {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("file").starts_with("21") {
            // Secured: opened before it comes here.
            continue;
        }
        let mut settings = settings();
        if text("file").starts_with("07") {
            settings.texts = TextProfile::Seed2018;
        }
        let mut world = World::with(settings);
        before(text("before"), &mut world);
        let exchange = world.send(&sample(text("file")));
        if text("before") == "original unknown" {
            use opi_core::nexo::front::{Input, Performed, Refused};
            use opi_core::nexo::vocabulary::ErrorCondition;
            let refused = Refused::new(ErrorCondition::NotFound);
            let (wish, _) = world.operation();
            world.input(Input::Performed(wish, Performed::Refused(refused))).unwrap();
        }
        let Some(Ending::Reply { status, body }) = world.ending(exchange) else { panic!("no answer: {row}") };
        assert_eq!(u64::from(status), row["http"].as_u64().unwrap(), "{row}: {body}");
        rows += 1;
        match text("answer") {
            "(empty)" => assert_eq!(body, "", "{row}"),
            answer if answer.starts_with('[') => {
                let lines: Vec<String> = serde_json::from_str(&body).unwrap();
                let begin = answer.trim_start_matches("[\"").split('<').next().unwrap();
                assert!(
                    lines.len() == 1 && lines[0].starts_with(begin) && lines[0].len() > begin.len(),
                    "{row}: {body}"
                );
            }
            answer => {
                let json: Value = serde_json::from_str(&body).unwrap();
                let (result, condition, additional) = response(&json);
                assert!(json["SaleToPOIResponse"].get(answer).is_some(), "{row}: {body}");
                if row.get("Result").is_some() {
                    assert_eq!(result, text("Result"), "{row}: {body}");
                    assert_eq!(condition, text("ErrorCondition"), "{row}: {body}");
                }
                if row.get("AdditionalResponse").is_some() && result == "Success" {
                    assert!(
                        additional.split('&').any(|pair| pair == text("AdditionalResponse")),
                        "{row}: {additional}"
                    );
                } else if row.get("AdditionalResponse").is_some() {
                    assert_eq!(additional, text("AdditionalResponse"), "{row}");
                } else if result == "Success" {
                    assert!(!additional.contains("warnings"), "{row}: {additional}");
                }
                assert_eq!(json["SaleToPOIResponse"]["MessageHeader"]["ProtocolVersion"], "3.0");
            }
        }
    }
    println!("{rows} rows of the manifest");
    assert_eq!(rows, 25);
}

/// The notes of rows that name more than their result.
#[test]
fn what_the_notes_of_rows_say_holds() {
    let mut world = World::new();
    let login = world.ask(&sample("01-login.json")).json();
    assert!(login["SaleToPOIResponse"]["LoginResponse"]["POISystemData"]["POISoftware"].is_object());
    let paid = world.ask(&sample("04-payment-decimal-and-order.json")).json();
    let result = &paid["SaleToPOIResponse"]["PaymentResponse"]["PaymentResult"]["AmountsResp"];
    assert_eq!(result["AuthorizedAmount"].to_string(), "10.99");
    assert_eq!(result["TipAmount"].to_string(), "1.1");
    assert_eq!(
        paid["SaleToPOIResponse"]["PaymentResponse"]["SaleData"]["SaleTransactionID"]["TransactionID"],
        "T-1004 \u{20ac}"
    );
    let display = world.ask(&sample("17-display.json")).json();
    assert_eq!(display["SaleToPOIResponse"]["MessageHeader"]["DeviceID"], "17");
    let shown = &display["SaleToPOIResponse"]["DisplayResponse"]["OutputResult"][0];
    assert_eq!((&shown["Device"], &shown["InfoQualify"]), (&"CustomerDisplay".into(), &"Display".into()));
    assert_eq!(shown["Response"]["Result"], "Success");
    let diagnosis = world.ask(&sample("16-diagnosis.json")).json();
    let diagnosis = &diagnosis["SaleToPOIResponse"]["DiagnosisResponse"];
    assert_eq!(diagnosis["POIStatus"]["GlobalStatus"], "OK");
    assert_eq!(diagnosis["HostStatus"][0]["AcquirerID"], "0");
    let printed = world.ask(&sample("19-print-xhtml.json")).json();
    assert_eq!(printed["SaleToPOIResponse"]["PrintResponse"]["DocumentQualifier"], "Document");

    // The answer to a message without anything has the header and the names that the seed has.
    let mut old = settings();
    old.texts = TextProfile::Seed2018;
    let answer = World::with(old).ask(&sample("07-toplevel-missing.json")).json();
    let message = &answer["SaleToPOIResponse"];
    let header = serde_json::json!({"MessageType": "Response", "MessageCategory": "Payment", "MessageClass": "Service",
        "ProtocolVersion": "3.0"});
    assert_eq!(message["MessageHeader"], header);
    assert_eq!(message["PaymentResponse"]["SaleData"], serde_json::json!({}));
    assert!(message["PaymentResponse"]["POIData"]["POITransactionID"]["TransactionID"].as_str().unwrap().contains('.'));
    let Ending::Reply { status, body } = World::new().ask(&sample("07-toplevel-missing.json")) else { panic!() };
    assert_eq!(
        (status, body.as_str()),
        (400, r#"{"errors":["At toplevel, field SaleToPOIRequest: Missing","At toplevel: Missing"]}"#)
    );

    // What is not served is answered by a `Response` alone, under the header that came.
    let answer = World::new().ask(&sample("10-stored-value-not-implemented.json")).json();
    let body = answer["SaleToPOIResponse"]["StoredValueResponse"].as_object().unwrap();
    assert_eq!(body.keys().collect::<Vec<_>>(), ["Response"]);
    assert_eq!(answer["SaleToPOIResponse"]["MessageHeader"]["ServiceID"], "S000000010");
}

#[test]
fn a_status_repeats_the_answer_as_it_was_sent() {
    for file in ["13-status-by-reference.json", "14-status-last.json"] {
        let mut world = World::new();
        let paid = world.ask(&sample("03-payment-basic.json")).json();
        let told = world.ask(&sample(file)).json();
        let repeated = &told["SaleToPOIResponse"]["TransactionStatusResponse"]["RepeatedMessageResponse"];
        assert_eq!(repeated["MessageHeader"], paid["SaleToPOIResponse"]["MessageHeader"]);
        let body = &repeated["RepeatedResponseMessageBody"]["PaymentResponse"];
        assert_eq!(*body, paid["SaleToPOIResponse"]["PaymentResponse"]);
        let receipts = body["PaymentReceipt"].as_array().unwrap();
        assert_eq!(receipts.len(), 2);
        assert_eq!(receipts[0]["DocumentQualifier"], "CashierReceipt");
        assert_eq!(receipts[1]["OutputContent"]["OutputText"][2]["Text"], "name=Thank%20you%20%26%20goodbye");
    }
}

#[test]
fn a_duplicate_leaves_the_first_as_it_is() {
    let mut world = World::new();
    let paid = world.ask(&sample("03-payment-basic.json")).json();
    world.ask(&sample("11-duplicate-service-id.json"));
    let told = world.ask(&sample("13-status-by-reference.json")).json();
    let repeated = &told["SaleToPOIResponse"]["TransactionStatusResponse"]["RepeatedMessageResponse"];
    assert_eq!(
        repeated["RepeatedResponseMessageBody"]["PaymentResponse"],
        paid["SaleToPOIResponse"]["PaymentResponse"]
    );
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn an_aborted_payment_says_who_stopped_it() {
    let mut world = World::new();
    before("03 in progress", &mut world);
    let exchange = opi_core::nexo::front::ExchangeId(1);
    world.ask(&sample("12-abort.json"));
    let (wish, _) = world.operation();
    assert_eq!(world.stops, [wish]);
    // An abort never decides: the application does (I8).
    assert_eq!(world.ending(exchange), None);
    world.settle(wish, &finished(Outcome::Aborted, Some(Reason::Stopped)));
    let (result, condition, additional) = response(&world.ending(exchange).unwrap().json());
    assert_eq!((result.as_str(), condition.as_str()), ("Failure", "Aborted"));
    assert_eq!(additional, "message=104%20Merchant%20cancelled%20tx");
}

/// Rows whose files are not among the samples.
#[test]
fn rows_without_a_file() {
    // 09: no object.
    for text in ["[]", "5", "\"text\"", "null", "true", " [{}]"] {
        let Ending::Reply { status, body } = World::new().ask(text.as_bytes()) else { panic!() };
        assert_eq!((status, &body[..14]), (400, "[\"Bad JSON:1: "), "{text}: {body}");
    }
    // 18: a question, answered and not answered.
    let question = message(
        "Input",
        "I1",
        r#"{"InputData":{"Device":"CustomerInput","InfoQualify":"Input","InputCommand":"GetConfirmation","MaxInputTime":30},
        "DisplayOutput":{"Device":"CustomerDisplay","InfoQualify":"Display","OutputContent":{"OutputFormat":"Text",
        "PredefinedContent":{"ReferenceID":"GetConfirmation"},"OutputText":[{"Text":"Receipt by mail?"}]}}}"#,
    );
    let mut world = World::new();
    world.answer = Some(Answer::Yes);
    let answer = world.ask(&question).json();
    let result = &answer["SaleToPOIResponse"]["InputResponse"]["InputResult"];
    assert_eq!(result["Response"]["Result"], "Success");
    assert_eq!(result["Input"], serde_json::json!({"InputCommand": "GetConfirmation", "ConfirmedFlag": true}));
    let mut world = World::new();
    let exchange = world.send(&question);
    world.pass(29);
    assert_eq!(world.ending(exchange), None);
    world.pass(1);
    let (result, condition, _) = response(&world.ending(exchange).unwrap().json());
    assert_eq!((result.as_str(), condition.as_str()), ("Failure", "Cancel"));
    assert_eq!(world.stops.len(), 1);
    // 23: a cluster as a string.
    let text = String::from_utf8(payment("C1", "10.99")).unwrap();
    let text =
        text.replace("\"AmountsReq\"", "\"TransactionConditions\":{\"ForceEntryMode\":\"Keyed\"},\"AmountsReq\"");
    let (_, condition, additional) = response(&World::new().ask(text.as_bytes()).json());
    assert_eq!(condition, "MessageFormat");
    assert_eq!(
        additional,
        "errors=At%20SaleToPOIRequest.PaymentRequest.PaymentTransaction.TransactionConditions%2c%20field%20\
         ForceEntryMode%3a%20Expected%20JSON%20array"
    );
    // 24: the body of another category.
    let text = String::from_utf8(payment("M1", "10.99")).unwrap().replace("\"PaymentRequest\"", "\"ReversalRequest\"");
    let (_, condition, additional) = response(&World::new().ask(text.as_bytes()).json());
    assert_eq!(condition, "MessageFormat");
    assert_eq!(
        additional,
        "errors=At%20SaleToPOIRequest%2c%20field%20PaymentRequest%3a%20Missing%0aAt%20SaleToPOIRequest%3a%20Missing\
         &warnings=At%20SaleToPOIRequest%2c%20field%20ReversalRequest%3a%20Unexpected"
    );
    // 25: a member twice.
    let text = "{\n\"SaleToPOIRequest\": {\n\"MessageHeader\": {\n\"SaleID\": \"POS-1\",\n\"POIID\": \"X\",\n\"SaleID\": \"POS-2\"\n}}}";
    let Ending::Reply { status, body } = World::new().ask(text.as_bytes()) else { panic!() };
    assert_eq!((status, &body[..14]), (400, "[\"Bad JSON:6: "), "{body}");
    // 27: an event is what terminals tell, not what they are told.
    let event = r#"{"SaleToPOIRequest":{"MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Event",
        "MessageCategory":"Event","MessageType":"Notification","DeviceID":"1","SaleID":"POS-1","POIID":"P400Plus-123456789"},
        "EventNotification":{"TimeStamp":"2026-04-08T08:15:00.000Z","EventToNotify":"Initialised"}}}"#;
    let Ending::Reply { status, body } = World::new().ask(event.as_bytes()) else { panic!() };
    assert_eq!(status, 400, "{body}");
    assert_eq!(response(&World::new().ask(&status_of_nothing()).json()).1, "NotFound");
}

fn status_of_nothing() -> Vec<u8> {
    status("Q1", "P1")
}
