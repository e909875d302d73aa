//! Texts with a form: digits, codes, times, base64, and what a terminal adds to an answer.

use core::fmt;

use super::dialect::Dialect;
use super::field::{Field, Reading};
use super::report::{Path, Reason};
use crate::json::{Str, Value, Writer};
use crate::secret::Masked;

/// `Name(Str)` with everything but reading and being shown.
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident shown) => {
        text_type!($(#[$meta])* $name);

        impl fmt::Display for $name<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, out)
            }
        }
    };
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name<'a>(Str<'a>);

        impl<'a> $name<'a> {
            /// The text.
            #[must_use]
            pub const fn text(self) -> Str<'a> {
                self.0
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "\"{self}\"")
            }
        }

        impl<'a> From<&'a str> for $name<'a> {
            fn from(text: &'a str) -> Self {
                Self(Str::from(text))
            }
        }

        impl<'a> From<Str<'a>> for $name<'a> {
            fn from(text: Str<'a>) -> Self {
                Self(text)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

text_type! {
    /// A code that is a string on the wire, and an integer in some descriptions of it: an acquirer, `"0"`.
    Code shown
}

impl<'a> Field<'a> for Code<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        reading.text_or_integer(value, at).map(Self)
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(self.0);
    }

    fn length(&self) -> Option<usize> {
        Some(self.0.char_count())
    }
}

text_type! {
    /// Digits, whose zeros in front count: a country, `"056"`.
    Digits shown
}

impl<'a> Field<'a> for Digits<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reading.text_or_integer(value, at)?;
        if !text.chars().all(|character| character.is_ascii_digit()) {
            reading.doubt(at, Reason::InvalidValue);
        }
        Some(Self(text))
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(self.0);
    }

    fn length(&self) -> Option<usize> {
        Some(self.0.char_count())
    }
}

text_type! {
    /// A date, or a date and a time, of ISO 8601, as it was written: with or without a fraction, and with `Z`, an offset,
    /// or nothing behind it (.NET tills, observed).
    Time shown
}

impl<'a> Field<'a> for Time<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reading.text(value, at)?;
        if !is_time(text) {
            reading.doubt(at, Reason::InvalidValue);
        }
        Some(Self(text))
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(self.0);
    }
}

fn is_time(text: Str<'_>) -> bool {
    match text.plain() {
        // What is no ASCII is not expected anywhere, so bytes do.
        Some(plain) => are_time(plain.bytes().map(char::from)),
        None => are_time(text.chars()),
    }
}

fn are_time(mut rest: impl Iterator<Item = char> + Clone) -> bool {
    if !goes_on_with(&mut rest, "0000-00-00") {
        return false;
    }
    if rest.clone().next().is_none() {
        return true;
    }
    if !goes_on_with(&mut rest, "T00:00:00") {
        return false;
    }
    let mut behind = rest.next();
    if behind == Some('.') {
        if !goes_on_with(&mut rest, "0") {
            return false;
        }
        behind = rest.find(|character| !character.is_ascii_digit());
    }
    match behind {
        None => true,
        Some('Z') => rest.next().is_none(),
        Some('+' | '-') => goes_on_with(&mut rest, "00:00") && rest.next().is_none(),
        Some(_) => false,
    }
}

/// Whether the characters are of this form, in which `0` stands for any digit.
fn goes_on_with(rest: &mut impl Iterator<Item = char>, form: &str) -> bool {
    let fits = |found: char, form| if form == '0' { found.is_ascii_digit() } else { found == form };
    form.chars().all(|form| rest.next().is_some_and(|found| fits(found, form)))
}

text_type! {
    /// Bytes in base64: standard alphabet, padded.
    Base64 shown
}

impl<'a> Field<'a> for Base64<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reading.text(value, at)?;
        if !is_base64(text) {
            reading.doubt(at, Reason::InvalidValue);
        }
        Some(Self(text))
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(self.0);
    }

    fn length(&self) -> Option<usize> {
        Some(self.0.char_count())
    }
}

fn is_base64(text: Str<'_>) -> bool {
    let (mut length, mut padding) = (0usize, 0usize);
    for character in text.chars() {
        length = length.wrapping_add(1);
        match character {
            '=' => padding = padding.saturating_add(1),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' if padding == 0 => {}
            _ => return false,
        }
    }
    length.is_multiple_of(4) && padding <= 2
}

text_type! {
    /// What a terminal adds to an answer: a sentence, a form (`name=value&...`), or JSON in base64. Adyen's terminals tell
    /// the expiry date of the card in it, so that is not shown, nor is what is in base64 (I12).
    AdditionalResponse
}

const HIDDEN: &str = "***";

impl fmt::Display for AdditionalResponse<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = self.0.plain().filter(|text| !is_object_in_base64(text)) else {
            return out.write_str(if self.0.is_empty() { "" } else { HIDDEN });
        };
        // In brackets: the search for a set of characters cannot panic, as far as a linker sees.
        for (place, pair) in text.split(['&']).enumerate() {
            if place > 0 {
                out.write_str("&")?;
            }
            match pair.split_once(['=']) {
                Some((name, _)) if tells_expiry(name) => write!(out, "{name}={HIDDEN}")?,
                _ => Masked(pair).fmt(out)?,
            }
        }
        Ok(())
    }
}

/// Base64 of anything that begins with `{`.
const fn is_object_in_base64(text: &str) -> bool {
    matches!(text.as_bytes(), [b'e', b'w'..=b'z' | b'0'..=b'9' | b'+' | b'/', ..])
}

/// `expiryDate`, `expiryMonth`, `card.expiryYear` and the like.
fn tells_expiry(name: &str) -> bool {
    const EXPIRY: &[u8] = b"expir";
    name.as_bytes().windows(EXPIRY.len()).any(|part| part.eq_ignore_ascii_case(EXPIRY))
}

impl<'a> Field<'a> for AdditionalResponse<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        reading.text(value, at).map(Self)
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(self.0);
    }
}
