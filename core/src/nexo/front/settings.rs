//! What a terminal is set to.

use core::time::Duration;

use crate::id::{Id, IdError};
use crate::limits;
use crate::nexo::Dialect;
use crate::nexo::categories::Categories;
use crate::nexo::remark::TextProfile;
use crate::nexo::seen::{Overflow, Uniqueness};

/// What a terminal is set to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The id of this terminal: what a message must have in `POIID`.
    pub poi_id: Id<{ limits::NEXO_POI_ID }>,
    /// Which texts it writes.
    pub texts: TextProfile,
    /// How it writes, and what it reads all the same.
    pub dialect: &'static Dialect,
    /// What it serves. Everything else is answered by `UnavailableService`.
    pub categories: Categories,
    /// What makes a message's id unique.
    pub uniqueness: Uniqueness,
    /// What happens when the memory for ids is full.
    pub overflow: Overflow,
    /// The key of the hash of ids: secret and the same for one run; it may change at a restart.
    pub id_key: [u8; 16],
    /// Whether an id that `NotFound` was answered for is taken from then on, so that a request which is still on its way
    /// cannot be done after the till was told that it never came.
    pub not_found_takes_id: bool,
    /// Whether messages of a till that did not log in are refused.
    pub login_needed: bool,
    /// How long things take at most.
    pub timeouts: Timeouts,
    /// How the lines of receipts are written.
    pub receipt_lines: ReceiptLines,
    /// Whether the prompts of a transaction are sent to the till.
    pub prompts: bool,
    /// The merchant, as the acquirer calls it.
    pub merchant_id: Id<{ limits::LONG_ID }>,
    /// Who made the software.
    pub manufacturer: Id<{ limits::NAME }>,
    /// What it is called.
    pub application: Id<{ limits::NAME }>,
    /// Its version.
    pub version: Id<{ limits::NAME }>,
}

impl Settings {
    /// A terminal with this id, and everything as it is seen at Adyen.
    ///
    /// # Errors
    /// An id that is empty or too long.
    pub fn new(poi_id: &str, id_key: [u8; 16]) -> Result<Self, IdError> {
        if poi_id.is_empty() {
            return Err(IdError::Empty);
        }
        Ok(Self {
            poi_id: Id::new(poi_id)?,
            texts: TextProfile::default(),
            dialect: &Dialect::ADYEN,
            categories: Categories::DEFAULT,
            uniqueness: Uniqueness::default(),
            overflow: Overflow::default(),
            id_key,
            not_found_takes_id: true,
            login_needed: false,
            timeouts: Timeouts::default(),
            receipt_lines: ReceiptLines::default(),
            prompts: true,
            merchant_id: Id::new("-")?,
            manufacturer: Id::new("opi-core")?,
            application: Id::new("opi-core")?,
            version: Id::new(env!("CARGO_PKG_VERSION"))?,
        })
    }
}

/// How the lines of receipts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReceiptLines {
    /// `name=` and the line, percent-encoded, as Adyen's terminals do.
    #[default]
    Pairs,
    /// The line itself.
    Plain,
}

/// How long things take at most (I9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the application is told to stop: 120 seconds (Adyen docs: timeouts).
    pub dialogue: Duration,
    /// Until the connection of a request without an answer is closed. Longer, since what was stopped may still end in
    /// either way; and a till has to wait longer than the dialogue, too.
    pub exchange: Duration,
    /// Until a store that says nothing is taken for one that failed.
    pub store: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { dialogue: Duration::from_secs(120), exchange: Duration::from_secs(150), store: Duration::from_secs(10) }
    }
}
