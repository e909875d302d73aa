//! The answer to a device request, written without collecting it first.

use super::encode::{EncodeError, MessageWriter, Style};
use super::header::{Header, Kind};
use super::output::{EventResult, InputResult, OutputResult};
use super::vocabulary::{DeviceTarget, OverallResult};

/// A `DeviceResponse` by its parts: what a till answers, in the memory that it has anyway.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The header of the request: its identifiers are echoed byte for byte.
    pub to: &'a Header,
    /// Name of the till software; empty if it is not told.
    pub sender: &'a str,
    /// How it ended as a whole.
    pub overall: &'a OverallResult,
    /// One result for each output, in order (I7).
    pub outputs: &'a [(DeviceTarget, OverallResult)],
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
        let header = Header {
            kind: Kind::DeviceResponse,
            workstation_id: self.to.workstation_id.clone(),
            request_id: self.to.request_id.clone(),
            request_type: self.to.request_type.clone(),
            overall_result: Some(self.overall.clone()),
            application_sender: self.sender.into(),
            // ATS: echoed where they are given.
            pop_id: self.to.pop_id.clone(),
            terminal_id: self.to.terminal_id.clone(),
            sequence_id: self.to.sequence_id.clone(),
            ..Header::default()
        };
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::DeviceResponse, &header);
        for (target, result) in self.outputs {
            writer.record(&OutputResult { target: Some(target.clone()), result: Some(result.clone()) });
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
