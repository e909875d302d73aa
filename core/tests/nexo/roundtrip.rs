//! Random messages: what is written is what was read, in every dialect.

use opi_core::nexo::{Body, Dialect, Message};
use proptest::prelude::*;
use serde_json::Value;

use crate::build::{Fill, random, samples};
use crate::catalogue::{self, Holds, Member};
use crate::{plain, read, written};

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_was_read(bytes in proptest::collection::vec(any::<u8>(), 64..4096)) {
        let sample = random(bytes.into_iter());
        let text = sample.document.to_string();
        let found = read(&text, sample.direction(), &Dialect::ADYEN);
        prop_assert_eq!(found.lines(), (String::new(), String::new()), "{}", text);
        let message = found.message.unwrap();

        let adyen = written(&message, &Dialect::ADYEN);
        prop_assert_eq!(plain(&adyen), plain(text.as_bytes()));
        // Equal values, wherever they come from.
        let again = String::from_utf8(adyen).unwrap();
        let again = read(&again, sample.direction(), &Dialect::ADYEN);
        prop_assert_eq!(again.message, Some(message));

        let capitals = String::from_utf8(written(&message, &Dialect::CAPITALS)).unwrap();
        let found = read(&capitals, sample.direction(), &Dialect::CAPITALS);
        prop_assert_eq!(found.lines(), (String::new(), String::new()), "{}", capitals);
        prop_assert_eq!(plain(&written(&found.message.unwrap(), &Dialect::ADYEN)), plain(text.as_bytes()));
    }
}

/// How the dialect in capitals writes what a message has, in the words of its definition.
fn in_capitals(object: &str, value: &Value) -> Value {
    let members = value.as_object().unwrap();
    if catalogue::is_choice(object) {
        let (name, inner) = members.iter().next().unwrap();
        let member = catalogue::members(object).into_iter().find(|member| member.name == name).unwrap();
        return serde_json::json!({ name: member_in_capitals(&member, inner) });
    }
    let all = catalogue::members(object).into_iter().map(|member| {
        let value = members.get(member.name).map_or(Value::Null, |value| member_in_capitals(&member, value));
        (member.name.to_owned(), value)
    });
    let mut all: serde_json::Map<_, _> = all.collect();
    if object == "ReconciliationRequest" {
        all.insert("AcquirerID".to_owned(), Value::Null);
    }
    Value::Object(all)
}

fn member_in_capitals(member: &Member, value: &Value) -> Value {
    if let (true, Some(elements)) = (member.list, value.as_array()) {
        let member = Member { list: false, ..*member };
        return elements.iter().map(|element| member_in_capitals(&member, element)).collect();
    }
    match member.holds {
        Holds::Word(_) => Value::String(value.as_str().unwrap().to_ascii_uppercase()),
        Holds::Cluster(_) => {
            value.as_array().unwrap().iter().map(|word| Value::String(word.as_str().unwrap().to_uppercase())).collect()
        }
        // Without an exponent and without zeros that say nothing.
        Holds::Amount | Holds::Rate => Value::String(value.as_f64().unwrap().to_string()),
        Holds::Object(name) => in_capitals(name, value),
        _ => value.clone(),
    }
}

#[test]
fn the_other_dialect_has_capitals_amounts_as_text_and_null() {
    for fill in [Fill::All, Fill::Least] {
        for sample in samples(fill) {
            let text = sample.document.to_string();
            let message = read(&text, sample.direction(), &Dialect::ADYEN).message.unwrap();
            let found: Value = serde_json::from_slice(&written(&message, &Dialect::CAPITALS)).unwrap();
            let (found, original) = (&found[sample.envelope], &sample.document[sample.envelope]);
            for object in ["MessageHeader", sample.body] {
                let expected = in_capitals(object, &original[object]).to_string();
                assert_eq!(plain(found[object].to_string().as_bytes()), plain(expected.as_bytes()), "{}", sample.body);
            }
        }
    }
}

#[test]
fn what_the_caller_builds_is_what_is_read() {
    use opi_core::json::Str;
    use opi_core::money::Decimal;
    use opi_core::nexo::body::*;
    use opi_core::nexo::vocabulary::*;
    use opi_core::nexo::{Amount, Category, Direction, List, MessageHeader, ResponseBody, Word};

    let name = |id| TransactionIdentification::new(Str::from(id), "2026-04-08T08:15:00Z".into());
    let lines = [OutputText::new("name=Total&value=10.99".into()), OutputText::new("-".into())];
    let content =
        OutputContent { output_text: Some(List::from(&lines)), ..OutputContent::new(OutputFormat::Text.into()) };
    let receipts = [PaymentReceipt::new(DocumentQualifier::CustomerReceipt.into(), content)];
    let answer = PaymentResponse {
        sale_data: Some(SaleData { sale_transaction_id: Some(name("T-1")), ..SaleData::default() }),
        poi_data: Some(POIData::new(name("t.psp"))),
        payment_result: Some(PaymentResult {
            amounts_resp: Some(AmountsResp::new(Amount::new(Decimal::parse("10.99").unwrap()).unwrap())),
            ..PaymentResult::default()
        }),
        payment_receipt: Some(List::from(&receipts)),
        ..PaymentResponse::new(Response::success())
    };
    let header = MessageHeader::request(Category::Payment, "POS-1", "P400-1", "17").answer();
    let message = Message::response(header, ResponseBody::from(answer));
    let text = String::from_utf8(written(&message, &Dialect::ADYEN)).unwrap();
    let found = read(&text, Direction::Response, &Dialect::ADYEN);
    assert_eq!(found.lines(), (String::new(), String::new()));
    assert_eq!(found.message, Some(message));
    let Some(Message { body: Body::Response(ResponseBody::Payment(answer)), .. }) = found.message else { panic!() };
    let receipt = answer.payment_receipt.unwrap().iter().next().unwrap();
    assert!(receipt.document_qualifier == Word::Listed(DocumentQualifier::CustomerReceipt));
    assert_eq!(receipt.output_content.output_text.unwrap().len(), 2);
}

#[test]
fn a_buffer_too_small_is_an_error_at_any_length() {
    for sample in samples(Fill::Least) {
        let text = sample.document.to_string();
        let message = read(&text, sample.direction(), &Dialect::ADYEN).message.unwrap();
        let length = written(&message, &Dialect::ADYEN).len();
        for room in 0..length {
            assert!(message.write(&Dialect::ADYEN, &mut vec![0; room]).is_err(), "{room} of {length}");
        }
        assert_eq!(message.write(&Dialect::ADYEN, &mut vec![0; length]).unwrap(), length);
    }
}
