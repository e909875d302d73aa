//! The judge: what must hold whenever something is charged, told or at rest, whatever the tills speak.

use opi_core::operation::{Finished, Outcome};

use crate::till::End;
use crate::world::{World, amount};

/// Most steps of anything that runs by itself (I11).
pub(crate) const STEPS: usize = 5000;

impl World {
    /// The till is told how a request ended.
    pub(crate) fn ended(&mut self, at: usize, finished: &Finished) {
        let Some(id) = finished.request_id.map(opi_core::id::RequestId::get) else { return };
        let truth = self.tills[at].truth();
        if ![&truth.intents, &truth.sent, &truth.found].iter().any(|known| known.contains(&id)) {
            // It moves no money, or it never began.
            return;
        }
        assert!(!finished.stored || truth.results.contains(&id), "told as stored, but is not: {finished:?}");
        let known = truth.ends.get(&id).filter(|before| before.outcome != Outcome::Unknown);
        assert!(!known.is_some_and(|before| before.stored), "{id} ends again");
        // What was told and not stored is in doubt again after a restart, but the till was told.
        if known.is_none() || finished.outcome != Outcome::Unknown {
            truth.ends.insert(id, End::of(finished));
        }
        if finished.outcome == Outcome::Unknown {
            let blocker = self.tills[at].session().unresolved().map(|it| it.request_id.get());
            assert_eq!(blocker, Some(id), "I6: an unknown result blocks the lane");
        }
        self.judge(at, id);
    }

    /// I4, at every moment that something is charged or said.
    pub(crate) fn judge(&self, at: usize, id: u32) {
        let charged: Vec<_> = self.charges(at, id).collect();
        assert!(charged.len() <= 1, "I1: {id} is charged twice");
        let Some(end) = self.tills[at].truth.ends.get(&id) else { return };
        match end.outcome {
            Outcome::Approved => {
                assert_eq!(charged.len(), 1, "I4: {id} is approved by {:?}, but not charged", end.by);
                if let Some((told, taken)) = end.facts.amount.zip(amount(charged[0])) {
                    assert_eq!(told, taken, "I4: {id} has another amount");
                }
            }
            Outcome::Unknown => {}
            other => assert!(charged.is_empty(), "I4: {id} is {other:?} by {:?}, but charged", end.by),
        }
    }

    /// Nothing more happens: everybody must be at rest, and everything told (I11).
    pub(crate) fn check_rest(&self) {
        for (at, till) in self.tills.iter().enumerate() {
            let session = till.session();
            assert!(session.is_idle() || till.off, "I11: no rest in {:?}", session.phase());
            let listed = till.ledger.unresolved().map(|it| it.request_id);
            let blocker = session.unresolved().map(|it| it.request_id);
            assert!(till.off || listed.is_none() || blocker.is_some(), "I6: {listed:?} does not block the lane");
            assert!(!till.decides || blocker.is_none(), "{blocker:?} is not settled, one after the other");
            let open = till.open();
            let never = open.iter().find(|id| !till.truth.sent.contains(id));
            assert!(
                till.off || till.spoilt || never.is_none(),
                "I6: {never:?} never left, all went well, and it blocks the lane"
            );
            till.truth.sent.iter().filter(|_| !till.off).for_each(|id| self.is_known(at, *id));
        }
    }

    /// What was charged is approved or unknown, and what is unknown blocks the lane (I4, I6).
    pub(crate) fn is_known(&self, at: usize, id: u32) {
        let till = &self.tills[at];
        let known = till.truth.ends.get(&id).is_some_and(|end| end.outcome != Outcome::Unknown);
        // A record that was stored though nobody said so is found at the next restart.
        let unresolved =
            till.open().contains(&id) || till.session().unresolved().is_some_and(|it| it.request_id.get() == id);
        let charged = self.charges(at, id).count() > 0;
        assert!(
            known || !charged || unresolved,
            "I4: {id} of {} is charged, and nothing shows it: {:?} {:?}",
            till.name(),
            till.truth.ends.get(&id),
            till.ledger.all_unresolved()
        );
    }

    /// Runs as a kind world would.
    pub(crate) fn run(&mut self) {
        for _ in 0..STEPS {
            match self.choices().first() {
                Some(choice) => self.apply(*choice),
                None => return self.check_rest(),
            }
        }
        panic!("I11: no rest after {STEPS} steps");
    }
}
