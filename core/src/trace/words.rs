//! Tells an output in words.

use core::fmt;

use crate::drive::{Event, Output};
use crate::journal::Record;
use crate::limits;

/// An output in words, without card data: no ten digits of it stand together, and of raw texts only their length is
/// said. A session that is fed with [masked](super::mask) bytes has outputs that read the same.
///
/// What is sent is not part of it: mask the transmit buffer's frame.
pub struct Shown<'o, 'a>(pub &'o Output<'a>);

impl fmt::Display for Shown<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        match self.0 {
            Output::Event(Event::JournalText(sheet, text)) => {
                write!(out, "Event(JournalText({sheet:?}, {} bytes))", text.len())
            }
            Output::Event(Event::PrivateText(text)) => write!(out, "Event(PrivateText({} bytes))", text.len()),
            Output::Persist(ticket, Record::Text { sheet, text }) => {
                write!(out, "Persist({ticket:?}, Text({sheet:?}, {} bytes))", text.0.len())
            }
            output => {
                let mut hush = Hush::new(out);
                write!(hush, "{output:?}")?;
                hush.end()
            }
        }
    }
}

/// Passes a text on with the digits of long runs masked, also where they are written as codes (`%34`).
pub(super) struct Hush<'f, 'b> {
    out: &'f mut fmt::Formatter<'b>,
    /// What may become a code.
    code: heapless::String<2, u8>,
    /// The run so far, while it is short: digits with one separator between them, each as it is written.
    held: heapless::String<{ 6 * limits::TRACE_DIGITS + 6 }, u8>,
    /// Digits and masks of the run.
    digits: usize,
    ends_in_separator: bool,
}

impl<'f, 'b> Hush<'f, 'b> {
    pub(super) const fn new(out: &'f mut fmt::Formatter<'b>) -> Self {
        Self { out, code: heapless::String::new(), held: heapless::String::new(), digits: 0, ends_in_separator: false }
    }

    /// Nothing follows.
    pub(super) fn end(mut self) -> fmt::Result {
        self.no_code()?;
        self.release()
    }

    fn release(&mut self) -> fmt::Result {
        self.out.write_str(&self.held)?;
        self.held.clear();
        self.digits = 0;
        self.ends_in_separator = false;
        Ok(())
    }

    /// What looked like the front of a code is none.
    fn no_code(&mut self) -> fmt::Result {
        let text = core::mem::take(&mut self.code);
        text.chars().try_for_each(|character| self.take(character, character.encode_utf8(&mut [0; 4])))
    }

    /// Takes a character, written like this.
    fn take(&mut self, character: char, written: &str) -> fmt::Result {
        match character {
            '0'..='9' | '*' => {
                self.digits = self.digits.saturating_add(1);
                self.ends_in_separator = false;
                if self.digits <= limits::TRACE_DIGITS {
                    return self.hold(written);
                }
                // Of a run that is long already only a separator is held.
                let held = core::mem::take(&mut self.held);
                let mut rest = held.chars();
                while let Some(held) = rest.next() {
                    match held {
                        '%' => write_code(self.out, rest.next(), rest.next())?,
                        held if held.is_ascii_digit() => fmt::Write::write_char(self.out, '*')?,
                        held => fmt::Write::write_char(self.out, held)?,
                    }
                }
                self.out.write_str(if written.len() == 1 { "*" } else { "%2A" })
            }
            ' ' | '-' | '=' | '+' if self.digits > 0 && !self.ends_in_separator => {
                self.ends_in_separator = true;
                self.hold(written)
            }
            _ => {
                self.release()?;
                self.out.write_str(written)
            }
        }
    }

    fn hold(&mut self, written: &str) -> fmt::Result {
        // It fits: longer runs are not held.
        self.held.push_str(written).map_err(|_| fmt::Error)
    }
}

/// A code of a long run: that of a digit as the mask's.
fn write_code(out: &mut fmt::Formatter<'_>, high: Option<char>, low: Option<char>) -> fmt::Result {
    match code(high, low) {
        Some('0'..='9' | '*') | None => out.write_str("%2A"),
        Some(_) => write!(out, "%{}{}", high.unwrap_or_default(), low.unwrap_or_default()),
    }
}

fn code(high: Option<char>, low: Option<char>) -> Option<char> {
    let (high, low) = (high?.to_digit(16)?, low?.to_digit(16)?);
    char::from_u32(high << 4 | low)
}

impl fmt::Write for Hush<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match (self.code.chars().nth(1), character) {
                (Some(high), low) if self.code.len() == 2 => match code(Some(high), Some(low)) {
                    Some(meant @ ('0'..='9' | '*' | ' ' | '-' | '=')) => {
                        self.code.clear();
                        let mut written = heapless::String::<3>::new();
                        // Three characters of ASCII fit.
                        ['%', high, low].into_iter().try_for_each(|part| written.push(part)).map_err(|_| fmt::Error)?;
                        self.take(meant, &written)?;
                    }
                    _ => {
                        self.no_code()?;
                        self.begin(low)?;
                    }
                },
                (_, high) if self.code.len() == 1 => {
                    if high.is_ascii_hexdigit() {
                        self.code.push(high).map_err(|_| fmt::Error)?;
                    } else {
                        self.no_code()?;
                        self.begin(high)?;
                    }
                }
                (_, character) => self.begin(character)?,
            }
        }
        Ok(())
    }
}

impl Hush<'_, '_> {
    /// Takes a character that is no part of a code begun before.
    fn begin(&mut self, character: char) -> fmt::Result {
        if character == '%' {
            return self.code.push(character).map_err(|_| fmt::Error);
        }
        self.take(character, character.encode_utf8(&mut [0; 4]))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    extern crate std;

    use super::*;

    #[test]
    fn long_numbers_are_hushed_in_words() {
        struct Words<'t>(&'t [&'t str]);
        impl fmt::Display for Words<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                use fmt::Write as _;
                let mut hush = Hush::new(out);
                self.0.iter().try_for_each(|piece| hush.write_str(piece))?;
                hush.end()
            }
        }
        for (pieces, wanted) in [
            (&["a 123456789 b"][..], "a 123456789 b"),
            (&["a 1234567890 b"], "a ********** b"),
            (&["4111 11", "11-1111 1111=25", "-", " x"], "**** ****-**** ****=**- x"),
            (&["2026-04-08T10:30:15"], "2026-04-08T10:30:15"),
            (&["1 2 3 4 5 6 7 8 9 ", "x"], "1 2 3 4 5 6 7 8 9 x"),
            (&["******1111"], "**********"),
            (&["7"], "7"),
            (&["4111%201111+1111%2d1111"], "****%20****+****%2d****"),
            (&["%34%31%31%31%31%31%31%31%31", "%31"], "%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A"),
            (&["%34%31 %", "%4", "%B4111 %"], "%34%31 %%4%B4111 %"),
        ] {
            assert_eq!(std::format!("{}", Words(pieces)), wanted);
        }
    }
}
