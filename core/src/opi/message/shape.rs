//! How values are kept where records are not: packed, one behind the other, in the room that the largest record needs.

use core::fmt;

use super::record::{Field, Role, Spec};
use super::value::{Flaw, Found};
use super::vocabulary::{Alignment, CharStyle, Size, find};
use super::words::Words;
use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Decimal, Money};
use crate::shift;
use crate::text::Text;

/// What a value is, and how many bytes of it are kept at most.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// Not kept.
    Untold,
    /// An identifier.
    Id(u8),
    /// A card number.
    Pan,
    /// Text for people, which may be cut.
    Text(u8),
    /// A word of an open list.
    Word(u8),
    /// A word of this list, of which the place in it is kept.
    Alignment,
    /// The same.
    CharStyle,
    /// The same.
    Size,
    Decimal,
    Currency,
    /// A whole number up to this.
    Number(Most),
    Bool,
}

/// The largest number that a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Most {
    U8,
    U16,
    U32,
}

/// A field whose values have a shape.
pub(crate) trait Shaped {
    const SHAPE: Shape;
}

impl Shape {
    /// A length of a field. Called when the core is compiled.
    pub(crate) const fn length(most: usize) -> u8 {
        assert!(most <= MOST, "kept in eight bits");
        most.to_le_bytes()[0]
    }

    /// The list with this name, if a till looks at values of it.
    pub(crate) const fn listed(name: &str) -> Self {
        match name.as_bytes() {
            b"Alignment" => Self::Alignment,
            b"CharStyle" => Self::CharStyle,
            b"Size" => Self::Size,
            _ => Self::Untold,
        }
    }

    /// Bytes at most.
    const fn most(self) -> usize {
        match self {
            Self::Untold => 0,
            Self::Id(most) | Self::Text(most) | Self::Word(most) => most as usize,
            Self::Pan => limits::PAN,
            Self::Decimal => DECIMAL,
            Self::Currency => 3,
            Self::Number(_) => 4,
            Self::Bool | Self::Alignment | Self::CharStyle | Self::Size => 1,
        }
    }

    /// The words of its list, if it is one of which places are kept.
    pub(super) const fn words(self) -> Option<Words> {
        match self {
            Self::Alignment => Some(Alignment::WORDS),
            Self::CharStyle => Some(CharStyle::WORDS),
            Self::Size => Some(Size::WORDS),
            _ => None,
        }
    }
}

/// Longest value that is kept.
const MOST: usize = 255;

/// The digits of a decimal and its scale.
const DECIMAL: usize = 9;

/// What stands before a value: its field and its length.
const HEAD: usize = 2;

/// Set in the field of a text that was cut.
const CUT: u8 = 0x80;

/// Bytes that the values of a record take at most.
pub(super) const fn room(mut specs: &[Spec]) -> usize {
    let mut room = 0;
    while let [spec, rest @ ..] = specs {
        if spec.told {
            room += HEAD + spec.shape.most();
        }
        specs = rest;
    }
    room
}

/// How many values of a record a till must read: what it looks at, and what a flaw of costs more than the value.
pub(super) const fn needed(mut specs: &[Spec]) -> usize {
    let mut count = 0;
    while let [spec, rest @ ..] = specs {
        count += is_needed(spec) as usize;
        specs = rest;
    }
    count
}

/// These values.
pub(super) const fn pick<const N: usize>(mut specs: &[Spec]) -> [Spec; N] {
    let [first, ..] = specs else { panic!("a record without values") };
    let mut picked = [*first; N];
    let mut at = 0;
    while let [spec, rest @ ..] = specs {
        if is_needed(spec) {
            picked[at] = *spec;
            at += 1;
        }
        specs = rest;
    }
    picked
}

const fn is_needed(spec: &Spec) -> bool {
    spec.told || !matches!(spec.role, Role::Plain)
}

/// The values of one record, in `N` bytes.
#[derive(Clone)]
pub(super) struct Values<const N: usize>(heapless::Vec<u8, N, u16>);

pub(super) type Packed = heapless::vec::VecView<u8, u16>;

impl<const N: usize> Values<N> {
    pub(super) const fn new() -> Self {
        Self(heapless::Vec::new())
    }

    pub(super) fn packed(&mut self) -> &mut Packed {
        self.0.as_mut_view()
    }

    pub(super) fn excerpt(&self) -> Excerpt<'_> {
        Excerpt(self.0.as_slice())
    }
}

/// Reads a value as its record would: what is refused there is refused here.
pub(super) fn read(spec: &Spec, found: &Found<'_>, into: &mut Packed) -> Result<(), Flaw> {
    // What is read for its flaws only.
    let mut keep = |bytes: &[u8], cut: bool| {
        if spec.told {
            set(into, spec.field, cut, bytes);
        }
    };
    match spec.shape {
        Shape::Untold => {}
        Shape::Id(_) | Shape::Pan => {
            let Some(text) = found.identifier()? else { return Ok(()) };
            if text.len() > spec.shape.most() {
                return Err(Flaw::TooLong);
            }
            keep(text.as_bytes(), false);
        }
        Shape::Word(most) => {
            let Some(text) = found.listed()? else { return Ok(()) };
            if text.len() > usize::from(most) {
                return Err(Flaw::TooLong);
            }
            keep(text.as_bytes(), false);
        }
        Shape::Text(most) => {
            let (text, cut) = cut(found.text(), most.into());
            keep(text.as_bytes(), cut || found.is_cut());
        }
        Shape::Alignment | Shape::CharStyle | Shape::Size => {
            let (text, words) = (found.word_text(), spec.shape.words());
            if text.is_empty() {
                return Ok(());
            }
            let place = words.and_then(|words| find(words, &[], text.as_bytes(), false)).ok_or(Flaw::Unlisted)?;
            keep(&[place.to_le_bytes()[0]], false);
        }
        Shape::Decimal => {
            let Some(decimal) = found.decimal()? else { return Ok(()) };
            let mut bytes = [decimal.scale(); DECIMAL];
            if let Some(digits) = bytes.first_chunk_mut() {
                *digits = decimal.digits().to_le_bytes();
            }
            keep(&bytes, false);
        }
        Shape::Currency => {
            let Some(currency) = found.currency()? else { return Ok(()) };
            keep(currency.code().as_bytes(), false);
        }
        Shape::Number(most) => {
            let most = match most {
                Most::U8 => u8::MAX.into(),
                Most::U16 => u16::MAX.into(),
                Most::U32 => u32::MAX,
            };
            let Some(number) = found.number(most)? else { return Ok(()) };
            keep(&number.to_le_bytes(), false);
        }
        Shape::Bool => {
            let Some(is) = found.boolean()? else { return Ok(()) };
            keep(&[u8::from(is)], false);
        }
    }
    Ok(())
}

/// As much of a text as may be kept, and whether that is not all.
fn cut(text: &str, most: usize) -> (&str, bool) {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text.get(..end).unwrap_or_default(), end < text.len())
}

/// Where the value of this field stands, and its length.
fn place(packed: &[u8], field: Field) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some([head, len, ..]) = packed.get(at..) {
        let len = usize::from(*len);
        if *head & !CUT == field.0 {
            return Some((at, len));
        }
        at += HEAD + len;
    }
    None
}

/// Puts a value in the place of the one before.
pub(super) fn set(packed: &mut Packed, field: Field, cut: bool, value: &[u8]) {
    if let Some((at, len)) = place(packed, field) {
        let gone = HEAD + len;
        shift::to_front(packed.get_mut(at..).unwrap_or_default(), gone);
        packed.truncate(packed.len().saturating_sub(gone));
    }
    let head = [field.0 | if cut { CUT } else { 0 }, u8::try_from(value.len()).unwrap_or(u8::MAX)];
    // There is room for each value of the record once, see `room`.
    let _ = packed.extend_from_slice(&head);
    let _ = packed.extend_from_slice(value);
}

/// What a till looks at of one record. `Debug` shows how much there is only (I12).
#[derive(Clone, Copy)]
pub struct Excerpt<'a>(&'a [u8]);

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Excerpt({} bytes)", self.0.len())
    }
}

impl<'a> Excerpt<'a> {
    pub(super) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn bytes(self, field: Field) -> Option<&'a [u8]> {
        let (at, len) = place(self.0, field)?;
        self.0.get(at + HEAD..)?.get(..len)
    }

    /// An identifier, a word, or a text.
    pub(crate) fn text(self, field: Field) -> Option<&'a str> {
        core::str::from_utf8(self.bytes(field)?).ok()
    }

    /// The same; empty if there is none.
    pub(crate) fn word(self, field: Field) -> &'a str {
        self.text(field).unwrap_or_default()
    }

    /// An identifier in the size that is kept; `None` if it does not fit, for a cut one would be another.
    pub(crate) fn id<const N: usize>(self, field: Field) -> Option<Id<N>> {
        Id::of(self.text(field))
    }

    /// A text with the mark that it was cut.
    pub(crate) fn free<const N: usize>(self, field: Field) -> Text<N> {
        let mut text = Text::from_cut(self.word(field));
        if let Some((at, _)) = place(self.0, field)
            && self.0.get(at).is_some_and(|head| head & CUT != 0)
        {
            text.mark_cut();
        }
        text
    }

    #[cfg(feature = "fuzzing")]
    pub(super) fn has(self, field: Field) -> bool {
        self.bytes(field).is_some()
    }

    /// A whole number.
    pub(crate) fn number(self, field: Field) -> Option<u32> {
        self.bytes(field)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// A whole number of a field that holds no larger ones.
    pub(crate) fn small(self, field: Field) -> Option<u16> {
        u16::try_from(self.number(field)?).ok()
    }

    /// Whether the value is there and true.
    pub(crate) fn is(self, field: Field) -> bool {
        self.bytes(field) == Some(&[1])
    }

    /// The place of a word in its list.
    pub(crate) fn listed(self, field: Field) -> Option<u8> {
        self.bytes(field)?.first().copied()
    }

    pub(crate) fn decimal(self, field: Field) -> Option<Decimal> {
        let (digits, scale) = self.bytes(field)?.split_first_chunk()?;
        Decimal::new(u64::from_le_bytes(*digits), *scale.first()?)
    }

    pub(crate) fn currency(self, field: Field) -> Option<Currency> {
        Currency::new(self.text(field)?).ok()
    }

    /// An amount of a total, if it stands there with its currency.
    pub(crate) fn money_of(self, amount: Option<Decimal>) -> Option<Money> {
        use super::payment::TotalAmount;
        Money::from_decimal(amount?, self.currency(TotalAmount::currency)?).ok()
    }

    /// The amount of a total, in either of its forms.
    pub(crate) fn amount(self) -> Option<Decimal> {
        use super::payment::TotalAmount;
        self.decimal(TotalAmount::value).or_else(|| self.decimal(TotalAmount::detailed_amount))
    }

    /// The amount of a total, if it stands there with its currency.
    pub(crate) fn money(self) -> Option<Money> {
        self.money_of(self.amount())
    }
}
