//! Why a message is not opened or not sealed.

use core::fmt;

/// Why a secured message is not opened.
///
/// What the peer wrote in clear is told apart. What only the key can tell is one refusal: its reasons must not be
/// distinguishable, or a message could be decrypted by asking often enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CryptoFailure {
    /// `AdyenCryptoVersion` is not 1.
    CryptoVersion,
    /// No key has this `KeyIdentifier`.
    KeyUnknown,
    /// A key has this `KeyIdentifier`, but not in this `KeyVersion`.
    KeyVersion,
    /// Wrong key, damaged or forged: nonce, text, padding or authentication code.
    Refused,
    /// The clear header is not the encrypted one.
    Header,
    /// Ours: the scratch buffer is shorter than the encrypted text, which has so many bytes.
    Scratch(usize),
}

impl CryptoFailure {
    /// The number that a terminal shows for it, in `Nexo Service: crypto error (3)`.
    ///
    /// 3 and 9 are observed on terminals. No document says what they mean; both were seen where a key was set up wrong.
    /// Ours: 9 is what only the key can tell.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Refused | Self::Header => 9,
            Self::CryptoVersion | Self::KeyUnknown | Self::KeyVersion | Self::Scratch(_) => 3,
        }
    }
}

impl fmt::Display for CryptoFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CryptoVersion => out.write_str("the crypto version is not 1"),
            Self::KeyUnknown => out.write_str("no key has this identifier"),
            Self::KeyVersion => out.write_str("the key is known, but not in this version"),
            Self::Refused => out.write_str("the message does not open with the key"),
            Self::Header => out.write_str("the clear header is not the encrypted one"),
            Self::Scratch(needed) => write!(out, "the scratch buffer is too small: {needed} bytes are needed"),
        }
    }
}

impl core::error::Error for CryptoFailure {}

/// Why a message is not sealed. Ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SealError {
    /// The document has neither a `SaleToPOIRequest` nor a `SaleToPOIResponse` with a `MessageHeader`.
    NoHeader,
    /// The buffer is too small for the secured message.
    Full,
}

impl fmt::Display for SealError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoHeader => "the document has no message header",
            Self::Full => "the buffer is too small for the secured message",
        })
    }
}

impl core::error::Error for SealError {}
