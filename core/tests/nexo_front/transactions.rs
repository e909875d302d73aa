//! What the application is asked, and what of it the till is told.

use opi_core::drive::Event;
use opi_core::id::Id;
use opi_core::money::{Currency, Money};
use opi_core::nexo::ResponseBody;
use opi_core::nexo::body::{CardAcquisitionResponse, Response};
use opi_core::nexo::front::{Input, Performed, Refused};
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Operation, Original, Outcome, Reason};
use opi_core::receipt::{Line, Purpose, Sheet, SheetId};
use opi_core::text::Text;
use serde_json::Value;

use crate::world::{
    ACQUISITION, Habit, LOGIN, PRINT, REVERSAL, World, approved, finished, message, pair, payment, payment_of,
    repeated, response, said, settings, status, waiting,
};

/// A card that was read occupies the terminal until its payment, or its end.
#[test]
fn a_card_that_was_read_waits_for_its_payment() {
    let mut world = waiting();
    let exchange = world.send(&message("CardAcquisition", "C", ACQUISITION));
    let (wish, text) = world.wishes.last().unwrap().clone();
    assert!(text.starts_with("ReadCard("), "{text}");
    let body: ResponseBody<'_> = CardAcquisitionResponse::new(Response::success()).into();
    world.input(Input::Performed(wish, Performed::Responded(&body))).unwrap();
    let answer = world.ending(exchange).unwrap().json();
    assert_eq!(said(&world.ending(exchange).unwrap()).0, "Success");
    let read = &answer["SaleToPOIResponse"]["CardAcquisitionResponse"];
    assert_eq!(read["SaleData"]["SaleTransactionID"]["TransactionID"], "T");
    let id = read["POIData"]["POITransactionID"]["TransactionID"].as_str().unwrap().to_owned();

    assert_eq!(said(&world.ask(&payment("P1", "5"))), pair("Failure", "Busy"));
    assert_eq!(said(&world.ask(&message("Print", "P2", PRINT))), pair("Failure", "Busy"));
    let referring = |service: &str, id: &str| {
        let text = String::from_utf8(payment(service, "5")).unwrap();
        let data = format!(
            r#""PaymentData":{{"CardAcquisitionReference":{{"TransactionID":"{id}","TimeStamp":"2026-04-08T08:15:00Z"}}}},"PaymentTransaction""#
        );
        text.replace("\"PaymentTransaction\"", &data).into_bytes()
    };
    assert_eq!(said(&world.ask(&referring("P3", "other"))), pair("Failure", "Busy"));
    let paid = world.send(&referring("P4", &id));
    assert!(world.wishes.last().unwrap().1.contains(&format!("card: Some({wish:?})")), "{:?}", world.wishes.last());
    let (wish, request) = world.operation();
    world.settle(wish, &approved(&request));
    assert_eq!(said(&world.ending(paid).unwrap()).0, "Success");
    assert!(world.front().is_idle());

    // Without its card another one must not be charged.
    assert_eq!(said(&world.ask(&referring("P5", &id))), pair("Failure", "NotAllowed"));

    // Ended by the till, or by time.
    let hold = |world: &mut World| {
        world.send(&message("CardAcquisition", "C", ACQUISITION));
        let wish = world.wishes.last().unwrap().0;
        let body: ResponseBody<'_> = CardAcquisitionResponse::new(Response::success()).into();
        world.input(Input::Performed(wish, Performed::Responded(&body))).unwrap();
        assert!(!world.front().is_idle());
        wish
    };
    let mut world = waiting();
    let wish = hold(&mut world);
    world.ask(&message("EnableService", "E", r#"{"TransactionAction":"AbortTransaction"}"#));
    assert!(world.front().is_idle());
    assert_eq!(world.stops, [wish]);
    let mut world = waiting();
    let wish = hold(&mut world);
    world.pass(120);
    assert!(world.front().is_idle());
    assert_eq!(world.stops, [wish]);
}

/// Of a part that was approved nobody knows whether any of it is cash: the till must not hand it out.
#[test]
fn cash_is_promised_only_with_the_whole_amount() {
    for (booked, said_of_cash, cash) in
        [(2500, None, Some(5.0)), (1000, None, None), (1000, Some(300), Some(3.0)), (2700, None, Some(5.0))]
    {
        let mut world = waiting();
        let text = String::from_utf8(payment("A", "25.00")).unwrap();
        let text = text.replace("\"RequestedAmount\"", "\"CashBackAmount\":5.00,\"RequestedAmount\"");
        let exchange = world.send(text.as_bytes());
        let (wish, request) = world.operation();
        let mut end = approved(&request);
        end.facts.amount = Some(Money::from_minor(booked, Currency::EUR));
        end.facts.cash_back = said_of_cash.map(|minor| Money::from_minor(minor, Currency::EUR));
        world.settle(wish, &end);
        let answer = world.ending(exchange).unwrap().json();
        let amounts = &answer["SaleToPOIResponse"]["PaymentResponse"]["PaymentResult"]["AmountsResp"];
        assert_eq!(amounts["CashBackAmount"].as_f64(), cash, "{amounts}");
    }
}

#[test]
fn the_operation_is_what_the_till_asked_for() {
    let of = |kind: &str, members: &str| {
        let text = String::from_utf8(payment("A", "10.99")).unwrap();
        let data = format!(r#""PaymentData":{{"PaymentType":"{kind}"}},"PaymentTransaction":{{{members}"#);
        text.replacen("\"PaymentTransaction\":{", &data, 1).into_bytes()
    };
    let euro = |minor| Money::from_minor(minor, Currency::EUR);
    let original = r#""OriginalPOITransaction":{"POITransactionID":{"TransactionID":"AAAA1.REF9","TimeStamp":"2026-04-08T08:15:03.000Z"}},"#;
    let named = Original {
        trx_reference_number: Id::new("REF9").ok(),
        time_stamp: Id::new("2026-04-08T08:15:03.000Z").ok(),
        ..Original::default()
    };
    let rows = [
        (of("Normal", ""), Some(Operation::Payment { amount: euro(1099), cash_back: None })),
        (of("Refund", ""), Some(Operation::Refund { amount: euro(1099), original: Original::default() })),
        (of("Refund", original), Some(Operation::Refund { amount: euro(1099), original: named.clone() })),
        (of("FirstReservation", ""), Some(Operation::Reservation { amount: euro(1099) })),
        (of("Completion", original), Some(Operation::Completion { amount: euro(1099), original: named })),
        (of("CashAdvance", ""), None),
        (of("Instalment", ""), None),
    ];
    for (request, expected) in rows {
        let mut world = World::new();
        let told = said(&world.ask(&request));
        match expected {
            Some(expected) => {
                assert_eq!(told.0, "Success");
                assert_eq!(world.operation().1.operation, expected);
            }
            None => {
                assert_eq!(told, pair("Failure", "UnavailableService"));
                assert!(world.requests.is_empty());
            }
        }
    }
}

/// A transaction of this terminal is known by its name, with everything an operation can say about it.
#[test]
fn reversals_name_the_payment_they_belong_to() {
    let mut world = World::new();
    let id_of = |answer: &Value| {
        answer["SaleToPOIResponse"]["PaymentResponse"]["POIData"]["POITransactionID"]["TransactionID"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = id_of(&world.ask(&payment("A", "10.99")).json());
    let second = id_of(&world.ask(&payment("B", "20")).json());
    assert!(first.ends_with(".SIM0000000000003") && first != second);
    let reversal = |service: &str, id: &str, more: &str| {
        let body = REVERSAL.replace("X.Y", id).replacen('{', &format!("{{{more}"), 1);
        message("Reversal", service, &body)
    };
    let answer = world.ask(&reversal("R1", &second, "")).json();
    let told = &answer["SaleToPOIResponse"]["ReversalResponse"];
    assert_eq!(told["Response"]["Result"], "Success");
    assert_eq!(told["ReversedAmount"].to_string(), "20");
    assert_eq!(told["OriginalPOITransaction"]["POITransactionID"]["TransactionID"], second);
    let (_, request, last) = world.requests.last().unwrap().clone();
    let Operation::Reversal { amount, original } = request.operation else { panic!("{request:?}") };
    assert_eq!(amount, Some(Money::from_minor(2000, Currency::EUR)));
    assert_eq!(original.stan, Id::new("000042").ok());
    assert!(last);

    // Not the last one any more: an application that can only take back the last must refuse.
    world.ask(&reversal("R2", &first, r#""ReversedAmount":3.50,"#));
    let (_, request, last) = world.requests.last().unwrap().clone();
    let Operation::Refund { amount, .. } = request.operation else { panic!("{request:?}") };
    assert_eq!(amount, Money::from_minor(350, Currency::EUR));
    assert!(!last);

    // Nothing to be taken back of a payment that was not approved.
    world.habit = Habit::Waits;
    let declined = world.send(&payment("C", "5"));
    let (wish, _) = world.operation();
    world.settle(wish, &finished(Outcome::Declined, Some(Reason::HostDeclined)));
    let declined = id_of(&world.ending(declined).unwrap().json());
    assert_eq!(said(&world.ask(&reversal("R3", &declined, ""))), pair("Failure", "NotFound"));
    // A partial one of a transaction that is not known needs its currency.
    let (_, condition, text) = response(&world.ask(&reversal("R4", "AAAA1.X", r#""ReversedAmount":1,"#)).json());
    assert_eq!(condition, "MessageFormat");
    assert!(text.contains("SaleData%2c%20field%20SaleToAcquirerData%3a%20Missing"), "{text}");
    world.habit = Habit::AtOnce;
    let with_currency = reversal(
        "R5",
        "AAAA1.X",
        r#""ReversedAmount":1,"SaleData":{"SaleTransactionID":{"TransactionID":"T",
        "TimeStamp":"2026-04-08T08:15:03.000Z"},"SaleToAcquirerData":"currency=CHF"},"#,
    );
    assert_eq!(said(&world.ask(&with_currency)).0, "Success");
    assert_eq!(world.operation().1.operation.amount(), Some(Money::from_minor(100, Currency::CHF)));
}

#[test]
fn an_application_that_refuses_gives_the_words() {
    let mut world = waiting();
    let exchange = world.send(&payment("A", "1.24"));
    let (wish, _) = world.operation();
    let refused =
        Refused { condition: ErrorCondition::Refusal, message: "210 Not enough balance", reason: "NOT_ENOUGH_BALANCE" };
    world.input(Input::Performed(wish, Performed::Refused(refused))).unwrap();
    let (_, condition, text) = response(&world.ending(exchange).unwrap().json());
    assert_eq!(condition, "Refusal");
    assert_eq!(text, "refusalReason=NOT_ENOUGH_BALANCE&message=210%20Not%20enough%20balance");
}

#[test]
fn prompts_of_a_transaction_are_told_to_the_till() {
    let mut world = waiting();
    world.send(&payment("A", "10.99"));
    let (wish, request) = world.operation();
    for (number, text) in [(7, "Please insert card"), (8, "Please enter PIN")] {
        let sheet = Sheet {
            id: SheetId(number),
            purpose: Purpose::CashierDisplay,
            request: None,
            target: Id::new("CashierDisplay").unwrap(),
        };
        world.input(Input::Told(wish, &Event::SheetBegun(&sheet))).unwrap();
        let line = Line { text: Text::from_cut(text), ..Line::default() };
        world.input(Input::Told(wish, &Event::Line(sheet.id, &line))).unwrap();
        world.input(Input::Told(wish, &Event::SheetEnded { sheet: sheet.id, kept: true })).unwrap();
    }
    let texts: Vec<_> = world
        .notices
        .iter()
        .map(|notice| {
            let message = &notice["SaleToPOIRequest"];
            let output = &message["DisplayRequest"]["DisplayOutput"][0];
            assert_eq!(message["MessageHeader"]["ServiceID"], "A");
            assert_eq!(message["MessageHeader"]["MessageClass"], "Device");
            assert_eq!(output["ResponseRequiredFlag"], false);
            (
                message["MessageHeader"]["DeviceID"].as_str().unwrap().to_owned(),
                output["OutputContent"]["OutputText"][0]["Text"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(texts.len(), 2);
    assert_ne!(texts[0].0, texts[1].0);
    assert_eq!((texts[0].1.as_str(), texts[1].1.as_str()), ("Please insert card", "Please enter PIN"));
    world.settle(wish, &approved(&request));
    let told = world.ask(&status("S", "A")).json();
    let paid = &repeated(&told)["RepeatedResponseMessageBody"]["PaymentResponse"];
    assert_eq!(paid["PaymentReceipt"].as_array().unwrap().len(), 2, "prompts are no receipts");
}

/// Two sheets whose lines come mixed are told apart.
#[test]
fn lines_of_two_receipts_may_come_mixed() {
    use opi_core::receipt::Copy;
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    let (wish, request) = world.operation();
    let sheet = |number, copy| Sheet {
        id: SheetId(number),
        purpose: Purpose::Receipt(copy),
        request: None,
        target: Id::new("Printer").unwrap(),
    };
    let (a, b) = (sheet(1, Copy::Merchant), sheet(2, Copy::Customer));
    world.input(Input::Told(wish, &Event::SheetBegun(&a))).unwrap();
    world.input(Input::Told(wish, &Event::SheetBegun(&b))).unwrap();
    for number in 0..20 {
        for (of, name) in [(&b, "b"), (&a, "a")] {
            let line = Line { text: Text::from_cut(&format!("{name}{number}")), bold: number == 3, ..Line::default() };
            world.input(Input::Told(wish, &Event::Line(of.id, &line))).unwrap();
        }
    }
    let mut end = approved(&request);
    end.reason = None;
    world.input(Input::Told(wish, &Event::Finished(&end))).unwrap();
    let answer = world.ending(exchange).unwrap().json();
    let receipts = &answer["SaleToPOIResponse"]["PaymentResponse"]["PaymentReceipt"];
    for (index, name) in [(0, "a"), (1, "b")] {
        let lines = receipts[index]["OutputContent"]["OutputText"].as_array().unwrap();
        let texts: Vec<_> = lines.iter().map(|line| line["Text"].as_str().unwrap().to_owned()).collect();
        assert_eq!(texts, (0..20).map(|number| format!("name={name}{number}")).collect::<Vec<_>>());
        assert_eq!(lines[3]["CharacterStyle"], "Bold");
    }
}

#[test]
fn sessions_are_per_till() {
    let without_version = |sale: &str, service: &str| {
        let text = String::from_utf8(payment_of(sale, service, "1")).unwrap();
        text.replace("\"ProtocolVersion\":\"3.0\",", "").into_bytes()
    };
    let mut world = World::new();
    assert_eq!(said(&world.ask(&without_version("POS-1", "A"))), pair("Failure", "MessageFormat"));
    world.ask(&message("Login", "L", LOGIN));
    assert_eq!(said(&world.ask(&without_version("POS-1", "A"))).0, "Success");
    assert_eq!(said(&world.ask(&without_version("POS-2", "B"))), pair("Failure", "MessageFormat"));
    world.restart();
    assert_eq!(said(&world.ask(&without_version("POS-1", "C"))).0, "Success");
    world.ask(&message("Logout", "M", "{}"));
    assert_eq!(said(&world.ask(&without_version("POS-1", "D"))), pair("Failure", "MessageFormat"));
    world.restart();
    assert_eq!(said(&world.ask(&without_version("POS-1", "E"))), pair("Failure", "MessageFormat"));

    let mut settings = settings();
    settings.login_needed = true;
    let mut world = World::with(settings);
    assert_eq!(said(&world.ask(&payment("A", "1"))), pair("Failure", "LoggedOut"));
    world.ask(&message("Login", "L", LOGIN));
    assert_eq!(said(&world.ask(&payment("A", "1"))).0, "Success");
}

#[test]
fn totals_are_told_by_currency_and_brand() {
    let mut world = waiting();
    let exchange = world.send(&message("Reconciliation", "R", r#"{"ReconciliationType":"SaleReconciliation"}"#));
    let (wish, request) = world.operation();
    assert_eq!(request.operation, Operation::Reconciliation { closure: true });
    for (brand, minor, count, kind) in [("VISA", 12_345, 7, "Debit"), ("VISA", 500, 1, "Credit")] {
        let total = opi_core::drive::Total {
            amount: Some(Money::from_minor(minor, Currency::EUR)),
            number_payments: Some(count),
            payment_type: Some(Text::from_cut(kind)),
            card_circuit: Some(Text::from_cut(brand)),
            acquirer: None,
        };
        world.input(Input::Told(wish, &Event::Total(&total))).unwrap();
    }
    world.input(Input::Told(wish, &Event::Finished(&finished(Outcome::Done, None)))).unwrap();
    let answer = world.ending(exchange).unwrap().json();
    let told = &answer["SaleToPOIResponse"]["ReconciliationResponse"];
    assert_eq!(told["ReconciliationType"], "SaleReconciliation");
    let totals = told["TransactionTotals"].as_array().unwrap();
    assert_eq!(totals.len(), 2);
    assert_eq!(totals[0]["PaymentTotals"][0]["TransactionAmount"].to_string(), "123.45");
    assert_eq!(totals[1]["PaymentTotals"][0]["TransactionType"], "Credit");
}
