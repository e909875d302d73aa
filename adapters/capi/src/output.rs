//! What is to be done, as C is told it.

use core::ffi::c_char;

use opi_core::drive::{Event, Output as CoreOutput, Question as CoreQuestion, Total as CoreTotal};
use opi_core::id::RequestId;
use opi_core::journal::{self, Record};
use opi_core::limits;
use opi_core::operation::{Facts as CoreFacts, Finished as CoreFinished};
use opi_core::receipt::{Line as CoreLine, Sheet, SheetId};
use opi_core::secret::{Masked, Pan};

use crate::border::{Bytes, Str, tell};
use crate::link::code;
use crate::money::Money;
use crate::words::{Alignment, Outcome, Purpose, QuestionKind, Reason, RecordKind, SettledBy, Why};

/// Bytes of a masked card number with the zero behind it.
pub const OPI_MASKED_CARD: usize = 33;

const _: () = assert!(OPI_MASKED_CARD == limits::PAN + 1);

/// Without a deadline.
pub const OPI_NEVER: u64 = u64::MAX;

/// Until when there is nothing to do, and what for.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Wait {
    /// When OPI_INPUT_TICK must come at the latest, in milliseconds of the caller's clock, or OPI_NEVER.
    pub until: u64,
    /// What the session waits for.
    pub why: Why,
}

/// A frame to be sent.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Send {
    /// The connection.
    pub link: u32,
    /// The frame, at the front of the buffer: take it from there before the next call.
    pub frame: Bytes,
}

/// A record to be stored so that it survives a power cut.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Persist {
    /// Names the storing: OPI_INPUT_STORED and OPI_INPUT_STORE_FAILED carry it back.
    pub ticket: u32,
    /// What the record says.
    pub kind: RecordKind,
    /// The sheet that is complete with it, or 0. If any line or text of it was not stored, report
    /// OPI_INPUT_STORE_FAILED.
    pub sheet: u32,
    /// The record, at the front of the buffer. To be appended to the journal as it is.
    pub record: Bytes,
}

/// A request got its number.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Started {
    /// The number.
    pub request_id: u32,
    /// The request type as it goes on the wire.
    pub request_type: Str,
}

/// The answer to a request that may move money is lost or says nothing. The terminal is asked about it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct InDoubt {
    /// The request.
    pub request_id: u32,
    /// Why.
    pub reason: Reason,
}

/// The terminal begins a sheet; its lines follow.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct SheetBegun {
    /// Its name in this session. Sheets may come side by side.
    pub sheet: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// 1 if it must be stored: then the records of its lines and its text are to be appended to the journal as they
    /// come.
    pub keep: u8,
    /// The request it belongs to, or 0.
    pub request_id: u32,
    /// The device as the terminal named it.
    pub target: Str,
}

/// A line of a sheet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Line {
    /// Which sheet.
    pub sheet: u32,
    /// The text, leading and trailing blanks included, as the terminal wrote it: mask it where it is logged.
    pub text: Str,
    /// Place from the top, or -1; where given, lines are ordered by it.
    pub row: i32,
    /// Columns to leave free on the left, or -1.
    pub column: i32,
    /// The entry of a menu that this line is, or -1.
    pub menu_item: i32,
    /// Where the text stands in the line.
    pub alignment: Alignment,
    /// 1: heavier letters.
    pub bold: u8,
    /// 1: letters of double width.
    pub double_width: u8,
    /// 1: letters of double height.
    pub double_height: u8,
    /// 1: the paper is to be cut after this line.
    pub paper_cut: u8,
    /// For the journal, if the sheet must be stored. It need not survive a power cut before the sheet is complete.
    pub record: Bytes,
}

/// A piece of the raw text of a journal sheet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct JournalText {
    /// Which sheet.
    pub sheet: u32,
    /// The piece, as the terminal wrote it: mask it where it is logged.
    pub text: Str,
    /// For the journal, if the sheet must be stored. It need not survive a power cut before the sheet is complete.
    pub record: Bytes,
}

/// A sheet is complete.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct SheetEnded {
    /// Which sheet.
    pub sheet: u32,
    /// 0 if it could not be stored: the terminal was told so.
    pub kept: u8,
}

/// A question to the cashier. What is asked came as a display sheet right before.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Question {
    /// Its name in this session: OPI_INPUT_ANSWER carries it back.
    pub question: u32,
    /// What kind of answer is wanted.
    pub kind: QuestionKind,
    /// The sheet that holds the text of the question, or 0.
    pub sheet: u32,
    /// Fewest characters of the answer, or -1.
    pub min_length: i32,
    /// Most characters of the answer, or -1.
    pub max_length: i32,
    /// Decimals of a number, or -1.
    pub decimals: i32,
    /// When it is answered as not given, in milliseconds of the caller's clock.
    pub until: u64,
}

/// A total of a reconciliation.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Total {
    /// The sum.
    pub amount: Money,
    /// How many payments, or -1.
    pub number_payments: i64,
    /// `Debit` for what the merchant gets, `Credit` for what was given back.
    pub payment_type: Str,
    /// The brand.
    pub card_circuit: Str,
    /// The acquirer.
    pub acquirer: Str,
}

/// A brand that the terminal takes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CardCircuit {
    /// The code.
    pub code: Str,
    /// The name for people.
    pub name: Str,
}

/// A fact of the terminal's identity or state.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Detail {
    /// Its name in the protocol.
    pub name: Str,
    /// Its value.
    pub value: Str,
}

/// The terminal did something that it must not do. The session handles it; this is for the log.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Fault {
    /// Where it happened.
    pub link: u32,
    /// Byte of the message, or -1.
    pub offset: i64,
    /// What happened.
    pub what: Str,
}

/// What the answer says of the transaction, as the terminal wrote it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Facts {
    /// The amount booked.
    pub amount: Money,
    /// The part of it beyond what was asked.
    pub tip: Money,
    /// The part of it handed out in cash.
    pub cash_back: Money,
    /// Approval code.
    pub approval_code: Str,
    /// Card number as its mask, with a zero behind it; empty if there is none.
    pub masked_card_number: [c_char; OPI_MASKED_CARD],
    /// Brand.
    pub card_circuit: Str,
    /// Trace number, with leading zeros.
    pub stan: Str,
    /// Terminal.
    pub terminal_id: Str,
    /// Batch.
    pub terminal_batch: Str,
    /// Reference of the transaction, for refunds and completions.
    pub trx_reference_number: Str,
    /// Receipt number.
    pub receipt_number: Str,
    /// Time of the authorisation as the terminal wrote it.
    pub time_stamp: Str,
    /// The result in the protocol's own word.
    pub overall_result: Str,
    /// Why the host declined.
    pub host_decline_reason: Str,
    /// Why the terminal declined.
    pub terminal_decline_reason: Str,
}

/// The end of an operation.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Finished {
    /// The request, or 0 if no number was used.
    pub request_id: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it ended so.
    pub reason: Reason,
    /// By what it became clear.
    pub settled_by: SettledBy,
    /// 1 if this end was confirmed stored. If not, and money may have moved, the till must book it now: after a restart
    /// it is unresolved.
    pub stored: u8,
    /// What the answer said.
    pub facts: Facts,
}

/// What is to be done, or what the till wants to know.
#[derive(Clone, Copy, Debug)]
#[repr(C, u32)]
#[expect(clippy::large_enum_variant, reason = "nothing is allocated; the caller has one")]
pub enum Output {
    /// Nothing more until an input comes, at the latest until the deadline: then OPI_INPUT_TICK.
    Wait(Wait),
    /// Let callbacks of the terminal come in, if they cannot yet; then OPI_INPUT_LISTENING or OPI_INPUT_LISTEN_FAILED.
    Listen,
    /// Connect to the terminal; then OPI_INPUT_CONNECTED or OPI_INPUT_CONNECT_FAILED.
    Connect(u32),
    /// Send the frame; then OPI_INPUT_SENT or OPI_INPUT_SEND_FAILED.
    Send(Send),
    /// Close the connection and forget it. What has not left must not leave any more: end it by a reset. No input
    /// follows.
    Close(u32),
    /// Store the record; then OPI_INPUT_STORED or OPI_INPUT_STORE_FAILED.
    Persist(Persist),
    /// A request got its number.
    Started(Started),
    /// The answer is lost; the end follows.
    InDoubt(InDoubt),
    /// The terminal begins a sheet.
    SheetBegun(SheetBegun),
    /// A line of a sheet.
    Line(Line),
    /// A piece of the raw text of a journal sheet.
    JournalText(JournalText),
    /// A sheet is complete.
    SheetEnded(SheetEnded),
    /// The terminal asks the cashier; answer with OPI_INPUT_ANSWER.
    Question(Question),
    /// This question does not stand any more.
    QuestionWithdrawn(u32),
    /// The terminal answered an abort: 1 if it says that it took it. It never decides the outcome.
    AbortAnswered(u8),
    /// A total of a reconciliation.
    Total(Total),
    /// A brand that the terminal takes.
    CardCircuit(CardCircuit),
    /// A fact of the terminal's identity or state.
    Detail(Detail),
    /// A piece of the raw private data of an answer.
    PrivateText(Str),
    /// The terminal did something that it must not do.
    Fault(Fault),
    /// The operation ended.
    Finished(Finished),
    /// Something that this header does not know, and that may be passed over.
    Other,
}

fn number(given: Option<u16>) -> i32 {
    given.map_or(-1, i32::from)
}

fn id(request: Option<RequestId>) -> u32 {
    request.map_or(0, RequestId::get)
}

fn masked(pan: Option<&Pan>) -> [c_char; OPI_MASKED_CARD] {
    let mut text = [0; OPI_MASKED_CARD];
    if let Some(pan) = pan {
        // SAFETY: so much room is in the array, which nobody else looks at.
        unsafe { tell(pan, text.as_mut_ptr(), text.len()) };
    }
    text
}

impl From<&CoreFacts> for Facts {
    fn from(facts: &CoreFacts) -> Self {
        macro_rules! text {
            ($field:ident) => {
                Str::of_some(facts.$field.as_ref().map(|fact| fact.as_str()))
            };
        }
        Self {
            amount: facts.amount.into(),
            tip: facts.tip.into(),
            cash_back: facts.cash_back.into(),
            approval_code: text!(approval_code),
            masked_card_number: masked(facts.masked_card_number.as_ref()),
            card_circuit: text!(card_circuit),
            stan: text!(stan),
            terminal_id: text!(terminal_id),
            terminal_batch: text!(terminal_batch),
            trx_reference_number: text!(trx_reference_number),
            receipt_number: text!(receipt_number),
            time_stamp: text!(time_stamp),
            overall_result: text!(overall_result),
            host_decline_reason: text!(host_decline_reason),
            terminal_decline_reason: text!(terminal_decline_reason),
        }
    }
}

impl From<&CoreFinished> for Finished {
    fn from(finished: &CoreFinished) -> Self {
        Self {
            request_id: id(finished.request_id),
            outcome: finished.outcome.into(),
            reason: finished.reason.map_or(Reason::None, Reason::from),
            settled_by: finished.settled_by.into(),
            stored: finished.stored.into(),
            facts: (&finished.facts).into(),
        }
    }
}

impl From<&Sheet> for SheetBegun {
    fn from(sheet: &Sheet) -> Self {
        Self {
            sheet: sheet.id.0,
            purpose: sheet.purpose.into(),
            keep: sheet.purpose.must_be_kept().into(),
            request_id: id(sheet.request),
            target: Str::of(sheet.target.as_str()),
        }
    }
}

impl From<&CoreQuestion> for Question {
    fn from(question: &CoreQuestion) -> Self {
        Self {
            question: question.id.0,
            kind: question.kind.into(),
            sheet: question.sheet.map_or(0, |sheet| sheet.0),
            min_length: number(question.min_length),
            max_length: number(question.max_length),
            decimals: number(question.decimals),
            until: question.until.as_millis(),
        }
    }
}

impl From<&CoreTotal> for Total {
    fn from(total: &CoreTotal) -> Self {
        Self {
            amount: total.amount.into(),
            number_payments: total.number_payments.map_or(-1, i64::from),
            payment_type: Str::of_some(total.payment_type.as_ref().map(|text| text.as_str())),
            card_circuit: Str::of_some(total.card_circuit.as_ref().map(|text| text.as_str())),
            acquirer: Str::of_some(total.acquirer.as_ref().map(|text| text.as_str())),
        }
    }
}

/// Writes the record to the front of the buffer. Nothing if it has no room; it has by OPI_BUFFER_MIN.
fn encoded(record: &Record<'_>, buffer: &mut [u8]) -> Bytes {
    let length = journal::encode(record, buffer).unwrap_or(0);
    buffer.get(..length).filter(|record| !record.is_empty()).map_or(Bytes::NONE, Bytes::of)
}

fn line(sheet: SheetId, line: &CoreLine, buffer: &mut [u8]) -> Line {
    Line {
        sheet: sheet.0,
        text: Str::of(line.text.as_str()),
        row: number(line.row),
        column: number(line.column),
        menu_item: number(line.menu_item),
        alignment: line.alignment.into(),
        bold: line.bold.into(),
        double_width: line.double_width.into(),
        double_height: line.double_height.into(),
        paper_cut: line.paper_cut.into(),
        record: encoded(&Record::Line { sheet, line }, buffer),
    }
}

fn kind(record: &Record<'_>) -> (RecordKind, u32) {
    match record {
        Record::Intent(_) => (RecordKind::Intent, 0),
        Record::Sent { .. } => (RecordKind::Sent, 0),
        Record::Sheet { sheet, .. } => (RecordKind::Sheet, sheet.0),
        Record::Result(_) => (RecordKind::Result, 0),
        Record::Resolution(_) => (RecordKind::Resolution, 0),
        _ => (RecordKind::Other, 0),
    }
}

/// The output in the words of C. Records are written to the buffer, where a frame stands already.
pub(crate) fn output(core: CoreOutput<'_>, buffer: &mut [u8]) -> Output {
    match core {
        CoreOutput::Wait(wait) => {
            Output::Wait(Wait { until: wait.until.map_or(OPI_NEVER, |until| until.as_millis()), why: wait.why.into() })
        }
        CoreOutput::Listen => Output::Listen,
        CoreOutput::Connect(link) => Output::Connect(code(link)),
        CoreOutput::Send { link, length } => {
            let frame = buffer.get(..length).map_or(Bytes::NONE, Bytes::of);
            Output::Send(Send { link: code(link), frame })
        }
        CoreOutput::Close(link) => Output::Close(code(link)),
        CoreOutput::Persist(ticket, record) => {
            let (kind, sheet) = kind(&record);
            Output::Persist(Persist { ticket: ticket.0, kind, sheet, record: encoded(&record, buffer) })
        }
        CoreOutput::Event(event) => told(event, buffer),
        _ => Output::Other,
    }
}

fn told(event: Event<'_>, buffer: &mut [u8]) -> Output {
    match event {
        Event::Started { request_id, request_type } => {
            Output::Started(Started { request_id: request_id.get(), request_type: Str::of(request_type) })
        }
        Event::InDoubt { request_id, reason } => {
            Output::InDoubt(InDoubt { request_id: request_id.get(), reason: reason.into() })
        }
        Event::SheetBegun(sheet) => Output::SheetBegun(sheet.into()),
        Event::Line(sheet, text) => Output::Line(line(sheet, text, buffer)),
        Event::JournalText(sheet, text) => {
            let record = encoded(&Record::Text { sheet, text: Masked(text) }, buffer);
            Output::JournalText(JournalText { sheet: sheet.0, text: Str::of(text), record })
        }
        Event::SheetEnded { sheet, kept } => Output::SheetEnded(SheetEnded { sheet: sheet.0, kept: kept.into() }),
        Event::Question(question) => Output::Question(question.into()),
        Event::QuestionWithdrawn(question) => Output::QuestionWithdrawn(question.0),
        Event::AbortAnswered { accepted } => Output::AbortAnswered(accepted.into()),
        Event::Total(total) => Output::Total(total.into()),
        Event::CardCircuit { code, name } => {
            Output::CardCircuit(CardCircuit { code: Str::of(code), name: Str::of_some(name) })
        }
        Event::Detail { name, value } => Output::Detail(Detail { name: Str::of(name), value: Str::of(value) }),
        Event::PrivateText(text) => Output::PrivateText(Str::of(text)),
        Event::Fault(fault) => Output::Fault(Fault {
            link: code(fault.link),
            offset: fault.offset.map_or(-1, i64::from),
            what: Str::of(fault.what),
        }),
        Event::Finished(finished) => Output::Finished(finished.into()),
        _ => Output::Other,
    }
}
