//! Asking about a request whose answer was lost.
//!
//! Nothing that is asked here moves money. The question names the request by its number, so nothing that other tills do
//! at the terminal stands between (Adyen docs: verify transaction status).

use super::Session;
use super::classify::{Evidence, classify};
use super::inquiry::{Inquiry, Way, Weight};
use super::request::Message;
use crate::drive::Link;
use crate::nexo::Category;
use crate::operation::{Outcome, Reason, SettledBy};
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::{Effect, Phase, Signal};

/// Whether a result is unknown although an answer came: then the terminal had the request.
const fn is_of_an_answer(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Contradiction | Reason::AuthorisationUnknown | Reason::UnlistedResult | Reason::MissingResult
    )
}

impl Session<'_> {
    /// The end of the request is in doubt: asks about it.
    pub(super) fn doubt(&mut self, reason: Reason) -> Option<Next> {
        if reason != Reason::Deadline {
            // After a mere time-out the answer may still come where it was expected.
            self.request.give_up();
        }
        let current = self.current.as_mut()?;
        current.undertaking.verdict = (Outcome::Unknown, Some(reason));
        if mistake(Mistake::TakesSilenceForARefusal) {
            current.undertaking.verdict = (Outcome::Declined, Some(reason));
            self.progress.signal(Signal::Concluded);
            return None;
        }
        if mistake(Mistake::ResendsAfterTimeOut) && reason == Reason::Deadline {
            self.request.give_up();
            self.progress.stray(Phase::Opening, Effect::Listen);
            return None;
        }
        if !current.undertaking.moves_money() {
            self.progress.signal(Signal::Concluded);
            return None;
        }
        self.begin_inquiry(is_of_an_answer(reason));
        Some(Next::InDoubt(reason))
    }

    /// Begins to ask about the unresolved request.
    pub(super) fn resume(&mut self) {
        let Some(current) = self.current.as_ref() else { return };
        let undertaking = &current.undertaking;
        let answered = undertaking.verdict.1.is_some_and(is_of_an_answer);
        // A terminal that never had it says "not found", and nothing by that.
        let elsewhere = !current.was_sent_to(self.settings.poi_id.as_str());
        let was_there = answered || elsewhere || undertaking.reference_seen.is_some();
        if current.category.is_some() {
            self.begin_inquiry(was_there);
        } else {
            // Of another protocol: there is nothing to ask it by.
            self.progress.signal(Signal::Concluded);
        }
    }

    fn begin_inquiry(&mut self, was_there: bool) {
        if let Some(current) = self.current.as_mut() {
            let told = current.answer.says_repeated();
            current.inquiry = Some(Inquiry::new(self.progress.now, &self.settings.timeouts, was_there || told));
        }
        self.progress.signal(Signal::Again);
    }

    /// Sends the question.
    pub(super) fn ask(&mut self, tx: &mut [u8]) -> Option<Next> {
        let number = self.progress.counters.request();
        let current = self.current.as_mut()?;
        let inquiry = current.inquiry.as_mut()?;
        inquiry.ask(number, self.progress.now);
        let message = Message {
            settings: &self.settings,
            category: Category::TransactionStatus,
            number,
            at: current.undertaking.wall(self.progress.now),
            about: Some((current.category?, current.undertaking.request_id)),
            request: None,
        };
        match message.write(tx) {
            Ok(length) => {
                self.progress.give_up_after(self.settings.timeouts.send);
                self.request.send(length);
                Some(Next::Send { link: Link::Request, length })
            }
            Err(_) => {
                self.progress.signal(Signal::NotEncodable);
                None
            }
        }
    }

    /// The question came to nothing.
    pub(super) fn miss(&mut self) {
        self.request.give_up();
        self.go_on(&Weight::Unheard);
    }

    /// Weighs the answer to the question.
    pub(super) fn weigh(&mut self) {
        self.request.give_up();
        let memory = self.settings.timeouts.memory;
        let now = self.progress.now;
        let Some(current) = self.current.as_mut() else { return };
        match current.weight(now, memory) {
            Weight::Settles(outcome, reason, facts) => {
                current.undertaking.verdict = (outcome, reason);
                current.undertaking.settled_by = SettledBy::TransactionStatus;
                current.answer.facts = facts;
                self.progress.signal(Signal::Concluded);
            }
            Weight::InProgress if mistake(Mistake::ResendsAfterInProgress) => {
                self.progress.stray(Phase::Opening, Effect::Listen);
            }
            weight => self.go_on(&weight),
        }
    }

    fn go_on(&mut self, weight: &Weight) {
        if mistake(Mistake::AsksForever) {
            self.progress.signal(Signal::Again);
            return;
        }
        let now = self.progress.now;
        let Some(current) = self.current.as_mut() else { return };
        let way = current.inquiry.as_mut().map_or(Way::End, |inquiry| inquiry.go_on(weight, now));
        if let Way::NeverThere = way {
            current.undertaking.verdict = (Outcome::NotSent, Some(Reason::NotReceived));
            current.undertaking.settled_by = SettledBy::TransactionStatus;
        }
        self.progress.signal(if let Way::Again = way { Signal::Again } else { Signal::Concluded });
    }

    /// Judges the request's own answer.
    pub(super) fn judge(&mut self) -> Option<Next> {
        let current = self.current.as_mut()?;
        let money = current.undertaking.moves_money();
        let asked = current.undertaking.asked();
        let (outcome, reason) = classify(&Evidence { moves_money: money, answer: &current.answer, asked });
        current.undertaking.verdict = (outcome, reason);
        match reason {
            Some(reason) if money && outcome == Outcome::Unknown => return self.doubt(reason),
            _ => self.progress.signal(Signal::Concluded),
        };
        None
    }
}
