//! The Terminal API: nexo Retailer messages in JSON, as Adyen speaks them.

pub mod additional;
pub mod remark;
pub mod seen;
