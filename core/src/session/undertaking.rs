//! The request in progress, in the words of no protocol.

use crate::id::{Id, Reference, RequestId};
use crate::journal::{Intent, Unresolved};
use crate::limits;
use crate::money::Money;
use crate::operation::{Operation, Outcome, Reason, Request, SettledBy};
use crate::time::{Instant, WallTime};

/// The request in progress. What its messages say of it is the protocol's own matter.
#[derive(Clone, Debug)]
pub(crate) struct Undertaking {
    /// The till's wish.
    pub(crate) request: Request,
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
    /// It was sent before; only its end is in question.
    resumed: Option<Unresolved>,
}

impl Undertaking {
    pub(super) fn new(request: Request, request_id: RequestId, now: Instant) -> Self {
        Self {
            request,
            request_id,
            started: now,
            announced: false,
            verdict: (Outcome::Unknown, None),
            settled_by: SettledBy::Answer,
            reference_seen: None,
            resumed: None,
        }
    }

    /// A request that was sent before, taken up again to be settled.
    pub(super) fn resume(unresolved: &Unresolved, at: WallTime, now: Instant) -> Self {
        let request = Request::new(Operation::RepeatLast, at);
        Self {
            verdict: (Outcome::Unknown, unresolved.reason),
            reference_seen: unresolved.reference.clone(),
            resumed: Some(unresolved.clone()),
            ..Self::new(request, unresolved.request_id, now)
        }
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
        self.resumed.is_some()
    }

    /// What is left of it, if it was sent before.
    pub(crate) const fn resumed(&self) -> Option<&Unresolved> {
        self.resumed.as_ref()
    }

    /// Whether it was found with other requests that are unresolved, too.
    pub(crate) fn has_others(&self) -> bool {
        self.resumed.as_ref().is_some_and(|unresolved| unresolved.others)
    }

    /// Local time, counted on from what the till said.
    pub(crate) fn wall(&self, now: Instant) -> WallTime {
        self.request.at.after(now.since(self.started))
    }

    pub(crate) const fn moves_money(&self) -> bool {
        self.request.operation.moves_money() || self.resumed.is_some()
    }

    /// The amount asked for.
    pub(crate) const fn asked(&self) -> Option<Money> {
        match &self.resumed {
            Some(unresolved) => unresolved.amount,
            None => self.request.operation.amount(),
        }
    }

    /// When it was asked for.
    pub(crate) const fn asked_at(&self) -> WallTime {
        match &self.resumed {
            Some(unresolved) => unresolved.at,
            None => self.request.at,
        }
    }

    /// The merchant's reference.
    pub(crate) fn reference(&self) -> Option<&str> {
        self.request.reference.as_ref().map(Reference::as_str)
    }

    /// What is stored before it is sent.
    pub(crate) fn intent(&self, workstation: &str, request_type: &str) -> Intent {
        Intent {
            request_id: self.request_id,
            workstation_id: Id::new(workstation).unwrap_or_default(),
            request_type: Id::new(request_type).unwrap_or_default(),
            amount: self.request.operation.amount(),
            reference: self.request.reference.clone(),
            at: self.request.at,
        }
    }

    /// What is left if its end stays unknown.
    pub(super) fn unresolved(&self, request_type: &str) -> Unresolved {
        Unresolved {
            request_id: self.request_id,
            request_type: Id::new(request_type).unwrap_or_default(),
            amount: self.asked(),
            at: self.asked_at(),
            reference: self.reference_seen.clone(),
            reason: self.verdict.1,
            others: self.has_others(),
        }
    }
}
