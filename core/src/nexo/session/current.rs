//! The request in progress.

use super::Answer;
use super::inquiry::Inquiry;
use super::sheets::Telling;
use crate::id::Id;
use crate::nexo::{Category, Vocabulary};
use crate::operation::Facts;
use crate::session::Undertaking;

/// The request in progress.
#[derive(Clone, Debug, Default)]
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
    /// The request type on the wire.
    pub(super) fn request_type(&self) -> &str {
        match (self.undertaking.resumed(), self.category) {
            (Some(unresolved), _) => unresolved.request_type.as_str(),
            (None, Some(category)) => Vocabulary::as_str(category),
            (None, None) => "",
        }
    }

    /// Remembers the name that the transaction of a request has with the terminal.
    pub(super) fn see(&mut self, facts: &Facts) {
        let approval = || facts.approval_code.as_ref().and_then(|code| Id::new(code.as_str()).ok());
        if self.undertaking.moves_money() && self.undertaking.reference_seen.is_none() {
            self.undertaking.reference_seen = facts.trx_reference_number.clone().or_else(approval);
        }
    }
}
