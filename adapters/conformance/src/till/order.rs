//! What a till under test is told while it runs: one order a line on its standard input.

use opi_core::drive::{Answer, QuestionId};
use opi_core::money::{Currency, Decimal, Money};

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// `record HEX`: bytes that an earlier run had stored, in order. They come before `begin`.
    Record(Vec<u8>),
    /// `begin`: all that was stored is told; say `ready`.
    Begin,
    /// `pay 25.00 CHF`.
    Pay(Money),
    /// `recover`: have the terminal asked about the unresolved request.
    Recover,
    /// `abort`.
    Abort,
    /// `answer 1 yes`: the cashier's answer to a question.
    Answer(QuestionId, Given),
    /// `stored 3` or `failed 3`: what became of a `store`.
    Stored(u32, bool),
    /// `quit`.
    Quit,
}

/// What the cashier answered, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `yes`
    Yes,
    /// `no`
    No,
    /// `cancelled`
    Cancelled,
    /// `none`: nobody is there to answer.
    Nothing,
    /// `number 12.50`
    Number(Decimal),
    /// `text ...`: the rest of the line.
    Text(String),
}

impl Given {
    /// As a session takes it.
    #[must_use]
    pub fn answer(&self) -> Answer<'_> {
        match self {
            Self::Yes => Answer::Yes,
            Self::No => Answer::No,
            Self::Cancelled => Answer::Cancelled,
            Self::Nothing => Answer::NotGiven,
            Self::Number(number) => Answer::Number(*number),
            Self::Text(text) => Answer::Text(text),
        }
    }
}

impl Order {
    /// Reads a line; `None` if it is no order.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        Some(match word {
            "record" => Self::Record(unhex(rest)?),
            "begin" => Self::Begin,
            "pay" => {
                let (amount, currency) = rest.split_once(' ')?;
                Self::Pay(Money::parse(amount, Currency::new(currency).ok()?).ok()?)
            }
            "recover" => Self::Recover,
            "abort" => Self::Abort,
            "answer" => {
                let (question, given) = rest.split_once(' ')?;
                Self::Answer(QuestionId(question.parse().ok()?), given_of(given)?)
            }
            "stored" => Self::Stored(rest.parse().ok()?, true),
            "failed" => Self::Stored(rest.parse().ok()?, false),
            "quit" => Self::Quit,
            _ => return None,
        })
    }
}

fn given_of(text: &str) -> Option<Given> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match word {
        "yes" => Given::Yes,
        "no" => Given::No,
        "cancelled" => Given::Cancelled,
        "none" => Given::Nothing,
        "number" => Given::Number(Decimal::parse(rest).ok()?),
        "text" => Given::Text(rest.to_owned()),
        _ => return None,
    })
}

/// Bytes as two digits each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// And back; `None` if it is not that.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let pairs = text.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
