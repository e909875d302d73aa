//! The record of a conversation: every input of the session with its time, and what came out.
//!
//! A trace is a text of JSON objects, one a line. The first names the version of the format (`opiTrace`), the time the
//! conversation began, the bounds of the till's memory, the settings of the lane (`settings` at an OPI terminal,
//! `apiSettings` at one that speaks the Terminal API), and the unresolved request it began with. Every other line has the time `t` in milliseconds since then, and either `in`, an input by its name, or `out`,
//! an output. They stand in the order in which the session was called, so a trace can be [`replay`]ed.
//!
//! `bytes` is what was received or sent on a `link`: `request` and `abort` are connections of channel 0, `device-0` and
//! so on those of channel 1. Each character is one byte, so letters beyond ASCII look odd. Of the Terminal API they are
//! the bodies of HTTP messages in clear, also where they go and come in secured form. Other outputs are told in words
//! (`text`).
//!
//! Card data is masked in all of it (I12), see [`opi_core::trace`]. What a cashier answers is kept; what looks like a
//! card number in it is masked too. A line is written when the frame or answer that its bytes belong to is complete,
//! so a power cut can cost the lines since its beginning.

#[cfg(feature = "terminal-api")]
mod api;
mod input;
mod recorder;
mod replay;
mod settings;
mod wire;

pub(crate) use recorder::Recorder;
pub use replay::{Difference, Replayed, Unreplayable, replay};

use opi_core::drive::{Link, Misuse, Output};
use opi_core::secret::Masked;
use opi_core::trace::Shown;
use serde::{Deserialize, Serialize};

use self::input::Kept;
use self::settings::{KeptSettings, KeptUnresolved};
use self::wire::Wire;
use crate::config::{DEVICE_SLOTS, TRANSMIT, WINDOW};

/// The version of the format. Another one is not replayed.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Head {
    opi_trace: u32,
    begun: String,
    bounds: Bounds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settings: Option<KeptSettings>,
    #[cfg(feature = "terminal-api")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_settings: Option<api::KeptApiSettings>,
    unresolved: Option<KeptUnresolved>,
}

/// What of the till's memory decides how its outputs are cut.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bounds {
    window: usize,
    transmit: usize,
    device_slots: usize,
    /// Of the Terminal API only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<usize>,
}

impl Bounds {
    const fn ours(wire: Wire) -> Self {
        Self { window: WINDOW, transmit: TRANSMIT, device_slots: DEVICE_SLOTS, answer: wire.answer() }
    }
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    /// Milliseconds of the till's clock.
    t: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum What {
    In(Kept),
    Out(Told),
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "out", rename_all = "snake_case")]
enum Told {
    /// The frame, header included, or the body of the HTTP request.
    Send { link: String, bytes: String },
    /// Anything else.
    Done { text: String },
    /// Not an output: the input before was refused.
    Refused { text: String },
}

impl Told {
    /// The output; the frame to be sent lies in front of the transmit buffer.
    fn new(output: &Output<'_>) -> Self {
        Self::Done { text: Shown(output).to_string() }
    }

    fn frame(link: Link, frame: &[u8], wire: Wire) -> Self {
        let mut frame = frame.to_vec();
        wire.mask(frame.get_mut(wire.header()..).unwrap_or_default(), true);
        Self::Send { link: link_name(link), bytes: characters(&frame) }
    }

    fn refused(misuse: &Misuse) -> Self {
        Self::Refused { text: misuse.to_string() }
    }
}

fn link_name(link: Link) -> String {
    match link {
        Link::Request => "request".into(),
        Link::Abort => "abort".into(),
        Link::Device(slot) => format!("device-{slot}"),
    }
}

fn link_by_name(name: &str) -> Option<Link> {
    match name {
        "request" => Some(Link::Request),
        "abort" => Some(Link::Abort),
        name => name.strip_prefix("device-")?.parse().ok().map(Link::Device),
    }
}

/// One character for each byte.
fn characters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes of these characters; `None` if one is none.
fn bytes(characters: &str) -> Option<Vec<u8>> {
    characters.chars().map(|character| u8::try_from(character).ok()).collect()
}

/// A text of the till without card numbers.
fn masked(text: &str) -> String {
    Masked(text).to_string()
}

/// A masked text as one that has the same mask and that the session takes: references and numbers have no asterisks.
fn stand_in(text: &str) -> String {
    if !text.contains('*') {
        return text.to_owned();
    }
    // One of them makes the check digit right. Sevens, since ones and zeros make the numbers of test cards.
    let with = |free: char| {
        let mut first = true;
        text.chars()
            .map(
                |character| {
                    if character == '*' { if std::mem::take(&mut first) { free } else { '7' } } else { character }
                },
            )
            .collect::<String>()
    };
    ('1'..='9').chain(['0']).map(with).find(|whole| masked(whole) == text).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_what_they_are() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&characters(&all)).unwrap(), all);
        assert_eq!(bytes("€"), None);
    }

    #[test]
    fn a_stand_in_has_the_mask_of_what_it_stands_for() {
        for number in ["4111111111111111", "6011000990139424", "4000000000006", "order-378282246310005-x"] {
            let stand_in = stand_in(&masked(number));
            assert_ne!(stand_in, number);
            assert!(!stand_in.contains('*'));
            assert_eq!(masked(&stand_in), masked(number));
        }
        assert_eq!(stand_in("order-17"), "order-17");
    }
}
