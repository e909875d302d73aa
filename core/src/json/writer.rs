//! The writer: well-formed by construction, straight into the caller's buffer.

use core::fmt::{self, Write};

use super::{Str, Value, scan};
use crate::limits::JSON_DEPTH;
use crate::money::Decimal;
use crate::proof::{Mistake, mistake};

/// Writes one document, compact, in UTF-8. Commas and colons come by themselves.
///
/// Nothing fails on the way: the first thing that goes wrong is kept and told by [`finish`](Writer::finish), so a
/// message is written without a question mark behind every member. What was written is then no document.
///
/// The caller answers for names that differ within an object.
pub struct Writer<'b> {
    /// `None` if bytes are only counted.
    buffer: Option<&'b mut [u8]>,
    len: usize,
    open: heapless::Vec<Bracket, { JSON_DEPTH as usize }>,
    place: Place,
    wrong: Option<WriteError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Object,
    Array,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start, or behind a name.
    Value,
    /// Behind `[`.
    Element,
    /// Behind `{`.
    Member,
    /// Behind a value in an object or array.
    More,
    End,
}

/// Why there is no document. It is the fault of the caller; [`Full`](WriteError::Full) may also be solved with a
/// larger buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteError {
    /// The buffer is too small.
    Full,
    /// More open objects and arrays than [`JSON_DEPTH`].
    Depth,
    /// Something at a place where it cannot stand: a value without a name in an object, a name in an array, a second
    /// document, an end without a begin, an object or array never ended.
    Place,
    /// A value's `Display` reported an error.
    Display,
}

impl fmt::Display for WriteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => "the buffer is too small for the document",
            Self::Depth => "too many open objects and arrays",
            Self::Place => "something was written where JSON does not allow it",
            Self::Display => "a value could not be shown",
        })
    }
}

impl core::error::Error for WriteError {}

impl<'b> Writer<'b> {
    /// A writer at the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self::over(Some(buffer))
    }

    /// A writer that only counts the bytes.
    #[must_use]
    pub const fn counting() -> Self {
        Self::over(None)
    }

    const fn over(buffer: Option<&'b mut [u8]>) -> Self {
        Self { buffer, len: 0, open: heapless::Vec::new(), place: Place::Value, wrong: None }
    }

    /// Bytes written so far. They fit, even if something else went wrong.
    #[must_use]
    pub const fn written(&self) -> usize {
        self.len
    }

    /// Begins an object.
    pub fn begin_object(&mut self) {
        self.begin(Bracket::Object);
    }

    /// Ends the innermost object.
    pub fn end_object(&mut self) {
        self.end(Bracket::Object);
    }

    /// Begins an array.
    pub fn begin_array(&mut self) {
        self.begin(Bracket::Array);
    }

    /// Ends the innermost array.
    pub fn end_array(&mut self) {
        self.end(Bracket::Array);
    }

    /// The name of a member. Its value must follow.
    pub fn name<'s>(&mut self, name: impl Into<Str<'s>>) {
        match (self.place, self.open.last()) {
            (Place::Member, _) => {}
            (Place::More, Some(Bracket::Object)) => self.put(b","),
            _ => return self.fail(WriteError::Place),
        }
        self.quote(name.into());
        self.put(b":");
        self.place = Place::Value;
    }

    /// A string.
    pub fn text<'s>(&mut self, text: impl Into<Str<'s>>) {
        if self.begin_value() {
            self.quote(text.into());
            self.end_value();
        }
    }

    /// What `Display` shows, as a string.
    pub fn text_fmt(&mut self, text: impl fmt::Display) {
        if self.begin_value() {
            self.put(b"\"");
            if write!(Escaping(self), "{text}").is_err() {
                self.fail(WriteError::Display);
            }
            self.put(b"\"");
            self.end_value();
        }
    }

    /// An exact number, without zeros at its end.
    pub fn decimal(&mut self, number: Decimal) {
        self.number(number);
    }

    /// A whole number.
    pub fn integer(&mut self, number: i64) {
        self.number(number);
    }

    /// `true` or `false`
    pub fn boolean(&mut self, boolean: bool) {
        self.put_value(if boolean { b"true" } else { b"false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.put_value(b"null");
    }

    /// A value of a checked document, as it is written there.
    pub fn value(&mut self, value: Value<'_>) {
        self.put_value(value.raw().as_bytes());
    }

    /// Ends the document, and says how many bytes it has.
    ///
    /// # Errors
    /// The first thing that went wrong since [`new`](Writer::new), see [`WriteError`].
    pub fn finish(self) -> Result<usize, WriteError> {
        match self.wrong {
            Some(wrong) => Err(wrong),
            None if self.place == Place::End => Ok(self.len),
            None => Err(WriteError::Place),
        }
    }

    #[cold]
    fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
    }

    fn begin(&mut self, bracket: Bracket) {
        if !self.begin_value() {
            return;
        }
        if self.open.push(bracket).is_err() {
            return self.fail(WriteError::Depth);
        }
        let (opening, place): (&[u8], _) = match bracket {
            Bracket::Object => (b"{", Place::Member),
            Bracket::Array => (b"[", Place::Element),
        };
        self.put(opening);
        self.place = place;
    }

    fn end(&mut self, bracket: Bracket) {
        let is_complete = matches!(self.place, Place::Member | Place::Element | Place::More);
        if !is_complete || self.open.last() != Some(&bracket) {
            return self.fail(WriteError::Place);
        }
        self.open.pop();
        self.put(if bracket == Bracket::Object { b"}" } else { b"]" });
        self.end_value();
    }

    /// Whether a value may stand here; then it is to follow.
    #[inline]
    fn begin_value(&mut self) -> bool {
        match (self.place, self.open.last()) {
            (Place::Value | Place::Element, _) => true,
            (Place::More, Some(Bracket::Array)) => {
                self.put(b",");
                true
            }
            _ => {
                self.fail(WriteError::Place);
                false
            }
        }
    }

    fn end_value(&mut self) {
        self.place = if self.open.is_empty() { Place::End } else { Place::More };
    }

    fn put_value(&mut self, value: &[u8]) {
        if self.begin_value() {
            self.put(value);
            self.end_value();
        }
    }

    fn number(&mut self, number: impl fmt::Display) {
        if self.begin_value() {
            // Digits, a dot and a minus sign need no escape.
            if write!(Escaping(self), "{number}").is_err() {
                self.fail(WriteError::Display);
            }
            self.end_value();
        }
    }

    fn quote(&mut self, text: Str<'_>) {
        self.put(b"\"");
        let _ = text.write_to(&mut Escaping(self));
        self.put(b"\"");
    }

    /// Copies what fits. Once something did not, nothing is added, so no piece goes missing in the middle.
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if self.wrong.is_some() {
            return;
        }
        let Some(end) = self.len.checked_add(bytes.len()) else { return self.fail(WriteError::Full) };
        if let Some(buffer) = &mut self.buffer {
            let Some(room) = buffer.get_mut(self.len..end) else { return self.fail(WriteError::Full) };
            room.copy_from_slice(bytes);
        }
        self.len = end;
    }

    /// Writes characters with the escapes that RFC 8259 §7 demands, in their short form where there is one.
    fn escape(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        loop {
            let Some((direct, special)) = rest.split_at_checked(scan::plain(rest)) else { return };
            self.put(direct);
            let Some((&byte, behind)) = special.split_first() else { return };
            match byte {
                b'"' => self.put(b"\\\""),
                b'\\' => self.put(b"\\\\"),
                0x08 => self.put(b"\\b"),
                0x0c => self.put(b"\\f"),
                b'\n' => self.put(b"\\n"),
                b'\r' => self.put(b"\\r"),
                b'\t' => self.put(b"\\t"),
                _ if mistake(Mistake::JsonWritesAControl) => self.put(&[byte]),
                _ => {
                    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + (value - 10) };
                    self.put(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 0xF)]);
                }
            }
            rest = behind;
        }
    }
}

impl fmt::Debug for Writer<'_> {
    /// Nothing of the content: it may hold secrets (I12).
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Writer").field("written", &self.len).field("wrong", &self.wrong).finish_non_exhaustive()
    }
}

/// Where `Display` writes to.
struct Escaping<'w, 'b>(&'w mut Writer<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escape(text);
        Ok(())
    }
}
