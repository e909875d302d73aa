//! Never sent twice, never silently lost.

use opi_core::drive::{Input, Link, Misuse, Why};
use opi_core::limits;
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::time::WallTime;

use crate::till::{Did, Till, answer, payment};

fn request(operation: Operation) -> Request {
    Request::new(operation, WallTime::new(0, 0))
}

/// I2.
#[test]
fn nothing_leaves_before_the_intent_is_stored() {
    let mut till = Till::new(&Profile::NEXI);
    let did = till.put(Input::Start(&request(payment())));
    assert!(matches!(did.as_slice(), [Did::Event(_), Did::Intent(_)]), "{did:?}");
    assert_eq!(till.wait().why, Why::Store);
}

/// The journal shows which requests left; nothing waits for that, and its failure changes nothing.
#[test]
fn that_the_frame_left_is_stored_and_not_waited_for() {
    for confirmed in [Some(true), Some(false), None] {
        let mut till = Till::new(&Profile::NEXI);
        till.start(payment());
        let did = till.put(Input::Sent(Link::Request));
        let [Did::FrameLeft(ticket, 1001)] = did.as_slice() else { panic!("{did:?}") };
        let before = till.wait();
        assert_eq!(before.why, Why::Terminal, "nobody waits for the store");
        let confirm = |till: &mut Till, ticket| match confirmed {
            Some(true) => till.put(Input::Stored(ticket)),
            Some(false) => till.put(Input::StoreFailed(ticket)),
            None => Vec::new(),
        };
        assert_eq!(confirm(&mut till, *ticket), []);
        assert_eq!(till.wait(), before);
        let did = till.receive(Link::Request, &answer("Success", ""));
        let end = till.end(did);
        assert_eq!((end.outcome, end.stored), (Outcome::Approved, true), "{confirmed:?}");
    }
    // However late the disk answers, it is no misuse.
    let mut till = Till::new(&Profile::NEXI);
    till.start(payment());
    let did = till.put(Input::Sent(Link::Request));
    let [Did::FrameLeft(ticket, _)] = did.as_slice() else { panic!("{did:?}") };
    let did = till.receive(Link::Request, &answer("Success", ""));
    till.end(did);
    assert_eq!(till.put(Input::Stored(*ticket)), []);
}

/// What the terminal asks while it works has to be answered: a buffer too small for that is found before anything leaves.
#[test]
fn nothing_leaves_that_could_not_be_answered() {
    for (room, outcome) in [(0, Outcome::NotSent), (limits::TRANSMIT_MIN - 1, Outcome::NotSent)] {
        let mut till = Till::new(&Profile::NEXI);
        let did = till.put(Input::Start(&request(payment())));
        let Some(Did::Intent(ticket)) = did.last() else { panic!("{did:?}") };
        till.put(Input::Stored(*ticket));
        till.put(Input::Listening);
        till.room = room;
        let did = till.put(Input::Connected(Link::Request));
        assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))), "{did:?}");
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (outcome, Some(Reason::NotEncodable)), "{room}");
    }
    let mut till = Till::new(&Profile::NEXI);
    till.room = limits::TRANSMIT_MIN;
    till.pay();
}

/// A buffer that shrinks meanwhile is no answer to another request: the connection closes, and the answer is in doubt.
#[test]
fn an_answer_without_room_closes_the_connection() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.room = 10;
    let xml = crate::till::device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#);
    let did = till.receive(Link::Request, &xml);
    assert!(did.contains(&Did::Close(Link::Request)) && did.contains(&Did::InDoubt(Reason::ConnectionLost)), "{did:?}");
}

/// As many outputs as are answered, on the devices with the longest names, and a question: the answer fits.
#[test]
fn the_longest_answer_fits_the_smallest_buffer() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.room = limits::TRANSMIT_MIN;
    till.pay();
    let outputs = r#"<Output OutDeviceTarget="CustomerDisplaySignature"/>"#.repeat(limits::OUTPUTS);
    let ask = r#"<Input InDeviceTarget="CustomerDisplaySignature"><Command>GetConfirmation</Command></Input>"#;
    let did = till.callback(0, &crate::till::device("Input", &(outputs + ask)));
    let id = did.iter().find_map(|it| if let Did::Question(question) = it { Some(question.id) } else { None }).unwrap();
    let did = till.put(Input::Answer(id, opi_core::drive::Answer::Yes));
    assert_eq!(crate::till::sent(&did).matches("<Output ").count(), limits::OUTPUTS);
}

/// Only of what moves money, and only if all of it left.
#[test]
fn what_did_not_leave_or_moves_no_money_is_not_stored_as_sent() {
    let mut till = Till::new(&Profile::NEXI);
    let length = till.start(payment()).len() + 4;
    for at_most in [0, length - 1, length] {
        let mut till = Till::new(&Profile::NEXI);
        till.start(payment());
        let did = till.put(Input::SendFailed { link: Link::Request, at_most });
        assert!(!did.iter().any(|it| matches!(it, Did::FrameLeft(..))), "{did:?}");
    }
    let mut till = Till::new(&Profile::NEXI);
    till.start(Operation::Status);
    assert_eq!(till.put(Input::Sent(Link::Request)), []);
}

#[test]
fn a_store_that_fails_or_does_not_answer_refuses_the_payment() {
    for fails in [true, false] {
        let mut till = Till::new(&Profile::NEXI);
        let did = till.put(Input::Start(&request(payment())));
        let Some(Did::Intent(ticket)) = did.last() else { panic!("{did:?}") };
        let did = if fails { till.put(Input::StoreFailed(*ticket)) } else { till.sleep() };
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotStored)));
        assert!(till.session.is_idle() && till.session.unresolved().is_none());
    }
}

#[test]
fn a_terminal_that_cannot_be_reached_has_nothing() {
    for fails in [true, false] {
        let mut till = Till::new(&Profile::NEXI);
        let did = till.put(Input::Start(&request(payment())));
        let Some(Did::Intent(ticket)) = did.last() else { panic!("{did:?}") };
        till.put(Input::Stored(*ticket));
        till.put(Input::Listening);
        let did = if fails { till.put(Input::ConnectFailed(Link::Request)) } else { till.sleep() };
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::NotSent, Some(Reason::NotConnected)));
    }
}

/// A terminal acts on whole frames only: one byte less proves that it cannot have acted.
#[test]
fn fewer_bytes_than_the_frame_prove_not_sent() {
    let mut till = Till::new(&Profile::NEXI);
    let length = till.start(payment()).len() + 4;
    for (at_most, outcome) in [
        (0, Outcome::NotSent),
        (length - 1, Outcome::NotSent),
        (length, Outcome::Unknown),
        (length + 1, Outcome::Unknown),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.start(payment());
        let did = till.put(Input::SendFailed { link: Link::Request, at_most });
        assert_eq!(till.end(did).outcome, outcome, "{at_most} of {length}");
        assert_eq!(till.session.unresolved().is_some(), outcome == Outcome::Unknown);
    }
}

/// "Do not assume communication failure means payment failure."
#[test]
fn a_lost_connection_is_unknown_and_blocks_the_lane() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.put(Input::Closed(Link::Request));
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
    let blocker = till.session.unresolved().unwrap().request_id;
    assert_eq!(blocker.get(), 1001);
    assert_eq!(till.wait().why, Why::Unresolved);

    // I6: no new money; but questions about the old one.
    assert_eq!(till.try_put(Input::Start(&request(payment()))), Err(Misuse::Unresolved(blocker)));
    let xml = till.start(Operation::RepeatLast);
    assert!(xml.contains("RepeatLastMessage"), "{xml}");
}

#[test]
fn a_persons_decision_frees_the_lane_once_it_is_stored() {
    for stored in [true, false] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.put(Input::Closed(Link::Request));
        let request_id = till.end(did).request_id.unwrap();
        let wrong = request_id.next();
        assert_eq!(
            till.try_put(Input::Resolve { request: wrong, charged: true, note: "" }),
            Err(Misuse::NotUnresolved)
        );
        let did = till.put(Input::Resolve { request: request_id, charged: true, note: "" });
        let [Did::Resolution(ticket)] = did.as_slice() else { panic!("{did:?}") };
        assert_eq!(till.try_put(Input::Start(&request(payment()))), Err(Misuse::Busy), "not decided yet");
        till.put(if stored { Input::Stored(*ticket) } else { Input::StoreFailed(*ticket) });
        assert_eq!(till.session.unresolved().is_none(), stored);
        assert_eq!(till.try_put(Input::Start(&request(payment()))).is_ok(), stored);
    }
}

#[test]
fn silence_is_unknown_after_the_idle_time_and_callbacks_refresh_it() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    assert_eq!(till.wait().until.unwrap().as_millis(), 90_000);
    till.now = 60_000;
    till.callback(0, &crate::till::device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
    till.put(Input::Sent(Link::Device(0)));
    assert_eq!(till.wait().until.unwrap().as_millis(), 150_000);
    till.now = 150_000;
    let did = till.put(Input::Tick);
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::Deadline)));
}

/// A terminal that asks for a signature waits longer than the idle time: it is the till that is silent then.
#[test]
fn a_question_suspends_the_idle_time() {
    for profile in [&Profile::NEXI, &Profile::OPI_DE] {
        let mut till = Till::new(profile);
        till.pay();
        // German terminals name no time: it was declared at login.
        let time = if profile.name == "nexi" { r#" TimeOut="180""# } else { "" };
        let did = till.callback(
            0,
            &crate::till::device(
                "Input",
                &format!(r#"<Input InDeviceTarget="CashierKeyboard"><Command{time}>GetConfirmation</Command></Input>"#),
            ),
        );
        let question = did.iter().find_map(|it| if let Did::Question(question) = it { Some(question) } else { None });
        let question = question.unwrap();
        assert_eq!(question.until.as_millis(), 179_000);
        till.now = 170_000;
        // A byte from elsewhere does not shorten it.
        till.callback(1, &crate::till::device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
        till.put(Input::Sent(Link::Device(1)));
        assert_eq!(till.wait().until.unwrap().as_millis(), 179_000);
        let did = till.put(Input::Answer(question.id, opi_core::drive::Answer::Yes));
        assert!(crate::till::sent(&did).contains("<InBoolean>true</InBoolean>"));
        till.put(Input::Sent(Link::Device(0)));
        assert_eq!(till.wait().until.unwrap().as_millis(), 260_000, "from here on silence counts");
        let did = till.receive(Link::Request, &answer("Success", ""));
        assert_eq!(till.end(did).outcome, Outcome::Approved);
    }
}

/// Closures and downloads take minutes in which the terminal has nothing to say (ELME waits 600 s for a byte).
#[test]
fn distant_hosts_may_be_silent_for_long() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(Operation::CloseDay);
    till.put(Input::Sent(Link::Request));
    assert_eq!(till.wait().until.unwrap().as_millis(), 600_000);
}

/// I9: however busy the terminal is, the hard cap holds.
#[test]
fn callbacks_do_not_refresh_the_hard_cap() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    while till.now < 300_000 {
        assert!(!till.session.is_idle());
        till.now += 30_000;
        let did = till.callback(0, &crate::till::device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
        if did.contains(&Did::InDoubt(Reason::Deadline)) {
            assert_eq!(till.now, 300_000);
            assert_eq!(till.end(did).outcome, Outcome::Unknown);
            return;
        }
        till.put(Input::Sent(Link::Device(0)));
    }
    panic!("the hard cap did not hold");
}

/// What came in before its deadline counts, however late it is read.
#[test]
fn an_answer_that_arrives_with_the_deadline_counts() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.now = 300_000;
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

#[test]
fn an_end_that_cannot_be_stored_is_told_with_that_warning() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(Link::Request, &answer("Success", ""));
    let ticket = did.iter().find_map(|it| if let Did::Result(ticket) = it { Some(*ticket) } else { None }).unwrap();
    let did = till.put(Input::StoreFailed(ticket));
    let end = till.end(did);
    assert_eq!((end.outcome, end.stored), (Outcome::Approved, false));
}

/// I5.
#[test]
fn request_numbers_are_not_used_again() {
    let mut till = Till::new(&Profile::NEXI);
    let mut seen = Vec::new();
    for _ in 0..20 {
        let xml = till.start(payment());
        let id = xml.split("RequestID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(!seen.contains(&id), "{id} again");
        seen.push(id);
        let did = till.put(Input::SendFailed { link: Link::Request, at_most: 0 });
        till.end(did);
    }
}

#[test]
fn the_clock_does_not_go_back() {
    let mut till = Till::new(&Profile::NEXI);
    till.now = 10;
    till.put(Input::Tick);
    till.now = 9;
    assert_eq!(till.try_put(Input::Tick), Err(Misuse::ClockWentBack));
}

#[test]
fn only_one_operation_at_a_time() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    for operation in [payment(), Operation::Status, Operation::RepeatLast] {
        assert_eq!(till.try_put(Input::Start(&request(operation))), Err(Misuse::Busy));
    }
}

/// The same inputs give the same outputs, byte for byte.
#[test]
fn a_conversation_can_be_replayed() {
    let run = || {
        let mut till = Till::new(&Profile::CCV_NL);
        let mut all = vec![format!("{:?}", till.start(payment()))];
        all.push(format!("{:?}", till.put(Input::Sent(Link::Request))));
        all.push(format!("{:?}", till.receive(Link::Request, &answer("Failure", ""))));
        all
    };
    assert_eq!(run(), run());
}
