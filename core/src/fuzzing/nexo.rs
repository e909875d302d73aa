//! The body of the target `nexo`.

use super::choices::Choices;
use super::transcript::Transcript;
use crate::json::{Document, WriteError, Writer};
use crate::nexo::{Dialect, Direction, Envelope, Message, Report};
use core::fmt::Write;

/// Room for a message that is written again. In the dialect with explicit `null`s a document may grow to thirty times
/// its length; one that grows beyond this is not looked at.
const WRITTEN: usize = 256 * 1024;

/// Reads a message, shows it, writes it, and reads it again.
///
/// # Panics
/// What is told is not in lines or beyond its bounds, or what was written is not read as what was read before.
pub fn nexo(data: &[u8]) {
    let (choices, document) = Choices::take(data);
    let dialect = Dialect::ALL.get(usize::from(choices.first) % Dialect::ALL.len()).copied().unwrap_or(&Dialect::ADYEN);
    let Ok(document) = Document::parse(document) else { return };
    let direction = match Envelope::direction_of(document) {
        Some(direction) if choices.second & 1 == 0 => direction,
        _ if choices.second & 2 == 0 => Direction::Request,
        _ => Direction::Response,
    };
    let mut report = Report::new();
    let message = Message::read(document, direction, dialect, &mut report);
    lines(report.errors().as_str(), report.errors().found());
    lines(report.warnings().as_str(), report.warnings().found());
    let Some(message) = message else {
        assert!(report.is_fatal(), "no message, and no word of why");
        return;
    };
    let _ = write!(Transcript::default(), "{message:?}");

    let mut buffer = [0; WRITTEN];
    let mut counter = Writer::counting();
    message.write_to(&mut counter, dialect);
    let length = match (counter.finish(), message.write(dialect, &mut buffer)) {
        (Ok(counted), Ok(length)) => {
            assert_eq!(counted, length, "counted is not written");
            length
        }
        (Ok(counted), Err(WriteError::Full)) if counted > WRITTEN => return,
        other => panic!("a message that was read cannot be written: {other:?}"),
    };
    let written = buffer.get(..length).unwrap_or_default();
    let limits = crate::json::Limits { bytes: WRITTEN, ..crate::json::Limits::default() };
    let Ok(again) = Document::parse_within(written, limits) else {
        panic!("what was written is no document: {:?}", core::str::from_utf8(written));
    };
    let mut report = Report::new();
    let again = Message::read(again, direction, dialect, &mut report);
    assert_eq!(again, Some(message), "what was written is another message");
}

/// Whole lines, and the marker if there were more.
fn lines(text: &str, found: usize) {
    let mut lines = 0;
    for line in text.lines() {
        let marker = line == "...";
        assert!(marker || (line.starts_with("At ") && line.contains(": ")), "no line: {line}");
        lines += usize::from(!marker);
        assert!(!marker || text.ends_with(line), "lines behind the marker");
    }
    assert_eq!(text.ends_with("..."), lines < found, "the marker says that there are more");
}
