//! The writer: well-formed by construction, straight into the caller's buffer.

use core::fmt::{self, Write};

use super::scan;
use crate::limits::XML_DEPTH;
use crate::proof::{Mistake, mistake};

/// Writes one document, compact, in UTF-8.
///
/// Nothing fails on the way: the first thing that goes wrong is kept and told by [`finish`](Writer::finish), so a
/// message is written without a question mark behind every field. What was written is then no document.
///
/// The caller answers for attribute names that differ within a tag and for declaring the prefixes it uses.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
    open: heapless::Vec<&'static str, XML_DEPTH>,
    place: Place,
    wrong: Option<WriteError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// Before the root element, behind the declaration.
    Before,
    /// In a start tag that is not closed yet.
    Tag,
    Content,
    After,
}

/// Why there is no document. It is the fault of the caller; [`Full`](WriteError::Full) may also be solved with a
/// larger buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteError {
    /// The buffer is too small.
    Full,
    /// A character that XML 1.0 §2.2 does not allow, such as a control character; there is no way to escape it.
    Character,
    /// A name with a character that does not belong there (only ASCII names are written).
    Name,
    /// More open elements than [`XML_DEPTH`](crate::limits::XML_DEPTH).
    Depth,
    /// Something at a place where it cannot stand: an attribute behind content, text outside the root element, a
    /// second root element, an end without a begin, a declaration not at the start, an element never ended.
    Place,
    /// A value's `Display` reported an error.
    Display,
}

impl fmt::Display for WriteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => "the buffer is too small for the document",
            Self::Character => "XML cannot hold one of the characters",
            Self::Name => "a name has a character that XML does not allow",
            Self::Depth => "too many open elements",
            Self::Place => "something was written where XML does not allow it",
            Self::Display => "a value could not be shown",
        })
    }
}

impl core::error::Error for WriteError {}

impl<'b> Writer<'b> {
    /// A writer at the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, len: 0, open: heapless::Vec::new(), place: Place::Start, wrong: None }
    }

    /// Bytes written so far. They fit, even if something else went wrong.
    #[must_use]
    pub const fn written(&self) -> usize {
        self.len
    }

    /// The XML declaration, if at all then first. Its spelling is the one CCV terminals and tills write.
    pub fn declaration(&mut self) {
        if self.place != Place::Start {
            return self.fail(WriteError::Place);
        }
        self.place = Place::Before;
        self.put(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    }

    /// Begins an element.
    pub fn open(&mut self, name: &'static str) {
        self.check_name(name);
        self.open_known(name);
    }

    /// Begins an element whose name was checked when the program was compiled, see [`is_name`].
    pub(crate) fn open_known(&mut self, name: &'static str) {
        let before: &[u8] = match self.place {
            Place::Tag => b"><",
            Place::After => return self.fail(WriteError::Place),
            Place::Start | Place::Before | Place::Content => b"<",
        };
        if self.open.push(name).is_err() {
            return self.fail(WriteError::Depth);
        }
        self.put_all([before, name.as_bytes()]);
        self.place = Place::Tag;
    }

    /// An attribute of the element just begun.
    pub fn attribute(&mut self, name: &str, value: &str) {
        self.attribute_of(name, |out| out.text(value));
    }

    /// An attribute whose value is what `Display` shows.
    pub fn attribute_fmt(&mut self, name: &str, value: impl fmt::Display) {
        self.attribute_of(name, |out| out.show(value));
    }

    fn attribute_of(&mut self, name: &str, value: impl FnOnce(&mut Characters<'_, 'b>)) {
        self.check_name(name);
        self.attribute_named(name, value);
    }

    /// An attribute whose name was checked when the program was compiled, see [`is_name`].
    pub(crate) fn attribute_named(&mut self, name: &str, value: impl FnOnce(&mut Characters<'_, 'b>)) {
        if self.is_in_tag() {
            self.put_all([b" ", name.as_bytes(), b"=\""]);
            value(&mut Characters { writer: self, in_value: true });
            self.put(b"\"");
        }
    }

    /// An attribute by what stands before its value, as in ` name="`. The name was checked when the program was
    /// compiled, see [`is_name`].
    #[cfg(target_pointer_width = "64")]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn attribute_known(&mut self, lead: &'static str, value: impl FnOnce(&mut Characters<'_, 'b>)) {
        if self.is_in_tag() {
            self.put(lead.as_bytes());
            value(&mut Characters { writer: self, in_value: true });
            self.put(b"\"");
        }
    }

    /// Character data. May be called several times.
    pub fn text(&mut self, text: &str) {
        self.text_of(|out| out.text(text));
    }

    /// What `Display` shows, as character data.
    pub fn text_fmt(&mut self, text: impl fmt::Display) {
        self.text_of(|out| out.show(text));
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn text_of(&mut self, text: impl FnOnce(&mut Characters<'_, 'b>)) {
        if self.begin_content() {
            text(&mut Characters { writer: self, in_value: false });
        }
    }

    /// A fragment of XML that was checked before, such as one a [`Reader`](super::Reader) read; not looked at here.
    pub fn raw(&mut self, fragment: &str) {
        if self.begin_content() {
            self.put(fragment.as_bytes());
        }
    }

    /// Ends the innermost element.
    pub fn close(&mut self) {
        let Some(name) = self.open.pop() else { return self.fail(WriteError::Place) };
        if self.place == Place::Tag {
            self.put(b"/>");
        } else {
            self.put_all([b"</", name.as_bytes(), b">"]);
        }
        self.place = if self.open.is_empty() { Place::After } else { Place::Content };
    }

    /// Ends the document, and says how many bytes of the buffer it has.
    ///
    /// # Errors
    /// The first thing that went wrong since [`new`](Writer::new), see [`WriteError`].
    pub fn finish(self) -> Result<usize, WriteError> {
        match self.wrong {
            Some(wrong) => Err(wrong),
            None if self.place == Place::After => Ok(self.len),
            None => Err(WriteError::Place),
        }
    }

    /// Keeps the first error, and leaves no room: what comes behind an error is not written.
    #[cold]
    fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
        self.buffer = core::mem::take(&mut self.buffer).get_mut(..self.len).unwrap_or_default();
    }

    /// Whether an attribute may stand here.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn is_in_tag(&mut self) -> bool {
        let is = self.place == Place::Tag;
        if !is {
            self.fail(WriteError::Place);
        }
        is
    }

    /// Whether content may stand here.
    fn begin_content(&mut self) -> bool {
        match self.place {
            Place::Tag => {
                self.place = Place::Content;
                self.put(b">");
            }
            Place::Content => {}
            Place::Start | Place::Before | Place::After => {
                self.fail(WriteError::Place);
                return false;
            }
        }
        true
    }

    fn check_name(&mut self, name: &str) {
        if !is_name(name) {
            self.fail(WriteError::Name);
        }
    }

    /// Copies what fits. Once something did not, nothing is added, so no piece goes missing in the middle.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn put(&mut self, bytes: &[u8]) {
        // Hot: every byte that is written; one check for all of them.
        let room = self.buffer.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len()));
        let Some(room) = room else { return self.fail(WriteError::Full) };
        room.copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Copies the pieces as far as they fit.
    #[cfg(not(target_pointer_width = "64"))]
    fn put_all<const N: usize>(&mut self, pieces: [&[u8]; N]) {
        pieces.iter().for_each(|piece| self.put(piece));
    }

    /// Copies all of the pieces or, if they do not fit, none.
    #[cfg(target_pointer_width = "64")]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn put_all<const N: usize>(&mut self, pieces: [&[u8]; N]) {
        let whole = pieces.iter().map(|piece| piece.len()).sum();
        let Some(mut room) = self.buffer.get_mut(self.len..).and_then(|rest| rest.get_mut(..whole)) else {
            return self.fail(WriteError::Full);
        };
        for piece in pieces {
            // The pieces are as long as the room.
            let Some((here, behind)) = room.split_at_mut_checked(piece.len()) else { return };
            here.copy_from_slice(piece);
            room = behind;
        }
        self.len += whole;
    }

    /// Writes characters, escaped for an attribute value or for text.
    #[inline]
    fn escape(&mut self, text: &str, in_value: bool) {
        let bytes = text.as_bytes();
        match scan::writable(bytes, &ESCAPED) {
            // The usual case: nothing to escape.
            plain if plain == bytes.len() => self.put(bytes),
            plain => self.escape_from(plain, bytes, in_value),
        }
    }

    /// The same for characters of which the first at `at` may be special.
    ///
    /// `>` is escaped everywhere, which keeps `]]>` out of text. White space other than blanks is escaped in values
    /// and CR everywhere, because a reader would replace it (XML 1.0 §2.11, §3.3.3).
    #[inline(never)]
    fn escape_from(&mut self, mut at: usize, bytes: &[u8], in_value: bool) {
        let mut rest = bytes;
        while let Some((direct, special)) = rest.split_at_checked(at) {
            let escaped: &[u8] = match special {
                [] => break,
                // U+FFFE and U+FFFF are no characters by XML 1.0 §2.2.
                [0xEF, 0xBF, 0xBE | 0xBF, ..] => return self.fail(WriteError::Character),
                [0xEF, ..] => b"",
                [b'\t' | b'\n' | b'"', ..] if !in_value => b"",
                [b'&', ..] => b"&amp;",
                [b'<', ..] => b"&lt;",
                [b'>', ..] => b"&gt;",
                [b'"', ..] => b"&quot;",
                [b'\t', ..] => b"&#9;",
                [b'\n', ..] => b"&#10;",
                [b'\r', ..] if mistake(Mistake::XmlWritesALineEnd) => b"",
                [b'\r', ..] => b"&#13;",
                [..] => return self.fail(WriteError::Character),
            };
            at += 1;
            if !escaped.is_empty() {
                self.put_all([direct, escaped]);
                rest = rest.get(at..).unwrap_or_default();
                at = 0;
            }
            at += scan::writable(rest.get(at..).unwrap_or_default(), &ESCAPED);
        }
        self.put(rest);
    }
}

/// What may have to be escaped, besides control characters.
const ESCAPED: [u8; 4] = [b'&', b'<', b'>', b'"'];

/// Whether this is an ASCII name, with at most one prefix. For names that stand in the program, when it is compiled.
pub(crate) const fn is_name(name: &str) -> bool {
    let mut rest = name.as_bytes();
    let (mut begins, mut has_prefix) = (true, false);
    while let [first, behind @ ..] = rest {
        match *first {
            b':' if !begins && !has_prefix => (begins, has_prefix) = (true, true),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => begins = false,
            b'0'..=b'9' | b'-' | b'.' if !begins => {}
            _ => return false,
        }
        rest = behind;
    }
    !begins
}

/// Where the characters of one value or of one text go, escaped.
pub(crate) struct Characters<'w, 'b> {
    writer: &'w mut Writer<'b>,
    in_value: bool,
}

impl Characters<'_, '_> {
    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        self.writer.escape(text, self.in_value);
    }

    /// Characters of which none has to be escaped.
    #[inline]
    pub(crate) fn plain(&mut self, text: &'static str) {
        self.writer.put(text.as_bytes());
    }

    /// A whole number without sign.
    #[inline]
    pub(crate) fn number(&mut self, mut number: u32) {
        let mut digits = [0; 10];
        let mut len = 0;
        for digit in digits.iter_mut().rev() {
            // Less than ten.
            *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
            len += 1;
            if number == 0 {
                break;
            }
        }
        self.writer.put(digits.get(digits.len() - len..).unwrap_or_default());
    }

    pub(crate) fn show(&mut self, value: impl fmt::Display) {
        if write!(self, "{value}").is_err() {
            self.writer.fail(WriteError::Display);
        }
    }
}

impl Write for Characters<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}
