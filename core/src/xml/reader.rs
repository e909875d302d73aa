//! The reader: which tokens may follow which.

use nom::Err;

use super::encoding::Encoding;
use super::error::{XmlError, XmlErrorKind as Kind};
use super::grammar::{self, Declared, Fault, INCOMPLETE, Piece, Refusal, Section, fault};
use super::scan;
use super::scope::Scope;
use super::token::{Raw, Run, Token};
use super::tolerance::Tolerance;

/// Reads a document piece by piece from a window the caller owns; keeps names, never texts.
///
/// It accepts exactly the documents that are well-formed by XML 1.0 (fifth edition) and Namespaces in XML 1.0, have
/// no DTD and keep within [`limits`](crate::limits), plus what the [`Tolerance`] forgives. Without a DTD there are
/// no entities but the predefined ones, so nothing a peer writes can grow while it is read.
///
/// A window of [`WINDOW_MIN`](crate::limits::WINDOW_MIN) bytes is always enough for the next step.
#[derive(Clone, Debug)]
pub struct Reader {
    tolerance: Tolerance,
    encoding: Encoding,
    state: State,
    /// Bytes used by earlier calls.
    offset: u32,
    /// Offset of the tag or the attribute being read, for errors found at its end.
    tag_at: u32,
    attribute_at: u32,
    /// A byte order mark stood in front, so the document is UTF-8.
    marked: bool,
    /// The root element has begun.
    rooted: bool,
    failed: Option<XmlError>,
    scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was read yet.
    Start,
    /// Outside the root element. `first`: an XML declaration may still come.
    Outside {
        first: bool,
    },
    /// In the XML declaration behind `<?xml` or a part of it.
    Declaration {
        last: Option<Declared>,
        spaced: bool,
    },
    /// In the content of an element.
    Content,
    /// In a start tag, behind its name or an attribute.
    Tag {
        spaced: bool,
    },
    /// In an attribute value.
    Value {
        quote: u8,
        binds: bool,
    },
    /// Behind the start tag of an empty element.
    Empty,
    /// In an end tag, behind its name.
    EndTag,
    Comment,
    Cdata,
    /// In a processing instruction, behind its target.
    Instruction {
        spaced: bool,
    },
    End,
}

/// What a step gives: a token, or nothing yet.
type Step<'a> = Result<Option<Token<'a>>, Refusal>;

impl Reader {
    /// A reader at the start of a document.
    #[must_use]
    pub const fn new(tolerance: Tolerance) -> Self {
        Self {
            tolerance,
            encoding: Encoding::Utf8,
            state: State::Start,
            offset: 0,
            tag_at: 0,
            attribute_at: 0,
            marked: false,
            rooted: false,
            failed: None,
            scope: Scope::new(),
        }
    }

    /// Forgets everything but the tolerance: the next byte is the first of another document.
    pub fn reset(&mut self) {
        self.encoding = Encoding::Utf8;
        self.state = State::Start;
        self.offset = 0;
        self.marked = false;
        self.rooted = false;
        self.failed = None;
        self.scope.clear();
    }

    /// Reads one token from the front of `input` and moves `input` past what was used.
    ///
    /// `Ok(None)` means that the next token is not complete in `input`: call again with the bytes that are left and
    /// more behind them, or with `last` set if there are no more. Bytes that were used are never needed again. They
    /// may be used without giving a token (white space in tags, comments), but a full window never stays unused. With
    /// `last`, `Ok(None)` never comes and [`Token::End`] closes the document.
    ///
    /// Text and values come in pieces that reach as far as the window does; everything else is the same however
    /// the document is cut.
    ///
    /// # Errors
    /// What is wrong with the document, from then on at every call.
    #[inline]
    pub fn next<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Option<Token<'a>>, XmlError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let window = Window { end: self.offset.saturating_add(count(input.len())) };
        let result = self.step(input, window);
        self.offset = window.offset(input);
        match result {
            Ok(token) => Ok(token),
            Err(Err::Incomplete(_)) if !last => Ok(None),
            Err(Err::Incomplete(_)) if self.is_complete() && input.is_empty() => {
                self.state = State::End;
                Ok(Some(Token::End))
            }
            Err(Err::Incomplete(_)) => Err(self.fail(XmlError { offset: window.end, kind: Kind::UnexpectedEnd })),
            Err(Err::Error(Fault { kind, left }) | Err::Failure(Fault { kind, left })) => {
                Err(self.fail(XmlError { offset: window.end.saturating_sub(count(left)), kind }))
            }
        }
    }

    /// Bytes of the document used so far, a byte order mark included.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// Number of open elements.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.scope.depth()
    }

    /// Whether an end tag was begun and not finished: its element is still open.
    #[must_use]
    pub(crate) const fn in_end_tag(&self) -> bool {
        matches!(self.state, State::EndTag)
    }

    /// The namespace name of the innermost open element, empty if it has none. Valid from [`Token::Enter`] on.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.scope.namespace()
    }

    /// Bytes of this document as characters: the encoding is applied, but references and line ends stay as they
    /// are. For a fragment that is kept as written.
    #[must_use]
    pub fn verbatim<'a>(&self, bytes: &'a [u8]) -> Raw<'a> {
        Raw::verbatim(bytes, self.encoding)
    }

    /// Whether the document may end here.
    fn is_complete(&self) -> bool {
        self.rooted && matches!(self.state, State::Outside { .. })
    }

    #[cold]
    fn fail(&mut self, error: XmlError) -> XmlError {
        *self.failed.insert(error)
    }

    /// Moves through the states until one gives a token or needs more bytes.
    fn step<'a>(&mut self, input: &mut &'a [u8], window: Window) -> Step<'a> {
        loop {
            let token = match self.state {
                State::Tag { spaced } => self.tag(input, window, spaced)?,
                State::Content => self.content(input, window)?,
                State::Value { quote, binds } => {
                    let (value, more) = self.value(input, quote, binds)?;
                    Some(Token::Value { value, more })
                }
                State::Empty => Some(self.close()),
                State::EndTag => self.end_tag(input)?,
                State::Cdata => self.cdata(input)?,
                State::Comment => self.skip(input, grammar::comment)?,
                State::Instruction { spaced } => self.instruction(input, spaced)?,
                State::Start => self.start(input)?,
                State::Outside { first } => self.outside(input, window, first)?,
                State::Declaration { last, spaced } => self.declaration(input, last, spaced)?,
                State::End => Some(Token::End),
            };
            if token.is_some() {
                return Ok(token);
            }
        }
    }

    /// A byte order mark, which decides for UTF-8.
    fn start<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        match *input {
            [0xEF, 0xBB, 0xBF, rest @ ..] => {
                *input = rest;
                self.marked = true;
            }
            [] | [0xEF] | [0xEF, 0xBB] => return Err(INCOMPLETE),
            _ => {}
        }
        if self.tolerance.lying_encoding {
            self.encoding = Encoding::Doubtful;
        }
        self.state = State::Outside { first: true };
        Ok(None)
    }

    fn declaration<'a>(&mut self, input: &mut &'a [u8], last: Option<Declared>, spaced: bool) -> Step<'a> {
        let spaced = blanks(input) || spaced;
        self.state = State::Declaration { last, spaced };
        let wrong = fault(Kind::Declaration, input);
        match *input {
            [] | [b'?'] => return Err(INCOMPLETE),
            [b'?', b'>', rest @ ..] if last.is_some() => {
                *input = rest;
                self.state = State::Outside { first: false };
                return Ok(None);
            }
            _ if !spaced => return Err(wrong),
            _ => {}
        }
        let at_item = *input;
        let (rest, (item, value)) = grammar::declared(at_item)?;
        let at_value = fault(Kind::Declaration, at_item);
        let in_order = last < Some(item) && last.is_some() != (item == Declared::Version);
        let legal = match (item, value) {
            (Declared::Version, [b'1', b'.', minor @ ..]) => !minor.is_empty() && minor.iter().all(u8::is_ascii_digit),
            (Declared::Encoding, [b'A'..=b'Z' | b'a'..=b'z', name @ ..]) => {
                name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
            }
            (Declared::Standalone, b"yes" | b"no") => true,
            _ => false,
        };
        if !in_order || !legal {
            return Err(at_value);
        }
        if item == Declared::Encoding && !self.tolerance.lying_encoding {
            let named = Encoding::from_name(value).filter(|named| !self.marked || *named == Encoding::Utf8);
            self.encoding = named.ok_or(fault(Kind::EncodingName, at_item))?;
        }
        *input = rest;
        self.state = State::Declaration { last: Some(item), spaced: false };
        Ok(None)
    }

    fn outside<'a>(&mut self, input: &mut &'a [u8], window: Window, first: bool) -> Step<'a> {
        let blank = blanks(input);
        let first = first && (!blank || self.tolerance.blank_before_declaration);
        self.state = State::Outside { first };
        match *input {
            [] | [b'<'] => Err(INCOMPLETE),
            [b'<', b'?', ..] => self.instruction_head(input, first),
            [b'<', b'!', ..] => self.section(input),
            [b'<', b'/', ..] => Err(fault(Kind::EndTag, input)),
            [b'<', ..] if self.rooted => Err(fault(Kind::SecondRoot, input)),
            [b'<', ..] => self.open(input, window),
            _ => Err(fault(Kind::OutsideRoot, input)),
        }
    }

    #[inline]
    fn content<'a>(&mut self, input: &mut &'a [u8], window: Window) -> Step<'a> {
        match *input {
            [] | [b'<'] => Err(INCOMPLETE),
            [b'<', b'/', ..] => self.end_head(input),
            [b'<', b'!', ..] => self.section(input),
            [b'<', b'?', ..] => self.instruction_head(input, false),
            [b'<', ..] => self.open(input, window),
            _ => {
                let (rest, Piece { bytes, flags, .. }) = grammar::text(self.encoding, input)?;
                *input = rest;
                Ok(Some(Token::Text(Raw::new(bytes, flags, self.encoding))))
            }
        }
    }

    #[inline]
    fn open<'a>(&mut self, input: &mut &'a [u8], window: Window) -> Step<'a> {
        let [_, after @ ..] = *input else { return Err(INCOMPLETE) };
        let (rest, name) = grammar::name(self.encoding, after)?;
        self.scope.open(name).map_err(|kind| fault(kind, input))?;
        self.tag_at = window.offset(input);
        self.rooted = true;
        *input = rest;
        self.state = State::Tag { spaced: false };
        Ok(Some(Token::Open(name)))
    }

    #[inline]
    fn tag<'a>(&mut self, input: &mut &'a [u8], window: Window, spaced: bool) -> Step<'a> {
        let spaced = blanks(input) || spaced;
        self.state = State::Tag { spaced };
        match *input {
            [] | [b'/'] => Err(INCOMPLETE),
            [b'>', rest @ ..] => self.enter(input, window, rest, State::Content),
            [b'/', b'>', rest @ ..] => self.enter(input, window, rest, State::Empty),
            [b'/', ..] => Err(fault(Kind::Tag, input)),
            [first, ..] if !spaced => {
                let kind = if first.is_ascii() && begins_name(*first) { Kind::Blank } else { Kind::Tag };
                Err(fault(kind, input))
            }
            [first, ..] if !begins_name(*first) => Err(fault(Kind::Tag, input)),
            _ => self.attribute(input, window),
        }
    }

    #[inline]
    fn enter<'a>(&mut self, input: &mut &'a [u8], window: Window, rest: &'a [u8], state: State) -> Step<'a> {
        self.scope.enter().map_err(|kind| window.fault_at(kind, self.tag_at))?;
        *input = rest;
        self.state = state;
        Ok(Some(Token::Enter))
    }

    #[inline]
    fn attribute<'a>(&mut self, input: &mut &'a [u8], window: Window) -> Step<'a> {
        let (rest, (name, quote)) = grammar::attribute_head(self.encoding, input)?;
        self.scope.attribute(name).map_err(|kind| fault(kind, input))?;
        let binds = name.is_xmlns();
        if binds {
            let prefix = if name.prefix().is_empty() { &[] } else { name.local() };
            self.scope.bind(prefix).map_err(|kind| fault(kind, input))?;
        }
        self.attribute_at = window.offset(input);
        *input = rest;
        self.state = State::Value { quote, binds };
        let (value, more) = match self.value(input, quote, binds) {
            Ok(piece) => piece,
            // The name must not wait for its value, and an error in the value comes behind the name.
            Err(_) => (Raw::new(&[], 0, self.encoding), true),
        };
        Ok(Some(Token::Attribute { name, value, more }))
    }

    #[inline]
    fn value<'a>(&mut self, input: &mut &'a [u8], quote: u8, binds: bool) -> Result<(Raw<'a>, bool), Refusal> {
        let (rest, Piece { bytes, flags, closed }) = grammar::value(self.encoding, quote, input)?;
        *input = rest;
        let value = Raw::new(bytes, flags, self.encoding);
        if closed {
            self.state = State::Tag { spaced: false };
        }
        if binds {
            self.bind(value, closed);
        }
        Ok((value, !closed))
    }

    /// Keeps a piece of a namespace name. What is wrong with it is told behind the token: at which piece would
    /// depend on the window.
    #[cold]
    fn bind(&mut self, value: Raw<'_>, closed: bool) {
        for run in value.runs() {
            match run {
                Run::Text(text) => self.scope.extend(text),
                Run::Char(char) => self.scope.extend(char.encode_utf8(&mut [0; 4])),
            }
        }
        if closed && let Err(kind) = self.scope.bound() {
            self.failed = Some(XmlError { offset: self.attribute_at, kind });
        }
    }

    #[inline]
    fn end_head<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let open = self.scope.innermost();
        // The usual case: the very name, and no white space behind it.
        if let [b'<', b'/', rest @ ..] = *input
            && let Some([b'>', rest @ ..]) = rest.strip_prefix(open)
        {
            *input = rest;
            return Ok(Some(self.close()));
        }
        let (rest, name) = grammar::end_head(self.encoding, input)?;
        if name.as_bytes() != open {
            return Err(fault(Kind::EndTag, input));
        }
        *input = rest;
        self.state = State::EndTag;
        Ok(None)
    }

    fn end_tag<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        blanks(input);
        match *input {
            [] => Err(INCOMPLETE),
            [b'>', rest @ ..] => {
                *input = rest;
                Ok(Some(self.close()))
            }
            _ => Err(fault(Kind::Tag, input)),
        }
    }

    #[inline]
    fn close<'a>(&mut self) -> Token<'a> {
        self.scope.close();
        self.state = self.between();
        Token::Close
    }

    /// The state behind a construct that may stand inside and outside of the root element.
    fn between(&self) -> State {
        if self.scope.depth() > 0 { State::Content } else { State::Outside { first: false } }
    }

    fn section<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let (rest, section) = grammar::section(input)?;
        self.state = match section {
            Section::Comment => State::Comment,
            Section::Cdata if self.scope.depth() > 0 => State::Cdata,
            Section::Cdata => return Err(fault(Kind::OutsideRoot, input)),
            Section::Doctype => return Err(fault(Kind::Doctype, input)),
        };
        *input = rest;
        Ok(None)
    }

    fn cdata<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let (rest, Piece { bytes, flags, closed }) = grammar::cdata(self.encoding, input)?;
        *input = rest;
        if closed {
            self.state = State::Content;
        }
        let text = Raw::new(bytes, flags, self.encoding);
        Ok(if text.is_empty() { None } else { Some(Token::Text(text)) })
    }

    fn instruction_head<'a>(&mut self, input: &mut &'a [u8], first: bool) -> Step<'a> {
        let (rest, target) = grammar::instruction_head(self.encoding, input)?;
        self.state = match target.as_bytes() {
            b"xml" if first => State::Declaration { last: None, spaced: false },
            name if name.eq_ignore_ascii_case(b"xml") => return Err(fault(Kind::Declaration, input)),
            _ if !target.prefix().is_empty() => return Err(fault(Kind::Instruction, input)),
            _ => State::Instruction { spaced: false },
        };
        *input = rest;
        Ok(None)
    }

    fn instruction<'a>(&mut self, input: &mut &'a [u8], spaced: bool) -> Step<'a> {
        if !spaced {
            match *input {
                [] | [b'?'] => return Err(INCOMPLETE),
                [b'?', b'>', ..] => {}
                [byte, ..] if scan::is(scan::BLANK, *byte) => {}
                _ => return Err(fault(Kind::Instruction, input)),
            }
            self.state = State::Instruction { spaced: true };
        }
        self.skip(input, grammar::instruction)
    }

    /// Reads over a piece of something that gives no token.
    fn skip<'a>(
        &mut self,
        input: &mut &'a [u8],
        parser: impl Fn(Encoding, &'a [u8]) -> grammar::Parsed<'a, Piece<'a>>,
    ) -> Step<'a> {
        let (rest, piece) = parser(self.encoding, input)?;
        *input = rest;
        if piece.closed {
            self.state = self.between();
        }
        Ok(None)
    }
}

/// The end of the caller's window in the document: what is left of the window tells where we are.
#[derive(Clone, Copy)]
struct Window {
    end: u32,
}

impl Window {
    #[inline]
    fn offset(self, left: &[u8]) -> u32 {
        self.end.saturating_sub(count(left.len()))
    }

    /// A fault at a place that may have left the window.
    fn fault_at(self, kind: Kind, offset: u32) -> Refusal {
        Err::Failure(Fault { kind, left: usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX) })
    }
}

/// Documents of 4 GiB are far beyond every frame; offsets stop there.
#[inline]
fn count(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Skips white space, and says whether there was any.
#[inline]
fn blanks(input: &mut &[u8]) -> bool {
    let len = scan::blank(input);
    *input = input.get(len..).unwrap_or_default();
    len > 0
}

/// Whether a byte may begin a name, as far as one byte tells.
#[inline]
fn begins_name(byte: u8) -> bool {
    byte >= 0x80 || byte == b':' || scan::is(scan::NAME_START, byte)
}
