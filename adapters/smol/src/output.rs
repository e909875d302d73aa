//! What an output asks of the till, and the notices that its events become.

use std::collections::VecDeque;

use opi_core::drive::{Event, Link, Output, Wait};
use opi_core::journal::Ticket;

use crate::notice::{Notice, RawText};
use crate::records::entry;
use crate::sheets::Sheets;
use crate::store::Entry;

/// An output, after everything lent with it was taken over.
pub(crate) enum Step {
    Done,
    Listen,
    Connect(Link),
    Send { link: Link, length: usize },
    Close(Link),
    Persist(Ticket, Entry),
    Unstorable(Ticket),
    Wait(Wait),
}

/// An output, with all that it lends.
pub(crate) fn over(
    output: Output<'_>,
    sheets: &mut Sheets,
    private_text: &mut RawText,
    notices: &mut VecDeque<Notice>,
) -> Step {
    match output {
        Output::Listen => Step::Listen,
        Output::Connect(link) => Step::Connect(link),
        Output::Send { link, length } => Step::Send { link, length },
        Output::Close(link) => Step::Close(link),
        Output::Wait(wait) => Step::Wait(wait),
        Output::Persist(ticket, record) => match entry(record, sheets) {
            Some(entry) => Step::Persist(ticket, entry),
            None => Step::Unstorable(ticket),
        },
        Output::Event(event) => {
            take(event, sheets, private_text, notices);
            Step::Done
        }
        _ => Step::Done,
    }
}

/// Makes the event a notice, or adds it to one that is not complete.
fn take(event: Event<'_>, sheets: &mut Sheets, private_text: &mut RawText, notices: &mut VecDeque<Notice>) {
    let notice = match event {
        Event::SheetBegun(sheet) => return sheets.begin(sheet),
        Event::Line(id, line) => return sheets.line(id, line),
        Event::JournalText(id, text) => return sheets.journal_text(id, text),
        Event::SheetEnded { sheet, kept } => match sheets.end(sheet, kept) {
            Some(sheet) => Notice::Sheet(sheet),
            None => return,
        },
        Event::PrivateText(text) => return private_text.append(text),
        Event::Started { request_id, request_type } => {
            flush(private_text, notices);
            Notice::Started { request_id, request_type: request_type.to_owned() }
        }
        Event::Finished(finished) => {
            flush(private_text, notices);
            Notice::Finished(Box::new(finished.clone()))
        }
        Event::InDoubt { request_id, reason } => Notice::InDoubt { request_id, reason },
        Event::Question(question) => Notice::Question(question.clone()),
        Event::QuestionWithdrawn(id) => Notice::QuestionWithdrawn(id),
        Event::AbortAnswered { accepted } => Notice::AbortAnswered { accepted },
        Event::Total(total) => Notice::Total(total.clone()),
        Event::CardCircuit { code, name } => {
            Notice::CardCircuit { code: code.to_owned(), name: name.map(str::to_owned) }
        }
        Event::Detail { name, value } => Notice::Detail { name, value: value.to_owned() },
        Event::Fault(fault) => Notice::Fault(fault),
        _ => return,
    };
    notices.push_back(notice);
}

/// Tells the private data collected so far.
fn flush(private_text: &mut RawText, notices: &mut VecDeque<Notice>) {
    if !private_text.is_empty() {
        notices.push_back(Notice::PrivateText(std::mem::take(private_text)));
    }
}
