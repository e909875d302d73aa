//! The kinds of values that members have.

use core::fmt;

use super::dialect::{AmountForm, Dialect, Leniencies};
use super::report::{Path, Reason, Report};
use crate::json::{Array, Kind, Object, Str, Value, Writer};
use crate::limits;
use crate::money::Decimal;
use crate::proof::{Mistake, mistake};

/// Which envelope a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `SaleToPOIRequest`: a question. A terminal asks, too: it wants something shown, or tells of an event.
    Request,
    /// `SaleToPOIResponse`: the answer.
    Response,
}

/// What those who read a message share.
pub struct Reading<'r> {
    report: Option<&'r mut Report>,
    pub(super) dialect: &'static Dialect,
    pub(super) direction: Direction,
}

impl<'r> Reading<'r> {
    /// Whatever is found goes into the report.
    pub const fn new(report: &'r mut Report, dialect: &'static Dialect, direction: Direction) -> Self {
        Self { report: Some(report), dialect, direction }
    }

    /// For what was read with a report before.
    pub(super) const fn again(dialect: &'static Dialect) -> Self {
        Self { report: None, dialect, direction: Direction::Response }
    }

    pub(super) fn error(&mut self, at: &Path<'_>, reason: Reason) {
        if let Some(report) = &mut self.report {
            report.error(at, reason);
        }
    }

    pub(super) fn error_of_whole(&mut self, at: &Path<'_>, reason: Reason) {
        if let Some(report) = &mut self.report {
            report.error_of_whole(at, reason);
        }
    }

    pub(super) fn warn(&mut self, at: &Path<'_>, reason: Reason) {
        if let Some(report) = &mut self.report {
            report.warning(at, reason);
        }
    }

    pub(super) fn unexpected(&mut self, at: &Path<'_>, name: Str<'_>) {
        if let Some(report) = &mut self.report {
            report.unexpected(at, name);
        }
    }

    /// A flaw that leaves a value: an error in a request, which must not be done by guessing; only a warning in an
    /// answer, whose result must not be lost for it.
    pub(super) fn doubt(&mut self, at: &Path<'_>, reason: Reason) {
        match self.direction {
            Direction::Request => self.error(at, reason),
            Direction::Response => self.warn(at, reason),
        }
    }

    /// Whether an optional member is there in name only.
    pub(super) fn is_nothing(&mut self, value: Value<'_>, at: &Path<'_>, name: &'static str) -> bool {
        let nothing = value.is_null();
        if nothing && !self.lenient(Leniencies::NULL_ABSENT) {
            self.warn(&at.child(name), Reason::Unexpected);
        }
        nothing
    }

    /// Another JSON type than this one; `null` is as good as nothing.
    pub(super) fn wrong_kind(&mut self, value: Value<'_>, at: &Path<'_>, wanted: Kind) {
        self.error(at, if value.is_null() { Reason::Missing } else { Reason::Expected(wanted) });
    }

    pub(super) fn text<'a>(&mut self, value: Value<'a>, at: &Path<'_>) -> Option<Str<'a>> {
        let text = value.text();
        if text.is_none() {
            self.wrong_kind(value, at, Kind::String);
        }
        text
    }

    /// A string of digits or a code, which may come as an integer.
    pub(super) fn text_or_integer<'a>(&mut self, value: Value<'a>, at: &Path<'_>) -> Option<Str<'a>> {
        match value.number() {
            Some(number)
                if self.lenient(Leniencies::INTEGER_DIGITS)
                    && number.raw().bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Some(Str::from(number.raw()))
            }
            _ => self.text(value, at),
        }
    }

    pub(super) fn object<'a>(&mut self, value: Value<'a>, at: &Path<'_>) -> Option<Object<'a>> {
        let object = value.object();
        if object.is_none() {
            self.wrong_kind(value, at, Kind::Object);
        }
        object
    }

    pub(super) fn array<'a>(&mut self, value: Value<'a>, at: &Path<'_>) -> Option<Array<'a>> {
        let array = value.array();
        if array.is_none() {
            self.wrong_kind(value, at, Kind::Array);
        }
        array
    }

    pub(super) const fn lenient(&self, leniency: Leniencies) -> bool {
        self.dialect.lenient.has(leniency)
    }

    /// Reports a value that is outside of its bounds.
    pub(super) fn bound<'a, F: Field<'a>>(&mut self, field: &F, bounds: (usize, usize), at: &Path<'_>) {
        // No character has more than four bytes, and none less than one.
        if field.bytes().is_some_and(|bytes| bytes.div_ceil(4) >= bounds.0 && bytes <= bounds.1) {
            return;
        }
        let within = |measure: usize| (bounds.0..=bounds.1).contains(&measure);
        if field.length().is_some_and(|length| !within(length)) {
            self.doubt(at, Reason::InvalidLength);
        }
        if field.magnitude().is_some_and(|magnitude| !within(magnitude)) {
            self.doubt(at, Reason::InvalidValue);
        }
    }
}

/// A value of a member, read and written in one way.
pub trait Field<'a>: Sized {
    /// Reads it; `None` if there is no value in it that can be used, which is reported.
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self>;

    /// Reads it to where it is kept: a large value would be copied from one caller to the next.
    fn read_to(place: &mut Option<Self>, value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) {
        *place = Self::read(value, at, reading);
    }

    /// Writes it.
    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect);

    /// How many bytes its characters are in UTF-8, if it has nothing else to be bounded and that is known without counting.
    fn bytes(&self) -> Option<usize> {
        None
    }

    /// Its characters or elements, if a list of members may bound them.
    fn length(&self) -> Option<usize> {
        None
    }

    /// The number it is, if a list of members may bound it.
    fn magnitude(&self) -> Option<usize> {
        None
    }
}

impl<'a> Field<'a> for Str<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        reading.text(value, at)
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.text(*self);
    }

    fn bytes(&self) -> Option<usize> {
        self.plain().map(str::len)
    }

    fn length(&self) -> Option<usize> {
        Some(self.char_count())
    }
}

impl<'a> Field<'a> for bool {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        if let Some(boolean) = value.boolean() {
            return Some(boolean);
        }
        if reading.lenient(Leniencies::BOOLEAN_TEXT)
            && let Some(text) = value.text()
        {
            if text == *"true" {
                return Some(true);
            }
            if text == *"false" {
                return Some(false);
            }
        }
        reading.wrong_kind(value, at, Kind::Boolean);
        None
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.boolean(*self || mistake(Mistake::NexoSaysYes));
    }
}

impl<'a> Field<'a> for u32 {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(number) = value.number() else {
            reading.wrong_kind(value, at, Kind::Number);
            return None;
        };
        let integer = number.integer().and_then(|integer| Self::try_from(integer).ok());
        if integer.is_none() {
            reading.error(at, Reason::InvalidValue);
        }
        integer
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.integer(i64::from(*self));
    }

    fn magnitude(&self) -> Option<usize> {
        // A bound is never that large.
        Some(usize::try_from(*self).unwrap_or(usize::MAX))
    }
}

/// An amount in major units, exactly: 0 to 99999999.999999 (nexo Sale to POI 3.0 schema).
///
/// `1`, `1.0` and `1.00` are the same amount, and written as `1`: terminals drop zeros at the end, too.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub fn zero() -> Self {
        Self::default()
    }

    /// The number as an amount; `None` beyond the range.
    #[must_use]
    pub fn new(number: Decimal) -> Option<Self> {
        let unit = 10u64.checked_pow(u32::from(number.scale()))?;
        let fits = number.scale() <= limits::NEXO_AMOUNT_DECIMALS
            && limits::NEXO_AMOUNT.checked_mul(unit).is_none_or(|beyond| number.digits() < beyond);
        fits.then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

/// A JSON number, or a string with one where the dialect has them.
fn read_decimal(value: Value<'_>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Decimal> {
    let number = if let Some(number) = value.number() {
        number.decimal().ok()
    } else if reading.lenient(Leniencies::AMOUNT_TEXT)
        && let Some(text) = value.text()
    {
        text.copy_to::<{ limits::NEXO_AMOUNT_TEXT }>().ok().and_then(|text| Decimal::parse(text.as_str()).ok())
    } else {
        reading.wrong_kind(value, at, Kind::Number);
        return None;
    };
    if number.is_none() {
        reading.error(at, Reason::InvalidValue);
    }
    number
}

fn write_decimal(number: Decimal, out: &mut Writer<'_>, dialect: &Dialect) {
    match dialect.amounts {
        AmountForm::Number => out.decimal(number),
        AmountForm::Text => out.text_fmt(number),
    }
}

/// A rate: without the range of an amount.
impl<'a> Field<'a> for Decimal {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        read_decimal(value, at, reading)
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        write_decimal(*self, out, dialect);
    }
}

impl<'a> Field<'a> for Amount {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let amount = Self::new(read_decimal(value, at, reading)?);
        if amount.is_none() {
            reading.error(at, Reason::InvalidValue);
        }
        amount
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        write_decimal(self.0, out, dialect);
    }
}
