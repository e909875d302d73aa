//! The reader: the grammar of RFC 8259, token by token.

use core::fmt;

use super::error::{Error, ErrorKind, Fault};
use super::{Number, Str, number, scan, text};
use crate::limits;

/// How much of a document is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open objects and arrays at one time; more than [`JSON_DEPTH`](limits::JSON_DEPTH) are never read.
    pub depth: u8,
    /// Members of one object; more than [`JSON_NAMES`](limits::JSON_NAMES) are never read.
    pub members: u16,
    /// Length of the document in bytes, a byte order mark included.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: limits::JSON_DEPTH, members: limits::JSON_MEMBERS, bytes: limits::JSON_BYTES }
    }
}

/// A piece of a document.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// The name of a member. Its value follows.
    Name(Str<'a>),
    /// A string that is a value.
    String(Str<'a>),
    /// A number.
    Number(Number<'a>),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
}

/// Reads one document, which lies whole in memory, as [`Token`]s.
///
/// What was given before an error may not be relied on; [`Document`](super::Document) checks all of it first.
pub struct Reader<'a> {
    document: &'a [u8],
    /// The document up to the first byte that is no UTF-8.
    text: &'a str,
    at: usize,
    limits: Limits,
    state: State,
    open: heapless::Vec<Open, { limits::JSON_DEPTH as usize }>,
    /// The names of all open objects, outermost first.
    names: heapless::Vec<Span, { limits::JSON_NAMES }>,
    /// Whether a name had an escape. Otherwise names are the same if their bytes are.
    has_escaped_names: bool,
    refused: Option<Error>,
}

/// What must come next.
#[derive(Clone, Copy)]
enum State {
    Value,
    /// The first element of an array, or its end.
    Element,
    /// The first member of an object, or its end.
    Member,
    /// A comma, or the end of the innermost object or array.
    More,
    End,
}

#[derive(Clone, Copy)]
enum Open {
    Array,
    Object {
        /// Names of the objects around it.
        names: usize,
        /// One bit for each of its own names: a clear bit proves that a name is new.
        seen: u64,
    },
}

/// Where the content of a string stands.
#[derive(Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
}

impl<'a> Reader<'a> {
    /// A reader at the start of the document.
    #[must_use]
    pub fn new(document: &'a [u8], limits: Limits) -> Self {
        const MARK: &str = "\u{feff}";
        // Offsets of names are kept in 32 bits.
        let bytes = limits.bytes.min(u32::MAX as usize);
        let fault = (document.len() > bytes).then_some((ErrorKind::Bytes, bytes));
        let text = if fault.is_some() { "" } else { valid(document) };
        Self {
            document,
            text,
            at: if text.starts_with(MARK) { MARK.len() } else { 0 },
            limits,
            state: State::Value,
            open: heapless::Vec::new(),
            names: heapless::Vec::new(),
            has_escaped_names: false,
            refused: fault.map(|fault| Error::locate(fault, document)),
        }
    }

    /// The next token; `None` at the end of the document.
    ///
    /// # Errors
    /// The first thing that is wrong with the document, from then on always.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would go on behind an error")]
    pub fn next(&mut self) -> Result<Option<Token<'a>>, Error> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        self.token().map_err(|fault| self.refuse(fault))
    }

    /// Where the next token, or the white space before it, begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Reads to the end; gives the document without what is around its value.
    pub(super) fn check(mut self) -> Result<&'a str, Error> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        loop {
            match self.token() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(self.text.trim_matches(['\u{feff}', ' ', '\t', '\n', '\r'])),
                Err(fault) => return Err(self.refuse(fault)),
            }
        }
    }

    #[cold]
    fn refuse(&mut self, (kind, offset): Fault) -> Error {
        // What looks like the end is only the end of what can be read.
        let is_cut = kind == ErrorKind::UnexpectedEnd && self.text.len() < self.document.len();
        let fault = if is_cut { (ErrorKind::Encoding, self.text.len()) } else { (kind, offset) };
        let error = Error::locate(fault, self.document);
        self.refused = Some(error);
        error
    }

    fn token(&mut self) -> Result<Option<Token<'a>>, Fault> {
        let first = self.peek();
        match (self.state, first) {
            (State::End, None) if self.text.len() == self.document.len() => Ok(None),
            (_, None) => Err((ErrorKind::UnexpectedEnd, self.at)),
            (State::End, Some(_)) => Err((ErrorKind::Trailing, self.at)),
            (State::Member, Some(b'}')) | (State::Element, Some(b']')) => Ok(self.close()),
            (State::Member, Some(first)) => self.name(first),
            (State::Value | State::Element, Some(first)) => self.value(first),
            (State::More, Some(first)) => match (self.open.last(), first) {
                (Some(Open::Object { .. }), b'}') | (Some(Open::Array), b']') => Ok(self.close()),
                (Some(open), b',') => {
                    let is_object = matches!(open, Open::Object { .. });
                    self.at += 1;
                    let first = self.peek().ok_or((ErrorKind::UnexpectedEnd, self.at))?;
                    if is_object { self.name(first) } else { self.value(first) }
                }
                _ => Err((ErrorKind::Comma, self.at)),
            },
        }
    }

    /// The first byte behind white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        self.at += scan::blank(self.rest());
        self.rest().first().copied()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn value(&mut self, first: u8) -> Result<Option<Token<'a>>, Fault> {
        let token = match first {
            b'{' => {
                self.begin(Open::Object { names: self.names.len(), seen: 0 })?;
                self.state = State::Member;
                return Ok(Some(Token::BeginObject));
            }
            b'[' => {
                self.begin(Open::Array)?;
                self.state = State::Element;
                return Ok(Some(Token::BeginArray));
            }
            b'"' => {
                let (span, escaped) = self.quoted()?;
                Token::String(Str::of_checked(self.content(span), escaped))
            }
            b'-' | b'0'..=b'9' => {
                let length = number::check(self.rest()).map_err(|fault| self.behind(fault))?;
                let raw = self.text.get(self.at..self.at + length).unwrap_or_default();
                self.at += length;
                Token::Number(Number::of_checked(raw))
            }
            b't' => {
                self.word(b"true")?;
                Token::Boolean(true)
            }
            b'f' => {
                self.word(b"false")?;
                Token::Boolean(false)
            }
            b'n' => {
                self.word(b"null")?;
                Token::Null
            }
            b'a'..=b'z' | b'A'..=b'Z' => return Err((ErrorKind::Word, self.at)),
            _ => return Err((ErrorKind::Value, self.at)),
        };
        self.after_value();
        Ok(Some(token))
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() { State::End } else { State::More };
    }

    fn begin(&mut self, open: Open) -> Result<(), Fault> {
        let too_deep = (ErrorKind::Depth, self.at);
        if self.open.len() >= usize::from(self.limits.depth) {
            return Err(too_deep);
        }
        self.open.push(open).map_err(|_| too_deep)?;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) -> Option<Token<'a>> {
        self.at += 1;
        let closed = self.open.pop()?;
        self.after_value();
        Some(match closed {
            Open::Array => Token::EndArray,
            Open::Object { names, .. } => {
                self.names.truncate(names);
                Token::EndObject
            }
        })
    }

    /// A name and the colon behind it.
    fn name(&mut self, first: u8) -> Result<Option<Token<'a>>, Fault> {
        let begin = self.at;
        if first != b'"' {
            return Err((ErrorKind::Name, begin));
        }
        let (span, escaped) = self.quoted()?;
        let raw = self.content(span);
        let name = Str::of_checked(raw, escaped);
        self.has_escaped_names |= escaped;
        let (others, may_be_known) = match self.open.last_mut() {
            Some(Open::Object { names, seen }) => {
                let bit = bit(raw.as_bytes());
                let may_be_known = *seen & bit != 0;
                *seen |= bit;
                (self.names.get(*names..).unwrap_or_default(), may_be_known)
            }
            _ => (&[][..], false),
        };
        let is_known = if self.has_escaped_names {
            others.iter().any(|other| self.means(*other, name))
        } else {
            may_be_known && others.iter().any(|other| self.bytes(*other) == raw.as_bytes())
        };
        if is_known {
            return Err((ErrorKind::Duplicate, begin));
        }
        if others.len() >= usize::from(self.limits.members) {
            return Err((ErrorKind::Members, begin));
        }
        self.names.push(span).map_err(|_| (ErrorKind::Names, begin))?;
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return Err((ErrorKind::Colon, self.at)),
            None => return Err((ErrorKind::UnexpectedEnd, self.at)),
        }
        self.state = State::Value;
        Ok(Some(Token::Name(name)))
    }

    /// Whether the name at `span` has the characters of `name`.
    fn means(&self, span: Span, name: Str<'_>) -> bool {
        let other = self.content(span);
        Str::of_checked(other, other.as_bytes().contains(&b'\\')) == name
    }

    #[inline]
    fn bytes(&self, span: Span) -> &'a [u8] {
        // They came from offsets in memory.
        self.text.as_bytes().get(span.from as usize..span.to as usize).unwrap_or_default()
    }

    /// Where the content of the string that begins here stands, and whether it has escapes.
    fn quoted(&mut self) -> Result<(Span, bool), Fault> {
        self.at += 1;
        let (length, escaped) = text::check(self.rest()).map_err(|fault| self.behind(fault))?;
        let too_long = (ErrorKind::Bytes, self.at);
        let from = u32::try_from(self.at).map_err(|_| too_long)?;
        self.at += length;
        let to = u32::try_from(self.at).map_err(|_| too_long)?;
        self.at += 1;
        Ok((Span { from, to }, escaped))
    }

    fn content(&self, span: Span) -> &'a str {
        // They came from offsets in memory.
        self.text.get(span.from as usize..span.to as usize).unwrap_or_default()
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        let rest = self.rest();
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(rest) {
            Err((ErrorKind::UnexpectedEnd, self.text.len()))
        } else {
            Err((ErrorKind::Word, self.at))
        }
    }

    const fn behind(&self, (kind, offset): Fault) -> Fault {
        (kind, self.at + offset)
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader").field("at", &self.at).field("refused", &self.refused).finish_non_exhaustive()
    }
}

/// The bit of a name: of its length and three of its bytes.
fn bit(name: &[u8]) -> u64 {
    let byte = |at: usize| name.get(at).copied().map_or(0, u32::from);
    let len = u32::try_from(name.len()).unwrap_or(0);
    1_u64.wrapping_shl(len ^ byte(0) ^ byte(name.len() / 2) << 2 ^ byte(name.len().saturating_sub(1)) << 4)
}

/// The front of the document that is UTF-8.
fn valid(document: &[u8]) -> &str {
    match core::str::from_utf8(document) {
        Ok(text) => text,
        Err(error) => {
            document.get(..error.valid_up_to()).and_then(|front| core::str::from_utf8(front).ok()).unwrap_or_default()
        }
    }
}
