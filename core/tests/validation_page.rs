//! The page on validation shows the answers and the texts as they are. `UPDATE_GUIDE=1 cargo test --test validation_page`
//! writes it.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use opi_core::nexo::Dialect;
use opi_core::nexo::additional::{Additional, Form};
use opi_core::nexo::categories::Categories;
use opi_core::nexo::refusal::Named;
use opi_core::nexo::remark::{Filling, Remark, TextProfile};
use opi_core::nexo::validate::{Memory, Notes, Rules, check};
use opi_core::time::WallTime;
use serde_json::{Value, json};

const POIID: &str = "P400Plus-123456789";

/// A terminal that has seen one message.
struct Seen;

impl Memory for Seen {
    fn was_used(&mut self, _: &str, service_id: &str) -> bool {
        service_id == "28"
    }

    fn is_logged_in(&self, _: &str) -> bool {
        false
    }

    fn name(&mut self) -> Named {
        Named { id: Default::default(), at: WallTime::new(1_775_636_100, 0) }
    }
}

/// A payment with nothing wrong in it, after `change`.
fn payment(change: impl FnOnce(&mut Value)) -> String {
    let mut message = json!({ "SaleToPOIRequest": {
        "MessageHeader": {
            "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": "Payment", "MessageType": "Request",
            "ServiceID": "29", "SaleID": "POS-1", "POIID": POIID,
        },
        "PaymentRequest": {
            "SaleData": { "SaleTransactionID": { "TransactionID": "T-1", "TimeStamp": "2026-04-08T08:15:00Z" } },
            "PaymentTransaction": { "AmountsReq": { "Currency": "EUR", "RequestedAmount": 10.99 } },
        },
    } });
    change(&mut message["SaleToPOIRequest"]);
    message.to_string()
}

fn remove(value: &mut Value, name: &str) {
    assert!(value.as_object_mut().unwrap().remove(name).is_some());
}

/// What is wrong, in the order of the questions.
fn faults() -> Vec<(&'static str, String)> {
    let header = |name: &'static str, value: &'static str| payment(|it| it["MessageHeader"][name] = value.into());
    vec![
        ("not JSON", "{\n,}".into()),
        ("no object", "[]".into()),
        ("no `SaleToPOIRequest`", "{}".into()),
        ("no `SaleID`", payment(|it| remove(&mut it["MessageHeader"], "SaleID"))),
        ("a `ServiceID` of eleven characters", header("ServiceID", "12345678901")),
        ("another terminal's", header("POIID", "P400Plus-987654321")),
        ("an id used before", header("ServiceID", "28")),
        ("a category that is not served", header("MessageCategory", "Loyalty")),
        ("no `PaymentRequest`", payment(|it| remove(it, "PaymentRequest"))),
        (
            "no `Currency`",
            payment(|it| remove(&mut it["PaymentRequest"]["PaymentTransaction"]["AmountsReq"], "Currency")),
        ),
        (
            "a word where a set belongs",
            payment(|it| {
                it["PaymentRequest"]["PaymentTransaction"]["TransactionConditions"] =
                    json!({ "ForceEntryMode": "ICC" });
            }),
        ),
        ("no `ProtocolVersion`, not logged in", payment(|it| remove(&mut it["MessageHeader"], "ProtocolVersion"))),
        ("another `ProtocolVersion`", header("ProtocolVersion", "2.0")),
    ]
}

/// Status, condition, and what is said.
fn answer(document: &str, texts: TextProfile) -> (u16, String, String) {
    let rules =
        Rules { poi_id: POIID, texts, dialect: &Dialect::ADYEN, categories: Categories::DEFAULT, login_needed: false };
    let mut out = vec![0; 8192];
    let refused = check(document.as_bytes(), &mut Notes::new(), &rules, &mut Seen, &mut out)
        .err()
        .unwrap_or_else(|| panic!("{document}"));
    let body = std::str::from_utf8(&out[..refused.length]).unwrap();
    let value: Value = serde_json::from_str(body).unwrap();
    let Some(answer) = value.get("SaleToPOIResponse") else { return (refused.status, "–".into(), body.into()) };
    let response = answer.as_object().unwrap().iter().find(|(name, _)| *name != "MessageHeader").unwrap().1;
    let text = |name: &str| response["Response"][name].as_str().unwrap().to_owned();
    (refused.status, text("ErrorCondition"), text("AdditionalResponse"))
}

fn cell(text: &str) -> String {
    text.lines().map(|line| format!("`{line}`")).collect::<Vec<_>>().join("<br>")
}

fn answers() -> String {
    let mut page = String::from("\n| fault | answer | 2018 | today |\n| --- | --- | --- | --- |\n");
    for (fault, document) in faults() {
        let (old, new) = (answer(&document, TextProfile::Seed2018), answer(&document, TextProfile::Current));
        let told = |(status, condition, _): &(u16, String, String)| format!("{status} {condition}");
        let both = if told(&old) == told(&new) { told(&old) } else { format!("{}; {}", told(&old), told(&new)) };
        writeln!(page, "| {fault} | {both} | {} | {} |", cell(&old.2), cell(&new.2)).unwrap();
    }
    page + "\n"
}

fn texts() -> String {
    let filling = Filling { category: "{category}", sale_id: "{sale}", service_id: "{service}", version: "{version}" };
    let said = |profile, remark| {
        let mut additional = Additional::new();
        additional.remark(profile, remark, &filling);
        additional.as_str().to_owned()
    };
    let mut page = String::from("\n| remark | 2018 | today, decoded | from |\n| --- | --- | --- | --- |\n");
    for remark in Remark::ALL {
        let (sentence, pairs) = (said(TextProfile::Seed2018, *remark), said(TextProfile::Current, *remark));
        let pairs: Vec<_> =
            Form::read(&pairs).unwrap().pairs().map(|(name, value)| format!("{name}={value}")).collect();
        let source = remark.wording().source();
        writeln!(page, "| `{remark:?}` | {} | {} | {source:?} |", cell(&sentence), cell(&pairs.join("\n"))).unwrap();
    }
    page + "\n"
}

/// The page with these parts in their places.
fn filled(page: &str, parts: &[(&str, String)]) -> String {
    parts.iter().fold(page.to_owned(), |page, (name, part)| {
        let (begin, end) =
            (format!("<!-- made from the {name}: begin -->\n"), format!("<!-- made from the {name}: end -->"));
        let (front, rest) = page.split_once(&begin).unwrap();
        let (_, back) = rest.split_once(&end).unwrap();
        [front, &begin, part, &end, back].concat()
    })
}

#[test]
fn the_page_shows_the_answers_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validation.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let now = filled(&page, &[("answers", answers()), ("texts", texts())]);
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        std::fs::write(&path, now).unwrap();
    } else {
        assert!(page == now, "core/docs/validation.md is stale: UPDATE_GUIDE=1 cargo test --test validation_page");
    }
}

/// Without a fault it is taken, so each answer is that to its fault.
#[test]
fn the_message_without_a_fault_is_taken() {
    let rules = Rules {
        poi_id: POIID,
        texts: TextProfile::Current,
        dialect: &Dialect::ADYEN,
        categories: Categories::DEFAULT,
        login_needed: false,
    };
    assert!(check(payment(|_| {}).as_bytes(), &mut Notes::new(), &rules, &mut Seen, &mut [0; 4096]).is_ok());
}
