//! Where the request in progress stands on the table, and when it gives up.

use heapless::Vec;

use super::counters::Counters;
use super::table::{Effect, Phase, Signal, edge_for};
use crate::drive::{Misuse, Why};
use crate::id::RequestId;
use crate::journal::{Ticket, Unresolved};
use crate::proof::{Mistake, mistake};
use crate::receipt::SheetId;
use crate::shift;
use crate::time::{Deadline, Instant, Millis};

/// The walk of one request after the other on the table.
#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(crate) struct Progress {
    /// When the last input came.
    pub(crate) now: Instant,
    phase: Phase,
    todo: Option<Effect>,
    deadlines: Deadlines,
    pub(crate) counters: Counters,
    /// The storing of the intent, of the result or of a resolution.
    pub(super) ticket: Option<Ticket>,
    /// The storings of an intent and of its end that were given up: they may still end, and nothing follows from that.
    pub(super) given_up: Vec<Ticket, 2>,
    /// The store holds the intent, or has to be taken to hold it.
    pub(super) intent_stored: bool,
    /// That the frame was handed over is to be stored.
    pub(super) sent: bool,
    /// The storing of that. Nothing waits for it.
    pub(super) sent_ticket: Option<Ticket>,
    pub(super) unresolved: Option<Unresolved>,
    /// The unresolved request about which a person decided, while that is being stored.
    pub(super) resolving: Option<RequestId>,
}

/// When the request in progress gives up.
#[derive(Clone, Copy, Debug)]
struct Deadlines {
    /// End of the phase; in [`Phase::Waiting`] without a sign of life.
    phase: Deadline,
    /// End of waiting for the answer, whatever happens.
    hard: Deadline,
}

impl Deadlines {
    const NONE: Self = Self { phase: Deadline::NEVER, hard: Deadline::NEVER };
}

/// What ran out of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Nothing,
    /// The storing of a person's decision: nothing follows from it.
    Resolution,
    /// The phase: the session is to say by which signal it goes on.
    Phase,
}

impl Progress {
    /// A lane at rest, with what a restart finds in the store.
    pub(crate) fn new(first_request: RequestId, first_sheet: SheetId) -> Self {
        Self {
            now: Instant::default(),
            phase: Phase::Idle,
            todo: None,
            deadlines: Deadlines::NONE,
            counters: Counters::new(first_request, first_sheet),
            ticket: None,
            given_up: Vec::new(),
            intent_stored: false,
            sent: false,
            sent_ticket: None,
            unresolved: None,
            resolving: None,
        }
    }

    /// Takes over what time an input came.
    pub(crate) fn is_at(&mut self, now: Instant) -> Result<(), Misuse> {
        if now < self.now {
            return Err(Misuse::ClockWentBack);
        }
        self.now = now;
        Ok(())
    }

    pub(crate) const fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Takes the edge of this signal; `false` if there is none.
    pub(crate) fn signal(&mut self, signal: Signal) -> bool {
        let Some(edge) = edge_for(self.phase, signal) else { return false };
        match (edge.from, signal) {
            (Phase::Storing, Signal::Stored) => self.intent_stored = true,
            // It may be stored all the same, or later: its end is stored behind it, or it would block the lane.
            (Phase::Storing, Signal::StoreFailed | Signal::Deadline | Signal::Withdrawn) => {
                self.intent_stored = self.ticket.is_some() && !mistake(Mistake::StoresNoEndOfAWithdrawal);
            }
            (Phase::Sending, Signal::Sent) => self.sent = self.intent_stored,
            _ => {}
        }
        let reported = matches!(signal, Signal::Stored | Signal::StoreFailed);
        if let Some(ticket) = self.ticket.take().filter(|_| !reported) {
            if self.given_up.is_full() {
                shift::take_out(self.given_up.as_mut_view(), 0);
            }
            let _ = self.given_up.push(ticket);
        }
        self.deadlines = Deadlines::NONE;
        self.phase = edge.to;
        self.todo = Some(edge.effect);
        true
    }

    pub(crate) fn signal_or(&mut self, signal: Signal, misuse: Misuse) -> Result<(), Misuse> {
        if self.signal(signal) { Ok(()) } else { Err(misuse) }
    }

    /// Leaves the table. Only a mistake does that.
    pub(crate) const fn stray(&mut self, phase: Phase, effect: Effect) {
        self.phase = phase;
        self.todo = Some(effect);
    }

    /// What the edge taken last wants done.
    pub(crate) const fn take_effect(&mut self) -> Option<Effect> {
        self.todo.take()
    }

    /// Does it again, once something else is done.
    pub(crate) const fn put_back(&mut self, effect: Effect) {
        self.todo = Some(effect);
    }

    /// Whether an edge wants something done, or stored.
    pub(crate) const fn is_due(&self) -> bool {
        self.todo.is_some() || self.sent
    }

    /// The phase ends after so long.
    pub(crate) fn give_up_after(&mut self, within: impl Into<Millis>) {
        self.deadlines.phase = Deadline::at(self.now.after(within));
    }

    /// The phase ends so long after that.
    pub(crate) fn give_up_at(&mut self, at: Instant) {
        self.deadlines.phase = Deadline::at(at);
    }

    /// The waiting ends after so long, whatever happens (I9).
    pub(crate) fn give_up_hard_after(&mut self, within: impl Into<Millis>) {
        self.deadlines.hard = Deadline::at(self.now.after(within));
    }

    /// When something has to be given up.
    pub(crate) fn until(&self) -> Deadline {
        self.deadlines.phase.min(self.deadlines.hard)
    }

    /// Lets pass what ran out of time.
    pub(crate) fn expire(&mut self) -> Over {
        if !self.until().is_over(self.now) {
            return Over::Nothing;
        }
        self.deadlines = Deadlines::NONE;
        if self.resolving.take().is_some() {
            self.ticket = None;
            return Over::Resolution;
        }
        Over::Phase
    }

    /// What is waited for; `asking` says that a question to the cashier stands.
    pub(crate) const fn why(&self, asking: bool) -> Why {
        match self.phase {
            _ if self.resolving.is_some() => Why::Store,
            _ if asking => Why::Cashier,
            Phase::Idle if self.unresolved.is_some() => Why::Unresolved,
            Phase::Idle | Phase::Reporting | Phase::Weighing => Why::Idle,
            Phase::Storing | Phase::Recording => Why::Store,
            Phase::Opening | Phase::Reopening => Why::Listener,
            Phase::Connecting | Phase::Reaching => Why::Connection,
            Phase::Sending | Phase::Asking => Why::Transmission,
            Phase::Waiting | Phase::Hearing => Why::Terminal,
            Phase::Pausing => Why::Recovery,
        }
    }
}
