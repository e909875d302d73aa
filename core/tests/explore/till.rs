//! One till: the real session, its journal as bytes, and what the world knows of it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use opi_core::drive::{Link, QuestionId, QuestionKind};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{self, Entry, Found, Ledger, Record, Replay, Ticket};
use opi_core::operation::{Facts, Finished, Operation, Outcome, SettledBy};
use opi_core::receipt::SheetId;

use crate::lane::{self, Dialect, Lane};
use crate::pool::Pooled;

/// What the adapter owes the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owed {
    Listening,
    Connected(Link),
    /// The frame of that length was handed to this wire.
    Sent(Link, u32, usize),
    /// These bytes are to be stored.
    Stored(Ticket, Rc<Vec<u8>>, Fact),
}

/// What a record is about, to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Intent(u32),
    /// That a frame left. Nothing waits for it, so it is stored at once, unless the disk takes its time.
    Sent,
    Sheet,
    Result(u32),
    /// A person's decision.
    Resolution(u32, bool),
    Other,
}

/// How an operation ended, as the till was told.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) stored: bool,
    pub(crate) facts: Facts,
    pub(crate) by: SettledBy,
}

impl End {
    pub(crate) fn of(finished: &Finished) -> Self {
        let (outcome, stored, by) = (finished.outcome, finished.stored, finished.settled_by);
        Self { outcome, stored, facts: finished.facts.clone(), by }
    }
}

impl End {
    pub(crate) fn decided(charged: bool) -> Self {
        let outcome = if charged { Outcome::Approved } else { Outcome::Declined };
        Self { outcome, stored: true, facts: Facts::default(), by: SettledBy::Person }
    }
}

/// What the world knows of a till, to hold its session to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    /// Every number that ever stood on a request.
    pub(crate) numbers: BTreeSet<u32>,
    /// Requests that may move money and left.
    pub(crate) sent: BTreeSet<u32>,
    pub(crate) intents: BTreeSet<u32>,
    /// Intents that a restart found, whether or not they were said to be stored.
    pub(crate) found: BTreeSet<u32>,
    pub(crate) results: BTreeSet<u32>,
    pub(crate) sheets: usize,
    /// Receipts that the terminal was told to be handled, or the till to be kept.
    pub(crate) acknowledged: usize,
    /// Sheets that the till was told of, and the ends of sheets. Counted where sheets come with answers.
    #[allow(dead_code)]
    pub(crate) begun: usize,
    #[allow(dead_code)]
    pub(crate) ended: usize,
    pub(crate) answers: usize,
    pub(crate) given: usize,
    pub(crate) ends: BTreeMap<u32, End>,
}

#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) session: Rc<Pooled>,
    pub(crate) terminal: usize,
    profile: Dialect,
    lane: WorkstationId,
    alone: bool,
    /// It takes no part any more.
    pub(crate) off: bool,
    pub(crate) journal: Rc<Vec<u8>>,
    /// What the journal says, kept up to date as far as the adapter knows of it.
    pub(crate) ledger: Rc<Ledger<4>>,
    pub(crate) owed: Vec<Owed>,
    /// The disk takes its time with the next record.
    pub(crate) slow: bool,
    /// A record was not stored, or was and nobody said so, or the power went.
    pub(crate) spoilt: bool,
    pub(crate) questions: Vec<(QuestionId, QuestionKind)>,
    pub(crate) until: Option<u64>,
    pub(crate) truth: Rc<Truth>,
    /// What is still to be done today.
    pub(crate) plan: Rc<Vec<Operation>>,
    pub(crate) next: usize,
    /// How often it may still ask the terminal about an unresolved request.
    pub(crate) recoveries: u8,
    /// A person decides about what the terminal cannot tell.
    pub(crate) decides: bool,
    /// Aborts that the cashier may still press.
    pub(crate) aborts: u8,
    pub(crate) digest: Option<[u64; 2]>,
    /// That of what the world and the journal know of it.
    pub(crate) known: Option<[u64; 2]>,
}

impl Till {
    pub(crate) fn new(profile: Dialect, lane: &str, terminal: usize, alone: bool, plan: Vec<Operation>) -> Self {
        let mut till = Self {
            session: Rc::new(Pooled::none()),
            terminal,
            profile,
            lane: WorkstationId::new(lane).unwrap(),
            alone,
            off: false,
            journal: Rc::default(),
            ledger: Rc::new(Ledger::new()),
            owed: Vec::new(),
            slow: false,
            spoilt: false,
            questions: Vec::new(),
            until: None,
            truth: Rc::default(),
            plan: Rc::new(plan),
            next: 0,
            recoveries: 1,
            decides: false,
            aborts: 0,
            digest: None,
            known: None,
        };
        till.boot();
        till
    }

    /// Power comes: what the journal says is all that is left.
    pub(crate) fn boot(&mut self) {
        let (mut replay, mut ledger) = (Replay::new(), Ledger::new());
        let mut bytes = self.journal.as_slice();
        let (mut known, mut intents) = (self.truth.ends.clone(), BTreeSet::new());
        let mut ended = BTreeSet::new();
        loop {
            let next = replay.next(&mut bytes).unwrap();
            let Some(found) = next.or_else(|| replay.finish().unwrap()) else { break };
            ledger.enter(&found);
            let Found::Entry { entry, .. } = found else { continue };
            let (id, end) = match entry {
                Entry::Intent(intent) => {
                    intents.insert(intent.request_id.get());
                    continue;
                }
                Entry::Result(finished) => (finished.request_id.unwrap().get(), End::of(&finished)),
                Entry::Resolution(made) => (made.request_id.get(), End::decided(made.charged)),
                _ => continue,
            };
            if end.outcome != Outcome::Unknown {
                ended.insert(id);
            }
            // What the journal shows is known, whether or not the till was still told.
            if known.get(&id).is_none_or(|end| end.outcome == Outcome::Unknown) {
                known.insert(id, end);
            }
        }
        (self.truth().ends, self.truth().found) = (known, intents);
        self.known = None;
        Rc::make_mut(&mut self.journal).truncate(usize::try_from(replay.kept()).unwrap());
        let first = ledger.next_request().unwrap();
        self.ledger = Rc::new(ledger);
        let open = self.open();
        let lost: Vec<&u32> = self.truth.found.difference(&ended).filter(|id| !open.contains(id)).collect();
        assert!(lost.is_empty(), "I6: {lost:?} have no end in the journal, and the ledger forgets them");
        self.reserve();
        let first_sheet = SheetId(self.ledger.next_sheet().0);
        let mut settings = lane::settings(self.lane.clone(), self.profile, self.alone, first, first_sheet);
        lane::remember(&mut settings, self.ledger.last_settled());
        let mut session = Pooled::fresh(&settings);
        let blocker = self.ledger.next_unresolved();
        if let Some(unresolved) = &blocker {
            session.get_mut().set_unresolved(unresolved.clone());
        }
        let blocked = session.get().unresolved().map(|unresolved| unresolved.request_id);
        assert_eq!(
            blocked,
            blocker.map(|unresolved| unresolved.request_id),
            "I6: what blocks the lane after a restart"
        );
        self.session = Rc::new(session);
        self.owed.clear();
        self.slow = false;
        self.questions.clear();
        self.until = None;
        self.digest = None;
    }

    /// Reserves numbers well ahead of those in use (I5).
    pub(crate) fn reserve(&mut self) {
        let block = self.ledger.reserve().unwrap();
        let bytes = record_bytes(&block);
        self.keep(&bytes);
    }

    /// Whether the numbers reserved may not last for another operation.
    pub(crate) fn runs_short(&self) -> bool {
        let used = self.truth.numbers.last().copied().unwrap_or(0);
        self.ledger.next_request().map_or(0, RequestId::get) < used + 20
    }

    /// These bytes are on the disk, whether or not somebody knows.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.known = None;
        Rc::make_mut(&mut self.journal).extend_from_slice(bytes);
    }

    /// These bytes are stored.
    pub(crate) fn keep(&mut self, bytes: &[u8]) {
        self.write(bytes);
        if let Ok((entry, _)) = journal::decode(bytes) {
            Rc::make_mut(&mut self.ledger).record(&entry.record());
        }
    }

    /// The numbers of all requests that the journal says are unresolved.
    pub(crate) fn open(&self) -> Vec<u32> {
        assert_eq!(self.ledger.counts().more_unresolved, 0, "I6: an unresolved request is forgotten");
        let listed = self.ledger.all_unresolved().iter().map(|blocker| blocker.request_id);
        listed.chain(self.ledger.further_unresolved().iter().copied()).map(RequestId::get).collect()
    }

    pub(crate) fn session(&self) -> &Lane {
        self.session.get()
    }

    pub(crate) fn session_mut(&mut self) -> &mut Lane {
        self.digest = None;
        Rc::make_mut(&mut self.session).get_mut()
    }

    /// One unresolved request of the journal after the other blocks the lane, until all are settled.
    pub(crate) fn block_on_the_next(&mut self) {
        let storing = self.owed.iter().any(|owed| matches!(owed, Owed::Stored(..)));
        if storing || !self.session().is_idle() || self.session().unresolved().is_some() {
            return;
        }
        if let Some(next) = self.ledger.next_unresolved() {
            self.session_mut().set_unresolved(next);
        }
    }

    pub(crate) fn truth(&mut self) -> &mut Truth {
        self.known = None;
        Rc::make_mut(&mut self.truth)
    }

    pub(crate) fn switch_off(&mut self) {
        self.off = true;
        self.until = None;
        self.owed.clear();
        self.questions.clear();
    }

    pub(crate) fn name(&self) -> &str {
        self.lane.as_str()
    }
}

pub(crate) fn record_bytes(record: &Record<'_>) -> Vec<u8> {
    let mut out = [0; journal::MAX_RECORD];
    let length = journal::encode(record, &mut out).unwrap();
    out[..length].to_vec()
}
