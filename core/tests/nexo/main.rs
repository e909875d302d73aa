//! Terminal API messages: read, judged and written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_truncation, missing_docs)]

mod build;
mod catalogue;
mod every_member;
mod lenient;
mod lists;
mod roundtrip;
mod rules;
mod samples;
mod secrets;
mod trace;

use opi_core::json::{Document, Limits};
use opi_core::nexo::{Dialect, Direction, Message, Report};
use serde_json::Value;

/// What a document is read as.
struct Found<'a> {
    message: Option<Message<'a>>,
    report: Report,
}

impl Found<'_> {
    /// Errors and warnings.
    fn lines(&self) -> (String, String) {
        (self.report.errors().as_str().to_owned(), self.report.warnings().as_str().to_owned())
    }
}

fn read<'a>(document: &'a str, direction: Direction, dialect: &'static Dialect) -> Found<'a> {
    let mut report = Report::new();
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let document = Document::parse_within(document.as_bytes(), limits).unwrap_or_else(|error| panic!("{error:?}"));
    let message = Message::read(document, direction, dialect, &mut report);
    Found { message, report }
}

fn written(message: &Message<'_>, dialect: &'static Dialect) -> Vec<u8> {
    let mut written = vec![0; 1 << 18];
    let length = message.write(dialect, &mut written).unwrap();
    written.truncate(length);
    written
}

/// A document as the oracle reads it. Numbers that are equal are the same: none has more digits than a float keeps.
fn plain(document: &[u8]) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(walk),
            Value::Object(members) => members.values_mut().for_each(walk),
            Value::Number(number) => *value = Value::String(format!("number {}", number.as_f64().unwrap())),
            _ => {}
        }
    }
    let mut value = serde_json::from_slice(document).unwrap();
    walk(&mut value);
    value
}
