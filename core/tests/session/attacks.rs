//! What a hostile terminal can cost: for each attack, how many bytes it gets in before its connection is closed, and how
//! much the till is told meanwhile. What a session can hold is its size, which no attack changes: it allocates nothing.

use opi_core::drive::{Input, Link};
use opi_core::limits::{
    FRAME_BYTES, OUTPUTS, REMARK, WINDOW_MIN, XML_ATTRIBUTES, XML_BINDINGS, XML_DEPTH, XML_EQUALS, XML_NAME,
    XML_REFERENCE, XML_SCOPE,
};
use opi_core::operation::Outcome;
use opi_core::opi::Profile;

use crate::till::{Did, Till, answer, device, sent};

const LINK: Link = Link::Device(0);

/// A length that is allowed: the terminal may go on for so many bytes.
fn longest() -> [u8; 4] {
    FRAME_BYTES.to_be_bytes()
}

/// What became of an attack.
struct Damage {
    /// Bytes that were taken in until the connection was closed; all that were sent, if it was not.
    bytes: usize,
    closed: bool,
    /// What the till was told.
    fault: Option<&'static str>,
    /// Everything that the session gave out.
    told: usize,
    till: Till,
}

impl Damage {
    /// Sends a frame of the greatest length, as a callback during a payment: `begin`, and then piece after piece.
    fn of(begin: &str, mut piece: impl FnMut(usize) -> String, most: usize) -> Self {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.put(Input::Accepted(LINK));
        let (mut bytes, mut told, mut closed, mut fault) = (0, 0, false, None);
        let mut send = longest().to_vec();
        send.extend_from_slice(begin.as_bytes());
        let mut number = 0;
        while bytes < most && !closed {
            let room = till.session.room(LINK).min(send.len());
            assert!(room > 0, "what was taken in is read");
            let did = till.put(Input::Received(LINK, &send[..room]));
            bytes += room;
            send.drain(..room);
            told += did.len();
            closed = did.contains(&Did::Close(LINK));
            for it in did {
                if let Did::Fault(it) = it {
                    fault = Some(it.what);
                }
            }
            while send.len() < 256 {
                send.extend_from_slice(piece(number).as_bytes());
                number += 1;
            }
        }
        Self { bytes, closed, fault, told, till }
    }

    /// The payment is taken all the same, once the connection of the attack is gone.
    fn survive(mut self) {
        if !self.closed {
            self.till.put(Input::Closed(LINK));
        }
        let did = self.till.receive(Link::Request, &answer("Success", ""));
        assert_eq!(self.till.end(did).outcome, Outcome::Approved);
    }
}

/// What is sent, how it begins, what follows piece by piece, and how many bytes of it are taken in before the bound.
type Attack = (&'static str, String, Box<dyn FnMut(usize) -> String>, usize);

/// What grows is refused at its bound, long before the frame ends.
#[test]
fn what_would_need_memory_is_refused_at_its_bound() {
    let open = "<DeviceRequest WorkstationID=\"lane-1\" RequestType=\"Output\" RequestID=\"1\"";
    let letters = "a".repeat(64);
    let attacks: [Attack; 10] = [
        ("elements in elements", format!("{open}>"), Box::new(|_| "<a>".into()), XML_DEPTH * 3),
        ("long names of open elements", format!("{open}>"), Box::new(move |_| format!("<{letters}>")), XML_SCOPE + 66),
        ("attributes", open.into(), Box::new(|number| format!(" a{number}=\"\"")), XML_ATTRIBUTES * 8),
        ("namespaces", open.into(), Box::new(|number| format!(" xmlns:a{number}=\"u\"")), XML_BINDINGS * 16),
        ("a name", format!("{open}><"), Box::new(|_| "a".into()), XML_NAME),
        ("blanks before an equals sign", format!("{open} a"), Box::new(|_| " ".into()), XML_EQUALS),
        ("a reference", format!("{open}>&#"), Box::new(|_| "0".into()), XML_REFERENCE),
        ("an entity", format!("{open}>&lol;"), Box::new(|_| "&lol;".into()), 0),
        ("a document type", "<!DOCTYPE".into(), Box::new(|_| " a".into()), 0),
        ("a second root", format!("{open}/>"), Box::new(|_| "<a/>".into()), 0),
    ];
    for (what, begin, piece, bound) in attacks {
        let damage = Damage::of(&begin, piece, 64 * 1024);
        assert!(damage.closed && damage.fault.is_some(), "{what}");
        // What is in the window when the bound is passed may have come with it.
        let most = 4 + begin.len() + bound + crate::till::WINDOW;
        assert!(damage.bytes <= most, "{what}: {} bytes of {most}", damage.bytes);
        assert!(damage.told <= 3, "{what}");
        damage.survive();
    }
}

/// What needs no memory is passed over up to the end of the frame, and nothing is told of it.
#[test]
fn what_needs_no_memory_costs_nothing_but_its_bytes() {
    let open = device("Output", "HERE");
    let (open, _) = open.split_once("HERE").unwrap();
    let most = 256 * 1024;
    for (what, begin, piece) in [
        ("a comment", "<!-- ", "hello "),
        ("an instruction", "<?a ", "hello "),
        ("blanks", "", " \n"),
        ("elements", "", "<a b=\"c\"/>"),
        ("text", "<a>", "hello "),
        ("references", "<a>", "&amp;&#x41;"),
        ("a section", "<a><![CDATA[", "]]"),
        ("a value", "<a b=\"", "hello "),
        ("values of attributes that are known", "<Output OutDeviceTarget=\"Printer\"><TextLine Row=\"", "1"),
    ] {
        let damage = Damage::of(&format!("{open}{begin}"), |_| piece.into(), most);
        assert!(!damage.closed && damage.fault.is_none(), "{what}");
        assert!(damage.told <= 1, "{what}: {} outputs", damage.told);
        damage.survive();
    }
}

/// A length that is not allowed is refused when it is read: nothing of the frame is waited for.
#[test]
fn a_length_without_end_is_refused_by_itself() {
    for length in [0, FRAME_BYTES + 1, u32::MAX] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.put(Input::Accepted(LINK));
        let did = till.receive_bytes(LINK, &length.to_be_bytes());
        assert!(did.contains(&Did::Close(LINK)), "{length}: {did:?}");
        let did = till.receive(Link::Request, &answer("Success", ""));
        assert_eq!(till.end(did).outcome, Outcome::Approved);
    }
}

/// Frames of a byte or two, one after the other: the first that is no message ends them.
#[test]
fn small_frames_end_with_the_first_that_is_no_message() {
    for payload in ["a", "<", "  "] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.put(Input::Accepted(LINK));
        let frame = [&u32::try_from(payload.len()).unwrap().to_be_bytes()[..], payload.as_bytes()].concat();
        let did = till.receive_bytes(LINK, &frame.repeat(50));
        let faults = did.iter().filter(|it| matches!(it, Did::Fault(_))).count();
        assert!(did.contains(&Did::Close(LINK)) && faults == 1, "{payload:?}: {did:?}");
    }
}

/// A receipt without end is told line by line: one output for each, and never two lines at a time.
#[test]
fn a_receipt_without_end_is_told_line_by_line() {
    let open = device("Output", "<Output OutDeviceTarget=\"Printer\">HERE");
    let (open, _) = open.split_once("HERE").unwrap();
    let line = "<TextLine>25.00</TextLine>";
    let damage = Damage::of(open, |_| line.into(), 256 * 1024);
    let lines = damage.bytes / line.len();
    assert!(damage.told.abs_diff(lines) < 20, "{} outputs for {lines} lines", damage.told);
    damage.survive();
}

/// A line without end is cut; a text in a journal without end is told in pieces that fit.
#[test]
fn a_line_without_end_is_cut() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let line = format!("<TextLine>{}</TextLine>", "&amp;".repeat(100 * 1024));
    let did =
        till.callback(0, &device("Output", &format!("<Output OutDeviceTarget=\"CashierDisplay\">{line}</Output>")));
    let longest = did.iter().map(|it| format!("{it:?}").len()).max().unwrap();
    assert!(longest < 4 * REMARK, "{longest}");
    assert!(sent(&did).contains("OutResult=\"Success\""), "{did:?}");
}

/// Each output needs a result in the answer: more than there is room for end the connection.
#[test]
fn outputs_without_end_are_refused_at_their_bound() {
    let open = device("Output", "HERE");
    let (open, _) = open.split_once("HERE").unwrap();
    let output = "<Output OutDeviceTarget=\"CashierDisplay\"/>";
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(0, &format!("{open}{}</DeviceRequest>", output.repeat(1000)));
    assert!(did.contains(&Did::Close(LINK)), "{did:?}");
    // Two for each: a sheet begins and ends.
    assert!(did.len() <= 2 * 1000 + 4);
    let answered = till.callback(1, &format!("{open}{}</DeviceRequest>", output.repeat(OUTPUTS)));
    assert_eq!(sent(&answered).matches("OutResult").count(), OUTPUTS);
}

/// A byte at a time: each costs one call that says nothing, however small the window is.
#[test]
fn a_byte_at_a_time_says_nothing_until_there_is_something() {
    let request = device("Output", "<Output OutDeviceTarget=\"CashierDisplay\"><TextLine>card</TextLine></Output>");
    let frame = [&u32::try_from(request.len()).unwrap().to_be_bytes()[..], request.as_bytes()].concat();
    let told = |chunk: usize| {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.put(Input::Accepted(LINK));
        frame.chunks(chunk).flat_map(|bytes| till.receive_bytes(LINK, bytes)).count()
    };
    assert_eq!(told(1), told(WINDOW_MIN));
}

/// Answers that belong to nothing, without end: each is told once, and the payment ends as one nobody answered.
#[test]
fn foreign_answers_do_not_hold_a_payment_up() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let foreign = answer("Success", "").replace("1001", "7");
    let mut told = 0;
    for _ in 0..200 {
        told += till.receive(Link::Request, &foreign).len();
    }
    assert!(told <= 200 + 4, "{told}");
    let finished = till.end(Vec::new());
    assert_eq!(finished.outcome, Outcome::Unknown);
}

/// Questions without end: one stands, the others are refused at once.
#[test]
fn questions_without_end_are_refused_while_one_stands() {
    let question =
        device("Input", "<Input InDeviceTarget=\"CashierKeyboard\"><Command>GetConfirmation</Command></Input>");
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let mut asked = 0;
    for _ in 0..100 {
        let did = till.callback(0, &question);
        asked += did.iter().filter(|it| matches!(it, Did::Question(_))).count();
        if did.iter().any(|it| matches!(it, Did::Sent(..))) {
            till.put(Input::Sent(LINK));
        }
    }
    assert_eq!(asked, 1);
}
