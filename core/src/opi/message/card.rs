//! `CardServiceRequest` and `CardServiceResponse`.

use super::encode::{EncodeError, MessageWriter, Style};
use super::facts::{Diagnosis, ErrorDetail, PrivateFacts};
use super::fragment::Fragment;
use super::header::{Header, Kind, OriginalHeader};
use super::part::{FragmentOf, Part, Place};
use super::payment::{
    Acquirer, Authorisation, CardCircuit, CardValue, Loyalty, OriginalTransaction, PosData, SaleItem, Terminal,
    TotalAmount,
};
use super::whole::{Collect, keep, message};
use crate::limits;

message! {
    /// The till asks for a card operation.
    pub struct CardServiceRequest {
        /// The till and its wishes. Always there but in a few German messages.
        pos_data: Option<PosData>,
        /// Loyalty.
        loyalty: Option<Loyalty>,
        /// Brands this payment is restricted to. CCV tills also send an empty list, for no restriction.
        card_circuits: Option<heapless::Vec<CardCircuit, { limits::CARD_CIRCUITS_ASKED }>>,
        /// What it refers to.
        original: Option<OriginalTransaction>,
        /// How much.
        total: Option<TotalAmount>,
        /// What is sold.
        sale_items: heapless::Vec<SaleItem, { limits::SALE_ITEMS }>,
        /// A card that is not to be read.
        card_value: Option<CardValue>,
        /// Which acquirer.
        acquirer: Option<Acquirer>,
        /// Whatever vendors agreed on.
        private_data: Fragment<{ limits::FRAGMENT_ASKED }>,
    }
}

impl CardServiceRequest {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::CardServiceRequest, &self.header);
        writer.amounts_like(self.total.as_ref());
        writer.records(&self.pos_data);
        writer.records(&self.loyalty);
        if !style.card_circuits_last {
            self.write_card_circuits(&mut writer);
        }
        writer.records(&self.original);
        writer.records(&self.total);
        if style.card_circuits_last {
            self.write_card_circuits(&mut writer);
        }
        writer.records(&self.sale_items);
        writer.records(&self.card_value);
        writer.records(&self.acquirer);
        if !self.private_data.is_empty() {
            writer.fragment("PrivateData", &self.private_data);
        }
        writer.finish()
    }

    fn write_card_circuits(&self, writer: &mut MessageWriter<'_>) {
        if let Some(circuits) = &self.card_circuits {
            writer.within("CardCircuitCollection", |writer| writer.records(circuits));
        }
    }
}

impl Collect for CardServiceRequest {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::PosData(record) => self.pos_data = Some(record.clone()),
            Part::Loyalty(record) => self.loyalty = Some(record.clone()),
            Part::CardCircuits => {
                self.card_circuits.get_or_insert_default();
            }
            Part::CardCircuit(record) => {
                keep(self.card_circuits.get_or_insert_default(), record, &mut self.left_out);
            }
            Part::OriginalTransaction(record) => self.original = Some(record.clone()),
            Part::Total(record, Place::Message) => self.total = Some(record.clone()),
            Part::SaleItem(record) => keep(&mut self.sale_items, record, &mut self.left_out),
            Part::CardValue(record) => self.card_value = Some(record.clone()),
            Part::Acquirer(record) => self.acquirer = Some(record.clone()),
            Part::Fragment { of: FragmentOf::PrivateData, piece } => self.private_data.append(piece),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.private_data.seal();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}

message! {
    /// The terminal's final answer to a [`CardServiceRequest`].
    pub struct CardServiceResponse {
        /// Which terminal.
        terminal: Option<Terminal>,
        /// What was wrong with the request.
        errors: heapless::Vec<ErrorDetail, { limits::ERRORS }>,
        /// What was paid. Read below `Tender` and, if it is not there, below the root; written below `Tender`.
        total: Option<TotalAmount>,
        /// How it was authorised.
        authorisation: Option<Authorisation>,
        /// Loyalty.
        loyalty: Option<Loyalty>,
        /// What was sold, with rebates.
        sale_items: heapless::Vec<SaleItem, { limits::SALE_ITEMS }>,
        /// The message that is repeated.
        original_header: Option<OriginalHeader>,
        /// What was read from the card.
        card_value: Option<CardValue>,
        /// Why it was declined. Written inside of `PrivateData` if there is no fragment for it.
        diagnosis: Option<Diagnosis>,
        /// German facts. Written as `PrivateData` if there is no fragment for it.
        facts: Option<PrivateFacts>,
        /// The content of `PrivateData` as written, of several ones one behind the other.
        private_data: Fragment<{ limits::FRAGMENT }>,
    }
}

impl CardServiceResponse {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::CardServiceResponse, &self.header);
        writer.amounts_like(self.total.as_ref());
        writer.records(&self.terminal);
        if !self.errors.is_empty() {
            writer.within("ErrorDetail", |writer| writer.records(&self.errors));
        }
        if self.total.is_some() || self.authorisation.is_some() {
            writer.within("Tender", |writer| {
                writer.records(&self.total);
                writer.records(&self.authorisation);
            });
        }
        writer.records(&self.loyalty);
        writer.records(&self.sale_items);
        writer.records(&self.original_header);
        writer.records(&self.card_value);
        if !self.private_data.is_empty() {
            writer.fragment("PrivateData", &self.private_data);
        } else if self.diagnosis.is_some() || self.facts.is_some() {
            writer.within("PrivateData", |writer| {
                writer.records(&self.diagnosis);
                writer.contents(&self.facts);
            });
        }
        writer.finish()
    }
}

impl Collect for CardServiceResponse {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::Terminal(record) => self.terminal = Some(record.clone()),
            Part::ErrorDetail(record) => keep(&mut self.errors, record, &mut self.left_out),
            Part::Total(record, Place::Tender) => self.total = Some(record.clone()),
            Part::Total(record, Place::Message) => {
                self.total.get_or_insert_with(|| record.clone());
            }
            Part::Authorisation(record) => self.authorisation.get_or_insert_default().fill(record),
            Part::Loyalty(record) => self.loyalty = Some(record.clone()),
            Part::SaleItem(record) => keep(&mut self.sale_items, record, &mut self.left_out),
            Part::OriginalHeader(record) => self.original_header = Some(record.clone()),
            Part::CardValue(record) => self.card_value = Some(record.clone()),
            Part::Diagnosis(record) => self.diagnosis = Some(record.clone()),
            Part::PrivateFacts(record) => self.facts = Some(record.clone()),
            Part::Fragment { of: FragmentOf::PrivateData, piece } => self.private_data.append(piece),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.private_data.seal();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}
