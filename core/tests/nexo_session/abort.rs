//! Stopping a payment.

use opi_core::drive::{Input, Link, Misuse};
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::time::WallTime;
use serde_json::json;

use crate::till::{AT, Did, POI, Till, answer, failed, no_status, paid, payment, repeats, service_id};

/// Aborts the payment that is under way; the message that leaves.
fn abort(till: &mut Till) -> serde_json::Value {
    let did = till.put(Input::Abort);
    assert!(did.contains(&Did::Connect(Link::Abort)), "{did:?}");
    let did = till.put(Input::Connected(Link::Abort));
    let Some(Did::Sent(Link::Abort, message)) = did.last() else { panic!("{did:?}") };
    message.clone()
}

#[test]
fn an_abort_names_the_payment_and_decides_nothing() {
    let mut till = Till::new();
    till.pay();
    let message = abort(&mut till);
    assert_eq!(service_id(&message), "1002");
    assert_eq!(
        message["SaleToPOIRequest"]["AbortRequest"],
        json!({
            "AbortReason": "MerchantAbort",
            "MessageReference": {"MessageCategory": "Payment", "SaleID": "POS-1", "ServiceID": "1001", "POIID": POI}
        })
    );
    till.put(Input::Sent(Link::Abort));
    let did = till.answer_bytes(Link::Abort, 200, b"");
    assert_eq!(
        did,
        [Did::Close(Link::Abort), Did::AbortAnswered(true)].as_slice().iter().rev().cloned().collect::<Vec<_>>()
    );
    assert!(!till.session.is_idle(), "I8");
    // It came too late.
    let did = till.answer(&answer("Payment", "1001", paid()));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn the_payment_says_itself_that_it_was_stopped() {
    let mut till = Till::new();
    till.pay();
    abort(&mut till);
    till.put(Input::Sent(Link::Abort));
    till.answer_bytes(Link::Abort, 204, b"");
    let did = till.answer(&answer("Payment", "1001", failed("Aborted", "message=104%20Merchant%20cancelled%20tx")));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Aborted, Some(Reason::Stopped)));
}

#[test]
fn an_abort_that_does_not_arrive_is_told_so_and_harms_nothing() {
    let went_wrong: [fn(&mut Till) -> Vec<Did>; 4] = [
        |till| till.answer_bytes(Link::Abort, 503, b""),
        |till| till.put(Input::Closed(Link::Abort)),
        |till| till.sleep(),
        |till| till.answer_bytes(Link::Abort, 200, &[b'x'; 600]),
    ];
    for wrong in went_wrong {
        let mut till = Till::new();
        till.pay();
        abort(&mut till);
        till.put(Input::Sent(Link::Abort));
        let did = wrong(&mut till);
        assert!(did.contains(&Did::AbortAnswered(false)), "{did:?}");
        let did = till.answer(&answer("Payment", "1001", paid()));
        assert_eq!(till.finished(did).outcome, Outcome::Approved);
    }
    let mut till = Till::new();
    till.pay();
    till.put(Input::Abort);
    assert!(till.put(Input::ConnectFailed(Link::Abort)).contains(&Did::AbortAnswered(false)));
}

#[test]
fn there_are_three_aborts_with_pauses() {
    let mut till = Till::new();
    till.pay();
    for count in 0..4 {
        if count == 3 {
            assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts));
            break;
        }
        abort(&mut till);
        assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts));
        till.put(Input::Sent(Link::Abort));
        till.answer_bytes(Link::Abort, 200, b"");
        assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts), "too soon");
        till.now += 1500;
    }
}

#[test]
fn before_it_leaves_a_payment_is_taken_back() {
    let mut till = Till::new();
    let did = till.put(Input::Start(&Request::new(payment(), WallTime::new(AT, 120))));
    let Some(Did::Intent(ticket, _)) = did.last() else { panic!("{did:?}") };
    till.put(Input::Stored(*ticket));
    let did = till.put(Input::Abort);
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::Withdrawn)));
}

/// The connection is gone and the terminal waits for a card: it is told to stop, and asked how that went.
#[test]
fn a_payment_that_goes_on_without_us_can_be_stopped() {
    let mut till = Till::new();
    till.pay();
    let question = till.lose();
    till.put(Input::Sent(Link::Request));
    till.answer(&answer("TransactionStatus", service_id(&question), no_status("InProgress", "")));
    let message = abort(&mut till);
    let reference = &message["SaleToPOIRequest"]["AbortRequest"]["MessageReference"];
    assert_eq!(reference["ServiceID"], "1001");
    till.put(Input::Sent(Link::Abort));
    let did = till.answer_bytes(Link::Abort, 200, b"");
    let question = till.leave(did);
    till.put(Input::Sent(Link::Request));
    let body = repeats("1001", failed("Aborted", "message=104%20Merchant%20cancelled%20tx"));
    let did = till.answer(&answer("TransactionStatus", service_id(&question), body));
    assert_eq!(till.finished(did).outcome, Outcome::Aborted);
}

#[test]
fn a_cashier_who_does_not_want_to_wait_gets_an_unknown_end() {
    let mut till = Till::new();
    till.pay();
    till.put(Input::Closed(Link::Request));
    let did = till.put(Input::Abort);
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
    assert!(till.session.unresolved().is_some());
    // What goes on at the terminal can still be stopped, by its number.
    let message = till.start(Operation::Abort);
    let reference = &message["SaleToPOIRequest"]["AbortRequest"]["MessageReference"];
    assert_eq!(reference["ServiceID"], "1001");
    till.put(Input::Sent(Link::Request));
    let did = till.answer_bytes(Link::Request, 200, b"");
    assert_eq!(till.finished(did).outcome, Outcome::Done);
    assert!(till.session.unresolved().is_some(), "I8");
}
