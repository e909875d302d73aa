//! One dialogue at a time: what is let through, what gives way, how it ends, and what is answered when nobody knows.

use opi_core::drive::{Answer, Event};
use opi_core::nexo::front::{ExchangeId, Input, Misuse, Performed};
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Facts, Outcome, Reason};

use crate::world::{
    ACQUISITION, DISPLAY, Ending, Habit, INPUT, LOGIN, PRINT, REVERSAL, StoreHabit, World, abort, approved, finished,
    message, message_of, pair, payment, payment_of, repeated, response, said, status, waiting,
};

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
