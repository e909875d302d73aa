//! What an answer brings for paper and book: receipts and totals, told one line at a time before anything follows from
//! the answer. A receipt is stored before the end of its request is (I3).
//!
//! The answer stays in its memory while it is told, and is read again for each line: nothing of it is copied, and each
//! step is one reading of the answer.

use super::Session;
use crate::drive::Total;
use crate::journal::Ticket;
use crate::json::{Document, Limits, Mark, Str};
use crate::limits;
use crate::money::{Currency, Money};
use crate::nexo::additional::Form;
use crate::nexo::body::{OutputText, PaymentReceipt, RepeatedResponseMessageBody, TransactionTotals};
use crate::nexo::vocabulary::{
    Alignment, CharacterHeight, CharacterStyle, CharacterWidth, DocumentQualifier, OutputFormat,
};
use crate::nexo::{Body, Dialect, Direction, Envelope, List, Report, ResponseBody, Word};
use crate::proof::{Mistake, mistake};
use crate::receipt::{self, Copy, Line, Purpose, Sheet, SheetId};
use crate::session::table::Signal;
use crate::session::{Loan, Next};
use crate::text::Text;
use crate::time::{Deadline, Instant};

/// How far the telling of an answer is.
#[derive(Clone, Debug)]
pub(super) struct Telling {
    step: Step,
    /// Totals are told after the receipts.
    totals: bool,
    /// Nothing that had to be kept was not.
    all_kept: bool,
    brings_receipts: bool,
    /// What follows from the answer.
    then: Signal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A receipt is begun, by its place in the answer.
    Receipt(usize),
    /// A line of it is told, by its place in the receipt.
    Line { receipt: usize, line: usize, sheet: SheetId, purpose: Purpose },
    /// It is being stored.
    Keeping { receipt: usize, sheet: SheetId, ticket: Ticket, until: Instant },
    /// It is stored or not, which is to be told.
    Kept { receipt: usize, sheet: SheetId, kept: bool },
    /// A total is told, by the places of its brand and of itself.
    Total(usize, usize),
}

impl Telling {
    pub(super) const fn new(receipts: bool, totals: bool, then: Signal) -> Self {
        let step = if receipts { Step::Receipt(0) } else { Step::Total(0, 0) };
        Self { step, totals, all_kept: true, brings_receipts: receipts, then }
    }

    /// Until when nothing can be told: a sheet is being stored.
    pub(super) const fn until(&self) -> Deadline {
        match self.step {
            Step::Keeping { until, .. } => Deadline::at(until),
            _ => Deadline::NEVER,
        }
    }

    /// A sheet was stored or not; `false` if it is none of this answer.
    pub(super) fn sheet_stored(&mut self, stored: Ticket, well: bool) -> bool {
        match self.step {
            Step::Keeping { receipt, sheet, ticket, .. } if ticket == stored => {
                self.all_kept &= well;
                self.step = Step::Kept { receipt, sheet, kept: well };
                true
            }
            _ => false,
        }
    }

    /// Lets pass what ran out of time; whether anything did.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        match self.step {
            Step::Keeping { ticket, until, .. } if until <= now => self.sheet_stored(ticket, false),
            _ => false,
        }
    }
}

impl Session<'_> {
    /// Tells the next piece of the answer; `None` if the store is waited for, or all is told.
    pub(super) fn tell(&mut self) -> Option<Next> {
        loop {
            let telling = self.current.as_mut()?.telling.as_mut()?;
            match telling.step {
                Step::Receipt(receipt) => {
                    if let Some(next) = self.begin_sheet(receipt) {
                        return Some(next);
                    }
                }
                Step::Line { receipt, line, sheet, purpose } => return self.tell_line(receipt, line, sheet, purpose),
                Step::Keeping { .. } => return None,
                Step::Kept { receipt, sheet, kept } => {
                    telling.step = Step::Receipt(receipt.saturating_add(1));
                    return Some(Next::SheetEnded { sheet, kept });
                }
                Step::Total(brand, total) if telling.totals => {
                    if let Some(next) = self.tell_total(brand, total) {
                        return Some(next);
                    }
                }
                Step::Total(..) => return self.told(),
            }
        }
    }

    /// Everything is told: what follows from the answer, follows.
    fn told(&mut self) -> Option<Next> {
        let current = self.current.as_mut()?;
        let telling = current.telling.take()?;
        current.told |= telling.brings_receipts && telling.all_kept;
        self.request.give_up();
        self.progress.signal(telling.then);
        None
    }

    fn step(&mut self, step: Step) {
        if let Some(telling) = self.current.as_mut().and_then(|current| current.telling.as_mut()) {
            telling.step = step;
        }
    }

    fn begin_sheet(&mut self, receipt: usize) -> Option<Next> {
        let dialect = self.settings.dialect;
        let found = with_receipt(self.request.body(), dialect, receipt, |found| {
            let qualifier = found.document_qualifier;
            (purpose(qualifier.listed()), qualifier.text().copy_to().unwrap_or_default(), found.required_signature_flag)
        });
        let Some((purpose, target, signature)) = found.filter(|_| receipt < limits::RECEIPTS) else {
            self.step(Step::Total(0, 0));
            return None;
        };
        if signature == Some(true) {
            self.stash.detail("RequiredSignatureFlag", "true");
        }
        let id = self.progress.counters.sheet();
        let request = self.current.as_ref().map(|current| current.undertaking.request_id);
        self.stash.lend(Loan::Sheet(Sheet { id, purpose, request, target }));
        self.step(Step::Line { receipt, line: 0, sheet: id, purpose });
        Some(Next::SheetBegun)
    }

    fn tell_line(&mut self, receipt: usize, line: usize, sheet: SheetId, purpose: Purpose) -> Option<Next> {
        let dialect = self.settings.dialect;
        let found = with_receipt(self.request.body(), dialect, receipt, |found| {
            if found.output_content.output_format.is(OutputFormat::Xhtml) {
                return Piece::of_document(found.output_content.output_xhtml?.text(), line);
            }
            Piece::of_lines(found.output_content.output_text?, line)
        });
        match found.flatten().filter(|_| line < limits::LINES) {
            Some(Piece::Line(text, used)) => {
                self.stash.lend(Loan::Line(text));
                self.step(Step::Line { receipt, line: line.saturating_add(used), sheet, purpose });
                Some(Next::Line(sheet))
            }
            Some(Piece::Raw(text)) => {
                self.stash.lend(Loan::Text(text));
                self.step(Step::Line { receipt, line: line.saturating_add(1), sheet, purpose });
                Some(Next::JournalText(sheet))
            }
            None if mistake(Mistake::AcknowledgesBeforeStored) => {
                self.step(Step::Receipt(receipt.saturating_add(1)));
                Some(Next::SheetEnded { sheet, kept: true })
            }
            None => {
                let ticket = self.progress.counters.ticket();
                let until = self.progress.now.after(self.settings.timeouts.local);
                self.step(Step::Keeping { receipt, sheet, ticket, until });
                Some(Next::StoreSheet { ticket, sheet, purpose })
            }
        }
    }

    fn tell_total(&mut self, brand: usize, total: usize) -> Option<Next> {
        let dialect = self.settings.dialect;
        let found = with_totals(self.request.body(), dialect, |totals| {
            totals.iter().nth(brand).map(|of| told_total(&of, total))
        });
        match found.flatten().filter(|_| brand < limits::RECONCILIATION_LINES) {
            Some(Some(told)) if total < limits::RECONCILIATION_LINES => {
                self.stash.lend(Loan::Total(told));
                self.step(Step::Total(brand, total.saturating_add(1)));
                Some(Next::Total)
            }
            Some(_) => {
                self.step(Step::Total(brand.saturating_add(1), 0));
                None
            }
            None => {
                if let Some(telling) = self.current.as_mut().and_then(|current| current.telling.as_mut()) {
                    telling.totals = false;
                }
                None
            }
        }
    }
}

/// A piece of a receipt.
#[allow(clippy::large_enum_variant)] // Made once, and taken apart at once.
enum Piece {
    /// A line, made of so many texts.
    Line(Line, usize),
    /// A piece of a document in base64.
    Raw(Text<{ limits::STEP_TEXT }>),
}

impl Piece {
    fn of_document(text: Str<'_>, piece: usize) -> Option<Self> {
        let mut raw = Text::new();
        for character in text.chars().skip(piece.saturating_mul(limits::STEP)).take(limits::STEP) {
            raw.append(character.encode_utf8(&mut [0; 4]));
        }
        (!raw.is_empty()).then_some(Self::Raw(raw))
    }

    /// Texts up to the one that ends the line.
    fn of_lines(texts: List<'_, OutputText<'_>>, from: usize) -> Option<Self> {
        let (mut line, mut used) = (Line::default(), 0usize);
        for text in texts.iter().skip(from) {
            if used == 0 {
                line = styled(&text);
            }
            append(&mut line.text, text.text);
            used = used.saturating_add(1);
            if text.end_of_line_flag.unwrap_or(true) {
                break;
            }
        }
        (used > 0).then_some(Self::Line(line, used))
    }
}

fn styled(text: &OutputText<'_>) -> Line {
    let place = |number: Option<u32>| number.and_then(|number| u16::try_from(number).ok());
    let is_set = |set: Option<bool>| set.unwrap_or(false);
    Line {
        row: place(text.start_row),
        column: place(text.start_column).map(|column| column.saturating_sub(1)).filter(|column| *column > 0),
        alignment: match text.alignment.and_then(Word::listed) {
            Some(Alignment::Centred) => receipt::Alignment::Center,
            Some(Alignment::Right) => receipt::Alignment::Right,
            _ => receipt::Alignment::Left,
        },
        bold: is_set(text.character_style.map(|style| style.is(CharacterStyle::Bold))),
        double_width: is_set(text.character_width.map(|width| width.is(CharacterWidth::DoubleWidth))),
        double_height: is_set(text.character_height.map(|height| height.is(CharacterHeight::DoubleHeight))),
        ..Line::default()
    }
}

/// Adds a text as it is read. Receipts of Adyen have forms, `name=Total&value=10.99&key=totalAmount`: the name and the
/// value are what is printed.
fn append(line: &mut Text<{ limits::TEXT_LINE }>, text: Str<'_>) {
    let raw: Text<{ limits::NEXO_REMARK }> = text.cut_to();
    let form = Form::read(raw.as_str());
    let parts = form
        .map(|form| (form.get("name"), form.get("value")))
        .filter(|(name, value)| name.is_some() || value.is_some());
    let Some((name, value)) = parts else {
        line.append(raw.as_str());
        if raw.is_cut() {
            line.mark_cut();
        }
        return;
    };
    let mut any = false;
    for part in [name, value].into_iter().flatten() {
        for (place, character) in part.chars().enumerate() {
            if place == 0 && any {
                line.append(" ");
            }
            any = true;
            line.append(character.encode_utf8(&mut [0; 4]));
        }
    }
}

const fn purpose(qualifier: Option<DocumentQualifier>) -> Purpose {
    match qualifier {
        Some(DocumentQualifier::CashierReceipt) => Purpose::Receipt(Copy::Merchant),
        Some(DocumentQualifier::Journal) => Purpose::Journal,
        // Receipts of the sale, vouchers and documents go to the customer, and so does what nobody lists.
        _ => Purpose::Receipt(Copy::Customer),
    }
}

fn told_total(of: &TransactionTotals<'_>, place: usize) -> Option<Total> {
    let total = of.payment_totals?.iter().nth(place)?;
    let currency = of.payment_currency.and_then(|code| Currency::new(code.copy_to::<3>().ok()?.as_str()).ok());
    Some(Total {
        amount: currency.and_then(|currency| Money::from_decimal(total.transaction_amount.decimal(), currency).ok()),
        number_payments: Some(total.transaction_count),
        payment_type: Some(total.transaction_type.text().cut_to()),
        card_circuit: of.card_brand.map(Str::cut_to),
        acquirer: of.acquirer_id.map(|acquirer| acquirer.text().cut_to()),
    })
}

fn with_body<T>(
    answer: &[u8],
    dialect: &'static Dialect,
    see: impl FnOnce(&ResponseBody<'_>) -> Option<T>,
) -> Option<T> {
    let mut marks = [Mark::NONE; limits::NEXO_MARKS];
    let document = Document::parse_marked(answer, Limits::default(), &mut marks).ok()?;
    let mut report = Report::new();
    let envelope = Envelope::read(document, Direction::Response, dialect, &mut report)?;
    match envelope.body(&mut report)? {
        Body::Response(body) => see(&body),
        _ => None,
    }
}

fn with_receipt<T>(
    answer: &[u8],
    dialect: &'static Dialect,
    place: usize,
    see: impl FnOnce(&PaymentReceipt<'_>) -> T,
) -> Option<T> {
    with_body(answer, dialect, |body| {
        let receipts = match body {
            ResponseBody::Payment(body) => body.payment_receipt,
            ResponseBody::Reversal(body) => body.payment_receipt,
            ResponseBody::TransactionStatus(body) => match &body.repeated_message_response.as_ref()?.body {
                RepeatedResponseMessageBody::Payment(body) => body.payment_receipt,
                RepeatedResponseMessageBody::Reversal(body) => body.payment_receipt,
                _ => None,
            },
            _ => None,
        };
        receipts?.iter().nth(place).map(|receipt| see(&receipt))
    })
}

fn with_totals<T>(
    answer: &[u8],
    dialect: &'static Dialect,
    see: impl FnOnce(List<'_, TransactionTotals<'_>>) -> T,
) -> Option<T> {
    with_body(answer, dialect, |body| {
        let totals = match body {
            ResponseBody::GetTotals(body) => body.transaction_totals,
            ResponseBody::Reconciliation(body) => body.transaction_totals,
            _ => None,
        };
        totals.map(see)
    })
}
