//! The enumerations of the documents: every word that Adyen's OpenAPI description or the nexo schema lists.

mod device;
mod transaction;

pub use device::*;
pub use transaction::*;
