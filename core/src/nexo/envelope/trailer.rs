//! What a `SecurityTrailer` says: which key, and with what it was used.

use base64ct::{Base64, Encoding};

use super::cipher::{CODE, CODE_TEXT, NONCE_TEXT};
use super::failure::CryptoFailure;
use super::key::{Key, Nonce};
use crate::json::Str;
use crate::nexo::SecurityTrailer;

pub(super) const CRYPTO_VERSION: u32 = 1;

pub(super) fn key<'k>(trailer: &SecurityTrailer<'_>, keys: &'k [Key]) -> Result<&'k Key, CryptoFailure> {
    if trailer.adyen_crypto_version != CRYPTO_VERSION {
        return Err(CryptoFailure::CryptoVersion);
    }
    let mut named = keys.iter().filter(|key| trailer.key_identifier == *key.identifier()).peekable();
    named.peek().ok_or(CryptoFailure::KeyUnknown)?;
    named.find(|key| key.version() == trailer.key_version).ok_or(CryptoFailure::KeyVersion)
}

pub(super) fn nonce(trailer: &SecurityTrailer<'_>) -> Option<Nonce> {
    decoded::<NONCE_TEXT, _>(trailer.nonce.text()).map(Nonce::new)
}

pub(super) fn code(trailer: &SecurityTrailer<'_>) -> Option<[u8; CODE]> {
    decoded::<CODE_TEXT, _>(trailer.hmac.text())
}

fn decoded<const TEXT: usize, const BYTES: usize>(text: Str<'_>) -> Option<[u8; BYTES]> {
    let (mut room, mut bytes) = ([0; TEXT], [0; BYTES]);
    let decoded = Base64::decode(text.copy_into(&mut room)?, &mut bytes).ok()?.len();
    (decoded == BYTES).then_some(bytes)
}
