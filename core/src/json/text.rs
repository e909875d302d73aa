//! Strings as they are written, read as what they mean.

use core::fmt::{self, Write};

use super::error::{ErrorKind, Fault};
use super::{escape, scan};
use crate::id::{Id, IdError};
use crate::limits;
use crate::secret::Masked;
use crate::text::Text;

/// A text: that of a string in a document, where it may have escapes, or any other.
///
/// Compared by the characters it means. Shown with card numbers masked, see [`Masked`]; [`chars`](Str::chars),
/// [`plain`](Str::plain) and the copies give the true text.
#[derive(Clone, Copy)]
pub struct Str<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Str<'a> {
    /// What stands between the quotes of a checked document, and whether there are escapes.
    pub(super) const fn of_checked(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// The text itself, if it stands in the document without an escape.
    #[must_use]
    pub const fn plain(self) -> Option<&'a str> {
        if self.escaped { None } else { Some(self.raw) }
    }

    /// Its characters.
    #[must_use]
    pub fn chars(self) -> Chars<'a> {
        Chars { rest: self.raw.chars(), escaped: self.escaped }
    }

    /// How many characters it has.
    #[must_use]
    pub fn char_count(self) -> usize {
        if self.escaped { self.chars().count() } else { self.raw.chars().count() }
    }

    /// How many bytes it has in UTF-8.
    #[must_use]
    pub fn len(self) -> usize {
        if self.escaped { self.chars().map(char::len_utf8).sum() } else { self.raw.len() }
    }

    /// Whether it has no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The true text as an identifier.
    ///
    /// # Errors
    /// [`IdError::TooLong`] beyond `N` bytes.
    pub fn copy_to<const N: usize>(self) -> Result<Id<N>, IdError> {
        if let Some(plain) = self.plain() {
            return Id::new(plain);
        }
        let mut copy = [0; N];
        Id::new(self.copy_into(&mut copy).ok_or(IdError::TooLong { most: N })?)
    }

    /// The true text, cut after at most `N` bytes.
    #[must_use]
    pub fn cut_to<const N: usize>(self) -> Text<N> {
        let mut text = Text::new();
        let _ = self.write_to(&mut text);
        text
    }

    /// The true text in the caller's buffer; `None` if that is too small.
    #[must_use]
    pub fn copy_into(self, buffer: &mut [u8]) -> Option<&str> {
        let mut len = 0;
        let mut copy = Copy { buffer, len: &mut len };
        self.write_to(&mut copy).ok()?;
        let copied = buffer.get(..len)?;
        core::str::from_utf8(copied).ok()
    }

    /// The true text, in pieces.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(self, out: &mut impl Write) -> fmt::Result {
        let Some(plain) = self.plain() else { return self.chars().try_for_each(|character| out.write_char(character)) };
        out.write_str(plain)
    }
}

impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Self { raw: text, escaped: false }
    }
}

impl PartialEq for Str<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.plain(), other.plain()) {
            (Some(mine), Some(other)) => mine == other,
            _ => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Str<'_> {}

impl PartialEq<str> for Str<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == Str::from(other)
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == Str::from(*other)
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = self.plain() {
            return Masked(plain).fmt(out);
        }
        // A card number is digits, blanks and hyphens in a row: only so much must be decoded at one time.
        let mut row = Row::default();
        for character in self.chars() {
            if matches!(character, '0'..='9' | ' ' | '-') {
                row.push(character, out)?;
            } else {
                row.end(out)?;
                out.write_char(character)?;
            }
        }
        row.end(out)
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Str<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Digits, blanks and hyphens in a row that wait to be shown.
#[derive(Default)]
struct Row {
    kept: heapless::String<{ limits::JSON_MASKED }>,
    too_long: bool,
}

impl Row {
    fn push(&mut self, character: char, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.too_long && self.kept.push(character).is_err() {
            self.too_long = true;
            for kept in self.kept.chars() {
                out.write_char(hidden(kept))?;
            }
        }
        if self.too_long { out.write_char(hidden(character)) } else { Ok(()) }
    }

    fn end(&mut self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.too_long {
            write!(out, "{}", Masked(&self.kept))?;
        }
        *self = Self::default();
        Ok(())
    }
}

const fn hidden(character: char) -> char {
    if character.is_ascii_digit() { '*' } else { character }
}

/// The characters of a [`Str`].
#[derive(Clone)]
pub struct Chars<'a> {
    rest: core::str::Chars<'a>,
    escaped: bool,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let rest = self.rest.as_str();
        let first = self.rest.next()?;
        if first != '\\' || !self.escaped {
            return Some(first);
        }
        // Cannot fail: the escapes were checked.
        let (character, length) = escape::decode(rest.as_bytes()).ok()?;
        self.rest = rest.get(length..).unwrap_or_default().chars();
        Some(character)
    }
}

impl fmt::Debug for Chars<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Str { raw: self.rest.as_str(), escaped: self.escaped }.fmt(out)
    }
}

/// Where a text is copied to.
struct Copy<'b> {
    buffer: &'b mut [u8],
    len: &'b mut usize,
}

impl Write for Copy<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.buffer.get_mut(*self.len..).and_then(|rest| rest.get_mut(..text.len())).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        *self.len += text.len();
        Ok(())
    }
}

/// Where the closing quote stands in text that goes on behind an opening one, and whether there is an escape before it.
#[inline]
pub(super) fn check(rest: &[u8]) -> Result<(usize, bool), Fault> {
    let at = scan::plain(rest);
    if let Some(b'"') = rest.get(at) { Ok((at, false)) } else { check_from(rest, at) }
}

/// The same, from a byte on that is not plain.
#[inline(never)]
fn check_from(rest: &[u8], from: usize) -> Result<(usize, bool), Fault> {
    let (mut at, mut escaped) = (from, false);
    loop {
        match rest.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                let escape = rest.get(at..).unwrap_or_default();
                at += match escape::decode(escape) {
                    Ok((_, length)) => length,
                    Err((kind, behind)) => return Err((kind, at + behind)),
                };
            }
            Some(_) => return Err((ErrorKind::Control, at)),
            None => return Err((ErrorKind::UnexpectedEnd, at)),
        }
        at += scan::plain(rest.get(at..).unwrap_or_default());
    }
}
