//! What was opened, and the header beside it.

use super::*;

#[test]
fn both_headers_say_the_same() {
    let keys = [key()];
    let header = sample()["SaleToPOIRequest"]["MessageHeader"].as_object().unwrap().clone();
    assert_eq!(header.len(), 7);
    let with = |header: Value| sample_with("MessageHeader", header);

    for name in header.keys() {
        for value in [json!("other"), json!(""), json!(null), json!(3), json!(["3.0"]), json!({})] {
            let mut changed = header.clone();
            changed[name] = value.clone();
            assert_eq!(open(&with(changed.into()), &keys), Err(CryptoFailure::Header), "{name}: {value}");
        }
        let mut cut = header.clone();
        let text = cut[name].as_str().unwrap().to_owned();
        cut[name] = text[..text.len() - 1].into();
        assert_eq!(open(&with(cut.into()), &keys), Err(CryptoFailure::Header), "{name} cut");
        let mut without = header.clone();
        without.remove(name);
        assert_eq!(open(&with(without.into()), &keys), Err(CryptoFailure::Header), "without {name}");
    }
    let mut more = header.clone();
    more.insert("DeviceID".into(), "1".into());
    assert_eq!(open(&with(more.into()), &keys), Err(CryptoFailure::Header));
    assert_eq!(open(&with(json!({})), &keys), Err(CryptoFailure::Header));

    // The same, written in another way.
    let mut same = header.clone();
    same.insert("DeviceID".into(), Value::Null);
    assert_eq!(open(&with(same.into()), &keys).unwrap(), PLAINTEXT);
    let escaped = sample().to_string().replace("POS-1", "\\u0050OS-1").replace("SaleID", "Sale\\u0049D");
    assert_eq!(open(&escaped, &keys).unwrap(), PLAINTEXT);
}

/// A till and a terminal use the same key: an answer sent back must not pass as a request.
#[test]
fn an_answer_is_no_request() {
    let clear = PLAINTEXT.replace("SaleToPOIRequest", "SaleToPOIResponse");
    let reflected = seal(&clear, &key(), [1; 16]).replace("SaleToPOIResponse", "SaleToPOIRequest");
    // What is opened is still an answer, so whoever reads a request in it finds none.
    assert_eq!(open(&reflected, &[key()]).unwrap(), clear);
}

/// Whoever reads the answer in a document must not have the header of a request beside it compared.
#[test]
fn another_envelope_hides_no_header() {
    let clear = PLAINTEXT.replace("SaleToPOIRequest", "SaleToPOIResponse");
    let mut wire: Value = serde_json::from_str(&seal(&clear, &key(), [1; 16])).unwrap();
    wire["SaleToPOIResponse"]["MessageHeader"]["SaleID"] = "POS-2".into();
    wire["SaleToPOIRequest"] = json!({});
    let wire = wire.to_string();
    let (document, report) = (Document::parse(wire.as_bytes()).unwrap(), &mut Report::new());
    let envelope = Envelope::read(document, Direction::Response, &Dialect::ADYEN, report).unwrap();
    let Some(Body::Secured(secured)) = envelope.body(report) else { panic!("{}", report.errors().as_str()) };
    let mut scratch = [0; 1024];
    let result = envelope::open(&envelope, &secured, &[key()], &mut scratch, Limits::default());
    assert!(matches!(result, Err(CryptoFailure::Header)), "{result:?}");
}

#[test]
fn a_genuine_text_may_be_anything() {
    let keys = [key()];
    assert_eq!(open(&genuine(b"[1]"), &keys).unwrap(), "[1]");
    assert_eq!(open(&genuine(b"{}"), &keys).unwrap(), "{}");
    let headless = r#"{"SaleToPOIRequest":{"AbortRequest":{}}}"#;
    assert_eq!(open(&genuine(headless.as_bytes()), &keys).unwrap(), headless);
    for bad in [&b""[..], b"{", b"\xff\xff", b"{\"A\":1,\"A\":1}"] {
        let text = open(&genuine(bad), &keys).unwrap();
        assert!(text.starts_with("bad json: "), "{text}");
    }
}
