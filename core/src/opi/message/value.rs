//! How one value is read from and written to the wire.

use core::fmt;

use crate::id::Id;
use crate::money::{Currency, Decimal, MoneyError};
use crate::secret::{Pan, Secret};
use crate::text::Text;
use crate::xml::{Characters, Writer};

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// Longer than the field may be, and it must not be cut.
    TooLong,
    /// Not a whole number, or too large.
    Number,
    /// Not `true`, `false`, `1` or `0`.
    Boolean,
    /// Not an amount or not a currency.
    Money(MoneyError),
    /// More of the same than can be kept.
    TooMany,
    /// Not one of the listed words.
    Unlisted,
}

/// What showed in values that were left out, because they are too long to be kept or cannot be read.
/// The later of two says more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// Nothing that speaks for a payment.
    #[default]
    Nothing,
    /// A card: a card number or a brand.
    Card,
    /// A reference of the transaction.
    Reference,
    /// An approval code.
    Approval,
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => out.write_str("too long"),
            Self::Number => out.write_str("not a whole number of the allowed size"),
            Self::Boolean => out.write_str("neither true nor false"),
            Self::Money(error) => error.fmt(out),
            Self::TooMany => out.write_str("too many of them"),
            Self::Unlisted => out.write_str("not one of the listed words"),
        }
    }
}

impl core::error::Error for Flaw {}

/// A value as it was found.
pub(crate) struct Found<'a> {
    /// Its characters in UTF-8, after XML normalisation.
    bytes: &'a [u8],
    /// The same, where that is known without looking at them.
    text: Option<&'a str>,
    /// Whether these are only the beginning.
    cut: bool,
    /// Whether it was the content of an element: writers that indent put blanks around it.
    element: bool,
}

impl<'a> Found<'a> {
    /// The whole value of an attribute, checked by the reader.
    #[inline(always)]
    pub(super) const fn attribute(bytes: &'a [u8]) -> Self {
        Self { bytes, text: None, cut: false, element: false }
    }

    /// What was collected.
    pub(super) fn text_of<const N: usize>(text: &'a Text<N>, element: bool) -> Self {
        let (cut, text) = (text.is_cut(), text.as_str());
        Self { bytes: text.as_bytes(), text: Some(text), cut, element }
    }

    /// A word that the name or the place of an element says.
    pub(super) const fn word_of(word: &'static str) -> Self {
        Self { bytes: word.as_bytes(), text: Some(word), cut: false, element: true }
    }

    fn text(&self) -> &'a str {
        self.text.unwrap_or_else(|| core::str::from_utf8(self.bytes).unwrap_or_default())
    }

    /// Whether it is only the beginning.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The text of a value in which blanks at the ends mean nothing.
    #[inline]
    pub(crate) fn word(&self) -> &'a [u8] {
        match self.bytes {
            // The usual case: no blanks.
            [0x21..=0xFF, .., 0x21..=0xFF] | [0x21..=0xFF] => self.bytes,
            bytes => trim(bytes),
        }
    }

    /// [`word`](Self::word) as a string.
    pub(crate) fn word_text(&self) -> &'a str {
        core::str::from_utf8(self.word()).unwrap_or_default()
    }

    /// The text of an opaque value: an attribute byte for byte, an element without the blanks around it.
    fn opaque(&self) -> &'a str {
        if self.element { self.word_text() } else { self.text() }
    }
}

/// Without the white space of XML at both ends.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = bytes {
        bytes = rest;
    }
    bytes
}

/// One value.
pub(crate) trait Value: Written + Sized {
    /// `None` for an empty text: `AcquirerID=""` is no evidence of an acquirer (seen from PAX terminals). Nor is one of
    /// blanks only: `ApprovalCode="      "` must not approve anything.
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw>;
}

/// What can be written on the wire.
pub(crate) trait Written {
    /// Writes it, never masked; amounts with at least so many decimals.
    fn write(&self, decimals: u8, out: &mut Characters<'_, '_>);
    /// The word, if it is one of a closed list; otherwise empty.
    fn listed(&self) -> &'static str {
        ""
    }
}

/// What a record keeps of one attribute or element: a value, perhaps a value, or several.
pub(crate) trait Field {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw>;
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written));
    fn is_absent(&self) -> bool;
    /// Writes each as an attribute, by what stands before its value. The same as by [`each`](Field::each), for the
    /// fields that most records have.
    #[inline]
    fn write_attribute(&self, lead: &'static str, decimals: u8, out: &mut Writer<'_>) {
        self.each(&mut |value| out.attribute_known(lead, |out| value.write(decimals, out)));
    }
}

/// A field of which nothing was found, as a constant: `Default` is none yet.
pub(crate) trait Absent {
    const ABSENT: Self;
}

impl<T> Absent for Option<T> {
    const ABSENT: Self = None;
}

impl<T, const N: usize> Absent for heapless::Vec<T, N> {
    const ABSENT: Self = Self::new();
}

impl<const N: usize> Absent for Text<N> {
    const ABSENT: Self = Self::new();
}

impl<const N: usize> Absent for Secret<N> {
    const ABSENT: Self = Self::EMPTY;
}

impl Absent for bool {
    const ABSENT: Self = false;
}

/// For serde: absent fields are left out.
#[cfg(feature = "serde")]
pub(crate) fn absent<F: Field>(field: &F) -> bool {
    field.is_absent()
}

impl<T: Value> Field for Option<T> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        // An empty one takes nothing away: the same value may stand as attribute and as element.
        if let Some(value) = T::read(found)? {
            *self = Some(value);
        }
        Ok(())
    }
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written)) {
        if let Some(value) = self {
            out(value);
        }
    }
    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    #[inline]
    fn write_attribute(&self, lead: &'static str, decimals: u8, out: &mut Writer<'_>) {
        if let Some(value) = self {
            out.attribute_known(lead, |out| value.write(decimals, out));
        }
    }
}

impl<T: Value, const N: usize> Field for heapless::Vec<T, N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        match T::read(found)? {
            Some(value) => self.push(value).map_err(|_| Flaw::TooMany),
            None => Ok(()),
        }
    }
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written)) {
        for value in self {
            out(value);
        }
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<const N: usize> Field for Text<N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        *self = Self::from_cut(found.text());
        if found.is_cut() {
            self.mark_cut();
        }
        Ok(())
    }
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written)) {
        if !self.is_empty() {
            out(self);
        }
    }
    #[inline]
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<const N: usize> Field for Secret<N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        if found.is_cut() {
            return Err(Flaw::TooLong);
        }
        *self = Self::new(found.opaque()).ok_or(Flaw::TooLong)?;
        Ok(())
    }
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written)) {
        if !self.is_empty() {
            out(self);
        }
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Whether an element is there, whatever it holds.
impl Field for bool {
    fn put(&mut self, _: &Found<'_>) -> Result<(), Flaw> {
        *self = true;
        Ok(())
    }
    fn each<'a>(&'a self, out: &mut dyn FnMut(&'a dyn Written)) {
        if *self {
            out(&Nothing);
        }
    }
    fn is_absent(&self) -> bool {
        !*self
    }
}

/// Of an element that says all by being there.
struct Nothing;

impl Written for Nothing {
    fn write(&self, _: u8, _: &mut Characters<'_, '_>) {}
}

impl<const N: usize> Written for Text<N> {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.text(self.as_str());
    }
}

impl<const N: usize> Value for Id<N> {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        if found.is_cut() {
            return Err(Flaw::TooLong);
        }
        match found.opaque() {
            _ if found.word().is_empty() => Ok(None),
            text => Self::new(text).map(Some).map_err(|_| Flaw::TooLong),
        }
    }
}

impl<const N: usize> Written for Id<N> {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.text(self.as_str());
    }
}

impl Value for Pan {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        if found.is_cut() {
            return Err(Flaw::TooLong);
        }
        match found.opaque() {
            _ if found.word().is_empty() => Ok(None),
            text => Self::new(text).map(Some).ok_or(Flaw::TooLong),
        }
    }
}

impl Written for Pan {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.text(self.expose_card_number());
    }
}

/// Of a list; one alone is a field of its own.
impl<const N: usize> Value for Secret<N> {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        let mut secret = Self::EMPTY;
        secret.put(found)?;
        Ok((!secret.is_empty()).then_some(secret))
    }
}

impl<const N: usize> Written for Secret<N> {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.text(self.expose_secret());
    }
}

impl Value for bool {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        match found.word() {
            b"" => Ok(None),
            b"1" => Ok(Some(true)),
            b"0" => Ok(Some(false)),
            word if word.eq_ignore_ascii_case(b"true") => Ok(Some(true)),
            word if word.eq_ignore_ascii_case(b"false") => Ok(Some(false)),
            _ => Err(Flaw::Boolean),
        }
    }
}

impl Written for bool {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.plain(if *self { "true" } else { "false" });
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
                let word = found.word();
                if word.is_empty() {
                    return Ok(None);
                }
                if found.is_cut() {
                    return Err(Flaw::Number);
                }
                let mut number: $type = 0;
                for byte in word {
                    let digit = byte.wrapping_sub(b'0');
                    let more = if digit < 10 { number.checked_mul(10) } else { None };
                    number = more.and_then(|more| more.checked_add(digit.into())).ok_or(Flaw::Number)?;
                }
                Ok(Some(number))
            }
        }
        impl Written for $type {
            #[inline]
            fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
                out.number(u32::from(*self));
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32);

impl Value for Decimal {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        let word = found.word_text();
        if word.is_empty() {
            return Ok(None);
        }
        if found.is_cut() {
            return Err(Flaw::TooLong);
        }
        Self::parse(word).map(Some).map_err(Flaw::Money)
    }
}

impl Written for Decimal {
    #[inline]
    fn write(&self, decimals: u8, out: &mut Characters<'_, '_>) {
        out.show(self.padded(decimals));
    }
}

impl Value for Currency {
    fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
        match found.word_text() {
            "" => Ok(None),
            word => Self::new(word).map(Some).map_err(Flaw::Money),
        }
    }
}

impl Written for Currency {
    #[inline]
    fn write(&self, _: u8, out: &mut Characters<'_, '_>) {
        out.text(self.code());
    }
}
