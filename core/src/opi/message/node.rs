//! What a decoder remembers of the elements that are open, and what it owes its caller.

use super::part::FragmentOf;
use super::place::Container;

/// Whose value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Header,
    Inner,
    Outer,
    Facts,
    Diagnosis,
}

/// An open element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Container(Container),
    /// The element of a record.
    Record(Slot),
    /// A child element of a record with values of its own; the number of the first of them.
    Group(Slot, u8),
    /// An element that is one value.
    Leaf(Slot, u8),
    /// The same, outside of its record.
    Stray(u8),
    /// An element inside of a value: its text belongs to the value (IFSF `Track2/Ascii`).
    InLeaf,
    Unknown,
}

/// The part to give next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Header,
    Inner,
    Outer,
    CardCircuits,
    OutputEnd,
    Facts,
    Diagnosis,
    End,
}

/// The element whose content is given as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenFragment {
    pub(super) of: FragmentOf,
    /// Open elements, the owner included.
    pub(super) depth: usize,
}
