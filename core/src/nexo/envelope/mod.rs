//! The secured form of a message: encrypted and authenticated under a shared key.

mod cipher;
mod key;

pub use key::{DERIVED, Key, KeyError, Nonce, Passphrase};
