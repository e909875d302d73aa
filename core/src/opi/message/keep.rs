//! What a decoder keeps of the records of a message.

use super::header::Kind;
use super::node::{Given, Slot};
use super::part::{FragmentOf, Piece, Place};
use super::place::{InnerName, OuterName};
use super::record::{self, Group, Role, Spec};
use super::request_type::Demand;
use super::value::{Flaw, Found, Lost};

/// The records that may be open at the same time, one of each slot, with as much of their values as is wanted.
pub(super) trait Keep: Clone {
    /// What is given of them.
    type Part<'a>
    where
        Self: 'a;

    /// The values of an `Authorisation`.
    const AUTHORISATION: &'static [Spec];

    /// Without any value.
    fn blank() -> Self;
    /// Forgets everything.
    fn clear(&mut self);
    /// Forgets what was given.
    fn forget(&mut self, given: Given);

    fn begin_message(&mut self, kind: Kind);
    fn kind(&self) -> Kind;
    fn set_namespace(&mut self, name: &str);
    fn has_request_type(&self) -> bool;
    fn set_request_type(&mut self, demand: Demand);
    /// The lane stood there, but empty.
    fn lane_is_blank(&mut self);

    fn begin_inner(&mut self, name: InnerName);
    fn begin_total(&mut self, place: Place);
    fn begin_outer(&mut self, name: OuterName);
    fn is_inner_empty(&self) -> bool;
    fn is_outer_empty(&self) -> bool;
    fn outer(&self) -> Option<OuterName>;
    /// What the amount that is open is the amount of.
    fn total(&self) -> Option<Place>;
    /// What is wrong with the amount that is open, if there is one.
    fn check_total(&self) -> Result<(), (&'static str, Flaw)>;
    /// What a device request that does not say so is, by the record that was begun.
    fn implies(&self) -> Option<Demand>;
    /// Whether the output that was begun is a journal; `None` if none was.
    fn begins_journal(&self) -> Option<bool>;

    /// The values of the record that is open.
    fn specs(&self, slot: Slot) -> &'static [Spec];
    /// Whether there is any value.
    fn has(&self, slot: Slot) -> bool;
    /// Reads a value to where it stays.
    fn read(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Flaw>;
    /// The value that is the text of the record's own element.
    fn own_text(&self, slot: Slot) -> Option<u8> {
        record::find_text(self.specs(slot), Group::OWN)
    }

    /// What is given.
    fn part(&self, given: Given) -> Option<Self::Part<'_>>;
    /// A piece of an element that is given as written.
    fn fragment<'a>(of: FragmentOf, piece: Piece<'a>) -> Self::Part<'a>
    where
        Self: 'a;

    /// The value that is the text of the element of this record, or of `group` in it.
    fn text(&self, slot: Slot, group: Group) -> Option<u8> {
        if group.is_own() { self.own_text(slot) } else { record::find_text(self.specs(slot), group) }
    }

    fn find(&self, slot: Slot, group: Group, name: &[u8]) -> Option<(Slot, u8)> {
        record::find(self.specs(slot), group, name).map(|index| (slot, index))
    }

    /// The child element that this value belongs to.
    fn group(&self, slot: Slot, index: u8) -> Group {
        self.specs(slot).get(usize::from(index)).map_or(Group::OWN, |spec| spec.group)
    }

    fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Flaw> {
        // The first of the header's values is the lane.
        if matches!(slot, Slot::Header) && index == 0 && found.word().is_empty() {
            self.lane_is_blank();
        }
        self.read(slot, index, found)
    }

    /// What a flaw of this value costs.
    #[cold]
    fn wrong(&self, slot: Slot, index: u8, flaw: Flaw) -> Wrong {
        let spec = self.specs(slot).get(usize::from(index));
        let fatal = match (spec.map(|spec| spec.role), self.total()) {
            (Some(Role::Vital | Role::Amount), Some(place)) => place.decides_money(),
            (Some(Role::Vital), None) => true,
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

/// A value that could not be read.
pub(super) struct Wrong {
    /// The message is not to be used.
    pub(super) fatal: bool,
    pub(super) lost: Lost,
    pub(super) name: &'static str,
    pub(super) flaw: Flaw,
}
