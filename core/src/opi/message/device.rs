//! `DeviceRequest` and `DeviceResponse`.

use super::encode::{EncodeError, MessageWriter, Style};
use super::event::{AuthResponse, Event, EventResult, TransactionLimits};
use super::facts::{ErrorDetail, ErrorResponse};
use super::fragment::Fragment;
use super::goods::{Product, SaleItem};
use super::header::{Header, Kind};
use super::instrument::Acquirer;
use super::output::{
    Buzzer, DccInfo, ImageFile, InputCommand, InputResult, Mac, OutSecureData, Output, OutputResult, TextLine,
    TransactionInfo,
};
use super::part::{FragmentOf, Part, Place};
use super::payment::TotalAmount;
use super::record::Written;
use super::vocabulary::DeviceTarget;
use super::whole::{Collect, keep, message};
use crate::limits;

/// Something of an output, with the number of the output.
macro_rules! of_output {
    ($($(#[$meta:meta])* $name:ident { $(#[$field_meta:meta])* $field:ident: $record:ident })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name {
            /// Number of the output, from 0.
            pub output: u8,
            $(#[$field_meta])*
            pub $field: $record,
        }

        impl OfOutput for $name {
            type Record = $record;
            fn new(output: u8, record: &$record) -> Self {
                Self { output, $field: record.clone() }
            }
            fn of(&self, output: usize) -> Option<&$record> {
                (usize::from(self.output) == output).then_some(&self.$field)
            }
        }
    )+};
}

trait OfOutput: Clone {
    type Record: Written;
    fn new(output: u8, record: &Self::Record) -> Self;
    /// The record, if it belongs to this output.
    fn of(&self, output: usize) -> Option<&Self::Record>;
}

of_output! {
    /// A line and the number of the output it belongs to.
    OutputLine {
        /// The line.
        line: TextLine
    }
    /// A sound and the number of the output it belongs to.
    OutputSound {
        /// The sound.
        sound: Buzzer
    }
    /// Encrypted data and the number of the output it belongs to.
    OutputData {
        /// The data.
        data: OutSecureData
    }
    /// An authentication code and the number of the output it belongs to.
    OutputMac {
        /// The code.
        mac: Mac
    }
    /// A picture and the number of the output it belongs to.
    OutputImage {
        /// The picture.
        image: ImageFile
    }
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
        /// Encrypted data of the outputs.
        secure_data: heapless::Vec<OutputData, { limits::OUTPUT_EXTRAS }>,
        /// Authentication codes of the outputs.
        macs: heapless::Vec<OutputMac, { limits::OUTPUT_EXTRAS }>,
        /// Pictures of the outputs.
        images: heapless::Vec<OutputImage, { limits::OUTPUT_EXTRAS }>,
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
        /// What the card may buy.
        products: heapless::Vec<Product, { limits::PRODUCTS }>,
    }
}

impl DeviceRequest {
    /// The lines of one output.
    pub fn lines_of(&self, output: usize) -> impl Iterator<Item = &TextLine> {
        self.lines.iter().filter_map(move |line| line.of(output))
    }

    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::DeviceRequest, &self.header);
        let journal =
            self.outputs.iter().position(|output| output.target.as_ref().is_some_and(DeviceTarget::is_journal));
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
            // What the event is about stands in its data, too.
            writer.open_record_at(event, "EventData");
            writer.amounts_like(self.event_total.as_ref());
            writer.records(&self.event_total);
            if !self.products.is_empty() {
                writer.within("ProductsAllowed", |writer| writer.records(&self.products));
            }
            writer.close();
            writer.close();
        }
        writer.finish()
    }

    fn write_content(&self, writer: &mut MessageWriter<'_>, number: usize, journal: Option<usize>) {
        writer.records(self.lines_of(number));
        writer.records(self.sounds.iter().filter_map(|sound| sound.of(number)));
        writer.records(self.secure_data.iter().filter_map(|data| data.of(number)));
        writer.records(self.macs.iter().filter_map(|mac| mac.of(number)));
        writer.records(self.images.iter().filter_map(|image| image.of(number)));
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
            Part::TextLine(line) => keep(&mut self.lines, &OutputLine::new(output, line), &mut self.left_out),
            Part::Buzzer(sound) => keep(&mut self.sounds, &OutputSound::new(output, sound), &mut self.left_out),
            Part::OutSecureData(data) => {
                keep(&mut self.secure_data, &OutputData::new(output, data), &mut self.left_out)
            }
            Part::Mac(mac) => keep(&mut self.macs, &OutputMac::new(output, mac), &mut self.left_out),
            Part::ImageFile(image) => keep(&mut self.images, &OutputImage::new(output, image), &mut self.left_out),
            Part::Product(record) => keep(&mut self.products, record, &mut self.left_out),
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
        /// What is sold.
        event_items: heapless::Vec<SaleItem, { limits::SALE_ITEMS }>,
        /// Which acquirer.
        event_acquirer: Option<Acquirer>,
        /// How the till's own host authorised.
        auth_response: Option<AuthResponse>,
        /// Up to which amount the terminal may do what.
        transaction_limits: Option<TransactionLimits>,
        /// What was wrong with the request.
        error: Option<ErrorDetail>,
        /// What stands besides the error.
        error_response: Option<ErrorResponse>,
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
            writer.records(&self.event_items);
            writer.records(&self.event_acquirer);
            writer.records(&self.auth_response);
            writer.records(&self.transaction_limits);
            writer.close();
        }
        writer.errors(self.error.as_slice(), &self.error_response);
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
            Part::SaleItem(record) => keep(&mut self.event_items, record, &mut self.left_out),
            Part::Acquirer(record) => self.event_acquirer = Some(record.clone()),
            Part::AuthResponse(record) => self.auth_response = Some(record.clone()),
            Part::TransactionLimits(record) => self.transaction_limits = Some(record.clone()),
            Part::ErrorDetail(record) => self.error = Some(record.clone()),
            Part::ErrorResponse(record) => self.error_response = Some(record.clone()),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}
