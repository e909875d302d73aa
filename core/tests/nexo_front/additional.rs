//! `AdditionalResponse`: what is written is read again, and the published bytes come out.

use opi_core::nexo::additional::{Additional, Form, Said};
use opi_core::nexo::remark::{Filling, Remark, TextProfile};
use proptest::prelude::*;

fn said(profile: TextProfile, remark: Remark, filling: &Filling<'_>) -> String {
    let mut text = Additional::new();
    text.remark(profile, remark, filling);
    text.as_str().to_owned()
}

#[test]
fn published_texts_come_out_byte_for_byte() {
    let paid = Filling { category: "Payment", sale_id: "POSSystemID12345", service_id: "29235", version: "" };
    assert_eq!(
        said(TextProfile::Current, Remark::NotFound, &paid),
        "message=Message%20not%20found.%20Category%3dPayment%2c%20last%20such%20Request%20has%20\
         SaleID%3dPOSSystemID12345%20ServiceID%3d29235"
    );
    let second = Filling { service_id: "2", ..paid };
    assert_eq!(
        said(TextProfile::Seed2018, Remark::NotFound, &second),
        "Message not Found, last PaymentRequest has ID 2"
    );
    assert_eq!(said(TextProfile::Current, Remark::Uncompleted, &paid), "message=Uncompleted%20transaction");
    assert_eq!(
        said(TextProfile::Current, Remark::Busy, &paid),
        "message=Forbidden%20Request%2c%20Service%20Dialogue%20PaymentRequest%20is%20in%20Progress&serviceId=29235"
    );
    let mut errors = Additional::new();
    let line = "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Currency: Missing";
    errors.lines(TextProfile::Current, "errors", line);
    assert_eq!(
        errors.as_str(),
        "errors=At%20SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq%2c%20field%20Currency%3a%20Missing"
    );
    let mut errors = Additional::new();
    errors.lines(TextProfile::Seed2018, "errors", line);
    assert_eq!(errors.as_str(), line);
}

/// Each text names the facts it has a place for, and no place is left open.
#[test]
fn no_text_has_an_open_place() {
    let filling = Filling { category: "Reversal", sale_id: "SALE", service_id: "SRV", version: "2.0" };
    for profile in [TextProfile::Seed2018, TextProfile::Current] {
        for remark in Remark::ALL {
            let text = said(profile, *remark, &filling);
            assert!(!text.is_empty(), "{remark:?}");
            assert!(!text.contains(['{', '}']) && !text.contains("%7b"), "{text}");
            assert_eq!(profile == TextProfile::Current, Form::read(&text).is_some(), "{text}");
        }
    }
}

#[test]
fn a_part_without_room_is_left_out_as_a_whole() {
    let mut text = Additional::new();
    text.pair("a", "x".repeat(4000));
    text.pair("b", " ".repeat(100));
    assert!(text.is_cut());
    text.pair("c", "1");
    let pairs: Vec<_> = Form::read(text.as_str()).unwrap().pairs().map(|(name, _)| name.raw().to_owned()).collect();
    assert_eq!(pairs, ["a", "c"]);
}

#[test]
fn the_three_forms_are_told_apart() {
    assert!(Form::read("Message not Found, last PaymentRequest has ID 2").is_none());
    assert!(Form::read("Unavailable Device Service").is_none());
    assert!(Form::read("the rate is=3").is_none());
    assert!(Form::read("").is_none());
    // Clouds write a blank as `+`.
    let form = Form::read("message=Input+is+not+a+JSONObject&note=").unwrap();
    assert!(form.get("message").unwrap() == *"Input is not a JSONObject");
    assert!(form.get("note").unwrap() == *"");
    assert!(form.get("other").is_none());
}

#[test]
fn pairs_become_json_for_tills_that_want_it() {
    let mut text = Additional::new();
    text.pair("tid", "80000001");
    text.pair("message", "a \"quoted\" é");
    text.pair("iso", "2026-04-08T08:15:00Z");
    let json = text.to_json().unwrap();
    let mut scratch = [0; 512];
    let Said::Json(document) = Said::read(&json, &mut scratch) else { panic!("{json}") };
    assert_eq!(
        document.root().raw(),
        r#"{"additionalData":{"tid":"80000001","iso":"2026-04-08T08:15:00Z"},"message":"a \"quoted\" é"}"#
    );
    assert!(Additional::new().to_json().is_none());
    assert!(matches!(Said::read("Unavailable Device Service", &mut [0; 64]), Said::Sentence(_)));
    assert!(matches!(Said::read("message=x", &mut [0; 64]), Said::Pairs(_)));
    // Base64 of something else, and of a half object.
    assert!(matches!(Said::read("aGVsbG8=", &mut [0; 64]), Said::Sentence(_) | Said::Pairs(_)));
    assert!(matches!(Said::read("eyJhIjox", &mut [0; 64]), Said::Sentence(_)));
}

#[test]
fn card_numbers_are_shown_masked() {
    let form = Form::read("pan=4111%201111%201111%201111").unwrap();
    assert_eq!(
        format!("{} {:?}", form.get("pan").unwrap(), form),
        "**** **** **** 1111 Form(\"pan=4111%201111%201111%201111\")"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(pairs in prop::collection::vec(("[a-z]{1,8}", "\\PC{0,40}|[+%=& \n]{0,9}"), 1..5)) {
        let mut text = Additional::new();
        for (name, value) in &pairs {
            text.pair(name, value);
        }
        prop_assert!(text.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        let form = Form::read(text.as_str()).unwrap();
        let read: Vec<(String, String)> =
            form.pairs().map(|(name, value)| (name.chars().collect(), value.chars().collect())).collect();
        prop_assert_eq!(read, pairs);
    }

    /// Whatever the bytes: the characters are those that the standard library finds in them.
    #[test]
    fn broken_utf8_is_replaced_like_the_standard_library_does(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let text: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        let raw = format!("a={text}");
        let value = Form::read(&raw).unwrap().get("a").unwrap();
        prop_assert_eq!(value.bytes().collect::<Vec<_>>(), bytes.clone());
        if let Ok(whole) = String::from_utf8(bytes) {
            prop_assert_eq!(value.chars().collect::<String>(), whole);
        } else {
            prop_assert!(value.chars().any(|character| character == char::REPLACEMENT_CHARACTER));
        }
    }
}
