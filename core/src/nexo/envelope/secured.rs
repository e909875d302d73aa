//! The members of the secured form, in clear.

use base64ct::{Base64, Encoding};

use super::cipher::{CODE, CODE_TEXT, NONCE_TEXT};
use super::failure::CryptoFailure;
use super::key::{Key, Nonce};
use crate::json::{Document, Object, Str, Value};

pub(super) const ENVELOPES: [&str; 2] = ["SaleToPOIRequest", "SaleToPOIResponse"];
pub(super) const HEADER: &str = "MessageHeader";
pub(super) const BLOB: &str = "NexoBlob";
pub(super) const TRAILER: &str = "SecurityTrailer";

pub(super) const CRYPTO_VERSION: i64 = 1;

/// A message in secured form, not opened yet: nothing in it can be trusted.
#[derive(Clone, Copy)]
pub struct Secured<'a> {
    pub(super) envelope: &'static str,
    members: Object<'a>,
}

impl<'a> Secured<'a> {
    /// The secured form in a document, if it is there: an envelope with a `NexoBlob`.
    ///
    /// A `SecurityTrailer` alone does not make one: client libraries write it as `null` into clear messages.
    #[must_use]
    pub fn find(document: &Document<'a>) -> Option<Self> {
        let (envelope, members) = envelope(document)?;
        member(members, BLOB).map(|_| Self { envelope, members })
    }

    /// The header in clear, with which a refusal may be answered.
    #[must_use]
    pub fn header(&self) -> Option<Object<'a>> {
        member(self.members, HEADER)?.object()
    }

    pub(super) fn blob(&self) -> Result<Str<'a>, CryptoFailure> {
        member(self.members, BLOB).and_then(Value::text).ok_or(CryptoFailure::Member(BLOB))
    }

    pub(super) fn trailer(&self) -> Result<Trailer<'a>, CryptoFailure> {
        let trailer = member(self.members, TRAILER).and_then(Value::object).ok_or(CryptoFailure::Member(TRAILER))?;
        let text = |name, path| member(trailer, name).and_then(Value::text).ok_or(CryptoFailure::Member(path));
        let number = |name, path| {
            let number = member(trailer, name).and_then(Value::number).ok_or(CryptoFailure::Member(path))?;
            number.integer().ok_or(CryptoFailure::Member(path))
        };
        Ok(Trailer {
            crypto_version: number("AdyenCryptoVersion", "SecurityTrailer.AdyenCryptoVersion")?,
            key_identifier: text("KeyIdentifier", "SecurityTrailer.KeyIdentifier")?,
            key_version: number("KeyVersion", "SecurityTrailer.KeyVersion")?,
            nonce: text("Nonce", "SecurityTrailer.Nonce")?,
            code: text("Hmac", "SecurityTrailer.Hmac")?,
        })
    }
}

/// How the message was secured.
pub(super) struct Trailer<'a> {
    crypto_version: i64,
    key_identifier: Str<'a>,
    key_version: i64,
    nonce: Str<'a>,
    code: Str<'a>,
}

impl Trailer<'_> {
    pub(super) fn key<'k>(&self, keys: &'k [Key]) -> Result<&'k Key, CryptoFailure> {
        if self.crypto_version != CRYPTO_VERSION {
            return Err(CryptoFailure::CryptoVersion);
        }
        let mut named = keys.iter().filter(|key| self.key_identifier == *key.identifier()).peekable();
        named.peek().ok_or(CryptoFailure::KeyUnknown)?;
        named.find(|key| i64::from(key.version()) == self.key_version).ok_or(CryptoFailure::KeyVersion)
    }

    pub(super) fn nonce(&self) -> Option<Nonce> {
        decoded::<NONCE_TEXT, _>(self.nonce).map(Nonce::new)
    }

    pub(super) fn code(&self) -> Option<[u8; CODE]> {
        decoded::<CODE_TEXT, _>(self.code)
    }
}

/// The envelope of a message and what stands in it.
pub(super) fn envelope<'a>(document: &Document<'a>) -> Option<(&'static str, Object<'a>)> {
    let root = document.root().object()?;
    ENVELOPES.into_iter().find_map(|name| Some((name, member(root, name)?.object()?)))
}

/// A member that is not `null`, which some clients write for what they leave out.
pub(super) fn member<'a>(object: Object<'a>, name: &str) -> Option<Value<'a>> {
    object.get(name).filter(|value| !value.is_null())
}

fn decoded<const TEXT: usize, const BYTES: usize>(text: Str<'_>) -> Option<[u8; BYTES]> {
    let mut room = [0; TEXT];
    let mut bytes = [0; BYTES];
    let decoded = Base64::decode(text.copy_into(&mut room)?, &mut bytes).ok()?.len();
    (decoded == BYTES).then_some(bytes)
}

/// Whether two headers say the same, in whatever order and with whatever escapes.
pub(super) fn same(one: Object<'_>, other: Object<'_>) -> bool {
    let holds = |one: Object<'_>, other: Object<'_>| {
        one.into_iter().filter(|(_, value)| !value.is_null()).all(|(name, value)| {
            other.into_iter().any(|(other_name, other_value)| name == other_name && same_value(value, other_value))
        })
    };
    holds(one, other) && holds(other, one)
}

/// A header holds texts; anything else has to be written alike.
fn same_value(one: Value<'_>, other: Value<'_>) -> bool {
    match (one.text(), other.text()) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.raw() == other.raw(),
        _ => false,
    }
}
