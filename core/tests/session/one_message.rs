//! One message is read at a time. What comes on the other connections meanwhile waits, and none waits for ever.

use std::time::Duration;

use opi_core::drive::{Event, Input, Link, Output, PeerFault};
use opi_core::operation::{Outcome, Reason};
use opi_core::opi::{Profile, Timeouts};
use opi_core::time::Instant;

use crate::till::{Did, Till, WINDOW, answer, device, sent};

const PROMPT: &str = r#"<Output OutDeviceTarget="CashierDisplay"><TextLine>card, please</TextLine></Output>"#;

/// Where the text stands.
const MARK: &str = "HERE";

fn frame(xml: &str) -> Vec<u8> {
    let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(xml.as_bytes());
    frame
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}

fn paying() -> Till {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    for slot in 0..2 {
        till.put(Input::Accepted(Link::Device(slot)));
    }
    till
}

fn goes_no_further(link: Link) -> Did {
    Did::Fault(PeerFault { link, offset: None, what: "a message that goes no further" })
}

/// Wherever the first message is cut, and whatever waits behind it: the second is read when the first is over, and
/// nothing of either is lost.
#[test]
fn what_waits_is_read_afterwards() {
    let (first, second) = (frame(&device("Output", PROMPT)), frame(&answer("Success", "")));
    for cut in 1..first.len() {
        let mut till = paying();
        let mut did = till.receive_bytes(Link::Device(1), &first[..cut]);
        let early = till.receive_bytes(Link::Request, &second);
        // A length is no message yet.
        assert_eq!(early.iter().any(|it| matches!(it, Did::Result(_))), cut <= 4, "{cut}: {early:?}");
        if cut <= 4 {
            continue;
        }
        did.extend(early);
        let last = till.receive_bytes(Link::Device(1), &first[cut..]);
        assert!(last.iter().any(|it| matches!(it, Did::Result(_))), "{cut}: {last:?}");
        did.extend(last);
        did.extend(till.put(Input::Sent(Link::Device(1))));
        assert!(sent(&did).contains("OverallResult=\"Success\""));
        assert_eq!(till.end(did).outcome, Outcome::Approved, "{cut}");
    }
}

/// What does not fit while it waits stays with the adapter, and comes in when there is room again.
#[test]
fn a_window_fills_up_while_its_message_waits() {
    let mut till = paying();
    let half = frame(&device("Output", PROMPT));
    till.receive_bytes(Link::Device(0), &half[..50]);
    let long = frame(&device("Output", &PROMPT.repeat(12)));
    assert!(long.len() > till.session.room(Link::Device(1)));
    let did = till.receive_bytes(Link::Device(1), &long);
    assert_eq!((did.len(), till.session.room(Link::Device(1))), (0, 0));
    // The length is no part of the message.
    let fits = WINDOW + 4;
    till.receive_bytes(Link::Device(0), &half[50..]);
    assert!(till.session.room(Link::Device(1)) > 0, "it is being read");
    let did = till.receive_bytes(Link::Device(1), &long[fits..]);
    assert_eq!(sent(&did).matches("OutResult=\"Success\"").count(), 12);
}

/// The terminal sends half of a device request and nothing more: its answer to the payment counts all the same.
#[test]
fn half_a_device_request_does_not_keep_the_answer_out() {
    let mut till = paying();
    till.receive_bytes(Link::Device(0), &frame(&device("Output", PROMPT))[..60]);
    assert_eq!(till.receive(Link::Request, &answer("Success", "")), []);
    till.now += millis(Timeouts::USUAL.stalled) - 1;
    assert_eq!(till.put(Input::Tick), []);
    till.now += 1;
    let did = till.put(Input::Tick);
    assert!(did.starts_with(&[Did::Close(Link::Device(0)), goes_no_further(Link::Device(0))]), "{did:?}");
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

/// The other way: half an answer is a lost one, and the device request that waited is answered.
#[test]
fn half_an_answer_is_a_lost_answer() {
    let mut till = paying();
    till.receive_bytes(Link::Request, &frame(&answer("Success", ""))[..60]);
    assert_eq!(till.receive(Link::Device(0), &device("Output", PROMPT)), []);
    let did = till.sleep();
    let doubt = [Did::Close(Link::Request), goes_no_further(Link::Request), Did::InDoubt(Reason::ConnectionLost)];
    assert!(did.starts_with(&doubt), "{did:?}");
    assert!(sent(&did).contains("OverallResult=\"Success\""));
    till.put(Input::Sent(Link::Device(0)));
    let finished = till.end(Vec::new());
    assert_eq!((finished.outcome, finished.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
}

/// A byte now and then is no message either.
#[test]
fn a_message_that_trickles_in_has_an_end() {
    let mut till = paying();
    let long = frame(&device("Output", &PROMPT.repeat(100)));
    let (link, pause) = (Link::Device(0), millis(Timeouts::USUAL.stalled) - 1);
    till.put(Input::Received(link, &long[..5]));
    let begun = till.now;
    for byte in long[5..].chunks(1) {
        till.now += pause;
        let did = till.put(Input::Received(link, byte));
        if did.contains(&goes_no_further(link)) {
            assert!(did.contains(&Did::Close(link)), "{did:?}");
            assert!(till.now >= begun + millis(Timeouts::USUAL.hard));
            return;
        }
        assert!(till.now < begun + millis(Timeouts::USUAL.hard));
    }
    panic!("it was read to its end");
}

/// The till's own time does not count: while a receipt is being stored, the terminal has nothing to say.
#[test]
fn while_the_till_stores_the_terminal_may_be_silent() {
    let receipt = r#"<Output OutDeviceTarget="Printer"><TextLine>25.00</TextLine></Output>"#;
    let request = frame(&device("Output", receipt));
    let mut till = paying();
    let end = request.len() - "</DeviceRequest>".len();
    let did = till.receive_bytes(Link::Device(0), &request[..end]);
    let Some(Did::Sheet(ticket)) = did.last() else { panic!("{did:?}") };
    till.now += millis(Timeouts::USUAL.local) - 1;
    assert_eq!(till.put(Input::Stored(*ticket)), [Did::SheetEnded(true)]);
    till.now += millis(Timeouts::USUAL.stalled) - 1;
    let did = till.receive_bytes(Link::Device(0), &request[end..]);
    assert!(sent(&did).contains("OutResult=\"Success\""));
}

/// A text is told as it came, in whatever encoding, however it is cut, and although more comes in between.
#[test]
fn a_text_is_told_whole_whatever_its_encoding() {
    let euros = "Gebühr 12 € – ".repeat(60);
    let plain = "fee 12 CHF, ".repeat(60);
    for (encoding, text) in [("utf-8", &euros), ("windows-1252", &euros), ("utf-8", &plain), ("iso-8859-1", &plain)] {
        let bytes: Vec<u8> = match encoding {
            "windows-1252" => {
                let byte = |character| match character {
                    '€' => 0x80,
                    '–' => 0x96,
                    other => u8::try_from(u32::from(other)).unwrap(),
                };
                text.chars().map(byte).collect()
            }
            _ => text.as_bytes().to_vec(),
        };
        let xml = device("Output", &format!(r#"<Output OutDeviceTarget="E-Journal"><J>{MARK}</J></Output>"#));
        let xml = format!(r#"<?xml version="1.0" encoding="{encoding}"?>{xml}"#);
        let (head, tail) = xml.split_once(MARK).unwrap();
        let payload = [head.as_bytes(), &bytes, tail.as_bytes()].concat();
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(&payload);
        for step in [1, 7, 90, WINDOW] {
            let mut till = paying();
            let (mut told, mut rest) = (String::new(), frame.as_slice());
            // One output, then as many bytes as there is room for: nobody has to drain first.
            while told.len() < text.len() + "<J></J>".len() {
                let room = till.session.room(Link::Device(0)).min(step).min(rest.len());
                let (now, later) = rest.split_at(room);
                rest = later;
                let input = if now.is_empty() { Input::Tick } else { Input::Received(Link::Device(0), now) };
                till.session.handle_input(Instant::from_millis(0), input).unwrap();
                match till.session.poll_output(&mut [0; 4096]) {
                    Output::Event(Event::JournalText(_, piece)) => told.push_str(piece),
                    Output::Wait(_) => assert!(!rest.is_empty(), "{encoding} {step}: only {told}"),
                    _ => {}
                }
            }
            assert_eq!(told, format!("<J>{text}</J>"), "{encoding}, {step} bytes at a time");
        }
    }
}
