//! The secured form of a message: encrypted and authenticated under a shared key (Adyen docs: protect local
//! communications).
//!
//! The whole clear message, envelope included, stands encrypted in `NexoBlob`; beside it the header in clear, and a
//! `SecurityTrailer` that names the key and carries the nonce and the authentication code. [`seal`] makes this form of a
//! message, [`open`] makes a message of it again, and neither holds more than the buffers it is lent.
//!
//! Nothing in this form stops somebody from sending a recorded message again: only the check for a `ServiceID` that was
//! used before does.
//!
//! ```
//! use opi_core::json::{Document, Limits};
//! use opi_core::nexo::envelope::{self, Key, Nonce, Opened, Passphrase};
//! use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = [Key::derive("mykey", 1, &Passphrase::new("mysupersecretpassphrase")?)?];
//! let clear = br#"{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Logout"},"LogoutRequest":{}}}"#;
//! let nonce = Nonce::new([7; 16]); // yours: random bytes, new ones for each message
//!
//! let mut wire = [0; 1024];
//! let length = envelope::seal(Document::parse(clear)?, &keys[0], nonce, &mut wire)?;
//!
//! let (received, mut report) = (Document::parse(&wire[..length])?, Report::new());
//! let outer = Envelope::read(received, Direction::Request, &Dialect::ADYEN, &mut report).ok_or("no request")?;
//! let Some(Body::Secured(secured)) = outer.body(&mut report) else { panic!("a clear message") };
//! let mut scratch = [0; 512];
//! let opened = envelope::open(&outer, &secured, &keys, &mut scratch, Limits::default())?;
//! let Opened::Document(message) = opened else { panic!("genuine, but no json") };
//! assert_eq!(message.root().raw().as_bytes(), clear);
//! # Ok(()) }
//! ```

mod cipher;
mod failure;
mod header;
mod key;
mod trailer;

pub use failure::{CryptoFailure, SealError};
pub use key::{DERIVED, Key, KeyError, Nonce, Passphrase};

use base64ct::{Base64, Encoding};
use zeroize::Zeroize;

use super::message::{BLOB, HEADER, TRAILER};
use super::{Dialect, Envelope, Field, Secured, SecurityTrailer};
use crate::json::{Document, Error, Limits, Str, Writer};
use cipher::{CODE_TEXT, NONCE_TEXT, Sealed};
use trailer::CRYPTO_VERSION;

/// What was in a secured message. It is genuine: whoever wrote it has the key.
#[derive(Debug)]
pub enum Opened<'s> {
    /// A document, to be read like one that came in clear, except that it must not be in secured form again.
    Document(Document<'s>),
    /// No JSON. The answer is that to a clear message with this fault, in secured form.
    BadJson(Error),
}

/// Opens a secured message with the key that it names.
///
/// The plaintext then stands in `scratch`, which must be as long as `NexoBlob` without escapes; the caller wipes it when
/// it is done. If the message is refused for what only the key can tell, it is wiped here.
///
/// If the encrypted message has a header, the one in clear is the same. Where it has none, reading it finds that out.
///
/// # Errors
/// See [`CryptoFailure`].
pub fn open<'s>(
    envelope: &Envelope<'_>,
    secured: &Secured<'_>,
    keys: &[Key],
    scratch: &'s mut [u8],
    limits: Limits,
) -> Result<Opened<'s>, CryptoFailure> {
    let trailer = &secured.security_trailer;
    let key = trailer::key(trailer, keys)?;
    let blob = secured.nexo_blob.text();
    let length = blob.copy_into(scratch).ok_or(CryptoFailure::Scratch(blob.len()))?.len();
    let text = scratch.get_mut(..length).ok_or(CryptoFailure::Scratch(length))?;
    // Decoding in place does not look at the bits that base64 leaves over at the end; decoding into other memory does.
    let end_is_right = text.last_chunk::<4>().is_some_and(|end| Base64::decode(end, &mut [0; 3]).is_ok());
    let (Some(nonce), Some(code), Ok(ciphertext), true) =
        (trailer::nonce(trailer), trailer::code(trailer), Base64::decode_in_place(text), end_is_right)
    else {
        return Err(CryptoFailure::Refused);
    };
    let length = ciphertext.len();
    let opened = text.get_mut(..length).and_then(|text| cipher::open(key, &nonce, &code, text));
    let Some(length) = opened else {
        text.zeroize();
        return Err(CryptoFailure::Refused);
    };

    let document = match Document::parse_within(text.get(..length).unwrap_or_default(), limits) {
        Ok(document) => document,
        Err(error) => return Ok(Opened::BadJson(error)),
    };
    let same = match (header::of(document, envelope.direction), envelope.written_header()) {
        (None, _) => true,
        (Some(encrypted), Some(clear)) => header::same(encrypted, clear),
        (Some(_), None) => false,
    };
    if same { Ok(Opened::Document(document)) } else { Err(CryptoFailure::Header) }
}

/// Writes the secured form of a message and gives its length.
///
/// # Errors
/// The document is no message, or `out` is too small. Three times the message and 640 bytes are always enough: the text
/// grows by a third, and the header is written once more.
pub fn seal(message: Document<'_>, key: &Key, nonce: Nonce, out: &mut [u8]) -> Result<usize, SealError> {
    let direction = Envelope::direction_of(message).ok_or(SealError::NoHeader)?;
    let header = header::of(message, direction).ok_or(SealError::NoHeader)?;
    let plaintext = message.root().raw().as_bytes();
    let (mut nonce_text, mut code_text) = ([0; NONCE_TEXT], [0; CODE_TEXT]);
    let trailer = SecurityTrailer::new(
        CRYPTO_VERSION,
        Str::from(key.identifier()),
        key.version(),
        cipher::base64(&nonce.0, &mut nonce_text).into(),
        cipher::base64(&cipher::code(key, plaintext), &mut code_text).into(),
    );

    let mut writer = Writer::new(out);
    writer.begin_object();
    writer.name(direction.envelope());
    writer.begin_object();
    writer.name(HEADER);
    writer.value(header.value());
    writer.name(BLOB);
    writer.text_fmt(Sealed { key, nonce: &nonce, plaintext });
    writer.name(TRAILER);
    trailer.write(&mut writer, &Dialect::ADYEN);
    writer.end_object();
    writer.end_object();
    // Whatever else a writer may object to does not depend on what is written here.
    writer.finish().map_err(|_| SealError::Full)
}
