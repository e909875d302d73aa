//! The secured form, as a terminal meets it.

use std::io;

use opi_core::json::{Document, Limits};
use opi_core::nexo::envelope::{self, Key, Opened};
use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report, refusal};
use zeroize::Zeroizing;

use crate::secured::seal;

/// The keys of a terminal; there may be none.
#[derive(Debug, Default)]
pub struct Keys(Vec<Key>);

impl From<Key> for Keys {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

/// What came in.
#[derive(Debug)]
pub enum Received {
    /// A message to be answered in this form.
    Message(Zeroizing<Vec<u8>>, Form),
    /// Nothing that a key opens: this is the answer.
    Refused {
        /// The status of HTTP.
        status: u16,
        /// The answer.
        body: Vec<u8>,
    },
}

/// The form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In clear.
    Clear,
    /// In clear, though there are keys.
    ClearDespiteKeys,
    /// Secured by the key at this place.
    Secured(usize),
}

/// A message that a key opened, and the place of the key.
type Genuine = (Zeroizing<Vec<u8>>, usize);

impl Keys {
    /// The message in clear, and the form of its answer.
    #[must_use]
    pub fn open(&self, body: Vec<u8>) -> Received {
        let clear = if self.0.is_empty() { Form::Clear } else { Form::ClearDespiteKeys };
        match self.opened(&body) {
            None => Received::Message(Zeroizing::new(body), clear),
            Some(Ok((message, key))) => Received::Message(message, Form::Secured(key)),
            Some(Err(number)) => {
                let mut out = [0; 256];
                let answer = refusal::crypto_error(number, &mut out);
                Received::Refused { status: answer.status, body: out.get(..answer.length).unwrap_or_default().to_vec() }
            }
        }
    }

    /// `None` for what is not in secured form; the error is the number of the refusal.
    fn opened(&self, body: &[u8]) -> Option<Result<Genuine, u8>> {
        if self.0.is_empty() {
            return None;
        }
        let document = Document::parse(body).ok()?;
        let mut report = Report::new();
        let outer = Envelope::read(document, Direction::Request, &Dialect::ADYEN, &mut report)?;
        let Some(Body::Secured(secured)) = outer.body(&mut report) else { return None };
        let mut scratch = Zeroizing::new(vec![0; body.len()]);
        let place = self.0.iter().position(|key| {
            secured.security_trailer.key_identifier == *key.identifier()
                && secured.security_trailer.key_version == key.version()
        });
        Some(match envelope::open(&outer, &secured, &self.0, &mut scratch, Limits::default()) {
            Ok(Opened::Document(message)) => {
                let text = Zeroizing::new(message.root().raw().as_bytes().to_vec());
                Ok((text, place.unwrap_or(0)))
            }
            // Genuine, but no message: what it says is of no use.
            Ok(Opened::BadJson(_)) => Ok((Zeroizing::new(scratch.to_vec()), place.unwrap_or(0))),
            Err(failure) => Err(failure.number()),
        })
    }

    /// An answer in this form. What is no message has no secured form.
    ///
    /// # Errors
    /// The machine gives no random bytes.
    pub fn seal(&self, answer: Vec<u8>, form: Form) -> io::Result<Vec<u8>> {
        let Form::Secured(place) = form else { return Ok(answer) };
        let is_message = Document::parse(&answer).is_ok_and(|document| Envelope::direction_of(document).is_some());
        match self.0.get(place).filter(|_| is_message) {
            Some(key) => seal(&answer, key),
            None => Ok(answer),
        }
    }
}
