//! The terminal's side.

mod contract;
mod gathered;
mod history;
pub mod record;
mod settings;
mod transaction;

pub use contract::*;
pub use settings::{ReceiptLines, Settings, Timeouts};
pub use transaction::{Ended, Kind, Transaction, TransactionId};
