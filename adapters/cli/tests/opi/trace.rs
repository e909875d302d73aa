//! What is recorded with `--trace` holds no card data and can be replayed.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::process::{end, run, stderr, stdout};

/// A file for one trace, gone with the value.
pub(crate) struct Trace(PathBuf);

impl Trace {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("opi-cli-{}-{}.trace", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// What was recorded, if anything.
    fn text(&self) -> Option<String> {
        std::fs::read_to_string(&self.0).ok()
    }

    /// It is replayed identically and holds no card number. A command that ends before there is a till has no trace.
    pub(crate) fn check(&self) {
        let Some(text) = self.text() else { return };
        assert_eq!(card_number(&text), None, "{text}");
        let replayed = run(&["replay", self.path()]);
        let what = format!("{}{}{text}", stdout(&replayed), stderr(&replayed));
        assert!(stdout(&replayed).starts_with("identical: "), "{what}");
        assert_eq!((replayed.status.code(), stderr(&replayed).as_str()), (Some(0), ""), "{what}");
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A number of 13 to 19 digits with a right check digit, that stands alone or in groups of four.
fn card_number(text: &str) -> Option<String> {
    let joined = text.replace([' ', '-'], "");
    [text, &joined[..]].iter().find_map(|text| {
        let numbers = text.split(|character: char| !character.is_ascii_digit());
        // In the joined text neighbours grow together: only those of the usual length count.
        let lengths = if text.len() == joined.len() { 16..=16 } else { 13..=19 };
        numbers.filter(|number| lengths.contains(&number.len())).find(|number| is_checked(number)).map(str::to_owned)
    })
}

fn is_checked(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let doubled = digits.enumerate().map(|(place, digit)| if place % 2 == 0 { digit } else { 2 * digit });
    doubled.map(|digit| digit / 10 + digit % 10).sum::<u32>() % 10 == 0
}

const PANS: [&str; 3] = ["4111111111111111", "5555555555554444", "378282246310005"];

/// What a terminal that keeps no secrets asks of the till.
// A long row is of ones: wherever a read ends in it, no piece has a right check digit.
const DEVICE_REQUESTS: [(&str, &str); 5] = [
    ("Output", "<Output OutDeviceTarget='CashierDisplay'><TextLine>Card 4111111111111111</TextLine></Output>"),
    (
        "Output",
        "<Output OutDeviceTarget='Printer'><TextLine>Z\u{fc}rich 4111 1111 1111 1111</TextLine>\
         <TextLine>5555-5555-5555-4444 12/28</TextLine><TextLine>4&#49;11111111111&#x31;11</TextLine>\
         <TextLine>;5555555555554444=28122011234512345678?</TextLine>\
         <TextLine>11111111111111111111111111111111111111111111111111111111111111111111111111111111\
         1111111111111111111111111111111111 378282246310005</TextLine></Output>",
    ),
    (
        "Output",
        "<Output OutDeviceTarget='E-Journal'><TransactionInfo><CardNumber>4111111111111111</CardNumber>\
         <Track2>;4111111111111111=28122011234512345678?</Track2><Track1><Ascii>%B4111111111111111^DOE/JANE^2812?\
         </Ascii></Track1><ExpiryDate>28-12</ExpiryDate><CV2><![CDATA[987]]></CV2><Card>378282246310005</Card>\
         </TransactionInfo></Output>",
    ),
    (
        "Input",
        "<Output OutDeviceTarget='CashierDisplay'><TextLine>Key the card 378282246310005</TextLine></Output>\
         <Input InDeviceTarget='CashierKeyboard'><Command MinLength='1' MaxLength='19' Decimals='0'>GetDecimals</Command></Input>",
    ),
    (
        "Input",
        "<Output OutDeviceTarget='CashierDisplay'><TextLine>And again</TextLine></Output>\
         <Input InDeviceTarget='CashierKeyboard'><Command MinLength='1' MaxLength='19'>GetChar</Command></Input>",
    ),
];

const ANSWER: &str = "<Terminal TerminalID='T' STAN='000123'/><Tender><TotalAmount Currency='CHF'>25.00</TotalAmount>\
    <Authorisation ApprovalCode='123456' CardPAN='5555555555554444' PANprint='4111 1111 1111 1111' ExpiryDate='2812' \
    TrxReferenceNumber='378282246310005' Token='tok-secret'/></Tender>\
    <CardValue><Track2>5555555555554444=28122011234512345678</Track2><ExpiryDate>2812</ExpiryDate>\
    <CardPAN>5555555555554444</CardPAN></CardValue>\
    <PrivateData>pan=378282246310005 <HashData><PANHash>c0ffee</PANHash></HashData></PrivateData>";

fn frame(document: &str, latin1: bool) -> Vec<u8> {
    let document = if latin1 {
        document.chars().map(|character| u8::try_from(character).unwrap()).collect()
    } else {
        document.as_bytes().to_vec()
    };
    let mut frame = u32::try_from(document.len()).unwrap().to_be_bytes().to_vec();
    frame.extend(document);
    frame
}

fn receive(stream: &mut TcpStream) -> String {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut payload).unwrap();
    String::from_utf8(payload).unwrap()
}

fn send(stream: &mut TcpStream, bytes: &[u8], piece: usize) {
    stream.set_nodelay(true).unwrap();
    for piece in bytes.chunks(piece) {
        stream.write_all(piece).unwrap();
        thread::sleep(std::time::Duration::from_micros(500));
    }
}

/// Pays on a terminal that sends card data wherever it can, in pieces of so many bytes. Its answer ends after so many.
fn pay(trace: &Trace, piece: usize, latin1: bool, answered: usize) -> Output {
    let terminal = TcpListener::bind("127.0.0.1:0").unwrap();
    let till = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (address, to_till) = (terminal.local_addr().unwrap().to_string(), till.clone());
    let playing = thread::spawn(move || {
        let (mut request, _) = terminal.accept().unwrap();
        // Once only: nobody can ask again.
        drop(terminal);
        let asked = receive(&mut request);
        let id = asked.split("RequestID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(asked.contains(r#"ReferenceNumber="5555555555554444""#), "{asked}");
        let header = |kind: &str| format!("RequestType='{kind}' WorkstationID='lane-1' RequestID='{id}'");
        let declared = if latin1 { "<?xml version='1.0' encoding='ISO-8859-1'?>" } else { "" };
        let mut device = TcpStream::connect(to_till).unwrap();
        for (kind, content) in DEVICE_REQUESTS {
            let header = header(kind);
            let document =
                format!("{declared}<DeviceRequest {header} SequenceID='4000000000006'>{content}</DeviceRequest>");
            send(&mut device, &frame(&document, latin1), piece);
            let answer = receive(&mut device);
            assert!(answer.contains("OverallResult=\"Success\""), "{answer}");
            // The terminal gets what the cashier typed.
            assert!(kind != "Input" || answer.contains("4111111111111111"), "{answer}");
        }
        let header = header("CardPayment");
        let document =
            format!("{declared}<CardServiceResponse {header} OverallResult='Success'>{ANSWER}</CardServiceResponse>");
        let frame = frame(&document, latin1);
        send(&mut request, frame.get(..answered).unwrap_or(&frame), piece);
    });
    let fixed = ["pay", "25.00", "CHF", "--json", "--answer", PANS[0], "--reference", PANS[1]];
    let limits = ["--timeout-recovery", "0.02", "--timeout", "5", "--timeout-connect", "1"];
    let places = ["--terminal", &address, "--listen", &till, "--trace", trace.path()];
    let output = run(&[&fixed[..], &limits, &places].concat());
    playing.join().unwrap_or_else(|_| panic!("{}{}", stdout(&output), stderr(&output)));
    output
}

/// Nothing of a card stands in the trace, not even the front of its number.
fn check_hidden(trace: &Trace) {
    let text = trace.text().unwrap();
    let joined: String = text.replace([' ', '-'], "").replace("&#49;", "1").replace("&#x31;", "1");
    for secret in PANS.map(|pan| &pan[..8]).into_iter().chain(["2812", "JANE", "987<", "987]", "tok-secret", "c0ffee"])
    {
        assert!(!joined.contains(secret), "{secret} stands in {text}");
    }
    trace.check();
}

#[test]
fn a_terminal_that_keeps_no_secrets_leaves_none_in_the_trace() {
    for (piece, latin1) in [(usize::MAX, false), (usize::MAX, true), (61, false), (7, true)] {
        let trace = Trace::new();
        let output = pay(&trace, piece, latin1, usize::MAX);
        assert_eq!(end(&output).0["outcome"], "approved", "{}", stdout(&output));
        check_hidden(&trace);
    }
}

#[test]
fn an_answer_cut_off_in_a_card_number_leaves_nothing_of_it() {
    for cut in [300, 330, 333, 340, 350, 480, 500, 510] {
        let trace = Trace::new();
        let output = pay(&trace, usize::MAX, false, cut);
        assert_eq!(end(&output).0["outcome"], "unknown", "{cut}: {}", stdout(&output));
        check_hidden(&trace);
    }
}

#[test]
fn the_frames_of_a_trace_can_be_read() {
    let trace = Trace::new();
    run(&["pay", "25.00", "CHF", "--trace", trace.path()]);
    let shown = stdout(&run(&["replay", "--frames", trace.path()]));
    for part in ["request  to the terminal", "request  from the terminal", "device-0  from the terminal"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(shown.contains("<CardServiceRequest ") && shown.contains("</CardServiceResponse>"), "{shown}");
}

#[test]
fn what_was_changed_is_found() {
    let trace = Trace::new();
    run(&["pay", "25.00", "CHF", "--trace", trace.path()]);
    let text = trace.text().unwrap();
    let changed = [
        // Other than what is sent, other than what came in, another amount asked for, and a wish left out.
        text.replacen("\\\"CardPayment\\\"", "\\\"CardPaymemt\\\"", 2),
        text.replacen("OverallResult=\\\"Success\\\"", "OverallResult=\\\"Failure\\\"", 1),
        text.replacen("\"minor\":2500", "\"minor\":2501", 1),
        text.lines()
            .filter(|line| !line.contains("\"in\":\"stored\""))
            .fold(String::new(), |all, line| all + line + "\n"),
    ];
    for changed in changed {
        assert_ne!(changed, text);
        std::fs::write(trace.path(), &changed).unwrap();
        let replayed = run(&["replay", trace.path()]);
        assert!(stdout(&replayed).starts_with("different at line "), "{}{}", stdout(&replayed), stderr(&replayed));
        assert_eq!(replayed.status.code(), Some(1));
    }
}

#[test]
fn what_is_no_trace_is_said_to_be_none() {
    let trace = Trace::new();
    run(&["pay", "25.00", "CHF", "--trace", trace.path()]);
    let text = trace.text().unwrap();
    for (content, why) in [
        ("", "not that of a trace"),
        ("{}\n", "not that of a trace"),
        (&text.replacen("\"opiTrace\":1", "\"opiTrace\":2", 1), "2 instead of 1"),
        (&text.replacen("\"nexi\"", "\"nobody\"", 1), "line 1"),
        (&text.replacen("\"in\":\"stored\"", "\"in\":\"lost\"", 1), "line 7"),
    ] {
        std::fs::write(trace.path(), content).unwrap();
        let replayed = run(&["replay", trace.path()]);
        assert!(stderr(&replayed).contains(why), "{why}: {}", stderr(&replayed));
        assert_eq!(replayed.status.code(), Some(1));
    }
    // A power cut in the middle of a line loses that line only.
    std::fs::write(trace.path(), &text[..text.len() - 5]).unwrap();
    let replayed = run(&["replay", trace.path()]);
    assert!(stdout(&replayed).starts_with("identical: "), "{}", stdout(&replayed));
    assert!(stderr(&replayed).contains("cut off"), "{}", stderr(&replayed));
}

#[test]
fn a_trace_that_cannot_be_written_is_said_before_anything_is_sent() {
    let output = run(&["pay", "25.00", "CHF", "--json", "--trace", "/nowhere/at/all"]);
    let (end, status) = end(&output);
    assert_eq!((end["outcome"].as_str(), status), (Some("not_sent"), 3));
    assert!(stderr(&output).contains("/nowhere/at/all"), "{}", stderr(&output));
}
