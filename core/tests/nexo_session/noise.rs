//! Answers as nobody should send them.

use opi_core::drive::Link;
use opi_core::nexo::Dialect;
use opi_core::operation::Outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::till::{Did, Till, answer, failed, paid};

/// Takes the answer; how the payment ends, and what was told of it on the way.
fn ends(body: &[u8]) -> (Outcome, Vec<Did>) {
    let mut till = Till::new();
    till.pay();
    let did = till.answer_bytes(Link::Request, 200, body);
    let told = did.clone();
    (till.end(did).outcome, told)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever comes, the session comes to rest, and says approved only of what says so with the right ids.
    #[test]
    fn any_damage_is_survived(at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..4), cut in 0usize..4) {
        let mut body = paid();
        body["PaymentReceipt"] = crate::sheets::receipts();
        let mut bytes = answer("Payment", "1001", body).to_string().into_bytes();
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, with);
        let (outcome, _) = ends(&bytes);
        prop_assert!(matches!(outcome, Outcome::Approved | Outcome::Unknown), "{outcome:?}");
        if outcome == Outcome::Approved {
            let message: Value = serde_json::from_slice(&bytes).unwrap();
            let message = &message["SaleToPOIResponse"];
            prop_assert_eq!(&message["MessageHeader"]["ServiceID"], "1001");
            prop_assert_eq!(&message["PaymentResponse"]["Response"]["Result"], "Success");
        }
    }

    /// No damage of a refusal makes an approval of it.
    #[test]
    fn no_damage_makes_an_approval(at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let mut bytes = answer("Payment", "1001", failed("Refusal", "refusalReason=210%20x")).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with;
        prop_assert_ne!(ends(&bytes).0, Outcome::Approved);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(ends(&bytes).0, Outcome::Unknown);
    }
}

/// Members and elements that are not there, `null`, or of another type: every single one.
#[test]
fn every_member_may_be_missing_or_wrong() {
    fn paths(value: &Value, here: String, all: &mut Vec<String>) {
        all.push(here.clone());
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| paths(value, format!("{here}/{name}"), all))
            }
            Value::Array(elements) => {
                elements.iter().enumerate().for_each(|(at, value)| paths(value, format!("{here}/{at}"), all));
            }
            _ => {}
        }
    }
    let mut body = paid();
    body["PaymentReceipt"] = crate::sheets::receipts();
    let whole = answer("Payment", "1001", body);
    let mut all = Vec::new();
    paths(&whole, String::new(), &mut all);
    assert!(all.len() > 60);
    for path in &all[1..] {
        for wrong in [Value::Null, json!(7), json!("x"), json!([]), json!({}), json!(true)] {
            let mut message = whole.clone();
            *message.pointer_mut(path).unwrap() = wrong.clone();
            let (outcome, _) = ends(message.to_string().as_bytes());
            assert!(matches!(outcome, Outcome::Approved | Outcome::Unknown), "{path} {wrong}: {outcome:?}");
        }
        let (parent, name) = path.rsplit_once('/').unwrap();
        let mut message = whole.clone();
        if let Some(members) = message.pointer_mut(parent).unwrap().as_object_mut() {
            members.remove(name);
            let (outcome, _) = ends(message.to_string().as_bytes());
            assert!(matches!(outcome, Outcome::Approved | Outcome::Unknown), "{path} missing: {outcome:?}");
        }
    }
}

#[test]
fn the_other_dialect_is_spoken_and_understood() {
    let mut till = Till::with(|settings| settings.dialect = &Dialect::CAPITALS);
    let sent = till.start(crate::till::payment());
    let message = &sent["SaleToPOIRequest"];
    assert_eq!(message["MessageHeader"]["MessageCategory"], "PAYMENT");
    assert_eq!(message["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]["RequestedAmount"], "10.99");
    let mut body = paid();
    body["Response"]["Result"] = json!("SUCCESS");
    body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] = json!("10.99");
    let mut message = answer("Payment", "1001", body);
    message["SaleToPOIResponse"]["MessageHeader"]["MessageCategory"] = json!("PAYMENT");
    message["SaleToPOIResponse"]["MessageHeader"]["MessageType"] = json!("RESPONSE");
    let did = till.answer(&message);
    let end = till.finished(did);
    assert_eq!((end.outcome, end.facts.amount), (Outcome::Approved, Some(crate::till::eur("10.99"))));
}
