//! What comes piece by piece and is told at once: lines of receipts and prompts, totals. Kept as one JSON array in memory
//! lent by the caller, so that it can be read and copied as it stands.

use core::fmt;

use heapless::Vec;

use super::settings::ReceiptLines;
use crate::drive::Total;
use crate::json::{Array, Document, Limits, Value, Writer};
use crate::limits;
use crate::nexo::additional::Encoded;
use crate::nexo::body::{OutputContent, OutputText, PaymentReceipt, PaymentTotals, TransactionTotals};
use crate::nexo::vocabulary::{
    Alignment, CharacterHeight, CharacterStyle, CharacterWidth, DocumentQualifier, OutputFormat, PaymentInstrumentType,
    TransactionType,
};
use crate::nexo::{Amount, Category, Dialect, Direction, Field, List};
use crate::receipt::{self, Copy, Line, SheetId};

/// One JSON array that grows.
pub(super) struct Gathered<'m> {
    memory: &'m mut [u8],
    length: usize,
    sheets: Vec<Place, { limits::OPEN_SHEETS }>,
    /// Something had no room.
    cut: bool,
}

/// A sheet whose lines come in.
#[derive(Clone, Copy)]
struct Place {
    sheet: SheetId,
    /// Where its next line goes.
    next: usize,
    any: bool,
}

impl<'m> Gathered<'m> {
    pub(super) fn new(memory: &'m mut [u8]) -> Self {
        let mut new = Self { memory, length: 0, sheets: Vec::new(), cut: false };
        new.clear();
        new
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.sheets.clear();
        self.cut = false;
        self.length = 0;
        if let Some(empty) = self.memory.get_mut(..2) {
            empty.copy_from_slice(b"[]");
            self.length = 2;
        }
    }

    /// Whether something had no room.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether nothing is there.
    pub(super) const fn is_empty(&self) -> bool {
        self.length <= 2
    }

    /// What was gathered.
    pub(super) fn array(&self) -> Option<Array<'_>> {
        let bounds = Limits { bytes: usize::MAX, ..Limits::default() };
        let document = Document::parse_within(self.memory.get(..self.length)?, bounds).ok()?;
        document.root().array()
    }

    /// The body in the message that an application gave.
    pub(super) fn responded(&self, category: Category) -> Option<Value<'_>> {
        let message = self.array()?.into_iter().next()?;
        message.object()?.get(Direction::Response.envelope())?.object()?.get(category.response_body())
    }

    /// A receipt begins.
    pub(super) fn begin(&mut self, sheet: SheetId, copy: Copy, dialect: &'static Dialect) {
        let qualifier = match copy {
            Copy::Customer => DocumentQualifier::CustomerReceipt,
            Copy::Merchant => DocumentQualifier::CashierReceipt,
        };
        let lines: &[OutputText<'_>] = &[];
        let content =
            OutputContent { output_text: Some(lines.into()), ..OutputContent::new(OutputFormat::Text.into()) };
        let receipt =
            PaymentReceipt { required_signature_flag: Some(false), ..PaymentReceipt::new(qualifier.into(), content) };
        let Some((from, length)) = self.append(|out| receipt.write(out, dialect)) else { return };
        // The only empty array in it is that of the lines.
        let place = self.memory.get(from..from.saturating_add(length)).and_then(|text| {
            text.windows(2).position(|pair| pair == b"[]").map(|place| place.saturating_add(from).saturating_add(1))
        });
        if let Some(next) = place {
            // A sheet too many gets no lines.
            self.cut |= self.sheets.push(Place { sheet, next, any: false }).is_err();
        }
    }

    /// A line of a receipt that began.
    pub(super) fn line(&mut self, sheet: SheetId, line: &Line, form: ReceiptLines, dialect: &'static Dialect) {
        let Some(index) = self.sheets.iter().position(|place| place.sheet == sheet) else { return };
        let Some(place) = self.sheets.get(index).copied() else { return };
        let length = self.insert(place.next, place.any, |out| match form {
            ReceiptLines::Plain => output_text(line, line.text.as_str().into(), out, dialect),
            ReceiptLines::Pairs => {
                let mut text = heapless::String::<{ 5 + 3 * limits::TEXT_LINE }>::new();
                // Every byte becomes three at most.
                _ = fmt::Write::write_fmt(&mut text, format_args!("name={}", Encoded(line.text.as_str())));
                output_text(line, text.as_str().into(), out, dialect);
            }
        });
        let Some(length) = length else { return };
        for other in self.sheets.iter_mut().filter(|other| other.next >= place.next) {
            other.next = other.next.saturating_add(length);
        }
        if let Some(place) = self.sheets.get_mut(index) {
            place.any = true;
        }
    }

    /// No more lines of this one.
    pub(super) fn end(&mut self, sheet: SheetId) {
        self.sheets.retain(|place| place.sheet != sheet);
    }

    /// A total.
    pub(super) fn total(&mut self, total: &Total, dialect: &'static Dialect) {
        let Some(amount) = total.amount else { return };
        let Some(value) = Amount::new(amount.decimal()) else { return };
        let credit = total.payment_type.as_ref().is_some_and(|word| word.as_str() == "Credit");
        let of = if credit { TransactionType::Credit } else { TransactionType::Debit };
        let sums = [PaymentTotals::new(of.into(), total.number_payments.unwrap_or(0), value)];
        let currency = amount.currency();
        let totals = TransactionTotals {
            acquirer_id: total.acquirer.as_ref().map(|acquirer| acquirer.as_str().into()),
            card_brand: total.card_circuit.as_ref().map(|brand| brand.as_str().into()),
            payment_currency: Some(currency.code().into()),
            payment_totals: Some(List::from(&sums)),
            ..TransactionTotals::new(PaymentInstrumentType::Card.into())
        };
        _ = self.append(|out| totals.write(out, dialect));
    }

    /// A message that an application gave, alone.
    pub(super) fn keep(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> bool {
        self.clear();
        self.append(write).is_some()
    }

    /// Adds an element; where it stands, and its length.
    fn append(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> Option<(usize, usize)> {
        let any = !self.is_empty();
        let from = self.length.saturating_sub(1);
        let length = self.insert(from, any, write)?;
        Some((from, length))
    }

    /// Puts an element in, behind others if there are `any`; how much longer it became.
    fn insert(&mut self, at: usize, any: bool, write: impl FnOnce(&mut Writer<'_>)) -> Option<usize> {
        // Written behind everything, then moved into its place.
        let inserted = self.write_behind(any, write);
        self.cut |= inserted.is_none();
        let length = inserted?;
        let end = self.length.saturating_add(length);
        let moved = self.memory.get_mut(at..end)?;
        // Turned around as a whole and then in both parts: the last `length` bytes come to the front.
        moved.reverse();
        let (inserted, behind) = moved.split_at_mut_checked(length)?;
        inserted.reverse();
        behind.reverse();
        self.length = end;
        Some(length)
    }

    fn write_behind(&mut self, comma: bool, write: impl FnOnce(&mut Writer<'_>)) -> Option<usize> {
        let mut room = self.memory.get_mut(self.length..)?;
        if comma {
            let (mark, rest) = room.split_first_mut()?;
            *mark = b',';
            room = rest;
        }
        let mut out = Writer::new(room);
        write(&mut out);
        Some(out.finish().ok()?.saturating_add(usize::from(comma)))
    }
}

fn output_text(line: &Line, text: crate::json::Str<'_>, out: &mut Writer<'_>, dialect: &'static Dialect) {
    let alignment = match line.alignment {
        receipt::Alignment::Left => None,
        receipt::Alignment::Center => Some(Alignment::Centred),
        receipt::Alignment::Right => Some(Alignment::Right),
    };
    let text = OutputText {
        character_style: line.bold.then_some(CharacterStyle::Bold.into()),
        character_width: line.double_width.then_some(CharacterWidth::DoubleWidth.into()),
        character_height: line.double_height.then_some(CharacterHeight::DoubleHeight.into()),
        alignment: alignment.map(Into::into),
        end_of_line_flag: Some(true),
        ..OutputText::new(text)
    };
    text.write(out, dialect);
}
