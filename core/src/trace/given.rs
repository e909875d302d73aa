//! Inputs in words, and both directions for `defmt`.

use core::fmt;

use super::words::Hush;
use crate::drive::{Answer, Input};

/// An input in words, without card data: as [`Shown`](super::Shown) for outputs. Of bytes, and of what the cashier typed or
/// a person wrote, only the length is said.
///
/// ```
/// use opi_core::drive::{Input, Link};
/// use opi_core::trace::Given;
///
/// let input = Input::Received(Link::Request, b"<CardPAN>4111111111111111</CardPAN>");
/// assert_eq!(Given(&input).to_string(), "Received(Request, 35 bytes)");
/// ```
pub struct Given<'i, 'a>(pub &'i Input<'a>);

impl fmt::Display for Given<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        match self.0 {
            Input::Received(link, bytes) => write!(out, "Received({link:?}, {} bytes)", bytes.len()),
            Input::Answer(question, Answer::Text(text)) => {
                write!(out, "Answer({question:?}, Text({} bytes))", text.len())
            }
            Input::Answer(question, Answer::Number(_)) => write!(out, "Answer({question:?}, Number)"),
            Input::Resolve { request, charged, note } => {
                write!(out, "Resolve {{ request: {request:?}, charged: {charged}, note: {} bytes }}", note.len())
            }
            input => {
                let mut hush = Hush::new(out);
                write!(hush, "{input:?}")?;
                hush.end()
            }
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Given<'_, '_> {
    fn format(&self, out: defmt::Formatter<'_>) {
        defmt::write!(out, "{}", defmt::Display2Format(self));
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for super::Shown<'_, '_> {
    fn format(&self, out: defmt::Formatter<'_>) {
        defmt::write!(out, "{}", defmt::Display2Format(self));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    extern crate std;
    use std::format;

    use super::*;
    use crate::drive::{Link, QuestionId};
    use crate::id::{Reference, RequestId};
    use crate::money::{Currency, Decimal, Money};
    use crate::operation::{Operation, Request};
    use crate::time::WallTime;

    #[test]
    fn nothing_that_a_person_or_a_terminal_said_is_shown() {
        const CARD: &str = "4111111111111111";
        let operation = Operation::Payment { amount: Money::from_minor(2500, Currency::CHF), cash_back: None };
        let mut request = Request::new(operation, WallTime::new(0, 0));
        request.reference = Some(Reference::new(CARD).unwrap());
        let number = Decimal::parse(CARD).unwrap();
        for (input, wanted) in [
            (Input::Received(Link::Request, CARD.as_bytes()), "16 bytes"),
            (Input::Answer(QuestionId(1), Answer::Text(CARD)), "16 bytes"),
            (Input::Answer(QuestionId(1), Answer::Number(number)), "Number"),
            (Input::Answer(QuestionId(1), Answer::Yes), "Yes"),
            (Input::Resolve { request: RequestId::new(7).unwrap(), charged: true, note: CARD }, "charged: true"),
            (Input::Start(&request), "25.00"),
            (Input::SendFailed { link: Link::Abort, at_most: 3 }, "at_most: 3"),
        ] {
            let shown = format!("{}", Given(&input));
            assert!(shown.contains(wanted), "{shown}");
            assert!(!shown.contains("1111111"), "{shown}");
        }
    }
}
