//! How one value is read from and written to the wire.

use core::fmt;

use super::shape::{Most, Shape, Shaped};
use super::vocabulary::Coding;
use crate::id::Id;
use crate::money::{Currency, Decimal, MoneyError};
use crate::proof::{Mistake, mistake};
use crate::secret::{Pan, Secret};
use crate::text::{Text, trim};
use crate::xml::Characters;

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
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) const fn attribute(bytes: &'a [u8]) -> Self {
        Self { bytes, text: None, cut: false, element: false }
    }

    /// What was collected.
    pub(super) const fn collected(text: &'a str, cut: bool, element: bool) -> Self {
        Self { bytes: text.as_bytes(), text: Some(text), cut, element }
    }

    /// A word that the name or the place of an element says.
    pub(super) const fn word_of(word: &'static str) -> Self {
        Self { bytes: word.as_bytes(), text: Some(word), cut: false, element: true }
    }

    pub(super) fn text(&self) -> &'a str {
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

    /// The text of an identifier; `None` if it is empty, or blank.
    pub(super) fn identifier(&self) -> Result<Option<&'a str>, Flaw> {
        if self.cut {
            return Err(Flaw::TooLong);
        }
        Ok((!self.word().is_empty()).then(|| self.opaque()))
    }

    /// A word of a vocabulary; `None` if it is empty.
    pub(super) fn listed(&self) -> Result<Option<&'a str>, Flaw> {
        let word = self.word_text();
        if word.is_empty() {
            return Ok(None);
        }
        if self.cut { Err(Flaw::TooLong) } else { Ok(Some(word)) }
    }

    pub(super) fn number(&self, most: u32) -> Result<Option<u32>, Flaw> {
        let word = self.word();
        if word.is_empty() {
            return Ok(None);
        }
        let mut number = 0u32;
        for byte in word {
            let tenfold = number.checked_mul(10).filter(|_| byte.is_ascii_digit() && !self.cut).ok_or(Flaw::Number)?;
            number = tenfold.checked_add(u32::from(byte.wrapping_sub(b'0'))).ok_or(Flaw::Number)?;
        }
        if number > most { Err(Flaw::Number) } else { Ok(Some(number)) }
    }

    pub(super) fn boolean(&self) -> Result<Option<bool>, Flaw> {
        let word = self.word();
        if word == b"1" || word.eq_ignore_ascii_case(b"true") {
            Ok(Some(true))
        } else if word == b"0" || word.eq_ignore_ascii_case(b"false") {
            Ok(Some(false))
        } else if word.is_empty() {
            Ok(None)
        } else {
            Err(Flaw::Boolean)
        }
    }

    pub(super) fn decimal(&self) -> Result<Option<Decimal>, Flaw> {
        let word = self.word_text();
        if word.is_empty() {
            return Ok(None);
        }
        if self.cut {
            return Err(Flaw::TooLong);
        }
        Decimal::parse(word).map(Some).map_err(Flaw::Money)
    }

    pub(super) fn currency(&self) -> Result<Option<Currency>, Flaw> {
        match self.word_text() {
            "" => Ok(None),
            word => Currency::new(word).map(Some).map_err(Flaw::Money),
        }
    }
}

/// A value as it goes on the wire, never masked.
pub(crate) enum Shown<'a> {
    Text(&'a str),
    /// Of a list without characters to be escaped.
    Word(&'static str),
    Number(u32),
    /// Amounts are written with the decimals of the currency.
    Decimal(Decimal),
}

impl Shown<'_> {
    /// The name of the child element that a value stands in, if this is one; otherwise empty.
    pub(super) fn coding(&self) -> &'static str {
        let Self::Word(word) = self else { return "" };
        Coding::from_text(word).map_or("", Coding::as_str)
    }

    /// Writes it; amounts with at least so many decimals.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn write(&self, decimals: u8, out: &mut Characters<'_, '_>) {
        match self {
            Self::Text(text) => out.text(text),
            Self::Word(word) => out.plain(word),
            Self::Number(number) => out.number(*number),
            Self::Decimal(decimal) => out.text(decimal.figures(decimals).as_str()),
        }
    }
}

/// One value.
pub(crate) trait Value: Sized {
    /// See [`Shaped`].
    const SHAPE: Shape = Shape::Untold;
    /// Reads it to where it stays. Nothing changes for an empty text: `AcquirerID=""` is no evidence of an acquirer
    /// (seen from PAX terminals). Nor is one of blanks only: `ApprovalCode="      "` must not approve anything.
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw>;
    fn shown(&self) -> Shown<'_>;
}

/// What a record keeps of one attribute or element: a value, perhaps a value, or several.
pub(crate) trait Held {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw>;
    /// Its value with this number, from 0.
    fn shown(&self, number: usize) -> Option<Shown<'_>>;
}

/// For serde, where absent fields are left out, and for what fills gaps.
pub(crate) fn absent<F: Held>(field: &F) -> bool {
    field.shown(0).is_none()
}

/// A field of which nothing was found.
pub(crate) trait Absent {
    fn absent() -> Self;
}

impl<T> Absent for Option<T> {
    #[inline]
    fn absent() -> Self {
        None
    }
}

impl<T, const N: usize> Absent for heapless::Vec<T, N> {
    #[inline]
    fn absent() -> Self {
        Self::new()
    }
}

impl<const N: usize> Absent for Text<N> {
    #[inline]
    fn absent() -> Self {
        Self::new()
    }
}

impl<const N: usize> Absent for Secret<N> {
    #[inline]
    fn absent() -> Self {
        Self::default()
    }
}

impl Absent for bool {
    #[inline]
    fn absent() -> Self {
        false
    }
}

impl<T: Value> Shaped for Option<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<const N: usize> Shaped for Text<N> {
    const SHAPE: Shape = Shape::Text(Shape::length(N));
}

impl<T, const N: usize> Shaped for heapless::Vec<T, N> {
    const SHAPE: Shape = Shape::Untold;
}

impl<const N: usize> Shaped for Secret<N> {
    const SHAPE: Shape = Shape::Untold;
}

impl Shaped for bool {
    const SHAPE: Shape = Shape::Untold;
}

impl<T: Value> Held for Option<T> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        // An empty one takes nothing away: the same value may stand as attribute and as element.
        T::read(found, self)
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self, number: usize) -> Option<Shown<'_>> {
        if number == 0 { self.as_ref().map(T::shown) } else { None }
    }
}

impl<T: Value, const N: usize> Held for heapless::Vec<T, N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        let mut value = None;
        T::read(found, &mut value)?;
        match value {
            Some(value) => self.push(value).map_err(|_| Flaw::TooMany),
            None => Ok(()),
        }
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self, number: usize) -> Option<Shown<'_>> {
        self.get(number).map(T::shown)
    }
}

/// The text itself, if it is the first value of a field that holds one.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn only(text: &str, number: usize) -> Option<Shown<'_>> {
    if number == 0 && !text.is_empty() { Some(Shown::Text(text)) } else { None }
}

impl<const N: usize> Held for Text<N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        self.clear();
        self.append(found.text());
        if found.cut {
            self.mark_cut();
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self, number: usize) -> Option<Shown<'_>> {
        only(self.as_str(), number)
    }
}

impl<const N: usize> Held for Secret<N> {
    fn put(&mut self, found: &Found<'_>) -> Result<(), Flaw> {
        if found.cut || !self.set(found.opaque()) {
            return Err(Flaw::TooLong);
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self, number: usize) -> Option<Shown<'_>> {
        only(self.expose_secret(), number)
    }
}

/// Whether an element is there, whatever it holds.
impl Held for bool {
    fn put(&mut self, _: &Found<'_>) -> Result<(), Flaw> {
        *self = true;
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self, number: usize) -> Option<Shown<'_>> {
        if *self && number == 0 { Some(Shown::Text("")) } else { None }
    }
}

impl<const N: usize> Value for Id<N> {
    const SHAPE: Shape = Shape::Id(Shape::length(N));
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        let Some(text) = found.identifier()? else { return Ok(()) };
        if text.len() > N {
            return Err(Flaw::TooLong);
        }
        // Has room, as was seen.
        let _ = into.get_or_insert_default().set(text);
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.as_str())
    }
}

impl Value for Pan {
    const SHAPE: Shape = Shape::Pan;
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        let Some(text) = found.identifier()? else { return Ok(()) };
        *into = Some(Self::new(text).ok_or(Flaw::TooLong)?);
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.expose_card_number())
    }
}

/// Of a list; one alone is a field of its own.
impl<const N: usize> Value for Secret<N> {
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        let secret = into.insert(Self::default());
        secret.put(found)?;
        if secret.is_empty() {
            *into = None;
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.expose_secret())
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::Bool;
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        if let Some(is) = found.boolean()? {
            *into = Some(is);
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Word(if *self || mistake(Mistake::MessageSaysYes) { "true" } else { "false" })
    }
}

macro_rules! whole_numbers {
    ($($type:ty as $most:ident),*) => {$(
        impl Value for $type {
            const SHAPE: Shape = Shape::Number(Most::$most);
            fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
                if let Some(number) = found.number(u32::from(Self::MAX))? {
                    *into = Self::try_from(number).ok();
                }
                Ok(())
            }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
                Shown::Number(u32::from(*self))
            }
        }
    )*};
}
whole_numbers!(u8 as U8, u16 as U16, u32 as U32);

impl Value for Decimal {
    const SHAPE: Shape = Shape::Decimal;
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        if let Some(decimal) = found.decimal()? {
            *into = Some(decimal);
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Decimal(*self)
    }
}

impl Value for Currency {
    const SHAPE: Shape = Shape::Currency;
    fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
        if let Some(currency) = found.currency()? {
            *into = Some(currency);
        }
        Ok(())
    }
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.code())
    }
}
