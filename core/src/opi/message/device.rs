//! `DeviceRequest` and `DeviceResponse`.

use super::encode::{EncodeError, MessageWriter, Style};
use super::facts::ErrorDetail;
use super::fragment::Fragment;
use super::header::{Header, Kind};
use super::output::{
    Buzzer, DccInfo, Event, EventResult, InputCommand, InputResult, Output, OutputResult, TextLine, TransactionInfo,
};
use super::part::{FragmentOf, Part, Place};
use super::payment::TotalAmount;
use super::vocabulary::DeviceTarget;
use super::whole::{Collect, keep, message};
use crate::limits;

/// A line and the number of the output it belongs to, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OutputLine {
    /// Number of the output.
    pub output: u8,
    /// The line.
    pub line: TextLine,
}

/// A sound and the number of the output it belongs to, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OutputSound {
    /// Number of the output.
    pub output: u8,
    /// The sound.
    pub sound: Buzzer,
}

message! {
    /// The terminal asks the till to show, print, store or ask something.
    pub struct DeviceRequest {
        /// What to show, print or store.
        outputs: heapless::Vec<Output, { limits::OUTPUTS }>,
        /// The lines of all outputs in order.
        lines: heapless::Vec<OutputLine, { limits::LINES }>,
        /// Sounds of the outputs.
        sounds: heapless::Vec<OutputSound, { limits::OUTPUTS }>,
        /// Facts of the transaction in the e-journal. Written if there is no fragment, as the next two.
        transaction: Option<TransactionInfo>,
        /// Its amount.
        transaction_total: Option<TotalAmount>,
        /// What the cardholder is billed.
        dcc: Option<DccInfo>,
        /// The content of the e-journal output as written. Its lines are not written besides.
        journal: Fragment<{ limits::FRAGMENT }>,
        /// What to ask.
        input: Option<InputCommand>,
        /// What happened.
        event: Option<Event>,
        /// Its amount.
        event_total: Option<TotalAmount>,
    }
}

impl DeviceRequest {
    /// The lines of one output.
    pub fn lines_of(&self, output: usize) -> impl Iterator<Item = &TextLine> {
        self.lines.iter().filter(move |line| usize::from(line.output) == output).map(|line| &line.line)
    }

    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::DeviceRequest, &self.header);
        let journal = self.outputs.iter().position(|output| output.target == Some(DeviceTarget::EJournal));
        for (number, output) in self.outputs.iter().enumerate() {
            writer.open_record(output);
            if journal == Some(number) && !self.journal.is_empty() {
                writer.fragment_content(&self.journal);
            } else {
                self.write_content(&mut writer, number, journal);
            }
            writer.close();
        }
        writer.records(&self.input);
        if let Some(event) = &self.event {
            writer.open_record(event);
            writer.amounts_like(self.event_total.as_ref());
            // Behind the event's own data: its group may be closed by now, and the order does not matter.
            writer.records(&self.event_total);
            writer.close();
        }
        writer.finish()
    }

    fn write_content(&self, writer: &mut MessageWriter<'_>, number: usize, journal: Option<usize>) {
        for line in self.lines_of(number) {
            writer.record(line);
        }
        for sound in self.sounds.iter().filter(|sound| usize::from(sound.output) == number) {
            writer.record(&sound.sound);
        }
        if journal == Some(number) {
            if self.transaction.is_some() || self.transaction_total.is_some() {
                let transaction = self.transaction.clone().unwrap_or_default();
                writer.open_record(&transaction);
                writer.amounts_like(self.transaction_total.as_ref());
                writer.records(&self.transaction_total);
                writer.close();
            }
            writer.records(&self.dcc);
        }
    }
}

impl Collect for DeviceRequest {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        let output = u8::try_from(self.outputs.len().saturating_sub(1)).unwrap_or(u8::MAX);
        match part {
            Part::OutputBegin(record) => keep(&mut self.outputs, record, &mut self.left_out),
            Part::TextLine(line) => {
                let line = OutputLine { output, line: line.clone() };
                keep(&mut self.lines, &line, &mut self.left_out);
            }
            Part::Buzzer(sound) => {
                let sound = OutputSound { output, sound: sound.clone() };
                keep(&mut self.sounds, &sound, &mut self.left_out);
            }
            Part::TransactionInfo(record) => self.transaction = Some(record.clone()),
            Part::Total(record, Place::TransactionInfo) => self.transaction_total = Some(record.clone()),
            Part::DccInfo(record) => self.dcc = Some(record.clone()),
            Part::Fragment { of: FragmentOf::EJournal, piece } => self.journal.append(piece),
            Part::Input(record) => self.input = Some(record.clone()),
            Part::Event(record) => self.event = Some(record.clone()),
            Part::Total(record, Place::Event) => self.event_total = Some(record.clone()),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.journal.seal();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}

message! {
    /// The till's answer to a [`DeviceRequest`].
    pub struct DeviceResponse {
        /// What became of each output.
        outputs: heapless::Vec<OutputResult, { limits::OUTPUTS }>,
        /// What was answered.
        input: Option<InputResult>,
        /// What the till makes of an event.
        event_result: Option<EventResult>,
        /// Its amount.
        event_total: Option<TotalAmount>,
        /// What was wrong with the request.
        error: Option<ErrorDetail>,
    }
}

impl DeviceResponse {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::DeviceResponse, &self.header);
        writer.records(&self.outputs);
        writer.records(&self.input);
        if let Some(result) = &self.event_result {
            writer.open_record(result);
            writer.amounts_like(self.event_total.as_ref());
            writer.records(&self.event_total);
            writer.close();
        }
        if self.error.is_some() {
            writer.within("ErrorDetail", |writer| writer.records(&self.error));
        }
        writer.finish()
    }
}

impl Collect for DeviceResponse {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::OutputResult(record) => keep(&mut self.outputs, record, &mut self.left_out),
            Part::InputResult(record) => self.input = Some(record.clone()),
            Part::EventResult(record) => self.event_result = Some(record.clone()),
            Part::Total(record, Place::EventResult) => self.event_total = Some(record.clone()),
            Part::ErrorDetail(record) => self.error = Some(record.clone()),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}
