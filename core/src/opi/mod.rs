//! OPI, the Open Payment Initiative: messages, dialects and the session of the till.

pub mod message;
mod profile;
pub mod route;
pub mod session;
mod settings;

pub use profile::{AbortFamily, AbortStyle, DeviceIds, Login, PrinterStates, Profile, ReversalBy, Routing};
pub use session::{Checked, Memory, Session};
pub use settings::{ConfigError, Devices, Settings, Timeouts};

pub use crate::id::Language;
