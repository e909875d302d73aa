//! Runs a recorded conversation once more.

use std::fmt;
use std::io::{self, BufRead};

use opi_core::drive::{Misuse, Output};
use opi_core::time::Instant;

use super::input::Kept;
use super::wire::Wire;
use super::{Bounds, Head, Step, Told, VERSION, What, bytes};
use crate::config::TRANSMIT;
use crate::machine::Machine;

/// What came of a replay.
#[derive(Debug, PartialEq, Eq)]
pub struct Replayed {
    /// How many inputs were given to the session.
    pub inputs: usize,
    /// How many of its outputs were compared.
    pub outputs: usize,
    /// The last line is not complete, as after a power cut, and was left out.
    pub cut: bool,
    /// The first difference; the replay ends there.
    pub difference: Option<Difference>,
}

/// Where the session did something else than recorded.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line of the trace, counted from 1.
    pub line: usize,
    /// What is recorded.
    pub recorded: String,
    /// What the session did.
    pub replayed: String,
}

/// Why a trace cannot be replayed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unreplayable {
    /// It cannot be read.
    Io(io::Error),
    /// The first line is not that of a trace.
    NoTrace,
    /// Another version of the format, or a till with other bounds.
    Version(String),
    /// This line cannot be understood, counted from 1.
    Line(usize, String),
}

impl fmt::Display for Unreplayable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(out),
            Self::NoTrace => out.write_str("the first line is not that of a trace"),
            Self::Version(what) => write!(out, "the trace is of another version: {what}"),
            Self::Line(line, why) => write!(out, "line {line}: {why}"),
        }
    }
}

impl std::error::Error for Unreplayable {}

impl From<io::Error> for Unreplayable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Feeds the inputs of a trace to a new session and compares what it does with what is recorded, byte for byte.
///
/// Each frame is also given to `on_frame`: the milliseconds, the name of the connection, whether it was received, and
/// its bytes as they came or went in one piece.
///
/// # Errors
/// Only if the trace cannot be used; a difference is a result.
pub fn replay(
    mut trace: impl BufRead,
    mut on_frame: impl FnMut(u64, &str, bool, &[u8]),
) -> Result<Replayed, Unreplayable> {
    let mut text = String::new();
    trace.read_line(&mut text)?;
    let ((mut machine, wire), mut transmit) = (begin(&text)?, vec![0; TRANSMIT]);
    let mut replayed = Replayed { inputs: 0, outputs: 0, cut: false, difference: None };
    let mut refused: Option<Misuse> = None;
    for line in 2.. {
        text.clear();
        if trace.read_line(&mut text)? == 0 {
            break;
        }
        if !text.ends_with('\n') {
            replayed.cut = true;
            break;
        }
        let wrong = |why: &str| Unreplayable::Line(line, why.to_owned());
        let Step { t, what } = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
        let (recorded, seen) = match what {
            What::In(Kept::TakeUp { unresolved }) => {
                machine.set_unresolved(unresolved.unresolved().ok_or_else(|| wrong("the request is not known"))?);
                continue;
            }
            What::In(kept) => {
                if let Some(misuse) = refused.take() {
                    // It was not refused when it was recorded.
                    (Told::Done { text: "the input was taken".into() }, Told::refused(&misuse))
                } else {
                    let told = kept.with(|input| {
                        if let opi_core::drive::Input::Received(link, bytes) = &input {
                            on_frame(t, &super::link_name(*link), true, bytes);
                        }
                        machine.handle_input(Instant::from_millis(t), input)
                    });
                    refused = told.ok_or_else(|| wrong("the input is not known"))?.err();
                    replayed.inputs += 1;
                    continue;
                }
            }
            What::Out(recorded @ Told::Refused { .. }) => {
                let seen =
                    refused.take().map_or(Told::Done { text: "the input was taken".into() }, |it| Told::refused(&it));
                (recorded, seen)
            }
            What::Out(recorded) => {
                let sent = machine.poll_output(&mut transmit, |output| match output {
                    Output::Send { link, length } => Err((link, length)),
                    output => Ok(Told::new(&output)),
                });
                let seen = sent.unwrap_or_else(|(link, length)| {
                    Told::frame(link, transmit.get(..length).unwrap_or_default(), wire)
                });
                if let Told::Send { link, bytes: kept } = &recorded {
                    on_frame(t, link, false, &bytes(kept).ok_or_else(|| wrong("a character is no byte"))?);
                }
                (recorded, seen)
            }
        };
        replayed.outputs += 1;
        if recorded != seen {
            let difference = Difference { line, recorded: in_words(&recorded, wire), replayed: in_words(&seen, wire) };
            replayed.difference = Some(difference);
            break;
        }
    }
    Ok(replayed)
}

/// A session as the trace found it.
fn begin(head: &str) -> Result<(Machine, Wire), Unreplayable> {
    let value: serde_json::Value = serde_json::from_str(head).map_err(|_| Unreplayable::NoTrace)?;
    let version = value.get("opiTrace").and_then(serde_json::Value::as_u64).ok_or(Unreplayable::NoTrace)?;
    if version != u64::from(VERSION) {
        return Err(Unreplayable::Version(format!("{version} instead of {VERSION}")));
    }
    let head: Head = serde_json::from_value(value).map_err(|error| wrong(&error.to_string()))?;
    let (mut machine, wire) = machine(&head)?;
    if head.bounds != Bounds::ours(wire) {
        return Err(Unreplayable::Version(format!("{:?} instead of {:?}", head.bounds, Bounds::ours(wire))));
    }
    if let Some(unresolved) = head.unresolved {
        machine.set_unresolved(unresolved.unresolved().ok_or_else(|| wrong("the request is not known"))?);
    }
    Ok((machine, wire))
}

/// Something in the first line.
fn wrong(why: &str) -> Unreplayable {
    Unreplayable::Line(1, why.to_owned())
}

fn machine(head: &Head) -> Result<(Machine, Wire), Unreplayable> {
    let unknown = || wrong("the settings are not known");
    #[cfg(feature = "terminal-api")]
    if let Some(settings) = &head.api_settings {
        let settings = settings.settings().ok_or_else(unknown)?;
        let machine = Machine::api(settings).map_err(|error| wrong(&error.to_string()))?;
        return Ok((machine, Wire::Api));
    }
    let settings = head.settings.as_ref().ok_or_else(|| wrong("the settings are missing"))?;
    let settings = settings.settings().ok_or_else(unknown)?;
    let wire = Wire::Opi { frame_limit: settings.frame_limit };
    Ok((Machine::opi(settings).map_err(|error| wrong(&error.to_string()))?, wire))
}

fn in_words(told: &Told, wire: Wire) -> String {
    match told {
        Told::Send { link, bytes } => {
            format!("on {link}: {}", bytes.get(wire.header()..).unwrap_or_default())
        }
        Told::Done { text } => text.clone(),
        Told::Refused { text } => format!("refused: {text}"),
    }
}
