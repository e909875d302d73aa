//! One dialogue at a time: what is let through, what gives way, how it ends, and what is answered when nobody knows.

use opi_core::drive::{Answer, Event};
use opi_core::id::Id;
use opi_core::money::{Currency, Money};
use opi_core::nexo::ResponseBody;
use opi_core::nexo::body::{CardAcquisitionResponse, Response};
use opi_core::nexo::front::{ExchangeId, Input, Misuse, Performed, Refused};
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Facts, Operation, Original, Outcome, Reason};
use opi_core::receipt::{Line, Purpose, Sheet, SheetId};
use opi_core::text::Text;
use serde_json::Value;

use crate::world::{
    Ending, Habit, StoreHabit, World, abort, approved, finished, message, message_of, payment, payment_of, response,
    settings, status,
};

fn said(ending: &Ending) -> (String, String) {
    let (result, condition, _) = response(&ending.json());
    (result, condition)
}

fn pair(result: &str, condition: &str) -> (String, String) {
    (result.to_owned(), condition.to_owned())
}

fn repeated(status: &Value) -> &Value {
    &status["SaleToPOIResponse"]["TransactionStatusResponse"]["RepeatedMessageResponse"]
}

fn waiting() -> World {
    let mut world = World::new();
    world.habit = Habit::Waits;
    world
}

/// A open, B busy, status in progress, abort empty, A aborted, status repeats A.
#[test]
fn the_race() {
    let mut world = waiting();
    let a = world.send(&payment("A", "10.99"));
    let (_, condition, text) = response(&world.ask(&payment_of("POS-2", "B", "5")).json());
    assert_eq!(condition, "Busy");
    assert_eq!(
        text,
        "message=Forbidden%20Request%2c%20Service%20Dialogue%20PaymentRequest%20is%20in%20Progress&serviceId=A"
    );
    assert_eq!(said(&world.ask(&status("S1", "A"))), pair("Failure", "InProgress"));
    let Ending::Reply { status: http, body } = world.ask(&abort("X", "A")) else { panic!() };
    assert_eq!((http, body.as_str()), (200, ""));
    assert_eq!(world.ending(a), None);
    let (wish, _) = world.operation();
    world.settle(wish, &finished(Outcome::Aborted, Some(Reason::Stopped)));
    assert_eq!(said(&world.ending(a).unwrap()), pair("Failure", "Aborted"));
    let told = world.ask(&status("S2", "A")).json();
    assert_eq!(said(&world.ask(&status("S3", "A"))).0, "Success");
    let inner = &repeated(&told)["RepeatedResponseMessageBody"]["PaymentResponse"]["Response"];
    assert_eq!(inner["ErrorCondition"], "Aborted");
    assert_eq!(repeated(&told)["MessageHeader"]["ServiceID"], "A");
    // Busy did not use the id of B up.
    world.habit = Habit::AtOnce;
    assert_eq!(said(&world.ask(&payment_of("POS-2", "B", "5"))).0, "Success");
}

#[test]
fn a_duplicate_of_the_running_payment_is_a_duplicate_and_changes_nothing() {
    let mut world = waiting();
    let first = world.send(&payment("A", "10.99"));
    let (_, condition, text) = response(&world.ask(&payment("A", "10.99")).json());
    assert_eq!(
        (condition.as_str(), text.as_str()),
        ("MessageFormat", "message=Repeated%20Message%3a%20ServiceID%20-%20A")
    );
    let (wish, request) = world.operation();
    world.settle(wish, &approved(&request));
    assert_eq!(said(&world.ending(first).unwrap()).0, "Success");
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn every_outcome_has_its_words() {
    use ErrorCondition as Is;
    let rows = [
        (Outcome::Approved, None, ("Success", ""), ""),
        (Outcome::Approved, Some(Reason::PartialApproval), ("Partial", ""), ""),
        (Outcome::Approved, Some(Reason::CheckReceipt), ("Success", ""), ""),
        (Outcome::Declined, Some(Reason::HostDeclined), ("Failure", Is::Refusal.text()), "message=declined"),
        (Outcome::Declined, Some(Reason::TerminalRefused), ("Failure", "Refusal"), "message="),
        (Outcome::Declined, Some(Reason::UnknownCard), ("Failure", "InvalidCard"), "message="),
        (Outcome::Declined, Some(Reason::HostUnreachable), ("Failure", "UnreachableHost"), "message="),
        (Outcome::Declined, Some(Reason::TimedOut), ("Failure", "Cancel"), "message=126%20Shopper"),
        (Outcome::Declined, Some(Reason::NotSupported), ("Failure", "UnavailableService"), "message="),
        (Outcome::Declined, Some(Reason::Rejected), ("Failure", "MessageFormat"), "message="),
        (Outcome::Declined, Some(Reason::Busy), ("Failure", "Busy"), "message="),
        (Outcome::Declined, Some(Reason::LoggedOut), ("Failure", "LoggedOut"), "message="),
        (Outcome::Declined, Some(Reason::PrintLastTicket), ("Failure", "Busy"), "message="),
        (Outcome::Declined, Some(Reason::DeviceUnavailable), ("Failure", "UnavailableDevice"), "message="),
        (Outcome::Declined, None, ("Failure", "Refusal"), ""),
        (Outcome::Aborted, Some(Reason::Stopped), ("Failure", "Cancel"), "message=108%20Shopper"),
        (Outcome::NotSent, Some(Reason::NotConnected), ("Failure", "UnavailableDevice"), "message="),
        (Outcome::NotSent, Some(Reason::Withdrawn), ("Failure", "Cancel"), "message=108"),
        (Outcome::NotSent, None, ("Failure", "UnavailableDevice"), ""),
    ];
    for (outcome, reason, (result, condition), text) in rows {
        let mut world = waiting();
        let exchange = world.send(&payment("A", "10.99"));
        let (wish, request) = world.operation();
        let mut end = approved(&request);
        (end.outcome, end.reason) = (outcome, reason);
        if outcome != Outcome::Approved {
            end.facts = Facts::default();
        }
        world.settle(wish, &end);
        let answer = world.ending(exchange).unwrap().json();
        let (told, told_condition, additional) = response(&answer);
        assert_eq!((told.as_str(), told_condition.as_str()), (result, condition), "{outcome:?} {reason:?}");
        assert!(additional.starts_with(text) || additional.contains(text), "{outcome:?} {reason:?}: {additional}");
        let paid = &answer["SaleToPOIResponse"]["PaymentResponse"]["PaymentResult"];
        assert_eq!(paid.is_object(), outcome == Outcome::Approved, "{outcome:?}");
    }
}

trait Text_ {
    fn text(&self) -> &'static str;
}
impl Text_ for ErrorCondition {
    fn text(&self) -> &'static str {
        opi_core::nexo::Vocabulary::as_str(*self)
    }
}

/// A failure would say that no money moved.
#[test]
fn an_unknown_outcome_is_never_answered_as_a_failure() {
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    let (wish, request) = world.operation();
    world.settle(wish, &finished(Outcome::Unknown, Some(Reason::ConnectionLost)));
    assert_eq!(world.ending(exchange), None);
    for seconds in [10, 120, 30, 100_000] {
        world.pass(seconds);
        assert_eq!(said(&world.ask(&status(&format!("S{seconds}"), "A"))), pair("Failure", "InProgress"));
        assert_eq!(said(&world.ask(&payment("B", "1"))), pair("Failure", "Busy"));
    }
    assert_eq!(world.ending(exchange), Some(Ending::Closed));
    // Also after a restart, until the application says how it ended.
    world.restart();
    assert_eq!(said(&world.ask(&status("S5", "A"))), pair("Failure", "InProgress"));
    assert_eq!(said(&world.ask(&payment("B", "1"))), pair("Failure", "Busy"));
    let (wish, text) = world.wishes.last().unwrap().clone();
    let name = request.reference.as_ref().unwrap().as_str().to_owned();
    assert!(text.starts_with("Settle(") && text.contains(&name), "{text}");
    world.settle(wish, &approved(&request));
    let told = world.ask(&status("S6", "A")).json();
    let paid = &repeated(&told)["RepeatedResponseMessageBody"]["PaymentResponse"];
    assert_eq!(paid["Response"]["Result"], "Success");
    assert_eq!(paid["SaleData"]["SaleTransactionID"]["TransactionID"], "T-A");
    assert_eq!(paid["PaymentReceipt"].as_array().unwrap().len(), 2);
    world.habit = Habit::AtOnce;
    assert_eq!(said(&world.ask(&payment("B", "1"))).0, "Success");
}

#[test]
fn a_payment_that_takes_too_long_is_stopped_and_then_closed_without_an_answer() {
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    let (wish, _) = world.operation();
    world.pass(119);
    assert!(world.stops.is_empty());
    world.pass(1);
    assert_eq!(world.stops, [wish]);
    world.pass(29);
    assert_eq!(world.ending(exchange), None);
    world.pass(1);
    assert_eq!(world.ending(exchange), Some(Ending::Closed));
    assert_eq!(world.stops.len(), 1);
    world.settle(wish, &finished(Outcome::Aborted, Some(Reason::Stopped)));
    let told = world.ask(&status("S1", "A")).json();
    let inner = &repeated(&told)["RepeatedResponseMessageBody"]["PaymentResponse"]["Response"];
    assert_eq!(inner["ErrorCondition"], "Cancel");
    assert_eq!(inner["AdditionalResponse"], "message=126%20Shopper%20did%20not%20present%20card");
}

/// A lost connection does not stop the transaction, and its answer can be asked for.
#[test]
fn a_till_that_is_gone_finds_its_answer_later() {
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    world.input(Input::Gone(exchange)).unwrap();
    let (wish, request) = world.operation();
    world.settle(wish, &approved(&request));
    assert_eq!(world.ending(exchange), None);
    assert_eq!(said(&world.ask(&status("S1", "A"))).0, "Success");
}

#[test]
fn what_is_let_through_while_a_payment_runs() {
    let rows = [
        (message("Diagnosis", "1", "{}"), pair("Success", "")),
        (message("Login", "2", LOGIN), pair("Success", "")),
        (status("3", "A"), pair("Failure", "InProgress")),
        (message("TransactionStatus", "4", "{}"), pair("Failure", "InProgress")),
        (message("Logout", "5", "{}"), pair("Failure", "Busy")),
        (message("Display", "6", DISPLAY), pair("Failure", "Busy")),
        (message("Input", "7", INPUT), pair("Failure", "Busy")),
        (message("Print", "8", PRINT), pair("Failure", "Busy")),
        (message("Reversal", "9", REVERSAL), pair("Failure", "Busy")),
        (message("CardAcquisition", "10", ACQUISITION), pair("Failure", "Busy")),
        (message("EnableService", "11", r#"{"TransactionAction":"AbortTransaction"}"#), pair("Failure", "Busy")),
        (message("GetTotals", "12", "{}"), pair("Failure", "Busy")),
        (message("Reconciliation", "13", r#"{"ReconciliationType":"SaleReconciliation"}"#), pair("Failure", "Busy")),
    ];
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    for (request, expected) in rows {
        let text = String::from_utf8_lossy(&request).into_owned();
        assert_eq!(said(&world.ask(&request)), expected, "{text}");
    }
    let diagnosis = world.ask(&message("Diagnosis", "14", r#"{"HostDiagnosisFlag":true}"#)).json();
    assert_eq!(diagnosis["SaleToPOIResponse"]["DiagnosisResponse"]["POIStatus"]["GlobalStatus"], "Busy");
    assert_eq!(world.ending(exchange), None);
    assert_eq!(world.requests.len(), 1);
}

const LOGIN: &str = r#"{"DateTime":"2026-04-08T08:00:00.000Z","SaleSoftware":{"ManufacturerID":"E","ApplicationName":"T",
    "SoftwareVersion":"1","CertificationCode":"NA"},"OperatorLanguage":"en"}"#;
const DISPLAY: &str = r#"{"DisplayOutput":[{"Device":"CustomerDisplay","InfoQualify":"Display",
    "OutputContent":{"OutputFormat":"Text","OutputText":[{"Text":"Hello"}]}}]}"#;
const INPUT: &str = r#"{"InputData":{"Device":"CustomerInput","InfoQualify":"Input","InputCommand":"TextString"}}"#;
const PRINT: &str = r#"{"PrintOutput":{"DocumentQualifier":"Document","ResponseMode":"PrintEnd",
    "OutputContent":{"OutputFormat":"Text","OutputText":[{"Text":"Hello"}]}}}"#;
const REVERSAL: &str = r#"{"OriginalPOITransaction":{"POITransactionID":{"TransactionID":"X.Y",
    "TimeStamp":"2026-04-08T08:15:03.000Z"}},"ReversalReason":"MerchantCancel"}"#;
const ACQUISITION: &str = r#"{"SaleData":{"SaleTransactionID":{"TransactionID":"T","TimeStamp":"2026-04-08T08:15:00.000Z"}},
    "CardAcquisitionTransaction":{"TotalAmount":5}}"#;

/// An abort stops what it names, and nothing else.
#[test]
fn an_abort_of_something_else_is_ignored() {
    let mut world = waiting();
    let exchange = world.send(&payment("A", "10.99"));
    let of = |reference: &str| format!(r#"{{"AbortReason":"x","MessageReference":{reference}}}"#);
    let others = [
        r#"{"ServiceID":"B"}"#,
        r#"{"ServiceID":"A","SaleID":"POS-2"}"#,
        r#"{"ServiceID":"A","MessageCategory":"CardAcquisition"}"#,
        "{}",
    ];
    for (index, reference) in others.iter().enumerate() {
        let Ending::Reply { status, body } = world.ask(&message("Abort", &index.to_string(), &of(reference))) else {
            panic!()
        };
        assert_eq!((status, body.as_str()), (200, ""), "{reference}");
    }
    let other_till = message_of("POS-2", "Abort", "9", &of(r#"{"ServiceID":"A"}"#));
    world.ask(&other_till);
    assert!(world.stops.is_empty());
    // Twice is once.
    world.ask(&abort("X1", "A"));
    world.ask(&abort("X2", "A"));
    assert_eq!(world.stops.len(), 1);
    assert_eq!(world.ending(exchange), None);
}

/// What is not begun yet is withdrawn at once.
#[test]
fn an_abort_before_the_acceptance_is_stored_keeps_the_application_out() {
    let mut world = World::new();
    world.store = StoreHabit::Silent;
    let exchange = world.send(&payment("A", "10.99"));
    let accepted = *world.unconfirmed.back().unwrap();
    world.ask(&abort("X", "A"));
    world.store = StoreHabit::Works;
    world.input(Input::Stored(accepted)).unwrap();
    assert!(world.requests.is_empty() && world.stops.is_empty());
    assert_eq!(said(&world.ending(exchange).unwrap()), pair("Failure", "Aborted"));
    assert_eq!(said(&world.ask(&status("S", "A"))).0, "Success");
}

#[test]
fn a_question_gives_way_to_any_other_request() {
    for next in [payment("P", "1"), message("Display", "D", DISPLAY), status("S", "A"), message("Diagnosis", "G", "{}")]
    {
        let mut world = World::new();
        let question = world.send(&message("Input", "I", INPUT));
        assert_eq!(world.ending(question), None);
        let answered = world.ask(&next);
        assert_ne!(said(&answered).1, "Busy");
        assert_eq!(said(&world.ending(question).unwrap()), pair("Failure", "Aborted"));
        assert_eq!(world.stops, [world.wishes[0].0]);
    }
    // One that is refused takes nothing away.
    let mut world = World::new();
    let question = world.send(&message("Input", "I", INPUT));
    world.ask(&message("Input", "I", INPUT));
    world.ask(&payment("P", "0"));
    world.ask(b"{");
    assert_eq!(world.ending(question), None);
    // What the customer says after it was taken away is said to nobody.
    let (wish, _) = world.wishes[0];
    world.ask(&payment("P", "1"));
    assert_eq!(world.input(Input::Performed(wish, Performed::Answer(Answer::Yes))), Err(Misuse::NoSuchWish));
}

#[test]
fn answers_of_customers_have_the_member_of_their_command() {
    let question = |command: &str| {
        let body = INPUT.replace("TextString", command).replace(
            "}}",
            r#"},"DisplayOutput":{"Device":"CustomerDisplay","InfoQualify":"Display","OutputContent":{"OutputFormat":"Text",
            "OutputText":[{"Text":"?"}]},"MenuEntry":[{"OutputFormat":"Text"},{"OutputFormat":"Text"},{"OutputFormat":"Text"}]}}"#,
        );
        message("Input", "I", &body)
    };
    let two = opi_core::money::Decimal::parse("2").unwrap();
    let price = opi_core::money::Decimal::parse("12.50").unwrap();
    let rows = [
        ("GetConfirmation", Answer::No, r#"{"ConfirmedFlag":false,"InputCommand":"GetConfirmation"}"#),
        ("TextString", Answer::Text("né"), r#"{"InputCommand":"TextString","TextInput":"né"}"#),
        ("DigitString", Answer::Text("007"), r#"{"DigitInput":"007","InputCommand":"DigitString"}"#),
        ("DigitString", Answer::Number(two), r#"{"DigitInput":"2","InputCommand":"DigitString"}"#),
        ("DecimalString", Answer::Number(price), r#"{"InputCommand":"DecimalString","TextInput":"12.5"}"#),
        ("GetMenuEntry", Answer::Number(two), r#"{"InputCommand":"GetMenuEntry","MenuEntryNumber":[0,1,0]}"#),
    ];
    for (command, answer, expected) in rows {
        let mut world = World::new();
        world.answer = Some(answer);
        let told = world.ask(&question(command)).json();
        let result = &told["SaleToPOIResponse"]["InputResponse"]["InputResult"];
        assert_eq!(result["Response"]["Result"], "Success", "{told}");
        assert_eq!(result["Input"], serde_json::from_str::<serde_json::Value>(expected).unwrap(), "{command}");
        assert_eq!(told["SaleToPOIResponse"]["InputResponse"]["OutputResult"]["Response"]["Result"], "Success");
    }
}

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

/// A till that passes its data as JSON in Base64 is answered in the same form.
#[test]
fn json_is_answered_with_json() {
    let text = String::from_utf8(payment("A", "10.99")).unwrap();
    for (data, json) in [("eyJhcHBsaWNhdGlvbkluZm8iOnt9fQ==", true), ("currency=EUR", false), ("", false)] {
        let with = text.replace("\"SaleData\":{", &format!("\"SaleData\":{{\"SaleToAcquirerData\":\"{data}\","));
        let (_, _, said) = response(&World::new().ask(with.as_bytes()).json());
        assert_eq!(said.starts_with("eyJhZGRpdGlvbmFsRGF0YSI6"), json, "{data}: {said}");
        assert_eq!(said.contains("posAuthAmountValue=1099"), !json);
    }
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

#[test]
fn inputs_that_do_not_fit_are_refused_and_change_nothing() {
    let mut world = waiting();
    assert_eq!(world.input(Input::Stored(opi_core::journal::Ticket(1))), Err(Misuse::NoSuchTicket));
    let exchange = world.send(&payment("A", "10.99"));
    let (wish, request) = world.operation();
    assert_eq!(world.input(Input::Performed(wish, Performed::Done)), Err(Misuse::WrongEnd));
    let other = opi_core::nexo::front::WishId(wish.0 + 1);
    let end = approved(&request);
    assert_eq!(world.input(Input::Told(other, &Event::Finished(&end))), Err(Misuse::NoSuchWish));
    world.settle(wish, &end);
    assert_eq!(world.input(Input::Told(wish, &Event::Finished(&end))), Err(Misuse::NoSuchWish));
    assert_eq!(said(&world.ending(exchange).unwrap()).0, "Success");
    let long = vec![b' '; 20_000];
    let at = opi_core::time::WallTime::new(0, 0);
    let input = Input::Received { exchange: ExchangeId(99), at, body: &long, clear: false };
    assert_eq!(world.input(input), Err(Misuse::TooLong));
    world.now = 0;
    world.pass(10);
    world.now = 0;
    assert_eq!(world.input(Input::Tick), Err(Misuse::ClockWentBack));
}
