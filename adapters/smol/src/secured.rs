//! The secured form on its way: what leaves is sealed, what comes is opened.

use std::io;

use futures_rustls::rustls::crypto::ring;
use opi_core::json::{Document, Limits};
use opi_core::nexo::envelope::{self, Key, Nonce, Opened};
use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report};
use opi_core::secret::Masked;
use zeroize::Zeroizing;

/// Longest words of a terminal in clear that are told, in characters.
const SHOWN: usize = 160;

/// Random bytes, from the source that TLS has.
///
/// # Errors
/// The machine gives none.
pub fn random() -> io::Result<[u8; 16]> {
    let mut random = [0; 16];
    let source = ring::default_provider().secure_random;
    source.fill(&mut random).map_err(|_| io::Error::other("the machine gives no random bytes"))?;
    Ok(random)
}

/// The secured form of a message.
pub(crate) fn seal(message: &[u8], key: &Key) -> io::Result<Vec<u8>> {
    let random = random()?;
    let document = Document::parse(message).map_err(io::Error::other)?;
    // What the function asks for.
    let mut sealed = vec![0; message.len().saturating_mul(3).saturating_add(640)];
    let length = envelope::seal(document, key, Nonce::new(random), &mut sealed).map_err(io::Error::other)?;
    sealed.truncate(length);
    Ok(sealed)
}

/// The message in clear. What was not sealed with the key is refused, whatever it says: it may be anybody's.
pub(crate) fn open(answer: &[u8], key: &Key) -> io::Result<Zeroizing<Vec<u8>>> {
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let not_json = |error: &dyn std::fmt::Display| refused(format!("it is not JSON: {error}"));
    let document = Document::parse(answer).map_err(|error| not_json(&error))?;
    let mut report = Report::new();
    let outer = Envelope::read(document, Direction::Response, &Dialect::ADYEN, &mut report);
    let body = outer.and_then(|outer| Some((outer, outer.body(&mut report)?)));
    let Some((outer, Body::Secured(secured))) = body else {
        return Err(refused(format!("it is not in secured form: {}", shown(answer))));
    };
    let mut scratch = Zeroizing::new(vec![0; answer.len()]);
    let keys = std::slice::from_ref(key);
    match envelope::open(&outer, &secured, keys, &mut scratch, Limits::default()) {
        Ok(Opened::Document(message)) => Ok(Zeroizing::new(message.root().raw().as_bytes().to_vec())),
        Ok(Opened::BadJson(error)) => Err(not_json(&error)),
        Err(failure) => Err(refused(failure.to_string())),
    }
}

/// The beginning of what a terminal said in clear: most likely why it did not open the request.
fn shown(answer: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(answer).chars().take(SHOWN).collect();
    Masked(&text).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use opi_core::nexo::envelope::Passphrase;

    const HEADER: &str = r#""MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Service","MessageCategory":"Logout","MessageType":"Response","ServiceID":"17","SaleID":"lane-1","POIID":"P400Plus-123456789"}"#;

    fn key(name: &str, version: u32, passphrase: &str) -> Key {
        Key::derive(name, version, &Passphrase::new(passphrase).unwrap()).unwrap()
    }

    fn answer() -> Vec<u8> {
        format!(r#"{{"SaleToPOIResponse":{{{HEADER},"LogoutResponse":{{"Response":{{"Result":"Success"}}}}}}}}"#).into()
    }

    #[test]
    fn only_what_the_key_sealed_is_opened() {
        let ours = key("k", 1, "open sesame");
        let sealed = seal(&answer(), &ours).unwrap();
        assert_eq!(**open(&sealed, &ours).unwrap(), *answer());
        for other in [key("k", 1, "open sesam"), key("k", 2, "open sesame"), key("l", 1, "open sesame")] {
            assert!(open(&sealed, &other).is_err(), "{other:?}");
        }
        let text = String::from_utf8(sealed).unwrap().replace(r#""SaleID":"lane-1""#, r#""SaleID":"lane-2""#);
        assert!(open(text.as_bytes(), &ours).is_err(), "its header is another");
    }

    #[test]
    fn no_two_are_alike() {
        let key = key("k", 1, "open sesame");
        assert_ne!(seal(&answer(), &key).unwrap(), seal(&answer(), &key).unwrap());
    }

    #[test]
    fn what_came_in_clear_is_told_masked_and_not_believed() {
        let key = key("k", 1, "open sesame");
        assert!(open(&answer(), &key).is_err());
        let said = open(br#"{"errors":["Nexo Service: crypto error (3)","4111111111111111"]}"#, &key).unwrap_err();
        assert!(said.to_string().contains("crypto error (3)"), "{said}");
        assert!(!said.to_string().contains("4111111111111111"), "{said}");
        assert!(open(b"<html>", &key).unwrap_err().to_string().contains("not JSON"));
        assert!(open(b"", &key).is_err());
    }
}
