//! A message of OPI with secrets in it.

use core::fmt::Write;

use super::super::transcript::Transcript;
use super::feed::Feed;
use super::planted::{Planted, Spelled, Stays, embossed, hidden, named_card_number, plain};
use crate::trace::mask;
use crate::xml::{Reader, Token, Tolerance};

const NAMES: [&str; 8] = ["a", "b", "Output", "TextLine", "x:c", "PrivateData", "Card", "Track22"];
const CARD_NUMBERS: [&str; 6] = ["CardPAN", "CardNumber", "PANprint", "x:CardPAN", "MaskedCardNumber", "LoyaltyPAN"];
const HIDDEN: [&str; 8] = ["Track1", "Track2", "Track3", "ExpiryDate", "CV2", "ICC", "x:Track2", "InString"];
/// What stands around secrets, without digits in front and behind.
const BLANKS: [&str; 4] = ["", " ", "\n", "\t "];
/// Any text.
const TEXT: [&str; 24] = [
    "0", "1", "4", "7", "12", "1234", "5678", " ", "  ", "-", "=", "%", ";", "x", "*", "/", ".", "&amp;", "&lt;",
    "&gt;", "é", "\u{20AC}", "'", "&#42;",
];

/// Makes the message, masks it, and looks for the secrets.
pub(super) fn xml(mut feed: Feed<'_>, cut: Option<usize>) {
    let mut message = Planted::new();
    let mut open = heapless::Vec::<&str, 8>::new();
    message.put("<m xmlns:x='u'>");
    while !feed.is_empty() && !message.is_full() {
        match feed.next() % 13 {
            0 | 1 => {
                let names = feed.of(&[&NAMES[..], &CARD_NUMBERS, &HIDDEN]);
                let name = feed.of(names);
                if open.push(name).is_ok() {
                    message.put_all(["<", name, " b='>' c=\"4\">"]);
                }
            }
            2 => {
                if let Some(name) = open.pop() {
                    message.put_all(["</", name, feed.of(&BLANKS), ">"]);
                }
            }
            3 | 4 => message.put_all(feed.text(&TEXT, 24)),
            5 => {
                let inside = feed.of(&["", "/>", "<CardPAN>", "</CV2>"]);
                message.put_all(["<!-- <CardPAN x='", inside, " -->"]);
            }
            6 => message.put_all(["<?p ", feed.of(&["", "<CV2>", "'"]), "?>"]),
            7 => message.put_all(["<![CDATA[", feed.of(&["", "<CV2>", "]]", "]", "<![CDATA["]), "]]>"]),
            8 => hidden_element(&mut message, &mut feed),
            9 => card_element(&mut message, &mut feed),
            10 => attribute(&mut message, &mut feed),
            _ => in_text(&mut message, &mut feed, open.iter().any(|name| CARD_NUMBERS.contains(name))),
        }
    }
    while let Some(name) = open.pop() {
        message.put_all(["</", name, ">"]);
    }
    message.put("</m>");

    let whole = cut.is_none();
    let length = cut.map_or(message.bytes.len(), |cut| cut % (message.bytes.len() + 1));
    let mut masked = message.bytes.clone();
    masked.truncate(length);
    mask(&mut masked, whole);
    message.check(&masked, !whole);
    if whole {
        assert_eq!(structure(&masked), structure(&message.bytes), "a masked message has other parts");
    }
    let once = masked.clone();
    mask(&mut masked, whole);
    assert_eq!(core::str::from_utf8(&masked), core::str::from_utf8(&once), "masking twice is more than masking once");
}

/// The names of elements and attributes, in order.
fn structure(document: &[u8]) -> Transcript {
    let mut reader = Reader::new(Tolerance::STRICT);
    let (mut input, mut names) = (document, Transcript::default());
    loop {
        match reader.next(&mut input, true) {
            Ok(Some(Token::Open(name))) => names.named(b'O', name.as_bytes()),
            Ok(Some(Token::Attribute { name, .. })) => names.named(b'A', name.as_bytes()),
            Ok(Some(Token::Close)) => names.mark(b'C'),
            Ok(Some(Token::End)) => return names,
            Ok(Some(_)) => {}
            other => panic!("no message: {other:?} in {:?}", core::str::from_utf8(document)),
        }
    }
}

/// A character as it is, or as a reference.
fn referenced(feed: &mut Feed<'_>, byte: u8) -> Spelled {
    let mut written = Spelled::new();
    _ = match feed.next() % 8 {
        0 => write!(written, "&#{byte};"),
        1 => write!(written, "&#x{byte:x};"),
        2 => write!(written, "&#{byte:04};"),
        _ => write!(written, "{}", char::from(byte)),
    };
    written
}

/// A character as it is; the data says as much of it as of others.
fn unreferenced(feed: &mut Feed<'_>, byte: u8) -> Spelled {
    feed.next();
    plain(feed, byte)
}

fn hidden_element(message: &mut Planted, feed: &mut Feed<'_>) {
    let name = feed.of(&HIDDEN);
    message.put_all(["<", name, feed.of(&["", " a='>'", "\n", " Track2=''"]), ">", feed.of(&BLANKS)]);
    match feed.next() % 4 {
        0 => {
            message.put("<q><r/>");
            hidden(message, feed, referenced);
            message.put("</q>");
        }
        1 => {
            message.put("<![CDATA[");
            hidden(message, feed, unreferenced);
            message.put("]]>");
        }
        2 => {
            hidden(message, feed, referenced);
            message.put_all(["<!-- -->", feed.of(&BLANKS), "<?p ?>"]);
            hidden(message, feed, referenced);
        }
        _ => hidden(message, feed, referenced),
    }
    message.put_all([feed.of(&BLANKS), "</", name, feed.of(&BLANKS), ">"]);
}

fn card_element(message: &mut Planted, feed: &mut Feed<'_>) {
    let name = feed.of(&CARD_NUMBERS);
    message.put_all(["<", name, ">", feed.of(&BLANKS)]);
    named_card_number(message, feed, [unreferenced, referenced]);
    message.put_all([feed.of(&BLANKS), "</", name, ">"]);
}

fn attribute(message: &mut Planted, feed: &mut Feed<'_>) {
    let quote = feed.of(&["\"", "'"]);
    message.put_all(["<", feed.of(&NAMES), feed.of(&[" ", "\n", " z='=' ", " y=\"'\"\t"])]);
    let is_hidden = feed.next() & 1 == 0;
    let name = if is_hidden { feed.of(&HIDDEN) } else { feed.of(&CARD_NUMBERS) };
    message.put_all([name, feed.of(&BLANKS), "=", feed.of(&BLANKS), quote]);
    if is_hidden {
        hidden(message, feed, referenced);
    } else {
        named_card_number(message, feed, [unreferenced, referenced]);
    }
    message.put_all([quote, feed.of(&BLANKS), "/>"]);
}

/// A card number in any text or value, and what may follow it on a track. Nothing says that it is one but its digits.
fn in_text(message: &mut Planted, feed: &mut Feed<'_>, in_card_number: bool) {
    let form = feed.next();
    let in_value = form & 1 != 0;
    if in_value {
        message.put("<a b='");
    }
    let before = match message.bytes.last() {
        Some(b'0'..=b'9' | b';' | b'*') => feed.of(&[" ", "-", ": ", "x"]),
        _ => feed.of(&["", "x", "="]),
    };
    message.put(before);
    // What ends in a digit, or in a separator, may be one number with what follows.
    let stands_alone = !matches!(message.bytes.last(), Some(b'0'..=b'9' | b' ' | b'-' | b';'));
    let after = feed.of(&["x", ".", "?", "", " ", "-"]);
    let stays = if stands_alone && !matches!(after, "" | " " | "-") { Stays::LastFour } else { Stays::AllButSix };
    message.begin(stays);
    embossed(message, feed, form, if form & 8 == 0 { unreferenced } else { referenced });
    if form & 16 != 0 {
        message.put("=");
        // Of all that stands in an element for a card number the last four characters stay.
        let is_clear = stays == Stays::LastFour && (in_value || !in_card_number);
        message.begin(if is_clear { Stays::Nothing } else { Stays::LastFour });
        for _ in 0..feed.next() % 20 {
            let digit = b'0' + feed.next() % 10;
            message.plant(&unreferenced(feed, digit));
        }
    }
    // Not a digit: it would belong to the number.
    message.put(if after.is_empty() { "/" } else { after });
    if in_value {
        message.put("'/>");
    }
}
