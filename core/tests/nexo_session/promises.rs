//! The promises, one by one.

use opi_core::drive::{Input, Link, Misuse, QuestionId, Why};
use opi_core::id::RequestId;
use opi_core::nexo::{ConfigError, Memory, Session};
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::time::{Instant, WallTime};

use crate::till::{AT, Did, Till, answer, paid, payment};

fn start() -> Request {
    Request::new(payment(), WallTime::new(AT, 120))
}

#[test]
fn nothing_leaves_before_the_intent_is_stored() {
    let mut till = Till::new();
    let did = till.put(Input::Start(&start()));
    let Some(Did::Intent(ticket, _)) = did.last() else { panic!("{did:?}") };
    assert_eq!(till.wait().why, Why::Store);
    let did = till.put(Input::Stored(*ticket));
    assert_eq!(did, [Did::Connect(Link::Request)], "no listener is needed");

    let mut till = Till::new();
    let did = till.put(Input::Start(&start()));
    let Some(Did::Intent(ticket, _)) = did.last() else { panic!("{did:?}") };
    let did = till.put(Input::StoreFailed(*ticket));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotStored)));
}

#[test]
fn what_did_not_leave_as_a_whole_was_not_sent() {
    for (at_most, outcome) in [(0, Outcome::NotSent), (10, Outcome::NotSent), (100_000, Outcome::Unknown)] {
        let mut till = Till::new();
        till.start(payment());
        let did = till.put(Input::SendFailed { link: Link::Request, at_most });
        assert_eq!(till.end(did).outcome, outcome, "{at_most}");
    }
    let mut till = Till::new();
    let did = till.put(Input::Start(&start()));
    let Some(Did::Intent(ticket, _)) = did.last() else { panic!("{did:?}") };
    till.put(Input::Stored(*ticket));
    let did = till.put(Input::ConnectFailed(Link::Request));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotConnected)));
}

#[test]
fn a_connection_that_ends_while_sending_waits_for_how_much_left() {
    let mut till = Till::new();
    till.start(payment());
    assert_eq!(till.put(Input::Closed(Link::Request)), []);
    let did = till.put(Input::SendFailed { link: Link::Request, at_most: 3 });
    assert_eq!(till.finished(did).outcome, Outcome::NotSent);

    let mut till = Till::new();
    till.start(payment());
    assert_eq!(till.put(Input::Closed(Link::Request)), []);
    let did = till.put(Input::Sent(Link::Request));
    assert!(did.contains(&Did::InDoubt(Reason::ConnectionLost)), "{did:?}");
}

/// For those who look at the journal later.
#[test]
fn that_a_payment_left_is_stored() {
    let mut till = Till::new();
    till.start(payment());
    let did = till.put(Input::Sent(Link::Request));
    assert!(matches!(did[..], [Did::Record(_)]), "{did:?}");
    let mut till = Till::new();
    till.start(Operation::Status);
    assert_eq!(till.put(Input::Sent(Link::Request)), []);
}

/// However long it takes and whatever is refused, the payment itself leaves once.
#[test]
fn a_payment_never_leaves_twice() {
    let mut till = Till::new();
    till.pay();
    let mut did = till.put(Input::Closed(Link::Request));
    for _ in 0..300 {
        for it in &did {
            if let Did::Sent(_, message) = it {
                assert!(message["SaleToPOIRequest"].get("PaymentRequest").is_none(), "I1: {message}");
            }
        }
        let next = did.iter().find_map(|it| match it {
            Did::Connect(link) => Some(Input::Connected(*link)),
            Did::Sent(link, _) => Some(Input::SendFailed { link: *link, at_most: 99_999 }),
            Did::Result(ticket) => Some(Input::Stored(*ticket)),
            _ => None,
        });
        did = match next {
            Some(input) => till.put(input),
            None if till.session.is_idle() => break,
            None => till.sleep(),
        };
    }
    assert!(till.session.is_idle(), "I11");
    assert!(till.session.unresolved().is_some());
}

#[test]
fn every_wait_ends() {
    let mut till = Till::new();
    till.start(payment());
    let mut waits = 0;
    while !till.session.is_idle() {
        waits += 1;
        assert!(waits < 100, "I11");
        let did = till.sleep();
        till.confirm_all(did);
    }
    assert!(till.wait().until.is_none());
    assert_eq!(till.wait().why, Why::Unresolved);
}

#[test]
fn misuse_is_refused_and_changes_nothing() {
    let mut till = Till::new();
    let wrong = |link| Err(Misuse::WrongLink(link));
    assert_eq!(till.try_put(Input::Connected(Link::Request)), wrong(Link::Request));
    assert_eq!(till.try_put(Input::Accepted(Link::Device(0))), wrong(Link::Device(0)));
    assert_eq!(till.try_put(Input::Sent(Link::Device(0))), wrong(Link::Device(0)));
    assert_eq!(till.try_put(Input::Listening), Err(Misuse::Busy));
    assert_eq!(till.try_put(Input::Abort), Err(Misuse::NothingToAbort));
    assert_eq!(till.try_put(Input::Recover(WallTime::new(AT, 0))), Err(Misuse::NotUnresolved));
    let answer_to_nothing = Input::Answer(QuestionId(1), opi_core::drive::Answer::Yes);
    assert_eq!(till.try_put(answer_to_nothing), Err(Misuse::NoSuchQuestion));
    till.pay();
    assert_eq!(till.try_put(Input::Start(&start())), Err(Misuse::Busy));
    let room = till.session.room(Link::Request);
    assert_eq!(till.try_put(Input::Received(Link::Request, &vec![0; room + 1])), Err(Misuse::NoRoom(Link::Request)));
    assert_eq!(till.session.room(Link::Device(0)), 0);
    till.now = 5000;
    till.put(Input::Tick);
    till.now = 4999;
    assert_eq!(till.try_put(Input::Tick), Err(Misuse::ClockWentBack));
    till.now = 5000;
    let did = till.answer(&answer("Payment", "1001", paid()));
    assert_eq!(till.finished(did).outcome, Outcome::Approved);
}

#[test]
fn after_the_end_nothing_counts() {
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", paid()));
    till.finished(did);
    assert_eq!(till.put(Input::Closed(Link::Request)), []);
    assert_eq!(till.try_put(Input::Received(Link::Request, b"x")), Ok(vec![]));
    assert_eq!(till.put(Input::Complete { link: Link::Request, status: 200 }), []);
    assert_eq!(till.session.next_request(), RequestId::new(1002).unwrap());
}

#[test]
fn an_end_that_is_not_stored_says_so_and_stays_unresolved_after_a_restart() {
    let mut till = Till::new();
    till.pay();
    let did = till.answer(&answer("Payment", "1001", paid()));
    let Some(Did::Result(ticket)) = did.last() else { panic!("{did:?}") };
    let did = till.put(Input::StoreFailed(*ticket));
    let end = till.finished(did);
    assert_eq!((end.outcome, end.stored), (Outcome::Approved, false));
}

#[test]
fn memory_that_is_too_small_is_refused() {
    let till = Till::new();
    let settings = || till.session.settings().clone();
    for (request, abort, bytes) in [(100, 128, 100), (4096, 10, 10)] {
        let (mut request, mut abort) = (vec![0; request], vec![0; abort]);
        let small = Session::new(settings(), Memory { request: &mut request, abort: &mut abort }).err();
        assert!(matches!(small, Some(ConfigError::WindowTooSmall { bytes: found, .. }) if found == bytes));
    }
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let run = || {
        let mut till = Till::new();
        till.pay();
        let mut all = till.answer(&answer("Payment", "1001", paid()));
        all.extend(till.put(Input::Tick));
        all
    };
    assert_eq!(run(), run());
    let mut till = Till::new();
    till.session
        .handle_input(Instant::from_millis(0), Input::Start(&Request::new(Operation::Status, WallTime::new(AT, 0))))
        .unwrap();
}
