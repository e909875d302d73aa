//! What is asked about a lost answer, and what settles it.

use std::time::Duration;

use opi_core::drive::{Input, Link, Misuse};
use opi_core::id::{Id, RequestId};
use opi_core::journal::{Unresolved, type_and_terminal};
use opi_core::limits;
use opi_core::operation::{Finished, Outcome, Reason, Request, SettledBy};
use opi_core::time::WallTime;
use serde_json::{Value, json};

use crate::till::{AT, Did, POI, Till, answer, eur, failed, header, no_status, paid, payment, repeats, service_id};

/// Answers the question that was asked, and says what came of it.
fn status(till: &mut Till, question: &Value, body: Value) -> Vec<Did> {
    assert_eq!(question["SaleToPOIRequest"]["MessageHeader"]["MessageCategory"], "TransactionStatus");
    till.put(Input::Sent(Link::Request));
    till.answer(&answer("TransactionStatus", service_id(question), body))
}

/// A payment whose answer was lost, and the question about it.
fn lost() -> (Till, Value) {
    let mut till = Till::new();
    till.pay();
    let question = till.lose();
    (till, question)
}

/// How a payment ends about which the terminal says this once.
fn settled_by(body: Value) -> Finished {
    let (mut till, question) = lost();
    let did = status(&mut till, &question, body);
    till.end(did)
}

const NOT_FOUND: &str = "message=Message%20not%20found.%20Category%3dPayment";

#[test]
fn the_terminal_is_asked_by_the_number_of_the_payment() {
    let (till, question) = lost();
    let message = &question["SaleToPOIRequest"];
    assert_eq!(message["MessageHeader"]["ServiceID"], "1002", "a number of its own");
    assert_eq!(
        message["TransactionStatusRequest"],
        json!({
            "ReceiptReprintFlag": true, "DocumentQualifier": ["CashierReceipt", "CustomerReceipt"],
            "MessageReference": {"MessageCategory": "Payment", "SaleID": "POS-1", "ServiceID": "1001", "POIID": POI}
        })
    );
    assert!(till.now >= 5000, "after a pause");
}

#[test]
fn a_repeated_answer_settles_by_its_own_result() {
    let approved = settled_by(repeats("1001", paid()));
    assert_eq!((approved.outcome, approved.settled_by), (Outcome::Approved, SettledBy::TransactionStatus));
    assert_eq!(approved.request_id, RequestId::new(1001).ok());
    assert_eq!(approved.facts.amount, Some(eur("10.99")));
    // The outer answer is a success all the same.
    let declined = settled_by(repeats("1001", failed("Refusal", "refusalReason=210%20Not%20enough%20balance")));
    assert_eq!((declined.outcome, declined.reason), (Outcome::Declined, Some(Reason::HostDeclined)));
    let aborted = settled_by(repeats("1001", failed("Aborted", "message=104%20Merchant%20cancelled%20tx")));
    assert_eq!(aborted.outcome, Outcome::Aborted);
}

/// The terminal may repeat less than it said; what it said before still speaks against the refusal, after a restart, too.
#[test]
fn an_approval_seen_once_contradicts_a_repeated_refusal() {
    let refused = || repeats("1001", failed("Refusal", ""));
    let mut contradicting = failed("Refusal", "");
    contradicting["PaymentResult"] = paid()["PaymentResult"].clone();
    let mut unlisted = contradicting.clone();
    unlisted["Response"]["ErrorCondition"] = json!("Eaten");
    for (body, reason) in [(contradicting, Reason::Contradiction), (unlisted, Reason::UnlistedResult)] {
        let mut till = Till::new();
        till.pay();
        let did = till.answer(&answer("Payment", "1001", body));
        let question = till.leave(did);
        let did = status(&mut till, &question, refused());
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(reason)));
    }
    for (reason, outcome) in [(Some(Reason::Contradiction), Outcome::Unknown), (None, Outcome::Declined)] {
        let mut till = Till::new();
        let request_id = RequestId::new(1001).unwrap();
        till.session.set_unresolved(Unresolved { request_id, ..old(reason) });
        let did = till.put(Input::Recover(WallTime::new(AT, 120)));
        let question = till.leave(did);
        let did = status(&mut till, &question, refused());
        assert_eq!(till.end(did).outcome, outcome, "{reason:?}");
    }
}

#[test]
fn a_repeated_answer_to_anything_else_settles_nothing() {
    let change = |member: &str, value: Value| {
        let mut body = repeats("1001", paid());
        body["RepeatedMessageResponse"]["MessageHeader"][member] = value;
        body
    };
    let mut without_header = repeats("1001", paid());
    without_header["RepeatedMessageResponse"].as_object_mut().unwrap().remove("MessageHeader");
    let mut other_currency = paid();
    other_currency["PaymentResult"]["AmountsResp"]["Currency"] = json!("CHF");
    let mut other_day = paid();
    other_day["POIData"]["POITransactionID"]["TimeStamp"] = json!("2026-04-05T08:15:03.000Z");
    let mut other_body = repeats("1001", paid());
    other_body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"] = json!({"ReversalResponse": paid()});
    for (what, body) in [
        ("another number", change("ServiceID", json!("1000"))),
        ("another till", change("SaleID", json!("POS-2"))),
        ("another terminal", change("POIID", json!("P400Plus-987654321"))),
        ("another category", change("MessageCategory", json!("Reversal"))),
        ("no header", without_header),
        ("another body", other_body),
        ("another currency", repeats("1001", other_currency)),
        ("another day", repeats("1001", other_day)),
        ("an unknown condition", repeats("1001", failed("Eaten", ""))),
        ("nothing repeated", json!({"Response": {"Result": "Success"}})),
    ] {
        let end = settled_by(body);
        assert_eq!(end.outcome, Outcome::Unknown, "{what}");
    }
}

#[test]
fn the_status_of_another_request_is_no_answer() {
    for (member, value) in
        [("ServiceID", json!("1000")), ("SaleID", json!("POS-2")), ("MessageCategory", json!("Reversal"))]
    {
        let mut body = repeats("1001", paid());
        body["MessageReference"][member] = value;
        let (mut till, question) = lost();
        let did = status(&mut till, &question, body);
        assert!(did.iter().any(|it| matches!(it, Did::Fault(_))), "{did:?}");
        assert_eq!(till.end(did).outcome, Outcome::Unknown);
    }
}

#[test]
fn in_progress_is_asked_again_until_it_is_settled() {
    let (mut till, mut question) = lost();
    let mut numbers = vec![service_id(&question).to_owned()];
    for _ in 0..6 {
        let did = status(&mut till, &question, no_status("InProgress", "message=Uncompleted%20transaction"));
        question = till.leave(did);
        numbers.push(service_id(&question).to_owned());
    }
    let did = status(&mut till, &question, repeats("1001", paid()));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.settled_by), (Outcome::Approved, SettledBy::TransactionStatus));
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 7, "I5: each question has a number of its own");
    assert!(till.session.unresolved().is_none());
}

/// Nobody can wait for ever: the lane is blocked, and the till may ask again at any time.
#[test]
fn what_never_settles_blocks_the_lane_in_bounded_time_and_numbers() {
    for body in [no_status("InProgress", ""), no_status("Busy", "")] {
        let (mut till, mut question) = lost();
        let began = till.now;
        let end = loop {
            let did = status(&mut till, &question, body.clone());
            let did = till.confirm_all(did);
            if let Some(Did::Finished(end)) = did.iter().find(|it| matches!(it, Did::Finished(_))) {
                break end.clone();
            }
            question = till.leave(did);
        };
        assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
        let waited = Duration::from_millis(till.now - began);
        assert!(waited >= Duration::from_secs(150), "longer than a terminal may work: {waited:?}");
        assert!(waited <= Duration::from_secs(240), "{waited:?}");
        assert!(till.session.next_request().get() - 1001 <= limits::OPERATION_REQUESTS, "numbers reserved ahead");
        let refused = till.try_put(Input::Start(&Request::new(payment(), WallTime::new(AT, 120))));
        assert_eq!(refused, Err(Misuse::Unresolved(RequestId::new(1001).unwrap())), "I6");

        let did = till.put(Input::Recover(WallTime::new(AT + 400, 120)));
        question = till.leave(did);
        let did = status(&mut till, &question, repeats("1001", paid()));
        assert_eq!(till.finished(did).outcome, Outcome::Approved);
        assert!(till.session.unresolved().is_none());
    }
}

#[test]
fn not_found_twice_says_that_it_was_never_received() {
    let (mut till, question) = lost();
    let did = status(&mut till, &question, no_status("NotFound", NOT_FOUND));
    assert!(!did.iter().any(|it| matches!(it, Did::Result(_))), "once may be before the payment arrives: {did:?}");
    let before = till.now;
    let question = till.leave(did);
    assert!(till.now - before >= 5000, "after another pause");
    let did = status(&mut till, &question, no_status("NotFound", NOT_FOUND));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotReceived)));
    assert_eq!(end.settled_by, SettledBy::TransactionStatus);
    assert!(till.session.unresolved().is_none());
    till.start(payment());
}

#[test]
fn not_found_is_no_proof_once_the_terminal_had_the_request() {
    // It worked on it a moment ago.
    let (mut till, question) = lost();
    let did = status(&mut till, &question, no_status("InProgress", ""));
    let question = till.leave(did);
    let did = status(&mut till, &question, no_status("NotFound", NOT_FOUND));
    assert_eq!(till.finished(did).outcome, Outcome::Unknown);

    // It answered it, in a way that says nothing; or says that it had one with this number.
    for body in [failed("Eaten", ""), failed("MessageFormat", "message=Repeated%20Message%3a%20ServiceID%20-%201001")] {
        let mut till = Till::new();
        till.pay();
        let did = till.answer(&answer("Payment", "1001", body));
        let question = till.leave(did);
        let did = status(&mut till, &question, no_status("NotFound", NOT_FOUND));
        assert_eq!(till.finished(did).outcome, Outcome::Unknown);
    }
}

/// The answer to a second sending, whoever sent it, never ends the first.
#[test]
fn a_duplicate_is_asked_about_and_found_approved() {
    let mut till = Till::new();
    till.pay();
    let body = failed("MessageFormat", "message=Repeated%20Message%3a%20ServiceID%20-%201001");
    let did = till.answer(&answer("Payment", "1001", body));
    assert!(did.contains(&Did::InDoubt(Reason::Rejected)));
    let question = till.leave(did);
    let did = status(&mut till, &question, repeats("1001", paid()));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

fn old(reason: Option<Reason>) -> Unresolved {
    Unresolved {
        request_id: RequestId::new(900).unwrap(),
        request_type: Id::new(&format!("Payment@{POI}")).unwrap(),
        amount: Some(eur("10.99")),
        at: WallTime::new(AT, 120),
        reference: None,
        reason,
        others: false,
    }
}

/// How an unresolved payment ends that is asked about so many seconds later, and is said to be not found, with this text.
fn asked_later(unresolved: Unresolved, later: i64, text: &str) -> Finished {
    let mut till = Till::new();
    till.session.set_unresolved(unresolved);
    let mut did = till.put(Input::Recover(WallTime::new(AT + later, 120)));
    for _ in 0..3 {
        did = till.confirm_all(did);
        if let Some(Did::Finished(end)) = did.iter().find(|it| matches!(it, Did::Finished(_))) {
            return end.as_ref().clone();
        }
        let question = till.leave(did);
        let reference = &question["SaleToPOIRequest"]["TransactionStatusRequest"]["MessageReference"];
        assert_eq!(reference["ServiceID"], "900");
        did = status(&mut till, &question, no_status("NotFound", text));
    }
    panic!("no end: {did:?}")
}

#[test]
fn not_found_is_believed_only_as_long_as_the_terminal_remembers() {
    let none = Outcome::NotSent;
    assert_eq!(asked_later(old(None), 40, NOT_FOUND).outcome, none, "less than a minute later");
    assert_eq!(asked_later(old(None), 3600, NOT_FOUND).outcome, Outcome::Unknown, "an hour later");
    assert_eq!(asked_later(old(None), -3600, NOT_FOUND).outcome, Outcome::Unknown, "a clock that went back");
    // Its last one was an earlier one of ours: nothing was forgotten since.
    let named = |sale: &str, id: &str| {
        format!("{NOT_FOUND}%2c%20last%20such%20Request%20has%20SaleID%3d{sale}%20ServiceID%3d{id}")
    };
    assert_eq!(asked_later(old(None), 3600, &named("POS-1", "899")).outcome, none);
    assert_eq!(asked_later(old(None), 3600, &named("POS-2", "899")).outcome, Outcome::Unknown, "another till's");
    assert_eq!(asked_later(old(None), 3600, &named("POS-11", "899")).outcome, Outcome::Unknown, "another till's");
    assert_eq!(asked_later(old(None), 3600, &named("POS-1", "899x")).outcome, Outcome::Unknown, "no number of ours");
    assert_eq!(asked_later(old(None), 60, &named("POS-1", "900")).outcome, Outcome::Unknown, "the payment itself");
    assert_eq!(asked_later(old(None), 60, &named("POS-1", "901")).outcome, Outcome::Unknown, "after it");
    let plain = "Message not found. Category=Payment, last such Request has SaleID=POS-1 ServiceID=899";
    assert_eq!(asked_later(old(None), 3600, plain).outcome, none);
}

/// The terminal broke down with the payment, and a spare one stands in its place when the till starts again.
#[test]
fn another_terminal_knows_nothing_of_it() {
    let last = format!("{NOT_FOUND}%2c%20last%20such%20Request%20has%20SaleID%3dPOS-1%20ServiceID%3d899");
    for (terminal, outcome) in [
        (format!("Payment@{POI}"), Outcome::NotSent),
        ("Payment@P400Plus-987654321".to_owned(), Outcome::Unknown),
        ("Payment".to_owned(), Outcome::Unknown),
    ] {
        for text in [NOT_FOUND, last.as_str()] {
            let unresolved = Unresolved { request_type: Id::new(&terminal).unwrap(), ..old(None) };
            assert_eq!(asked_later(unresolved, 40, text).outcome, outcome, "{terminal} {text}");
        }
    }
}

/// What the journal keeps of a payment is what the next start needs to know its terminal again.
#[test]
fn the_journal_knows_which_terminal_had_it() {
    let mut till = Till::new();
    till.pay();
    let did = till.put(Input::Closed(Link::Request));
    assert_eq!(till.end(did).outcome, Outcome::Unknown);
    let left = till.session.unresolved().unwrap().clone();
    assert_eq!(type_and_terminal(left.request_type.as_str()), ("Payment", Some(POI)));
    // It stays so however often it is asked about.
    let did = till.put(Input::Recover(WallTime::new(AT, 120)));
    assert_eq!(till.end(did).outcome, Outcome::Unknown);
    assert_eq!(till.session.unresolved().unwrap().request_type, left.request_type);
}

#[test]
fn what_showed_before_a_restart_counts_after_it() {
    let mut seen = old(None);
    seen.reference = Some(Id::new("BV0q001775636100003").unwrap());
    assert_eq!(asked_later(seen, 40, NOT_FOUND).outcome, Outcome::Unknown);
    assert_eq!(asked_later(old(Some(Reason::Contradiction)), 40, NOT_FOUND).outcome, Outcome::Unknown);
    assert_eq!(asked_later(old(Some(Reason::ConnectionLost)), 40, NOT_FOUND).outcome, Outcome::NotSent);
}

#[test]
fn a_request_of_another_protocol_is_left_to_a_person() {
    let mut till = Till::new();
    till.session.set_unresolved(Unresolved { request_type: Id::new("CardPayment").unwrap(), ..old(None) });
    let did = till.put(Input::Recover(WallTime::new(AT, 120)));
    assert_eq!(till.finished(did).outcome, Outcome::Unknown);
    let request = RequestId::new(900).unwrap();
    let did = till.put(Input::Resolve { request, charged: true, note: "asked the bank" });
    till.confirm_all(did);
    assert!(till.session.unresolved().is_none());
}

#[test]
fn after_a_restart_the_answer_is_found() {
    let mut till = Till::new();
    till.session.set_unresolved(Unresolved { request_type: Id::new("").unwrap(), ..old(None) });
    let did = till.put(Input::Recover(WallTime::new(AT + 60, 120)));
    let question = till.leave(did);
    let mut body = repeats("900", paid());
    body["MessageReference"]["ServiceID"] = json!("900");
    let did = status(&mut till, &question, body);
    let end = till.finished(did);
    assert_eq!((end.outcome, end.request_id), (Outcome::Approved, RequestId::new(900).ok()));
}

#[test]
fn a_terminal_that_cannot_be_reached_is_tried_and_given_up() {
    let (mut till, _) = lost();
    let did = till.put(Input::Closed(Link::Request));
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
}

/// The connection is kept after a mere time-out, and what comes on it counts.
#[test]
fn a_late_answer_counts() {
    let mut till = Till::new();
    till.pay();
    let did = till.sleep();
    assert!(did.contains(&Did::InDoubt(Reason::Deadline)), "{did:?}");
    assert!(till.now >= 150_000, "longer than a terminal may work");
    let did = till.answer(&answer("Payment", "1001", paid()));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.settled_by), (Outcome::Approved, SettledBy::Answer));
}

#[test]
fn the_connection_of_the_payment_is_closed_before_the_question() {
    let mut till = Till::new();
    till.pay();
    till.sleep();
    let did = till.sleep();
    let close = did.iter().position(|it| *it == Did::Close(Link::Request)).unwrap();
    let connect = did.iter().position(|it| *it == Did::Connect(Link::Request)).unwrap();
    assert!(close < connect);
}

#[test]
fn a_reversal_is_asked_about_as_such() {
    let mut till = Till::new();
    till.start(crate::operations::reversal());
    till.put(Input::Sent(Link::Request));
    let question = till.lose();
    let reference = &question["SaleToPOIRequest"]["TransactionStatusRequest"]["MessageReference"];
    assert_eq!(reference["MessageCategory"], "Reversal");
    let body = json!({
        "Response": {"Result": "Success"},
        "RepeatedMessageResponse": {
            "MessageHeader": header("Reversal", "1001"),
            "RepeatedResponseMessageBody": {"ReversalResponse": {"Response": {"Result": "Success"}}}
        }
    });
    let did = status(&mut till, &question, body);
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Approved, Some(Reason::HostDecidesLater)));
}

#[test]
fn receipts_of_a_lost_answer_are_told() {
    let mut body = paid();
    body["PaymentReceipt"] = crate::sheets::receipts();
    let (mut till, question) = lost();
    let did = status(&mut till, &question, repeats("1001", body));
    let did = till.confirm_all(did);
    assert_eq!(did.iter().filter(|it| **it == Did::SheetEnded(true)).count(), 2, "{did:?}");
    assert!(did.iter().any(|it| matches!(it, Did::Finished(end) if end.outcome == Outcome::Approved)));
}

/// After a mere time-out the connection is closed right before the first question: that question comes too early to
/// prove anything.
#[test]
fn not_found_counts_only_a_pause_after_the_connection_was_closed() {
    let mut till = Till::new();
    till.pay();
    till.sleep();
    let mut did = till.sleep();
    for count in 1..=3 {
        let question = till.leave(did);
        let named = format!("{NOT_FOUND}%2c%20last%20such%20Request%20has%20SaleID%3dPOS-1%20ServiceID%3d1000");
        did = status(&mut till, &question, no_status("NotFound", &named));
        let over = did.iter().any(|it| matches!(it, Did::Result(_)));
        assert_eq!(over, count == 3, "{count}: {did:?}");
    }
}
