//! What messages are about: every body that Adyen implements, by family, and the pieces they consist of.

mod abort;
mod balance;
mod card;
mod card_acquisition;
mod common;
mod device;
mod diagnosis;
mod event;
mod login;
mod loyalty;
mod output;
mod payment;
mod reader;
mod reversal;
mod service;
mod status;
mod stored_value;
mod totals;

pub use abort::AbortRequest;
pub use balance::*;
pub use card::*;
pub use card_acquisition::*;
pub use common::{
    OriginalPOITransaction, POIData, Response, SaleData, SaleTerminalData, SaleToIssuerData, SponsoredMerchant,
    TransactionIdentification,
};
pub use device::*;
pub use diagnosis::*;
pub use event::*;
pub use login::*;
pub use loyalty::*;
pub use output::*;
pub use payment::*;
pub use reader::*;
pub use reversal::*;
pub use service::*;
pub use status::*;
pub use stored_value::*;
pub use totals::*;
