//! The reader: which tokens may follow which, in tags and in content.

use core::fmt::Write;

use nom::Err;

use super::encoding::Encoding;
use super::error::{XmlError, XmlErrorKind as Kind};
use super::grammar::{self, Data, Declared, Fault, Piece, Refusal};
use super::scan;
use super::scope::Scope;
use super::token::{Name, Raw, Token};
use super::tolerance::Tolerance;

/// Reads a document piece by piece from a window the caller owns; keeps names, never texts.
///
/// It accepts exactly the documents that are well-formed by XML 1.0 (fifth edition) and Namespaces in XML 1.0, have
/// no DTD and keep within [`limits`](crate::limits), plus what the [`Tolerance`] forgives. Without a DTD there are
/// no entities but the predefined ones, so nothing a peer writes can grow while it is read.
///
/// A window of [`WINDOW_MIN`](crate::limits::WINDOW_MIN) bytes is always enough for the next step.
///
/// ```
/// use opi_core::xml::{Reader, Token, Tolerance, XmlError};
///
/// let mut reader = Reader::new(Tolerance::STRICT);
/// let mut names = Vec::new();
/// let mut document = &b"<a><b/>text</a>"[..];
/// while let Some(token) = reader.next(&mut document, true)? {
///     match token {
///         Token::Open(name) => names.push(name.as_bytes()),
///         Token::End => break,
///         _ => {}
///     }
/// }
/// assert_eq!(names, [b"a", b"b"]);
/// # Ok::<(), XmlError>(())
/// ```
#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub struct Reader {
    pub(super) tolerance: Tolerance,
    pub(super) encoding: Encoding,
    pub(super) state: State,
    /// White space was just read, where the next thing needs some in front.
    pub(super) spaced: bool,
    /// Nothing was read yet that may not stand before an XML declaration.
    pub(super) first: bool,
    /// A byte order mark stood in front, so the document is UTF-8.
    pub(super) marked: bool,
    /// The root element has begun.
    pub(super) rooted: bool,
    /// The last part of the XML declaration read.
    pub(super) declared: Option<Declared>,
    /// Of the attribute whose value is being read: its quote, and whether it declares a namespace.
    quote: u8,
    binds: bool,
    /// Bytes used so far.
    offset: usize,
    /// Where the tag and the attribute being read began, for errors found at their end.
    tag_at: usize,
    attribute_at: usize,
    /// Whether the window reaches to the end of the document.
    last: bool,
    /// Of [`State::Failed`].
    failure: Option<XmlError>,
    pub(super) scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing was read yet.
    Start,
    /// Outside the root element.
    Outside,
    /// In the XML declaration, behind `<?xml` or a part of it.
    Declaration,
    /// In the content of an element.
    Content,
    /// In a start tag, behind its name or an attribute.
    Tag,
    /// In an attribute value.
    Value,
    /// Behind the start tag of an empty element.
    Empty,
    /// In an end tag, behind its name.
    EndTag,
    Comment,
    Cdata,
    /// In a processing instruction, directly behind its target.
    Target,
    /// In a processing instruction.
    Instruction,
    End,
    Failed,
}

/// What a call gives. The hot functions make it where it is returned: converting one `Result` with a token in it into
/// another copies all of it, which cost a fifth of the time.
type Step<'a> = Result<Option<Token<'a>>, XmlError>;

/// What a seldom state gives: `None` gives the next state its turn.
pub(super) type Turn<'a> = Option<Step<'a>>;

/// What a parser accepted, or the end of this call.
macro_rules! accept {
    ($reader:ident, $input:ident, $parsed:expr) => {
        match $parsed {
            Ok(accepted) => accepted,
            Err(refusal) => return $reader.refuse(refusal, $input).into(),
        }
    };
}
pub(super) use accept;

impl Reader {
    /// A reader at the start of a document.
    #[must_use]
    pub const fn new(tolerance: Tolerance) -> Self {
        Self {
            tolerance,
            encoding: Encoding::Utf8,
            state: State::Start,
            spaced: false,
            first: true,
            marked: false,
            rooted: false,
            declared: None,
            quote: 0,
            binds: false,
            offset: 0,
            tag_at: 0,
            attribute_at: 0,
            last: false,
            failure: None,
            scope: Scope::new(),
        }
    }

    /// Forgets everything but the tolerance: the next byte is the first of another document.
    pub fn reset(&mut self) {
        self.encoding = Encoding::Utf8;
        self.state = State::Start;
        self.spaced = false;
        self.first = true;
        self.marked = false;
        self.rooted = false;
        self.declared = None;
        self.binds = false;
        self.offset = 0;
        self.failure = None;
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
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn next<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Option<Token<'a>>, XmlError> {
        self.last = last;
        loop {
            // Hot: every token begins here; the usual ones return from here.
            let turn = match (self.state, *input) {
                (State::Tag, _) => return self.tag(input),
                (State::Content, [b'<', b'/', name @ ..]) => match name.strip_prefix(self.scope.innermost()) {
                    // The usual case: the very name, and no white space behind it.
                    Some([b'>', rest @ ..]) => {
                        self.take(input, rest);
                        return self.close();
                    }
                    _ => self.end_head(input),
                },
                (State::Content, [b'<', b'!' | b'?', ..]) => self.seldom_content(input),
                (State::Content, [b'<', name @ ..]) => return self.child(input, name),
                (State::Content, _) => return self.text(input),
                (State::Empty, _) => return self.close(),
                _ => self.seldom(input),
            };
            if let Some(step) = turn {
                return step;
            }
        }
    }

    /// [`next`](Self::next), for where speed does not matter.
    #[inline(never)]
    pub(crate) fn next_calmly<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Option<Token<'a>>, XmlError> {
        self.next(input, last)
    }

    /// Bytes of the document used so far, a byte order mark included.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        count(self.offset)
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

    /// Moves on to what is left of the window.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn take<'a>(&mut self, input: &mut &'a [u8], rest: &'a [u8]) {
        // `rest` is an end of `input`; nobody sends so much that the sum wraps.
        self.offset = self.offset.wrapping_add(input.len().wrapping_sub(rest.len()));
        *input = rest;
    }

    /// Skips white space, and says whether there was any.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn blanks(&mut self, input: &mut &[u8]) -> bool {
        let len = scan::blank(input);
        if len > 0 {
            self.take(input, input.get(len..).unwrap_or_default());
        }
        len > 0
    }

    /// Waits for more bytes, comes to the end of the document, or fails.
    #[cold]
    pub(super) fn refuse<'a>(&mut self, refusal: Refusal, input: &[u8]) -> Step<'a> {
        match refusal {
            Err::Incomplete(_) => self.wait(input),
            Err::Error(Fault { kind, left }) | Err::Failure(Fault { kind, left }) => {
                self.fail(kind, self.offset.saturating_add(input.len()).saturating_sub(left))
            }
        }
    }

    /// Waits for more bytes, comes to the end of the document, or fails since there are no more.
    #[cold]
    pub(super) fn wait<'a>(&mut self, input: &[u8]) -> Step<'a> {
        if !self.last {
            return Ok(None);
        }
        if self.rooted && self.state == State::Outside && input.is_empty() {
            self.state = State::End;
            return Ok(Some(Token::End));
        }
        self.fail(Kind::UnexpectedEnd, self.offset.saturating_add(input.len()))
    }

    /// Fails at the byte that is next.
    #[cold]
    pub(super) fn wrong<'a>(&mut self, kind: Kind) -> Step<'a> {
        self.fail(kind, self.offset)
    }

    #[cold]
    fn fail<'a>(&mut self, kind: Kind, at: usize) -> Step<'a> {
        let failure = XmlError { offset: count(at), kind };
        self.state = State::Failed;
        self.failure = Some(failure);
        Err(failure)
    }

    /// The states a document is seldom in, out of the way of the others.
    #[inline(never)]
    fn seldom<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        match self.state {
            State::Start => self.start(input),
            State::Outside => self.outside(input),
            State::Declaration => self.declaration(input),
            State::Value => Some(self.value(input)),
            State::EndTag => Some(self.end_tag(input)),
            State::Comment => self.skip(input, Data::Comment),
            State::Cdata => self.cdata(input),
            State::Target => self.target(input),
            State::Instruction => self.skip(input, Data::Instruction),
            State::End => Some(Ok(Some(Token::End))),
            State::Content | State::Tag | State::Empty | State::Failed => self.failure.map(Err),
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn text<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let (rest, Piece { bytes, flags, .. }) = accept!(self, input, grammar::text(self.encoding, input));
        self.take(input, rest);
        Ok(Some(Token::Text(Raw::new(bytes, flags, self.encoding))))
    }

    /// `<` and a name in content.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn child<'a>(&mut self, input: &mut &'a [u8], name: &'a [u8]) -> Step<'a> {
        // The usual case: one more of the same.
        match self.scope.open_sibling(name).and_then(|len| name.split_at_checked(len)) {
            Some((name, rest)) => self.opened(input, rest, Name::new(name, 0)),
            None => self.open(input, name),
        }
    }

    /// `<` and a name, if there is one.
    #[inline(never)]
    pub(super) fn open<'a>(&mut self, input: &mut &'a [u8], name: &'a [u8]) -> Step<'a> {
        let (rest, name) = accept!(self, input, grammar::name(self.encoding, name));
        if let Err(kind) = self.scope.open(name) {
            return self.wrong(kind);
        }
        self.opened(input, rest, name)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn opened<'a>(&mut self, input: &mut &'a [u8], rest: &'a [u8], name: Name<'a>) -> Step<'a> {
        self.tag_at = self.offset;
        self.take(input, rest);
        self.state = State::Tag;
        Ok(Some(Token::Open(name)))
    }

    #[cfg(not(target_pointer_width = "64"))]
    fn tag<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        self.tag_slowly(input)
    }

    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    fn tag<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        match *input {
            [b'>', rest @ ..] => return self.enter(input, rest, State::Content),
            [b'/', b'>', rest @ ..] => return self.enter(input, rest, State::Empty),
            // The usual case: one blank, and an attribute as in the tags before.
            [b' ', name @ ..] => {
                // Hot: the name that stood here in the tag before costs one comparison.
                if let Some((place, len)) = self.scope.likely_attribute(name)
                    && let Some((name, [_, quote @ (b'"' | b'\''), rest @ ..])) = name.split_at_checked(len)
                {
                    self.scope.use_attribute(place);
                    return self.value_of(input, rest, Name::new(name, 0), *quote);
                }
                if name.first().is_some_and(|first| scan::is(scan::NAME_START, *first)) {
                    self.take(input, name);
                    self.spaced = true;
                    return self.attribute(input);
                }
            }
            _ => {}
        }
        self.tag_slowly(input)
    }

    /// Whatever may stand in a tag.
    #[inline(never)]
    fn tag_slowly<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        if self.blanks(input) {
            self.spaced = true;
        }
        match *input {
            [b'>', rest @ ..] => self.enter(input, rest, State::Content),
            [b'/', b'>', rest @ ..] => self.enter(input, rest, State::Empty),
            [first, ..] if self.spaced && begins_name(*first) => self.attribute(input),
            _ => self.no_tag(input),
        }
    }

    #[cold]
    fn no_tag<'a>(&mut self, input: &[u8]) -> Step<'a> {
        match *input {
            [] | [b'/'] => self.wait(input),
            [first, ..] if first.is_ascii() && begins_name(first) => self.wrong(Kind::Blank),
            _ => self.wrong(Kind::Tag),
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn enter<'a>(&mut self, input: &mut &'a [u8], rest: &'a [u8], state: State) -> Step<'a> {
        if let Err(kind) = self.scope.enter() {
            return self.fail(kind, self.tag_at);
        }
        self.take(input, rest);
        self.state = state;
        self.spaced = false;
        Ok(Some(Token::Enter))
    }

    /// An attribute, white space before it just read.
    #[inline(never)]
    fn attribute<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let (rest, (name, quote)) = accept!(self, input, grammar::attribute_head(self.encoding, input));
        if let Err(kind) = self.scope.attribute(name) {
            return self.wrong(kind);
        }
        if name.is_xmlns() {
            let prefix = if name.prefix().is_empty() { &[] } else { name.local() };
            if let Err(kind) = self.scope.bind(prefix) {
                return self.wrong(kind);
            }
            self.attribute_at = self.offset;
            self.binds = true;
        }
        self.value_of(input, rest, name, quote)
    }

    /// An attribute, its name and its opening quote just read.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn value_of<'a>(&mut self, input: &mut &'a [u8], rest: &'a [u8], name: Name<'a>, quote: u8) -> Step<'a> {
        self.spaced = false;
        // The name does not wait for its value, and an error in the value comes behind the name.
        let (rest, Piece { bytes, flags, closed }) = match grammar::value(self.encoding, quote, rest) {
            Ok(piece) => piece,
            Err(_) => (rest, Piece { bytes: &[], flags: 0, closed: false }),
        };
        self.take(input, rest);
        let value = Raw::new(bytes, flags, self.encoding);
        if !closed {
            self.state = State::Value;
            self.quote = quote;
        }
        if self.binds {
            self.bind(value, closed);
        }
        // Hot: a token is made where it is given; with `map` or `?` it would be copied.
        Ok(Some(Token::Attribute { name, value, more: !closed }))
    }

    fn value<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let parsed = grammar::value(self.encoding, self.quote, input);
        let (rest, Piece { bytes, flags, closed }) = accept!(self, input, parsed);
        self.take(input, rest);
        let value = Raw::new(bytes, flags, self.encoding);
        if closed {
            self.state = State::Tag;
        }
        if self.binds {
            self.bind(value, closed);
        }
        Ok(Some(Token::Value { value, more: !closed }))
    }

    /// Keeps a piece of a namespace name. What is wrong with it is told behind the token: at which piece would
    /// depend on the window.
    #[cold]
    fn bind(&mut self, value: Raw<'_>, closed: bool) {
        // Takes everything, and remembers what did not fit.
        let _ = value.write_to::<dyn Write>(&mut self.scope);
        if !closed {
            return;
        }
        self.binds = false;
        if let Err(kind) = self.scope.bound() {
            let _ = self.fail(kind, self.attribute_at);
        }
    }

    #[cold]
    fn end_head<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        let (rest, name) = accept!(self, input, grammar::end_head(self.encoding, input));
        if name.as_bytes() != self.scope.innermost() {
            return self.wrong(Kind::EndTag).into();
        }
        self.take(input, rest);
        self.state = State::EndTag;
        None
    }

    fn end_tag<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        self.blanks(input);
        match *input {
            [b'>', rest @ ..] => {
                self.take(input, rest);
                self.close()
            }
            [] => self.wait(input),
            _ => self.wrong(Kind::Tag),
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn close<'a>(&mut self) -> Step<'a> {
        self.scope.close();
        self.state = self.between();
        Ok(Some(Token::Close))
    }

    /// The state behind a construct that may stand inside and outside of the root element.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn between(&self) -> State {
        if self.scope.depth() > 0 { State::Content } else { State::Outside }
    }
}

/// Documents of 4 GiB are far beyond every frame; offsets stop there.
#[expect(clippy::cast_possible_truncation, reason = "checked; `try_from` is not const")]
const fn count(bytes: usize) -> u32 {
    if bytes > u32::MAX as usize { u32::MAX } else { bytes as u32 }
}

/// Whether a byte may begin a name, as far as one byte tells.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn begins_name(byte: u8) -> bool {
    byte >= 0x80 || byte == b':' || scan::is(scan::NAME_START, byte)
}
