//! Answers to the terminal's questions: from the command line, from the keyboard, or honestly none.

use std::fmt;
use std::io::{BufRead, IsTerminal};

use opi_core::drive::{Answer, QuestionKind};
use opi_core::money::Decimal;
use opi_core::secret::Masked;
use smol::channel::{Receiver, unbounded};

use crate::args::TillArgs;

/// An [`Answer`] that owns its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Yes,
    No,
    Number(Decimal),
    Text(String),
    Cancelled,
    NotGiven,
}

impl Reply {
    pub(crate) fn as_answer(&self) -> Answer<'_> {
        match self {
            Self::Yes => Answer::Yes,
            Self::No => Answer::No,
            Self::Number(number) => Answer::Number(*number),
            Self::Text(text) => Answer::Text(text),
            Self::Cancelled => Answer::Cancelled,
            Self::NotGiven => Answer::NotGiven,
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => out.write_str("yes"),
            Self::No => out.write_str("no"),
            Self::Number(number) => number.fmt(out),
            Self::Text(text) => Masked(text).fmt(out),
            Self::Cancelled => out.write_str("cancelled"),
            Self::NotGiven => out.write_str("not given"),
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, PartialEq)]
pub(crate) enum Source {
    /// It stands already.
    Given(Reply),
    /// Somebody is at the keyboard.
    Keyboard,
}

/// What the command line says about questions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    yes_or_no: Option<bool>,
    value: Option<String>,
    somebody_there: bool,
}

impl Standing {
    pub(crate) fn new(args: &TillArgs) -> Self {
        let yes_or_no = if args.yes { Some(true) } else { args.no.then_some(false) };
        // Questions stand on standard error: without it nobody sees them.
        let somebody_there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { yes_or_no, value: args.answer.clone(), somebody_there }
    }

    pub(crate) fn source(&self, kind: QuestionKind) -> Source {
        let from_line = match kind {
            QuestionKind::Number | QuestionKind::Text | QuestionKind::Menu => {
                self.value.as_ref().and_then(|text| reply(kind, text))
            }
            _ => self.yes_or_no.map(|yes| if yes { Reply::Yes } else { Reply::No }),
        };
        match from_line {
            // A key cannot be answered with no: it was pressed, or not.
            Some(Reply::No) if kind == QuestionKind::AnyKey => Source::Given(Reply::NotGiven),
            Some(reply) => Source::Given(reply),
            None if self.somebody_there => Source::Keyboard,
            None => Source::Given(Reply::NotGiven),
        }
    }
}

/// What a typed line means as an answer; `None` if it is none.
pub(crate) fn reply(kind: QuestionKind, line: &str) -> Option<Reply> {
    let line = line.trim();
    match kind {
        QuestionKind::AnyKey => Some(Reply::Yes),
        QuestionKind::Number | QuestionKind::Menu if line.is_empty() => Some(Reply::Cancelled),
        QuestionKind::Number | QuestionKind::Menu => Decimal::parse(line).ok().map(Reply::Number),
        QuestionKind::Text if line.is_empty() => Some(Reply::Cancelled),
        QuestionKind::Text => Some(Reply::Text(line.into())),
        // The first letters of yes and no in the languages of the dialects.
        _ => match line.chars().next().map(|letter| letter.to_ascii_lowercase()) {
            Some('y' | 'j' | 'o' | 's' | '1') => Some(Reply::Yes),
            Some('n' | '0') => Some(Reply::No),
            _ => None,
        },
    }
}

/// Lines typed, read on a thread of its own because a read cannot be given up.
#[derive(Default)]
pub(crate) struct Keyboard {
    lines: Option<Receiver<String>>,
    wanted: bool,
}

impl Keyboard {
    /// The next line counts. What was typed before is dropped: it was meant for something else.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
        match &self.lines {
            Some(lines) => while lines.try_recv().is_ok() {},
            None => {
                let (send, lines) = unbounded();
                std::thread::spawn(move || {
                    for line in std::io::stdin().lock().lines() {
                        let Ok(line) = line else { break };
                        if send.send_blocking(line).is_err() {
                            break;
                        }
                    }
                });
                self.lines = Some(lines);
            }
        }
    }

    /// No answer is wanted any more.
    pub(crate) fn dismiss(&mut self) {
        self.wanted = false;
    }

    /// The next line while one is wanted; `None` once the keyboard is gone. Cancel-safe.
    pub(crate) async fn line(&self) -> Option<String> {
        match &self.lines {
            Some(lines) if self.wanted => lines.recv().await.ok(),
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Decimal, QuestionKind, Reply, Source, Standing, reply};

    #[test]
    fn nobody_there_is_never_a_yes() {
        let kinds = [
            QuestionKind::Confirmation,
            QuestionKind::AnyKey,
            QuestionKind::Number,
            QuestionKind::Text,
            QuestionKind::Menu,
            QuestionKind::Delivery,
            QuestionKind::ForecourtEvent,
        ];
        for kind in kinds {
            assert_eq!(Standing::default().source(kind), Source::Given(Reply::NotGiven), "{kind:?}");
        }
    }

    #[test]
    fn only_a_clear_word_is_a_yes() {
        for line in ["y", "Yes", " ja ", "oui", "si", "1"] {
            assert_eq!(reply(QuestionKind::Confirmation, line), Some(Reply::Yes), "{line}");
        }
        for line in ["n", "No", "nein", "0"] {
            assert_eq!(reply(QuestionKind::Confirmation, line), Some(Reply::No), "{line}");
        }
        for line in ["", "  ", "maybe", "?"] {
            assert_eq!(reply(QuestionKind::Confirmation, line), None, "{line}");
        }
        assert_eq!(reply(QuestionKind::Number, "12.50"), Decimal::parse("12.5").ok().map(Reply::Number));
        assert_eq!(reply(QuestionKind::Number, "twelve"), None);
        assert_eq!(reply(QuestionKind::Menu, ""), Some(Reply::Cancelled));
    }
}
