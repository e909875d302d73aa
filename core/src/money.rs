//! Money: integer minor units with a currency, never a float.

use core::fmt::{self, Write};

use crate::divide::divide;
use crate::text::trim;

/// A currency by its three-letter code of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Active codes of ISO 4217 (list one) whose minor unit is not two digits, with the number of digits.
const OTHER_EXPONENTS: &[([u8; 3], u8)] = &[
    (*b"BHD", 3),
    (*b"BIF", 0),
    (*b"CLF", 4),
    (*b"CLP", 0),
    (*b"DJF", 0),
    (*b"GNF", 0),
    (*b"IQD", 3),
    (*b"ISK", 0),
    (*b"JOD", 3),
    (*b"JPY", 0),
    (*b"KMF", 0),
    (*b"KRW", 0),
    (*b"KWD", 3),
    (*b"LYD", 3),
    (*b"OMR", 3),
    (*b"PYG", 0),
    (*b"RWF", 0),
    (*b"TND", 3),
    (*b"UGX", 0),
    (*b"UYI", 0),
    (*b"UYW", 4),
    (*b"VND", 0),
    (*b"VUV", 0),
    (*b"XAF", 0),
    (*b"XOF", 0),
    (*b"XPF", 0),
];

/// Active codes of ISO 4217 (list one) with two digits.
const TWO_DIGITS: [u16; 140] = packed(
    b"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD \
    HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE \
    SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
);

/// Codes of three letters with a blank between them, in half as many bytes.
const fn packed<const N: usize>(mut codes: &[u8]) -> [u16; N] {
    let mut packed = [0; N];
    let mut place = 0;
    while let [a, b, c, rest @ ..] = codes {
        packed[place] = letters([*a, *b, *c]);
        place += 1;
        codes = match rest {
            [_, codes @ ..] => codes,
            [] => rest,
        };
    }
    assert!(place == N);
    packed
}

/// Three letters in upper case as one number.
const fn letters(code: [u8; 3]) -> u16 {
    let [a, b, c] = code;
    (a as u16 & 0x1F) << 10 | (b as u16 & 0x1F) << 5 | (c as u16 & 0x1F)
}

impl Currency {
    /// Swiss franc.
    pub const CHF: Self = Self(*b"CHF");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");

    /// Takes a code of ISO 4217 in upper case.
    ///
    /// # Errors
    /// [`MoneyError::Currency`] if it is not an active code: without its number of decimals an amount has no meaning.
    pub fn new(code: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| MoneyError::Currency)?;
        let listed = OTHER_EXPONENTS.iter().any(|(other, _)| *other == bytes) || TWO_DIGITS.contains(&letters(bytes));
        if listed && bytes.iter().all(u8::is_ascii_uppercase) { Ok(Self(bytes)) } else { Err(MoneyError::Currency) }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII gets in.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals one unit has: 2 for CHF, 0 for JPY, 3 for BHD.
    #[must_use]
    pub fn exponent(self) -> u8 {
        OTHER_EXPONENTS.iter().find(|(code, _)| *code == self.0).map_or(2, |(_, exponent)| *exponent)
    }
}

/// A number with one more digit behind it.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
const fn then(number: u64, digit: u8) -> Option<u64> {
    match number.checked_mul(10) {
        Some(tenfold) => tenfold.checked_add(digit as u64),
        None => None,
    }
}

/// A decimal number as the wire writes it: no sign, no exponent, a dot.
///
/// Kept without trailing zeros, so `39.5` and `39.50` are the same number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    digits: u64,
    scale: u8,
}

impl Decimal {
    /// Decimals at most: unit prices have three or four, amounts with padding zeros six.
    pub const MAX_SCALE: u8 = 12;

    /// `digits` divided by ten to the power of `scale`; `None` beyond [`MAX_SCALE`](Self::MAX_SCALE).
    #[must_use]
    pub const fn new(mut digits: u64, mut scale: u8) -> Option<Self> {
        if scale > Self::MAX_SCALE {
            return None;
        }
        while scale > 0
            && let (tenth, 0) = divide::<10>(digits)
        {
            digits = tenth;
            scale -= 1;
        }
        Some(Self { digits, scale })
    }

    /// Reads `digits [ '.' digits ]`, blanks around it allowed.
    ///
    /// # Errors
    /// Signs, commas, exponents, missing digits, and numbers beyond 64 bits are refused.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = trim(text.as_bytes());
        let dot = text.iter().position(|byte| *byte == b'.');
        let (whole, mut fraction) = match dot.and_then(|dot| text.split_at_checked(dot)) {
            None => (text, &[][..]),
            Some((whole, [_, fraction @ ..])) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(MoneyError::Form),
        };
        if whole.is_empty() {
            return Err(MoneyError::Form);
        }
        while let [kept @ .., b'0'] = fraction {
            fraction = kept;
        }
        let mut digits = 0u64;
        for part in [whole, fraction] {
            for byte in part {
                if !byte.is_ascii_digit() {
                    return Err(MoneyError::Form);
                }
                digits = then(digits, byte - b'0').ok_or(MoneyError::TooLarge)?;
            }
        }
        let scale = u8::try_from(fraction.len()).map_err(|_| MoneyError::TooPrecise)?;
        Self::new(digits, scale).ok_or(MoneyError::TooPrecise)
    }

    /// All its digits as a whole number, as if there were no dot.
    #[must_use]
    pub const fn digits(self) -> u64 {
        self.digits
    }

    /// Significant decimals.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Its characters, with at least so many decimals.
    pub(crate) fn figures(self, decimals: u8) -> Figures {
        Figures::of(self.digits, self.scale, decimals)
    }

    /// Writes it with at least `decimals` decimals.
    #[must_use]
    pub const fn padded(self, decimals: u8) -> Padded {
        Padded(self, decimals)
    }
}

/// A [`Decimal`] shown with a least number of decimals.
#[derive(Clone, Copy)]
pub struct Padded(Decimal, u8);

impl fmt::Display for Padded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Decimal { digits, scale }, decimals) = *self;
        out.write_str(Figures::of(digits, scale, decimals).as_str())?;
        (Figures::DECIMALS..decimals).try_for_each(|_| out.write_char('0'))
    }
}

/// The characters of a number. Written by hand: `core::fmt` has many kilobytes on a small machine.
#[derive(Clone)]
pub(crate) struct Figures {
    /// From the last to the first until all are there.
    text: heapless::Vec<u8, 48, u8>,
}

impl Figures {
    /// Decimals at most that zeros are added to.
    const DECIMALS: u8 = 24;

    /// `digits` divided by ten to the power of `scale`, with at least so many decimals.
    pub(crate) fn of(digits: u64, scale: u8, decimals: u8) -> Self {
        let mut figures = Self { text: heapless::Vec::new() };
        (scale..decimals.min(Self::DECIMALS)).for_each(|_| figures.put(b'0'));
        let (mut rest, mut place) = (digits, 0);
        loop {
            if place == scale && (scale > 0 || decimals > 0) {
                figures.put(b'.');
            }
            let (tenth, digit) = divide::<10>(rest);
            figures.put(b'0' + u8::try_from(digit).unwrap_or(0));
            if tenth == 0 && place >= scale {
                figures.text.reverse();
                return figures;
            }
            (rest, place) = (tenth, place.saturating_add(1));
        }
    }

    /// There is room: twenty digits, the dot, and the decimals.
    fn put(&mut self, figure: u8) {
        let _ = self.text.push(figure);
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.padded(0).fmt(out)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// An amount of money.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
// Aligned as a word is: else a value of another type beside it costs four bytes, and copies of both are longer.
#[cfg_attr(not(target_pointer_width = "64"), repr(Rust, packed(4)))]
pub struct Money {
    minor: u64,
    currency: Currency,
}

impl Money {
    /// So many minor units (cents, rappen) of the currency.
    #[must_use]
    pub const fn from_minor(minor: u64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads an amount such as `25.00`, exactly.
    ///
    /// Fewer decimals than the currency has are read (`39.5`), more only if they are zeros (`9.000000`).
    ///
    /// ```
    /// use opi_core::money::{Currency, Money, MoneyError};
    ///
    /// assert_eq!(Money::parse("39.5", Currency::CHF)?.minor(), 3950);
    /// assert_eq!(Money::parse("9.000000", Currency::CHF)?.to_string(), "9.00 CHF");
    /// assert_eq!(Money::parse("9.005", Currency::CHF), Err(MoneyError::TooPrecise));
    /// # Ok::<(), MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// Anything that is not such a number, non-zero digits beyond the minor unit, or more than 64 bits.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::from_decimal(Decimal::parse(text)?, currency)
    }

    /// The number taken as major units of the currency.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] for a part of a minor unit, [`MoneyError::TooLarge`] beyond 64 bits.
    pub fn from_decimal(number: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let missing = currency.exponent().checked_sub(number.scale).ok_or(MoneyError::TooPrecise)?;
        let minor = (0..missing).try_fold(number.digits, |digits, _| then(digits, 0)).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    /// Minor units (cents, rappen).
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        // No currency has more decimals than a `Decimal`.
        Decimal::new(self.minor, self.currency.exponent()).unwrap_or_default()
    }

    /// The amount without its currency, with exactly the decimals of the currency: `25.00`.
    #[must_use]
    pub fn value(self) -> Padded {
        self.decimal().padded(self.currency.exponent())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.value(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not digits with at most one dot: a sign, a comma, an exponent, nothing at all.
    Form,
    /// Digits beyond the minor unit of the currency.
    TooPrecise,
    /// Beyond 64 bits of minor units.
    TooLarge,
    /// Not an active code of ISO 4217.
    Currency,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Form => "not an amount: digits with at most one dot are allowed",
            Self::TooPrecise => "more decimals than the currency has",
            Self::TooLarge => "the amount is too large",
            Self::Currency => "not a currency code of ISO 4217",
        })
    }
}

impl core::error::Error for MoneyError {}

#[cfg(feature = "serde")]
mod as_data {
    use super::{Currency, Decimal, Money};
    use serde::{Serialize, Serializer, ser::SerializeStruct};

    impl Serialize for Currency {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(self.code())
        }
    }

    impl Serialize for Decimal {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(self)
        }
    }

    impl Serialize for Money {
        /// `{"value":"25.00","currency":"CHF"}`: text, because a JSON number may become a float.
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            struct Value(Money);
            impl Serialize for Value {
                fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.collect_str(&self.0.value())
                }
            }
            let mut fields = to.serialize_struct("Money", 2)?;
            fields.serialize_field("value", &Value(*self))?;
            fields.serialize_field("currency", &self.currency)?;
            fields.end()
        }
    }
}
