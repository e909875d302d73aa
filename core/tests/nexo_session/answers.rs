//! What each answer to a payment comes to.

use opi_core::drive::{Input, Link};
use opi_core::operation::{Finished, Outcome, Reason};
use serde_json::{Value, json};

use crate::till::{Did, POI, Till, answer, eur, failed, header, paid, payment};

fn end_of(body: Value) -> Finished {
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", body));
    till.end(did)
}

#[test]
fn an_approval_has_its_facts() {
    let end = end_of(paid());
    assert_eq!((end.outcome, end.reason), (Outcome::Approved, None));
    let facts = &end.facts;
    assert_eq!(facts.amount, Some(eur("10.99")));
    assert_eq!(facts.tip, None);
    assert_eq!(facts.approval_code.as_ref().unwrap().as_str(), "123456");
    assert_eq!(facts.trx_reference_number.as_ref().unwrap().as_str(), "BV0q001775636100003.SIM0000000000003");
    assert_eq!(facts.time_stamp.as_ref().unwrap().as_str(), "2026-04-08T08:15:03.000Z");
    assert_eq!(facts.card_circuit.as_ref().unwrap().as_str(), "mc");
    assert_eq!(facts.terminal_id.as_ref().unwrap().as_str(), POI);
    assert_eq!(facts.masked_card_number.as_ref().unwrap().to_string(), "541333 **** 9999");
    assert_eq!(facts.overall_result.as_ref().unwrap().as_str(), "Success");
    assert!(end.stored);
}

#[test]
fn what_is_authorised_is_compared_with_what_was_asked() {
    let with = |amount: Value, currency: &str| {
        let mut body = paid();
        body["PaymentResult"]["AmountsResp"] = json!({"AuthorizedAmount": amount, "Currency": currency});
        let end = end_of(body);
        (end.outcome, end.reason, end.facts.tip)
    };
    assert_eq!(with(json!(12.99), "EUR"), (Outcome::Approved, None, Some(eur("2.00"))));
    assert_eq!(with(json!(5), "EUR"), (Outcome::Approved, Some(Reason::PartialApproval), None));
    assert_eq!(with(json!(10.99), "CHF"), (Outcome::Approved, Some(Reason::CheckReceipt), None));
    // A surcharge is no tip (nexo Sale to POI 3.0 schema: the fees are part of what is authorised).
    let mut body = paid();
    body["PaymentResult"]["AmountsResp"] =
        json!({"AuthorizedAmount": 12.99, "TotalFeesAmount": 0.50, "Currency": "EUR"});
    assert_eq!(end_of(body.clone()).facts.tip, Some(eur("1.50")));
    body["PaymentResult"]["AmountsResp"]["TotalFeesAmount"] = json!(2);
    assert_eq!(end_of(body).facts.tip, None);
    // Approved, and nothing authorised: asked about, and when that helps nothing, unknown.
    assert_eq!(with(json!(0), "EUR").0, Outcome::Unknown);
}

#[test]
fn every_condition_has_its_outcome() {
    let aborted = (Outcome::Aborted, Some(Reason::Stopped));
    let declined = |reason| (Outcome::Declined, Some(reason));
    let unknown = |reason| (Outcome::Unknown, Some(reason));
    let place = "errors=At%20SaleToPOIRequest.PaymentRequest%2c%20field%20SaleData%3a%20Missing";
    let cases = [
        ("Aborted", "message=104%20Merchant%20cancelled%20tx", aborted),
        ("Cancel", "message=108%20Shopper%20cancelled%20tx", aborted),
        ("Refusal", "refusalReason=210%20Not%20enough%20balance", declined(Reason::HostDeclined)),
        ("WrongPIN", "", declined(Reason::HostDeclined)),
        ("InvalidCard", "", declined(Reason::UnknownCard)),
        ("PaymentRestriction", "", declined(Reason::TerminalRefused)),
        ("NotAllowed", "", declined(Reason::TerminalRefused)),
        ("UnreachableHost", "", declined(Reason::HostUnreachable)),
        ("LoggedOut", "", declined(Reason::LoggedOut)),
        ("UnavailableService", "Unavailable Device Service", declined(Reason::NotSupported)),
        ("UnavailableDevice", "", declined(Reason::DeviceUnavailable)),
        ("DeviceOut", "", declined(Reason::DeviceUnavailable)),
        ("Busy", "message=Forbidden%20Request&serviceId=77", declined(Reason::Busy)),
        ("MessageFormat", place, declined(Reason::Rejected)),
        ("MessageFormat", "At toplevel, field SaleToPOIRequest: Missing", declined(Reason::Rejected)),
        // What it is busy with is this payment: something on the way sent it twice.
        ("Busy", "message=Forbidden%20Request&serviceId=1001", unknown(Reason::Busy)),
        ("MessageFormat", "message=Repeated%20Message%3a%20ServiceID%20-%201001", unknown(Reason::Rejected)),
        ("MessageFormat", "Repeated Message: ServiceID - 1001", unknown(Reason::Rejected)),
        // Some other wording of the same.
        ("MessageFormat", "message=duplicate%20id", unknown(Reason::Rejected)),
        ("NotFound", "", unknown(Reason::UnlistedResult)),
        ("InProgress", "", unknown(Reason::UnlistedResult)),
        ("InsertedCard", "", unknown(Reason::UnlistedResult)),
        ("CommunicationTimeout", "", unknown(Reason::UnlistedResult)),
    ];
    for (condition, additional, end) in cases {
        let finished = end_of(failed(condition, additional));
        assert_eq!((finished.outcome, finished.reason), end, "{condition} {additional}");
    }
}

#[test]
fn results_nobody_knows_are_unknown() {
    let with = |response: Value| {
        let mut body = failed("Refusal", "");
        body["Response"] = response;
        let end = end_of(body);
        (end.outcome, end.reason)
    };
    assert_eq!(with(json!({"Result": "Perhaps"})), (Outcome::Unknown, Some(Reason::UnlistedResult)));
    assert_eq!(with(json!({"Result": "Failure"})), (Outcome::Unknown, Some(Reason::MissingResult)));
    assert_eq!(with(json!({})), (Outcome::Unknown, Some(Reason::MissingResult)));
    assert_eq!(with(json!({"Result": "Partial"})), (Outcome::Unknown, Some(Reason::AuthorisationUnknown)));
}

#[test]
fn a_partial_result_with_an_approval_is_booked() {
    let mut body = paid();
    body["Response"] = json!({"Result": "Partial", "ErrorCondition": "Refusal"});
    body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] = json!(5);
    let end = end_of(body);
    assert_eq!((end.outcome, end.reason), (Outcome::Approved, Some(Reason::PartialApproval)));
    assert_eq!(end.facts.amount, Some(eur("5.00")));
}

/// A refusal is not believed if the same answer shows that money was authorised, however that is written.
#[test]
fn a_refusal_with_an_approval_is_a_contradiction() {
    let approvals = [
        json!({"PaymentAcquirerData": {"MerchantID": "m", "AcquirerPOIID": "p", "ApprovalCode": "123456"}}),
        json!({"PaymentAcquirerData": {"MerchantID": "m", "AcquirerPOIID": "p", "ApprovalCode": "12345678901234567890"}}),
        json!({"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 10.99}}),
        json!({"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 0.01}}),
        // Parts that lack something they must have.
        json!({"PaymentAcquirerData": {"ApprovalCode": "123456"}}),
        json!({"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": "10.99"}}),
        json!({"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 1e9}}),
    ];
    for condition in ["Refusal", "Busy", "Cancel", "UnreachableHost", "MessageFormat", "DeviceOut"] {
        for approval in &approvals {
            let mut body = failed(condition, "errors=At%20SaleToPOIRequest%3a%20Missing");
            body["PaymentResult"] = approval.clone();
            let end = end_of(body);
            assert_eq!(
                (end.outcome, end.reason),
                (Outcome::Unknown, Some(Reason::Contradiction)),
                "{condition} {approval}"
            );
        }
    }
    // What a refusal has anyway is no approval.
    let mut body = failed("Refusal", "refusalReason=210%20Not%20enough%20balance");
    body["PaymentResult"] = json!({
        "AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 0},
        "PaymentInstrumentData": {"PaymentInstrumentType": "Card", "CardData": {"MaskedPan": "541333 **** 9999"}},
        "PaymentAcquirerData": {"MerchantID": "m", "AcquirerPOIID": "p", "ApprovalCode": ""}
    });
    let end = end_of(body);
    assert_eq!((end.outcome, end.reason), (Outcome::Declined, Some(Reason::HostDeclined)));
    assert_eq!(end.facts.host_decline_reason.as_ref().unwrap().as_str(), "210");
}

/// Whose an answer is comes before what it says.
#[test]
fn an_answer_with_any_other_id_is_none() {
    for (member, other) in [
        ("ServiceID", json!("1002")),
        ("ServiceID", json!("01001")),
        ("SaleID", json!("POS-2")),
        ("POIID", json!("P400Plus-987654321")),
        ("MessageCategory", json!("Reversal")),
        ("MessageType", json!("Request")),
        ("ServiceID", Value::Null),
        ("SaleID", Value::Null),
        ("POIID", Value::Null),
    ] {
        for body in [paid(), failed("Refusal", "")] {
            let mut message = answer("Payment", "1001", body.clone());
            if other.is_null() {
                message["SaleToPOIResponse"]["MessageHeader"].as_object_mut().unwrap().remove(member);
            } else {
                message["SaleToPOIResponse"]["MessageHeader"][member] = other.clone();
                if member == "MessageCategory" {
                    message["SaleToPOIResponse"]["ReversalResponse"] = body;
                }
            }
            let mut till = Till::new();
            till.pay();
            let did = till.answer(&message);
            assert!(did.contains(&Did::InDoubt(Reason::ForeignAnswer)), "{member} {other}: {did:?}");
            assert!(did.iter().any(|it| matches!(it, Did::Fault(_))));
            assert_eq!(till.end(did).outcome, Outcome::Unknown, "{member} {other}");
        }
    }
}

#[test]
fn a_body_may_stand_before_its_header() {
    let mut till = Till::new();
    till.pay();
    let text = format!(
        r#"{{"SaleToPOIResponse":{{"PaymentResponse":{},"MessageHeader":{}}}}}"#,
        paid(),
        header("Payment", "1001")
    );
    let did = till.answer_bytes(Link::Request, 200, text.as_bytes());
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn what_cannot_be_read_leaves_a_payment_in_doubt() {
    let whole = answer("Payment", "1001", paid()).to_string();
    let unreadable: [(u16, &str); 9] = [
        (200, ""),
        (200, "ok"),
        (200, "{}"),
        (200, "[]"),
        (200, r#"["something else"]"#),
        (400, r#"{"errors":["At toplevel, field SaleToPOIRequest: Missing"]}"#),
        (401, r#"{"errors":["Nexo Service: crypto error (3)"],"ServiceID":"-NULL-"}"#),
        (503, "<html>Service unavailable</html>"),
        (200, &whole[..whole.len() - 1]),
    ];
    for (status, body) in unreadable {
        let mut till = Till::new();
        till.pay();
        let did = till.answer_bytes(Link::Request, status, body.as_bytes());
        assert!(did.contains(&Did::InDoubt(Reason::Unreadable)), "{body}: {did:?}");
        assert_eq!(till.end(did).outcome, Outcome::Unknown, "{body}");
    }
}

#[test]
fn bad_json_was_never_begun() {
    for status in [200, 400] {
        let mut till = Till::new();
        till.pay();
        let did = till.answer_bytes(Link::Request, status, br#"["Bad JSON:5: unexpected character"]"#);
        let end = till.finished(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Declined, Some(Reason::Rejected)));
    }
}

#[test]
fn an_answer_that_fills_the_memory_is_not_taken_for_whole() {
    let mut till = Till::new();
    till.pay();
    let body = vec![b' '; crate::till::WINDOW];
    let did = till.answer_bytes(Link::Request, 200, &body);
    assert!(did.contains(&Did::InDoubt(Reason::Unreadable)), "{did:?}");
}

#[test]
fn an_answer_counts_although_the_sending_was_not_confirmed_yet() {
    let mut till = Till::new();
    till.start(payment());
    let did = till.answer(&answer("Payment", "1001", paid()));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
    // The adapter may still report it.
    assert_eq!(till.put(Input::Sent(Link::Request)), []);
}

#[test]
fn card_numbers_are_not_shown() {
    let mut body = paid();
    body["PaymentResult"]["PaymentInstrumentData"]["CardData"]["MaskedPan"] = json!("4111111111111111");
    body["PaymentResult"]["PaymentInstrumentData"]["CardData"]["PaymentBrand"] = json!("4111111111111111");
    body["PaymentReceipt"] = json!([{"DocumentQualifier": "CustomerReceipt", "OutputContent": {
        "OutputFormat": "Text", "OutputText": [{"Text": "Card 4111111111111111"}]}}]);
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", body));
    let end = till.finished(did);
    assert!(!format!("{end:?}").contains("4111111111111111"), "I12: {end:?}");
}
