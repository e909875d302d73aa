//! The secured form before a terminal: what comes in is opened, what goes out is sealed. The terminal itself reads and
//! writes clear messages.

use crate::json::{Document, Limits};
use crate::nexo::envelope::{self, Key, Nonce, Opened, SealError};
use crate::nexo::refusal::{self, Answer};
use crate::nexo::{Body, Dialect, Direction, Envelope, Report};

/// What is done with a request that comes clear, though there are keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClearText {
    /// It is done, and remarked, as on Adyen's test terminals (observed).
    #[default]
    Remarked,
    /// It is refused like a message that cannot be opened.
    Refused,
}

/// The keys of a terminal.
#[derive(Clone, Copy)]
pub struct Door<'k> {
    keys: &'k [Key],
    clear: ClearText,
    dialect: &'static Dialect,
}

/// A request at the door.
#[derive(Debug)]
pub enum Entrance<'b> {
    /// To be given to the terminal ([`Input::Received`](super::Input::Received)).
    Request {
        /// The clear request. What came secured stands in the scratch memory: wipe it when the terminal has it.
        body: &'b [u8],
        /// Whether it is to be remarked that it came clear.
        clear: bool,
        /// The key that its answer is sealed with.
        key: Option<KeyIndex>,
    },
    /// The answer, at the front of the buffer for answers.
    Answered(Answer),
}

/// Names a key of a [`Door`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyIndex(usize);

impl<'k> Door<'k> {
    /// A terminal with these keys; without any, it is open.
    #[must_use]
    pub const fn new(keys: &'k [Key], clear: ClearText, dialect: &'static Dialect) -> Self {
        Self { keys, clear, dialect }
    }

    /// Opens a request. `scratch` must be as long as it; an answer is written to the front of `out`.
    pub fn open<'b>(&self, body: &'b [u8], scratch: &'b mut [u8], out: &mut [u8]) -> Entrance<'b> {
        let open = Entrance::Request { body, clear: false, key: None };
        let limits = Limits { bytes: body.len(), ..Limits::default() };
        // What cannot be read is answered by the terminal.
        let Ok(document) = Document::parse_within(body, limits) else { return open };
        let mut report = Report::new();
        let Some(outer) = Envelope::read(document, Direction::Request, self.dialect, &mut report) else { return open };
        if !outer.is_secured() {
            return match (self.keys, self.clear) {
                ([], _) => open,
                (_, ClearText::Remarked) => Entrance::Request { body, clear: true, key: None },
                (_, ClearText::Refused) => Entrance::Answered(refusal::crypto_error(refusal::NO_KEY, out)),
            };
        }
        let Some(Body::Secured(secured)) = outer.body(&mut report) else {
            return Entrance::Answered(refusal::crypto_error(refusal::NO_KEY, out));
        };
        let trailer = &secured.security_trailer;
        let key = self
            .keys
            .iter()
            .position(|key| trailer.key_identifier == *key.identifier() && trailer.key_version == key.version());
        match envelope::open(&outer, &secured, self.keys, scratch, limits) {
            Ok(Opened::Document(document)) => {
                Entrance::Request { body: document.root().raw().as_bytes(), clear: false, key: key.map(KeyIndex) }
            }
            Ok(Opened::BadJson(error)) => Entrance::Answered(refusal::bad_json(error.line, &error, out)),
            Err(failure) => Entrance::Answered(refusal::crypto_error(failure.number(), out)),
        }
    }

    /// Seals the body of an answer to a request that came secured: the bytes to send are at the front of `out`, of which
    /// three times the body and 640 are always enough. A body that is no message (`["Bad JSON…"]`, `{"errors":…}`), or
    /// empty, is sent as it is.
    ///
    /// # Errors
    /// [`SealError::Full`].
    pub fn seal(&self, key: KeyIndex, nonce: Nonce, body: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let limits = Limits { bytes: body.len(), ..Limits::default() };
        let sealed = match (self.keys.get(key.0), Document::parse_within(body, limits)) {
            (Some(key), Ok(document)) => envelope::seal(document, key, nonce, out),
            _ => Err(SealError::NoHeader),
        };
        match sealed {
            Err(SealError::NoHeader) => {
                let room = out.get_mut(..body.len()).ok_or(SealError::Full)?;
                room.copy_from_slice(body);
                Ok(body.len())
            }
            sealed => sealed,
        }
    }
}
