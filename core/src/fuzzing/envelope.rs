//! The secured form: of any bytes, and of any message.

use super::Choices;
use crate::json::{Document, Limits};
use crate::nexo::envelope::{CryptoFailure, DERIVED, Key, Nonce, Opened, SealError, open, seal};
use crate::nexo::{Body, Dialect, Envelope, Report, Secured};

/// Longest document that is read here; its secured form must fit, too.
const DOCUMENT: usize = 4096;
const SECURED: usize = 4 * DOCUMENT;

/// Opens a document, seals what was in it and opens that; then seals the document itself, opens it, and changes a bit.
///
/// # Panics
/// What was sealed opens to another text or not at all, a refused text is left behind, or a change is not noticed.
pub fn envelope(data: &[u8]) {
    let (choices, bytes) = Choices::take(data);
    let keys = [key(1), key(2)];
    let Ok(document) = Document::parse(bytes.get(..DOCUMENT).unwrap_or(bytes)) else { return };
    let mut scratch = [0; SECURED];
    if let Some((envelope, secured)) = secured(document) {
        match open(&envelope, &secured, &keys, &mut scratch, Limits::default()) {
            Ok(Opened::Document(message)) => sealed(&choices, message, &keys),
            Ok(Opened::BadJson(_)) | Err(CryptoFailure::Header) => {}
            Err(CryptoFailure::Scratch(_)) => panic!("the scratch buffer is longer than the document"),
            Err(CryptoFailure::Refused) => {
                let text = document.root().raw().len();
                assert!(scratch.iter().skip(text).all(|byte| *byte == 0), "more is written than the text has");
            }
            Err(_) => assert!(scratch.iter().all(|byte| *byte == 0), "something is decrypted without a key"),
        }
    }
    sealed(&choices, document, &keys);
}

fn sealed(choices: &Choices, message: Document<'_>, keys: &[Key; 2]) {
    let text = message.root().raw();
    let [key, _] = keys;
    let nonce: [u8; 16] = core::array::from_fn(|at| choices.lengths.get(at % 6).copied().unwrap_or_default());
    let mut wire = [0; SECURED];
    let length = match seal(message, key, Nonce::new(nonce), &mut wire) {
        Ok(length) => length,
        Err(SealError::NoHeader) => return,
        Err(SealError::Full) => panic!("longer than was said"),
    };
    let wire = wire.get_mut(..length).expect("longer than its buffer");
    let opened = opens_to(wire, keys, text).expect("what was sealed is not in secured form");
    assert_eq!(opened, Ok(()), "what was sealed does not open");

    // A change may spoil the form or be refused; or it changes nothing, such as in the name of a member that is null.
    let bit = usize::from(u16::from_be_bytes([choices.first, choices.second]));
    if let Some(byte) = wire.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
        let _ = opens_to(wire, keys, text);
    }
}

/// `None` if the bytes are not in secured form.
fn opens_to(wire: &[u8], keys: &[Key], text: &str) -> Option<Result<(), CryptoFailure>> {
    let document = Document::parse(wire).ok()?;
    let (envelope, secured) = secured(document)?;
    let mut scratch = [0; SECURED];
    Some(open(&envelope, &secured, keys, &mut scratch, Limits::default()).map(|opened| match opened {
        Opened::Document(message) => assert_eq!(message.root().raw(), text, "another text is taken for genuine"),
        Opened::BadJson(_) => panic!("a document has become none"),
    }))
}

fn secured(document: Document<'_>) -> Option<(Envelope<'_>, Secured<'_>)> {
    let report = &mut Report::new();
    let envelope = Envelope::read(document, Envelope::direction_of(document)?, &Dialect::ADYEN, report)?;
    match envelope.body(report) {
        Some(Body::Secured(secured)) => Some((envelope, secured)),
        _ => None,
    }
}

fn key(version: u32) -> Key {
    let derived: [u8; DERIVED] = core::array::from_fn(|at| u8::try_from(at).unwrap_or_default());
    Key::from_derived("mykey", version, &derived).expect("a name of five bytes")
}
