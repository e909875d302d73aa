//! What goes over to the other half when the active one is full.

use embedded_storage::nor_flash::NorFlash;
use opi_core::journal::{Blocker, Brief, Record};
use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
use opi_core::receipt::SheetId;

use super::halves::{Halves, Seen};
use super::head::Head;
use super::{Journal, JournalError};

/// Where what is carried over goes: it is measured first, so that no page is erased in vain.
#[derive(Clone, Copy)]
struct Copying {
    /// The half that is not active.
    half: usize,
    /// Its next free byte.
    at: u32,
    writes: bool,
}

impl Copying {
    /// Says something again.
    fn say<F: NorFlash>(&mut self, halves: &mut Halves<F>, record: &Record<'_>) -> Result<(), JournalError<F::Error>> {
        let length = halves.encode(record)?;
        self.copy(halves, length)
    }

    /// Copies the record that was looked at last.
    fn copy<F: NorFlash>(&mut self, halves: &mut Halves<F>, length: usize) -> Result<(), JournalError<F::Error>> {
        if self.writes {
            halves.put(self.half, self.at, length)?;
        }
        self.at = self.at.saturating_add(Halves::<F>::padded(length));
        Ok(())
    }

    /// Says again what is known of an unresolved request.
    fn say_blocker<F: NorFlash>(
        &mut self,
        halves: &mut Halves<F>,
        blocker: &Blocker,
    ) -> Result<(), JournalError<F::Error>> {
        let request_id = blocker.request_id;
        if let Some(intent) = &blocker.intent {
            self.say(halves, &Record::Intent(intent))?;
        }
        // One of which only the number is left blocks the lane, too.
        if blocker.sent || blocker.intent.is_none() {
            self.say(halves, &Record::Sent { request_id })?;
        }
        if blocker.reason.is_some() || blocker.reference.is_some() {
            self.say_unknown(halves, blocker)?;
        }
        Ok(())
    }

    /// Says again why nobody knows, and which names its receipts showed.
    #[inline(never)] // The facts of a transaction are large, and empty here.
    fn say_unknown<F: NorFlash>(
        &mut self,
        halves: &mut Halves<F>,
        blocker: &Blocker,
    ) -> Result<(), JournalError<F::Error>> {
        let unknown = Finished {
            request_id: Some(blocker.request_id),
            outcome: Outcome::Unknown,
            reason: blocker.reason,
            settled_by: SettledBy::Answer,
            facts: Facts { trx_reference_number: blocker.reference.clone(), ..Facts::default() },
            stored: true,
        };
        self.say(halves, &Record::Result(&unknown))
    }
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
        let half = usize::from(self.active == 0);
        let end = self.copy_all(Copying { half, at: Halves::<F>::HEAD, writes: false })?;
        if end.saturating_add(needed) > self.halves.size() {
            return Err(JournalError::Full);
        }
        self.halves.erase(half)?;
        let end = self.copy_all(Copying { half, at: Halves::<F>::HEAD, writes: true })?;
        let generation = self.generation.saturating_add(1);
        self.halves.put_head(half, &Head { generation, workstation: self.workstation.clone() })?;
        (self.active, self.generation, self.at) = (half, generation, end);
        Ok(())
    }

    /// Copies everything; where the copy ends.
    fn copy_all(&mut self, mut to: Copying) -> Result<u32, JournalError<F::Error>> {
        let Self { halves, ledger, .. } = self;
        if let Some(reached) = ledger.reached() {
            to.say(halves, &reached)?;
        }
        if let Some(settled) = ledger.last_settled() {
            to.say(halves, &Record::Settled(settled))?;
        }
        for blocker in ledger.all_unresolved() {
            to.say_blocker(halves, blocker)?;
        }
        for request_id in ledger.further_unresolved() {
            to.say(halves, &Record::Sent { request_id: *request_id })?;
        }
        self.copy_sheets(&mut to)?;
        for place in 0..self.open.len() {
            if let Some(sheet) = self.open.get(place).copied() {
                self.copy_pieces(&mut to, sheet, u32::MAX)?;
            }
        }
        Ok(to.at)
    }

    /// Copies the whole sheets of unresolved requests.
    fn copy_sheets(&mut self, to: &mut Copying) -> Result<(), JournalError<F::Error>> {
        if self.ledger.unresolved().is_none() {
            return Ok(());
        }
        let mut at = Halves::<F>::HEAD;
        while let Some(seen) = self.look(at)? {
            let bytes = length_of(&seen);
            if let Seen::Record { record: Brief::Sheet { sheet, request: Some(request) }, .. } = seen
                && self.ledger.all_unresolved().iter().any(|blocker| blocker.request_id == request)
            {
                self.copy_pieces(to, sheet, at)?;
                if self.look(at)?.is_some() {
                    to.copy(&mut self.halves, bytes)?;
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
            if matches!(seen, Seen::Record { record: Brief::Piece(sheet), .. } if sheet == of) {
                to.copy(&mut self.halves, bytes)?;
            }
            at = at.saturating_add(Halves::<F>::padded(bytes));
        }
        Ok(())
    }

    /// What stands in the active half, where something was written to it.
    fn look(&mut self, at: u32) -> Result<Option<Seen<Brief>>, JournalError<F::Error>> {
        if at >= self.at { Ok(None) } else { self.halves.look(self.active, at) }
    }
}

fn length_of(seen: &Seen<Brief>) -> usize {
    match seen {
        Seen::Record { bytes, .. }
        | Seen::Unlisted { bytes, .. }
        | Seen::Unreadable { bytes }
        | Seen::Gap { bytes, .. } => *bytes,
    }
}
