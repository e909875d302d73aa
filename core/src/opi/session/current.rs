//! The request in progress, with what its messages say of it.

use super::answer::{Answer, Repeats};
use super::inquiry::{Inquiry, Testimony};
use crate::money::Money;
use crate::operation::{Facts, Operation};
use crate::opi::message::till::Part;
use crate::opi::message::{Lost, OriginalHeader, RequestType, Verb};
use crate::session::Undertaking;
use crate::time::Deadline;

/// The request in progress.
#[derive(Clone, Debug, Default)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Current {
    pub(super) verbs: &'static [Verb],
    /// Which of the dialect's verbs is tried.
    verb: usize,
    /// The terminal asked for something on the other channel.
    pub(super) prompted: bool,
    /// A receipt or a journal came.
    pub(super) receipt_came: bool,
    /// An answer to something else came.
    pub(super) foreign: bool,
    /// The answer came late: see [`Evidence::late`](super::Evidence::late).
    pub(super) late: bool,
    /// An approval was seen, in a journal or beside a refusal: no refusal is believed any more.
    pub(super) approved: bool,
    /// Until when an answer comes at once.
    pub(super) at_once: Deadline,
    pub(super) undertaking: Undertaking,
    /// What the answer being read says beside the facts: its own, or that to a question.
    pub(super) answer: Answer,
    /// What is asked about it.
    pub(super) inquiry: Option<Inquiry>,
    pub(super) testimony: Testimony,
}

impl Current {
    /// Whether it refers to no earlier transaction.
    pub(super) fn is_first(&self) -> bool {
        const FIRST: [Verb; 3] = [
            Verb::of(&RequestType::CardPayment),
            Verb::of(&RequestType::CardReservation),
            Verb::of(&RequestType::CardPreAuthorisation),
        ];
        FIRST.iter().any(|verb| verb.as_str() == self.word())
    }

    /// Whether the terminal needs no card for it, since it names an earlier transaction or takes back the last one. Of a
    /// refund that was sent before a restart it is not known what it named.
    pub(super) fn is_cardless(&self) -> bool {
        match self.undertaking.operation() {
            Some(Operation::Reversal { .. } | Operation::Completion { .. }) => true,
            Some(Operation::Refund { original, .. }) => !original.is_empty(),
            Some(_) => false,
            None => {
                let cardless =
                    [RequestType::PaymentReversal, RequestType::CardFinancialAdvice, RequestType::PaymentRefund];
                cardless.iter().any(|word| word.as_str() == self.word())
            }
        }
    }

    /// The request type on the wire.
    pub(super) fn word(&self) -> &str {
        match self.undertaking.resumed() {
            Some(before) => before.request_type.as_str(),
            None => {
                let none = const { Verb::of(&RequestType::AbortRequest) };
                self.verbs.get(self.verb).copied().unwrap_or(none).as_str()
            }
        }
    }

    /// The verb to be tried next, if the dialect has another one. Never for a request that may move money.
    pub(super) fn has_other_words(&self) -> bool {
        !self.undertaking.moves_money() && self.verb + 1 < self.verbs.len()
    }

    /// Goes on to the next verb.
    pub(super) fn use_other_words(&mut self) {
        self.verb += 1;
        self.forget_answer();
    }

    /// What was read of the answer is that of another one.
    pub(super) fn forget_answer(&mut self) {
        self.answer = Answer::default();
        self.undertaking.end.facts = Facts::default();
    }

    /// What showed beside the facts, in the answer being judged or at any time before it.
    pub(super) fn lost(&self) -> Lost {
        if self.approved { Lost::Approval } else { self.answer.lost }
    }

    /// Takes in a part of the answer.
    pub(super) fn take(&mut self, part: &Part<'_>) {
        self.answer.collect(&mut self.undertaking.end.facts, part);
    }

    /// What was read of the answer to the question is that of another one.
    pub(super) fn forget_testimony(&mut self) {
        self.answer = Answer::default();
        self.testimony.facts = Facts::default();
    }

    /// Takes in a part of the answer to the question, which was asked of this lane.
    pub(super) fn hear(&mut self, part: &Part<'_>, workstation: &str) {
        if let Part::OriginalHeader(original) = part {
            let ours = self.is_ours(*original, workstation);
            self.answer.repeats = Some(Repeats::new(ours, original.text(OriginalHeader::overall_result)));
        } else {
            self.answer.collect(&mut self.testimony.facts, part);
        }
    }

    /// The amount an answer is compared with: a reversal may say 0 (Nexi), and holds the amount elsewhere.
    pub(super) fn compared(&self) -> Option<Money> {
        if self.word() == const { RequestType::PaymentReversal.listed() } { None } else { self.undertaking.asked() }
    }

    /// Whether the operation waits for distant hosts.
    pub(super) const fn takes_long(&self) -> bool {
        matches!(
            self.undertaking.operation(),
            Some(
                Operation::Reconciliation { .. }
                    | Operation::CloseDay
                    | Operation::Transmit
                    | Operation::ContactTms
                    | Operation::ContactAcquirer
                    | Operation::Diagnosis
                    | Operation::Restart
            )
        )
    }
}
