//! A message of the Terminal API with secrets in it.

use core::fmt::Write;

use base64ct::{Base64, Encoding};

use super::super::transcript::Transcript;
use super::feed::Feed;
use super::planted::{Planted, Spelled, Stays, card_number, embossed, hidden, named_card_number, plain};
use crate::json::{ErrorKind, Limits, Reader, Token};
use crate::trace::mask_json;

const NAMES: [&str; 8] = ["a", "Text", "Card", "PAN2", "OutputContent", "x\\\"y", "TrackNumb", "Value2"];
const CARD_NUMBERS: [&str; 5] = ["PAN", "MaskedPan", "CheckCardNumber", "P\\u0041N", "cardNumber"];
const HIDDEN: [&str; 9] = [
    "ExpiryDate",
    "CheckTrack2",
    "TrackValue",
    "TokenValue",
    "CardSeqNumb",
    "\\u0045xpiryDate",
    "DigitInput",
    "TextInput",
    "cvc",
];
const EXTRAS: [&str; 4] = ["AdditionalResponse", "SaleToAcquirerData", "EventDetails", "SaleToPOIData"];
/// Any text.
const TEXT: [&str; 24] = [
    "0", "1", "4", "7", "12", "1234", "5678", " ", "  ", "-", "=", "%", "%20", "%3", "&", ";", "x", "*", "\\\"", "\\n",
    "é", "\\u0034", "\\\\", "+",
];

/// Room for a message in Base64 in another one.
const LAYERED: usize = 6 * 1024;

/// Makes the message, masks it, and looks for the secrets; also where the message is in Base64 in another one.
pub(super) fn json(mut feed: Feed<'_>, cut: Option<usize>) {
    let layered = feed.next() & 1 != 0;
    let message = make(&mut feed);
    if layered {
        return in_base64(&message);
    }
    let whole = cut.is_none();
    let length = cut.map_or(message.bytes.len(), |cut| cut % (message.bytes.len() + 1));
    let mut masked = message.bytes.clone();
    masked.truncate(length);
    mask_json(&mut masked, whole);
    message.check(&masked, !whole);
    if whole {
        assert_eq!(structure(&masked), structure(&message.bytes), "a masked message has other parts");
    }
    let once = masked.clone();
    mask_json(&mut masked, whole);
    assert_eq!(core::str::from_utf8(&masked), core::str::from_utf8(&once), "masking twice is more than masking once");
}

/// The message as the value of an extra.
fn in_base64(message: &Planted) {
    let mut encoded = [0; LAYERED];
    let encoded = Base64::encode(&message.bytes, &mut encoded).expect("room for all of it");
    let mut outer = heapless::String::<{ LAYERED + 64 }>::new();
    _ = write!(outer, "{{\"AdditionalResponse\":\"{encoded}\"}}");
    let mut masked: heapless::Vec<u8, { LAYERED + 64 }> = outer.bytes().collect();
    mask_json(&mut masked, true);
    let value = masked.get("{\"AdditionalResponse\":\"".len()..masked.len() - 2).unwrap_or_default();
    let mut decoded = [0; LAYERED];
    let inner = Base64::decode(value, &mut decoded).expect("what was Base64 is none");
    message.check(inner, false);
    assert_eq!(structure(inner), structure(&message.bytes), "a masked message has other parts");
}

fn make(feed: &mut Feed<'_>) -> Planted {
    let mut message = Planted::new();
    let mut open = heapless::Vec::<bool, 8>::new();
    message.put("{");
    while !feed.is_empty() && !message.is_full() {
        let in_object = open.last().copied().unwrap_or(true);
        match feed.next() % 13 {
            0 | 1 => {
                let is_object = feed.next() & 1 == 0;
                if open.push(is_object).is_ok() {
                    let names = feed.of(&[&NAMES[..], &CARD_NUMBERS, &HIDDEN, &EXTRAS, &["TrackData"]]);
                    if in_object {
                        message.put_all(["\"", feed.of(names), "\":"]);
                    }
                    message.put(if is_object { "{" } else { "[" });
                }
            }
            2 => {
                if let Some(is_object) = open.pop() {
                    message.put_all([end(is_object), ","]);
                }
            }
            3 | 4 => {
                member(&mut message, feed, in_object, &NAMES, |message, feed| message.put_all(feed.text(&TEXT, 24)))
            }
            5 => number(&mut message, feed, in_object),
            6 | 7 => member(&mut message, feed, in_object, &HIDDEN, hidden_text),
            8 | 9 => member(&mut message, feed, in_object, &CARD_NUMBERS, card_number_text),
            10 => member(&mut message, feed, in_object, &EXTRAS, pairs),
            11 => {
                message.put_all([if in_object { "\"TrackData\":" } else { "" }, "[{\"TrackNumb\":2,"]);
                // Without the name of the holder around it, it is a value like others.
                member(&mut message, feed, true, &["Value"], if in_object { hidden_text } else { in_text });
                message.put("\"z\":0}],");
            }
            _ => member(&mut message, feed, in_object, &NAMES, in_text),
        }
    }
    while let Some(is_object) = open.pop() {
        message.put_all([end(is_object), ","]);
    }
    message.put("\"z\":0}");
    message
}

const fn end(is_object: bool) -> &'static str {
    if is_object { "\"z\":0}" } else { "0]" }
}

/// A member with a text; where there are no members, an object that has it.
fn member(
    message: &mut Planted,
    feed: &mut Feed<'_>,
    in_object: bool,
    names: &[&str],
    text: impl FnOnce(&mut Planted, &mut Feed<'_>),
) {
    let blank = feed.of(&["", "", " ", "\n"]);
    message.put_all([if in_object { "" } else { "{" }, "\"", feed.of(names), "\"", blank, ":", blank, "\""]);
    text(message, feed);
    message.put_all(["\"", if in_object { "" } else { "}" }, ","]);
}

fn number(message: &mut Planted, feed: &mut Feed<'_>, in_object: bool) {
    if in_object {
        let names = feed.of(&[&NAMES[..], &CARD_NUMBERS, &HIDDEN]);
        message.put_all(["\"", feed.of(names), "\":"]);
    }
    message.put(feed.of(&[
        "0",
        "-1",
        "1230",
        "4111111111111111",
        "0.50",
        "1e5",
        "true",
        "null",
        "-0.4111111111111111",
    ]));
    message.put(",");
}

/// The names of members, and what kind of value stands where; `None` if two members have the same name.
fn structure(document: &[u8]) -> Option<Transcript> {
    let mut reader = Reader::new(document, Limits { members: u16::MAX, ..Limits::default() });
    let mut parts = Transcript::default();
    loop {
        match reader.next() {
            Ok(Some(Token::Name(name))) => {
                parts.mark(b'N');
                _ = name.write_to(&mut parts);
            }
            Ok(Some(Token::String(_))) => parts.mark(b'S'),
            Ok(Some(Token::Number(_))) => parts.mark(b'0'),
            Ok(Some(token)) => _ = write!(parts, "{token:?}"),
            Ok(None) => return Some(parts),
            Err(error) if error.kind == ErrorKind::Duplicate => return None,
            Err(error) => panic!("no message: {error:?} in {:?}", core::str::from_utf8(document)),
        }
    }
}

/// A character as it is, or with an escape.
fn escaped(feed: &mut Feed<'_>, byte: u8) -> Spelled {
    escaped_if(byte, feed.next() % 16)
}

/// A character as it is, with an escape, or with a code.
fn coded(feed: &mut Feed<'_>, byte: u8) -> Spelled {
    let way = feed.next() % 16;
    if !matches!(way, 2 | 3) {
        return escaped_if(byte, way);
    }
    let mut written = Spelled::new();
    _ = write!(written, "%{byte:02x}");
    written
}

fn escaped_if(byte: u8, way: u8) -> Spelled {
    let mut written = Spelled::new();
    _ = match way {
        0 => write!(written, "\\u{byte:04x}"),
        1 => write!(written, "\\u{byte:04X}"),
        _ => write!(written, "{}", char::from(byte)),
    };
    written
}

fn hidden_text(message: &mut Planted, feed: &mut Feed<'_>) {
    hidden(message, feed, escaped);
}

fn card_number_text(message: &mut Planted, feed: &mut Feed<'_>) {
    named_card_number(message, feed, [plain, escaped]);
}

/// Extras as pairs.
fn pairs(message: &mut Planted, feed: &mut Feed<'_>) {
    for _ in 0..feed.next() % 5 {
        match feed.next() % 4 {
            0 => message.put(feed.of(&[
                "tid=1",
                "x",
                "=",
                "authCode=123456",
                "%26=%3d",
                "networkProfile=eyJ4IjoiNDExMSJ9",
            ])),
            1 => {
                message.put(feed.of(&["pan=", "cardNumber=", "p%61n="]));
                message.begin(Stays::LastFour);
                for digit in card_number(feed) {
                    message.plant(&coded(feed, digit));
                }
            }
            _ => {
                message.put(feed.of(&[
                    "expiryDate=",
                    "cardHolderName=",
                    "cvc=",
                    "tokenValue=",
                    "e%78piryDate=",
                    "track2=",
                ]));
                hidden(message, feed, coded);
            }
        }
        message.put("&");
    }
}

/// A card number in any text. Nothing says that it is one but its digits.
fn in_text(message: &mut Planted, feed: &mut Feed<'_>) {
    let form = feed.next();
    message.put_all(feed.text(&TEXT, 12));
    let before = match message.bytes.last() {
        Some(b'0'..=b'9' | b'*' | b'%' | b'a'..=b'f' | b'A'..=b'F') => feed.of(&[" ", "-", ": ", "x"]),
        _ => feed.of(&["", "x", "="]),
    };
    message.put(before);
    let stands_alone = matches!(message.bytes.last(), Some(b'x' | b'='));
    let after = feed.of(&["x", ".", "?", "/", " ", "-"]);
    let codes = form & 8 != 0;
    // The digits of a code may belong to a number, too.
    let is_clear = stands_alone && !codes && !matches!(after, " " | "-");
    let stays = if is_clear { Stays::LastFour } else { Stays::AllButSix };
    message.begin(stays);
    embossed(message, feed, form, if codes { coded } else { plain });
    message.put(after);
    message.put_all(feed.text(&TEXT, 12));
}
