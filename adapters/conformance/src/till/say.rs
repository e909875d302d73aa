//! What a till under test says: one line each on its standard output.

use std::fmt;

use opi_core::drive::Event;
use opi_core::id::RequestId;
use opi_core::operation::Finished;

/// The line for an event; nothing for one that the test does not ask about.
#[must_use]
pub fn line(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Started { request_id, request_type } => format!("started {} {request_type}", request_id.get()),
        Event::InDoubt { request_id, .. } => format!("doubt {}", request_id.get()),
        Event::SheetEnded { sheet, kept } => format!("sheet {} {}", sheet.0, if *kept { "kept" } else { "lost" }),
        Event::Question(question) => format!("question {} {:?}", question.id.0, question.kind),
        Event::QuestionWithdrawn(id) => format!("withdrawn {}", id.0),
        Event::Finished(finished) => End(finished).to_string(),
        _ => return None,
    })
}

/// `finished OUTCOME REQUEST`, with `-` for a request that never got a number.
pub(super) struct End<'f>(pub(super) &'f Finished);

impl fmt::Display for End<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Finished { outcome, request_id, .. }) = self;
        write!(out, "finished {} ", outcome.name())?;
        match request_id.map(RequestId::get) {
            Some(number) => write!(out, "{number}"),
            None => out.write_str("-"),
        }
    }
}
