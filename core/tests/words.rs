//! Money, identifiers, times and secrets.
#![allow(clippy::unwrap_used)]

use core::time::Duration;

use opi_core::id::{Id, IdError, RequestId, WorkstationId};
use opi_core::money::{Currency, Decimal, Money, MoneyError};
use opi_core::secret::{Masked, Pan, Secret};
use opi_core::text::Text;
use opi_core::time::{Instant, WallTime};
use proptest::prelude::*;

fn money(text: &str, currency: &str) -> Result<Money, MoneyError> {
    Money::parse(text, Currency::new(currency).unwrap())
}

#[test]
fn amounts_are_read_exactly() {
    for (text, currency, minor) in [
        ("25.00", "CHF", 2500),
        ("39.5", "EUR", 3950),
        (" 9.000000 ", "EUR", 900),
        ("0", "EUR", 0),
        ("007.10", "EUR", 710),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("1.234", "BHD", 1234),
        ("1.2", "CLF", 12000),
        ("184467440737095516.15", "EUR", u64::MAX),
    ] {
        assert_eq!(money(text, currency).unwrap().minor(), minor, "{text} {currency}");
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    for (text, currency, error) in [
        ("39.505", "EUR", MoneyError::TooPrecise),
        ("1.5", "JPY", MoneyError::TooPrecise),
        ("1.2345", "BHD", MoneyError::TooPrecise),
        ("12,50", "EUR", MoneyError::Form),
        ("1e2", "EUR", MoneyError::Form),
        ("-1.00", "EUR", MoneyError::Form),
        ("+1.00", "EUR", MoneyError::Form),
        ("", "EUR", MoneyError::Form),
        (".5", "EUR", MoneyError::Form),
        ("5.", "EUR", MoneyError::Form),
        ("1.2.3", "EUR", MoneyError::Form),
        ("1 000", "EUR", MoneyError::Form),
        ("١", "EUR", MoneyError::Form),
        ("0x10", "EUR", MoneyError::Form),
        ("184467440737095516.16", "EUR", MoneyError::TooLarge),
        ("99999999999999999999", "JPY", MoneyError::TooLarge),
    ] {
        assert_eq!(money(text, currency), Err(error), "{text} {currency}");
    }
    for code in ["XXX", "eur", "EU", "EURO", "", "E R"] {
        assert_eq!(Currency::new(code), Err(MoneyError::Currency), "{code}");
    }
}

#[test]
fn amounts_are_written_with_the_decimals_of_the_currency() {
    for (minor, currency, text) in
        [(2500, "CHF", "25.00 CHF"), (5, "EUR", "0.05 EUR"), (1500, "JPY", "1500 JPY"), (1, "BHD", "0.001 BHD")]
    {
        assert_eq!(Money::from_minor(minor, Currency::new(currency).unwrap()).to_string(), text);
    }
}

#[test]
fn request_numbers_stay_within_nine_digits() {
    assert_eq!(RequestId::new(0), Err(IdError::OutOfRange));
    assert_eq!(RequestId::new(1_000_000_000), Err(IdError::OutOfRange));
    assert_eq!(RequestId::LAST.next(), RequestId::FIRST);
    let id = RequestId::new(17).unwrap();
    assert!(id.is_echoed_by("17"));
    for other in ["17.1", "017", " 17", "18", ""] {
        assert!(!id.is_echoed_by(other), "{other}");
    }
}

#[test]
fn identifiers_are_never_cut() {
    assert_eq!(Id::<4>::new("12345"), Err(IdError::TooLong { most: 4 }));
    assert_eq!(WorkstationId::new(""), Err(IdError::Empty));
    assert_eq!(WorkstationId::new("lane 1"), Err(IdError::Character));
    assert!(WorkstationId::new(&"x".repeat(41)).is_err());
    assert!(WorkstationId::new(&"x".repeat(40)).is_ok());
}

#[test]
fn texts_are_cut_at_a_character_and_say_so() {
    let text = Text::<4>::from_cut("aüüü");
    assert_eq!((text.as_str(), text.is_cut()), ("aü", true));
    let mut text = Text::<4>::from_cut("abc");
    text.append("ü");
    text.append("d");
    assert_eq!((text.as_str(), text.is_cut()), ("abc", true), "nothing is added behind a cut");
}

/// The independent oracle: the calendar counted day by day.
#[test]
fn the_calendar_agrees_with_counting() {
    let (mut year, mut month, mut day) = (1970, 1, 1);
    for days in 0..60_000i64 {
        let expected = format!("{year:04}-{month:02}-{day:02}T13:14:15");
        let time = WallTime::new(days * 86_400 + 13 * 3600 + 14 * 60 + 15, 0);
        assert_eq!(time.without_zone().to_string(), expected);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        day += 1;
        if day > length {
            (day, month) = (1, month + 1);
        }
        if month > 12 {
            (month, year) = (1, year + 1);
        }
    }
}

#[test]
fn zones_shift_the_clock_and_are_written() {
    let utc = 1_775_636_100; // 2026-04-08T08:15:00Z
    assert_eq!(WallTime::new(utc, 120).with_zone().to_string(), "2026-04-08T10:15:00+02:00");
    assert_eq!(WallTime::new(utc, -210).with_zone().to_string(), "2026-04-08T04:45:00-03:30");
    let later = WallTime::new(utc, 120).after(Duration::from_millis(61_999));
    assert_eq!(later.without_zone().to_string(), "2026-04-08T10:16:01");
    // No time is out of range of four digits for the year.
    assert!(WallTime::new(i64::MAX, 1439).with_zone().to_string().starts_with("9999-"));
    assert!(WallTime::new(i64::MIN, -1439).with_zone().to_string().starts_with("0001-"));
}

#[test]
fn instants_do_not_overflow() {
    let end = Instant::from_millis(u64::MAX);
    assert_eq!(end.after(Duration::MAX), end);
    assert_eq!(Instant::default().since(end), Duration::ZERO);
}

#[test]
fn card_numbers_are_masked_wherever_they_stand() {
    for (text, shown) in [
        ("PAN 4111111111111111 ok", "PAN ************1111 ok"),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("5500-0000-0000-0004.", "****-****-****-0004."),
        ("ü378282246310005ü", "ü***********0005ü"),
        ("4111111111111112", "4111111111111112"),
        ("14.03.2026       10:15:21", "14.03.2026       10:15:21"),
        // Other numbers beside it.
        ("4111111111111111 12/28", "************1111 12/28"),
        ("05 4111111111111111", "05 ************1111"),
        ("05 4111 1111 1111 1111 01", "05 **** **** **** 1111 01"),
        ("0001 3782-822463-10005", "0001 ****-******-*0005"),
        ("4111111111111111 5555555555554444", "************1111 ************4444"),
        ("41111111111111114111111111111111", "41111111111111114111111111111111"),
    ] {
        assert_eq!(Masked(text).to_string(), shown);
        assert_eq!(format!("{:?}", Text::<64>::from_cut(text)), format!("\"{shown}\""));
    }
    for (sent, shown) in [
        ("4111111111111111", "************1111"),
        ("672800######0047", "672800######0047"),
        ("XXXXXXXXXXXX0119", "XXXXXXXXXXXX0119"),
        ("41111111111111X1", "************11X1"),
        ("1234", "****"),
    ] {
        let pan = Pan::new(sent).unwrap();
        assert_eq!((pan.to_string(), format!("{pan:?}")), (shown.into(), format!("\"{shown}\"")));
        assert_eq!(pan.expose_card_number(), sent);
    }
    assert_eq!(format!("{:?}", Secret::<40>::new(";411111=2712?").unwrap()), "\"***\"");
}

proptest! {
    #[test]
    fn decimals_are_read_as_they_are_written(digits: u64, scale in 0u8..=12) {
        let decimal = Decimal::new(digits, scale).unwrap();
        prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        prop_assert_eq!(Decimal::parse(&decimal.padded(6).to_string()), Ok(decimal));
    }

    #[test]
    fn money_survives_its_text(minor: u64, currency in prop::sample::select(vec!["EUR", "JPY", "BHD", "CLF"])) {
        let sum = Money::from_minor(minor, Currency::new(currency).unwrap());
        prop_assert_eq!(Money::parse(&sum.value().to_string(), sum.currency()), Ok(sum));
        prop_assert_eq!(Money::from_decimal(sum.decimal(), sum.currency()), Ok(sum));
    }

    /// No text, wherever it is cut, shows a card number that was put in.
    #[test]
    fn no_card_number_is_shown(prefix in "[^0-9]{0,20}", middle in "[0-9]{11,17}", suffix in "[^0-9]{0,20}") {
        let number: String = {
            let sum: u32 = middle.bytes().rev().enumerate().map(|(place, digit)| {
                let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            }).sum();
            format!("{middle}{}", (10 - sum % 10) % 10)
        };
        prop_assume!(number.len() >= 13);
        let shown = Masked(&format!("{prefix}{number}{suffix}")).to_string();
        prop_assert!(!shown.contains(&number));
    }
}

#[test]
fn a_line_with_a_card_number_is_shown_masked() {
    let line = opi_core::receipt::Line { text: "Card 4111 1111 1111 1111".into(), ..Default::default() };
    let shown = format!("{line:?}");
    assert!(shown.contains("**** 1111") && !shown.contains("4111"), "{shown}");
}
