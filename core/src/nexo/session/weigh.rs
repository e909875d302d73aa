//! What the answer to a question about a lost answer comes to.
//!
//! *A repeated answer* is judged by its own header and its own result, never by those of the answer that brings it: it
//! must be of this lane, this terminal, this category and this number, and of the currency and the day of the request.
//!
//! *"Not found"* says that the terminal never had the request, and that it may be made again (Adyen docs: verify
//! transaction status). It is believed only if all of this holds:
//!
//! * The connection of the request was closed, with a pause between that and the question: a question must not overtake
//!   the request that is still on its way. For the same reason it must be said [twice](crate::limits::NOT_FOUND) in a
//!   row, with another pause between. What an adapter was given to send must not leave after it closed the connection
//!   (see [`Output::Close`](crate::drive::Output::Close)); what the network holds back longer than that is lost to us.
//! * The request went to this terminal, as the journal says after a restart: a spare one never had it.
//! * Nothing shows that the terminal had the request: no answer to it, no receipt, no "in progress".
//! * The terminal cannot have forgotten it: the request is younger than
//!   [`Timeouts::memory`](crate::nexo::settings::Timeouts::memory), or the answer names an earlier request of this lane
//!   as the last that the terminal had.

use core::time::Duration;

use super::Answer;
use super::classify::{Evidence, classify};
use super::current::Current;
use super::inquiry::Weight;
use crate::nexo::vocabulary::{ErrorCondition, ResultType};
use crate::operation::{Facts, Outcome, Reason};
use crate::proof::{Mistake, mistake};
use crate::time::{self, Instant, WallTime};

impl Current {
    /// What the answer to the question comes to.
    pub(super) fn weight(&self, now: Instant, memory: Duration) -> Weight {
        let Some(inquiry) = &self.inquiry else { return Weight::Nothing };
        if mistake(Mistake::JudgesByTheOuterResult) && inquiry.answer.result == Some(ResultType::Success) {
            return Weight::Settles(Outcome::Approved, None, Facts::default());
        }
        if let Some(repeated) = &inquiry.repeated {
            return self.repeated(repeated);
        }
        match (inquiry.answer.result, inquiry.answer.condition) {
            // Without what it is to repeat.
            (Some(ResultType::Success | ResultType::Partial), _) => Weight::Nothing,
            (_, Some(ErrorCondition::InProgress)) => Weight::InProgress,
            (_, Some(ErrorCondition::Busy)) => Weight::Busy,
            (Some(ResultType::Failure), Some(ErrorCondition::NotFound))
                if self.may_believe(&inquiry.answer, now, memory) =>
            {
                Weight::NotFound
            }
            // Temporary (nexo Sale to POI 3.0 schema).
            (_, Some(ErrorCondition::UnreachableHost | ErrorCondition::DeviceOut)) => Weight::Unheard,
            _ => Weight::Nothing,
        }
    }

    /// The answer that was repeated is the request's own: what does it say?
    fn repeated(&self, answer: &Answer) -> Weight {
        if !self.may_be_of(answer) {
            return Weight::Nothing;
        }
        let asked = self.undertaking.asked();
        match classify(&Evidence { moves_money: true, answer, asked }) {
            (Outcome::Unknown, _) if answer.condition == Some(ErrorCondition::InProgress) => Weight::InProgress,
            (Outcome::Unknown, _) => Weight::Nothing,
            // The terminal said before that it approved.
            (Outcome::Declined | Outcome::Aborted, _) if self.shows_an_approval() => Weight::Nothing,
            (outcome, reason) => Weight::Settles(outcome, reason, answer.facts.clone()),
        }
    }

    /// Whether what came of the request's own answer spoke against a refusal; also in an earlier run.
    fn shows_an_approval(&self) -> bool {
        self.answer.shows_an_approval || self.undertaking.verdict.1 == Some(Reason::Contradiction)
    }

    /// Numbers come again after a long time: an answer with another currency or from another day is another one.
    fn may_be_of(&self, answer: &Answer) -> bool {
        let currency = match (answer.facts.amount, self.undertaking.asked()) {
            (Some(booked), Some(asked)) => booked.currency() == asked.currency(),
            _ => true,
        };
        let stamp = answer.facts.time_stamp.as_ref().and_then(|stamp| time::local_seconds(stamp.as_str()));
        // Zones count little beside a day.
        let asked_at = self.undertaking.asked_at().unix_seconds();
        currency && stamp.is_none_or(|stamp| stamp.abs_diff(asked_at) <= DAY)
    }

    /// Whether the terminal would know it, had it had the request.
    fn may_believe(&self, answer: &Answer, now: Instant, memory: Duration) -> bool {
        let request = self.undertaking.request_id;
        // The last it had is an earlier one of ours; were it this one, "not found" would be a contradiction.
        if let Some(last) = answer.last_of_ours {
            return last < request;
        }
        let age = |at: WallTime| at.unix_seconds().abs_diff(self.undertaking.asked_at().unix_seconds());
        age(self.undertaking.wall(now)) <= memory.as_secs() || mistake(Mistake::BelievesAForgetfulTerminal)
    }
}

const DAY: u64 = 24 * 60 * 60;
