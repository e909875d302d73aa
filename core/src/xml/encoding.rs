//! From bytes to characters, one character at a time.

use super::error::XmlErrorKind;

/// How bytes from 80 on are read. Below, all of them are ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    /// The byte is the code point.
    Latin1,
    Windows1252,
    /// UTF-8 where it is valid, else Windows-1252, see [`Tolerance`](super::Tolerance).
    Doubtful,
}

/// The front of some bytes as a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// A legal character and the number of its bytes; `foreign` if those bytes are not its UTF-8.
    Char {
        char: char,
        len: usize,
        foreign: bool,
    },
    /// More bytes are needed.
    Short,
    Bad(XmlErrorKind),
}

/// The characters of Windows-1252 from 80 to 9F (WHATWG Encoding Standard, index windows-1252).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

impl Encoding {
    /// The encoding a declaration names (IANA names and their common spellings, in any case).
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        let is = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()));
        if is(&["utf-8", "utf8"]) {
            Some(Self::Utf8)
        } else if is(&["iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "l1"]) {
            Some(Self::Latin1)
        } else if is(&["windows-1252", "cp1252"]) {
            Some(Self::Windows1252)
        } else if is(&["us-ascii", "ascii"]) {
            Some(Self::Ascii)
        } else {
            None
        }
    }

    /// The encoding of which `as usize` is this number.
    pub(super) const fn from_number(number: usize) -> Self {
        match number {
            0 => Self::Utf8,
            1 => Self::Ascii,
            2 => Self::Latin1,
            3 => Self::Windows1252,
            _ => Self::Doubtful,
        }
    }

    /// Reads one character whose first byte is not ASCII.
    pub(super) fn decode(self, bytes: &[u8]) -> Decoded {
        let Some(&first) = bytes.first() else { return Decoded::Short };
        match self {
            Self::Utf8 => utf8(bytes),
            Self::Ascii => Decoded::Bad(XmlErrorKind::Encoding),
            Self::Latin1 => foreign(char::from(first)),
            Self::Windows1252 => foreign(windows_1252(first)),
            Self::Doubtful => match utf8(bytes) {
                Decoded::Bad(_) => foreign(windows_1252(first)),
                good_or_short => good_or_short,
            },
        }
    }

    /// The character for a byte from 80 on that belongs to no sequence. In UTF-8 and ASCII there is none: only a
    /// fragment the caller cut inside a character comes here.
    pub(super) fn lone(self, byte: u8) -> char {
        match self {
            Self::Utf8 | Self::Ascii => char::REPLACEMENT_CHARACTER,
            Self::Latin1 => char::from(byte),
            Self::Windows1252 | Self::Doubtful => windows_1252(byte),
        }
    }
}

const fn foreign(char: char) -> Decoded {
    Decoded::Char { char, len: 1, foreign: true }
}

fn windows_1252(byte: u8) -> char {
    let hole = usize::from(byte.wrapping_sub(0x80));
    WINDOWS_1252.get(hole).copied().unwrap_or(char::from(byte))
}

/// Well-formed sequences only (The Unicode Standard, table 3-7).
fn utf8(bytes: &[u8]) -> Decoded {
    let len = bytes.first().map_or(0, |first| first.leading_ones() as usize).min(bytes.len());
    match core::str::from_utf8(bytes.get(..len).unwrap_or_default()).map(|text| text.chars().next()) {
        Ok(Some(char)) if is_char(char) => Decoded::Char { char, len, foreign: false },
        Ok(Some(_)) => Decoded::Bad(XmlErrorKind::Character),
        Ok(None) => Decoded::Short,
        Err(error) if error.error_len().is_none() => Decoded::Short,
        Err(_) => Decoded::Bad(XmlErrorKind::Encoding),
    }
}

/// XML 1.0 §2.2, production 2. Surrogates are no `char` to begin with.
pub(super) const fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// XML 1.0 (fifth edition) §2.3, production 4, without ASCII and without the colon.
pub(super) const fn is_foreign_name_start(char: char) -> bool {
    matches!(
        char,
        '\u{C0}'..='\u{D6}'
            | '\u{D8}'..='\u{F6}'
            | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}'
            | '\u{200C}'..='\u{200D}'
            | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}'
            | '\u{F900}'..='\u{FDCF}'
            | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}'
    )
}

/// XML 1.0 (fifth edition) §2.3, production 4a, without ASCII.
pub(super) const fn is_foreign_name_char(char: char) -> bool {
    is_foreign_name_start(char) || matches!(char, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
