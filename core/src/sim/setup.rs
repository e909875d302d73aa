//! What a simulated terminal is made of.

use core::time::Duration;

use super::{Callback, DeviceIds, Dialect, Fault, Script, Scripts};
use crate::id::Id;
use crate::limits;
use crate::money::Currency;
use crate::time::WallTime;

/// How a simulated terminal is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Whose terminal it is.
    pub dialect: &'static Dialect,
    /// How requests for money go.
    pub scripts: Scripts,
    /// What goes wrong.
    pub fault: Fault,
    /// How many requests for money (or connections, for [`Fault::DropBeforeRequest`]) the fault strikes, from the
    /// first. Faults [of the wire](Fault::is_of_the_wire) strike every frame.
    pub fault_count: u32,
    /// Start of all chance.
    pub seed: u64,
    /// Its number.
    pub terminal_id: Id<{ limits::SHORT_ID }>,
    /// The one currency it takes; `None` takes all.
    pub currency: Option<Currency>,
    /// Local time at the first input.
    pub wall: WallTime,
    /// Rest between the steps of a dialogue.
    pub pace: Duration,
    /// How it uses the till's listener.
    pub callback: Callback,
    /// How it numbers device messages.
    pub device_ids: DeviceIds,
    /// The encoding it declares and writes.
    pub encoding: Encoding,
    /// Whether somebody is logged in at the start.
    pub logged_in: bool,
    /// Whether it can print itself.
    pub has_printer: bool,
    /// Whether it masks card numbers. One that does not sends numbers of test cards, to find who keeps them.
    pub masks_cards: bool,
}

impl Setup {
    /// A well-behaved terminal of this dialect that approves everything.
    #[must_use]
    pub fn new(dialect: &'static Dialect, seed: u64, wall: WallTime) -> Self {
        Self {
            dialect,
            scripts: Scripts::always(Script::Approve),
            fault: Fault::None,
            fault_count: u32::MAX,
            seed,
            terminal_id: Id::new(dialect.terminal_id).unwrap_or_default(),
            currency: None,
            wall,
            pace: Duration::ZERO,
            callback: dialect.callback,
            device_ids: dialect.device_ids,
            encoding: Encoding::Utf8,
            logged_in: true,
            has_printer: true,
            masks_cards: true,
        }
    }

    /// With this script for everything.
    #[must_use]
    pub fn with_script(mut self, script: Script) -> Self {
        self.scripts = script.into();
        self
    }

    /// With this fault.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    pub(super) fn bytes_are_latin1(&self) -> bool {
        match self.fault {
            Fault::WrongEncoding => false,
            Fault::Latin1 => true,
            _ => self.encoding == Encoding::Latin1,
        }
    }

    pub(super) fn declared_encoding(&self) -> &'static str {
        match self.fault {
            Fault::WrongEncoding => "ISO-8859-1",
            Fault::Latin1 => "utf-8",
            _ if self.encoding == Encoding::Latin1 => "ISO-8859-1",
            _ => "utf-8",
        }
    }
}

/// The encoding of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, said and done.
    Utf8,
    /// ISO-8859-1, said and done: older German terminals.
    Latin1,
}
