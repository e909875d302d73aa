//! The connections on which a terminal asks: which are read, which are closed, and which make room.

use opi_core::drive::{Input, Link};
use opi_core::operation::Outcome;
use opi_core::opi::Profile;

use crate::till::{Did, RECEIPT, Till, answer, device, sent, sheets};

/// Device messages on the request connection: single-socket dialects.
#[test]
fn callbacks_on_the_request_connection_work() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    let did = till.receive(Link::Request, &device("Output", RECEIPT));
    let did = till.put(Input::Stored(sheets(&did)[0]));
    assert!(sent(&did).contains("OutResult=\"Success\""));
    till.put(Input::Sent(Link::Request));
    let did = till.receive(Link::Request, &answer("Success", ""));
    till.end(did);
}

#[test]
fn several_frames_in_one_read_are_answered_one_by_one() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.put(Input::Accepted(Link::Device(0)));
    let mut stream = Vec::new();
    for number in 1..=3 {
        let xml = device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#)
            .replace("1001.1", &format!("1001.{number}"));
        stream.extend_from_slice(&u32::try_from(xml.len()).unwrap().to_be_bytes());
        stream.extend_from_slice(xml.as_bytes());
    }
    let mut did = till.receive_bytes(Link::Device(0), &stream);
    for number in 1..=3 {
        assert!(sent(&did).contains(&format!("\"1001.{number}\"")), "{did:?}");
        did = till.put(Input::Sent(Link::Device(0)));
        // What did not fit the window before.
        let missing = stream.len().saturating_sub(crate::till::WINDOW);
        if number == 1 && missing > 0 {
            did.extend(till.receive_bytes(Link::Device(0), &stream[crate::till::WINDOW..]));
        }
    }
}

#[test]
fn a_request_for_another_lane_is_not_answered() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(0, &device("Output", RECEIPT).replace("lane-1", "lane-2"));
    assert!(
        matches!(
            did.as_slice(),
            [Did::Fault(_), Did::Close(Link::Device(0))] | [Did::Close(Link::Device(0)), Did::Fault(_)]
        ),
        "{did:?}"
    );
    assert_eq!(sheets(&did), []);
}

#[test]
fn a_request_that_cannot_be_read_closes_its_connection_only() {
    for broken in ["<DeviceRequest", "<a/>", "<!DOCTYPE a><DeviceRequest/>"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, broken);
        assert!(did.contains(&Did::Close(Link::Device(0))), "{did:?}");
        let did = till.receive(Link::Request, &answer("Success", ""));
        till.end(did);
    }
}

/// A terminal that opens connections and says nothing does not use up the slots for ever.
#[test]
fn silent_connections_are_given_up() {
    let mut till = Till::new(&Profile::NEXI);
    till.put(Input::Accepted(Link::Device(0)));
    till.put(Input::Accepted(Link::Device(1)));
    assert_eq!(till.session.free_device_slot(), None);
    let did = till.sleep();
    assert!(did.contains(&Did::Close(Link::Device(0))), "{did:?}");
    assert!(till.session.free_device_slot().is_some());
}

/// Nor does it keep out the connection that has something to say: the one that was silent for longest makes room.
#[test]
fn the_longest_silent_connection_makes_room_for_a_new_one() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.put(Input::Accepted(Link::Device(1)));
    till.now += 2_000;
    till.put(Input::Accepted(Link::Device(0)));
    // Both said something just now: they are left alone, however many others come.
    till.now += 2_000;
    assert_eq!(till.put(Input::Crowded), []);
    till.now += 4_000;
    assert_eq!(till.put(Input::Crowded), [Did::Close(Link::Device(1))]);
    assert_eq!(till.session.free_device_slot(), Some(Link::Device(1)));
    // There is room: nothing more is closed.
    till.now += 60_000;
    assert_eq!(till.put(Input::Crowded), []);
    till.put(Input::Accepted(Link::Device(1)));
    // A receipt that is being stored, and a question that stands, are not silence.
    till.now += 6_000;
    till.callback(0, &device("Output", RECEIPT));
    till.callback(
        1,
        &device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#),
    );
    till.now += 8_000;
    assert_eq!(till.put(Input::Crowded), []);
    assert_eq!(till.session.free_device_slot(), None);
}

/// The answer to a device request on channel 0 that the terminal does not take must not cost the payment its answer.
#[test]
fn an_answer_stuck_on_the_request_connection_leaves_the_payment_its_own() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(Link::Request, &device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
    sent(&did);
    till.now += 10_000;
    assert_eq!(till.put(Input::Tick), []);
    assert!(till.wait().until.unwrap().as_millis() > till.now);
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}
