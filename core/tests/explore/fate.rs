//! What can become of things: each choice there is, and what it costs of the faults that a way may have.

use opi_core::drive::Link;

pub(crate) use crate::luck::{Leave, Store, Torn};

/// Where a frame is split: before, at and behind the end of its length, in the middle, and before its last byte.
/// Everywhere else one side is the same as at one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    FirstByte,
    Length,
    Half,
    LastByte,
}

impl Split {
    pub(crate) const ALL: [Self; 4] = [Self::FirstByte, Self::Length, Self::Half, Self::LastByte];

    /// How many bytes come first.
    pub(crate) const fn at(self, length: usize) -> usize {
        match self {
            Self::FirstByte => 1,
            Self::Length => 4,
            Self::Half => length / 2,
            Self::LastByte => length - 1,
        }
    }
}

/// What becomes of the bytes in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrive {
    Well,
    /// In two pieces, the second any time later.
    Split(Split),
    Twice,
    /// They are lost, and all that follows; nobody is told.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Yes,
    No,
    Cancelled,
}

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Listen(usize, bool),
    Connect(usize, Link, bool),
    Stored(usize, Store),
    Sent(usize, u32, Leave),
    ToTerminal(u32, Arrive),
    ToTill(u32, Arrive),
    Callback(usize, bool),
    Answered(usize, Reply),
    Abort(usize),
    Start(usize),
    Recover(usize),
    /// A person asks the bank about the unresolved request, and decides.
    Decide(usize),
    /// Time passes until somebody has to act.
    Time,
    /// The same, though something else could have happened before.
    Delay,
    Reset(u32),
    /// The end of a connection, or that an answer to a device request has left on it, is heard of any time later.
    /// Otherwise it is heard of before anything else happens.
    Hold(u32),
    PowerCut(usize, Torn),
    /// The till is started again, with nothing under way.
    Restart(usize),
    TerminalRestart(usize),
    /// Another till pays at the same terminal, with the same amount and the same number, from start to end.
    OtherTillPays,
    /// The terminal answers the number before, or the number after.
    StrayAnswer(u32, bool),
}

impl Choice {
    /// Whether it is out of the ordinary.
    pub(crate) const fn is_odd(self) -> bool {
        self.cost() > 0 || matches!(self, Self::Abort(_) | Self::StrayAnswer(..) | Self::OtherTillPays)
    }

    /// How much bad luck it is.
    pub(crate) const fn cost(self) -> u8 {
        match self {
            Self::Listen(_, true)
            | Self::Connect(_, _, true)
            | Self::Stored(_, Store::Well)
            | Self::Sent(_, _, Leave::Well)
            | Self::ToTerminal(_, Arrive::Well)
            | Self::ToTill(_, Arrive::Well)
            | Self::Callback(_, true)
            | Self::Answered(..)
            | Self::Abort(_)
            | Self::Start(_)
            | Self::Recover(_)
            | Self::Restart(_)
            | Self::Decide(_)
            | Self::OtherTillPays
            | Self::StrayAnswer(..)
            | Self::Time => 0,
            _ => 1,
        }
    }
}
