//! What each operation sends, and what its answer comes to.

use opi_core::drive::{Input, Link, Misuse};
use opi_core::id::{Id, Reference};
use opi_core::journal::type_and_terminal;
use opi_core::nexo::Reservations;
use opi_core::operation::{Operation, Original, Outcome, Reason, Request};
use opi_core::time::WallTime;
use serde_json::{Value, json};

use crate::till::{AT, Did, POI, Till, answer, eur, failed, header, no_status, paid, payment};

fn original() -> Original {
    Original {
        trx_reference_number: Some(Id::new("BV0q001775636100003.SIM0000000000003").unwrap()),
        time_stamp: Some(Id::new("2026-04-08T08:15:03.000Z").unwrap()),
        ..Original::default()
    }
}

pub(crate) fn reversal() -> Operation {
    Operation::Reversal { amount: None, original: original() }
}

fn body(message: &Value, category: &str) -> Value {
    let message = &message["SaleToPOIRequest"];
    assert_eq!(
        message["MessageHeader"],
        json!({
            "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category, "MessageType": "Request",
            "ServiceID": "1001", "SaleID": "POS-1", "POIID": POI
        })
    );
    message[format!("{category}Request")].clone()
}

const NOW: &str = "2026-04-08T10:15:00+02:00";

#[test]
fn a_payment_names_the_sale_and_the_amount() {
    let message = Till::new().start(Operation::Payment { amount: eur("10.99"), cash_back: Some(eur("5.00")) });
    assert_eq!(
        body(&message, "Payment"),
        json!({
            "SaleData": {"SaleTransactionID": {"TransactionID": "1001", "TimeStamp": NOW}},
            "PaymentTransaction": {"AmountsReq": {"Currency": "EUR", "RequestedAmount": 10.99, "CashBackAmount": 5}}
        })
    );
    let mut till = Till::with(|settings| settings.operator_id = Some(Id::new("Ann").unwrap()));
    let mut request = Request::new(payment(), WallTime::new(AT, 120));
    request.reference = Some(Reference::new("T-77").unwrap());
    let did = till.put(Input::Start(&request));
    let Some(Did::Intent(_, intent)) = did.last() else { panic!("{did:?}") };
    let asked = type_and_terminal(intent.request_type.as_str());
    assert_eq!((asked, intent.workstation_id.as_str()), (("Payment", Some(POI)), "POS-1"));
    assert!(did.contains(&Did::Started(1001, "Payment".to_owned())));
    let message = till.leave(did);
    let data = body(&message, "Payment")["SaleData"].clone();
    assert_eq!(data, json!({"SaleTransactionID": {"TransactionID": "T-77", "TimeStamp": NOW}, "OperatorID": "Ann"}));
}

#[test]
fn a_refund_without_its_payment_is_a_payment_of_its_type() {
    let message = Till::new().start(Operation::Refund { amount: eur("5.00"), original: Original::default() });
    let sent = body(&message, "Payment");
    assert_eq!(sent["PaymentData"], json!({"PaymentType": "Refund"}));
    assert_eq!(sent["PaymentTransaction"]["AmountsReq"]["RequestedAmount"], 5);
}

#[test]
fn a_refund_of_a_payment_is_a_reversal_of_that_amount() {
    let message = Till::new().start(Operation::Refund { amount: eur("5.00"), original: original() });
    let name =
        json!({"TransactionID": "BV0q001775636100003.SIM0000000000003", "TimeStamp": "2026-04-08T08:15:03.000Z"});
    assert_eq!(
        body(&message, "Reversal"),
        json!({
            "OriginalPOITransaction": {"POITransactionID": name}, "ReversalReason": "MerchantCancel", "ReversedAmount": 5,
            "SaleData": {
                "SaleTransactionID": {"TransactionID": "1001", "TimeStamp": NOW}, "SaleToAcquirerData": "currency=EUR"
            }
        })
    );
    let whole = Till::new().start(reversal());
    assert!(body(&whole, "Reversal").get("ReversedAmount").is_none());
}

#[test]
fn a_reversal_is_only_taken_in() {
    let end = |result: Value| {
        let mut till = Till::new();
        till.start(reversal());
        till.put(Input::Sent(Link::Request));
        let did = till.answer(&answer("Reversal", "1001", json!({"Response": result})));
        let end = till.end(did);
        (end.outcome, end.reason)
    };
    assert_eq!(end(json!({"Result": "Success"})), (Outcome::Approved, Some(Reason::HostDecidesLater)));
    let not_found = json!({"Result": "Failure", "ErrorCondition": "NotFound", "AdditionalResponse": ""});
    assert_eq!(end(not_found), (Outcome::Declined, Some(Reason::TerminalRefused)));
}

#[test]
fn what_the_terminal_cannot_be_asked_is_refused_at_once() {
    let refused = |operation| Till::new().try_put(Input::Start(&Request::new(operation, WallTime::new(AT, 120))));
    let amount = eur("5.00");
    for operation in [
        Operation::Reservation { amount },
        Operation::Completion { amount, original: original() },
        Operation::CardCircuits,
        Operation::Transmit,
        Operation::ContactTms,
        Operation::ContactAcquirer,
        Operation::Restart,
    ] {
        assert_eq!(refused(operation), Err(Misuse::Unsupported));
    }
    let half = Original { time_stamp: None, ..original() };
    let by_number = Original { stan: Some(Id::new("12").unwrap()), ..Original::default() };
    for operation in [
        Operation::Reversal { amount: None, original: Original::default() },
        Operation::Reversal { amount: None, original: half },
        Operation::Refund { amount, original: by_number },
    ] {
        assert!(matches!(refused(operation), Err(Misuse::Incomplete(_))));
    }
    // Nobody knows what there is to stop.
    assert_eq!(refused(Operation::Abort), Err(Misuse::NothingToAbort));
}

#[test]
fn reservations_are_payment_types_where_they_are_known() {
    let mut till = Till::with(|settings| settings.reservations = Reservations::PaymentTypes);
    let message = till.start(Operation::Reservation { amount: eur("50.00") });
    assert_eq!(body(&message, "Payment")["PaymentData"]["PaymentType"], "FirstReservation");
    let mut till = Till::with(|settings| settings.reservations = Reservations::PaymentTypes);
    let message = till.start(Operation::Completion { amount: eur("50.00"), original: original() });
    let sent = body(&message, "Payment");
    assert_eq!(sent["PaymentData"]["PaymentType"], "Completion");
    let name = &sent["PaymentTransaction"]["OriginalPOITransaction"]["POITransactionID"];
    assert_eq!(name["TransactionID"], "BV0q001775636100003.SIM0000000000003");
}

#[test]
fn an_amount_the_wire_cannot_say_is_not_sent() {
    let mut till = Till::new();
    let too_much = Operation::Payment { amount: eur("100000000.00"), cash_back: None };
    let did = till.put(Input::Start(&Request::new(too_much, WallTime::new(AT, 120))));
    let Some(Did::Intent(ticket, _)) = did.last() else { panic!("{did:?}") };
    till.put(Input::Stored(*ticket));
    let did = till.put(Input::Connected(Link::Request));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotEncodable)));
}

#[test]
fn service_calls_send_their_messages() {
    let cases = [
        (Operation::Login, "Login"),
        (Operation::Activate, "Login"),
        (Operation::Logoff, "Logout"),
        (Operation::Deactivate, "Logout"),
        (Operation::Status, "Diagnosis"),
        (Operation::Info, "Diagnosis"),
        (Operation::Diagnosis, "Diagnosis"),
        (Operation::Reconciliation { closure: false }, "GetTotals"),
        (Operation::Reconciliation { closure: true }, "Reconciliation"),
        (Operation::CloseDay, "Reconciliation"),
        (Operation::Reprint, "TransactionStatus"),
        (Operation::RepeatLast, "TransactionStatus"),
    ];
    for (operation, category) in cases {
        let mut till = Till::new();
        let message = till.start(operation.clone());
        let sent = body(&message, category);
        match operation {
            Operation::Login => {
                assert_eq!(sent["DateTime"], NOW);
                assert_eq!(sent["OperatorLanguage"], "en");
                assert_eq!(sent["SaleSoftware"].as_object().unwrap().len(), 4);
            }
            Operation::Diagnosis => assert_eq!(sent["HostDiagnosisFlag"], true),
            Operation::Status => assert_eq!(sent["HostDiagnosisFlag"], false),
            Operation::CloseDay => assert_eq!(sent["ReconciliationType"], "SaleReconciliation"),
            Operation::Reprint => {
                assert_eq!(sent["ReceiptReprintFlag"], true);
                assert!(sent.get("MessageReference").is_none(), "the last one, whoever asked for it");
            }
            Operation::RepeatLast => assert_eq!(sent, json!({"ReceiptReprintFlag": false})),
            _ => {}
        }
        till.put(Input::Sent(Link::Request));
        let did = till.answer(&answer(category, "1001", no_status("Busy", "")));
        let end = till.finished(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Declined, Some(Reason::Busy)), "{category}");
    }
}

#[test]
fn a_service_call_without_an_answer_is_not_asked_about() {
    let mut till = Till::new();
    till.start(Operation::Status);
    till.put(Input::Sent(Link::Request));
    let did = till.put(Input::Closed(Link::Request));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
    assert!(till.session.unresolved().is_none());
}

#[test]
fn a_diagnosis_is_told_in_details() {
    let mut till = Till::new();
    till.start(Operation::Diagnosis);
    till.put(Input::Sent(Link::Request));
    let body = json!({
        "Response": {"Result": "Success"},
        "POIStatus": {"GlobalStatus": "OK", "PrinterStatus": "PaperLow", "CommunicationOKFlag": true},
        "HostStatus": [{"AcquirerID": "0", "IsReachableFlag": false}]
    });
    let did = till.answer(&answer("Diagnosis", "1001", body));
    for (name, value) in [
        ("GlobalStatus", "OK"),
        ("PrinterStatus", "PaperLow"),
        ("CommunicationOKFlag", "true"),
        ("HostStatus", "0 not reachable"),
    ] {
        assert!(did.contains(&Did::Detail(name.to_owned(), value.to_owned())), "{name}: {did:?}");
    }
    assert_eq!(till.finished(did).outcome, Outcome::Done);
}

#[test]
fn a_reprint_tells_the_last_receipts() {
    let mut last = paid();
    last["PaymentReceipt"] = crate::sheets::receipts();
    let mut till = Till::new();
    till.start(Operation::Reprint);
    till.put(Input::Sent(Link::Request));
    let mut repeated = json!({
        "Response": {"Result": "Success"},
        "RepeatedMessageResponse": {
            "MessageHeader": header("Payment", "77"), "RepeatedResponseMessageBody": {"PaymentResponse": last}
        }
    });
    repeated["RepeatedMessageResponse"]["MessageHeader"]["SaleID"] = json!("POS-2");
    let did = till.answer(&answer("TransactionStatus", "1001", repeated));
    let did = till.confirm_all(did);
    assert_eq!(did.iter().filter(|it| **it == Did::SheetEnded(true)).count(), 2);
    assert!(did.contains(&Did::Detail("OriginalSaleID".to_owned(), "POS-2".to_owned())));
    assert!(did.contains(&Did::Detail("OriginalResult".to_owned(), "Success".to_owned())));
    let Some(Did::Finished(end)) = did.last() else { panic!("{did:?}") };
    assert_eq!(end.outcome, Outcome::Done);
    assert_eq!(end.facts.amount, Some(eur("10.99")));

    let mut till = Till::new();
    till.start(Operation::RepeatLast);
    till.put(Input::Sent(Link::Request));
    let did = till.answer(&answer("TransactionStatus", "1001", no_status("NotFound", "")));
    assert_eq!(till.finished(did).outcome, Outcome::Declined);
}

#[test]
fn a_login_says_who_the_terminal_is() {
    let mut till = Till::new();
    till.start(Operation::Login);
    till.put(Input::Sent(Link::Request));
    let software = json!({"ManufacturerID": "Adyen", "ApplicationName": "P400", "SoftwareVersion": "1.50", "CertificationCode": ""});
    let body = json!({
        "Response": {"Result": "Success"}, "POISystemData": {"DateTime": "2026-04-08T08:15:00Z", "POISoftware": software}
    });
    let did = till.answer(&answer("Login", "1001", body));
    assert!(did.contains(&Did::Detail("SoftwareVersion".to_owned(), "1.50".to_owned())), "{did:?}");
    let mut till = Till::new();
    till.start(Operation::Login);
    till.put(Input::Sent(Link::Request));
    let did = till.answer(&answer("Login", "1001", failed("MessageFormat", "")));
    assert_eq!(till.finished(did).outcome, Outcome::Declined);
}
