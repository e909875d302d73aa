//! What must survive a power cut: the records a session asks the adapter to store, as bytes and back.
//!
//! The order is the promise: an intent is confirmed stored before its request leaves (I2), a receipt before the
//! terminal is told that it was handled (I3), a block of request numbers before the first of them is used (I5).
//!
//! | file | what is in it |
//! | --- | --- |
//! | `record` | the records |
//! | `field`, `body` | how each of their fields is written, and in which order |
//! | `codec` | one record with its head and its checksum |
//! | `replay` | records out of bytes, whatever a power cut or a bad disk left of them |
//! | `ledger` | what a restart needs to know |

mod body;
mod codec;
pub(crate) mod field;
mod ledger;
mod record;
mod replay;

pub use codec::{Brief, DecodeError, Full, MAX_RECORD, VERSION, brief, decode, encode};
pub use ledger::{Blocker, Counts, Ledger, StoredSheet};
pub use record::{Entry, Intent, Record, Resolution, Settled, Ticket, Unresolved, type_and_terminal};
pub use replay::{Dropped, Found, Replay, UnknownVersion};
