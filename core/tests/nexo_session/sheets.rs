//! Receipts and totals.

use opi_core::drive::{Input, Link};
use opi_core::operation::{Operation, Outcome};
use serde_json::{Value, json};

use crate::till::{Did, Till, answer, eur, paid};

/// Two receipts: forms and plain lines.
pub(crate) fn receipts() -> Value {
    json!([
        {
            "DocumentQualifier": "CashierReceipt", "RequiredSignatureFlag": true,
            "OutputContent": {"OutputFormat": "Text", "OutputText": [
                {"Text": "key=header1&name=Shop", "CharacterStyle": "Bold", "EndOfLineFlag": true},
                {"Text": "name=TOTAL&value=%e2%82%ac%c2%a010.99&key=totalAmount"},
                {"Text": "one ", "EndOfLineFlag": false}, {"Text": "line"}
            ]}
        },
        {
            "DocumentQualifier": "CustomerReceipt", "RequiredSignatureFlag": false,
            "OutputContent": {"OutputFormat": "Text", "OutputText": [{"Text": "Thank you"}]}
        }
    ])
}

fn answered() -> (Till, Vec<Did>) {
    let mut body = paid();
    body["PaymentReceipt"] = receipts();
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", body));
    (till, did)
}

fn ticket(did: &[Did]) -> opi_core::journal::Ticket {
    match did.last() {
        Some(Did::Sheet(ticket)) => *ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn receipts_are_stored_one_after_the_other_before_the_end() {
    let (mut till, did) = answered();
    let lines: Vec<&str> =
        did.iter().filter_map(|it| if let Did::Line(line) = it { Some(line.as_str()) } else { None }).collect();
    assert_eq!(lines, ["Shop", "TOTAL €\u{a0}10.99", "one line"]);
    assert!(did.contains(&Did::SheetBegun("Receipt(Merchant)".to_owned())));
    assert!(did.contains(&Did::Detail("RequiredSignatureFlag".to_owned(), "true".to_owned())));
    let did = till.put(Input::Stored(ticket(&did)));
    assert_eq!(did[..2], [Did::SheetEnded(true), Did::SheetBegun("Receipt(Customer)".to_owned())]);
    let did = till.put(Input::Stored(ticket(&did)));
    assert_eq!(did[0], Did::SheetEnded(true));
    assert!(matches!(did.last(), Some(Did::Result(_))), "{did:?}");
}

#[test]
fn a_receipt_that_cannot_be_stored_costs_no_result() {
    let (mut till, did) = answered();
    let did = till.put(Input::StoreFailed(ticket(&did)));
    assert_eq!(did[0], Did::SheetEnded(false));
    // Of the second nobody hears again.
    assert!(till.wait().until.is_some(), "I9");
    let did = till.sleep();
    assert_eq!(did[0], Did::SheetEnded(false));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn while_a_receipt_is_stored_the_answer_is_not_late() {
    let (mut till, did) = answered();
    let ticket = ticket(&did);
    till.now += 9_000;
    assert_eq!(till.put(Input::Tick), []);
    till.put(Input::Closed(Link::Request));
    let did = till.put(Input::Stored(ticket));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn a_document_is_told_as_it_came() {
    let page = "PGI+".repeat(200);
    let mut body = paid();
    body["PaymentReceipt"] = json!([{"DocumentQualifier": "CustomerReceipt", "OutputContent": {"OutputFormat": "XHTML", "OutputXHTML": page}}]);
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", body));
    let pieces = did.iter().filter(|it| matches!(it, Did::Event(event) if event.contains("JournalText"))).count();
    assert_eq!(pieces, 800usize.div_ceil(256), "{did:?}");
}

/// What a terminal may send without end is told only so far.
#[test]
fn endless_receipts_end() {
    let texts: Vec<Value> = (0..400).map(|_| json!({"Text": "x"})).collect();
    let receipt =
        json!({"DocumentQualifier": "Journal", "OutputContent": {"OutputFormat": "Text", "OutputText": texts}});
    let mut body = paid();
    body["PaymentReceipt"] = json!([receipt]);
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", body));
    assert_eq!(did.iter().filter(|it| matches!(it, Did::Line(_))).count(), 128);
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn totals_are_told() {
    let totals = json!([
        {"PaymentInstrumentType": "Card", "CardBrand": "mc", "PaymentCurrency": "EUR", "PaymentTotals": [
            {"TransactionType": "Debit", "TransactionCount": 2, "TransactionAmount": 21.98},
            {"TransactionType": "Credit", "TransactionCount": 1, "TransactionAmount": 5}
        ]},
        {"PaymentInstrumentType": "Card", "CardBrand": "visa", "PaymentCurrency": "EUR", "PaymentTotals": [
            {"TransactionType": "Debit", "TransactionCount": 1, "TransactionAmount": 1}
        ]}
    ]);
    for (closure, category) in [(false, "GetTotals"), (true, "Reconciliation")] {
        let mut till = Till::new();
        let message = till.start(Operation::Reconciliation { closure });
        assert_eq!(message["SaleToPOIRequest"]["MessageHeader"]["MessageCategory"], category);
        till.put(Input::Sent(Link::Request));
        let body = json!({
            "Response": {"Result": "Success"}, "POIReconciliationID": "1000", "ReconciliationType": "SaleReconciliation",
            "TransactionTotals": totals
        });
        let did = till.answer(&answer(category, "1001", body));
        let told: Vec<&String> =
            did.iter().filter_map(|it| if let Did::Event(event) = it { Some(event) } else { None }).collect();
        assert_eq!(told.len(), 3, "{did:?}");
        assert!(told[0].contains(&format!("{:?}", eur("21.98"))) && told[0].contains("Debit"), "{told:?}");
        assert!(told[2].contains("visa"), "{told:?}");
        assert_eq!(till.finished(did).outcome, Outcome::Done);
    }
}

/// News of an abort are told while the store is waited for, and nothing spins.
#[test]
fn an_abort_that_ends_while_a_receipt_is_stored_is_told() {
    let mut body = paid();
    body["PaymentReceipt"] = receipts();
    let mut till = Till::new();
    till.pay();
    till.put(Input::Abort);
    let did = till.answer(&answer("Payment", "1001", body));
    let ticket = ticket(&did);
    let did = till.put(Input::ConnectFailed(Link::Abort));
    assert!(did.contains(&Did::AbortAnswered(false)), "{did:?}");
    assert_eq!(till.try_put(Input::Abort), Err(opi_core::drive::Misuse::NothingToAbort));
    let did = till.put(Input::Stored(ticket));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

/// The answer is here before the adapter says that the request left, or did not.
#[test]
fn how_the_request_left_does_not_matter_once_its_answer_is_told() {
    for at_most in [0, 100_000] {
        let mut body = paid();
        body["PaymentReceipt"] = receipts();
        let mut till = Till::new();
        till.start(crate::till::payment());
        let did = till.answer(&answer("Payment", "1001", body));
        assert_eq!(till.put(Input::SendFailed { link: Link::Request, at_most }), []);
        let did = till.put(Input::Stored(ticket(&did)));
        assert_eq!(till.finished(did).outcome, Outcome::Approved);
    }
}
