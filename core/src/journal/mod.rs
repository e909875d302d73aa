//! What must survive a power cut: the records a session asks the adapter to store.
//!
//! The order is the promise: an intent is confirmed stored before its request leaves (I2), a receipt before the
//! terminal is told that it was handled (I3).

use crate::id::{Id, Reference, RequestId};
use crate::limits;
use crate::money::Money;
use crate::operation::{Finished, Outcome, Reason};
use crate::receipt::{Purpose, SheetId};
use crate::time::WallTime;

/// Names one storing; confirmations carry it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Ticket(pub u32);

/// One fact to be stored, lent by the session.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "record", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Record<'a> {
    /// A request that may move money is about to be sent.
    Intent(&'a Intent),
    /// A sheet came in whole: store its lines, which passed as events.
    Sheet {
        /// Which sheet.
        sheet: SheetId,
        /// What it is for.
        purpose: Purpose,
        /// The request it belongs to.
        request: Option<RequestId>,
    },
    /// How a request that may move money ended.
    Result(&'a Finished),
    /// A person decided about a request whose result stayed unknown.
    Resolution(Resolution),
}

/// A request that may move money, before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Intent {
    /// Its number.
    pub request_id: RequestId,
    /// The lane.
    pub workstation_id: Id<{ limits::WORKSTATION_ID }>,
    /// The request type as it goes on the wire.
    pub request_type: Id<{ limits::VOCABULARY }>,
    /// The amount asked for.
    pub amount: Option<Money>,
    /// The merchant's reference.
    pub reference: Option<Reference>,
    /// When it was asked for.
    #[cfg_attr(feature = "serde", serde(serialize_with = "stamp"))]
    pub at: WallTime,
}

#[cfg(feature = "serde")]
fn stamp<S: serde::Serializer>(at: &WallTime, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&at.with_zone())
}

/// What a person decided about a request whose result stayed unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Resolution {
    /// The request.
    pub request_id: RequestId,
    /// Whether the customer was charged.
    pub charged: bool,
}

/// A request whose result is unknown. It blocks the lane (I6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Unresolved {
    /// The request.
    pub request_id: RequestId,
    /// The request type as it went on the wire.
    pub request_type: Id<{ limits::VOCABULARY }>,
    /// The amount asked for.
    pub amount: Option<Money>,
    /// When it was asked for.
    #[cfg_attr(feature = "serde", serde(serialize_with = "stamp"))]
    pub at: WallTime,
    /// Approval code or transaction reference that a receipt of it already showed.
    pub reference: Option<Id<{ limits::LONG_ID }>>,
    /// Why its result is unknown.
    pub reason: Option<Reason>,
}

impl Resolution {
    /// The outcome that the decision stands for.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        if self.charged { Outcome::Approved } else { Outcome::Declined }
    }
}
