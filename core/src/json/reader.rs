//! The reader: the grammar of RFC 8259, token by token.

use core::fmt;

use super::error::{Error, ErrorKind, Fault};
use super::mark::{Marking, number};
use super::{Number, Str, scan, text};
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
    /// What of that was not read.
    rest: &'a [u8],
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

/// A string, and what is left.
struct Quoted<'a> {
    /// What stands between the quotes.
    content: &'a [u8],
    escaped: bool,
    rest: &'a [u8],
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
        let bytes = text.as_bytes();
        Self {
            document,
            text,
            rest: bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes),
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
        self.at(self.rest)
    }

    /// Reads to the end; gives the document without what is around its value.
    pub(super) fn check(mut self, marking: &mut Marking<'_>) -> Result<&'a str, Error> {
        match self.refused {
            Some(error) => Err(error),
            None => self.all(marking).map_err(|fault| self.refuse(fault)),
        }
    }

    /// The same tokens as [`token`](Self::token) finds, one after the other, and none of them made.
    fn all(&mut self, marking: &mut Marking<'_>) -> Result<&'a str, Fault> {
        // What is left stays in registers.
        let mut rest = scan::behind_blank(self.rest);
        let begin = self.at(rest);
        loop {
            // A value.
            let first = self.first(rest)?;
            match first {
                b'{' => {
                    self.begin(Open::Object { names: self.names.len(), seen: 0 }, self.at(rest))?;
                    marking.open(self.at(rest));
                    rest = scan::behind_blank(behind(rest, 1));
                    if self.first(rest)? != b'}' {
                        rest = self.marked_name(rest, marking)?;
                        continue;
                    }
                }
                b'[' => {
                    self.begin(Open::Array, self.at(rest))?;
                    marking.open(self.at(rest));
                    rest = scan::behind_blank(behind(rest, 1));
                    if self.first(rest)? != b']' {
                        continue;
                    }
                }
                b'"' => {
                    let text = self.quoted(rest)?;
                    marking.leaf(self.at(rest), text.content.len().wrapping_add(2), text.escaped);
                    rest = scan::behind_blank(text.rest);
                }
                _ => {
                    let length = self.simple(rest, first)?;
                    marking.leaf(self.at(rest), length, false);
                    rest = scan::behind_blank(behind(rest, length));
                }
            }
            // What follows a value, or an opening bracket.
            loop {
                let Some(open) = self.open.last() else {
                    let end = self.at(rest);
                    return match rest {
                        [] if self.text.len() == self.document.len() => {
                            Ok(self.text.get(begin..end).unwrap_or_default().trim_ascii_end())
                        }
                        [] => Err((ErrorKind::UnexpectedEnd, end)),
                        _ => Err((ErrorKind::Trailing, end)),
                    };
                };
                let is_object = matches!(open, Open::Object { .. });
                match self.first(rest)? {
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    b',' => {
                        rest = scan::behind_blank(behind(rest, 1));
                        if is_object {
                            rest = self.marked_name(rest, marking)?;
                        }
                        break;
                    }
                    _ => return Err((ErrorKind::Comma, self.at(rest))),
                }
                self.close();
                rest = behind(rest, 1);
                marking.close(self.at(rest));
                rest = scan::behind_blank(rest);
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
        self.rest = scan::behind_blank(self.rest);
        let at = self.at(self.rest);
        let Some(first) = self.rest.first().copied() else {
            let is_whole = matches!(self.state, State::End) && self.text.len() == self.document.len();
            return if is_whole { Ok(None) } else { Err((ErrorKind::UnexpectedEnd, at)) };
        };
        match self.state {
            State::End => Err((ErrorKind::Trailing, at)),
            State::Member if first == b'}' => Ok(self.end()),
            State::Element if first == b']' => Ok(self.end()),
            State::Member => self.member(),
            State::Value | State::Element => self.value(first),
            State::More => match (self.open.last(), first) {
                (Some(Open::Object { .. }), b'}') | (Some(Open::Array), b']') => Ok(self.end()),
                (Some(open), b',') => {
                    let is_object = matches!(open, Open::Object { .. });
                    self.rest = scan::behind_blank(behind(self.rest, 1));
                    let first = self.first(self.rest)?;
                    if is_object { self.member() } else { self.value(first) }
                }
                _ => Err((ErrorKind::Comma, at)),
            },
        }
    }

    fn value(&mut self, first: u8) -> Result<Option<Token<'a>>, Fault> {
        let at = self.at(self.rest);
        let token = match first {
            b'{' => {
                self.begin(Open::Object { names: self.names.len(), seen: 0 }, at)?;
                (self.rest, self.state) = (behind(self.rest, 1), State::Member);
                return Ok(Some(Token::BeginObject));
            }
            b'[' => {
                self.begin(Open::Array, at)?;
                (self.rest, self.state) = (behind(self.rest, 1), State::Element);
                return Ok(Some(Token::BeginArray));
            }
            b'"' => {
                let text = self.quoted(self.rest)?;
                self.rest = text.rest;
                Token::String(Str::of_checked(self.written(at + 1, text.content.len()), text.escaped))
            }
            _ => {
                let length = self.simple(self.rest, first)?;
                self.rest = behind(self.rest, length);
                match first {
                    b't' | b'f' => Token::Boolean(first == b't'),
                    b'n' => Token::Null,
                    _ => Token::Number(Number::of_checked(self.written(at, length))),
                }
            }
        };
        self.after_value();
        Ok(Some(token))
    }

    fn member(&mut self) -> Result<Option<Token<'a>>, Fault> {
        let begin = self.at(self.rest);
        let name = self.name(self.rest)?;
        (self.rest, self.state) = (name.rest, State::Value);
        Ok(Some(Token::Name(Str::of_checked(self.written(begin + 1, name.content.len()), name.escaped))))
    }

    fn end(&mut self) -> Option<Token<'a>> {
        self.rest = behind(self.rest, 1);
        let closed = self.close()?;
        self.after_value();
        Some(if matches!(closed, Open::Array) { Token::EndArray } else { Token::EndObject })
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() { State::End } else { State::More };
    }

    fn written(&self, from: usize, length: usize) -> &'a str {
        self.text.get(from..from.wrapping_add(length)).unwrap_or_default()
    }

    /// Where what is left begins.
    #[inline]
    const fn at(&self, rest: &[u8]) -> usize {
        self.text.len().wrapping_sub(rest.len())
    }

    #[inline]
    fn first(&self, rest: &[u8]) -> Result<u8, Fault> {
        rest.first().copied().ok_or((ErrorKind::UnexpectedEnd, self.at(rest)))
    }

    #[inline]
    fn begin(&mut self, open: Open, at: usize) -> Result<(), Fault> {
        let too_deep = (ErrorKind::Depth, at);
        if self.open.len() >= usize::from(self.limits.depth) {
            return Err(too_deep);
        }
        self.open.push(open).map_err(|_| too_deep)
    }

    #[inline]
    fn close(&mut self) -> Option<Open> {
        let closed = self.open.pop()?;
        if let Open::Object { names, .. } = closed {
            self.names.truncate(names);
        }
        Some(closed)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn marked_name(&mut self, rest: &'a [u8], marking: &mut Marking<'_>) -> Result<&'a [u8], Fault> {
        let name = self.name(rest)?;
        marking.leaf(self.at(rest).wrapping_add(1), name.content.len(), name.escaped);
        Ok(name.rest)
    }

    /// The name at the front; behind its colon goes on what is left.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn name(&mut self, rest: &'a [u8]) -> Result<Quoted<'a>, Fault> {
        let begin = self.at(rest);
        match self.first(rest)? {
            b'"' => {}
            _ => return Err((ErrorKind::Name, begin)),
        }
        let Quoted { content, escaped, rest } = self.quoted(rest)?;
        self.has_escaped_names |= escaped;
        let (others, may_be_known) = match self.open.last_mut() {
            Some(Open::Object { names, seen }) => {
                let bit = bit(content);
                let may_be_known = *seen & bit != 0;
                *seen |= bit;
                (*names, may_be_known)
            }
            _ => (self.names.len(), false),
        };
        // One bit says of nearly every name that no other is like it.
        if (may_be_known || self.has_escaped_names) && self.is_known(others, content, escaped) {
            return Err((ErrorKind::Duplicate, begin));
        }
        if self.names.len().wrapping_sub(others) >= usize::from(self.limits.members) {
            return Err((ErrorKind::Members, begin));
        }
        let from = begin.wrapping_add(1);
        let span = Span { from: number(from), to: number(from.wrapping_add(content.len())) };
        self.names.push(span).map_err(|_| (ErrorKind::Names, begin))?;
        // What nearly every writer puts there.
        if let [b':', rest @ ..] = rest {
            return Ok(Quoted { content, escaped, rest: scan::behind_blank(rest) });
        }
        let rest = scan::behind_blank(rest);
        match self.first(rest)? {
            b':' => Ok(Quoted { content, escaped, rest: scan::behind_blank(behind(rest, 1)) }),
            _ => Err((ErrorKind::Colon, self.at(rest))),
        }
    }

    /// Whether one of the names from `others` on is this one.
    #[inline(never)]
    fn is_known(&self, others: usize, name: &[u8], escaped: bool) -> bool {
        let others = self.names.get(others..).unwrap_or_default().iter().map(|span| {
            // They came from offsets in memory.
            self.text.get(span.from as usize..span.to as usize).unwrap_or_default()
        });
        if !self.has_escaped_names {
            return others.map(str::as_bytes).any(|other| other == name);
        }
        // It was cut from the document, at quotes.
        let name = Str::of_checked(core::str::from_utf8(name).unwrap_or_default(), escaped);
        others.map(|other| Str::of_checked(other, other.as_bytes().contains(&b'\\'))).any(|other| other == name)
    }

    /// The string at the front.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn quoted(&self, rest: &'a [u8]) -> Result<Quoted<'a>, Fault> {
        let inside = behind(rest, 1);
        match text::check(inside) {
            Ok((length, escaped)) => {
                let content = inside.get(..length).unwrap_or_default();
                Ok(Quoted { content, escaped, rest: behind(inside, length.wrapping_add(1)) })
            }
            Err((kind, offset)) => Err((kind, self.at(inside).wrapping_add(offset))),
        }
    }

    /// The length of the number or word at the front.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn simple(&self, rest: &[u8], first: u8) -> Result<usize, Fault> {
        let at = self.at(rest);
        match first {
            b'-' | b'0'..=b'9' => super::number::check(rest).map_err(|(kind, offset)| (kind, at.wrapping_add(offset))),
            b't' => self.word(rest, b"true"),
            b'f' => self.word(rest, b"false"),
            b'n' => self.word(rest, b"null"),
            b'a'..=b'z' | b'A'..=b'Z' => Err((ErrorKind::Word, at)),
            _ => Err((ErrorKind::Value, at)),
        }
    }

    #[inline]
    fn word(&self, rest: &[u8], word: &[u8]) -> Result<usize, Fault> {
        if rest.starts_with(word) {
            Ok(word.len())
        } else if word.starts_with(rest) {
            Err((ErrorKind::UnexpectedEnd, self.text.len()))
        } else {
            Err((ErrorKind::Word, self.at(rest)))
        }
    }
}

#[inline]
fn behind(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(length..).unwrap_or_default()
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader").field("at", &self.offset()).field("refused", &self.refused).finish_non_exhaustive()
    }
}

/// The bit of a name: of its length and three of its bytes.
#[inline]
fn bit(name: &[u8]) -> u64 {
    let (Some(first), Some(middle), Some(last)) = (name.first(), name.get(name.len() / 2), name.last()) else {
        return 1;
    };
    let [first, middle, last] = [*first, *middle, *last].map(u32::from);
    1_u64.wrapping_shl(number(name.len()) ^ first ^ (middle << 2) ^ (last << 4))
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
