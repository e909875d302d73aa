//! The request in progress, in the words of no protocol.

use crate::id::{Id, Reference, RequestId};
use crate::journal::{Intent, Unresolved};
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use crate::time::{Instant, WallTime};

/// The request in progress. What its messages say of it is the protocol's own matter.
#[derive(Clone, Debug)]
pub(crate) struct Undertaking {
    task: Task,
    /// The number it has on the wire.
    pub(crate) request_id: RequestId,
    started: Instant,
    /// Whether the till knows the number.
    announced: bool,
    /// How it ends, as far as is known.
    pub(crate) verdict: (Outcome, Option<Reason>),
    pub(crate) settled_by: SettledBy,
    /// The name that its transaction has with the terminal, if a receipt showed it.
    pub(crate) reference_seen: Option<Id<{ limits::LONG_ID }>>,
    /// How it ended, to be stored and told. What is known of the transaction comes in before.
    pub(crate) end: Finished,
}

/// What is to be done.
#[derive(Clone, Debug)]
#[cfg_attr(not(target_pointer_width = "64"), repr(u8))]
enum Task {
    /// The till's wish.
    Wish(Request),
    /// It was sent before; only its end is in question. And the time when it was taken up again.
    Settle(Unresolved, WallTime),
}

impl Default for Undertaking {
    /// None yet: what it is to be is filled in where it stays, since it is large.
    fn default() -> Self {
        Self {
            task: Task::Wish(Request::new(Operation::Abort, WallTime::new(0, 0))),
            request_id: RequestId::FIRST,
            started: Instant::default(),
            announced: false,
            verdict: (Outcome::Unknown, None),
            settled_by: SettledBy::Answer,
            reference_seen: None,
            end: Finished {
                request_id: None,
                outcome: Outcome::Unknown,
                reason: None,
                settled_by: SettledBy::Answer,
                facts: Facts::default(),
                stored: false,
            },
        }
    }
}

impl Undertaking {
    /// Becomes the till's wish.
    pub(super) fn begin(&mut self, request: &Request, request_id: RequestId, now: Instant) {
        self.task = Task::Wish(request.clone());
        self.request_id = request_id;
        self.started = now;
    }

    /// Becomes a request that was sent before, taken up again to be settled.
    pub(super) fn resume(&mut self, unresolved: &Unresolved, at: WallTime, now: Instant) {
        self.task = Task::Settle(unresolved.clone(), at);
        self.request_id = unresolved.request_id;
        self.started = now;
        self.verdict = (Outcome::Unknown, unresolved.reason);
        self.reference_seen.clone_from(&unresolved.reference);
    }

    /// The till's wish, unless it was sent before.
    pub(crate) const fn request(&self) -> Option<&Request> {
        match &self.task {
            Task::Wish(request) => Some(request),
            Task::Settle(..) => None,
        }
    }

    /// What is to be done, unless it was sent before and is only to be settled.
    pub(crate) const fn operation(&self) -> Option<&Operation> {
        match &self.task {
            Task::Wish(request) => Some(&request.operation),
            Task::Settle(..) => None,
        }
    }

    /// Whether an abort is all that is to be done.
    pub(crate) const fn is_abort(&self) -> bool {
        matches!(self.operation(), Some(Operation::Abort))
    }

    /// Goes on under another number, which the till is told. Never for a request that may move money (I1).
    pub(crate) const fn renumber(&mut self, request_id: RequestId) {
        self.request_id = request_id;
        self.announced = false;
    }

    /// Whether the till is to be told the number now, before anything else is done.
    pub(crate) const fn announce(&mut self) -> bool {
        !core::mem::replace(&mut self.announced, true)
    }

    pub(crate) const fn is_resumed(&self) -> bool {
        matches!(self.task, Task::Settle(..))
    }

    /// What is left of it, if it was sent before.
    pub(crate) const fn resumed(&self) -> Option<&Unresolved> {
        match &self.task {
            Task::Wish(_) => None,
            Task::Settle(unresolved, _) => Some(unresolved),
        }
    }

    /// Whether it was found with other requests that are unresolved, too.
    pub(crate) fn has_others(&self) -> bool {
        self.resumed().is_some_and(|unresolved| unresolved.others)
    }

    /// Local time, counted on from what the till said.
    pub(crate) fn wall(&self, now: Instant) -> WallTime {
        let (Task::Wish(Request { at, .. }) | Task::Settle(_, at)) = &self.task;
        at.later(now.seconds_since(self.started))
    }

    pub(crate) const fn moves_money(&self) -> bool {
        match self.operation() {
            Some(operation) => operation.moves_money(),
            None => true,
        }
    }

    /// The amount asked for.
    pub(crate) const fn asked(&self) -> Option<Money> {
        match &self.task {
            Task::Wish(request) => request.operation.amount(),
            Task::Settle(unresolved, _) => unresolved.amount,
        }
    }

    /// When it was asked for.
    pub(crate) const fn asked_at(&self) -> WallTime {
        match &self.task {
            Task::Wish(Request { at, .. }) | Task::Settle(Unresolved { at, .. }, _) => *at,
        }
    }

    /// The merchant's reference.
    pub(crate) fn reference(&self) -> Option<&str> {
        self.request()?.reference.as_ref().map(Reference::as_str)
    }

    /// What is stored before it is sent.
    pub(crate) fn intent(&self, workstation: &str, request_type: &str) -> Intent {
        Intent {
            request_id: self.request_id,
            workstation_id: Id::new(workstation).unwrap_or_default(),
            request_type: Id::new(request_type).unwrap_or_default(),
            amount: self.asked(),
            reference: self.request().and_then(|request| request.reference.clone()),
            at: self.asked_at(),
        }
    }

    /// What is left if its end stays unknown.
    pub(super) fn unresolved(&self, request_type: Id<{ limits::VOCABULARY }>) -> Unresolved {
        Unresolved {
            request_id: self.request_id,
            request_type,
            amount: self.asked(),
            at: self.asked_at(),
            reference: self.reference_seen.clone(),
            reason: self.verdict.1,
            others: self.has_others(),
        }
    }
}
