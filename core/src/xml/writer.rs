//! The writer: well-formed by construction, straight into the caller's buffer.

use core::fmt::{self, Write};

use super::scan;
use crate::limits::XML_DEPTH;

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
        match self.place {
            Place::Tag => self.put(b">"),
            Place::After => return self.fail(WriteError::Place),
            Place::Start | Place::Before | Place::Content => {}
        }
        if self.open.push(name).is_err() {
            return self.fail(WriteError::Depth);
        }
        self.put(b"<");
        self.put_name(name);
        self.place = Place::Tag;
    }

    /// An attribute of the element just begun.
    #[inline]
    pub fn attribute(&mut self, name: &str, value: &str) {
        if self.begin_attribute(name) {
            self.escape(value, true);
            self.put(b"\"");
        }
    }

    /// An attribute whose value is what `Display` shows.
    pub fn attribute_fmt(&mut self, name: &str, value: impl fmt::Display) {
        if self.begin_attribute(name) {
            self.show(value, true);
            self.put(b"\"");
        }
    }

    /// Character data. May be called several times.
    pub fn text(&mut self, text: &str) {
        if self.begin_content() {
            self.escape(text, false);
        }
    }

    /// What `Display` shows, as character data.
    pub fn text_fmt(&mut self, text: impl fmt::Display) {
        if self.begin_content() {
            self.show(text, false);
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
            self.put(b"</");
            self.put(name.as_bytes());
            self.put(b">");
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

    #[cold]
    fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
    }

    /// Whether an attribute may stand here; then its value is to follow.
    #[inline]
    fn begin_attribute(&mut self, name: &str) -> bool {
        if self.place != Place::Tag {
            self.fail(WriteError::Place);
            return false;
        }
        self.put(b" ");
        self.put_name(name);
        self.put(b"=\"");
        true
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

    fn put_name(&mut self, name: &str) {
        let part = |part: &[u8]| {
            part.first().is_some_and(|&first| scan::is(scan::NAME_START, first)) && scan::name(part) == part.len()
        };
        let bytes = name.as_bytes();
        let prefix = scan::name(bytes);
        let good = match bytes.split_at_checked(prefix) {
            Some((_, [])) => part(bytes),
            Some((prefix, [b':', local @ ..])) => part(prefix) && part(local),
            _ => false,
        };
        if !good {
            self.fail(WriteError::Name);
        }
        self.put(bytes);
    }

    /// Copies what fits. Once something did not, nothing is added, so no piece goes missing in the middle.
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let room = self.buffer.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len()));
        match room {
            Some(room) if self.wrong.is_none() => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            _ => self.fail(WriteError::Full),
        }
    }

    /// Writes characters, escaped for an attribute value or for text.
    ///
    /// `>` is escaped everywhere, which keeps `]]>` out of text. White space other than blanks is escaped in values
    /// and CR everywhere, because a reader would replace it (XML 1.0 §2.11, §3.3.3).
    #[inline]
    fn escape(&mut self, text: &str, in_value: bool) {
        let mut rest = text.as_bytes();
        let mut at = 0;
        while let Some(unseen) = rest.get(at..) {
            at += scan::plain(unseen, [b'&', b'<', b'>', b'"']);
            let Some((direct, special)) = rest.split_at_checked(at) else { break };
            let escaped: &[u8] = match special {
                [] => break,
                // U+FFFE and U+FFFF are no characters by XML 1.0 §2.2.
                [0xEF, 0xBF, 0xBE | 0xBF, ..] => return self.fail(WriteError::Character),
                [0x80..=0xFF, ..] => b"",
                [b'\t' | b'\n' | b'"', ..] if !in_value => b"",
                [b'&', ..] => b"&amp;",
                [b'<', ..] => b"&lt;",
                [b'>', ..] => b"&gt;",
                [b'"', ..] => b"&quot;",
                [b'\t', ..] => b"&#9;",
                [b'\n', ..] => b"&#10;",
                [b'\r', ..] => b"&#13;",
                [..] => return self.fail(WriteError::Character),
            };
            at += 1;
            if !escaped.is_empty() {
                self.put(direct);
                self.put(escaped);
                rest = rest.get(at..).unwrap_or_default();
                at = 0;
            }
        }
        self.put(rest);
    }

    fn show(&mut self, value: impl fmt::Display, in_value: bool) {
        if write!(Escaping { writer: self, in_value }, "{value}").is_err() {
            self.fail(WriteError::Display);
        }
    }
}

/// Where `Display` writes to.
struct Escaping<'w, 'b> {
    writer: &'w mut Writer<'b>,
    in_value: bool,
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.writer.escape(text, self.in_value);
        Ok(())
    }
}
