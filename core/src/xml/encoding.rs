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

/// Names of encodings: those of IANA and their common spellings.
const NAMES: [(&str, Encoding); 11] = [
    ("utf-8", Encoding::Utf8),
    ("utf8", Encoding::Utf8),
    ("iso-8859-1", Encoding::Latin1),
    ("iso_8859-1", Encoding::Latin1),
    ("iso8859-1", Encoding::Latin1),
    ("latin1", Encoding::Latin1),
    ("l1", Encoding::Latin1),
    ("windows-1252", Encoding::Windows1252),
    ("cp1252", Encoding::Windows1252),
    ("us-ascii", Encoding::Ascii),
    ("ascii", Encoding::Ascii),
];

impl Encoding {
    /// The encoding a declaration names, in any case of letters.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        let named = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
        named.map(|(_, encoding)| *encoding)
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
#[cfg(target_pointer_width = "64")]
fn utf8(bytes: &[u8]) -> Decoded {
    const BAD: Decoded = Decoded::Bad(XmlErrorKind::Encoding);
    let Some(&first) = bytes.first() else { return Decoded::Short };
    let (len, low, high) = match first {
        0xC2..=0xDF => (2, 0x80, 0xBF),
        0xE0 => (3, 0xA0, 0xBF),
        0xED => (3, 0x80, 0x9F),
        0xE1..=0xEF => (3, 0x80, 0xBF),
        0xF0 => (4, 0x90, 0xBF),
        0xF1..=0xF3 => (4, 0x80, 0xBF),
        0xF4 => (4, 0x80, 0x8F),
        _ => return BAD,
    };
    let mut code = u32::from(first) & (0x7F >> len);
    for at in 1..len {
        let Some(&byte) = bytes.get(at) else { return Decoded::Short };
        let allowed = if at == 1 { low..=high } else { 0x80..=0xBF };
        if !allowed.contains(&byte) {
            return BAD;
        }
        code = (code << 6) | u32::from(byte & 0x3F);
    }
    match char::from_u32(code) {
        Some(char) if is_char(char) => Decoded::Char { char, len, foreign: false },
        _ => Decoded::Bad(XmlErrorKind::Character),
    }
}

/// The same, by the check of the core library, which is slower and in every till.
#[cfg(not(target_pointer_width = "64"))]
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
