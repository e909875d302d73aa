//! XML as OPI needs it: a streaming reader that knows the rules, and a writer that cannot break them.
//!
//! [`Reader`] turns bytes into [`Token`]s, lent from the caller's window; [`Writer`] turns calls into bytes in the
//! caller's buffer. Neither knows a name of OPI.

#[cfg(target_pointer_width = "64")]
mod copy;
mod encoding;
mod error;
mod grammar;
mod outside;
mod reader;
mod room;
mod scan;
#[cfg(target_pointer_width = "64")]
mod scope;
#[cfg(not(target_pointer_width = "64"))]
#[path = "scope_packed.rs"]
mod scope;
mod token;
mod tolerance;
mod writer;

pub use error::{WriteError, XmlError, XmlErrorKind};
pub use reader::Reader;
pub(crate) use room::Characters;
#[cfg(target_pointer_width = "64")]
pub(crate) use room::Room;
pub use token::{Name, Raw, Run, Runs, Token};
pub use tolerance::Tolerance;
pub use writer::Writer;
pub(crate) use writer::is_name;
