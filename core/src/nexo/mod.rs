//! The Terminal API: nexo Retailer as Adyen speaks it, JSON in `SaleToPOIRequest` and `SaleToPOIResponse`.
//!
//! Messages are **views**: one that was read borrows from the checked document, one that is built from the caller's
//! values. Nothing is copied, and every list of members stands once, for reading, writing and asking.
//!
//! What is wrong with a message is collected in a [`Report`], in the lines that terminals answer. Reading never stops at
//! the first of them, and what could be read is there.

mod choice;
mod dialect;
mod field;
mod list;
mod part;
mod raw;
mod report;
mod structure;
mod text;
mod word;

pub mod additional;
pub mod asked;
pub mod body;
mod card;
pub mod categories;
#[cfg(feature = "nexo-crypto")]
pub mod envelope;
pub mod front;
mod header;
mod message;
pub mod refusal;
pub mod remark;
pub mod seen;
pub mod session;
mod settings;
pub mod validate;
pub mod vocabulary;

pub use card::{CardNumber, Hidden};
pub use dialect::{AbsentForm, AmountForm, Case, Dialect, Leniencies};
pub use field::{Amount, Direction, Field, Reading};
pub use header::{Category, MessageClass, MessageHeader, MessageReference, MessageType, PROTOCOL_VERSION};
pub use list::{Iter, List};
pub use message::{Body, Envelope, Message, RequestBody, ResponseBody, Secured, SecurityTrailer};
pub use part::Part;
pub use raw::Raw;
pub use report::{Lines, Path, Reason, Report};
pub use session::{Memory, Session};
pub use settings::{ConfigError, Reservations, Settings, Software, Timeouts};
pub use structure::Structure;
pub use text::{AdditionalResponse, Base64, Code, Digits, Time};
pub use word::{Cluster, Vocabulary, Word};
