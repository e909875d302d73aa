//! A text as it is written in a message, read one character at a time, each with the place where it stands.

use crate::limits;

/// A character: its byte if it is one of ASCII, otherwise 0, and where it stands in the text.
#[derive(Clone, Copy)]
pub(super) struct Character {
    pub(super) byte: u8,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What besides the escapes of JSON is read as one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codes {
    /// Nothing.
    None,
    /// `+` and `%20`, as in the values of pairs.
    Percent,
}

/// The characters of a text between quotes.
#[derive(Clone, Copy)]
pub(super) struct Characters<'t> {
    text: &'t [u8],
    at: usize,
    codes: Codes,
}

impl<'t> Characters<'t> {
    /// Escapes of JSON are read.
    pub(super) const fn json(text: &'t [u8]) -> Self {
        Self { text, at: 0, codes: Codes::None }
    }

    /// From this place on.
    pub(super) const fn at(text: &'t [u8], at: usize, codes: Codes) -> Self {
        Self { text, at, codes }
    }

    /// Where the next one begins.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// What stands at the front, escapes read.
    fn written(&self) -> Option<Character> {
        let (start, text) = (self.at, self.text);
        let one = |byte: u8, length: usize| {
            let end = start.saturating_add(length).min(text.len());
            Some(Character { byte: if byte.is_ascii() { byte } else { 0 }, start, end })
        };
        match *text.get(start..)? {
            [] => None,
            [b'\\', b'u', a, b, c, d, ..] => match hex4([a, b, c, d]) {
                Some(code) => one(u8::try_from(code).unwrap_or(0), 6),
                None => one(0, 1),
            },
            [b'\\', byte @ (b'/' | b'"' | b'\\'), ..] => one(byte, 2),
            [b'\\', b'b' | b'f' | b'n' | b'r' | b't', ..] => one(0, 2),
            // No escape: what stands behind it is read as itself.
            [b'\\', ..] => one(0, 1),
            [byte, ..] => one(byte, 1),
        }
    }

    /// Every rest of the text.
    pub(super) fn ends(self) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        core::iter::from_fn(move || {
            let this = rest?;
            let mut next = this;
            rest = next.next().map(|_| next);
            Some(this)
        })
    }

    /// Whether nothing follows a row of digits but a separator, and the front of a character that is cut off.
    pub(super) fn is_cut(mut self) -> bool {
        let behind = self;
        if !self.next().is_some_and(|character| matches!(character.byte, b' ' | b'-')) {
            self = behind;
        }
        let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        match self.text.get(self.at..).unwrap_or_default() {
            [] | [b'\\'] => true,
            [b'\\', b'u', digits @ ..] => digits.len() < 4 && is_hex(digits),
            [b'%', digits @ ..] => self.codes == Codes::Percent && digits.len() < 2 && is_hex(digits),
            _ => false,
        }
    }

    /// Whether it begins with this text, in any case of letters.
    pub(super) fn begins_with(self, text: &[u8]) -> bool {
        let mut own = self;
        text.iter().all(|byte| own.next().is_some_and(|character| character.byte.eq_ignore_ascii_case(byte)))
    }
}

impl Iterator for Characters<'_> {
    type Item = Character;

    fn next(&mut self) -> Option<Character> {
        let mut character = self.written()?;
        if self.codes == Codes::Percent {
            match character.byte {
                b'+' => character.byte = b' ',
                b'%' => {
                    let mut digits = Self { at: character.end, codes: Codes::None, ..*self };
                    let (high, low) = (digits.next(), digits.next());
                    let value = |digit: Option<Character>| char::from(digit?.byte).to_digit(16);
                    if let Some((high, low)) = value(high).zip(value(low)) {
                        let byte = u8::try_from(high << 4 | low).ok().filter(u8::is_ascii).unwrap_or(0);
                        character = Character { byte, start: character.start, end: digits.at };
                    }
                }
                _ => {}
            }
        }
        self.at = character.end;
        Some(character)
    }
}

fn hex4(digits: [u8; 4]) -> Option<u32> {
    digits.into_iter().try_fold(0, |code, digit| Some(code << 4 | char::from(digit).to_digit(16)?))
}

/// Whether the name is this one.
pub(super) fn matches_name(name: Characters<'_>, known: &[u8]) -> bool {
    name.map(|character| character.byte).eq(known.iter().copied())
}

/// The place of the quote that ends a text, or of the end of the message.
pub(super) fn closing_quote(message: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        match message.get(at) {
            None => return message.len(),
            Some(b'"') => return at,
            Some(b'\\') => at = at.saturating_add(2),
            Some(_) => at = at.saturating_add(1),
        }
    }
}

/// Makes a character `*`, in as many bytes as it has.
pub(super) fn star(text: &mut [u8], character: Character) {
    let within = text.get_mut(character.start..character.end).unwrap_or_default();
    let mut written = Characters::json(within);
    let Some(first) = written.next() else { return };
    // A code of three characters, each of which may be an escape.
    if first.byte == b'%'
        && let (Some(high), Some(low)) = (written.next(), written.next())
    {
        put(within, high, b'2');
        put(within, low, b'A');
    } else {
        put(within, first, b'*');
    }
}

/// Writes another character in its place, if it is written in a way that can say it.
fn put(text: &mut [u8], character: Character, byte: u8) {
    match text.get_mut(character.start..character.end).unwrap_or_default() {
        [b'\\', b'u', digits @ ..] => {
            let nibble = |value: u8| if value < 10 { b'0' + value } else { b'A' - 10 + value };
            let wanted = [b'0', b'0', nibble(byte >> 4), nibble(byte & 15)];
            digits.iter_mut().zip(wanted).for_each(|(digit, wanted)| *digit = wanted);
        }
        [single] => *single = byte,
        _ => {}
    }
}

/// Digits with at most one blank or hyphen between them. Some may be hidden already.
pub(super) struct Row {
    /// As many as fit.
    pub(super) bytes: heapless::Vec<u8, { limits::JSON_MASKED }>,
    pub(super) too_long: bool,
    /// Where it ends.
    pub(super) end: usize,
}

impl Row {
    /// The row whose first digit is the next character.
    pub(super) fn read(characters: Characters<'_>) -> Self {
        let mut row = Self { bytes: heapless::Vec::new(), too_long: false, end: characters.at };
        let mut separator = None;
        for Character { byte, end, .. } in characters {
            match byte {
                b'0'..=b'9' | b'*' => {
                    let both = separator.take().into_iter().chain([byte]);
                    row.too_long |= both.map(|byte| row.bytes.push(byte)).any(|pushed| pushed.is_err());
                    row.end = end;
                }
                b' ' | b'-' if separator.is_none() => separator = Some(byte),
                _ => break,
            }
        }
        row
    }

    /// Whether more stays readable than of a card number may: where a percent sign can be read in two ways, the one hides
    /// what the other would have found.
    pub(super) fn is_half_hidden(&self) -> bool {
        let digits = self.bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        let hidden = self.bytes.iter().filter(|byte| **byte == b'*').count();
        hidden > 0 && digits.saturating_add(hidden) >= limits::PAN_DIGITS_MIN && digits > limits::PAN_DIGITS_SHOWN
    }
}
