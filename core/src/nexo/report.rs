//! What is wrong with a message, in the lines that a terminal answers.

use core::fmt;

use heapless::String;

use crate::json::{Kind, Str};
use crate::limits;

/// What is wrong with a member (the first three are observed on terminals, the others are ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It must be there and is not.
    Missing,
    /// It is there and nobody uses it.
    Unexpected,
    /// It is of another JSON type than this one.
    Expected(Kind),
    /// Its value is not one it may have.
    InvalidValue,
    /// It is too long or too short, or has too many or too few elements.
    InvalidLength,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "Missing",
            Self::Unexpected => "Unexpected",
            Self::InvalidValue => "Invalid value",
            Self::InvalidLength => "Invalid length",
            Self::Expected(kind) => match kind {
                Kind::Object => "Expected JSON object",
                Kind::Array => "Expected JSON array",
                Kind::String => "Expected JSON string",
                Kind::Number => "Expected JSON number",
                Kind::Boolean => "Expected JSON boolean",
                Kind::Null => "Expected JSON null",
            },
        })
    }
}

/// Where a member stands: a chain through the stack of those who read it.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    name: &'static str,
    index: Option<usize>,
}

impl<'p> Path<'p> {
    /// The whole document.
    pub const TOP: Path<'static> = Path { parent: None, name: "toplevel", index: None };

    /// The member with this name.
    #[must_use]
    pub const fn child<'c>(&'c self, name: &'static str) -> Path<'c>
    where
        'p: 'c,
    {
        Path { parent: Some(self), name, index: None }
    }

    /// The element of this array.
    #[must_use]
    pub const fn element(&self, index: usize) -> Self {
        Self { parent: self.parent, name: self.name, index: Some(index) }
    }

    fn last(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)?;
        self.index.map_or(Ok(()), |index| write!(out, "[{index}]"))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The top is named only where nothing follows.
        if let Some(parent) = self.parent
            && parent.parent.is_some()
        {
            parent.fmt(out)?;
            out.write_str(".")?;
        }
        self.last(out)
    }
}

/// One line.
#[derive(Clone, Copy)]
enum Line<'l> {
    /// About a member.
    Field(&'l Path<'l>, Reason),
    /// About a member that has no place in the list.
    Stray(&'l Path<'l>, Str<'l>),
    /// About an object as a whole.
    Whole(&'l Path<'l>, Reason),
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Whole(path, reason) => write!(out, "At {path}: {reason}"),
            Self::Field(path, reason) => {
                let Some(parent) = path.parent else { return write!(out, "At {path}: {reason}") };
                write!(out, "At {parent}, field ")?;
                path.last(out)?;
                write!(out, ": {reason}")
            }
            Self::Stray(path, name) => {
                write!(out, "At {path}, field {}: {}", Shortened(name), Reason::Unexpected)
            }
        }
    }
}

/// A name somebody else chose: at most [`limits::NEXO_STRAY_NAME`] characters of it, on one line, card numbers masked.
struct Shortened<'l>(Str<'l>);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = crate::text::Text::<{ limits::NEXO_STRAY_NAME }>::new();
        let mut encoded = [0; 4];
        for character in self.0.chars() {
            let shown = if character.is_control() { '\u{fffd}' } else { character };
            text.append(shown.encode_utf8(&mut encoded));
        }
        text.fmt(out)
    }
}

/// Lines, so many and so long at most; the last of a list that is not complete is `...` (ours).
#[derive(Clone, Default)]
pub struct Lines<const LINES: usize, const BYTES: usize> {
    /// Not touched before there is a line: nearly every message has none.
    text: Option<String<BYTES>>,
    found: usize,
    full: bool,
}

/// Follows lines that were left out.
const MORE: &str = "...";

impl<const LINES: usize, const BYTES: usize> Lines<LINES, BYTES> {
    const fn new() -> Self {
        Self { text: None, found: 0, full: false }
    }

    fn clear(&mut self) {
        (self.text, self.found, self.full) = (None, 0, false);
    }

    #[cold]
    fn push(&mut self, line: &Line<'_>) {
        let first = self.found == 0;
        self.found = self.found.saturating_add(1);
        if self.full {
            return;
        }
        let text = self.text.get_or_insert_default();
        let mut length = Length(if first { 0 } else { 1 });
        // The marker must fit behind it.
        let fits = fmt::write(&mut length, format_args!("{line}")).is_ok()
            && text.len().saturating_add(length.0).saturating_add(1 + MORE.len()) <= BYTES;
        if !first {
            _ = text.push('\n');
        }
        if fits && self.found <= LINES {
            _ = fmt::write(text, format_args!("{line}"));
        } else {
            self.full = true;
            _ = text.push_str(MORE);
        }
    }

    /// The lines, with line feeds between them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_ref().map_or("", String::as_str)
    }

    /// How many there are, those left out included.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.found
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found == 0
    }
}

impl<const LINES: usize, const BYTES: usize> fmt::Debug for Lines<LINES, BYTES> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(out)
    }
}

struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// Everything that was found while a message was read.
#[derive(Clone, Debug, Default)]
pub struct Report {
    errors: Lines<{ limits::NEXO_ERRORS }, { limits::NEXO_ERROR_TEXT }>,
    warnings: Lines<{ limits::NEXO_WARNINGS }, { limits::NEXO_WARNING_TEXT }>,
}

impl Report {
    /// Nothing found yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { errors: Lines::new(), warnings: Lines::new() }
    }

    pub(super) fn clear(&mut self) {
        self.errors.clear();
        self.warnings.clear();
    }

    /// What forbids to process the message.
    #[must_use]
    pub const fn errors(&self) -> &Lines<{ limits::NEXO_ERRORS }, { limits::NEXO_ERROR_TEXT }> {
        &self.errors
    }

    /// What was not used.
    #[must_use]
    pub const fn warnings(&self) -> &Lines<{ limits::NEXO_WARNINGS }, { limits::NEXO_WARNING_TEXT }> {
        &self.warnings
    }

    /// Whether the message must be refused.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        !self.errors.is_empty()
    }

    /// `At ..., field ...: ` and the reason, for the member at the end of the path.
    pub fn error(&mut self, at: &Path<'_>, reason: Reason) {
        self.errors.push(&Line::Field(at, reason));
    }

    /// `At ...: ` and the reason, for the object at the end of the path.
    pub fn error_of_whole(&mut self, at: &Path<'_>, reason: Reason) {
        self.errors.push(&Line::Whole(at, reason));
    }

    /// As [`error`](Self::error), and the message is processed.
    pub fn warning(&mut self, at: &Path<'_>, reason: Reason) {
        self.warnings.push(&Line::Field(at, reason));
    }

    /// A member of this object that nobody uses.
    pub fn unexpected(&mut self, at: &Path<'_>, name: Str<'_>) {
        self.warnings.push(&Line::Stray(at, name));
    }
}
