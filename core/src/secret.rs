//! Card data: types whose `Debug`, `Display` and serde output is the mask (I12).

use core::fmt;

use crate::limits;
use crate::proof::{Mistake, mistake};

/// Shows a text with every card number in it masked.
///
/// A card number is a run of 13 to 19 digits (single blanks and hyphens between them allowed) whose check digit
/// is right (Luhn). All but its last four digits become `*`.
///
/// ```
/// use opi_core::secret::Masked;
///
/// assert_eq!(Masked("PAN 4111 1111 1111 1111, 25.00").to_string(), "PAN **** **** **** 1111, 25.00");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(out)
    }
}

impl Masked<'_> {
    /// Writes it without the formatting machinery, which has kilobytes.
    pub(crate) fn write_to(self, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut rest = self.0;
        while let Some((start, end)) = card_number(rest.as_bytes()) {
            // Both ends lie at ASCII digits, hence at character boundaries.
            let (before, run) = (rest.get(..start).unwrap_or_default(), rest.get(start..end).unwrap_or_default());
            let hidden = hidden(run.as_bytes());
            out.write_str(before)?;
            for byte in run.bytes().take(hidden) {
                out.write_char(if byte.is_ascii_digit() { '*' } else { char::from(byte) })?;
            }
            // What stays may be the front of another one.
            rest = rest.get(start + hidden..).unwrap_or_default();
        }
        out.write_str(rest)
    }
}

/// How much of a card number is hidden: what stands before its last four digits.
pub(crate) fn hidden(number: &[u8]) -> usize {
    let last = number.iter().enumerate().rev().filter(|(_, byte)| byte.is_ascii_digit()).nth(3);
    last.map_or(0, |(place, _)| place)
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

/// Stars every card number of the text but for its last four digits; whether there is one. `behind` is called with the
/// end of each, before it is starred.
///
/// Numbers that overlap are all starred. What one leaves may look like another with what stands beside it, so this goes on
/// until there is none.
pub(crate) fn star_card_numbers(text: &mut [u8], mut behind: impl FnMut(&mut [u8], usize)) -> bool {
    let mut any = false;
    while star_once(text, &mut behind) {
        any = true;
    }
    any
}

fn star_once(text: &mut [u8], behind: &mut impl FnMut(&mut [u8], usize)) -> bool {
    let (mut at, mut hide_to, mut any) = (0, 0, false);
    while let Some(byte) = text.get(at) {
        if !byte.is_ascii_digit() {
            at += 1;
            continue;
        }
        if let Some(end) = card_number_at(text, at) {
            hide_to = hide_to.max(at + hidden(text.get(at..end).unwrap_or_default()));
            behind(text, end);
            any = true;
        }
        // What stands before has been looked at, so it can be starred: the next number may begin in this one.
        let group = group_end(text, at);
        let stars = text.get_mut(at..group.min(hide_to)).unwrap_or_default();
        stars.fill(b'*');
        at = if stars.is_empty() { group } else { at + stars.len() };
    }
    any
}

/// Where the first card number of the text stands.
pub(crate) fn card_number(text: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        if let Some(end) = card_number_at(text, at) {
            return Some((at, end));
        }
        at = group_end(text, at);
    }
    None
}

/// The end of the longest card number that starts with the group of digits at `from`.
///
/// Other numbers may stand beside it (`4111111111111111 12/28`, `05 4111 1111 1111 1111`), so a card number need not be
/// the whole run. As part of one it is a single group, or groups as they are embossed: four digits, then four to six.
fn card_number_at(text: &[u8], from: usize) -> Option<usize> {
    let starts_run =
        !matches!(from.checked_sub(2).and_then(|place| text.get(place..from)), Some([b'0'..=b'9', b' ' | b'-']));
    let (mut start, mut digits, mut embossed, mut found) = (from, 0, true, None);
    loop {
        let end = group_end(text, start);
        let group = end - start;
        digits += group;
        if digits > limits::PAN_DIGITS {
            return found;
        }
        let next = match text.get(end..) {
            Some([b' ' | b'-', b'0'..=b'9', ..]) => Some(end + 1),
            _ => None,
        };
        let stands_alone = start == from || embossed || (starts_run && next.is_none());
        if digits >= limits::PAN_DIGITS_MIN && stands_alone && luhn(text.get(from..end).unwrap_or_default()) {
            found = Some(end);
        }
        embossed &= if start == from { group == 4 } else { (4..=6).contains(&group) };
        let Some(next) = next else { return found };
        start = next;
    }
}

/// The end of the digits that stand together from `from` on.
fn group_end(text: &[u8], from: usize) -> usize {
    text.iter().skip(from).position(|byte| !byte.is_ascii_digit()).map_or(text.len(), |length| from + length)
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

    /// As [`new`](Self::new), to where it stays; `false`: what is left there is not to be used.
    pub(crate) fn put(to: &mut Option<Self>, text: &str) -> bool {
        crate::id::set(to.insert(Self(heapless::String::new())).0.as_mut_view(), text)
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
        self.write_mask(out)
    }
}

impl Pan {
    /// Writes the mask without the formatting machinery.
    pub(crate) fn write_mask(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        if mistake(Mistake::ShowsCardNumbers) {
            return out.write_str(self.0.as_str());
        }
        let mut bytes = self.0.bytes();
        let is_masked = bytes.any(|byte| matches!(byte, b'*' | b'X' | b'x' | b'#' | b'.'));
        let digits = self.0.bytes().filter(u8::is_ascii_digit).count();
        if is_masked && digits <= limits::PAN_DIGITS_SHOWN {
            return out.write_str(self.0.as_str());
        }
        // Bytes that begin a character.
        let length = self.0.bytes().filter(|byte| byte & 0xC0 != 0x80).count();
        for (place, character) in self.0.chars().enumerate() {
            out.write_char(if place + 4 >= length && length > 8 { character } else { '*' })?;
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
    /// Takes the text; `false` if it is too long: then nothing changes.
    pub(crate) fn set(&mut self, text: &str) -> bool {
        crate::id::set(self.0.as_mut_view(), text)
    }

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
