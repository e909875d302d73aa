//! The request in progress.

use core::fmt::Write;

use heapless::String;

use super::Answer;
use super::inquiry::Inquiry;
use super::sheets::Telling;
use crate::id::Id;
use crate::journal::type_and_terminal;
use crate::limits;
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
            (Some(unresolved), _) => type_and_terminal(unresolved.request_type.as_str()).0,
            (None, Some(category)) => Vocabulary::as_str(category),
            (None, None) => "",
        }
    }

    /// The same as it is kept, with the terminal: the till may be at another one when it asks how the request ended.
    pub(super) fn kept_type(&self, poi_id: &str) -> Id<{ limits::VOCABULARY }> {
        if let Some(unresolved) = self.undertaking.resumed() {
            return unresolved.request_type.clone();
        }
        let mut text = String::<{ limits::VOCABULARY }>::new();
        let whole = write!(text, "{}@{poi_id}", self.request_type()).is_ok();
        Id::new(if whole { text.as_str() } else { self.request_type() }).unwrap_or_default()
    }

    /// Whether it was sent to this terminal, as far as is known.
    pub(super) fn was_sent_to(&self, poi_id: &str) -> bool {
        let kept = self.undertaking.resumed().map(|unresolved| unresolved.request_type.as_str());
        kept.is_none_or(|kept| type_and_terminal(kept).1 == Some(poi_id))
    }

    /// Remembers the name that the transaction of a request has with the terminal.
    pub(super) fn see(&mut self, facts: &Facts) {
        let approval = || facts.approval_code.as_ref().and_then(|code| Id::new(code.as_str()).ok());
        if self.undertaking.moves_money() && self.undertaking.reference_seen.is_none() {
            self.undertaking.reference_seen = facts.trx_reference_number.clone().or_else(approval);
        }
    }
}
