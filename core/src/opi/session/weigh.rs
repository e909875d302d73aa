//! What an answer about a lost answer is worth. What belongs to another lane or another request settles nothing.

use core::time::Duration;

use super::answer::overall_result;
use super::classify::{Evidence, classify};
use super::current::Current;
use super::inquiry::{Question, Weight};
use crate::journal::Settled;
use crate::operation::{Facts, Outcome, Reason, SettledBy};
use crate::opi::message::till::Excerpt;
use crate::opi::message::{OriginalHeader, OverallResult};
use crate::proof::{Mistake, mistake};
use crate::text::parted;
use crate::time::{self, WallTime};

/// What of the lane decides what a receipt is worth.
pub(super) struct LaneFacts<'a> {
    /// See [`Settings::alone_at_terminal`](crate::opi::Settings::alone_at_terminal).
    pub(super) alone: bool,
    /// Most between the time of a payment and that of its receipt.
    pub(super) near: Duration,
    pub(super) last_settled: Option<&'a Settled>,
}

impl Current {
    /// What the answer to the question comes to.
    pub(super) fn weight(&mut self, lane: &LaneFacts<'_>) -> Weight {
        let Some(inquiry) = &self.inquiry else { return Weight::Nothing };
        let result = overall_result(&self.testimony.facts);
        match result {
            // CCV's firmware: asks again after a pause.
            Some(OverallResult::Busy | OverallResult::DeviceUnavailable | OverallResult::CommunicationError) => {
                return Weight::Later;
            }
            Some(OverallResult::PrintLastTicket) => return Weight::TicketFirst,
            _ => {}
        }
        match inquiry.question() {
            Some(Question::RepeatLast) => self.repeated(result.as_ref()),
            // Whatever it says ("no ticket" is an answer, too), the receipts decide; and only about money.
            Some(Question::Reprint) if !inquiry.errand => {
                let answered = result == Some(OverallResult::Success);
                if answered { self.reprinted(lane) } else { Weight::Nothing }
            }
            _ => Weight::Nothing,
        }
    }

    /// A repeated message settles the request if it is the request's own.
    fn repeated(&mut self, outer: Option<&OverallResult>) -> Weight {
        let Some(repeats) = self.answer.repeats.as_ref().filter(|repeats| repeats.ours) else { return Weight::Nothing };
        let (result, compared) = (repeats.result(), self.compared());
        // Nexi SDKs: of a repetition that failed nothing is taken. A message that is repeated as it was has its own result.
        let repeated = outer == Some(&OverallResult::Success) || outer == result.as_ref();
        if !repeated || !self.may_be_of(&self.testimony.facts) {
            return Weight::Nothing;
        }
        self.answer.compare(&mut self.testimony.facts, compared);
        let (outcome, reason) = classify(&Evidence {
            moves_money: true,
            result: result.as_ref(),
            facts: &self.testimony.facts,
            lost: self.lost(),
            // Whether the card holder was prompted before a restart is not known: not believed to be idle.
            prompted: self.prompted || self.undertaking.is_resumed(),
            late: self.late,
            cardless: self.is_cardless(),
            asked: compared,
        });
        match outcome {
            Outcome::Unknown => {
                // To be told, and remembered over a restart.
                if reason == Some(Reason::Contradiction) {
                    self.undertaking.verdict.1 = reason;
                }
                Weight::Nothing
            }
            _ => Weight::Settles(outcome, reason, SettledBy::RepeatLastMessage),
        }
    }

    /// `N`, or `N.M` as CCV's firmware has it, of this lane and this type.
    pub(super) fn is_ours(&self, original: Excerpt<'_>, workstation: &str) -> bool {
        let id = original.word(OriginalHeader::request_id);
        let number = parted(id, b'.').map_or(id, |(number, _)| number);
        self.undertaking.request_id.is_echoed_by(number)
            && (mistake(Mistake::BelievesAnotherTillsAnswer)
                || original.text(OriginalHeader::workstation_id) == Some(workstation))
            && original.text(OriginalHeader::request_type) == Some(self.word())
    }

    /// Numbers come again after a long time: a message with another currency or from another day is another one.
    fn may_be_of(&self, facts: &Facts) -> bool {
        let currency = match (facts.amount, self.undertaking.asked()) {
            (Some(booked), Some(asked)) => booked.currency() == asked.currency(),
            _ => true,
        };
        let stamp = facts.time_stamp.as_ref().and_then(|stamp| time::local_seconds(stamp.as_str()));
        currency && stamp.is_none_or(|stamp| apart(stamp, self.undertaking.asked_at()) <= DAY)
    }

    /// A receipt with an approval code settles a payment if it names the transaction that was seen before the answer was
    /// lost. A till that is alone at its terminal may also take a receipt of the same amount from the same minutes
    /// (Nexi proxy), if it is not that of another request.
    fn reprinted(&mut self, lane: &LaneFacts<'_>) -> Weight {
        self.testimony.take_in_receipt();
        let facts = &self.testimony.facts;
        // What refers to an earlier transaction has its amount and perhaps its name: the receipt may be that one's.
        let first = self.is_first();
        // A declined transaction has a number, and may have a receipt, too; what it has not is an approval code.
        let approved = facts.approval_code.is_some() && !facts.show_a_decline();
        let same_amount = facts.amount.is_some() && facts.amount == self.undertaking.asked();
        let ours = self.is_named(facts, lane) || self.is_of_these_minutes(facts, lane);
        if !first || !approved || !same_amount || !(ours || mistake(Mistake::BelievesAnyReceipt)) {
            return Weight::Nothing;
        }
        Weight::Settles(Outcome::Approved, None, SettledBy::TicketReprint)
    }

    /// Whether a receipt names the transaction that was seen before the answer was lost.
    fn is_named(&self, facts: &Facts, lane: &LaneFacts<'_>) -> bool {
        let Some(seen) = &self.undertaking.reference_seen else { return false };
        let named = facts.trx_reference_number.as_ref() == Some(seen)
            || facts.approval_code.as_ref().is_some_and(|code| code.as_str() == seen.as_str());
        // Approval codes come again.
        named && self.earlier(lane).is_none_or(|earlier| earlier.is_of(facts) != Some(true))
    }

    /// Whether a receipt without a known name can only be that of the request. Two payments of the same amount may have
    /// the same second, and the terminal's clock may be minutes ahead.
    fn is_of_these_minutes(&self, facts: &Facts, lane: &LaneFacts<'_>) -> bool {
        let stamp = facts.time_stamp.as_ref().and_then(|stamp| time::local_seconds(stamp.as_str()));
        let asked_at = self.undertaking.asked_at();
        // Not before it was asked for: the sale before it may have had the same amount.
        let same_minutes =
            stamp.is_some_and(|stamp| stamp >= local(asked_at) && apart(stamp, asked_at) <= lane.near.as_secs());
        let other = self.earlier(lane).is_none_or(|earlier| earlier.is_of(facts) == Some(false));
        let others = self.undertaking.has_others() && !mistake(Mistake::BelievesAReceiptOfAnother);
        let only = lane.alone && self.undertaking.reference_seen.is_none() && !others;
        only && same_minutes && (other || mistake(Mistake::BelievesAnOldReceipt))
    }

    /// The last transaction that is settled, if it is another one.
    fn earlier<'a>(&self, lane: &LaneFacts<'a>) -> Option<&'a Settled> {
        lane.last_settled.filter(|settled| settled.request_id != self.undertaking.request_id)
    }
}

/// Seconds between a local time and a time of ours.
fn apart(local: i64, ours: WallTime) -> u64 {
    local.abs_diff(self::local(ours))
}

/// Seconds of our time on the clock on the wall.
fn local(ours: WallTime) -> i64 {
    ours.unix_seconds() + i64::from(ours.offset_minutes()) * 60
}

const DAY: u64 = 24 * 60 * 60;
