//! Card data: types whose `Debug`, `Display` and serde output is the mask (I12).

use core::fmt;

use crate::limits;

/// Shows a text with every card number in it masked.
///
/// A card number is a run of 13 to 19 digits (single blanks and hyphens between them allowed) whose check digit
/// is right (Luhn). All but its last four digits become `*`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((start, end)) = card_number(rest.as_bytes()) {
            // Both ends lie at ASCII digits, hence at character boundaries.
            let (before, run, after) = (
                rest.get(..start).unwrap_or_default(),
                rest.get(start..end).unwrap_or_default(),
                rest.get(end..).unwrap_or_default(),
            );
            out.write_str(before)?;
            let digits = run.bytes().filter(u8::is_ascii_digit).count();
            let mut seen = 0;
            for character in run.chars() {
                if character.is_ascii_digit() {
                    seen += 1;
                }
                let hidden = character.is_ascii_digit() && seen + 4 <= digits;
                fmt::Write::write_char(out, if hidden { '*' } else { character })?;
            }
            rest = after;
        }
        out.write_str(rest)
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

/// Where the first card number of the text stands.
fn card_number(text: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if !byte.is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, digits) = digit_run(text, at);
        let may_be = (limits::PAN_DIGITS_MIN..=limits::PAN_DIGITS).contains(&digits);
        if may_be && text.get(at..end).is_some_and(luhn) {
            return Some((at, end));
        }
        at = end;
    }
    None
}

/// The end of the run of digits that starts at `from`, and how many digits it has.
fn digit_run(text: &[u8], from: usize) -> (usize, usize) {
    let (mut end, mut digits, mut at) = (from, 0, from);
    while let Some(&byte) = text.get(at) {
        if byte.is_ascii_digit() {
            digits += 1;
            end = at + 1;
        } else if !(matches!(byte, b' ' | b'-') && end == at) {
            break;
        }
        at += 1;
    }
    (end, digits)
}

fn luhn(text: &[u8]) -> bool {
    let mut sum = 0u32;
    let mut double = false;
    for byte in text.iter().rev().filter(|byte| byte.is_ascii_digit()) {
        let mut digit = u32::from(byte - b'0');
        if double {
            digit *= 2;
            if digit > 9 {
                digit -= 9;
            }
        }
        sum += digit;
        double = !double;
    }
    sum.is_multiple_of(10)
}

/// A card number, possibly masked already by the terminal.
///
/// Shown with at most its last four digits; [`expose_card_number`](Pan::expose_card_number) gives it whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Pan(heapless::String<{ limits::PAN }, u8>);

impl Pan {
    /// Takes the text as the terminal sent it; `None` if longer than [`limits::PAN`].
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        heapless::String::try_from(text).ok().map(Self)
    }

    /// The number as it was received. Do not show, store or log it.
    #[must_use]
    pub fn expose_card_number(&self) -> &str {
        self.0.as_str()
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Pan {
    /// As received if the terminal masked it already (at most ten digits left, as PCI DSS allows: the first six and
    /// the last four); otherwise every character but the last four becomes `*`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_mask = |character: char| matches!(character, '*' | 'X' | 'x' | '#' | '.');
        let digits = self.0.bytes().filter(u8::is_ascii_digit).count();
        if self.0.contains(is_mask) && digits <= limits::PAN_DIGITS_SHOWN {
            return out.write_str(self.0.as_str());
        }
        let length = self.0.chars().count();
        for (place, character) in self.0.chars().enumerate() {
            fmt::Write::write_char(out, if place + 4 >= length && length > 8 { character } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

/// Track data, expiry dates, verification values and keys: never shown at all.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<const N: usize>(heapless::String<N, u16>);

impl<const N: usize> Secret<N> {
    /// Nothing.
    pub(crate) const EMPTY: Self = Self(heapless::String::new());

    /// Takes the text; `None` if longer than `N` bytes.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        heapless::String::try_from(text).ok().map(Self)
    }

    /// The value. Do not show, store or log it.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.as_str()
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> fmt::Display for Secret<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "" } else { "***" })
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

#[cfg(feature = "serde")]
mod masked_serde {
    use super::{Masked, Pan, Secret};
    use serde::{Serialize, Serializer};

    impl Serialize for Masked<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(self)
        }
    }
    impl Serialize for Pan {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(self)
        }
    }
    impl<const N: usize> Serialize for Secret<N> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(self)
        }
    }
}
