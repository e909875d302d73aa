//! The answer to a device request, written without collecting it first.

use super::encode::{EncodeError, MessageWriter, Style};
use super::event::EventResult;
use super::header::{Header, Kind, RequestText};
use super::output::{InputResult, OutputResult};
use super::request_type::RequestType;
use super::till;
use super::vocabulary::{DeviceTarget, OverallResult};
use crate::id::Id;
use crate::limits;

/// What an answer repeats of its request, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Echo {
    /// Empty if it stood there, but empty.
    workstation_id: Option<Id<{ limits::WORKSTATION_ID }>>,
    request_id: Option<RequestText>,
    request_type: Option<RequestType>,
    // ATS: echoed where they are given.
    pop_id: Option<Id<{ limits::SHORT_ID }>>,
    terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    sequence_id: Option<Id<{ limits::SHORT_ID }>>,
}

impl From<till::Header<'_>> for Echo {
    fn from(header: till::Header<'_>) -> Self {
        let values = header.values;
        Self {
            workstation_id: values.id(Header::workstation_id).or_else(|| header.blank_lane.then(Id::default)),
            request_id: values.id(Header::request_id),
            request_type: header.request_type(),
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
}

/// A `DeviceResponse` by its parts: what a till answers, in the memory that it has anyway.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// What is repeated of the request.
    pub to: &'a Echo,
    /// Name of the till software; empty if it is not told.
    pub sender: &'a str,
    /// How it ended as a whole.
    pub overall: Verdict,
    /// One result for each output, in order (I7).
    pub outputs: &'a [(DeviceTarget, Verdict)],
    /// The answer to a question.
    pub input: Option<&'a InputResult>,
    /// What the till makes of an event.
    pub event: Option<&'a EventResult>,
}

impl Reply<'_> {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let to = self.to.clone();
        let header = Header {
            kind: Kind::DeviceResponse,
            workstation_id: to.workstation_id,
            request_id: to.request_id,
            request_type: to.request_type,
            overall_result: Some(self.overall.word()),
            application_sender: self.sender.into(),
            pop_id: to.pop_id,
            terminal_id: to.terminal_id,
            sequence_id: to.sequence_id,
            ..Header::default()
        };
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::DeviceResponse, &header);
        for (target, verdict) in self.outputs {
            writer.record(&OutputResult { target: Some(target.clone()), result: Some(verdict.word()) });
        }
        if let Some(input) = self.input {
            writer.record(input);
        }
        if let Some(event) = self.event {
            writer.record(event);
        }
        writer.finish()
    }
}
