//! Numbers as they are written: RFC 8259 §6.

use core::fmt;

use super::error::{ErrorKind, Fault};
use super::scan;
use crate::money::Decimal;
use crate::secret::Masked;

/// A number, kept as it is written.
///
/// Shown with card numbers masked, see [`Masked`]; [`raw`](Number::raw) gives all of it.
#[derive(Clone, Copy)]
pub struct Number<'a>(&'a str);

/// Why a number is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberError {
    /// It has a minus sign.
    Negative,
    /// More significant decimals than [`Decimal::MAX_SCALE`].
    TooPrecise,
    /// More significant digits than 64 bits hold.
    TooLarge,
}

impl fmt::Display for NumberError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Negative => "a minus sign is not allowed",
            Self::TooPrecise => "the number has too many decimals",
            Self::TooLarge => "the number has too many digits",
        })
    }
}

impl core::error::Error for NumberError {}

impl<'a> Number<'a> {
    pub(super) const fn of_checked(raw: &'a str) -> Self {
        Self(raw)
    }

    /// The number as it is written in the document.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.0
    }

    /// Exactly its value, however it is written: `10.99`, `10.990` and `1.099e1` are the same.
    ///
    /// # Errors
    /// [`NumberError`]. `-0` is refused, too: no amount has a sign.
    pub fn decimal(self) -> Result<Decimal, NumberError> {
        let Exact { negative, digits, power } = Exact::of(self.0);
        if negative {
            return Err(NumberError::Negative);
        }
        if power < 0 {
            let scale = u8::try_from(power.unsigned_abs()).unwrap_or(u8::MAX);
            if scale > Decimal::MAX_SCALE {
                return Err(NumberError::TooPrecise);
            }
            return Decimal::new(digits.ok_or(NumberError::TooLarge)?, scale).ok_or(NumberError::TooPrecise);
        }
        let whole = digits.and_then(|digits| times_ten_to_the(digits, power)).ok_or(NumberError::TooLarge)?;
        Decimal::new(whole, 0).ok_or(NumberError::TooLarge)
    }

    /// Its value if that is a whole number of 64 bits with sign, however it is written: `100`, `100.0` and `1e2` are
    /// the same.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        let Exact { negative, digits, power } = Exact::of(self.0);
        if power < 0 {
            return None;
        }
        let whole = times_ten_to_the(digits?, power)?;
        if negative { 0_i64.checked_sub_unsigned(whole) } else { i64::try_from(whole).ok() }
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Masked(self.0).fmt(out)
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Length of the number at the front, which begins with a digit or a minus sign.
pub(super) fn check(rest: &[u8]) -> Result<usize, Fault> {
    let mut at = usize::from(rest.first() == Some(&b'-'));
    let whole = at;
    at = some_digits(rest, at)?;
    if rest.get(whole) == Some(&b'0') && at > whole + 1 {
        return Err((ErrorKind::LeadingZero, whole + 1));
    }
    if rest.get(at) == Some(&b'.') {
        at = some_digits(rest, at + 1)?;
    }
    if let Some(b'e' | b'E') = rest.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = rest.get(at) {
            at += 1;
        }
        at = some_digits(rest, at)?;
    }
    Ok(at)
}

/// The end of the digits from `from` on, of which there must be one.
fn some_digits(rest: &[u8], from: usize) -> Result<usize, Fault> {
    match rest.get(from) {
        Some(byte) if byte.is_ascii_digit() => Ok(from + scan::digits(rest.get(from..).unwrap_or_default())),
        Some(_) => Err((ErrorKind::Number, from)),
        None => Err((ErrorKind::UnexpectedEnd, from)),
    }
}

/// A number as significant digits, times a power of ten.
struct Exact {
    negative: bool,
    /// Without zeros at the end; `None` beyond 64 bits.
    digits: Option<u64>,
    /// 0 for zero.
    power: i64,
}

impl Exact {
    fn of(raw: &str) -> Self {
        let (negative, rest) = match raw.strip_prefix(['-']) {
            Some(rest) => (true, rest),
            None => (false, raw),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once(['.']).unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let kept = if fraction.is_empty() { whole.trim_end_matches('0') } else { whole };
        let zeros = whole.len() - kept.len();

        let digits = kept
            .bytes()
            .chain(fraction.bytes())
            .try_fold(0_u64, |sum, byte| sum.checked_mul(10)?.checked_add(u64::from(byte.wrapping_sub(b'0'))));
        if digits == Some(0) {
            return Self { negative, digits, power: 0 };
        }
        // A document is too short for these lengths not to fit, and an exponent that does not fit is out of any range.
        let length = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        let power = signed(exponent).saturating_add(length(zeros)).saturating_sub(length(fraction.len()));
        Self { negative, digits, power }
    }
}

/// An exponent; beyond 64 bits the nearest value.
fn signed(exponent: &str) -> i64 {
    let magnitude = exponent
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0_i64, |sum, byte| sum.saturating_mul(10).saturating_add(i64::from(byte.wrapping_sub(b'0'))));
    if exponent.starts_with('-') { magnitude.saturating_neg() } else { magnitude }
}

/// Ends soon: the product of a digit leaves 64 bits after 20 steps.
fn times_ten_to_the(digits: u64, power: i64) -> Option<u64> {
    let mut product = digits;
    for _ in 0..power {
        product = product.checked_mul(10)?;
    }
    Some(product)
}
