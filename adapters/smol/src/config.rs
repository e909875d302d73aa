//! What a till needs to know, and its bounds.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use opi_core::id::Id;
use opi_core::limits;
use opi_core::opi::{ConfigError, Settings};

use crate::{Listener, Store};

/// Connections that a terminal may hold open on channel 1 at one time, for one till.
///
/// One is what terminals use; a new one may come before the end of the old one is seen, and a display may run beside a
/// printer.
pub const DEVICE_SLOTS: usize = 4;

/// Bytes of one receive window. An answer of about 2 KiB is then read in one go; longer messages pass through.
pub const WINDOW: usize = 4 * 1024;

/// Bytes of the transmit buffer: the longest request is under 2 KiB, an answer has one result per output asked for.
pub const TRANSMIT: usize = 8 * 1024;

/// Most lines kept of one sheet. Journals of 64 KiB have about 800; the rest of a longer one is not stored, so the
/// terminal is told that it was not handled.
pub const SHEET_LINES: usize = 8 * 1024;

/// Most bytes kept of the raw text of a journal, and of private data. Four times the longest journal seen.
pub const RAW_TEXT: usize = 256 * 1024;

/// Sheets put together at one time: one per connection, doubled for outputs that are begun side by side.
pub const SHEETS: usize = 2 * (DEVICE_SLOTS + 1);

/// Connections of terminals that wait for one till. It takes them when [`Till::next`](crate::Till::next) runs.
pub const ARRIVALS: usize = 2 * DEVICE_SLOTS;

/// Connections whose first message is being read to find the till they belong to (the Nexi SDKs allow 32 peers).
pub const UNROUTED: usize = 32;

/// Bytes read at most until it is known whose a connection is: the name stands in the first tag of the message.
pub const ROUTE_BYTES: usize = 4 * 1024;

/// How long a connection may take to say whose it is. A terminal that connects has something to say at once.
pub const ROUTE_TIME: Duration = Duration::from_secs(10);

/// What is taken from connections after a deadline before the deadline counts: a window of each, twice.
pub const OVERDUE: usize = 2 * (DEVICE_SLOTS + 2);

/// Keep-alive: idle time, interval and count of the Nexi SDKs. A dead terminal is noticed within 14 seconds.
pub const KEEP_ALIVE: (Duration, Duration, u32) = (Duration::from_secs(5), Duration::from_secs(3), 3);

/// What a till needs to know.
pub struct Config {
    /// Channel 0 of the terminal. Callbacks are taken from this address only.
    pub terminal: SocketAddr,
    /// Channel 1 of the till, bound already. Several tills may share one.
    pub listener: Listener,
    /// The lane, the dialect and the times. A store that remembers earlier runs sets the first numbers.
    pub settings: Settings,
    /// Where records are kept.
    pub store: Box<dyn Store>,
}

/// Why there is no till.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings do not fit together.
    Settings(ConfigError),
    /// The listener already serves a till of this name for this terminal.
    LaneTaken,
    /// The store has the records of another lane.
    OtherLane {
        /// Its name.
        workstation: Id<{ limits::WORKSTATION_ID }>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(out),
            Self::LaneTaken => {
                out.write_str("the listener already serves a till of this workstation and terminal address")
            }
            Self::OtherLane { workstation } => write!(out, "the journal is that of workstation {workstation}"),
        }
    }
}

impl std::error::Error for OpenError {}
