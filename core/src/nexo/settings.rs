//! What a lane of the Terminal API is: chosen once, before anything runs.

use core::fmt;
use core::time::Duration;

use super::dialect::Dialect;
use crate::id::{Id, Language, RequestId, WorkstationId};
use crate::limits;
use crate::receipt::SheetId;
use crate::text::Text;

/// The settings of one lane.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the lane, `SaleID` on the wire: stable, and unique at its terminal.
    pub sale_id: WorkstationId,
    /// The terminal, `POIID` on the wire: an answer of another one is none.
    pub poi_id: Id<{ limits::NEXO_POI_ID }>,
    /// How messages are written, and what is tolerated in answers.
    pub dialect: &'static Dialect,
    /// What reservations are asked with.
    pub reservations: Reservations,
    /// Who the till is, told at login.
    pub software: Software,
    /// Language of the cashier.
    pub language: Language,
    /// The cashier, where it is to be told.
    pub operator_id: Option<Id<{ limits::SHORT_ID }>>,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// The number of the first request. It must be beyond every number this lane ever used (I5).
    pub first_request: RequestId,
    /// The number of the first sheet. It must be beyond every number in this lane's journal, or the lines of a sheet
    /// that a power cut left unfinished are taken for those of a new one.
    pub first_sheet: SheetId,
}

impl Settings {
    /// A lane at an Adyen terminal, with English texts and the usual timeouts.
    #[must_use]
    pub fn new(sale_id: WorkstationId, poi_id: Id<{ limits::NEXO_POI_ID }>, first_request: RequestId) -> Self {
        Self {
            sale_id,
            poi_id,
            dialect: &Dialect::ADYEN,
            reservations: Reservations::None,
            software: Software::default(),
            language: Language::ENGLISH,
            operator_id: None,
            timeouts: Timeouts::USUAL,
            first_request,
            first_sheet: SheetId(1),
        }
    }
}

/// What reservations and their completions are asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservations {
    /// They are not asked for: Adyen takes them through its own fields and its back office.
    None,
    /// Payment types of their own, as nexo has them.
    PaymentTypes,
}

/// The till's software as a login tells it. All four must be there; Adyen does not look at the last (Adyen docs: log in
/// and log out).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Software {
    /// Who makes it.
    pub manufacturer: Text<{ limits::NAME }>,
    /// What it is called.
    pub application: Text<{ limits::NAME }>,
    /// Its version.
    pub version: Text<{ limits::NAME }>,
    /// The code it was certified under.
    pub certification: Text<{ limits::NAME }>,
}

impl Default for Software {
    /// This library.
    fn default() -> Self {
        Self {
            manufacturer: "opi-core".into(),
            application: "opi-core".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            certification: "none".into(),
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the terminal is connected.
    pub connect: Duration,
    /// Until the request has left.
    pub send: Duration,
    /// From sending to the answer (I9). Must be longer than the terminal works on a request, or every slow card holder
    /// makes a lost answer.
    pub answer: Duration,
    /// From a question about a lost answer to what the terminal says.
    pub status: Duration,
    /// Before each of the first [`limits::QUICK_POLLS`] questions about a lost answer; later ones wait twice as long.
    pub poll_pause: Duration,
    /// From the loss of an answer to the last question about it. Must be longer than the terminal works on a request.
    pub recovery: Duration,
    /// How long after a payment the terminal certainly still remembers it: only so long does "not found" mean that it
    /// never had it.
    pub memory: Duration,
    /// Until a record is stored.
    pub local: Duration,
    /// Until an abort is answered.
    pub abort: Duration,
    /// Between two aborts.
    pub abort_pause: Duration,
}

impl Timeouts {
    /// Answer 160 s: above the 120 s (local) and 150 s (cloud) that a terminal works on a request (Adyen docs:
    /// time-outs). Status 60 s: as another acceptor of nexo allows (DataMesh). Poll pause 5 s and recovery 180 s, that
    /// is 150 s and a margin: ours. Memory 60 s: ours; eight payments of other tills take
    /// longer, and so many answers a terminal keeps. Everything else as for OPI.
    pub const USUAL: Self = Self {
        connect: Duration::from_secs(10),
        send: Duration::from_secs(10),
        answer: Duration::from_secs(160),
        status: Duration::from_secs(60),
        poll_pause: Duration::from_secs(5),
        recovery: Duration::from_secs(180),
        memory: Duration::from_secs(60),
        local: Duration::from_secs(10),
        abort: Duration::from_secs(10),
        abort_pause: Duration::from_millis(1500),
    };
}

/// The memory does not fit. Found before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A receive window is too small.
    WindowTooSmall {
        /// Its bytes.
        bytes: usize,
        /// How many it needs.
        least: usize,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WindowTooSmall { bytes, least } => {
                write!(out, "a receive window of {bytes} bytes, at least {least} are needed")
            }
        }
    }
}

impl core::error::Error for ConfigError {}
