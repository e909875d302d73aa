//! What a restart needs to know, folded from a journal.

use heapless::Vec;

use super::codec::BLOCK_RECORD;
use super::{Dropped, Found, Intent, Record, Resolution, Settled, Unresolved};
use crate::id::{Id, RequestId};
use crate::limits;
use crate::operation::{Facts, Finished, Outcome, Reason};
use crate::proof::{Mistake, mistake};
use crate::receipt::{Purpose, SheetId};
use crate::shift;
use crate::time::WallTime;

/// The state of a lane as its journal tells it. `N` sheets of unresolved requests are remembered.
///
/// A request is unresolved from its intent on until a result says how it ended, or a resolution does: an intent alone
/// is as good as a result `Unknown`. Money that may have moved is never forgotten on the word of a journal with a gap:
/// a result `Unknown`, or a request said to be sent, blocks the lane even if its intent was lost.
#[derive(Clone, Debug, Default)]
pub struct Ledger<const N: usize> {
    /// The highest request number taken or reserved; 0 for none.
    highest: u32,
    /// The highest request number that was settled; 0 for none.
    settled: u32,
    /// The last one that was charged, or may have been, and is settled.
    last_settled: Option<Settled>,
    highest_sheet: u32,
    blockers: Vec<Blocker, { limits::UNRESOLVED }>,
    /// Further ones, of which only the number fits.
    further: Vec<RequestId, { limits::UNRESOLVED_NUMBERS }>,
    open: Vec<OpenSheet, { limits::OPEN_SHEETS }>,
    /// A sheet was begun that is open no more in this ledger, though its end did not come.
    lost_open: bool,
    sheets: Vec<StoredSheet, N>,
    counts: Counts,
}

/// A request whose result is unknown, with what is known of it to find its result. It blocks the lane (I6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Blocker {
    /// The request.
    pub request_id: RequestId,
    /// What was asked for; `None` if the journal lost it.
    pub intent: Option<Intent>,
    /// Whether the whole frame is known to have been handed to the transport. If not, it may have been all the same.
    pub sent: bool,
    /// Approval code or transaction reference that its receipts or its answer showed.
    pub reference: Option<Id<{ limits::LONG_ID }>>,
    /// Why the result is unknown; `None` if there is no result at all.
    pub reason: Option<Reason>,
}

impl Blocker {
    const fn new(request_id: RequestId) -> Self {
        Self { request_id, intent: None, sent: false, reference: None, reason: None }
    }

    /// What a session is told of it. If the journal lost the intent, there is no amount and no request type, and the
    /// time is that of 1970: no receipt fits it then, and most likely a person has to decide. `others` says whether more
    /// requests of the lane are unresolved.
    #[must_use]
    pub fn unresolved(&self, others: bool) -> Unresolved {
        let intent = self.intent.as_ref();
        Unresolved {
            request_id: self.request_id,
            request_type: intent.map(|intent| intent.request_type.clone()).unwrap_or_default(),
            amount: intent.and_then(|intent| intent.amount),
            at: intent.map_or_else(|| WallTime::new(0, 0), |intent| intent.at),
            reference: self.reference.clone(),
            reason: self.reason,
            others,
        }
    }
}

/// A sheet that was stored for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct StoredSheet {
    /// Which sheet.
    pub sheet: SheetId,
    /// What it is for.
    pub purpose: Purpose,
    /// The request it belongs to.
    pub request_id: RequestId,
    /// How many records of lines and text it has.
    pub pieces: u32,
    /// Whether nothing was dropped between its first piece and its end.
    pub whole: bool,
}

#[derive(Clone, Copy, Debug)]
struct OpenSheet {
    sheet: SheetId,
    pieces: u32,
    whole: bool,
}

/// What stood in a journal, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Counts {
    /// Records of known kinds.
    pub records: u64,
    /// Requests that were to be sent.
    pub intents: u64,
    /// Sheets that came in whole.
    pub sheets: u64,
    /// Results, `Unknown` included.
    pub results: u64,
    /// Resolutions.
    pub resolutions: u64,
    /// Records of unknown kinds.
    pub unlisted: u64,
    /// Stretches that could not be read, an unfinished end not counted. If there are any, the disk lost records that
    /// it had confirmed, unless something was appended to an unfinished end.
    pub damages: u64,
    /// Bytes that could not be read, an unfinished end included.
    pub dropped_bytes: u64,
    /// Unresolved requests beyond [`limits::UNRESOLVED`] and [`limits::UNRESOLVED_NUMBERS`]: they are in the journal,
    /// but not in the ledger. If there are any, the lane must not go on with this journal.
    pub more_unresolved: u64,
    /// Sheets of unresolved requests beyond `N`: they are in the journal, but not in the ledger.
    pub more_sheets: u64,
}

impl<const N: usize> Ledger<N> {
    /// That of an empty journal.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            highest: 0,
            settled: 0,
            last_settled: None,
            highest_sheet: 0,
            blockers: Vec::new(),
            further: Vec::new(),
            open: Vec::new(),
            lost_open: false,
            sheets: Vec::new(),
            counts: Counts {
                records: 0,
                intents: 0,
                sheets: 0,
                results: 0,
                resolutions: 0,
                unlisted: 0,
                damages: 0,
                dropped_bytes: 0,
                more_unresolved: 0,
                more_sheets: 0,
            },
        }
    }

    /// Takes in what stands next in the journal.
    pub fn enter(&mut self, found: &Found) {
        match found {
            Found::Entry { entry, .. } => self.record(&entry.record()),
            Found::Unlisted { .. } => add(&mut self.counts.unlisted, 1),
            Found::Dropped(dropped) => self.gap(dropped),
        }
    }

    /// Takes in a record that was just stored, so that the ledger stays that of the journal.
    pub fn record(&mut self, record: &Record<'_>) {
        add(&mut self.counts.records, 1);
        match record {
            Record::Block { .. } if mistake(Mistake::UsesABlockAgain) => {}
            Record::Block { last, .. } => self.take_number(*last),
            Record::Intent(intent) => self.intend(intent),
            Record::Sent { request_id } => {
                self.take_number(*request_id);
                if let Some(blocker) = self.blocker(*request_id) {
                    blocker.sent = true;
                }
            }
            Record::Line { sheet, .. } | Record::Text { sheet, .. } => self.piece(*sheet),
            Record::Sheet { sheet, purpose, request, reference } => {
                let (pieces, whole) = self.complete(*sheet);
                if let Some(request_id) = *request {
                    self.file(StoredSheet { sheet: *sheet, purpose: *purpose, request_id, pieces, whole }, *reference);
                }
            }
            Record::Result(finished) => self.conclude(finished),
            Record::Resolution(resolution) => self.resolve(resolution),
            Record::Settled(settled) => {
                self.take_number(settled.request_id);
                self.last_settled = Some((*settled).clone());
            }
        }
    }

    /// The number of the next request: beyond every number that was ever reserved or used, those in lost stretches
    /// included (I5). `None` if all nine digits are used up: the lane needs a new name and a new journal.
    #[must_use]
    pub fn next_request(&self) -> Option<RequestId> {
        RequestId::new(self.highest.checked_add(1)?).ok()
    }

    /// The reservation of the next numbers, [`limits::REQUEST_BLOCK`] of them where there are so many. To be stored
    /// before the first of them is used. `None` as for [`next_request`](Self::next_request).
    #[must_use]
    pub fn reserve(&self) -> Option<Record<'static>> {
        let first = self.next_request()?;
        let last = first.get().saturating_add(limits::REQUEST_BLOCK - 1).min(RequestId::LAST.get());
        Some(Record::Block { first, last: RequestId::new(last).ok()? })
    }

    /// How far the numbers are used up: to be stored when something was cut off the journal, or when a new file begins,
    /// so that the numbers passed over stay passed over. `None` if none was ever used.
    #[must_use]
    pub fn reached(&self) -> Option<Record<'static>> {
        let last = RequestId::new(self.highest.min(RequestId::LAST.get())).ok()?;
        Some(Record::Block { first: last, last })
    }

    /// The number of the next sheet: beyond every number in the journal, so that its lines are never taken for those
    /// of a sheet that a power cut left unfinished.
    #[must_use]
    pub const fn next_sheet(&self) -> SheetId {
        SheetId(self.highest_sheet.saturating_add(1))
    }

    /// The request that blocks the lane: the oldest of the unresolved ones.
    #[must_use]
    pub fn unresolved(&self) -> Option<&Blocker> {
        self.blockers.first()
    }

    /// The unresolved requests, the oldest first, at most [`limits::UNRESOLVED`]. A session that knows of one begins no
    /// other (I6). More than one come from a disk that said an intent or an end was not stored though the intent was, or
    /// that lost records. Each has to be settled, and so have the [further](Self::further_unresolved) ones.
    #[must_use]
    pub fn all_unresolved(&self) -> &[Blocker] {
        &self.blockers
    }

    /// The numbers of the unresolved requests beyond [`all_unresolved`](Self::all_unresolved), the oldest first. They
    /// move up as those before them are settled; what else is known of them is in the journal.
    #[must_use]
    pub fn further_unresolved(&self) -> &[RequestId] {
        &self.further
    }

    /// The oldest of the unresolved requests, as a session is told of it: see [`Blocker::unresolved`].
    #[must_use]
    pub fn next_unresolved(&self) -> Option<Unresolved> {
        let others = self.blockers.len() > 1;
        self.unresolved().map(|blocker| blocker.unresolved(others))
    }

    /// What names the last transaction that was charged, or may have been, and is settled: a session has to know it, or
    /// a receipt of it may be taken for that of the next request.
    #[must_use]
    pub const fn last_settled(&self) -> Option<&Settled> {
        self.last_settled.as_ref()
    }

    /// The sheets that were stored for unresolved requests.
    #[must_use]
    pub fn sheets(&self) -> &[StoredSheet] {
        &self.sheets
    }

    /// What stood in the journal, in numbers.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    const fn take_number(&mut self, request: RequestId) {
        if request.get() > self.highest {
            self.highest = request.get();
        }
    }

    fn gap(&mut self, dropped: &Dropped) {
        add(&mut self.counts.dropped_bytes, dropped.bytes);
        if !dropped.tail {
            add(&mut self.counts.damages, 1);
        }
        for open in &mut self.open {
            open.whole = false;
        }
        // As many blocks as can have stood there, and one for a record begun or ended outside.
        let bytes = usize::try_from(dropped.bytes).unwrap_or(usize::MAX);
        let blocks = u32::try_from(bytes / BLOCK_RECORD).unwrap_or(u32::MAX).saturating_add(1);
        let numbers = blocks.saturating_mul(limits::REQUEST_BLOCK).min(limits::REQUEST_SKIP);
        self.highest = self.highest.saturating_add(numbers);
    }

    fn intend(&mut self, intent: &Intent) {
        add(&mut self.counts.intents, 1);
        let request_id = intent.request_id;
        self.take_number(request_id);
        // Stored twice, if the first storing was not confirmed.
        let place = self.place(request_id).or_else(|| self.block(request_id));
        if let Some(blocker) = place.and_then(|place| self.blockers.get_mut(place)) {
            blocker.intent = Some(intent.clone());
        }
    }

    /// Where it stands among the blockers.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn place(&self, request_id: RequestId) -> Option<usize> {
        self.blockers.iter().position(|blocker| blocker.request_id == request_id)
    }

    /// The blocker of this request, unless the request was settled. Its intent may have been lost.
    fn blocker(&mut self, request_id: RequestId) -> Option<&mut Blocker> {
        let place = match self.place(request_id) {
            Some(place) => place,
            None if request_id.get() > self.settled => self.block(request_id)?,
            None => return None,
        };
        self.blockers.get_mut(place)
    }

    /// Lists it; where it stands, unless only its number fits.
    fn block(&mut self, request_id: RequestId) -> Option<usize> {
        if self.blockers.push(Blocker::new(request_id)).is_err() {
            let known = self.further.contains(&request_id) || mistake(Mistake::ForgetsTheFifth);
            if !known && self.further.push(request_id).is_err() {
                add(&mut self.counts.more_unresolved, 1);
            }
            return None;
        }
        self.blockers.len().checked_sub(1)
    }

    fn piece(&mut self, sheet: SheetId) {
        self.highest_sheet = self.highest_sheet.max(sheet.0);
        if let Some(open) = self.open.iter_mut().find(|open| open.sheet == sheet) {
            open.pieces = open.pieces.saturating_add(1);
            return;
        }
        if self.open.is_full() {
            // Most likely its end never comes.
            shift::take_out(self.open.as_mut_view(), 0);
            self.lost_open = true;
        }
        let _ = self.open.push(OpenSheet { sheet, pieces: 1, whole: true });
    }

    /// Ends a sheet; how many pieces it has, and whether it is whole.
    fn complete(&mut self, sheet: SheetId) -> (u32, bool) {
        add(&mut self.counts.sheets, 1);
        self.highest_sheet = self.highest_sheet.max(sheet.0);
        let nothing_lost = self.counts.dropped_bytes == 0 && !self.lost_open;
        let place = self.open.iter().position(|open| open.sheet == sheet);
        let open = place.and_then(|place| shift::take_out(self.open.as_mut_view(), place));
        open.map_or((0, nothing_lost), |open| (open.pieces, open.whole))
    }

    /// Remembers a sheet of an unresolved request.
    fn file(&mut self, stored: StoredSheet, reference: Option<&Id<{ limits::LONG_ID }>>) {
        self.take_number(stored.request_id);
        let place = self.place(stored.request_id);
        let Some(blocker) = place.and_then(|place| self.blockers.get_mut(place)) else { return };
        if reference.is_some() {
            blocker.reference = reference.cloned();
        }
        if self.sheets.push(stored).is_err() {
            add(&mut self.counts.more_sheets, 1);
        }
    }

    fn conclude(&mut self, finished: &Finished) {
        add(&mut self.counts.results, 1);
        let Some(request_id) = finished.request_id else { return };
        self.take_number(request_id);
        match finished.outcome {
            Outcome::Unknown => {
                if let Some(blocker) = self.blocker(request_id) {
                    blocker.reason = finished.reason;
                    let facts = &finished.facts;
                    if blocker.reference.is_none() {
                        let approval = facts.approval_code.as_ref().map(Id::as_str);
                        let named = facts.trx_reference_number.as_ref().map(Id::as_str).or(approval);
                        blocker.reference = named.and_then(|name| Id::new(name).ok());
                    }
                }
            }
            outcome => {
                if outcome == Outcome::Approved {
                    self.remember(request_id, &finished.facts);
                }
                self.settle(request_id, outcome);
            }
        }
    }

    fn resolve(&mut self, resolution: &Resolution) {
        add(&mut self.counts.resolutions, 1);
        self.take_number(resolution.request_id);
        if !matches!(resolution.outcome, Outcome::Unknown | Outcome::Done) {
            self.remember(resolution.request_id, &resolution.facts);
        }
        self.settle(resolution.request_id, resolution.outcome);
    }

    /// Remembers what names a transaction. To be called while its blocker stands: its receipts are known by that.
    fn remember(&mut self, request_id: RequestId, facts: &Facts) {
        let seen = self.place(request_id).and_then(|place| self.blockers.get(place));
        let reference = seen.and_then(|blocker| blocker.reference.as_ref());
        self.last_settled = Some(Settled::of(request_id, facts, reference));
    }

    fn settle(&mut self, request_id: RequestId, outcome: Outcome) {
        // `Done` is said of requests that move no money; of one that does it says nothing.
        if matches!(outcome, Outcome::Unknown | Outcome::Done) {
            return;
        }
        self.settled = self.settled.max(request_id.get());
        self.blockers.retain(|blocker| blocker.request_id != request_id);
        self.further.retain(|further| *further != request_id);
        if !self.blockers.is_full()
            && let Some(next) = shift::take_out(self.further.as_mut_view(), 0)
        {
            self.block(next);
        }
        self.sheets.retain(|sheet| sheet.request_id != request_id);
    }
}

#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
const fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}
