//! The order of checks: of two things that are wrong at once, the one that is looked at first is answered. And whatever
//! comes: exactly one answer, of a form that tills can read.

use opi_core::nexo::front::{Input, Settings};
use opi_core::nexo::remark::TextProfile;
use opi_core::time::WallTime;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{Ending, Habit, POIID, World, abort, message, payment, response, settings, status};

/// Something wrong with a payment, and by what its answer is known.
struct Fault {
    name: &'static str,
    spoil: fn(&mut Value),
    is_told: fn(&str) -> bool,
}

fn header(request: &mut Value) -> &mut Value {
    &mut request["SaleToPOIRequest"]["MessageHeader"]
}

/// In the order in which they are found. What stands behind `Busy` in the order of nexo is found before it here, since a
/// request that is refused must not wait.
const FAULTS: &[Fault] = &[
    Fault {
        name: "no SaleToPOIRequest",
        spoil: |request| {
            let inner = request["SaleToPOIRequest"].take();
            *request = json!({ "SaleToPOIMessage": inner });
        },
        is_told: |answer| answer.contains("At toplevel, field SaleToPOIRequest: Missing"),
    },
    Fault {
        name: "secured, without a key",
        spoil: |request| request["SaleToPOIRequest"]["NexoBlob"] = json!("AAAA"),
        is_told: |answer| answer.contains("crypto error"),
    },
    Fault {
        name: "no SaleID",
        spoil: |request| _ = header(request).as_object_mut().unwrap().remove("SaleID"),
        is_told: |answer| answer.contains("MessageHeader%2c%20field%20SaleID%3a%20Missing"),
    },
    Fault {
        name: "another POIID",
        spoil: |request| header(request)["POIID"] = json!("P400Plus-000000000"),
        is_told: |answer| answer.contains("\"UnavailableDevice\""),
    },
    Fault {
        name: "a used id",
        spoil: |request| header(request)["ServiceID"] = json!("USED"),
        is_told: |answer| answer.contains("Repeated%20Message"),
    },
    Fault {
        name: "a category that is not served",
        spoil: |request| {
            header(request)["MessageCategory"] = json!("Loyalty");
            let body = request["SaleToPOIRequest"].as_object_mut().unwrap().remove("PaymentRequest").unwrap();
            request["SaleToPOIRequest"]["LoyaltyRequest"] = body;
        },
        is_told: |answer| answer.contains("Unavailable Device Service"),
    },
    Fault {
        name: "no currency",
        spoil: |request| {
            let body = ["PaymentRequest", "LoyaltyRequest"]
                .into_iter()
                .find(|name| request["SaleToPOIRequest"].get(name).is_some())
                .unwrap();
            let amounts = &mut request["SaleToPOIRequest"][body]["PaymentTransaction"]["AmountsReq"];
            amounts.as_object_mut().unwrap().remove("Currency");
        },
        is_told: |answer| answer.contains("field%20Currency%3a%20Missing"),
    },
    Fault {
        name: "no version",
        spoil: |request| _ = header(request).as_object_mut().unwrap().remove("ProtocolVersion"),
        is_told: |answer| answer.contains("field%20ProtocolVersion%3a%20Missing"),
    },
    Fault { name: "busy", spoil: |_| {}, is_told: |answer| answer.contains("\"Busy\"") },
];

#[test]
fn of_two_faults_the_earlier_is_answered() {
    let mut pairs = 0;
    for (first, earlier) in FAULTS.iter().enumerate() {
        for (second, later) in FAULTS.iter().enumerate().skip(first) {
            let mut world = World::new();
            world.ask(&payment("USED", "1"));
            if FAULTS[second].name == "busy" {
                world.habit = Habit::Waits;
                world.send(&payment("RUNS", "1"));
            }
            let mut request: Value = serde_json::from_slice(&payment("NEW", "5")).unwrap();
            // The outermost last: what it spoils hides the others.
            (later.spoil)(&mut request);
            if first != second {
                (earlier.spoil)(&mut request);
            }
            let Ending::Reply { body, .. } = world.ask(request.to_string().as_bytes()) else { panic!() };
            assert!((earlier.is_told)(&body), "{} and {}: {body}", earlier.name, later.name);
            if first != second {
                assert!(!(later.is_told)(&body), "{} and {}: {body}", earlier.name, later.name);
            }
            assert_eq!(world.requests.len(), if FAULTS[second].name == "busy" { 2 } else { 1 });
            pairs += 1;
        }
    }
    println!("{pairs} pairs of faults");
    assert_eq!(pairs, FAULTS.len() * (FAULTS.len() + 1) / 2);
}

#[test]
fn faults_of_one_step_are_told_together() {
    let mut request: Value = serde_json::from_slice(&payment("NEW", "5")).unwrap();
    header(&mut request).as_object_mut().unwrap().remove("SaleID");
    header(&mut request)["ServiceID"] = json!(5);
    let (_, condition, text) = response(&World::new().ask(request.to_string().as_bytes()).json());
    assert_eq!(condition, "MessageFormat");
    assert_eq!(text.split("%0a").count(), 2, "{text}");
    assert!(text.contains("ServiceID%3a%20Expected%20JSON%20string") && text.contains("SaleID%3a%20Missing"), "{text}");
    // The header that comes back has what could be read.
    let answer = World::new().ask(request.to_string().as_bytes()).json();
    let back = answer["SaleToPOIResponse"]["MessageHeader"].as_object().unwrap();
    assert!(back.contains_key("POIID") && !back.contains_key("SaleID") && !back.contains_key("ServiceID"));
}

#[test]
fn versions_are_ours_or_unavailable() {
    for (version, expected) in [("3.0", "Success"), ("3.1", "Failure"), ("2.0", "Failure"), ("", "Failure")] {
        let mut request: Value = serde_json::from_slice(&payment("NEW", "5")).unwrap();
        header(&mut request)["ProtocolVersion"] = json!(version);
        let (result, condition, text) = response(&World::new().ask(request.to_string().as_bytes()).json());
        assert_eq!(result, expected, "{version}");
        if expected == "Failure" {
            assert_eq!(condition, "UnavailableService");
            let told =
                format!("message=Sale%20Protocol%20Version%20{version}%20mismatch%2c%20Version%20implemented%3a%203.0");
            assert_eq!(text, told);
        }
    }
}

/// The login always names the version; a diagnosis within a session does so in newer texts only.
#[test]
fn a_diagnosis_within_a_session_follows_the_profile() {
    for (texts, expected) in [(TextProfile::Seed2018, "Success"), (TextProfile::Current, "Failure")] {
        let mut set = settings();
        set.texts = texts;
        let mut world = World::with(set);
        let login = r#"{"DateTime":"2026-04-08T08:00:00Z","SaleSoftware":{"ManufacturerID":"E","ApplicationName":"T",
            "SoftwareVersion":"1","CertificationCode":"NA"},"OperatorLanguage":"en"}"#;
        let without = |text: Vec<u8>| String::from_utf8(text).unwrap().replace("\"ProtocolVersion\":\"3.0\",", "");
        let refused = without(message("Login", "L1", login));
        assert_eq!(response(&world.ask(refused.as_bytes()).json()).1, "MessageFormat");
        world.ask(&message("Login", "L2", login));
        let diagnosis = without(message("Diagnosis", "D", "{}"));
        assert_eq!(response(&world.ask(diagnosis.as_bytes()).json()).0, expected, "{texts:?}");
        assert_eq!(response(&world.ask(without(payment("P", "1")).as_bytes()).json()).0, "Success");
    }
}

#[test]
fn sentences_of_2018_are_plain() {
    let mut set = settings();
    set.texts = TextProfile::Seed2018;
    let mut world = World::with(set);
    let mut request: Value = serde_json::from_slice(&payment("A", "5")).unwrap();
    request["SaleToPOIRequest"]["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]
        .as_object_mut()
        .unwrap()
        .remove("Currency");
    let text = response(&world.ask(request.to_string().as_bytes()).json()).2;
    assert_eq!(text, "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Currency: Missing");
    world.ask(&payment("2", "5"));
    let text = response(&world.ask(&status("S", "9")).json()).2;
    assert_eq!(text, "Message not Found, last PaymentRequest has ID 2");
    assert_eq!(response(&world.ask(&payment("2", "5")).json()).2, "Repeated Message: ServiceID - 2");
}

#[test]
fn an_abort_that_cannot_be_read_is_told_so() {
    let text = String::from_utf8(abort("X", "A")).unwrap().replace("\"AbortReason\":\"MerchantAbort\",", "");
    let Ending::Reply { status, body } = World::new().ask(text.as_bytes()) else { panic!() };
    assert_eq!(status, 400);
    assert_eq!(body, r#"{"errors":["At SaleToPOIRequest.AbortRequest, field AbortReason: Missing"]}"#);
}

#[test]
fn money_that_has_no_meaning_is_refused() {
    let rows = [
        ("\"EUR\"", "10.999", "RequestedAmount%3a%20Invalid%20value"),
        ("\"EUR\"", "0", "RequestedAmount%3a%20Invalid%20value"),
        ("\"EUR\"", "-5", "RequestedAmount%3a%20Invalid%20value"),
        ("\"EUR\"", "1e30", "RequestedAmount%3a%20Invalid%20value"),
        ("\"EUR\"", "100000000", "RequestedAmount%3a%20Invalid%20value"),
        ("\"EUR\"", "\"5\"", "RequestedAmount%3a%20Expected%20JSON%20number"),
        ("\"XXZ\"", "5", "Currency%3a%20Invalid%20value"),
        ("\"eur\"", "5", "Currency%3a%20Invalid%20value"),
        ("\"JPY\"", "5.5", "RequestedAmount%3a%20Invalid%20value"),
    ];
    for (currency, amount, expected) in rows {
        let text = String::from_utf8(payment("A", amount)).unwrap().replace("\"EUR\"", currency);
        let mut world = World::new();
        let (_, condition, told) = response(&world.ask(text.as_bytes()).json());
        assert_eq!(condition, "MessageFormat", "{currency} {amount}");
        assert!(told.contains(expected), "{currency} {amount}: {told}");
        assert!(world.requests.is_empty());
    }
    for amount in ["99999999.99", "0.01", "1e1", "10.990000"] {
        assert_eq!(response(&World::new().ask(&payment("A", amount)).json()).0, "Success", "{amount}");
    }
}

/// What nobody uses is told, and the request is done.
#[test]
fn warnings_stand_in_every_answer() {
    for (category, body) in [
        ("Diagnosis", r#"{"Colour":1}"#),
        ("Logout", r#"{"Colour":1}"#),
        ("TransactionStatus", r#"{"Colour":1}"#),
        (
            "Display",
            r#"{"Colour":1,"DisplayOutput":[{"Device":"CustomerDisplay","InfoQualify":"Display",
            "OutputContent":{"OutputFormat":"Text","OutputText":[{"Text":"x"}]}}]}"#,
        ),
    ] {
        let (_, _, text) = response(&World::new().ask(&message(category, "A", body)).json());
        let expected = format!("warnings=At%20SaleToPOIRequest.{category}Request%2c%20field%20Colour%3a%20Unexpected");
        assert!(text.split('&').any(|pair| pair == expected), "{category}: {text}");
    }
}

fn profiles() -> impl Strategy<Value = Settings> {
    any::<bool>().prop_map(|old| {
        let mut set = settings();
        if old {
            set.texts = TextProfile::Seed2018;
        }
        set
    })
}

/// Requests that are whole, and such that are not.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(vec![
        "Payment",
        "Reversal",
        "TransactionStatus",
        "Abort",
        "Diagnosis",
        "Display",
        "Input",
        "Print",
        "CardAcquisition",
        "EnableService",
        "GetTotals",
        "Reconciliation",
        "Login",
        "Logout",
        "Admin",
        "StoredValue",
        "Loyalty",
        "Event",
        "InputUpdate",
        "Batch",
        "PIN",
        "None",
        "Foo",
        "Vendor:Thing",
    ]);
    let sample = prop::sample::select(vec!["{}", "[]", "null", r#"{"SaleData":{}}"#, r#"{"InputData":{}}"#]);
    let whole = (names, "[0-9]{0,11}", sample).prop_map(|(category, id, body)| message(category, &id, body));
    let files: Vec<Vec<u8>> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/nexo"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "manifest.json"))
        .map(|path| std::fs::read(path).unwrap_or_default())
        .collect();
    let spoiled =
        (prop::sample::select(files), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4))
            .prop_map(|(mut file, changes)| {
                for (place, byte) in changes {
                    let place = place.index(file.len());
                    file[place] = byte;
                }
                file
            });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..60), whole, spoiled]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Any bytes, in any order, while something runs or not: one answer each, once, and it is JSON or nothing.
    #[test]
    fn whatever_comes_has_one_answer(set in profiles(), requests in prop::collection::vec(request(), 1..8), waits in any::<bool>()) {
        let mut world = World::with(set);
        if waits {
            world.habit = Habit::Waits;
        }
        let mut exchanges = Vec::new();
        for request in &requests {
            exchanges.push((world.send(request), request));
        }
        // Whatever is still open ends with time.
        world.pass(120);
        world.pass(30);
        for (exchange, request) in exchanges {
            let Some(ending) = world.ending(exchange) else { panic!("no end of {}", String::from_utf8_lossy(request)) };
            let Ending::Reply { status, body } = ending else { continue };
            if body.is_empty() {
                prop_assert_eq!(status, 200);
                continue;
            }
            let json: Value = serde_json::from_str(&body).unwrap();
            match status {
                200 => {
                    let message = json["SaleToPOIResponse"].as_object().unwrap();
                    prop_assert_eq!(message.len(), 2, "{}", body);
                    prop_assert_eq!(&message["MessageHeader"]["MessageType"], "Response");
                    response(&json);
                }
                400 => prop_assert!(json.is_array() || json["errors"].is_array(), "{}", body),
                401 => prop_assert!(json["errors"][0].as_str().unwrap().contains("crypto"), "{}", body),
                other => panic!("{other}: {body}"),
            }
        }
    }
}

/// Memory of any size: what is too long is refused, and no answer is cut.
#[test]
fn small_memory_is_said_and_never_cuts_an_answer() {
    use opi_core::nexo::front::{ConfigError, ExchangeId, Front, Memory, Output};
    let (mut a, mut b, mut history, mut gathered) = (vec![0; 2048], vec![0; 2047], vec![0; 8192], vec![0; 64]);
    let memory = Memory { requests: [&mut a, &mut b], history: &mut history, gathered: &mut gathered, ids: &mut [] };
    assert!(matches!(Front::new(settings(), memory), Err(ConfigError::Requests { .. })));
    for size in (0..4096).step_by(7) {
        let (mut a, mut b, mut history, mut gathered) = (vec![0; 2048], vec![0; 2048], vec![0; 8192], vec![0; 64]);
        let memory =
            Memory { requests: [&mut a, &mut b], history: &mut history, gathered: &mut gathered, ids: &mut [] };
        let mut front = Front::new(settings(), memory).unwrap();
        let body = message("Diagnosis", "D", "{}");
        let now = opi_core::time::Instant::from_millis(0);
        let at = WallTime::new(0, 0);
        front.handle_input(now, Input::Received { exchange: ExchangeId(1), at, body: b"{", clear: false }).unwrap();
        let mut tx = vec![0; size];
        match front.poll_output(&mut tx) {
            Output::Reply { length, .. } => assert!(serde_json::from_slice::<Value>(&tx[..length]).is_ok()),
            Output::Close(_) => assert!(size < 128, "{size}"),
            other => panic!("{other:?}"),
        }
        assert!(body.len() < 2048 && body.windows(POIID.len()).any(|part| part == POIID.as_bytes()));
    }
}
