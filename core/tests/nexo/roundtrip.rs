//! Random messages: what is written is what was read, in every dialect.

use opi_core::nexo::{Body, Dialect, Direction, Message};
use proptest::prelude::*;
use serde_json::Value;

use crate::build::{Fill, random, samples};
use crate::catalogue::{self, Holds, Member};
use crate::{plain, read, written};

proptest! {


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

/// Something that does not belong there.
const STRANGE: &[&str] = &[
    "null",
    "true",
    "\"\"",
    "\"true\"",
    "[]",
    "{}",
    "[null]",
    "[{}]",
    "[[\"x\"], 1]",
    "0",
    "-0",
    "1e400",
    "0.0000000000001",
    "99999999.999999",
    "\"EUR\"",
    "\"2026-13-45T99:99:99.Z\"",
    "{\"Text\":\"x\",\"OutputFormat\":\"Text\",\"Value\":\"1\"}",
    "[\"ICC\", \"icc\", \"\\u0049CC\"]",
];

/// Every value in the document, by its pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

proptest! {


    /// Whatever is wrong with a message: what can be used of it is what is written.
    #[test]
    fn what_is_left_of_a_broken_message_is_what_is_written(
        bytes in proptest::collection::vec(any::<u8>(), 64..2048),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..STRANGE.len()), 1..6),
        dialect in 0..3_usize,
        request: bool,
    ) {
        let dialect = Dialect::ALL[dialect];
        let mut sample = random(bytes.into_iter());
        for (place, strange) in changes {
            let mut found = Vec::new();
            pointers(&sample.document[sample.envelope], &format!("/{}", sample.envelope), &mut found);
            *sample.document.pointer_mut(place.get(&found).as_str()).unwrap() = serde_json::from_str(STRANGE[strange])
                .unwrap_or_else(|_| serde_json::json!({ "Strange": strange }));
        }
        let text = sample.document.to_string();
        let direction = if request { sample.direction() } else { Direction::Response };
        let found = read(&text, direction, dialect);
        let Some(message) = found.message else {
            prop_assert!(found.report.is_fatal(), "{}", text);
            return Ok(());
        };
        let again = String::from_utf8(written(&message, dialect)).unwrap();
        let again = read(&again, direction, dialect);
        prop_assert_eq!(again.message, Some(message), "{}", text);
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
    use opi_core::nexo::{Amount, Category, List, MessageHeader, ResponseBody, Word};

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
