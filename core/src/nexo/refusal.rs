//! Answers to requests that are not done.

use core::fmt;

use super::additional::Additional;
use super::body::{OutputResult, POIData, Response, SaleData, TransactionIdentification};
use super::remark::{BAD_JSON, CRYPTO_ERROR, TOP_LEVEL, TOP_LEVEL_MISSING, TextProfile};
use super::vocabulary::{Device, DocumentQualifier, ErrorCondition, InfoQualify};
use super::{
    Category, Dialect, Direction, Field, List, MessageClass, MessageHeader, MessageType, Report, RequestBody, Word,
};
use crate::id::Id;
use crate::json::{WriteError, Writer};
use crate::limits;
use crate::time::WallTime;

/// An answer that stands in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// Bytes of the body; none if it had no room.
    pub length: usize,
}

/// No source has a status for these; the official client shows the body only if it is not 2xx.
const BAD_REQUEST: u16 = 400;
const UNAUTHORIZED: u16 = 401;

/// A message that nobody here has a key for. Terminals answer with numbers whose meaning is not documented.
pub(super) const NO_KEY: u8 = 3;

impl Answer {
    /// The answer does not fit the buffer lent for it: the connection is better closed than answered with a part.
    pub const NO_ROOM: Self = Self { status: 500, length: 0 };

    /// Of a body that was written, or had no room.
    pub(super) fn of(status: u16, written: Result<usize, WriteError>) -> Self {
        match written {
            Ok(length) => Self { status, length },
            Err(_) => Self::NO_ROOM,
        }
    }
}

/// A transaction's name and time, as `POIData` has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// `TransactionID`.
    pub id: Id<{ limits::NEXO_TRANSACTION_ID }>,
    /// When.
    pub at: WallTime,
}

/// Shows a time as Adyen's terminals write it: in UTC, with milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Utc(pub WallTime);

impl fmt::Display for Utc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.000Z", WallTime::new(self.0.unix_seconds(), 0).without_zone())
    }
}

impl Named {
    /// As it stands in a message.
    pub(super) fn stamp(&self) -> Id<{ limits::TIMESTAMP }> {
        stamp(self.at)
    }
}

/// The time as text.
pub(super) fn stamp(at: WallTime) -> Id<{ limits::TIMESTAMP }> {
    let mut text = heapless::String::<{ limits::TIMESTAMP }>::new();
    // 24 characters always fit.
    _ = fmt::Write::write_fmt(&mut text, format_args!("{}", Utc(at)));
    Id::new(text.as_str()).unwrap_or_default()
}

/// `["Bad JSON:[line]: [message]"]` (Adyen, Structuring and validating Terminal API messages).
pub(super) fn bad_json(line: u32, message: &dyn fmt::Display, out: &mut [u8]) -> Answer {
    let mut to = Writer::new(out);
    to.begin_array();
    to.text_fmt(format_args!("{BAD_JSON}{line}: {message}"));
    to.end_array();
    Answer::of(BAD_REQUEST, to.finish())
}

/// `{"errors":["Nexo Service: crypto error (3)"],"ServiceID":"-NULL-"}` (observed on terminals).
pub fn crypto_error(number: u8, out: &mut [u8]) -> Answer {
    let mut to = Writer::new(out);
    to.begin_object();
    to.name("errors");
    to.begin_array();
    to.text_fmt(format_args!("{CRYPTO_ERROR} ({number})"));
    to.end_array();
    to.name("ServiceID");
    to.text("-NULL-");
    to.end_object();
    Answer::of(UNAUTHORIZED, to.finish())
}

/// `{"errors":[…]}`, a line each.
fn errors<'l>(lines: impl Iterator<Item = &'l str>, out: &mut [u8]) -> Answer {
    let mut to = Writer::new(out);
    to.begin_object();
    to.name("errors");
    to.begin_array();
    lines.for_each(|line| to.text(line));
    to.end_array();
    to.end_object();
    Answer::of(BAD_REQUEST, to.finish())
}

/// The document has no request in it.
pub(super) fn top_level(
    texts: TextProfile,
    dialect: &'static Dialect,
    named: &Named,
    report: &Report,
    out: &mut [u8],
) -> Answer {
    let found = report.errors().as_str();
    let first = if found.is_empty() { TOP_LEVEL_MISSING } else { found };
    if texts == TextProfile::Current {
        return errors([first, TOP_LEVEL].into_iter(), out);
    }
    let mut additional = Additional::new();
    additional.sentence(first);
    // Nothing could be read, so the header has what is the same in all (Adyen, Structuring and validating Terminal API
    // messages).
    let header = MessageHeader {
        message_class: Some(MessageClass::Service.into()),
        message_category: Some(Category::Payment.into()),
        ..MessageHeader::default()
    };
    let condition = ErrorCondition::MessageFormat;
    Refusal { header: &header, body: None, condition, additional: &additional, named: Some(named) }.write(dialect, out)
}

/// Whether answers of the category have a body; without one, errors are told as `{"errors":[…]}` (ours).
pub(super) const fn has_body(category: Option<Category>) -> bool {
    !matches!(category, Some(Category::Abort | Category::Event | Category::InputUpdate))
}

/// A request is not done.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'r, 'a> {
    pub(super) header: &'r MessageHeader<'a>,
    pub(super) body: Option<&'r RequestBody<'a>>,
    pub(super) condition: ErrorCondition,
    pub(super) additional: &'r Additional,
    /// For answers that name a transaction.
    pub(super) named: Option<&'r Named>,
}

impl Refusal<'_, '_> {
    /// Whether the answer names a transaction, though there is none (Adyen, Structuring and validating Terminal API
    /// messages, in its examples).
    pub(super) fn is_named(&self) -> bool {
        matches!(self.category(), Category::Payment | Category::CardAcquisition)
    }

    /// A category that could not be read is answered as a payment (Adyen, Structuring and validating Terminal API
    /// messages, in its examples).
    fn category(&self) -> Category {
        self.header.category().unwrap_or(Category::Payment)
    }

    /// Writes the answer to the front of `out`.
    pub(super) fn write(&self, dialect: &'static Dialect, out: &mut [u8]) -> Answer {
        if !has_body(self.header.category()) {
            // One sentence on each line.
            return errors(lines(self.additional.as_str()), out);
        }
        let mut to = Writer::new(out);
        to.begin_object();
        to.name(Direction::Response.envelope());
        to.begin_object();
        to.name("MessageHeader");
        MessageHeader { message_type: Some(MessageType::Response.into()), ..self.header.answer() }
            .write(&mut to, dialect);
        to.name(self.category().response_body());
        to.begin_object();
        self.write_body(&mut to, dialect);
        to.end_object();
        to.end_object();
        to.end_object();
        Answer::of(200, to.finish())
    }

    fn write_body(&self, to: &mut Writer<'_>, dialect: &'static Dialect) {
        let response = Response {
            additional_response: self.additional.as_option().map(Into::into),
            ..Response::failure(self.condition)
        };
        // What is not served is not looked at, and answered by a `Response` alone.
        let alone = self.condition == ErrorCondition::UnavailableService && self.body.is_none();
        match (self.category(), self.body) {
            (Category::Display, body) if !alone => {
                to.name("OutputResult");
                to.begin_array();
                let outputs = match body {
                    Some(RequestBody::Display(request)) => request.display_output,
                    _ => List::from(&[]),
                };
                let mut is_told = false;
                for output in outputs {
                    OutputResult::new(output.device, output.info_qualify, response).write(to, dialect);
                    is_told = true;
                }
                // There is no other place for it: also if none of the outputs could be read.
                if !is_told {
                    OutputResult::new(Device::CustomerDisplay.into(), InfoQualify::Display.into(), response)
                        .write(to, dialect);
                }
                to.end_array();
            }
            (Category::Input, body) if !alone => {
                let (device, info) = match body {
                    Some(RequestBody::Input(request)) => (request.input_data.device, request.input_data.info_qualify),
                    _ => (Word::Listed(Device::CustomerInput), Word::Listed(InfoQualify::Input)),
                };
                to.name("InputResult");
                OutputResult::new(device, info, response).write(to, dialect);
            }
            (category, body) => {
                to.name("Response");
                response.write(to, dialect);
                match (category, body) {
                    (Category::Print, body) if !alone => {
                        let qualifier = match body {
                            Some(RequestBody::Print(request)) => request.print_output.document_qualifier,
                            _ => Word::Listed(DocumentQualifier::Document),
                        };
                        to.name("DocumentQualifier");
                        qualifier.write(to, dialect);
                    }
                    (_, Some(RequestBody::Reconciliation(request))) => {
                        to.name("ReconciliationType");
                        request.reconciliation_type.write(to, dialect);
                    }
                    _ => {}
                }
                if let Some(named) = self.named {
                    to.name("SaleData");
                    sale_data(self.body).write(to, dialect);
                    to.name("POIData");
                    let stamp = named.stamp();
                    let id = TransactionIdentification::new(named.id.as_str().into(), stamp.as_str().into());
                    POIData::new(id).write(to, dialect);
                }
            }
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let all = rest?;
        match all.split_once(['\n']) {
            Some((line, after)) => {
                rest = Some(after);
                Some(line)
            }
            None => rest.take(),
        }
    })
}

/// What the till calls its transaction, for the answer.
pub(super) fn sale_data<'a>(body: Option<&RequestBody<'a>>) -> SaleData<'a> {
    let given = match body {
        Some(RequestBody::Payment(body)) => Some(body.sale_data),
        Some(RequestBody::CardAcquisition(body)) => Some(body.sale_data),
        Some(RequestBody::StoredValue(body)) => Some(body.sale_data),
        Some(RequestBody::Reversal(body)) => body.sale_data,
        _ => None,
    };
    let sale_transaction_id = given.and_then(|data| data.sale_transaction_id);
    SaleData { sale_transaction_id, ..SaleData::default() }
}
