//! The body of each kind of record: its fields, in this order.

use super::field::{Field, In, Out, Verbatim, put_long, take_long};
use super::{Entry, Intent, Record, Resolution, Settled};
use crate::id::{Id, Reference, RequestId};
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use crate::receipt::{Alignment, Line, Purpose, SheetId};
use crate::secret::Pan;
use crate::text::Text;
use crate::time::WallTime;

/// The numbers of the kinds. A number, once given, stays with its kind.
mod kind {
    pub(super) const BLOCK: u8 = 1;
    pub(super) const INTENT: u8 = 2;
    pub(super) const SENT: u8 = 3;
    pub(super) const LINE: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    pub(super) const SHEET: u8 = 6;
    pub(super) const RESULT: u8 = 7;
    pub(super) const RESOLUTION: u8 = 8;
    pub(super) const SETTLED: u8 = 9;
}

/// A struct as its fields, in the order written here.
macro_rules! fields {
    ($name:ident { $($field:ident: $type:ty),+ $(,)? } $($rest:ident: $value:expr)?) => {
        impl Field for $name {
            const MOST: usize = 0 $(+ <$type as Field>::MOST)+;
            fn put(&self, out: &mut Out<'_>) {
                $(<$type as Field>::put(&self.$field, out);)+
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                Some(Self { $($field: <$type as Field>::take(from)?,)+ $($rest: $value)? })
            }
        }
    };
}

fields!(Intent {
    request_id: RequestId,
    workstation_id: Id<{ limits::WORKSTATION_ID }>,
    request_type: Id<{ limits::VOCABULARY }>,
    amount: Option<Money>,
    reference: Option<Reference>,
    at: WallTime,
});

fields!(Finished {
    request_id: Option<RequestId>,
    outcome: Outcome,
    reason: Option<Reason>,
    settled_by: SettledBy,
    facts: Facts,
} stored: true);

fields!(Facts {
    amount: Option<Money>,
    tip: Option<Money>,
    cash_back: Option<Money>,
    approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    masked_card_number: Option<Pan>,
    card_circuit: Option<Text<{ limits::VOCABULARY }>>,
    stan: Option<Id<{ limits::NUMBER_ID }>>,
    terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    terminal_batch: Option<Id<{ limits::NUMBER_ID }>>,
    trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    receipt_number: Option<Id<{ limits::LONG_ID }>>,
    time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
    overall_result: Option<Id<{ limits::VOCABULARY }>>,
    host_decline_reason: Option<Id<{ limits::NUMBER_ID }>>,
    terminal_decline_reason: Option<Id<{ limits::NUMBER_ID }>>,
});

fields!(Settled {
    request_id: RequestId,
    trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    receipt_number: Option<Id<{ limits::LONG_ID }>>,
    reference: Option<Seen>,
});

impl Field for Resolution {
    const MOST: usize =
        RequestId::MOST + Outcome::MOST + SettledBy::MOST + Text::<{ limits::NOTE }>::MOST + Facts::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.request_id.put(out);
        self.outcome.put(out);
        self.by.put(out);
        self.note.put(out);
        self.facts.put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let new = Self::new(Field::take(from)?, Field::take(from)?, Field::take(from)?);
        Some(Self { note: Field::take(from)?, facts: Field::take(from)?, ..new })
    }
}

/// Its text is not masked: it is what was printed.
impl Field for Line {
    const MOST: usize =
        Verbatim::<{ limits::TEXT_LINE }>::MOST + 3 * Option::<u16>::MOST + Alignment::MOST + 4 * bool::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.text.is_cut().put(out);
        put_long(self.text.as_str(), out);
        self.row.put(out);
        self.column.put(out);
        self.alignment.put(out);
        for flag in [self.bold, self.double_width, self.double_height, self.paper_cut] {
            flag.put(out);
        }
        self.menu_item.put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Some(Self {
            text: Verbatim::take(from)?.0,
            row: Field::take(from)?,
            column: Field::take(from)?,
            alignment: Field::take(from)?,
            bold: Field::take(from)?,
            double_width: Field::take(from)?,
            double_height: Field::take(from)?,
            paper_cut: Field::take(from)?,
            menu_item: Field::take(from)?,
        })
    }
}

/// What names a transaction on its receipt.
type Seen = Id<{ limits::LONG_ID }>;

/// The most bytes of a body, of whatever kind.
pub(super) const MOST: usize = {
    let kinds = [
        2 * RequestId::MOST,
        Intent::MOST,
        RequestId::MOST,
        SheetId::MOST + Line::MOST,
        SheetId::MOST + u16::MOST + limits::STEP_TEXT,
        SheetId::MOST + Purpose::MOST + Option::<RequestId>::MOST + Option::<Seen>::MOST,
        Finished::MOST,
        Resolution::MOST,
        Settled::MOST,
    ];
    let (mut most, mut at) = (0, 0);
    while at < kinds.len() {
        if kinds[at] > most {
            most = kinds[at];
        }
        at += 1;
    }
    most
};

/// Bytes of a block's body.
pub(super) const BLOCK: usize = 2 * RequestId::MOST;

/// Writes the body; its kind, and how long it is. `None` if it has no room or a text is too long.
pub(super) fn put(record: &Record<'_>, to: &mut [u8]) -> Option<(u8, usize)> {
    let mut out = Out::new(to);
    let kind = match record {
        Record::Block { first, last } => {
            first.put(&mut out);
            last.put(&mut out);
            kind::BLOCK
        }
        Record::Intent(intent) => {
            intent.put(&mut out);
            kind::INTENT
        }
        Record::Sent { request_id } => {
            request_id.put(&mut out);
            kind::SENT
        }
        Record::Line { sheet, line } => {
            sheet.put(&mut out);
            line.put(&mut out);
            kind::LINE
        }
        Record::Text { sheet, text } => {
            if text.0.len() > limits::STEP_TEXT {
                return None;
            }
            sheet.put(&mut out);
            put_long(text.0, &mut out);
            kind::TEXT
        }
        Record::Sheet { sheet, purpose, request, reference } => {
            sheet.put(&mut out);
            purpose.put(&mut out);
            request.put(&mut out);
            reference.cloned().put(&mut out);
            kind::SHEET
        }
        Record::Result(finished) => {
            finished.put(&mut out);
            kind::RESULT
        }
        Record::Resolution(resolution) => {
            resolution.put(&mut out);
            kind::RESOLUTION
        }
        Record::Settled(settled) => {
            settled.put(&mut out);
            kind::SETTLED
        }
    };
    out.end().map(|length| (kind, length))
}

/// Why a body is no entry.
pub(super) enum Flaw {
    /// A kind that is not known.
    Unlisted,
    /// Not what [`put`] writes.
    Unreadable,
}

pub(super) fn take(kind: u8, body: &[u8]) -> Result<Entry, Flaw> {
    let mut from = In(body);
    let entry = match kind {
        kind::BLOCK => block(&mut from),
        kind::INTENT => Intent::take(&mut from).map(Entry::Intent),
        kind::SENT => RequestId::take(&mut from).map(|request_id| Entry::Sent { request_id }),
        kind::LINE => line(&mut from),
        kind::TEXT => text(&mut from),
        kind::SHEET => sheet(&mut from),
        kind::RESULT => Finished::take(&mut from).map(Entry::Result),
        kind::RESOLUTION => Resolution::take(&mut from).map(Entry::Resolution),
        kind::SETTLED => Settled::take(&mut from).map(Entry::Settled),
        _ => return Err(Flaw::Unlisted),
    };
    entry.filter(|_| from.0.is_empty()).ok_or(Flaw::Unreadable)
}

fn block(from: &mut In<'_>) -> Option<Entry> {
    let (first, last) = (RequestId::take(from)?, RequestId::take(from)?);
    (first <= last).then_some(Entry::Block { first, last })
}

fn line(from: &mut In<'_>) -> Option<Entry> {
    Some(Entry::Line { sheet: Field::take(from)?, line: Field::take(from)? })
}

fn text(from: &mut In<'_>) -> Option<Entry> {
    Some(Entry::Text { sheet: Field::take(from)?, text: take_long(from)? })
}

fn sheet(from: &mut In<'_>) -> Option<Entry> {
    Some(Entry::Sheet {
        sheet: Field::take(from)?,
        purpose: Field::take(from)?,
        request: Field::take(from)?,
        reference: Field::take(from)?,
    })
}
