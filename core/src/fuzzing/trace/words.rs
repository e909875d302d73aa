//! An input in words.

use core::fmt::Write;

use super::feed::Feed;
use super::planted::card_number;
use crate::drive::Input;
use crate::id::Reference;
use crate::limits::TRACE_DIGITS;
use crate::money::{Currency, Money};
use crate::operation::{Operation, Request};
use crate::time::WallTime;
use crate::trace::Given;

/// Tells a request whose reference is a number that is written in any way.
pub(super) fn words(mut feed: Feed<'_>) {
    let mut text = heapless::String::<40>::new();
    while !feed.is_empty() && text.len() < 20 {
        for digit in card_number(&mut feed) {
            _ = match feed.next() % 8 {
                0 => write!(text, "%{digit:02x}"),
                1 => write!(text, "-{}", char::from(digit)),
                2 => write!(text, " {}", char::from(digit)),
                _ => write!(text, "{}", char::from(digit)),
            };
        }
    }
    let length = usize::from(feed.next()) % (text.len() + 1);
    let Ok(reference) = Reference::new(text.get(..length).unwrap_or_default()) else { return };
    let amount = Money::from_minor(2500, Currency::CHF);
    let mut request = Request::new(Operation::Payment { amount, cash_back: None }, WallTime::new(0, 0));
    request.reference = Some(reference);
    let mut shown = heapless::String::<2048>::new();
    write!(shown, "{}", Given(&Input::Start(&request))).expect("longer than it can be");
    let mut digits = 0;
    for byte in shown.bytes() {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        assert!(digits <= TRACE_DIGITS, "too many digits together: {shown}");
    }
}
