//! The answer to a device request, written without collecting it first.

use super::encode::{EncodeError, Style};
use super::header::{Header, Kind, RequestText};
use super::results::Results;
use super::sending::Sending;
use super::till;
use super::vocabulary::OverallResult;
use crate::id::Id;
use crate::limits;

/// What an answer repeats of its request, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Echo {
    lane: Lane,
    request_id: Option<RequestText>,
    // ATS: echoed where they are given.
    pop_id: Option<Id<{ limits::SHORT_ID }>>,
    terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    sequence_id: Option<Id<{ limits::SHORT_ID }>>,
}

/// The name of the lane, as it stood in the request. One of another lane is not answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lane {
    #[default]
    Missing,
    /// It stood there, but empty.
    Empty,
    Named,
}

impl From<till::Header<'_>> for Echo {
    fn from(header: till::Header<'_>) -> Self {
        let values = header.values;
        Self {
            lane: match values.text(Header::workstation_id) {
                Some(_) => Lane::Named,
                None if header.blank_lane => Lane::Empty,
                None => Lane::Missing,
            },
            request_id: values.id(Header::request_id),
            pop_id: values.id(Header::pop_id),
            terminal_id: values.id(Header::terminal_id),
            sequence_id: values.id(Header::sequence_id),
        }
    }
}

/// What became of one output or input, as far as a till has words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Done, and kept where it had to be.
    Success,
    /// Not done.
    Failure,
    /// There is no such device, or it does not work now.
    DeviceUnavailable,
    /// Nobody answered.
    TimedOut,
    /// Cancelled by the cashier, or taken back by the terminal.
    Aborted,
    /// Something else is being asked.
    Busy,
    /// The till cannot do this.
    NotSupported,
}

impl Verdict {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> OverallResult {
        match self {
            Self::Success => OverallResult::Success,
            Self::Failure => OverallResult::Failure,
            Self::DeviceUnavailable => OverallResult::DeviceUnavailable,
            Self::TimedOut => OverallResult::TimedOut,
            Self::Aborted => OverallResult::Aborted,
            Self::Busy => OverallResult::Busy,
            Self::NotSupported => OverallResult::NotSupported,
        }
    }

    fn as_str(self) -> &'static str {
        self.word().number().and_then(OverallResult::numbered).unwrap_or_default()
    }
}

/// The answer to a question.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Where it was asked.
    pub target: &'a str,
    /// How it ended.
    pub result: Verdict,
    /// What was answered, if anything was.
    pub value: Option<Typed<'a>>,
}

/// What was answered to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Any key.
    Key,
    /// Yes or no.
    Boolean(bool),
    /// A number as it was typed.
    Number(&'a str),
    /// A text; an empty one is no value.
    Text(&'a str),
}

/// A `DeviceResponse` by its parts: what a till answers, in the memory that it has anyway.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// What is repeated of the request.
    pub to: &'a Echo,
    /// The lane; told if the request named it.
    pub workstation: &'a str,
    /// What the request said it is, if it did.
    pub request_type: Option<&'a str>,
    /// Name of the till software; empty if it is not told.
    pub sender: &'a str,
    /// How it ended as a whole.
    pub overall: Verdict,
    /// One result for each output, in order (I7).
    pub outputs: &'a Results,
    /// The answer to a question.
    pub input: Option<Answered<'a>>,
    /// The till takes the event; what it makes of it is not told.
    pub event: bool,
}

impl Reply<'_> {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        fn text<const N: usize>(id: &Option<Id<N>>) -> Option<&str> {
            id.as_ref().map(Id::as_str)
        }
        let to = self.to;
        let mut sending = Sending::new(Kind::DeviceResponse, style, out);
        let workstation = match to.lane {
            Lane::Missing => None,
            Lane::Empty => Some(""),
            Lane::Named => Some(self.workstation),
        };
        sending.attribute("WorkstationID", workstation);
        sending.attribute("RequestID", text(&to.request_id));
        sending.attribute("RequestType", self.request_type);
        sending.attribute("OverallResult", Some(self.overall.as_str()));
        sending.attribute("ApplicationSender", Some(self.sender).filter(|sender| !sender.is_empty()));
        sending.attribute("POPID", text(&to.pop_id));
        sending.attribute("TerminalID", text(&to.terminal_id));
        sending.attribute("SequenceID", text(&to.sequence_id));
        for (target, verdict) in self.outputs.iter() {
            sending.open("Output");
            sending.attribute("OutDeviceTarget", Some(target));
            sending.attribute("OutResult", Some(verdict.as_str()));
            sending.close();
        }
        if let Some(Answered { target, result, value }) = self.input {
            sending.open("Input");
            sending.attribute("InDeviceTarget", Some(target));
            sending.attribute("InResult", Some(result.as_str()));
            if let Some(value) = value.filter(|value| *value != Typed::Text("")) {
                sending.open("InputValue");
                match value {
                    Typed::Key => {}
                    Typed::Boolean(yes) => sending.element("InBoolean", Some(if yes { "true" } else { "false" })),
                    Typed::Number(number) => sending.element("InNumber", Some(number)),
                    Typed::Text(text) => sending.element("InString", Some(text)),
                }
                sending.close();
            }
            sending.close();
        }
        if self.event {
            sending.open("EventResult");
            sending.close();
        }
        sending.finish()
    }
}
