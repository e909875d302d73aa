//! What the reader hands out: pieces of the document, lent from the caller's window.

use core::fmt::{self, Write};

use super::encoding::{Decoded, Encoding};
use super::{grammar, scan};
use crate::proof::{Mistake, mistake};

/// One step through a document.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// `<name`: a start tag begins, its attributes follow.
    Open(Name<'a>),
    /// An attribute of the start tag, namespace declarations included.
    Attribute {
        /// Its name as written.
        name: Name<'a>,
        /// Its value, or the first piece of it.
        value: Raw<'a>,
        /// Whether the value goes on in [`Value`](Token::Value) tokens.
        more: bool,
    },
    /// A further piece of an attribute value, possibly empty.
    Value {
        /// The piece.
        value: Raw<'a>,
        /// Whether the value goes on.
        more: bool,
    },
    /// The start tag is complete: attributes are unique and all prefixes have a namespace.
    Enter,
    /// Character data or the content of a CDATA section, in pieces that are never empty.
    Text(Raw<'a>),
    /// An end tag; after an empty-element tag it comes directly behind [`Enter`](Token::Enter).
    Close,
    /// The document is complete.
    End,
}

/// A name as written in the document, checked but not decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    bytes: &'a [u8],
    /// Bytes before the colon; 0 if there is none.
    prefix: usize,
}

impl<'a> Name<'a> {
    pub(super) const fn new(bytes: &'a [u8], prefix: usize) -> Self {
        Self { bytes, prefix }
    }

    /// The name as written, prefix and colon included.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What stands before the colon; empty if there is none.
    #[must_use]
    pub fn prefix(&self) -> &'a [u8] {
        self.bytes.get(..self.prefix).unwrap_or_default()
    }

    /// What stands behind the colon, or the whole name.
    #[must_use]
    pub fn local(&self) -> &'a [u8] {
        if self.prefix == 0 {
            return self.bytes;
        }
        self.bytes.get(self.prefix + 1..).unwrap_or_default()
    }

    /// Whether this attribute name declares a namespace: `xmlns` or `xmlns:...`.
    #[must_use]
    pub fn is_xmlns(&self) -> bool {
        self.bytes.starts_with(b"xmlns") && (self.bytes.len() == 5 || self.prefix == 5)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Name({})", self.bytes.escape_ascii())
    }
}

/// Something must be replaced before the bytes of a [`Raw`] are its characters.
pub(super) mod flag {
    /// There are references.
    pub(in super::super) const REFERENCE: u8 = 1;
    /// There are carriage returns: line ends become LF (XML 1.0 §2.11).
    pub(in super::super) const LINE_END: u8 = 2;
    /// There is white space other than blanks, and it becomes blanks (XML 1.0 §3.3.3).
    pub(in super::super) const BLANK: u8 = 4;
    /// There are characters whose bytes are not their UTF-8.
    pub(in super::super) const FOREIGN: u8 = 8;
}

/// A piece of text or of an attribute value: checked bytes of the document, decoded on the way out.
///
/// A piece never ends inside a reference, a CR LF pair or a character, so pieces can be decoded one by one.
/// `Debug` shows the length only (I12).
#[derive(Clone, Copy)]
pub struct Raw<'a> {
    bytes: &'a [u8],
    /// The flags, and from the second byte on the encoding. One word: two bytes that are written one by one and
    /// copied as a word with the token make the processor wait.
    marks: usize,
}

impl<'a> Raw<'a> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) const fn new(bytes: &'a [u8], flags: u8, encoding: Encoding) -> Self {
        Self { bytes, marks: flags as usize | (encoding as usize) << 8 }
    }

    const fn flags(self) -> u8 {
        self.marks.to_le_bytes()[0]
    }

    const fn encoding(self) -> Encoding {
        Encoding::from_number(self.marks >> 8)
    }

    pub(super) fn verbatim(bytes: &'a [u8], encoding: Encoding) -> Self {
        let flags = if bytes.is_ascii() { 0 } else { flag::FOREIGN };
        Self::new(bytes, flags, encoding)
    }

    /// The characters, if the bytes of the document are just these: no reference, no line end or white space to
    /// replace, nothing but UTF-8.
    #[must_use]
    pub fn as_plain(&self) -> Option<&'a str> {
        if self.flags() == 0 { core::str::from_utf8(self.bytes).ok() } else { None }
    }

    /// The bytes of [`as_plain`](Raw::as_plain): to compare with known words, which saves checking them as UTF-8.
    #[must_use]
    pub const fn as_plain_bytes(&self) -> Option<&'a [u8]> {
        if self.flags() == 0 { Some(self.bytes) } else { None }
    }

    /// The characters, in order, with references and line ends replaced.
    ///
    /// A reference gives exactly one character, so the text is never longer than three times its bytes (one byte of
    /// Windows-1252 can be three of UTF-8).
    #[must_use]
    pub const fn runs(&self) -> Runs<'a> {
        Runs { rest: *self }
    }

    /// Writes all characters.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        for run in self.runs() {
            match run {
                Run::Text(text) => out.write_str(text)?,
                Run::Char(char) => out.write_char(char)?,
            }
        }
        Ok(())
    }

    /// The bytes of the document, nothing replaced.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether there are no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether there is nothing but white space, written as such (a reference to a blank does not count).
    #[must_use]
    pub fn is_blank(&self) -> bool {
        scan::blank(self.bytes) == self.bytes.len()
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Raw({} bytes)", self.bytes.len())
    }
}

/// Some characters of a [`Raw`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Run<'a> {
    /// Characters that stand in the document as they are; never empty.
    Text(&'a str),
    /// A character that is written in another way.
    Char(char),
}

/// The characters of a [`Raw`], see [`Raw::runs`].
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    rest: Raw<'a>,
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let (bytes, flags, encoding) = (self.rest.bytes, self.rest.flags(), self.rest.encoding());
        let direct = direct(bytes, flags);
        let (run, used) = if direct > 0 {
            let text = bytes.get(..direct).and_then(|direct| core::str::from_utf8(direct).ok());
            (Run::Text(text.unwrap_or_default()), direct)
        } else {
            let (char, used) = replace(bytes, flags, encoding)?;
            (Run::Char(char), used)
        };
        self.rest.bytes = bytes.get(used..).unwrap_or_default();
        Some(run)
    }
}

/// Bytes at the front that are their own UTF-8.
fn direct(bytes: &[u8], flags: u8) -> usize {
    if flags == 0 {
        return bytes.len();
    }
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        at += scan::plain(rest, b"&");
        let special = match bytes.get(at) {
            Some(b'&') => flag::REFERENCE,
            Some(b'\r') => flag::LINE_END | flag::BLANK,
            Some(b'\t' | b'\n') => flag::BLANK,
            Some(0x80..) => flag::FOREIGN,
            Some(_) => 0,
            None => break,
        };
        if flags & special != 0 {
            break;
        }
        at += 1;
    }
    at
}

/// The character at the front that is not its own UTF-8, and its length in bytes.
fn replace(bytes: &[u8], flags: u8, encoding: Encoding) -> Option<(char, usize)> {
    Some(match bytes {
        [b'&', ..] => grammar::reference(bytes)
            .map_or((char::REPLACEMENT_CHARACTER, 1), |(rest, char)| (char, bytes.len() - rest.len())),
        [first @ 0x80..=0xFF, ..] => match encoding.decode(bytes) {
            Decoded::Char { char, len, .. } => (char, len),
            // A piece never ends inside a sequence, so this byte was not taken for one.
            Decoded::Short | Decoded::Bad(_) => (encoding.lone(*first), 1),
        },
        [first, rest @ ..] => {
            let pair = *first == b'\r' && rest.first() == Some(&b'\n') && !mistake(Mistake::XmlReadsTwoLineEnds);
            (if flags & flag::BLANK == 0 { '\n' } else { ' ' }, if pair { 2 } else { 1 })
        }
        [] => return None,
    })
}
