//! An abort never decides an outcome (I8).

use opi_core::drive::{Input, Link, Misuse};
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::time::WallTime;

use crate::till::{Did, Till, answer, payment, sent};

fn abort_answer(result: &str, id: &str) -> String {
    format!(
        r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{id}" RequestType="AbortRequest" OverallResult="{result}"/>"#
    )
}

/// Aborts on the profile's connection and gives the link it went over.
fn abort(till: &mut Till) -> Link {
    let did = till.put(Input::Abort);
    let (link, xml) = match did.as_slice() {
        [Did::Connect(Link::Abort)] => {
            let did = till.put(Input::Connected(Link::Abort));
            (Link::Abort, sent(&did).to_owned())
        }
        [Did::Sent(Link::Request, xml)] => (Link::Request, xml.clone()),
        other => panic!("{other:?}"),
    };
    assert!(xml.contains("RequestType=\"AbortRequest\"") && xml.contains("RequestID=\"1002\""), "{xml}");
    till.put(Input::Sent(link));
    link
}

#[test]
fn the_payments_own_answer_decides() {
    for profile in [&Profile::NEXI, &Profile::OPI_DE] {
        for accepted in [true, false] {
            for (result, outcome) in
                [("Success", Outcome::Approved), ("Aborted", Outcome::Aborted), ("Failure", Outcome::Declined)]
            {
                let mut till = Till::new(profile);
                till.pay();
                let link = abort(&mut till);
                let said = if accepted { "Success" } else { "DeviceUnavailable" };
                let did = till.receive(link, &abort_answer(said, "1002"));
                assert!(did.contains(&Did::AbortAnswered(accepted)), "{did:?}");
                assert!(!till.session.is_idle(), "the payment goes on");
                let did = till.receive(Link::Request, &answer(result, ""));
                assert_eq!(till.end(did).outcome, outcome);
            }
        }
    }
}

/// The answers of both may come in any order on one connection.
#[test]
fn the_payments_answer_first_on_the_same_connection() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    abort(&mut till);
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

#[test]
fn an_abort_that_gets_nowhere_leaves_the_payment_alone() {
    for how in 0..4 {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.put(Input::Abort);
        assert_eq!(did, [Did::Connect(Link::Abort)]);
        let did = match how {
            0 => till.put(Input::ConnectFailed(Link::Abort)),
            1 => till.sleep(),
            2 => {
                till.put(Input::Connected(Link::Abort));
                till.put(Input::SendFailed { link: Link::Abort, at_most: 3 })
            }
            _ => {
                till.put(Input::Connected(Link::Abort));
                till.put(Input::Sent(Link::Abort));
                till.put(Input::Closed(Link::Abort))
            }
        };
        assert!(did.contains(&Did::AbortAnswered(false)), "{how}: {did:?}");
        let did = till.receive(Link::Request, &answer("Success", ""));
        assert_eq!(till.end(did).outcome, Outcome::Approved);
    }
}

#[test]
fn before_the_request_has_left_it_is_withdrawn() {
    let request = Request::new(payment(), WallTime::new(0, 0));
    for steps in 0..3 {
        let mut till = Till::new(&Profile::NEXI);
        let did = till.put(Input::Start(&request));
        let Some(Did::Intent(ticket)) = did.last() else { panic!("{did:?}") };
        if steps > 0 {
            till.put(Input::Stored(*ticket));
        }
        if steps > 1 {
            till.put(Input::Listening);
        }
        let did = till.put(Input::Abort);
        assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))));
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::Withdrawn)), "{steps}");
    }
}

/// The intent may still be stored, and would block the lane: its end is stored behind it. Found with the official client
/// of the Terminal API.
#[test]
fn an_intent_that_is_stored_too_late_has_its_end_behind_it() {
    let request = Request::new(payment(), WallTime::new(0, 0));
    for how in 0..3 {
        let mut till = Till::new(&Profile::NEXI);
        let did = till.put(Input::Start(&request));
        let Some(Did::Intent(intent)) = did.last() else { panic!("{did:?}") };
        let did = match how {
            0 => till.put(Input::Abort),
            1 => till.sleep(),
            _ => till.put(Input::StoreFailed(*intent)),
        };
        let [Did::Result(result)] = did.as_slice() else { panic!("{how}: {did:?}") };
        if how < 2 {
            // What was given up is still reported, and that is no mistake.
            assert_eq!(till.put(Input::Stored(*intent)), []);
        }
        let did = till.put(Input::Stored(*result));
        let [Did::Finished(end)] = did.as_slice() else { panic!("{how}: {did:?}") };
        let reason = if how == 0 { Reason::Withdrawn } else { Reason::NotStored };
        assert_eq!((end.outcome, end.reason, end.stored), (Outcome::NotSent, Some(reason), true), "{how}");
    }
}

#[test]
fn an_abort_while_the_request_leaves_waits_for_it() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(payment());
    assert_eq!(till.put(Input::Abort), []);
    let did = till.put(Input::Sent(Link::Request));
    assert!(matches!(did.as_slice(), [Did::FrameLeft(..), Did::Connect(Link::Abort)]), "{did:?}");
}

/// Repeated aborts can make a terminal unavailable (Nexi proxy): three, 1.5 s apart (Nexi SDKs).
#[test]
fn aborts_are_few_and_far_between() {
    let mut till = Till::new(&Profile::NEXI);
    assert_eq!(till.try_put(Input::Abort), Err(Misuse::NothingToAbort));
    till.pay();
    for _ in 0..3 {
        till.put(Input::Abort);
        assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts));
        till.put(Input::ConnectFailed(Link::Abort));
        till.now += 1499;
        assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts));
        till.now += 1;
    }
    assert_eq!(till.try_put(Input::Abort), Err(Misuse::TooManyAborts));
    let did = till.receive(Link::Request, &answer("Aborted", ""));
    till.end(did);
    assert_eq!(till.try_put(Input::Abort), Err(Misuse::NothingToAbort));
}

#[test]
fn an_answer_to_another_abort_is_not_ours() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let link = abort(&mut till);
    let did = till.receive(link, &abort_answer("Success", "1003"));
    assert!(did.contains(&Did::AbortAnswered(false)), "{did:?}");
}

#[test]
fn an_abort_on_its_own_is_an_operation() {
    let mut till = Till::new(&Profile::NEXI);
    let xml = till.start(Operation::Abort);
    assert!(xml.contains("RequestType=\"AbortRequest\""), "{xml}");
    till.put(Input::Sent(Link::Request));
    assert_eq!(till.try_put(Input::Abort), Err(Misuse::NothingToAbort));
    let did = till.receive(Link::Request, &abort_answer("DeviceUnavailable", "1001"));
    assert_eq!(till.end(did).outcome, Outcome::Declined);
}

/// A terminal that takes no more bytes: the adapter must not be woken for nothing over and over.
#[test]
fn an_abort_that_never_leaves_gives_up_and_the_answer_still_counts() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    let did = till.put(Input::Abort);
    assert!(matches!(did.as_slice(), [Did::Sent(Link::Request, _)]), "{did:?}");
    assert_eq!(till.sleep(), [Did::AbortAnswered(false)]);
    assert!(till.wait().until.unwrap().as_millis() > till.now, "woken again at once");
    let did = till.receive(Link::Request, &answer("Aborted", ""));
    assert_eq!(till.end(did).outcome, Outcome::Aborted);
}

/// An abort that was given up may still be answered. That says nothing of the payment.
#[test]
fn a_late_answer_to_an_earlier_abort_does_not_cut_the_waiting_short() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    abort(&mut till);
    assert_eq!(till.sleep(), [Did::AbortAnswered(false)]);
    let did = till.put(Input::Abort);
    assert!(sent(&did).contains("RequestID=\"1003\""));
    till.put(Input::Sent(Link::Request));
    assert_eq!(till.receive(Link::Request, &abort_answer("Success", "1002")), []);
    assert_eq!(till.receive(Link::Request, &abort_answer("Success", "1003")), [Did::AbortAnswered(true)]);
    till.now += 60_000;
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}
