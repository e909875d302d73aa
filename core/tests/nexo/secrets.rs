//! Card data is never shown (I12).

use opi_core::nexo::{Body, Dialect, Direction, ResponseBody};
use serde_json::{Value, json};

use crate::build::{Fill, Sample, places, samples};
use crate::catalogue::Holds;
use crate::read;

/// What must not be seen, for each kind of member that is a secret.
pub(crate) fn with_secrets(sample: &mut Sample) -> Vec<String> {
    let mut secrets = Vec::new();
    for place in places(&sample.clone()) {
        let secret = match place.member.holds {
            Holds::Card(..) if place.member.name != "MaskedPan" => "4111111111111111".to_owned(),
            Holds::Secret(2, 3) => "q7#".to_owned(),
            Holds::Secret(4, 4) => "q7#2".to_owned(),
            Holds::Secret(..) => format!("q7#secret{}", secrets.len()),
            _ if place.member.name == "PAN" => "5413330089600011".to_owned(),
            // Whatever stands in the places that nobody looks into.
            Holds::Any => {
                place.of(&mut sample.document).insert(place.member.name.to_owned(), json!({ "Blob": "q7#any" }));
                secrets.push("q7#any".to_owned());
                continue;
            }
            _ => continue,
        };
        place.of(&mut sample.document).insert(place.member.name.to_owned(), Value::String(secret.clone()));
        secrets.push(secret);
    }
    secrets
}

#[cfg(feature = "serde")]
fn as_data(message: &opi_core::nexo::Message<'_>) -> Option<String> {
    let data = serde_json::to_value(message).unwrap();
    // What is no secret is there, under its name on the wire.
    let (envelope, inside) = data.as_object().unwrap().iter().next().unwrap();
    assert!(envelope.starts_with("SaleToPOIRe") && inside["MessageHeader"]["SaleID"] == "A", "{data}");
    assert_eq!(inside.as_object().unwrap().len(), 2, "{data}");
    Some(data.to_string())
}

#[cfg(not(feature = "serde"))]
fn as_data(_: &opi_core::nexo::Message<'_>) -> Option<String> {
    None
}

#[test]
fn no_secret_of_any_message_is_shown() {
    let mut hidden = 0;
    for mut sample in samples(Fill::All) {
        let secrets = with_secrets(&mut sample);
        let text = sample.document.to_string();
        let found = read(&text, sample.direction(), &Dialect::ADYEN);
        let message = found.message.unwrap();
        let mut shown = vec![format!("{message:?}"), format!("{message:#?}"), format!("{:?}", found.report)];
        shown.extend(as_data(&message));
        for shown in shown {
            assert!(!shown.contains("q7#"), "{shown}");
            for secret in &secrets {
                assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
            }
        }
        hidden += secrets.len();
    }
    assert!(hidden > 50, "only {hidden} secrets");
}

#[test]
fn a_card_number_in_free_text_is_masked() {
    for mut sample in samples(Fill::All) {
        for place in places(&sample.clone()) {
            if let Holds::Text(0, 100) = place.member.holds {
                let text = json!("Card 4111 1111 1111 1111 taken");
                let value = if place.member.list { json!([text]) } else { text };
                place.of(&mut sample.document).insert(place.member.name.to_owned(), value);
            }
        }
        let text = sample.document.to_string();
        let message = read(&text, sample.direction(), &Dialect::ADYEN).message.unwrap();
        let shown = format!("{message:?}");
        assert!(!shown.contains("4111 1111 1111") && !shown.contains("4111111111111"), "{shown}");
    }
}

#[test]
fn what_a_terminal_adds_does_not_show_the_expiry_date() {
    let shown = |additional: &str| {
        let header = json!({ "MessageClass": "Service", "MessageCategory": "Logout", "MessageType": "Response",
                             "ServiceID": "1", "SaleID": "POS-1", "POIID": "P400-1" });
        let answer = json!({ "Response": { "Result": "Success", "AdditionalResponse": additional } });
        let document =
            json!({ "SaleToPOIResponse": { "MessageHeader": header, "LogoutResponse": answer } }).to_string();
        let message = read(&document, Direction::Response, &Dialect::ADYEN).message.unwrap();
        let Body::Response(ResponseBody::Logout(answer)) = message.body else { panic!() };
        let additional = answer.response.additional_response.unwrap();
        // The true text is there for those who ask for it.
        assert!(additional.text() == *document_text(&document));
        additional.to_string()
    };
    fn document_text(document: &str) -> String {
        let value: Value = serde_json::from_str(document).unwrap();
        let answer = &value["SaleToPOIResponse"]["LogoutResponse"]["Response"]["AdditionalResponse"];
        answer.as_str().unwrap().to_owned()
    }
    assert_eq!(shown("tid=1&expiryDate=6%2f2030&expiryYear=2030&AID=A0"), "tid=1&expiryDate=***&expiryYear=***&AID=A0");
    assert_eq!(shown("card.ExpiryMonth=06"), "card.ExpiryMonth=***");
    // {"additionalData":{"expiryDate":"6/2030"}}
    assert_eq!(shown("eyJhZGRpdGlvbmFsRGF0YSI6eyJleHBpcnlEYXRlIjoiNi8yMDMwIn19"), "***");
    assert_eq!(shown("ewogICJhIjogMQp9"), "***");
    assert_eq!(shown("At toplevel, field SaleToPOIRequest: Missing"), "At toplevel, field SaleToPOIRequest: Missing");
    assert_eq!(shown("errors=At%20x&note=4111111111111111"), "errors=At%20x&note=************1111");
}
