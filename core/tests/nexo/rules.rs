//! Rules about several members, about envelopes, and about how much is told.

use opi_core::json::Document;
use opi_core::nexo::{Body, Category, Dialect, Direction, Envelope, Report};
use serde_json::{Value, json};

use crate::read;

fn header(class: &str, category: &str, message_type: &str) -> Value {
    json!({
        "ProtocolVersion": "3.0", "MessageClass": class, "MessageCategory": category, "MessageType": message_type,
        "ServiceID": "1", "SaleID": "POS-1", "POIID": "P400-1"
    })
}

fn request(category: &str, name: &str, body: &Value) -> String {
    json!({ "SaleToPOIRequest": { "MessageHeader": header("Service", category, "Request"), name: body } }).to_string()
}

fn errors(document: &str) -> String {
    read(document, Direction::Request, &Dialect::ADYEN).report.errors().as_str().to_owned()
}

fn warnings(document: &str) -> String {
    let found = read(document, Direction::Request, &Dialect::ADYEN);
    assert_eq!(found.report.errors().as_str(), "");
    found.report.warnings().as_str().to_owned()
}

fn payment(amounts: &Value, data: &Value) -> String {
    let sale = json!({ "SaleTransactionID": { "TransactionID": "T", "TimeStamp": "2026-04-08T08:15:00Z" } });
    let body = json!({ "SaleData": sale, "PaymentTransaction": { "AmountsReq": amounts }, "PaymentData": data });
    request("Payment", "PaymentRequest", &body)
}

#[test]
fn a_payment_of_nothing_is_none() {
    let amount = "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field RequestedAmount";
    assert_eq!(
        errors(&payment(&json!({ "Currency": "EUR", "RequestedAmount": 0.00 }), &json!({}))),
        format!("{amount}: Invalid value")
    );
    assert_eq!(errors(&payment(&json!({ "Currency": "EUR" }), &json!({}))), format!("{amount}: Missing"));
    // A reservation may not know it yet.
    let reservation = json!({ "PaymentType": "OneTimeReservation" });
    assert_eq!(errors(&payment(&json!({ "Currency": "EUR" }), &reservation)), "");
    assert_eq!(
        errors(&payment(&json!({ "Currency": "EUR" }), &json!({ "PaymentType": "FirstReservation" }))),
        format!("{amount}: Missing")
    );
}

#[test]
fn a_payment_type_nobody_knows_is_no_payment() {
    // Taken as the default, a refund in other words would take money instead of giving it.
    let found = errors(&payment(
        &json!({ "Currency": "EUR", "RequestedAmount": 1 }),
        &json!({ "PaymentType": "Reimbursement" }),
    ));
    assert_eq!(found, "At SaleToPOIRequest.PaymentRequest.PaymentData, field PaymentType: Invalid value");
}

#[test]
fn a_currency_is_three_capitals() {
    for currency in ["eur", "EU", "EURO", "E R", "\u{20ac}UR"] {
        let found = errors(&payment(&json!({ "Currency": currency, "RequestedAmount": 1 }), &json!({})));
        assert_eq!(
            found, "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Currency: Invalid value",
            "{currency}"
        );
    }
}

#[test]
fn what_belongs_to_another_type_is_told() {
    let reconciliation = |body: Value| request("Reconciliation", "ReconciliationRequest", &body);
    let at = "At SaleToPOIRequest.ReconciliationRequest, field";
    assert_eq!(
        warnings(&reconciliation(
            json!({ "ReconciliationType": "SaleReconciliation", "AcquirerID": ["0"], "POIReconciliationID": "7" })
        )),
        format!("{at} AcquirerID: Unexpected\n{at} POIReconciliationID: Unexpected")
    );
    let acquirer = json!({ "ReconciliationType": "AcquirerSynchronisation", "AcquirerID": [12] });
    assert_eq!(warnings(&reconciliation(acquirer)), "");
    let end = json!({ "TransactionAction": "AbortTransaction", "ServicesEnabled": ["Payment"] });
    assert_eq!(
        warnings(&request("EnableService", "EnableServiceRequest", &end)),
        "At SaleToPOIRequest.EnableServiceRequest, field ServicesEnabled: Unexpected"
    );
    let reprint = json!({ "DocumentQualifier": ["Journal"] });
    assert_eq!(
        warnings(&request("TransactionStatus", "TransactionStatusRequest", &reprint)),
        "At SaleToPOIRequest.TransactionStatusRequest, field DocumentQualifier: Unexpected"
    );
}

#[test]
fn a_list_that_must_have_elements_has_some() {
    let display = |outputs: Value| {
        let header = header("Device", "Display", "Request");
        errors(
            &json!({ "SaleToPOIRequest": { "MessageHeader": header, "DisplayRequest": { "DisplayOutput": outputs } } })
                .to_string(),
        )
    };
    let output = |device: &str, what: &str| {
        json!({ "Device": device, "InfoQualify": what,
                "OutputContent": { "OutputFormat": "Text", "OutputText": [{ "Text": "Hello" }] } })
    };
    let at = "At SaleToPOIRequest.DisplayRequest, field DisplayOutput";
    assert_eq!(display(json!([])), format!("{at}: Invalid length"));
    let (customer, cashier) = (output("CustomerDisplay", "Display"), output("CashierDisplay", "Display"));
    assert_eq!(display(json!([customer, cashier, output("CustomerDisplay", "Status")])), "");
    assert_eq!(display(json!([customer, cashier, customer])), format!("{at}[2]: Invalid value"));
    // A predefined screen may stand in for the text (Adyen docs: shopper input).
    let mut screen = customer.clone();
    screen["OutputContent"] =
        json!({ "OutputFormat": "Text", "PredefinedContent": { "ReferenceID": "GetConfirmation" } });
    assert_eq!(display(json!([screen])), "");
}

#[test]
fn the_header_fits_its_envelope_and_its_category() {
    let told = |direction: Direction, header: Value| {
        let mut report = Report::new();
        let document = json!({ direction.envelope(): { "MessageHeader": header } }).to_string();
        let document = Document::parse(document.as_bytes()).unwrap();
        Envelope::read(document, direction, &Dialect::ADYEN, &mut report).unwrap();
        (report.errors().as_str().to_owned(), report.warnings().as_str().to_owned())
    };
    let at = "MessageHeader, field";
    let nothing = (String::new(), String::new());
    for (class, category, message_type, error) in [
        ("Service", "Payment", "Request", None),
        ("Device", "Print", "Request", None),
        ("Event", "Event", "Notification", None),
        ("Service", "Transmit", "Request", None),
        ("Device", "Transmit", "Request", None),
        ("Service", "Payment", "Response", Some("MessageType")),
        ("Service", "Payment", "Notification", Some("MessageType")),
        ("Device", "Payment", "Request", Some("MessageClass")),
        ("Service", "Print", "Request", Some("MessageClass")),
    ] {
        let expected = error.map_or_else(String::new, |name| format!("At SaleToPOIRequest.{at} {name}: Invalid value"));
        assert_eq!(told(Direction::Request, header(class, category, message_type)), (expected, String::new()));
    }
    // An answer is not lost for its header.
    assert_eq!(
        told(Direction::Response, header("Device", "Payment", "Request")).1,
        format!(
            "At SaleToPOIResponse.{at} MessageType: Invalid value\nAt SaleToPOIResponse.{at} MessageClass: Invalid value"
        )
    );
    // An event belongs to a request, or not.
    let mut event = header("Event", "Event", "Notification");
    event.as_object_mut().unwrap().remove("ServiceID");
    assert_eq!(told(Direction::Request, event), nothing);
}

#[test]
fn the_body_is_the_one_the_category_names() {
    let document = json!({ "SaleToPOIRequest": {
        "ReversalRequest": { "Whatever": 1 },
        "SecurityTrailer": null,
        "MessageHeader": header("Service", "Payment", "Request"),
    }, "eventType": "REJECT" })
    .to_string();
    let found = read(&document, Direction::Request, &Dialect::ADYEN);
    assert!(found.message.is_none());
    assert_eq!(
        found.lines(),
        (
            "At SaleToPOIRequest, field PaymentRequest: Missing\nAt SaleToPOIRequest: Missing".to_owned(),
            "At toplevel, field eventType: Unexpected\n\
             At SaleToPOIRequest, field ReversalRequest: Unexpected\n\
             At SaleToPOIRequest, field SecurityTrailer: Unexpected"
                .to_owned()
        )
    );
}

#[test]
fn an_envelope_that_is_none_is_told() {
    let told = |document: &str| errors(document);
    // The answer to this is that it is bad JSON, but a reader that does not look has something to show.
    assert_eq!(told("[]"), "At toplevel: Expected JSON object");
    assert_eq!(told("{}"), "At toplevel, field SaleToPOIRequest: Missing");
    assert_eq!(told(r#"{"SaleToPOIResponse":{}}"#), "At toplevel, field SaleToPOIRequest: Missing");
    assert_eq!(told(r#"{"SaleToPOIRequest":null}"#), "At toplevel, field SaleToPOIRequest: Missing");
    assert_eq!(told(r#"{"SaleToPOIRequest":[]}"#), "At toplevel, field SaleToPOIRequest: Expected JSON object");
    assert_eq!(told(r#"{"SaleToPOIRequest":{}}"#), "At SaleToPOIRequest, field MessageHeader: Missing");
}

#[test]
fn the_answer_to_an_abort_has_no_body() {
    let document =
        json!({ "SaleToPOIResponse": { "MessageHeader": header("Service", "Abort", "Response") } }).to_string();
    let found = read(&document, Direction::Response, &Dialect::ADYEN);
    assert_eq!(found.lines(), (String::new(), String::new()));
    assert_eq!(found.message.unwrap().body, Body::None);
}

#[test]
fn a_category_that_is_not_implemented_is_passed_on() {
    let document = request("Loyalty", "LoyaltyRequest", &json!({ "SaleData": { "x": [1.50] } }));
    let found = read(&document, Direction::Request, &Dialect::ADYEN);
    assert_eq!(found.lines(), (String::new(), String::new()));
    let message = found.message.unwrap();
    assert_eq!(message.header.category(), Some(Category::Loyalty));
    assert_eq!(crate::plain(&crate::written(&message, &Dialect::ADYEN)), crate::plain(document.as_bytes()));
    // A category that nobody listed has no body that could be named.
    let document = request("Acme:Wash", "Acme:WashRequest", &json!({}));
    assert_eq!(errors(&document), "At SaleToPOIRequest.MessageHeader, field MessageCategory: Invalid value");
}

#[test]
fn so_much_is_told_and_no_more() {
    // As many lines as there are, then the marker.
    for count in [1usize, 8, 9, 30] {
        let brands: Vec<u8> = vec![1; count];
        let transaction = json!({ "AmountsReq": { "Currency": "EUR", "RequestedAmount": 1 },
                                  "TransactionConditions": { "AllowedPaymentBrand": brands } });
        let mut document: Value = serde_json::from_str(&payment(&json!({}), &json!({}))).unwrap();
        document["SaleToPOIRequest"]["PaymentRequest"]["PaymentTransaction"] = transaction;
        let found = read(&document.to_string(), Direction::Request, &Dialect::ADYEN).report;
        let text = found.errors().as_str().to_owned();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(found.errors().found(), count);
        assert_eq!(lines.len(), if count <= 8 { count } else { 9 }, "{text}");
        for (index, line) in lines.iter().take(8).enumerate() {
            let expected = "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.TransactionConditions, field \
                            AllowedPaymentBrand";
            assert_eq!(*line, format!("{expected}[{index}]: Expected JSON string"));
        }
        assert_eq!(lines.last() == Some(&"..."), count > 8);
    }
    for count in [16usize, 17] {
        let mut body = serde_json::Map::new();
        (0..count).for_each(|index| _ = body.insert(format!("Extra{index:02}"), json!(index)));
        let text = warnings(&request("Logout", "LogoutRequest", &Value::Object(body)));
        let mut expected: Vec<_> = (0..16)
            .map(|index| format!("At SaleToPOIRequest.LogoutRequest, field Extra{index:02}: Unexpected"))
            .collect();
        if count > 16 {
            expected.push("...".to_owned());
        }
        assert_eq!(text, expected.join("\n"));
    }
}

#[test]
fn a_strange_name_cannot_forge_a_line_or_show_a_card() {
    let long = "x".repeat(5000);
    let body = json!({ "a\nAt toplevel: Missing": 1, "4111111111111111": 2, long: 3 });
    let text = warnings(&request("Logout", "LogoutRequest", &body));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(text.contains("field ************1111: Unexpected"), "{text}");
    assert!(text.contains("field a\u{fffd}At toplevel: Missing: Unexpected"), "{text}");
    assert!(text.contains(&format!("field {}\u{2026}: Unexpected", "x".repeat(64))), "{text}");
    // Whatever the names, the text has its bound.
    let many: serde_json::Map<_, _> = (0..60).map(|index| (format!("{index}{}", "y".repeat(900)), json!(1))).collect();
    assert!(warnings(&request("Logout", "LogoutRequest", &Value::Object(many))).len() <= 2048);
}
