//! Bounded free text: what a person reads. It may be cut, and says so.

use core::fmt;

/// Free text of at most `N` bytes of UTF-8.
///
/// Longer text is cut at a character boundary and [`is_cut`](Text::is_cut) says so: a receipt line that is too
/// long is still a receipt line, and must never cost a payment its result. Identifiers are never cut, see
/// [`Id`](crate::id::Id).
#[derive(Default, PartialEq, Eq, Hash)]
pub struct Text<const N: usize> {
    kept: heapless::String<N, u16>,
    cut: bool,
}

/// Adds what still fits, unless something was cut. One function for texts of all sizes.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn append(kept: &mut heapless::string::StringView<u16>, cut: &mut bool, more: &str) {
    if *cut || kept.push_str(more).is_ok() {
        return;
    }
    *cut = true;
    let mut room = kept.capacity() - kept.len();
    while !more.is_char_boundary(room) {
        room -= 1;
    }
    // Cannot fail: `room` bytes are free.
    let _ = kept.push_str(more.get(..room).unwrap_or_default());
}

/// Without the white space of XML at both ends.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = bytes {
        bytes = rest;
    }
    bytes
}

/// What stands before and behind the first of these marks, an ASCII character. By hand: a search of the core library has
/// half a kilobyte on a small machine.
pub(crate) fn parted(text: &str, mark: u8) -> Option<(&str, &str)> {
    let (before, behind) = text.split_at_checked(text.bytes().position(|byte| byte == mark)?)?;
    Some((before, behind.get(1..)?))
}

impl<const N: usize> Clone for Text<N> {
    fn clone(&self) -> Self {
        let mut text = Self::new();
        text.clone_from(self);
        text
    }

    fn clone_from(&mut self, other: &Self) {
        self.clear();
        self.append(other.as_str());
        self.cut = other.cut;
    }
}

impl<const N: usize> Text<N> {
    /// The empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: heapless::String::new(), cut: false }
    }

    /// The text, cut if longer than `N` bytes.
    #[must_use]
    pub fn from_cut(text: &str) -> Self {
        let mut new = Self::new();
        new.append(text);
        new
    }

    /// Adds what still fits; once something was cut, nothing more is added.
    pub fn append(&mut self, more: &str) {
        append(self.kept.as_mut_view(), &mut self.cut, more);
    }

    /// Says that something is missing at the end.
    pub const fn mark_cut(&mut self) {
        self.cut = true;
    }

    /// What was kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.kept.as_str()
    }

    /// Whether something is missing at the end.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Empties the text.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.cut = false;
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.append(more);
        Ok(())
    }
}

impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        Self::from_cut(text)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::secret::Masked(self.as_str()).fmt(out)?;
        if self.cut { out.write_str("…") } else { Ok(()) }
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

#[cfg(feature = "serde")]
impl<const N: usize> serde::Serialize for Text<N> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&crate::secret::Masked(self.as_str()))
    }
}
