//! What goes over to the other half when the active one is full.

use embedded_storage::nor_flash::NorFlash;
use opi_core::journal::{self, Blocker, Entry, MAX_RECORD, Record};
use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
use opi_core::receipt::SheetId;

use super::halves::{Halves, Seen};
use super::head::Head;
use super::{Journal, JournalError};

/// Where what is carried over goes: it is measured first, so that no page is erased in vain.
#[derive(Clone, Copy)]
struct Copying {
    /// The next free byte of the other half.
    at: u32,
    writes: bool,
}

impl<F: NorFlash> Journal<F> {
    /// Carries over what a restart needs, and makes the other half the active one.
    ///
    /// # Errors
    /// [`JournalError::Full`] if fewer than `needed` bytes would be free then; nothing was done. Whatever fails, the
    /// active half stays the active one.
    pub(super) fn carry_over(&mut self, needed: u32) -> Result<(), JournalError<F::Error>> {
        if self.ledger.counts().more_unresolved > 0 {
            // They are not in the ledger, and must not be forgotten.
            return Err(JournalError::TooManyUnresolved);
        }
        let end = self.copy_all(Copying { at: Halves::<F>::HEAD, writes: false })?;
        if end.saturating_add(needed) > self.halves.size() {
            return Err(JournalError::Full);
        }
        let other = usize::from(self.active == 0);
        self.halves.erase(other)?;
        let end = self.copy_all(Copying { at: Halves::<F>::HEAD, writes: true })?;
        let generation = self.generation.saturating_add(1);
        self.halves.put_head(other, &Head { generation, workstation: self.workstation.clone() })?;
        (self.active, self.generation, self.at) = (other, generation, end);
        Ok(())
    }

    /// Copies everything; where the copy ends.
    fn copy_all(&mut self, to: Copying) -> Result<u32, JournalError<F::Error>> {
        let mut to = to;
        if let Some(reached) = self.ledger.reached() {
            self.say(&mut to, &reached)?;
        }
        if let Some(settled) = self.ledger.last_settled().cloned() {
            self.say(&mut to, &Record::Settled(&settled))?;
        }
        let mut place = 0;
        while let Some(blocker) = self.ledger.all_unresolved().get(place).cloned() {
            self.say_blocker(&mut to, &blocker)?;
            place = place.saturating_add(1);
        }
        self.copy_sheets(&mut to)?;
        for place in 0..self.open.len() {
            if let Some(sheet) = self.open.get(place).copied() {
                self.copy_pieces(&mut to, sheet, u32::MAX)?;
            }
        }
        Ok(to.at)
    }

    /// Says again what is known of an unresolved request.
    fn say_blocker(&mut self, to: &mut Copying, blocker: &Blocker) -> Result<(), JournalError<F::Error>> {
        let request_id = blocker.request_id;
        if let Some(intent) = &blocker.intent {
            self.say(to, &Record::Intent(intent))?;
        }
        // One of which only the number is left blocks the lane, too.
        if blocker.sent || blocker.intent.is_none() {
            self.say(to, &Record::Sent { request_id })?;
        }
        if blocker.reason.is_some() || blocker.reference.is_some() {
            let facts = Facts { trx_reference_number: blocker.reference.clone(), ..Facts::default() };
            let unknown = Finished {
                request_id: Some(request_id),
                outcome: Outcome::Unknown,
                reason: blocker.reason,
                settled_by: SettledBy::Answer,
                facts,
                stored: true,
            };
            self.say(to, &Record::Result(&unknown))?;
        }
        Ok(())
    }

    fn say(&mut self, to: &mut Copying, record: &Record<'_>) -> Result<(), JournalError<F::Error>> {
        let mut bytes = [0; MAX_RECORD];
        let length = journal::encode(record, &mut bytes).map_err(|_| JournalError::TooLong)?;
        if to.writes {
            self.halves.put(usize::from(self.active == 0), to.at, bytes.get(..length).unwrap_or_default())?;
        }
        to.at = to.at.saturating_add(Halves::<F>::padded(length));
        Ok(())
    }

    /// Copies the record that was looked at last.
    fn copy_seen(&mut self, to: &mut Copying, length: usize) -> Result<(), JournalError<F::Error>> {
        if to.writes {
            self.halves.put_buffer(usize::from(self.active == 0), to.at, length)?;
        }
        to.at = to.at.saturating_add(Halves::<F>::padded(length));
        Ok(())
    }

    /// Copies the whole sheets of unresolved requests.
    fn copy_sheets(&mut self, to: &mut Copying) -> Result<(), JournalError<F::Error>> {
        if self.ledger.unresolved().is_none() {
            return Ok(());
        }
        let mut at = Halves::<F>::HEAD;
        while let Some(seen) = self.look(at)? {
            let bytes = length_of(&seen);
            if let Seen::Entry { entry: Entry::Sheet { sheet, request: Some(request), .. }, .. } = seen
                && self.ledger.all_unresolved().iter().any(|blocker| blocker.request_id == request)
            {
                self.copy_pieces(to, sheet, at)?;
                if self.look(at)?.is_some() {
                    self.copy_seen(to, bytes)?;
                }
            }
            at = at.saturating_add(Halves::<F>::padded(bytes));
        }
        Ok(())
    }

    /// Copies the lines and the text of a sheet that stand before `until`.
    fn copy_pieces(&mut self, to: &mut Copying, of: SheetId, until: u32) -> Result<(), JournalError<F::Error>> {
        let mut at = Halves::<F>::HEAD;
        while at < until
            && let Some(seen) = self.look(at)?
        {
            let bytes = length_of(&seen);
            if let Seen::Entry { entry: Entry::Line { sheet, .. } | Entry::Text { sheet, .. }, .. } = seen
                && sheet == of
            {
                self.copy_seen(to, bytes)?;
            }
            at = at.saturating_add(Halves::<F>::padded(bytes));
        }
        Ok(())
    }

    /// What stands in the active half, where something was written to it.
    fn look(&mut self, at: u32) -> Result<Option<Seen>, JournalError<F::Error>> {
        if at >= self.at { Ok(None) } else { self.halves.look(self.active, at) }
    }
}

fn length_of(seen: &Seen) -> usize {
    match seen {
        Seen::Entry { bytes, .. }
        | Seen::Unlisted { bytes, .. }
        | Seen::Unreadable { bytes }
        | Seen::Gap { bytes, .. } => *bytes,
    }
}
