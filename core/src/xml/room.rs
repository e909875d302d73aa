//! Where a document goes: what is free of the caller's buffer, and how characters are escaped on the way there.

use core::fmt::{self, Write};

#[cfg(target_pointer_width = "64")]
use super::copy;
use super::error::WriteError;
use super::scan;
use crate::proof::{Mistake, mistake};

/// What is free of a buffer.
///
/// It keeps the first thing that goes wrong; what comes behind it is not written. It stands apart from the
/// [`Writer`](super::Writer) so that a processor with many registers has it in them while an element is written.
#[derive(Debug, Default)]
pub(crate) struct Room<'b> {
    free: &'b mut [u8],
    /// Where it ends in the buffer.
    end: usize,
    wrong: Option<WriteError>,
}

impl<'b> Room<'b> {
    pub(super) const fn new(buffer: &'b mut [u8]) -> Self {
        Self { end: buffer.len(), free: buffer, wrong: None }
    }

    /// Bytes written so far.
    pub(super) const fn written(&self) -> usize {
        self.end - self.free.len()
    }

    pub(super) const fn wrong(&self) -> Option<WriteError> {
        self.wrong
    }

    /// Keeps the first error, and leaves no room.
    #[cold]
    pub(super) fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
        self.end = self.written();
        self.free = &mut [];
    }

    /// The next bytes, if there are so many; otherwise they are asked for in vain.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn take(&mut self, len: usize) -> Option<&'b mut [u8]> {
        if len > self.free.len() {
            self.fail(WriteError::Full);
            return None;
        }
        let (taken, free) = core::mem::take(&mut self.free).split_at_mut_checked(len)?;
        self.free = free;
        Some(taken)
    }

    /// Copies what fits. Once something did not, nothing is added, so no piece goes missing in the middle.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if let Some(taken) = self.take(bytes.len()) {
            taken.copy_from_slice(bytes);
        }
    }

    /// Copies a short piece whose length is not known when the core is compiled.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn put_short(&mut self, bytes: &[u8]) {
        #[cfg(target_pointer_width = "64")]
        if let Some(taken) = self.take(bytes.len()) {
            copy::short(taken, bytes);
        }
        #[cfg(not(target_pointer_width = "64"))]
        self.put(bytes);
    }

    /// Copies the pieces as far as they fit.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn put_all<const N: usize>(&mut self, pieces: [&[u8]; N]) {
        pieces.iter().for_each(|piece| self.put_short(piece));
    }

    /// Begins an attribute by what stands before its value, as in ` name="`.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn begin_value(&mut self, lead: &'static str) -> Characters<'_, 'b> {
        self.put(lead.as_bytes());
        Characters::of_value(self)
    }

    /// Ends it.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn end_value(&mut self) {
        self.put(b"\"");
    }

    /// Ends a tag, and begins the text behind it.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn begin_text(&mut self) -> Characters<'_, 'b> {
        self.put(b">");
        Characters::of_text(self)
    }

    /// Ends an element by what is written then.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn end_with(&mut self, end: &'static str) {
        self.put(end.as_bytes());
    }

    /// Characters, escaped for an attribute value or for text.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    fn escape(&mut self, text: &str, in_value: bool) {
        self.lend(|free| escaped(free, text.as_bytes(), in_value));
    }

    /// Characters, escaped for an attribute value or for text.
    #[cfg(not(target_pointer_width = "64"))]
    #[inline]
    fn escape(&mut self, text: &str, in_value: bool) {
        let bytes = text.as_bytes();
        match scan::writable(bytes) {
            // The usual case: nothing to escape.
            plain if plain == bytes.len() => self.put(bytes),
            plain => self.escape_from(plain, bytes, in_value),
        }
    }

    /// A whole number without sign.
    #[cfg(not(target_pointer_width = "64"))]
    fn number(&mut self, number: u32) {
        self.digits(number);
    }

    /// A whole number without sign: most have one or two digits.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    fn number(&mut self, number: u32) {
        match usize::try_from(number).ok().and_then(|number| PAIRS.get(number)) {
            Some([_, last]) if number < 10 => self.put(&[*last]),
            Some(pair) => self.put(pair),
            None => self.lend(|free| long_number(free, number)),
        }
    }

    /// The digits of a number.
    fn digits(&mut self, mut number: u32) {
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
        self.put_short(digits.get(digits.len() - len..).unwrap_or_default());
    }

    /// Lends what is free to a function, which gives back what then is.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(super) fn lend(&mut self, write: impl FnOnce(&'b mut [u8]) -> Result<&'b mut [u8], WriteError>) {
        // Hot: what is free stays in registers, pointer by pointer; a copy of the room would be stored and loaded again in
        // other pieces, and the processor waits for that.
        let written = self.written();
        match write(core::mem::take(&mut self.free)) {
            Ok(free) => self.free = free,
            Err(error) => {
                self.end = written;
                self.fail(error);
            }
        }
    }

    /// What is free, for [`lend`](Self::lend).
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(super) fn into_free(self) -> Result<&'b mut [u8], WriteError> {
        self.wrong.map_or(Ok(self.free), Err)
    }

    /// Writes characters of which the first at `at` may have to be escaped.
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
            at += scan::writable(rest.get(at..).unwrap_or_default());
        }
        self.put(rest);
    }
}

/// Copies characters, and escapes them only if that has to be.
#[cfg(target_pointer_width = "64")]
#[inline(never)]
fn escaped<'r>(free: &'r mut [u8], bytes: &[u8], in_value: bool) -> Result<&'r mut [u8], WriteError> {
    // Hot: a text is copied and looked at in one go.
    if free.get_mut(..bytes.len()).is_some_and(|to| copy::plain(to, bytes)) {
        return Ok(free.get_mut(bytes.len()..).unwrap_or_default());
    }
    escaped_slowly(free, bytes, in_value)
}

#[cfg(target_pointer_width = "64")]
#[cold]
#[inline(never)]
fn escaped_slowly<'r>(free: &'r mut [u8], bytes: &[u8], in_value: bool) -> Result<&'r mut [u8], WriteError> {
    let mut room = Room::new(free);
    room.escape_from(scan::writable(bytes), bytes, in_value);
    room.into_free()
}

#[cfg(target_pointer_width = "64")]
#[inline(never)]
fn long_number(free: &mut [u8], number: u32) -> Result<&mut [u8], WriteError> {
    let mut room = Room::new(free);
    room.digits(number);
    room.into_free()
}

/// The numbers below a hundred.
#[cfg(target_pointer_width = "64")]
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0_u8;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

/// Where the characters of one value or of one text go, escaped.
pub(crate) struct Characters<'w, 'b> {
    room: &'w mut Room<'b>,
    in_value: bool,
}

impl<'w, 'b> Characters<'w, 'b> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) const fn of_value(room: &'w mut Room<'b>) -> Self {
        Self { room, in_value: true }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) const fn of_text(room: &'w mut Room<'b>) -> Self {
        Self { room, in_value: false }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn text(&mut self, text: &str) {
        self.room.escape(text, self.in_value);
    }

    /// Characters of which none has to be escaped.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn plain(&mut self, text: &'static str) {
        self.room.put_short(text.as_bytes());
    }

    /// A whole number without sign.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn number(&mut self, number: u32) {
        self.room.number(number);
    }

    pub(crate) fn show(&mut self, value: impl fmt::Display) {
        if write!(self, "{value}").is_err() {
            self.room.fail(WriteError::Display);
        }
    }
}

impl Write for Characters<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}
