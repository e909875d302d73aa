//! What can become of things: each choice there is, and what it costs of the faults that a way may have.

use opi_core::drive::Link;

pub(crate) use crate::luck::{Leave, Store, Torn};

/// Where an answer is split: behind its first byte, in the middle, and before its last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    FirstByte,
    Half,
    LastByte,
}

impl Split {
    pub(crate) const ALL: [Self; 3] = [Self::FirstByte, Self::Half, Self::LastByte];

    /// How many bytes come first.
    pub(crate) const fn at(self, length: usize) -> usize {
        match self {
            Self::FirstByte => 1,
            Self::Half => length / 2,
            Self::LastByte => length - 1,
        }
    }
}

/// What becomes of what is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrive {
    Well,
    /// A request: something on the way sends it twice, and the second answer comes back.
    Twice,
    /// It is lost, and nobody is told.
    Never,
    /// A request whose connection was ended is lost: no more than what was to be expected.
    Lost,
    /// An answer, in two pieces, the second any time later.
    Split(Split),
    /// An answer: half of it, then the connection ends.
    Cut,
}

/// What stands in an answer that is not the one waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    OtherNumber,
    OtherLane,
    /// The right ids, and a status that repeats the answer to another request.
    Page,
}

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Connect(usize, Link, bool),
    Stored(usize, Store),
    Sent(usize, u32, Leave),
    ToTerminal(u32, Arrive),
    ToTill(u32, Arrive),
    Abort(usize),
    Start(usize),
    Recover(usize),
    /// Time passes until somebody has to act.
    Time,
    /// The same, though something else could have happened before.
    Delay,
    /// So much time passes that a terminal may forget.
    Night,
    Reset(u32),
    PowerCut(usize, Torn),
    /// The till is started again, with nothing under way.
    Restart(usize),
    TerminalRestart,
    /// Another till pays at the terminal, with the same amount, from start to end.
    OtherTillPays,
    StrayAnswer(u32, Stray),
}

impl Choice {
    /// Whether it is out of the ordinary.
    pub(crate) const fn is_odd(self) -> bool {
        self.cost() > 0 || matches!(self, Self::Abort(_) | Self::StrayAnswer(..) | Self::OtherTillPays | Self::Night)
    }

    /// How much bad luck it is.
    pub(crate) const fn cost(self) -> u8 {
        match self {
            Self::Connect(_, _, true)
            | Self::Stored(_, Store::Well)
            | Self::Sent(_, _, Leave::Well)
            | Self::ToTerminal(_, Arrive::Well | Arrive::Lost)
            | Self::ToTill(_, Arrive::Well)
            | Self::Abort(_)
            | Self::Start(_)
            | Self::Recover(_)
            | Self::Restart(_)
            | Self::OtherTillPays
            | Self::StrayAnswer(..)
            | Self::Night
            | Self::Time => 0,
            _ => 1,
        }
    }
}
