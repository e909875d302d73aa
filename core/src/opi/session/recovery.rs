//! What is asked about a request whose result is unknown.
//!
//! Nothing that is asked here moves money. The order is the dialect's: RepeatLastMessage, whose answer names the
//! message that it repeats; then TicketReprint, whose receipt may be evidence (CCV's embedded firmware, Nexi SDKs,
//! Nexi proxy).

use core::time::Duration;

use super::Session;
use super::inquiry::{Inquiry, Weight};
use super::weigh::LaneFacts;
use crate::drive::Link;
use crate::operation::{Outcome, Reason};
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::{Effect, Phase, Signal};

impl<const D: usize> Session<'_, D> {
    /// The end of the request is in doubt: asks, if there is something to ask.
    pub(super) fn doubt(&mut self, reason: Reason) -> Option<Next> {
        if reason != Reason::Deadline {
            // After a mere time-out the answer may still come where it was expected.
            self.drop_link(Link::Request);
        }
        let recovery = self.settings.profile.recovery;
        let current = self.current.as_mut()?;
        current.undertaking.verdict = (Outcome::Unknown, Some(reason));
        if mistake(Mistake::TakesSilenceForARefusal) {
            current.undertaking.verdict = (Outcome::Declined, Some(reason));
            self.progress.signal(Signal::Concluded);
            return None;
        }
        if mistake(Mistake::ResendsAfterTimeOut) && reason == Reason::Deadline {
            self.drop_link(Link::Request);
            self.progress.stray(Phase::Opening, Effect::Listen);
            return None;
        }
        if !current.undertaking.moves_money() || recovery.is_empty() {
            self.progress.signal(Signal::Concluded);
            return None;
        }
        current.inquiry = Some(Inquiry::about(recovery));
        self.progress.signal(Signal::Again);
        Some(Next::InDoubt(reason))
    }

    /// Receipts of an earlier payment block the lane: fetches them. The payment itself is not sent again.
    pub(super) fn fetch_receipts(&mut self) {
        self.drop_link(Link::Request);
        if let Some(current) = self.current.as_mut() {
            current.inquiry = Some(Inquiry::errand());
        }
        self.progress.signal(Signal::Again);
    }

    /// Begins to ask about the unresolved request.
    pub(super) fn resume(&mut self) {
        let inquiry = Inquiry::about(self.settings.profile.recovery);
        let asks = inquiry.question().is_some();
        if let Some(current) = self.current.as_mut() {
            current.inquiry = Some(inquiry);
        }
        self.progress.signal(if asks { Signal::Again } else { Signal::Concluded });
    }

    /// How long the terminal is left alone before the next question.
    pub(super) fn pause(&self) -> Duration {
        match self.current.as_ref().and_then(|current| current.inquiry.as_ref()) {
            Some(Inquiry { errand: true, tries: 0, .. }) => Duration::ZERO,
            _ => self.settings.timeouts.probe_pause.into(),
        }
    }

    /// The question came to nothing.
    pub(super) fn miss(&mut self, weight: &Weight) {
        self.drop_link(Link::Request);
        self.go_on(weight);
    }

    /// Weighs the answer to the question.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn weigh(&mut self) {
        self.drop_link(Link::Request);
        let lane = LaneFacts {
            alone: self.settings.alone_at_terminal,
            near: self.settings.timeouts.near.into(),
            last_settled: self.settings.last_settled.as_ref(),
        };
        let Some(current) = self.current.as_mut() else { return };
        match current.weight(&lane) {
            Weight::Settles(outcome, reason, by) => {
                current.undertaking.verdict = (outcome, reason);
                current.undertaking.settled_by = by;
                core::mem::swap(&mut current.undertaking.end.facts, &mut current.testimony.facts);
                self.progress.signal(Signal::Concluded);
            }
            weight => self.go_on(&weight),
        }
    }

    fn go_on(&mut self, weight: &Weight) {
        if mistake(Mistake::AsksForever) {
            self.progress.signal(Signal::Again);
            return;
        }
        let inquiry = self.current.as_mut().and_then(|current| current.inquiry.as_mut());
        let more = inquiry.is_some_and(|inquiry| inquiry.go_on(weight));
        self.progress.signal(if more { Signal::Again } else { Signal::Concluded });
    }
}
