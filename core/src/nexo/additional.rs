//! `AdditionalResponse`: what a terminal adds to its answer, in the forms that are seen.
//!
//! | form | who writes it |
//! | --- | --- |
//! | a plain sentence | terminals of 2018 (Adyen, Structuring and validating Terminal API messages) |
//! | `name=value&name=value`, percent-encoded in lower case | terminals of today (Adyen docs: error scenarios) |
//! | Base64 of a JSON object | when the request's `SaleToAcquirerData` was one (Adyen docs: pass additional data) |

use core::fmt::{self, Write};

use base64ct::{Base64, Encoding};

use crate::json::{Document, Writer};
use crate::limits;

/// Shows a value percent-encoded: everything but letters, digits and `- . _ ~` becomes `%` and two lower-case digits,
/// as terminals write it. No library of the field writes them in lower case.
#[derive(Clone, Copy)]
pub struct Encoded<T>(pub T);

impl<T: fmt::Display> fmt::Display for Encoded<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Encoder(out), "{}", self.0)
    }
}

struct Encoder<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Encoder<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~') {
                self.0.write_char(character)?;
                continue;
            }
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                write!(self.0, "%{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// An `AdditionalResponse` that is being written: pairs, or sentences, one by one. A part that does not fit any more is
/// left out as a whole, so what stands there can always be read.
#[derive(Clone, Debug, Default)]
pub struct Additional {
    text: heapless::String<{ limits::ADDITIONAL_RESPONSE }>,
    cut: bool,
}

impl Additional {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: heapless::String::new(), cut: false }
    }

    /// Adds `name=value` in the encoded form.
    pub fn pair(&mut self, name: &str, value: impl fmt::Display) {
        let join = if self.text.is_empty() { "" } else { "&" };
        self.add(format_args!("{join}{name}={}", Encoded(value)));
    }

    /// Adds a plain sentence, on a line of its own.
    pub fn sentence(&mut self, value: impl fmt::Display) {
        let join = if self.text.is_empty() { "" } else { "\n" };
        self.add(format_args!("{join}{value}"));
    }

    fn add(&mut self, part: fmt::Arguments<'_>) {
        let mut length = Length(0);
        // Neither counting nor writing what was counted can fail.
        _ = length.write_fmt(part);
        if self.text.len().saturating_add(length.0) <= limits::ADDITIONAL_RESPONSE {
            _ = self.text.write_fmt(part);
        } else {
            self.cut = true;
        }
    }

    /// Adds everything that stands in another one of the same form.
    pub fn append(&mut self, other: &Self) {
        if other.text.is_empty() {
            return;
        }
        let join = match (self.text.is_empty(), Form::read(&self.text).is_some()) {
            (true, _) => "",
            (false, true) => "&",
            (false, false) => "\n",
        };
        self.add(format_args!("{join}{}", other.text));
        self.cut |= other.cut;
    }

    /// What stands there.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The text, or `None` if nothing was added: the member is then left out.
    #[must_use]
    pub fn as_option(&self) -> Option<&str> {
        if self.text.is_empty() { None } else { Some(self.text.as_str()) }
    }

    /// Whether a part did not fit.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }
}

struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// What stands in an `AdditionalResponse` that was read.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// A plain sentence.
    Sentence(&'a str),
    /// Pairs.
    Pairs(Form<'a>),
    /// A JSON object.
    Json(Document<'a>),
}

impl<'a> Said<'a> {
    /// Tells the forms apart: Base64 of what begins with `{`, pairs, or else a sentence. `scratch` takes what was Base64;
    /// three quarters of the text are enough. Without the room it is taken as a sentence.
    #[must_use]
    pub fn read(text: &'a str, scratch: &'a mut [u8]) -> Self {
        if is_object_in_base64(text)
            && let Ok(bytes) = Base64::decode(text.as_bytes(), scratch)
            && let Ok(document) = Document::parse(bytes)
        {
            return Self::Json(document);
        }
        Form::read(text).map_or(Self::Sentence(text), Self::Pairs)
    }
}

/// Whether the text begins like Base64 of a JSON object.
#[must_use]
pub fn is_object_in_base64(text: &str) -> bool {
    let mut first = [0; 3];
    let front = text.as_bytes().first_chunk::<4>();
    front.is_some_and(|front| matches!(Base64::decode(front, &mut first), Ok([b'{', ..])))
}

/// A text in Base64 of a JSON object: [`Additional::to_json`].
pub type JsonText = heapless::String<{ limits::ADDITIONAL_RESPONSE / 3 * 4 + 4 }>;

impl Additional {
    /// The pairs as a JSON object in Base64: what is about the message by itself, everything else in `additionalData`
    /// (Adyen docs: pass additional data). `None` if there is nothing, or if it is a sentence.
    #[must_use]
    pub fn to_json(&self) -> Option<JsonText> {
        let pairs = Form::read(self.as_option()?)?;
        let mut json = [0; limits::ADDITIONAL_RESPONSE];
        let mut out = Writer::new(&mut json);
        let about_message =
            |name: &str| matches!(name, "message" | "refusalReason" | "errors" | "warnings" | "note" | "store");
        let member = |out: &mut Writer<'_>, (name, value): (Decoded<'_>, Decoded<'_>)| {
            out.name(name.raw());
            out.text_fmt(Plain(value));
        };
        out.begin_object();
        out.name("additionalData");
        out.begin_object();
        pairs.pairs().filter(|(name, _)| !about_message(name.raw())).for_each(|pair| member(&mut out, pair));
        out.end_object();
        pairs.pairs().filter(|(name, _)| about_message(name.raw())).for_each(|pair| member(&mut out, pair));
        out.end_object();
        let length = out.finish().ok()?;
        let mut text = [0; limits::ADDITIONAL_RESPONSE / 3 * 4 + 4];
        Base64::encode(json.get(..length)?, &mut text).ok().and_then(|text| JsonText::try_from(text).ok())
    }
}

/// Shows a value decoded, whatever is in it.
struct Plain<'a>(Decoded<'a>);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| out.write_char(character))
    }
}

/// Pairs of the encoded form, as they are read: [`Form::read`].
#[derive(Clone, Copy, Debug)]
pub struct Form<'a>(&'a str);

impl<'a> Form<'a> {
    /// Reads the text as pairs. `None` if it is a plain sentence: no `=`, or a blank before the first one.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let name = text.as_bytes().iter().position(|byte| *byte == b'=')?;
        let blank = text.as_bytes().iter().position(|byte| *byte == b' ');
        (name > 0 && blank.is_none_or(|blank| blank > name)).then_some(Self(text))
    }

    /// The pairs, in their order.
    pub fn pairs(self) -> impl Iterator<Item = (Decoded<'a>, Decoded<'a>)> {
        Pieces { rest: Some(self.0), mark: b'&' }.filter(|pair| !pair.is_empty()).map(|pair| {
            let mut parts = Pieces { rest: Some(pair), mark: b'=' };
            let name = parts.next().unwrap_or_default();
            (Decoded(name), Decoded(parts.rest.unwrap_or_default()))
        })
    }

    /// The value of the first pair of this name.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Decoded<'a>> {
        self.pairs().find(|(found, _)| *found == *name).map(|(_, value)| value)
    }
}

/// Splits at an ASCII byte, in a way that a linker sees cannot panic.
struct Pieces<'a> {
    rest: Option<&'a str>,
    mark: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        match rest.bytes().position(|byte| byte == self.mark) {
            Some(end) => {
                self.rest = rest.get(end.saturating_add(1)..);
                rest.get(..end)
            }
            None => self.rest.take(),
        }
    }
}

/// A name or a value of the encoded form. Shown decoded: `%` and two digits of either case, and `+` as a blank, which is
/// how Adyen's cloud writes it. What is no UTF-8 afterwards is shown as `�`. Card numbers are shown masked (I12).
#[derive(Clone, Copy)]
pub struct Decoded<'a>(&'a str);

impl<'a> Decoded<'a> {
    /// As it stands in the message.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.0
    }

    /// The decoded bytes.
    pub fn bytes(self) -> impl Iterator<Item = u8> {
        let mut rest = self.0.bytes();
        core::iter::from_fn(move || {
            let byte = rest.next()?;
            match byte {
                b'+' => Some(b' '),
                b'%' => {
                    let mut ahead = rest.clone();
                    let digits = ahead.next().and_then(hex).zip(ahead.next().and_then(hex));
                    // What is no escape is taken as it stands.
                    Some(digits.map_or(b'%', |(high, low)| {
                        rest = ahead;
                        high << 4 | low
                    }))
                }
                other => Some(other),
            }
        })
    }

    /// The decoded characters.
    pub fn chars(self) -> impl Iterator<Item = char> {
        let mut bytes = self.bytes();
        let mut held: Option<u8> = None;
        core::iter::from_fn(move || {
            let first = held.take().or_else(|| bytes.next())?;
            let length = match first {
                0x00..=0x7F => return Some(char::from(first)),
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF4 => 4,
                _ => return Some(char::REPLACEMENT_CHARACTER),
            };
            let mut whole = heapless::Vec::<u8, 4>::new();
            _ = whole.push(first);
            while whole.len() < length {
                match bytes.next() {
                    Some(byte) if byte & 0xC0 == 0x80 => _ = whole.push(byte),
                    other => {
                        held = other;
                        break;
                    }
                }
            }
            let decoded = core::str::from_utf8(&whole).ok().and_then(|text| text.chars().next());
            Some(decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
        })
    }
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl PartialEq<str> for Decoded<'_> {
    fn eq(&self, other: &str) -> bool {
        self.bytes().eq(other.bytes())
    }
}

impl fmt::Display for Decoded<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text: crate::text::Text<{ limits::ADDITIONAL_RESPONSE }> = crate::text::Text::new();
        for character in self.chars() {
            text.append(character.encode_utf8(&mut [0; 4]));
        }
        fmt::Display::fmt(&text, out)
    }
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}
