//! What a till needs to know, and its bounds.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use opi_core::id::{Id, RequestId, WorkstationId};
use opi_core::limits;
#[cfg(feature = "terminal-api")]
use opi_core::nexo;
use opi_core::opi::{ConfigError, Settings};
use opi_core::receipt::SheetId;

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

/// Memory for an answer of the Terminal API. With both receipts it has about 8 KiB; room for logos, since an answer that
/// does not fit is a lost one.
#[cfg(feature = "terminal-api")]
pub const ANSWER: usize = 128 * 1024;

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
    /// The terminal, and the lane that pays on it.
    pub terminal: Terminal,
    /// Where records are kept.
    pub store: Box<dyn Store>,
}

/// A terminal, by what it speaks, and the lane that pays on it. A store that remembers earlier runs sets the first
/// numbers of the settings.
#[cfg_attr(
    feature = "terminal-api",
    expect(clippy::large_enum_variant, reason = "there is one for each till, and it is taken apart at once")
)]
pub enum Terminal {
    /// It speaks OPI.
    Opi {
        /// Its channel 0. Callbacks are taken from this address only.
        address: SocketAddr,
        /// Channel 1 of the till, bound already. Several tills may share one.
        listener: Listener,
        /// The lane, the dialect and the times.
        settings: Settings,
    },
    /// It speaks the Terminal API.
    #[cfg(feature = "terminal-api")]
    Api {
        /// The way to it.
        client: crate::https::Client,
        /// The key that it shares with the till. With one, what leaves is in secured form, and what comes in clear is
        /// not believed.
        key: Option<nexo::envelope::Key>,
        /// The lane, the terminal's name and the times.
        settings: nexo::Settings,
    },
}

impl Terminal {
    /// What a store knows better: whose lane it is, and where its numbers go on.
    pub(crate) fn lane(&mut self) -> (&WorkstationId, &mut RequestId, &mut SheetId) {
        match self {
            Self::Opi { settings, .. } => {
                (&settings.workstation, &mut settings.first_request, &mut settings.first_sheet)
            }
            #[cfg(feature = "terminal-api")]
            Self::Api { settings, .. } => (&settings.sale_id, &mut settings.first_request, &mut settings.first_sheet),
        }
    }
}

/// Why there is no till.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings do not fit together.
    Settings(ConfigError),
    /// The settings of a terminal that speaks the Terminal API do not fit together.
    #[cfg(feature = "terminal-api")]
    ApiSettings(nexo::ConfigError),
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
            #[cfg(feature = "terminal-api")]
            Self::ApiSettings(error) => error.fmt(out),
            Self::LaneTaken => {
                out.write_str("the listener already serves a till of this workstation and terminal address")
            }
            Self::OtherLane { workstation } => write!(out, "the journal is that of workstation {workstation}"),
        }
    }
}

impl std::error::Error for OpenError {}
