//! The request in progress.

use super::Answer;
use super::inquiry::Inquiry;
use super::request::Category;
use super::sheets::Telling;
use crate::money::Money;
use crate::session::Undertaking;

/// The request in progress.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) undertaking: Undertaking,
    /// Its category on the wire; `None` for one of another protocol, found in the journal.
    pub(super) category: Option<Category>,
    pub(super) answer: Answer,
    /// What is asked about it.
    pub(super) inquiry: Option<Inquiry>,
    /// The answer that is being told.
    pub(super) telling: Option<Telling>,
    /// Its receipts were told, and kept.
    pub(super) told: bool,
}

impl Current {
    pub(super) fn new(undertaking: Undertaking, category: Option<Category>) -> Self {
        Self { undertaking, category, answer: Answer::default(), inquiry: None, telling: None, told: false }
    }

    /// The request type on the wire.
    pub(super) fn request_type(&self) -> &str {
        match (self.undertaking.resumed(), self.category) {
            (Some(unresolved), _) => unresolved.request_type.as_str(),
            (None, Some(category)) => category.as_str(),
            (None, None) => "",
        }
    }

    /// The amount an answer is compared with. Of a reversal only the amount that was asked to be taken back.
    pub(super) const fn compared(&self) -> Option<Money> {
        self.undertaking.asked()
    }
}
