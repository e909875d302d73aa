//! What is masked for a trace hides all card data and stays the message that it was (I12).

use base64ct::{Base64, Encoding};
use opi_core::nexo::Dialect;
use opi_core::trace::mask_json;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::build::{Fill, samples};
use crate::read;
use crate::secrets::with_secrets;

fn encoded(text: &str) -> String {
    let mut room = vec![0; text.len() * 4 / 3 + 4];
    Base64::encode(text.as_bytes(), &mut room).unwrap().to_owned()
}

fn decoded(text: &str) -> Option<String> {
    let mut room = vec![0; text.len()];
    String::from_utf8(Base64::decode(text, &mut room).ok()?.to_vec()).ok()
}

fn masked(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    mask_json(&mut bytes, true);
    let once = String::from_utf8(bytes.clone()).unwrap();
    mask_json(&mut bytes, true);
    assert_eq!(bytes, once.as_bytes(), "masking twice is masking once");
    assert_eq!(once.len(), text.len(), "{once}");
    once
}

/// What nobody looks into but is no secret: points, goods, orders and equipment.
const OPEN: [&str; 11] = [
    "LoyaltyTotals",
    "Rebates",
    "LoyaltyResponse",
    "AllowedProduct",
    "CustomerOrder",
    "SaleCapabilities",
    "SaleProfile",
    "TerminalEnvironment",
    "CashHandlingDevice",
    "POITerminalData",
    "SaleItem",
];

#[test]
fn every_secret_of_every_message_is_masked() {
    let mut hidden = 0;
    for mut sample in samples(Fill::All) {
        let secrets = with_secrets(&mut sample);
        let text = sample.document.to_string();
        let mut document: Value = serde_json::from_str(&masked(&text)).unwrap();
        forget(&mut document, &OPEN);
        let shown = document.to_string();
        for secret in secrets {
            assert!(!shown.contains(&secret), "{secret} in {shown}");
            hidden += 1;
        }
    }
    assert!(hidden > 50, "only {hidden} secrets");
}

fn forget(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !names.contains(&name.as_str()));
            members.values_mut().for_each(|value| forget(value, names));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| forget(element, names)),
        _ => {}
    }
}

/// The types of all values, and the texts that no name makes a secret.
#[test]
fn a_masked_answer_is_taken_as_it_was() {
    for sample in samples(Fill::All).into_iter().filter(|sample| !sample.is_request()) {
        let text = sample.document.to_string();
        let masked = masked(&text);
        let (found, masked) =
            (read(&text, sample.direction(), &Dialect::ADYEN), read(&masked, sample.direction(), &Dialect::ADYEN));
        assert_eq!(masked.report.errors().as_str(), found.report.errors().as_str(), "{text}");
        assert!(masked.message.is_some());
    }
}

#[test]
fn card_data_is_masked_and_nothing_else() {
    for (text, wanted) in [
        (r#"{"a":"4111 1111 1111 1111 12/28"}"#, r#"{"a":"**** **** **** 1111 12/28"}"#),
        (r#"{"MaskedPan":"411111 **** 1111","b":"0"}"#, r#"{"MaskedPan":"411111 **** 1111","b":"0"}"#),
        (r#"{"PAN":"4111111111111112"}"#, r#"{"PAN":"************1112"}"#),
        (
            r#"{"PAN" : ["4111111111111112", {"x": "4111"}], "y": "4111"}"#,
            r#"{"PAN" : ["************1112", {"x": "****"}], "y": "4111"}"#,
        ),
        (r#"{"\u0050AN":"4111111111111112"}"#, r#"{"\u0050AN":"************1112"}"#),
        (r#"{"ExpiryDate":"1230","Value":"5"}"#, r#"{"ExpiryDate":"****","Value":"5"}"#),
        (
            r#"{"TrackData":[{"TrackNumb":2,"Value":"5=12\u0033"}]}"#,
            r#"{"TrackData":[{"TrackNumb":2,"Value":"****\u002A"}]}"#,
        ),
        // A number stays one, and is no card number any more.
        (r#"{"ExpiryDate":1230,"x":0.50}"#, r#"{"ExpiryDate":1111,"x":0.50}"#),
        (r#"{"MaskedPan":4111111111111111}"#, r#"{"MaskedPan":1111111111111111}"#),
        (r#"{"x":4111111111111111}"#, r#"{"x":1111111111111111}"#),
        (r#"{"x":-0.4111111111111111}"#, r#"{"x":-0.1111111111111111}"#),
        // However it is written.
        (r#"{"x":"411111111111\u0031111"}"#, r#"{"x":"************\u0031111"}"#),
        (r#"{"x":"\u0034111%20111111111111"}"#, r#"{"x":"\u002A***%20********1111"}"#),
        (r#"{"x":"v=4111%201111%201111%201111&k=pan"}"#, r#"{"x":"v=****%20****%20****%201111&k=pan"}"#),
        (r#"{"x":"v=%34111+1111%2d1111-1111"}"#, r#"{"x":"v=%2A***+****%2d****-1111"}"#),
        (r#"{"x":"%B4111111111111111^DOE/JANE^2812"}"#, r#"{"x":"%B4***************^DOE/JANE^2812"}"#),
        (r#"{"x":"5%4111111111111111 5%371449635398431"}"#, r#"{"x":"5%41************** 5%2A*************"}"#),
        (r#"{"Text":"value=%2037422871798&x"}"#, r#"{"Text":"value=%20***********&x"}"#),
        (r#"{"Text":"value=%2137422871798&%2037422871797"}"#, r#"{"Text":"value=%2137422871798&%2037422871797"}"#),
        (r#"{"x":";4111111111111111=28121010000012345678?"}"#, r#"{"x":";************1111=********************?"}"#),
        (r#"{"4111111111111111":"x"}"#, r#"{"************1111":"x"}"#),
        // Extras.
        (
            r#"{"AdditionalResponse":"tid=1&expiryDate=6%2f2030&cardAlias=K12&authCode=123456&pan=4111111111111112"}"#,
            r#"{"AdditionalResponse":"tid=1&expiryDate=*%2A****&cardAlias=***&authCode=123456&pan=************1112"}"#,
        ),
        (
            r#"{"AdditionalResponse":"networkProfile=eyJ4IjoiNDExMSJ9&x=eyes"}"#,
            r#"{"AdditionalResponse":"networkProfile=****************&x=eyes"}"#,
        ),
        // What is no JSON.
        ("<b>4111 1111 1111 1111</b>", "<b>1111 1111 1111 1111</b>"),
        ("Bad 04111111111111116", "Bad 04111111111111116"),
        ("", ""),
    ] {
        assert_eq!(masked(text), wanted);
    }
}

#[test]
fn what_lies_in_base64_is_masked_there() {
    let inner = json!({ "additionalData": { "expiryDate": "6/2030", "tid": "1", "cardBin": "411111" },
                        "message": "4111 1111 1111 1111" });
    let outer = json!({ "AdditionalResponse": encoded(&inner.to_string()) }).to_string();
    let shown: Value = serde_json::from_str(&masked(&outer)).unwrap();
    let shown: Value = serde_json::from_str(&decoded(shown["AdditionalResponse"].as_str().unwrap()).unwrap()).unwrap();
    let wanted = json!({ "additionalData": { "expiryDate": "******", "tid": "1", "cardBin": "411111" },
                         "message": "**** **** **** 1111" });
    assert_eq!(shown, wanted);
    // In two layers; in one too many; damaged.
    let (mut layers, mut telling) = (outer, Vec::new());
    for _ in 0..4 {
        layers = json!({ "RejectedMessage": encoded(&layers) }).to_string();
        let mut text = masked(&layers);
        while let Some(inside) = text.split('"').nth(3).and_then(decoded) {
            text = inside;
        }
        assert!(!text.contains("4111 "), "{text}");
        telling.push(text.contains("1111"));
    }
    assert_eq!(telling, [true, false, false, false]);
    let damaged = layers.replacen("eyJ", "eyJ\\/", 1);
    assert!(!masked(&damaged).contains("eyJ"), "{damaged}");
    // A receipt as a page.
    let page = json!({ "OutputXHTML": encoded("<p>Card 4111 1111 1111 1111</p><CV2>123</CV2>") }).to_string();
    let shown: Value = serde_json::from_str(&masked(&page)).unwrap();
    assert_eq!(
        decoded(shown["OutputXHTML"].as_str().unwrap()).unwrap(),
        "<p>Card **** **** **** 1111</p><CV2>***</CV2>"
    );
}

#[test]
fn the_front_of_a_card_number_does_not_stay_at_a_cut() {
    for (text, wanted) in [
        (r#"{"x":"4111 1111 1"#, r#"{"x":"**** **** *"#),
        (r#"{"x":"4111%201111+1"#, r#"{"x":"****%20****+*"#),
        (r#"{"x":41111111"#, r#"{"x":11111111"#),
        (r#"{"x":"411111"#, r#"{"x":"411111"#),
        (r#"{"x":"41111111","y":"#, r#"{"x":"41111111","y":"#),
        (r#"{"ExpiryDate":"12"#, r#"{"ExpiryDate":"**"#),
        (r#"{"AdditionalResponse":"eyJhZGRpdGlvbmF"#, r#"{"AdditionalResponse":"***************"#),
    ] {
        let mut bytes = text.as_bytes().to_vec();
        mask_json(&mut bytes, false);
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
    }
}

proptest! {
    #[test]
    fn masking_keeps_the_length_and_is_done_once(
        text in r#"([\[\]{}:,"\\ ]|"(PAN|ExpiryDate|AdditionalResponse|TrackData|Value)":|\\u00[23][0-9aA]|%3[0-9]|[0-9]{4}|eyJ|&expiry=|[a-zA-Z+/=ü-]|-?[0-9]{1,12}){0,24}"#,
        whole: bool,
    ) {
        let mut once = text.clone().into_bytes();
        mask_json(&mut once, whole);
        prop_assert_eq!(once.len(), text.len());
        let mut twice = once.clone();
        mask_json(&mut twice, whole);
        prop_assert_eq!(String::from_utf8(once.clone()).unwrap(), String::from_utf8(twice).unwrap());
        // What was JSON is JSON of the same form, and what was none is none at the same place.
        let place = |text: &[u8]| serde_json::from_slice::<Value>(text).map(|value| form(&value)).map_err(|error| error.column());
        prop_assert_eq!(place(text.as_bytes()), place(&once));
    }

    #[test]
    fn no_card_number_stays_however_it_is_written(
        digits in prop::collection::vec(0u8..=9, 12..=18), forms in prop::collection::vec(0u8..4, 19), name in 0usize..4,
    ) {
        let number = card_number(&digits);
        let name = ["Text", "AdditionalResponse", "PAN", "anything"][name];
        let written: String = number.bytes().zip(&forms).map(|(digit, form)| match form {
            0 => format!("\\u00{digit:02x}"),
            1 => format!("%{digit:02X}"),
            2 => format!("\\u0025{digit:02x}"),
            _ => char::from(digit).to_string(),
        }).collect();
        let text = masked(&format!(r#"{{"{name}":"a={written}&b"}}"#));
        let value: Value = serde_json::from_str(&text).unwrap();
        let value = percent_decoded(value[name].as_str().unwrap());
        prop_assert!(!value.contains(&number[..number.len() - 4]), "{} in {}", number, value);
    }
}

/// Found by fuzzing: behind a backslash that begins no escape, the first digit was not counted.
#[test]
fn a_backslash_that_is_no_escape_hides_no_digit() {
    for written in [r#"{"Text":"\4111111111111111=1"}"#, r#""\1111111111112=1""#] {
        let mut text = written.as_bytes().to_vec();
        mask_json(&mut text, true);
        assert!(!text.windows(5).any(|row| row.iter().all(u8::is_ascii_digit)), "{}", text.escape_ascii());
    }
}

/// Found by fuzzing: a card number is Base64, too, of a document in which there is nothing to mask.
#[test]
fn a_card_number_where_base64_belongs_is_masked() {
    for name in ["OutputXHTML", "SaleToPOIData"] {
        for number in ["4111111111111111", "+4111+1111+1111+1111", "ey4111111111111111aa", "eyJ4/4111111111111111/AA"] {
            let text = masked(&format!(r#"{{"{name}":"{number}"}}"#));
            assert!(!text.contains("1111+1111") && !text.contains("11111"), "{text}");
        }
    }
}

/// Found by fuzzing: a code of a digit right behind a card number makes it a longer number, which is none.
#[test]
fn a_card_number_in_front_of_a_code_is_masked() {
    for number in ["4111101111111%31111", "4111-1111-1111-1111%31", "%32-4111101111111%31", "4111101111111\\u002531111"]
    {
        let text = masked(&format!(r#"{{"Text":"{number}"}}"#));
        assert!(!text.contains("1111"), "{text}");
    }
    let text = masked(r#"{"Text":"4111111111111111%20x"}"#);
    assert_eq!(text, r#"{"Text":"************1111%20x"}"#);
}

/// Found by fuzzing: a number that begins in a code, and whose end is the front of one with codes in it.
#[test]
fn a_card_number_behind_one_that_begins_in_a_code_is_masked() {
    let text = masked(r#"{"Text":"%201200000 7545%314%3291%352%3644%355 x"}"#);
    let digits = percent_decoded(&text).chars().filter(char::is_ascii_digit).count();
    assert!(digits < 11, "{text}");
}

/// Found by fuzzing: where a track goes on, another card number begins, in groups.
#[test]
fn a_card_number_where_a_track_goes_on_is_masked() {
    let text = masked(r#"{"Text":"4111111111111111=8888 888888 87887=2812x 12/28"}"#);
    assert_eq!(text, r#"{"Text":"************1111=**** ****** *****=****x 12/28"}"#);
}

/// Found by fuzzing: who looks at the trace takes the digits of an escape for the first ones of a card number.
#[test]
fn digits_that_are_a_card_number_beside_an_escape_are_masked() {
    for (written, wanted) in [
        (r#"{"PAN\u02321111111111111":1}"#, r#"{"PAN\u0232*************":1}"#),
        (
            r#"{"Text":"\u4111 1111 1111 1111 x\u02321111111111111"}"#,
            r#"{"Text":"\u4111 **** **** **** x\u0232*************"}"#,
        ),
        (r#"{"Text":"5678567856784\u003444444456785678"}"#, r#"{"Text":"*************\u002A**********5678"}"#),
        (r#"{"Text":"\u0232 111111111111"}"#, r#"{"Text":"\u0232 111111111111"}"#),
    ] {
        assert_eq!(masked(written), wanted);
    }
}

/// Found by fuzzing: once a number is hidden, the end of another one stands alone behind a percent sign.
#[test]
fn what_is_left_beside_a_hidden_number_is_looked_at_again() {
    let text = masked(r#"{"Text":"%56785678 \u00345678000 0000000000000x"}"#);
    assert_eq!(text, r#"{"Text":"%56****** \u002A******* *********0000x"}"#);
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap().to_owned();
    for part in parts {
        decoded.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
        decoded.push_str(&part[2..]);
    }
    decoded
}

/// A number with a right check digit.
fn card_number(digits: &[u8]) -> String {
    let doubled = |(place, digit): (usize, &u8)| {
        let digit = u32::from(*digit) * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    let mut number: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    number.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap());
    number
}

/// The types of all values, and the lengths of texts.
fn form(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.values().map(form).collect(),
        Value::Array(elements) => elements.iter().map(form).collect(),
        Value::String(text) => json!(text.chars().count()),
        Value::Number(_) => json!("number"),
        other => other.clone(),
    }
}
