//! The sample messages.

use std::path::Path;

use opi_core::json::{Document, ErrorKind, Limits};
use opi_core::money::{Currency, Money};

use crate::oracle::compare;
use crate::tree::ours;

fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/nexo");
    let mut samples: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect();
    samples.sort();
    assert!(samples.len() > 20);
    samples
}

#[test]
fn read_as_serde_json_reads_them() {
    for (name, document) in samples() {
        let expected = if name.contains("bad-json") { Err(ErrorKind::Name) } else { Ok(()) };
        assert_eq!(compare(&document).map(|_| ()), expected, "{name}");
    }
}

/// A message cut anywhere is never taken for a whole one, and nothing panics.
#[test]
fn every_prefix_is_refused() {
    // The manifest is no message, and long.
    for (name, document) in samples().into_iter().filter(|(name, _)| name != "manifest.json") {
        let whole = Document::parse(&document);
        let end = document.trim_ascii_end().len();
        for length in 0..end {
            let error = ours(&document[..length], Limits::default()).expect_err(&name);
            match &whole {
                Err(whole) if whole.offset < length => assert_eq!(error, *whole, "{name}"),
                _ => {
                    let character = std::str::from_utf8(&document[..length]).map_err(|error| error.valid_up_to());
                    let expected = match character {
                        Ok(_) => (ErrorKind::UnexpectedEnd, length),
                        Err(begin) => (ErrorKind::Encoding, begin),
                    };
                    assert_eq!((error.kind, error.offset), expected, "{name}");
                }
            }
        }
    }
}

/// The body of this message stands before its header, and its amount has an exponent or zeros.
#[test]
fn members_in_any_order() {
    let (_, document) = samples().into_iter().find(|(name, _)| name.contains("decimal-and-order")).unwrap();
    let request = Document::parse(&document).unwrap().root().object().unwrap().get("SaleToPOIRequest").unwrap();
    let request = request.object().unwrap();
    let names: Vec<String> = request.into_iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["PaymentRequest", "MessageHeader"]);

    let header = request.get("MessageHeader").unwrap().object().unwrap();
    assert_eq!(header.get("MessageCategory").unwrap().text().unwrap().copy_to::<24>().unwrap().as_str(), "Payment");
    let payment = request.get("PaymentRequest").unwrap().object().unwrap();
    let amounts = payment.get("PaymentTransaction").unwrap().object().unwrap().get("AmountsReq").unwrap();
    let amounts = amounts.object().unwrap();
    let currency = amounts.get("Currency").unwrap().text().unwrap().copy_to::<3>().unwrap();
    let amount = |name| {
        let decimal = amounts.get(name).unwrap().number().unwrap().decimal().unwrap();
        Money::from_decimal(decimal, Currency::new(currency.as_str()).unwrap()).unwrap().minor()
    };
    assert_eq!((amount("RequestedAmount"), amount("TipAmount")), (1099, 110));
}
