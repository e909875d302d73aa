//! What the sample messages are read as, which lines are told of them, and that they are written as they were.

use std::path::PathBuf;

use opi_core::json::Document;
use opi_core::nexo::body::{AmountsReq, PaymentRequest};
use opi_core::nexo::{Body, Category, Dialect, Direction, Envelope, Message, Report, RequestBody, Word};

use crate::plain;

fn sample(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/data/nexo", name].iter().collect();
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Errors and warnings.
fn lines(name: &str) -> (String, String) {
    let bytes = sample(name);
    let mut report = Report::new();
    Message::read(Document::parse(&bytes).unwrap(), Direction::Request, &Dialect::ADYEN, &mut report);
    (report.errors().as_str().to_owned(), report.warnings().as_str().to_owned())
}

/// Those whose form alone gives no reason to complain, whatever a terminal answers.
const FLAWLESS: &[&str] = &[
    "01-login.json",
    "02-payment-no-protocol-version.json",
    "03-payment-basic.json",
    "04-payment-decimal-and-order.json",
    "10-stored-value-not-implemented.json",
    "11-duplicate-service-id.json",
    "12-abort.json",
    "13-status-by-reference.json",
    "14-status-last.json",
    "15-status-not-found.json",
    "16-diagnosis.json",
    "17-display.json",
    "19-print-xhtml.json",
    "20-reversal.json",
    "21-secured-envelope.json",
    "26-logout.json",
];

#[test]
fn a_flawless_sample_is_written_as_it_was() {
    for name in FLAWLESS {
        assert_eq!(lines(name), (String::new(), String::new()), "{name}");
        let bytes = sample(name);
        let mut report = Report::new();
        let document = Document::parse(&bytes).unwrap();
        let message = Message::read(document, Direction::Request, &Dialect::ADYEN, &mut report).unwrap();
        let mut written = vec![0; 8192];
        let length = message.write(&Dialect::ADYEN, &mut written).unwrap();
        assert_eq!(plain(&written[..length]), plain(&bytes), "{name}");
    }
}

#[test]
fn the_others_are_told_as_documented() {
    let missing = |at: &str| (format!("At {at}: Missing"), String::new());
    assert_eq!(
        lines("06-payment-missing-currency.json"),
        missing("SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Currency")
    );
    assert_eq!(lines("07-toplevel-missing.json").0, missing("toplevel, field SaleToPOIRequest").0);
    assert_eq!(
        lines("05-payment-unknown-fields.json").1,
        "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Colour: Unexpected\n\
         At SaleToPOIRequest.PaymentRequest, field LoyaltyRequested: Unexpected"
    );
    assert_eq!(
        lines("22-service-id-too-long.json").0,
        "At SaleToPOIRequest.MessageHeader, field ServiceID: Invalid length"
    );
}

#[test]
fn amounts_are_exact_wherever_the_header_stands() {
    let bytes = sample("04-payment-decimal-and-order.json");
    let mut report = Report::new();
    let document = Document::parse(&bytes).unwrap();
    let envelope = Envelope::read(document, Direction::Request, &Dialect::ADYEN, &mut report).unwrap();
    assert_eq!(envelope.header.category(), Some(Category::Payment));
    let Some(Body::Request(RequestBody::Payment(PaymentRequest { payment_transaction, sale_data, .. }))) =
        envelope.body(&mut report)
    else {
        panic!("no payment")
    };
    let AmountsReq { requested_amount, tip_amount, .. } = payment_transaction.amounts_req;
    assert_eq!(requested_amount.map(|amount| amount.to_string()).as_deref(), Some("10.99"));
    assert_eq!(tip_amount.map(|amount| amount.to_string()).as_deref(), Some("1.1"));
    assert_eq!(sale_data.sale_transaction_id.unwrap().transaction_id, *"T-1004 \u{20ac}");
    assert!(envelope.header.message_category.is_some_and(|word| word == Word::Listed(Category::Payment)));
}
