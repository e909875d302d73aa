//! The facts a journal holds.

use crate::id::{Id, Reference, RequestId};
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use crate::receipt::{Line, Purpose, SheetId};
use crate::secret::Masked;
use crate::text::{Text, parted};
use crate::time::WallTime;

/// Names one storing; confirmations carry it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Ticket(pub u32);

/// One fact to be stored, lent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "record", rename_all = "snake_case", rename_all_fields = "camelCase"))]
#[non_exhaustive]
pub enum Record<'a> {
    /// Request numbers reserved ahead: none is used before this is confirmed stored, so none is used twice (I5). A
    /// block has at most [`limits::REQUEST_BLOCK`] numbers.
    Block {
        /// The first number.
        first: RequestId,
        /// The last number, not before the first.
        last: RequestId,
    },
    /// A request that may move money is about to be sent.
    Intent(&'a Intent),
    /// The whole frame of a request was handed to the transport. Its absence proves nothing: the power may have gone
    /// between the sending and the storing.
    Sent {
        /// The request.
        request_id: RequestId,
    },
    /// A line of a sheet as it passes, in the order of the wire.
    Line {
        /// Which sheet.
        sheet: SheetId,
        /// The line.
        line: &'a Line,
    },
    /// A piece of the raw text of a journal sheet as it passes: at most [`limits::STEP_TEXT`] bytes.
    Text {
        /// Which sheet.
        sheet: SheetId,
        /// The piece. Shown masked, stored as it is.
        text: Masked<'a>,
    },
    /// A sheet came in whole: its lines and its text stand before this.
    Sheet {
        /// Which sheet.
        sheet: SheetId,
        /// What it is for.
        purpose: Purpose,
        /// The request it belongs to.
        request: Option<RequestId>,
        /// Approval code or transaction reference that sheets of this request showed so far.
        reference: Option<&'a Id<{ limits::LONG_ID }>>,
    },
    /// How a request that may move money ended.
    Result(&'a Finished),
    /// How a request whose result was unknown was settled.
    Resolution(&'a Resolution),
    /// What names the transaction settled last: said again at the beginning of a file, whose earlier ones may be gone.
    Settled(&'a Settled),
}

/// One fact as a journal gives it back: a [`Record`] that owns what it holds.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "record", rename_all = "snake_case", rename_all_fields = "camelCase"))]
#[non_exhaustive]
pub enum Entry {
    /// See [`Record::Block`].
    Block {
        /// The first number.
        first: RequestId,
        /// The last number.
        last: RequestId,
    },
    /// See [`Record::Intent`].
    Intent(Intent),
    /// See [`Record::Sent`].
    Sent {
        /// The request.
        request_id: RequestId,
    },
    /// See [`Record::Line`].
    Line {
        /// Which sheet.
        sheet: SheetId,
        /// The line.
        line: Line,
    },
    /// See [`Record::Text`].
    Text {
        /// Which sheet.
        sheet: SheetId,
        /// The piece.
        text: Text<{ limits::STEP_TEXT }>,
    },
    /// See [`Record::Sheet`].
    Sheet {
        /// Which sheet.
        sheet: SheetId,
        /// What it is for.
        purpose: Purpose,
        /// The request it belongs to.
        request: Option<RequestId>,
        /// Approval code or transaction reference that sheets of this request showed so far.
        reference: Option<Id<{ limits::LONG_ID }>>,
    },
    /// See [`Record::Result`]. What is read back was stored, so [`Finished::stored`] is set.
    Result(Finished),
    /// See [`Record::Resolution`].
    Resolution(Resolution),
    /// See [`Record::Settled`].
    Settled(Settled),
}

impl Entry {
    /// The same fact, lent.
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        match self {
            Self::Block { first, last } => Record::Block { first: *first, last: *last },
            Self::Intent(intent) => Record::Intent(intent),
            Self::Sent { request_id } => Record::Sent { request_id: *request_id },
            Self::Line { sheet, line } => Record::Line { sheet: *sheet, line },
            Self::Text { sheet, text } => Record::Text { sheet: *sheet, text: Masked(text.as_str()) },
            Self::Sheet { sheet, purpose, request, reference } => {
                let reference = reference.as_ref();
                Record::Sheet { sheet: *sheet, purpose: *purpose, request: *request, reference }
            }
            Self::Result(finished) => Record::Result(finished),
            Self::Resolution(resolution) => Record::Resolution(resolution),
            Self::Settled(settled) => Record::Settled(settled),
        }
    }
}

/// A request that may move money, before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Intent {
    /// Its number.
    pub request_id: RequestId,
    /// The lane.
    pub workstation_id: Id<{ limits::WORKSTATION_ID }>,
    /// The request type as it goes on the wire, and perhaps the terminal: see [`type_and_terminal`].
    pub request_type: Id<{ limits::VOCABULARY }>,
    /// The amount asked for.
    pub amount: Option<Money>,
    /// The merchant's reference.
    pub reference: Option<Reference>,
    /// When it was asked for.
    #[cfg_attr(feature = "serde", serde(serialize_with = "stamp"))]
    pub at: WallTime,
}

#[cfg(feature = "serde")]
fn stamp<S: serde::Serializer>(at: &WallTime, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&at.with_zone())
}

/// How a request whose result was unknown was settled, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Resolution {
    /// The request.
    pub request_id: RequestId,
    /// [`Approved`](Outcome::Approved), [`Declined`](Outcome::Declined) or [`Aborted`](Outcome::Aborted); anything
    /// else settles nothing.
    pub outcome: Outcome,
    /// What settled it.
    pub by: SettledBy,
    /// Whether the money moved: so exactly if the outcome is `Approved`. Not stored, but told from it.
    pub charged: bool,
    /// What a person wrote about it. Card numbers in it are stored masked (I12).
    pub note: Text<{ limits::NOTE }>,
    /// What was learned of the transaction; empty if nothing was.
    pub facts: Facts,
}

impl Resolution {
    /// A settlement without facts and without a note.
    #[must_use]
    pub fn new(request_id: RequestId, outcome: Outcome, by: SettledBy) -> Self {
        let charged = matches!(outcome, Outcome::Approved);
        Self { request_id, outcome, by, charged, note: Text::new(), facts: Facts::default() }
    }

    /// What a person decided, and wrote about it: at most [`limits::NOTE`] bytes of it are kept.
    #[must_use]
    pub fn by_person(request_id: RequestId, charged: bool, note: &str) -> Self {
        let outcome = if charged { Outcome::Approved } else { Outcome::Declined };
        Self { note: Text::from_cut(note), ..Self::new(request_id, outcome, SettledBy::Person) }
    }
}

/// The request type as a journal keeps it, as what went on the wire and the terminal that it went to. OPI does not name a
/// terminal; at the Terminal API its `POIID` stands behind an `@`, if there is room for it.
#[must_use]
pub fn type_and_terminal(request_type: &str) -> (&str, Option<&str>) {
    parted(request_type, b'@').map_or((request_type, None), |(word, terminal)| (word, Some(terminal)))
}

/// A request whose result is unknown. It blocks the lane (I6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Unresolved {
    /// The request.
    pub request_id: RequestId,
    /// The request type as it went on the wire, and perhaps the terminal: see [`type_and_terminal`].
    pub request_type: Id<{ limits::VOCABULARY }>,
    /// The amount asked for.
    pub amount: Option<Money>,
    /// When it was asked for.
    #[cfg_attr(feature = "serde", serde(serialize_with = "stamp"))]
    pub at: WallTime,
    /// Approval code or transaction reference that a receipt of it already showed.
    pub reference: Option<Id<{ limits::LONG_ID }>>,
    /// Why its result is unknown.
    pub reason: Option<Reason>,
    /// Whether more requests of the lane are unresolved: a receipt may then be that of one of them.
    pub others: bool,
}

/// What names the last transaction of a lane that was charged, or may have been, and is settled. No receipt of it
/// belongs to another request, however much alike the two are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Settled {
    /// The request.
    pub request_id: RequestId,
    /// Reference of the transaction.
    pub trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    /// Approval code.
    pub approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    /// Receipt number.
    pub receipt_number: Option<Id<{ limits::LONG_ID }>>,
    /// Approval code or transaction reference that its receipts showed.
    pub reference: Option<Id<{ limits::LONG_ID }>>,
}

impl Settled {
    /// The names in the facts of its answer and on its receipts.
    #[must_use]
    pub fn of(request_id: RequestId, facts: &Facts, reference: Option<&Id<{ limits::LONG_ID }>>) -> Self {
        Self {
            request_id,
            trx_reference_number: facts.trx_reference_number.clone(),
            approval_code: facts.approval_code.clone(),
            receipt_number: facts.receipt_number.clone(),
            reference: reference.cloned(),
        }
    }

    /// Whether this is one of its names.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let Self { trx_reference_number, approval_code, reference, .. } = self;
        let names = [trx_reference_number, reference].into_iter().flatten().map(Id::as_str);
        names.chain(approval_code.as_ref().map(Id::as_str)).any(|it| it == name)
    }

    /// Whether these facts are of the same transaction; `None` if the names known of both do not tell.
    ///
    /// The reference of a transaction is its own. Approval codes come again, and receipt numbers begin anew: one that
    /// is the same is enough to be wary.
    #[must_use]
    pub fn is_of(&self, facts: &Facts) -> Option<bool> {
        fn same<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<bool> {
            Some(one.as_ref()? == other.as_ref()?)
        }
        let by_reference = same(&self.trx_reference_number, &facts.trx_reference_number);
        if by_reference.is_some() {
            return by_reference;
        }
        let by_receipt = self.reference.as_ref().and_then(|seen| {
            let is = |name: &str| name == seen.as_str();
            let reference = facts.trx_reference_number.as_ref().map(|name| is(name.as_str()));
            let approval = facts.approval_code.as_ref().map(|name| is(name.as_str()));
            match (reference, approval) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }
        });
        let approval = same(&self.approval_code, &facts.approval_code);
        let number = same(&self.receipt_number, &facts.receipt_number);
        let mut told = [by_receipt, approval, number].into_iter().flatten();
        told.next().map(|first| first || told.any(|same| same))
    }
}
