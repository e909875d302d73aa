//! The till: its session, its disk, and what is known of what it did.

use heapless::{Deque, Vec};

use super::day::Begin;
use super::wire::{WIRES, Wire};
use crate::drive::{Event, Input, Link, Output, QuestionId};
use crate::id::{RequestId, WorkstationId};
use crate::journal::{self, Ledger, MAX_RECORD, Record, Replay, Ticket};
use crate::limits;
use crate::money::{Currency, Money};
use crate::operation::{Operation, Outcome, Request};
use crate::opi::message::{DeviceTarget, Message, OverallResult, Style};
use crate::opi::{Memory, Profile, Session, Settings};
use crate::time::{Instant, WallTime};
use crate::xml::Tolerance;

const SLOTS: usize = 2;
const WINDOW: usize = 1024;
/// Some payments with their receipts, several times over.
const DISK: usize = 32 * 1024;
const OWED: usize = 16;
/// Requests of a run whose end is followed.
const REQUESTS: usize = 8;
/// What a till wants in a run besides money.
const ERRANDS: u8 = 4;
const DRAIN: usize = 2000;

/// What the adapter owes the session, and whether it goes well.
pub(super) enum Owed {
    Listening(bool),
    Connected {
        link: Link,
        well: bool,
    },
    /// `None`: it leaves as a whole. Otherwise so many sixteenths of it do, at most.
    Sent {
        link: Link,
        leaves: Option<u8>,
    },
    Stored {
        ticket: Ticket,
        well: bool,
    },
}

impl Owed {
    pub(super) fn is_on(&self, link: Link) -> bool {
        matches!(self, Self::Connected { link: on, .. } | Self::Sent { link: on, .. } if *on == link)
    }
}

/// How a request ended, as the till was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct End {
    outcome: Outcome,
    stored: bool,
}

pub(super) struct Till<'m> {
    profile: &'static Profile,
    is_alone: bool,
    is_same_amount: bool,
    windows: core::slice::ChunksExactMut<'m, u8>,
    session: Session<'m, SLOTS>,
    /// When the session must be woken.
    pub(super) until: Option<Instant>,
    pub(super) listens: bool,
    pub(super) owed: Deque<Owed, OWED>,
    pub(super) question: Option<QuestionId>,
    pub(super) paid: u8,
    errands: u8,
    /// The next thing owed goes wrong, and how.
    fails: Option<u8>,
    disk: Vec<u8, DISK>,
    /// The end of what is confirmed stored.
    confirmed: usize,
    ledger: Ledger<SLOTS>,
    /// The requests whose intents are stored, and those that left.
    intents: Vec<u32, REQUESTS>,
    results: Vec<u32, REQUESTS>,
    /// Receipts and journals that were stored, and those that the terminal was told of.
    sheets: u32,
    acknowledged: u32,
    left: Vec<u32, REQUESTS>,
    last_number: u32,
    pub(super) ends: Vec<(u32, End), REQUESTS>,
    tx: [u8; 4096],
}

impl<'m> Till<'m> {
    /// Bytes of windows that so many starts need.
    pub(super) const fn memory_for(boots: usize) -> usize {
        boots * (SLOTS + 2) * WINDOW
    }

    pub(super) fn new(profile: &'static Profile, memory: &'m mut [u8], begin: &Begin) -> Self {
        let window = WINDOW - usize::from(begin.smaller) % (WINDOW - limits::WINDOW_MIN);
        let mut windows = memory.chunks_exact_mut(window);
        let (disk, ledger) = (Vec::new(), Ledger::new());
        let session = boot(profile, begin.is_alone, &mut windows, &ledger).expect("memory for one start");
        let mut till = Self {
            profile,
            is_alone: begin.is_alone,
            is_same_amount: begin.is_same_amount,
            windows,
            session,
            until: None,
            listens: false,
            owed: Deque::new(),
            question: None,
            paid: 0,
            errands: 0,
            fails: None,
            disk,
            confirmed: 0,
            ledger,
            intents: Vec::new(),
            results: Vec::new(),
            sheets: 0,
            acknowledged: 0,
            left: Vec::new(),
            last_number: 0,
            ends: Vec::new(),
            tx: [0; 4096],
        };
        till.reserve();
        till
    }

    pub(super) const fn session(&self) -> &Session<'m, SLOTS> {
        &self.session
    }

    pub(super) const fn session_mut(&mut self) -> &mut Session<'m, SLOTS> {
        &mut self.session
    }

    pub(super) const fn fails_next(&mut self, how: u8) {
        self.fails = Some(how);
    }

    pub(super) const fn is_lucky(&mut self) {
        self.fails = None;
    }

    pub(super) fn pay(&mut self, now: Instant, at: WallTime) {
        let more = if self.is_same_amount { 0 } else { self.paid };
        let amount = Money::from_minor(2500 + u64::from(more), Currency::EUR);
        let request = Request::new(Operation::Payment { amount, cash_back: None }, at);
        let blocker = self.session.unresolved().map(|unresolved| unresolved.request_id);
        if self.session.handle_input(now, Input::Start(&request)).is_ok() {
            assert_eq!(blocker, None, "I6: a payment while another is unresolved");
            self.paid += 1;
        } else {
            // Something is in progress, or blocks the lane (I6).
            assert!(!self.session.is_idle() || self.session.unresolved().is_some(), "a payment refused for nothing");
        }
    }

    /// What is not about money is not blocked by it.
    pub(super) fn run(&mut self, now: Instant, at: WallTime, errand: Operation) {
        if self.errands < ERRANDS {
            // What the dialect has no word for is refused, and nothing has changed.
            let begun = self.session.handle_input(now, Input::Start(&Request::new(errand, at))).is_ok();
            self.errands += u8::from(begun);
        }
    }

    /// All that was not stored is gone, and perhaps what was just being stored.
    pub(super) fn power_cut(&mut self, torn: u8) {
        if self.windows.len() < SLOTS + 2 {
            return;
        }
        let pending = self.disk.len() - self.confirmed;
        self.disk.truncate(self.confirmed + pending * usize::from(torn) / 15);
        let (mut replay, mut ledger) = (Replay::new(), Ledger::new());
        let mut bytes = self.disk.as_slice();
        while let Ok(Some(found)) = replay.next(&mut bytes) {
            ledger.enter(&found);
        }
        while let Ok(Some(found)) = replay.finish() {
            ledger.enter(&found);
        }
        self.disk.truncate(usize::try_from(replay.kept()).expect("no longer than the disk"));
        self.confirmed = self.disk.len();
        self.ledger = ledger;
        self.reserve();
        let Some(session) = boot(self.profile, self.is_alone, &mut self.windows, &self.ledger) else { return };
        self.session = session;
        let blocker = self.session.unresolved().map(|unresolved| unresolved.request_id);
        assert_eq!(
            blocker,
            self.ledger.unresolved().map(|it| it.request_id),
            "I6: a restart forgets what blocks the lane"
        );
        // What left and has no known end in the journal blocks the lane (I6).
        for id in &self.left {
            let ended = self.ends.iter().any(|(of, end)| of == id && end.stored && end.is_known());
            let listed = self.ledger.all_unresolved().iter().any(|blocker| blocker.request_id.get() == *id);
            assert!(ended || listed || self.is_settled_on_disk(*id), "I6: {id} is forgotten");
        }
        (self.until, self.listens, self.question) = (None, false, None);
        self.owed.clear();
    }

    /// Whether the journal has a known end of it: it may have been stored right before the power went.
    fn is_settled_on_disk(&self, id: u32) -> bool {
        let (mut replay, mut bytes, mut settled) = (Replay::new(), self.disk.as_slice(), false);
        while let Ok(Some(found)) = replay.next(&mut bytes) {
            let journal::Found::Entry { entry, .. } = found else { continue };
            settled |= match entry {
                journal::Entry::Result(end) => {
                    end.request_id.is_some_and(|of| of.get() == id) && end.outcome != Outcome::Unknown
                }
                journal::Entry::Resolution(made) => made.request_id.get() == id,
                _ => false,
            };
        }
        settled
    }

    fn reserve(&mut self) {
        if let Some(block) = self.ledger.reserve() {
            self.append(&block);
            self.confirmed = self.disk.len();
            self.ledger.record(&block);
        }
    }

    fn append(&mut self, record: &Record<'_>) -> bool {
        let mut bytes = [0; MAX_RECORD];
        let length = journal::encode(record, &mut bytes).expect("room for any record");
        self.disk.extend_from_slice(bytes.get(..length).unwrap_or_default()).is_ok()
    }

    /// Does what the session wants done, up to the next connection that it closes.
    pub(super) fn drain(&mut self, now: Instant, wires: &mut [Wire; WIRES]) -> Option<Link> {
        for _ in 0..DRAIN {
            let mut tx = [0; 4096];
            core::mem::swap(&mut tx, &mut self.tx);
            let closed = self.output(now, wires, &mut tx);
            self.tx = tx;
            match closed {
                Done::Something => {}
                Done::Closed(link) => return Some(link),
                Done::Everything => return None,
            }
        }
        panic!("I10: outputs without an end");
    }

    fn output(&mut self, now: Instant, wires: &mut [Wire; WIRES], tx: &mut [u8]) -> Done {
        let fails = self.fails;
        let owed = match self.session.poll_output(tx) {
            Output::Wait(wait) => {
                assert!(wait.until.is_none_or(|until| until > now), "an adapter would spin");
                self.until = wait.until;
                let busy = self.until.is_none() && !self.session.is_idle();
                assert!(!busy, "I9: no deadline in {:?}", self.session.phase());
                self.block_on_the_next();
                return Done::Everything;
            }
            Output::Close(link) => return Done::Closed(link),
            Output::Listen => {
                self.listens = fails.is_none();
                Owed::Listening(fails.is_none())
            }
            Output::Connect(link) => Owed::Connected { link, well: fails.is_none() },
            Output::Send { link, length } => {
                let frame = tx.get(..length).unwrap_or_default();
                if let Some(wire) = wires.iter_mut().find(|wire| wire.link == Some(link)) {
                    wire.leave(frame);
                }
                self.leaves(frame);
                Owed::Sent { link, leaves: fails }
            }
            Output::Persist(ticket, record) => {
                let mut bytes = [0; MAX_RECORD];
                let length = journal::encode(&record, &mut bytes).expect("room for any record");
                let bytes = bytes.get(..length).unwrap_or_default();
                let fits = self.disk.extend_from_slice(bytes).is_ok();
                let well = fits && fails.is_none();
                if well {
                    self.confirmed = self.disk.len();
                    self.ledger.record(&record);
                } else if fails.is_some_and(|how| how & 1 == 0) {
                    self.disk.truncate(self.confirmed);
                }
                match &record {
                    Record::Intent(intent) if well => remember(&mut self.intents, intent.request_id.get()),
                    Record::Result(finished) if well => {
                        remember(&mut self.results, finished.request_id.expect("a number").get());
                    }
                    Record::Resolution(made) if well => remember(&mut self.results, made.request_id.get()),
                    Record::Sheet { .. } if well => self.sheets += 1,
                    _ => {}
                }
                Owed::Stored { ticket, well }
            }
            Output::Event(event) => {
                let mut unknown = None;
                match event {
                    Event::Question(question) => self.question = Some(question.id),
                    Event::Finished(finished) => {
                        if let Some(id) = finished.request_id.filter(|id| self.intents.contains(&id.get())) {
                            let stored = self.results.contains(&id.get());
                            assert!(stored || !finished.stored, "{id} is told as stored, but is not");
                            note(&mut self.ends, id, End { outcome: finished.outcome, stored: finished.stored });
                            unknown = (finished.outcome == Outcome::Unknown).then_some(id);
                        }
                    }
                    _ => {}
                }
                let blocker = self.session.unresolved().map(|unresolved| unresolved.request_id);
                assert!(unknown.is_none() || blocker == unknown, "I6: an unknown end does not block the lane");
                return Done::Something;
            }
        };
        if matches!(owed, Owed::Stored { .. } | Owed::Sent { .. } | Owed::Connected { .. } | Owed::Listening(_)) {
            self.fails = None;
        }
        // An adapter that is asked again to listen still has to say so once.
        let is_told = matches!(owed, Owed::Listening(_)) && self.owed.iter().any(|it| matches!(it, Owed::Listening(_)));
        assert!(
            is_told || self.owed.push_back(owed).is_ok(),
            "I10: more under way than there are connections and records"
        );
        Done::Something
    }

    /// A frame begins to leave.
    fn leaves(&mut self, frame: &[u8]) {
        let document = frame.get(4..).unwrap_or_default();
        let message = Message::decode(document, Tolerance::STRICT);
        assert!(message.as_ref().is_ok_and(|message| is_as_recorded(message, document)), "not as records are written");
        let request = match message {
            Ok(Message::CardServiceRequest(request)) => request,
            Ok(Message::DeviceResponse(response)) => {
                let kept = response.outputs.iter().filter(|output| output.result == Some(OverallResult::Success));
                let paper = kept.filter(|output| output.target.as_ref().is_some_and(is_paper));
                self.acknowledged += u32::try_from(paper.count()).unwrap_or(0);
                return assert!(self.acknowledged <= self.sheets, "I3: a receipt is acknowledged that was not stored");
            }
            _ => return,
        };
        let number = request.header.request_id.as_ref().and_then(|id| id.as_str().parse::<u32>().ok());
        let id = number.expect("a number of ours");
        assert!(id > self.last_number, "I5: {id} after {}", self.last_number);
        self.last_number = id;
        let word = request.header.request_type.as_ref().map_or("", |word| word.as_str());
        if word == "CardPayment" {
            assert!(self.intents.contains(&id), "I2: {id} leaves before its intent was stored");
            assert!(!self.left.contains(&id), "I1: {id} leaves again");
            self.left.push(id).expect("no more than were asked for");
        }
    }

    /// One unresolved request of the journal after the other blocks the lane.
    fn block_on_the_next(&mut self) {
        let storing = self.owed.iter().any(|owed| matches!(owed, Owed::Stored { .. }));
        if !storing
            && self.session.is_idle()
            && self.session.unresolved().is_none()
            && let Some(next) = self.ledger.next_unresolved()
        {
            self.session.set_unresolved(next);
        }
    }

    /// I4: what an end says of the money.
    pub(super) fn judge(&self, id: u32, end: End, charged: bool) {
        match end.outcome {
            Outcome::Approved => assert!(charged, "I4: {id} is approved, but not charged"),
            Outcome::Unknown => {}
            other => assert!(!charged, "I4: {id} is {other:?}, but charged"),
        }
    }
}

enum Done {
    Something,
    Closed(Link),
    Everything,
}

impl End {
    fn is_known(self) -> bool {
        self.outcome != Outcome::Unknown
    }
}

/// A request may have several results: each is told until it is known.
fn remember(list: &mut Vec<u32, REQUESTS>, id: u32) {
    if !list.contains(&id) {
        list.push(id).expect("no more than were asked for");
    }
}

/// What was told last counts, unless it says less than before.
fn note(ends: &mut Vec<(u32, End), REQUESTS>, id: RequestId, end: End) {
    match ends.iter_mut().find(|(of, _)| *of == id.get()) {
        Some((_, before)) if end.is_known() || !before.is_known() => *before = end,
        Some(_) => {}
        None => _ = ends.push((id.get(), end)),
    }
}

/// Whether what is sent there is stored.
fn is_paper(target: &DeviceTarget) -> bool {
    matches!(target.as_str(), "PrinterReceipt" | "JournalPrinter" | "E-Journal")
}

/// A session as a restart makes it; `None` if there is no more memory.
fn boot<'m>(
    profile: &'static Profile,
    is_alone: bool,
    windows: &mut core::slice::ChunksExactMut<'m, u8>,
    ledger: &Ledger<SLOTS>,
) -> Option<Session<'m, SLOTS>> {
    let lane = WorkstationId::new("lane-1").ok()?;
    let mut settings = Settings::new(lane, profile, ledger.next_request()?);
    settings.alone_at_terminal = is_alone;
    settings.first_sheet = ledger.next_sheet();
    settings.last_settled = ledger.last_settled().cloned();
    let memory =
        Memory { request: windows.next()?, abort: windows.next()?, device: [windows.next()?, windows.next()?] };
    let mut session = Session::new(settings, memory).ok()?;
    if let Some(unresolved) = ledger.next_unresolved() {
        session.set_unresolved(unresolved);
    }
    Some(session)
}

/// What a till writes value by value is what is written by the lists of its records.
fn is_as_recorded(message: &Message, document: &[u8]) -> bool {
    let has = |text: &[u8]| document.windows(text.len()).any(|part| part == text);
    let style = Style {
        declaration: document.starts_with(b"<?xml"),
        namespace: has(b" xmlns="),
        shift_number_as_attribute: has(b" ShiftNumber="),
        ..Style::CCV
    };
    let mut again = [0; limits::TRANSMIT_MIN];
    // Records do not hold an empty name.
    has(b" WorkstationID=\"\"")
        || message.encode(&style, &mut again).is_ok_and(|length| again.get(..length) == Some(document))
}
