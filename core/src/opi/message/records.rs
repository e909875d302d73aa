//! The records that a decoder is filling.

use super::facts::{Diagnosis, Language, PrivateFacts};
use super::header::Header;
use super::node::Slot;
use super::place::{Inner, Outer};
use super::record::{self, Group, Record, Role, Spec};
use super::value::{Flaw, Found, Lost};

/// One record of each kind that may be open at the same time.
#[derive(Clone)]
pub(super) struct Records {
    pub(super) header: Header,
    pub(super) inner: Inner,
    pub(super) outer: Outer,
    pub(super) facts: PrivateFacts,
    pub(super) diagnosis: Diagnosis,
    pub(super) language: Language,
}

/// A value that could not be read.
pub(super) struct Wrong {
    /// The message is not to be used.
    pub(super) fatal: bool,
    pub(super) lost: Lost,
    pub(super) name: &'static str,
    pub(super) flaw: Flaw,
}

impl Records {
    pub(super) fn blank() -> Self {
        Self {
            header: Header::blank(),
            inner: Inner::Empty,
            outer: Outer::Empty,
            facts: PrivateFacts::blank(),
            diagnosis: Diagnosis::blank(),
            language: Language::blank(),
        }
    }

    fn open(&self, slot: Slot) -> Option<&dyn Record> {
        match slot {
            Slot::Header => Some(&self.header),
            Slot::Inner => self.inner.record(),
            Slot::Outer => self.outer.record(),
            Slot::Facts => Some(&self.facts),
            Slot::Diagnosis => Some(&self.diagnosis),
            Slot::Language => Some(&self.language),
        }
    }

    fn open_mut(&mut self, slot: Slot) -> Option<&mut dyn Record> {
        match slot {
            Slot::Header => Some(&mut self.header),
            Slot::Inner => self.inner.record_mut(),
            Slot::Outer => self.outer.record_mut(),
            Slot::Facts => Some(&mut self.facts),
            Slot::Diagnosis => Some(&mut self.diagnosis),
            Slot::Language => Some(&mut self.language),
        }
    }

    pub(super) fn specs(&self, slot: Slot) -> &'static [Spec] {
        self.open(slot).map_or(&[], |record| record.specs())
    }

    /// The value that is the text of the element of this record, or of `group` in it.
    pub(super) fn text(&self, slot: Slot, group: Group) -> Option<u8> {
        #[cfg(target_pointer_width = "64")]
        if group.is_own() {
            return self.open(slot)?.own_text();
        }
        record::find_text(self.specs(slot), group)
    }

    pub(super) fn find(&self, slot: Slot, group: Group, name: &[u8]) -> Option<(Slot, u8)> {
        record::find(self.specs(slot), group, name).map(|index| (slot, index))
    }

    /// The child element that this value belongs to.
    pub(super) fn group(&self, slot: Slot, index: u8) -> Group {
        self.specs(slot).get(usize::from(index)).map_or(Group::OWN, |spec| spec.group)
    }

    pub(super) fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Wrong> {
        let number = usize::from(index);
        if matches!(slot, Slot::Header) {
            // The first of its values is the lane.
            self.header.blank_lane |= number == 0 && found.word().is_empty();
        }
        let field = self.open_mut(slot).and_then(|record| record.field_mut(number));
        let result = field.map_or(Ok(()), |field| field.put(found));
        result.map_err(|flaw| self.wrong(slot, number, flaw))
    }

    #[cold]
    fn wrong(&self, slot: Slot, number: usize, flaw: Flaw) -> Wrong {
        let spec = self.specs(slot).get(number);
        let fatal = match spec.map(|spec| spec.role) {
            Some(Role::Vital | Role::Amount) if matches!(self.inner, Inner::Total(..)) => self.inner.decides_money(),
            Some(Role::Vital) => true,
            _ => false,
        };
        let name = spec.map_or("", |spec| if spec.name().is_empty() { "TotalAmount" } else { spec.name() });
        let lost = match spec.map(|spec| spec.role) {
            Some(Role::Shows(lost)) => lost,
            _ => Lost::Nothing,
        };
        Wrong { fatal, lost, name, flaw }
    }
}
