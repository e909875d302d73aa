//! The body of the target `json`.

use core::fmt::Write;

use super::calls::calls;
use super::choices::Choices;
use super::transcript::Transcript;
use super::views;
use crate::json::{Document, ErrorKind, Limits, Mark, Number, Reader, Token, Value, Writer};
use crate::limits::{JSON_BYTES, JSON_DEPTH};
use crate::money::Decimal;

/// Room for a document that is written again: an escape of two bytes may become one of six.
const ENCODED: usize = 6 * JSON_BYTES;

/// Reads a document by tokens and by values, writes it, and reads it again.
///
/// # Panics
/// The two readings differ, a fault is not where the document stops being the front of a good one, a number is not read
/// exactly, what was written is not read as what was written, two ways of asking for a value differ, or the writer takes any
/// calls otherwise than a simple one.
pub fn json(data: &[u8]) {
    let (choices, document) = Choices::take(data);
    // Limits on both sides of what the document needs must be likely.
    let limits = Limits {
        depth: choices.first % (JSON_DEPTH + 1),
        members: u16::from(choices.second),
        bytes: JSON_BYTES >> (choices.lengths.first().copied().unwrap_or_default() % 16),
    };
    calls(document);
    let by_tokens = tokens(document, limits);
    match Document::parse_within(document, limits) {
        Ok(checked) => {
            assert_eq!(by_tokens, values(checked), "tokens and values differ");
            marked(document, limits, usize::from(choices.second), by_tokens);
            written(checked, limits, by_tokens);
            views::look(checked);
        }
        Err(error) if error.kind == ErrorKind::Bytes => {
            assert_eq!(error.offset, limits.bytes, "too long, but elsewhere");
            assert!(document.len() > limits.bytes, "too long, but it is not");
            let _ = write!(Transcript::default(), "{error}");
        }
        Err(error) => {
            let (before, behind) = document.split_at(error.offset);
            let is_end = behind.is_empty();
            assert_eq!(error.kind == ErrorKind::UnexpectedEnd, is_end, "the end is not where the document ends");
            assert!(error.line > 0 && error.column > 0, "lines and columns count from 1");
            let _ = write!(Transcript::default(), "{error}");
            // The front alone is good, or only ends too early.
            let _ = Document::parse_within(before, limits).map_err(|earlier| {
                assert_eq!(
                    (earlier.kind, earlier.offset),
                    (ErrorKind::UnexpectedEnd, error.offset),
                    "an earlier fault"
                );
            });
        }
    }
}

/// The same is read with memory for so many marks.
fn marked(document: &[u8], limits: Limits, room: usize, read: Transcript) {
    let mut marks = [Mark::NONE; u8::MAX as usize];
    let marks = marks.get_mut(..room).expect("a byte counts no more");
    let document = Document::parse_marked(document, limits, marks).expect("with marks it is refused");
    assert_eq!(values(document), read, "marks lead elsewhere");
}

fn tokens(document: &[u8], limits: Limits) -> Transcript {
    let mut reader = Reader::new(document, limits);
    let (mut transcript, mut depth, mut offset) = (Transcript::default(), 0_u8, 0);
    loop {
        let token = match reader.next() {
            Ok(Some(token)) => token,
            Ok(None) => {
                assert_eq!(depth, 0, "the document ended inside of its value");
                assert_eq!(reader.offset(), document.len(), "the document ended before its bytes did");
                return transcript;
            }
            Err(error) => {
                assert!(error.offset <= document.len(), "a fault outside of the document");
                assert_eq!(reader.next().err(), Some(error), "a refused document goes on");
                return transcript;
            }
        };
        assert!(reader.offset() > offset, "a token of no bytes");
        offset = reader.offset();
        match token {
            Token::BeginObject | Token::BeginArray => depth = depth.saturating_add(1),
            Token::EndObject | Token::EndArray => depth = depth.checked_sub(1).expect("more ends than begins"),
            Token::Name(_) | Token::String(_) | Token::Number(_) | Token::Boolean(_) | Token::Null => {}
        }
        assert!(depth <= limits.depth, "too deep");
        note(&mut transcript, token);
    }
}

fn note(transcript: &mut Transcript, token: Token<'_>) {
    let (mark, text): (u8, &str) = match token {
        Token::BeginObject => (b'{', ""),
        Token::EndObject => (b'}', ""),
        Token::BeginArray => (b'[', ""),
        Token::EndArray => (b']', ""),
        Token::Name(name) => {
            transcript.mark(b'N');
            let _ = name.write_to(transcript);
            return;
        }
        Token::String(text) => {
            transcript.mark(b'S');
            let _ = text.write_to(transcript);
            return;
        }
        Token::Number(number) => {
            exactly(number);
            (b'0', number.raw())
        }
        Token::Boolean(true) => (b't', ""),
        Token::Boolean(false) => (b'f', ""),
        Token::Null => (b'n', ""),
    };
    transcript.mark(mark);
    transcript.bytes(text.as_bytes());
}

/// A number without an exponent is read by [`Decimal::parse`], too; what both read must be the same.
fn exactly(number: Number<'_>) {
    if let (Ok(mine), Ok(other)) = (number.decimal(), Decimal::parse(number.raw())) {
        assert_eq!(mine, other, "a number is not read exactly");
    }
    if let (Ok(decimal), Some(integer)) = (number.decimal(), number.integer()) {
        assert_eq!(decimal.scale(), 0, "a whole number has decimals");
        assert_eq!(Some(decimal), u64::try_from(integer).ok().and_then(|digits| Decimal::new(digits, 0)));
    }
}

fn values(document: Document<'_>) -> Transcript {
    let mut transcript = Transcript::default();
    value(&mut transcript, document.root());
    transcript
}

fn value(transcript: &mut Transcript, value: Value<'_>) {
    if let Some(object) = value.object() {
        note(transcript, Token::BeginObject);
        for (name, member) in object {
            note(transcript, Token::Name(name));
            self::value(transcript, member);
        }
        note(transcript, Token::EndObject);
    } else if let Some(array) = value.array() {
        note(transcript, Token::BeginArray);
        for element in array {
            self::value(transcript, element);
        }
        note(transcript, Token::EndArray);
    } else if let Some(text) = value.text() {
        note(transcript, Token::String(text));
    } else if let Some(number) = value.number() {
        note(transcript, Token::Number(number));
    } else {
        note(transcript, value.boolean().map_or(Token::Null, Token::Boolean));
    }
}

/// The document is written token by token, and once more as one value.
fn written(document: Document<'_>, limits: Limits, read: Transcript) {
    let mut buffer = [0; ENCODED];
    let mut counting = Writer::counting();
    copy(document.root(), &mut counting);
    let counted = counting.finish().expect("what was read cannot be counted");
    let mut writer = Writer::new(&mut buffer);
    copy(document.root(), &mut writer);
    let length = writer.finish().expect("what was read cannot be written");
    assert_eq!(length, counted, "counting and writing differ");

    // Nothing is spelled in another way but texts: it may have become longer, but not deeper or wider.
    let again = Limits { bytes: ENCODED, ..limits };
    let written = buffer.get(..length).expect("longer than its buffer");
    let checked = Document::parse_within(written, again).expect("what was written is refused");
    assert_eq!(values(checked), read, "writing and reading changes a document");

    let mut writer = Writer::new(&mut buffer);
    writer.value(document.root());
    let length = writer.finish().expect("a value cannot be handed on");
    assert_eq!(buffer.get(..length), Some(document.root().raw().as_bytes()));
}

fn copy(value: Value<'_>, to: &mut Writer<'_>) {
    if let Some(object) = value.object() {
        to.begin_object();
        for (name, member) in object {
            to.name(name);
            copy(member, to);
        }
        to.end_object();
    } else if let Some(array) = value.array() {
        to.begin_array();
        for element in array {
            copy(element, to);
        }
        to.end_array();
    } else if let Some(text) = value.text() {
        to.text(text);
    } else {
        to.value(value);
    }
}
