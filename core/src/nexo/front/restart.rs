//! What a restart needs, and what of it stays stored.

use super::Front;
use super::dialogue::{Dialogue, Ids, Stage, Task};
use super::record::Entry;
use crate::id::Id;
use crate::limits;
use crate::time::{Instant, WallTime};

impl Front<'_> {
    /// Takes in what was stored before a restart: every record, in the order in which it was stored, before the first
    /// input. An accepted transaction without a response is in progress until the application settles it
    /// ([`Wish::Settle`](super::Wish::Settle)).
    pub fn restore(&mut self, entry: &Entry<'_>) {
        match entry {
            Entry::Used(used) => self.seen.restore(used.taken, used.sale_id.as_str(), used.service_id.as_str()),
            Entry::Accepted(transaction, taken) => {
                self.seen.restore(*taken, transaction.sale_id.as_str(), transaction.service_id.as_str());
                self.names.restore(&transaction.name);
                let ids = Ids {
                    category: transaction.kind.category(),
                    sale_id: transaction.sale_id.clone(),
                    service_id: transaction.service_id.clone(),
                    device_id: None,
                };
                let wish = self.next_wish();
                let task = Task::Transaction(transaction.clone(), *taken);
                let mut dialogue = Dialogue::new(wish, ids, task, Instant::default());
                dialogue.stage = Stage::Ready;
                dialogue.restored = true;
                self.dialogue = Some(dialogue);
            }
            Entry::Answered(ended, response) => {
                self.names.restore(&ended.transaction.name);
                // One that is too long for this memory was answered before; it is only not repeated.
                _ = self.history.push(ended, response.0);
                let is = |it: &Dialogue| it.transaction().is_some_and(|it| it.name == ended.transaction.name);
                if self.dialogue.as_ref().is_some_and(is) {
                    self.dialogue = None;
                }
            }
            Entry::LoggedIn(sale_id) => self.log_in(sale_id),
            Entry::LoggedOut(sale_id) => self.log_out(sale_id),
        }
    }

    /// Says that what was stored is damaged, elsewhere than at its very end, where a storing was cut off that was never
    /// confirmed: of messages that are not known it is then not said that they never came, for 48 hours.
    pub const fn mark_damaged(&mut self) {
        self.seen.mark_incomplete();
    }

    /// Whether a record that was stored is still needed: for those who write the others anew from time to time, in the
    /// same order.
    #[must_use]
    pub fn needs(&mut self, now: Instant, at: WallTime, entry: &Entry<'_>) -> bool {
        let id = match entry {
            Entry::Used(used) => (used.sale_id.as_str(), used.service_id.as_str()),
            Entry::Accepted(transaction, _) => {
                if self.transaction().is_some_and(|running| running.name == transaction.name) {
                    return true;
                }
                (transaction.sale_id.as_str(), transaction.service_id.as_str())
            }
            Entry::Answered(ended, _) => {
                return self.history.find(|kept| kept.name == ended.transaction.name).is_some();
            }
            Entry::LoggedIn(sale_id) => return self.logins.iter().any(|login| login == sale_id),
            Entry::LoggedOut(_) => return false,
        };
        self.seen.find(now, at, id.0, id.1).is_some()
    }

    pub(super) fn log_in(&mut self, sale_id: &Id<{ limits::NEXO_SALE_ID }>) {
        self.log_out(sale_id);
        if self.logins.is_full() {
            _ = self.logins.pop_front();
        }
        // A place is free.
        _ = self.logins.push_back(sale_id.clone());
    }

    pub(super) fn log_out(&mut self, sale_id: &Id<{ limits::NEXO_SALE_ID }>) {
        for _ in 0..self.logins.len() {
            if let Some(other) = self.logins.pop_front()
                && other != *sale_id
            {
                _ = self.logins.push_back(other);
            }
        }
    }
}
