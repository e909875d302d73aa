//! The terminal's side of the Terminal API: tills are served by an [`Application`].
//!
//! The protocol is decided by [`opi_core::nexo::front`]; here are its memory, its time, its records, the secured form, and
//! the HTTPS server. What a payment does is the application's.

mod application;
mod bridge;
mod counter;
mod past;
mod records;
mod sealing;
mod serve;
#[cfg(feature = "sim")]
mod simulated;

pub use crate::secured::random;
pub use application::{Application, Leaving, Next};
pub use bridge::Bridge;
pub use counter::{Counter, Effect, Lent, OpenError};
pub use records::{Records, RecordsError};
pub use sealing::{Form, Keys, Received};
pub use serve::{Happening, Service, Stopped, serve};
#[cfg(feature = "sim")]
pub use simulated::Simulated;
