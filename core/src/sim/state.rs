//! The states of a terminal: its connections and the request in progress.

use heapless::Vec;

use super::hear::Word;
use super::ledger::Trade;
use super::plan::{Plan, Verdict};
use super::speak::{Call, Speech};
use super::{Conn, Entry, Script};
use crate::frame;
use crate::id::Id;
use crate::limits;
use crate::time::Instant;

/// A connection and the message that is coming in on it.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) frames: frame::Decoder,
    pub(super) message: Vec<u8, { limits::SIM_MESSAGE }>,
    /// The message is longer than there is room.
    pub(super) cut: bool,
    /// Asked for, but not up yet.
    pub(super) connecting: bool,
}

impl Channel {
    pub(super) fn new(connecting: bool) -> Self {
        Self { frames: frame::Decoder::default(), message: Vec::new(), cut: false, connecting }
    }
}

/// What a till asked for.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Whether it came as CardServiceRequest.
    pub(super) card: bool,
    pub(super) workstation: Id<{ limits::WORKSTATION_ID }>,
    pub(super) request_id: Id<{ limits::REQUEST_ID }>,
    pub(super) request_type: Word,
    pub(super) reference: Option<Word>,
    pub(super) german: bool,
}

/// The request in progress. A terminal has one at a time.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Where the answer goes; `None` once that connection is gone.
    pub(super) conn: Option<Conn>,
    pub(super) order: Order,
    pub(super) kind: Kind,
    pub(super) plan: Plan,
    pub(super) at: usize,
    pub(super) phase: Phase,
    /// The message that waits for its answer.
    pub(super) call: Option<Call>,
    /// Messages sent before it that were not waited for.
    pub(super) ahead: Vec<Call, 3>,
    /// Messages that wait to leave together with the next.
    pub(super) batch: Vec<Call, 3>,
    /// Device messages so far.
    pub(super) sequence: u32,
    /// Whether the fault strikes this request.
    pub(super) struck: bool,
    /// Whether this receipt was sent twice already.
    pub(super) doubled: bool,
    /// Whether a receipt did not arrive.
    pub(super) undelivered: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Money {
        script: Script,
        trade: Trade,
        verdict: Verdict,
        charged: bool,
    },
    Reprint {
        trade: Option<Trade>,
    },
    /// A service with prompts or a slip.
    Service {
        result: &'static str,
        report: bool,
        closes: bool,
        logs_off: bool,
    },
}

/// Where the request in progress stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The next step can be taken.
    Ready,
    /// A rest, or waiting for a card.
    Until(Instant),
    /// The connection for the device message is being made.
    Connecting(Conn, Instant),
    /// The device message was sent.
    Answering(Conn, Instant),
}

/// Something to be done.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is nowhere else to put it")]
pub(super) enum Act {
    Connect(Conn),
    Say(Conn, Speech),
    Close(Conn),
    Booked(Entry),
    Complaint(&'static str),
}

/// A frame on its way out.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    pub(super) conn: Conn,
    pub(super) speech: Speech,
    pub(super) gone: usize,
    pub(super) rests_until: Option<Instant>,
}
