//! The terminal's side.

mod history;
pub mod record;
mod settings;
mod transaction;

pub use settings::{Categories, ReceiptLines, Settings, Timeouts};
pub use transaction::{Ended, Kind, Transaction, TransactionId};
