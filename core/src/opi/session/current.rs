//! The request in progress, with what its messages say of it.

use super::answer::Answer;
use super::inquiry::Inquiry;
use super::receipt::ReceiptFacts;
use crate::journal::Unresolved;
use crate::money::Money;
use crate::operation::Operation;
use crate::opi::message::RequestType;
use crate::session::Undertaking;

/// The request in progress.
#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Current {
    verbs: &'static [RequestType],
    /// Which of the dialect's verbs is tried.
    verb: usize,
    /// The terminal asked for something on the other channel.
    pub(super) prompted: bool,
    /// A receipt or a journal came.
    pub(super) receipt_came: bool,
    /// An answer to something else came.
    pub(super) foreign: bool,
    /// What its receipts showed.
    pub(super) receipt: ReceiptFacts,
    /// The request type it was sent with, if that was before.
    sent_as: Option<RequestType>,
    pub(super) undertaking: Undertaking,
    pub(super) answer: Answer,
    /// What is asked about it.
    pub(super) inquiry: Option<Inquiry>,
}

impl Current {
    pub(super) fn new(undertaking: Undertaking, verbs: &'static [RequestType]) -> Self {
        let sent_as = |unresolved: &Unresolved| {
            RequestType::from_text(unresolved.request_type.as_str()).unwrap_or(RequestType::CardPayment)
        };
        Self {
            sent_as: undertaking.resumed().map(sent_as),
            undertaking,
            verbs,
            verb: 0,
            answer: Answer::default(),
            prompted: false,
            receipt_came: false,
            foreign: false,
            inquiry: None,
            receipt: ReceiptFacts::default(),
        }
    }

    /// The request type on the wire.
    pub(super) fn request_type(&self) -> &RequestType {
        let tried = || self.verbs.get(self.verb).unwrap_or(&RequestType::AbortRequest);
        self.sent_as.as_ref().unwrap_or_else(tried)
    }

    /// The verb to be tried next, if the dialect has another one. Never for a request that may move money.
    pub(super) fn has_other_words(&self) -> bool {
        !self.undertaking.moves_money() && self.verb + 1 < self.verbs.len()
    }

    /// Goes on to the next verb.
    pub(super) fn use_other_words(&mut self) {
        self.verb += 1;
        self.answer = Answer::default();
    }

    /// The amount an answer is compared with: a reversal may say 0 (Nexi), and holds the amount elsewhere.
    pub(super) fn compared(&self) -> Option<Money> {
        if *self.request_type() == RequestType::PaymentReversal { None } else { self.undertaking.asked() }
    }

    /// Whether the operation waits for distant hosts.
    pub(super) const fn takes_long(&self) -> bool {
        matches!(
            self.undertaking.request.operation,
            Operation::Reconciliation { .. }
                | Operation::CloseDay
                | Operation::Transmit
                | Operation::ContactTms
                | Operation::ContactAcquirer
                | Operation::Diagnosis
                | Operation::Restart
        )
    }
}
