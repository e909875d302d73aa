//! The Terminal API: nexo Retailer as Adyen speaks it, JSON over HTTPS.

#[cfg(feature = "nexo-crypto")]
pub mod envelope;
