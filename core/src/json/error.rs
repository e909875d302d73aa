//! What is wrong with a document, and where.

use core::fmt;

/// Why a document was refused, and where. It is the fault of the peer that wrote the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Byte of the document, counted from 0 with a byte order mark included: the offending byte, or the first byte of
    /// the offending word, escape, name or bracket. The length of the document if it ends too early.
    pub offset: usize,
    /// Line of that byte, counted from 1. A line ends with LF.
    pub line: u32,
    /// Character of that byte in its line, counted from 1, a byte order mark not counted.
    pub column: u32,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document ends before its value does, or is empty.
    UnexpectedEnd,
    /// Bytes that are no UTF-8.
    Encoding,
    /// Something else where a value must begin.
    Value,
    /// A word that is not `true`, `false` or `null`.
    Word,
    /// A digit is missing in a number.
    Number,
    /// A digit behind a leading zero.
    LeadingZero,
    /// Something else where the name of a member must begin.
    Name,
    /// No colon behind the name of a member.
    Colon,
    /// Neither a comma nor the fitting bracket behind a value.
    Comma,
    /// A control character in a string that is not escaped.
    Control,
    /// A backslash that begins no known escape.
    Escape,
    /// The escape of one half of a surrogate pair.
    Surrogate,
    /// Two members of one object with the same name.
    Duplicate,
    /// Something behind the value of the document.
    Trailing,
    /// Longer than [`Limits::bytes`](super::Limits::bytes).
    Bytes,
    /// More open objects and arrays than [`Limits::depth`](super::Limits::depth).
    Depth,
    /// More members in one object than [`Limits::members`](super::Limits::members).
    Members,
    /// More members in all open objects than [`JSON_NAMES`](crate::limits::JSON_NAMES).
    Names,
}

impl ErrorKind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "the document ends too early",
            Self::Encoding => "this is not UTF-8",
            Self::Value => "a value is expected",
            Self::Word => "this word is not true, false or null",
            Self::Number => "a digit is expected",
            Self::LeadingZero => "a number must not have leading zeros",
            Self::Name => "a member name in quotes is expected",
            Self::Colon => "a colon is expected",
            Self::Comma => "a comma or the closing bracket is expected",
            Self::Control => "a control character must be escaped",
            Self::Escape => "this escape is not known",
            Self::Surrogate => "this escape is half of a character",
            Self::Duplicate => "this member stands twice in its object",
            Self::Trailing => "nothing may follow the document",
            Self::Bytes => "the document is too long",
            Self::Depth => "too many open objects and arrays",
            Self::Members => "too many members in one object",
            Self::Names => "too many members in all open objects",
        }
    }
}

/// What is wrong, and the byte: found before the line is counted.
pub(super) type Fault = (ErrorKind, usize);

impl Error {
    /// Counts the lines up to `offset`.
    #[cold]
    pub(super) fn locate((kind, offset): Fault, document: &[u8]) -> Self {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let before = document.get(..offset).unwrap_or(document);
        let before = before.strip_prefix(MARK).unwrap_or(before);
        let (mut line, mut column) = (1_u32, 1_u32);
        for byte in before {
            match byte {
                b'\n' => (line, column) = (line.saturating_add(1), 1),
                // The rest of a character that was counted at its first byte.
                0x80..=0xBF => {}
                _ => column = column.saturating_add(1),
            }
        }
        Self { kind, offset, line, column }
    }
}

/// Says only what is wrong; the place is in the fields.
impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.sentence())
    }
}

impl core::error::Error for Error {}
