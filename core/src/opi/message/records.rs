//! The records that a decoder is filling.

use super::facts::{Diagnosis, Language, PrivateFacts};
use super::header::Header;
use super::node::Slot;
use super::place::{Inner, Outer};
use super::record::{self, Record, Role, Spec};
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
    pub(super) const EMPTY: Self = Self {
        header: Header::EMPTY,
        inner: Inner::Empty,
        outer: Outer::Empty,
        facts: PrivateFacts::EMPTY,
        diagnosis: Diagnosis::EMPTY,
        language: Language::EMPTY,
    };

    pub(super) fn specs(&self, slot: Slot) -> &'static [Spec] {
        match slot {
            Slot::Header => Header::SPECS,
            Slot::Inner => self.inner.specs(),
            Slot::Outer => self.outer.specs(),
            Slot::Facts => PrivateFacts::SPECS,
            Slot::Diagnosis => Diagnosis::SPECS,
            Slot::Language => Language::SPECS,
        }
    }

    /// The value that is the text of the element of this record, or of `group` in it.
    pub(super) fn text(&self, slot: Slot, group: &str) -> Option<u8> {
        match slot {
            Slot::Inner if group.is_empty() => self.inner.text(),
            Slot::Outer if group.is_empty() => self.outer.text(),
            _ => record::find_text(self.specs(slot), group),
        }
    }

    pub(super) fn find(&self, slot: Slot, group: &str, name: &[u8]) -> Option<(Slot, u8)> {
        record::find(self.specs(slot), group, name).map(|index| (slot, index))
    }

    /// The child element that this value belongs to.
    pub(super) fn group(&self, slot: Slot, index: u8) -> &'static str {
        self.specs(slot).get(usize::from(index)).map_or("", |spec| spec.group)
    }

    pub(super) fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Wrong> {
        let number = usize::from(index);
        let result = match slot {
            Slot::Header => {
                // The first of its values is the lane.
                self.header.blank_lane |= number == 0 && found.word().is_empty();
                self.header.put(number, found)
            }
            Slot::Inner => self.inner.put(number, found),
            Slot::Outer => self.outer.put(number, found),
            Slot::Facts => self.facts.put(number, found),
            Slot::Diagnosis => self.diagnosis.put(number, found),
            Slot::Language => self.language.put(number, found),
        };
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
