//! Numbers are read exactly.

use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, ToPrimitive};
use opi_core::json::{Document, Number, NumberError};
use opi_core::money::Decimal;
use proptest::prelude::*;

fn number(raw: &str) -> Number<'_> {
    let number = Document::parse(raw.as_bytes()).unwrap().root().number().unwrap();
    assert_eq!(number.raw(), raw);
    number
}

#[test]
fn decimals() {
    use NumberError::{Negative, TooLarge, TooPrecise};
    for (raw, decimal) in [
        ("10.99", Ok("10.99")),
        ("10.990", Ok("10.99")),
        ("1.099e1", Ok("10.99")),
        ("1099E-2", Ok("10.99")),
        ("0.001099e+4", Ok("10.99")),
        ("1.00", Ok("1")),
        ("1e2", Ok("100")),
        ("0", Ok("0")),
        ("0.000", Ok("0")),
        ("0e999999999999999999999999", Ok("0")),
        ("0.0e-999999999999999999999999", Ok("0")),
        ("99999999.999999", Ok("99999999.999999")),
        ("0.000000000001", Ok("0.000000000001")),
        ("0.0000000000001", Err(TooPrecise)),
        ("1e-12", Ok("0.000000000001")),
        ("1e-13", Err(TooPrecise)),
        ("10e-13", Ok("0.000000000001")),
        ("18446744073709551615", Ok("18446744073709551615")),
        ("18446744.073709551615", Ok("18446744.073709551615")),
        ("18446744073709551616", Err(TooLarge)),
        ("18446744.073709551616", Err(TooLarge)),
        ("1844674407370955161.6e1", Err(TooLarge)),
        ("1e19", Ok("10000000000000000000")),
        ("1e20", Err(TooLarge)),
        ("1e9223372036854775807", Err(TooLarge)),
        ("1e99999999999999999999", Err(TooLarge)),
        ("1e-9223372036854775808", Err(TooPrecise)),
        ("1e-99999999999999999999", Err(TooPrecise)),
        ("-1", Err(Negative)),
        ("-0", Err(Negative)),
        ("-1e99999999999999999999", Err(Negative)),
    ] {
        assert_eq!(number(raw).decimal().map(|decimal| decimal.to_string()), decimal.map(str::to_owned), "{raw}");
    }
}

#[test]
fn integers() {
    for (raw, integer) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("100", Some(100)),
        ("100.0", Some(100)),
        ("1e2", Some(100)),
        ("1000e-1", Some(100)),
        ("1.5", None),
        ("15e-1", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-922337203685477580.80e1", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("18446744073709551616", None),
        ("1e400", None),
        ("-1e99999999999999999999", None),
    ] {
        assert_eq!(number(raw).integer(), integer, "{raw}");
    }
}

/// By big integers: what `decimal` and `integer` must give.
fn expected(raw: &str) -> (Result<Decimal, NumberError>, Option<i64>) {
    let exact = BigDecimal::from_str(raw).unwrap().normalized();
    let integer = exact.is_integer().then(|| exact.to_i64()).flatten();
    let (digits, scale) = exact.as_bigint_and_exponent();
    let decimal = if raw.starts_with('-') {
        Err(NumberError::Negative)
    } else if scale > i64::from(Decimal::MAX_SCALE) {
        Err(NumberError::TooPrecise)
    } else if scale < -50 {
        Err(NumberError::TooLarge)
    } else {
        let zeros = u32::try_from(-scale.min(0)).unwrap();
        let digits = (digits * BigInt::from(10).pow(zeros)).to_u64().ok_or(NumberError::TooLarge);
        digits.map(|digits| Decimal::new(digits, u8::try_from(scale.max(0)).unwrap()).unwrap())
    };
    (decimal, integer)
}

fn digits(most: usize) -> impl Strategy<Value = String> {
    let zeros = || (0..most).prop_map(|count| "0".repeat(count));
    prop_oneof![
        3 => prop::string::string_regex(&format!("[0-9]{{1,{most}}}")).unwrap(),
        1 => (zeros(), "[0-9]{1,3}", zeros()).prop_map(|(before, digits, behind)| before + &digits + &behind),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn any_number(
        minus in prop::sample::select(vec!["", "", "", "-"]),
        whole in digits(24),
        fraction in prop::option::of(digits(24)),
        exponent in prop::option::of((prop::sample::select(vec!["e", "E", "e+", "e-", "E-"]), 0..30_u32)),
    ) {
        let whole = whole.trim_start_matches('0');
        let mut raw = format!("{minus}{}", if whole.is_empty() { "0" } else { whole });
        if let Some(fraction) = fraction {
            raw = format!("{raw}.{fraction}");
        }
        if let Some((letter, exponent)) = exponent {
            raw = format!("{raw}{letter}{exponent:02}");
        }
        let number = number(&raw);
        prop_assert_eq!((number.decimal(), number.integer()), expected(&raw), "{}", raw);
    }

    /// Around the ends of 64 bits, written in every way.
    #[test]
    fn near_the_ends(
        from in prop::sample::select(vec![i128::from(u64::MAX), i128::from(i64::MAX), i128::from(i64::MIN), 0]),
        by in -20..=20_i128,
        point in 0..40_usize,
    ) {
        let value = from + by;
        let sign = if value < 0 { "-" } else { "" };
        let padded = format!("{:040}", value.unsigned_abs());
        let (whole, fraction) = padded.split_at(padded.len() - point);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
        let raw = format!("{sign}{whole}{fraction}e{point}");
        let number = number(&raw);
        prop_assert_eq!(number.integer(), i64::try_from(value).ok(), "{}", raw);
        prop_assert_eq!(number.decimal(), expected(&raw).0, "{}", raw);
    }
}
