//! The body of each kind of record: its fields, in this order.

use super::field::{Field, In, Out, put_long, read_long, read_verbatim, verbatim};
use super::{Brief, Entry, Intent, Record, Resolution, Settled};
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

/// What is large: read to where it stays.
trait Fields {
    /// Bytes at most.
    const MOST: usize;
    fn put(&self, out: &mut Out<'_>);
    fn read(&mut self, from: &mut In<'_>);
}

/// A struct as its fields, in the order written here.
macro_rules! fields {
    ($name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl Fields for $name {
            const MOST: usize = 0 $(+ <$type>::MOST)+;
            #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
            fn put(&self, out: &mut Out<'_>) {
                $(self.$field.put(out);)+
            }
            #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
            fn read(&mut self, from: &mut In<'_>) {
                $(self.$field.read(from);)+
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
});

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

impl Fields for Resolution {
    const MOST: usize =
        RequestId::MOST + Outcome::MOST + SettledBy::MOST + Text::<{ limits::NOTE }>::MOST + Facts::MOST;
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn put(&self, out: &mut Out<'_>) {
        self.request_id.put(out);
        self.outcome.put(out);
        self.by.put(out);
        self.note.put(out);
        self.facts.put(out);
    }
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read(&mut self, from: &mut In<'_>) {
        self.request_id.read(from);
        self.outcome.read(from);
        self.by.read(from);
        self.note.read(from);
        self.facts.read(from);
        self.charged = matches!(self.outcome, Outcome::Approved);
    }
}

/// Its text is not masked: it is what was printed.
impl Fields for Line {
    const MOST: usize = verbatim(limits::TEXT_LINE) + 3 * Option::<u16>::MOST + Alignment::MOST + 4 * bool::MOST;
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
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
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read(&mut self, from: &mut In<'_>) {
        read_verbatim(&mut self.text, from);
        self.row.read(from);
        self.column.read(from);
        self.alignment.read(from);
        for flag in [&mut self.bold, &mut self.double_width, &mut self.double_height, &mut self.paper_cut] {
            flag.read(from);
        }
        self.menu_item.read(from);
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

/// Reads a body to where it stays. What a flaw leaves there is not to be used.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(super) fn read(entry: &mut Entry, kind: u8, body: &[u8]) -> Result<(), Flaw> {
    blank(entry, kind)?;
    let from = &mut In::new(body);
    let mut in_order = true;
    match entry {
        Entry::Block { first, last } => {
            first.read(from);
            last.read(from);
            in_order = first <= last;
        }
        Entry::Intent(intent) => intent.read(from),
        Entry::Sent { request_id } => request_id.read(from),
        Entry::Line { sheet, line } => {
            sheet.read(from);
            line.read(from);
        }
        Entry::Text { sheet, text } => {
            sheet.read(from);
            read_long(text, from);
        }
        Entry::Sheet { sheet, purpose, request, reference } => {
            sheet.read(from);
            purpose.read(from);
            request.read(from);
            reference.read(from);
        }
        Entry::Result(finished) => finished.read(from),
        Entry::Resolution(resolution) => resolution.read(from),
        Entry::Settled(settled) => settled.read(from),
    }
    if in_order && from.is_whole() { Ok(()) } else { Err(Flaw::Unreadable) }
}

/// What a body is about: the fields that stand first.
pub(super) fn brief(kind: u8, body: &[u8]) -> Result<Brief, Flaw> {
    let from = &mut In::new(body);
    let brief = match kind {
        kind::LINE | kind::TEXT => SheetId::take(from).map(Brief::Piece),
        kind::SHEET => SheetId::take(from).and_then(|sheet| {
            Purpose::take(from)?;
            Some(Brief::Sheet { sheet, request: Field::take(from)? })
        }),
        kind::BLOCK..=kind::SETTLED => Some(Brief::Other),
        _ => return Err(Flaw::Unlisted),
    };
    brief.ok_or(Flaw::Unreadable)
}

/// Makes it an entry of this kind, to be read into.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn blank(entry: &mut Entry, kind: u8) -> Result<(), Flaw> {
    let (sheet, request_id) = (SheetId(0), RequestId::FIRST);
    *entry = match kind {
        kind::BLOCK => Entry::Block { first: request_id, last: request_id },
        kind::INTENT => Entry::Intent(Intent {
            request_id,
            workstation_id: Id::default(),
            request_type: Id::default(),
            amount: None,
            reference: None,
            at: WallTime::new(0, 0),
        }),
        kind::SENT => Entry::Sent { request_id },
        kind::LINE => Entry::Line { sheet, line: Line::default() },
        kind::TEXT => Entry::Text { sheet, text: Text::new() },
        kind::SHEET => Entry::Sheet { sheet, purpose: Purpose::Journal, request: None, reference: None },
        kind::RESULT => Entry::Result(Finished {
            request_id: None,
            outcome: Outcome::Unknown,
            reason: None,
            settled_by: SettledBy::Answer,
            facts: Facts::default(),
            stored: true,
        }),
        kind::RESOLUTION => Entry::Resolution(Resolution::new(request_id, Outcome::Unknown, SettledBy::Person)),
        kind::SETTLED => Entry::Settled(Settled {
            request_id,
            trx_reference_number: None,
            approval_code: None,
            receipt_number: None,
            reference: None,
        }),
        _ => return Err(Flaw::Unlisted),
    };
    Ok(())
}
