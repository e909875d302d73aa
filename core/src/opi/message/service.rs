//! `ServiceRequest` and `ServiceResponse`.

use super::encode::{EncodeError, MessageWriter, Style};
use super::facts::{
    Acq, Agent, Device, Diagnosis, DiagnosisResult, EncryptionExponent, EncryptionRsa, ErrorDetail, ErrorResponse,
    Identification, Language, PinPadProgramLoad, PrivateFacts, ServiceReference, Submission,
};
use super::fragment::Fragment;
use super::header::{Header, Kind, OriginalHeader};
use super::instrument::CardCircuit;
use super::part::{FragmentOf, Part, Place};
use super::payment::{Authorisation, PosData, Terminal, TotalAmount};
use super::whole::{Collect, keep, message};
use crate::limits;

message! {
    /// The till asks for a service.
    pub struct ServiceRequest {
        /// The till and its wishes. Always there but in a few German messages.
        pos_data: Option<PosData>,
        /// How much (prepaid agents).
        total: Option<TotalAmount>,
        /// Which agent.
        agent: Option<Agent>,
        /// What is to be loaded.
        pin_pad_program_load: Option<PinPadProgramLoad>,
        /// Whatever vendors agreed on, such as which receipts the till prints (German logins).
        private_data: Fragment<{ limits::FRAGMENT_ASKED }>,
        /// Which public key is asked for.
        encryption_rsa: Option<EncryptionRsa>,
    }
}

impl ServiceRequest {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::ServiceRequest, &self.header);
        writer.records(&self.pos_data);
        writer.amounts_like(self.total.as_ref());
        writer.records(&self.total);
        writer.records(&self.agent);
        writer.records(&self.pin_pad_program_load);
        writer.fragment("PrivateData", &self.private_data);
        writer.records(&self.encryption_rsa);
        writer.finish()
    }
}

impl Collect for ServiceRequest {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::PosData(record) => self.pos_data = Some(record.clone()),
            Part::Total(record, Place::Message) => self.total = Some(record.clone()),
            Part::Agent(record) => self.agent = Some(record.clone()),
            Part::PinPadProgramLoad(record) => self.pin_pad_program_load = Some(record.clone()),
            Part::EncryptionRsa(record) => self.encryption_rsa = Some(record.clone()),
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
    /// The terminal's final answer to a [`ServiceRequest`].
    pub struct ServiceResponse {
        /// Which terminal.
        terminal: Option<Terminal>,
        /// What was wrong with the request.
        errors: heapless::Vec<ErrorDetail, { limits::ERRORS }>,
        /// What stands besides the errors.
        error_response: Option<ErrorResponse>,
        /// How it was authorised.
        authorisation: Option<Authorisation>,
        /// Language of the reconciliation.
        language: Option<Language>,
        /// Lines of the reconciliation.
        totals: heapless::Vec<TotalAmount, { limits::RECONCILIATION_LINES }>,
        /// What was submitted.
        submission: Option<Submission>,
        /// Result of a self test.
        diagnosis_result: Option<DiagnosisResult>,
        /// The message that is repeated.
        original_header: Option<OriginalHeader>,
        /// Brands the terminal takes. Not written if they stand in the fragment.
        card_circuits: heapless::Vec<CardCircuit, { limits::CARD_CIRCUITS }>,
        /// Modulus of the terminal's public key, in hexadecimal digits.
        encryption_modulus: Fragment<{ limits::MODULUS }>,
        /// Its exponent.
        encryption_exponent: Option<EncryptionExponent>,
        /// Reference of the answer.
        reference: Option<ServiceReference>,
        /// Versions of its devices.
        devices: heapless::Vec<Device, { limits::DEVICES }>,
        /// Who the terminal is. Written inside of `PrivateData` if there is no fragment for it, as the next three.
        identification: Option<Identification>,
        /// Its acquirers.
        acquirers: heapless::Vec<Acq, { limits::ACQUIRERS }>,
        /// Why it failed.
        diagnosis: Option<Diagnosis>,
        /// German facts.
        facts: Option<PrivateFacts>,
        /// The content of `PrivateData` as written, of several ones one behind the other.
        private_data: Fragment<{ limits::FRAGMENT }>,
    }
}

impl ServiceResponse {
    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(Kind::ServiceResponse, &self.header);
        writer.records(&self.terminal);
        writer.errors(&self.errors, &self.error_response);
        writer.records(&self.authorisation);
        if !self.totals.is_empty() || self.language.is_some() {
            writer.within("Reconciliation", |writer| {
                writer.records(&self.language);
                for total in &self.totals {
                    writer.amounts_like(Some(total));
                    writer.record(total);
                }
            });
        }
        writer.records(&self.submission);
        writer.records(&self.diagnosis_result);
        writer.records(&self.original_header);
        // Some terminals send the brands inside of PrivateData; they are not to be doubled.
        if !self.card_circuits.is_empty() && !self.private_data.has("CardCircuit") {
            writer.within("CardCircuitCollection", |writer| writer.records(&self.card_circuits));
        }
        writer.fragment("EncryptionModulus", &self.encryption_modulus);
        writer.records(&self.encryption_exponent);
        writer.records(&self.reference);
        if !self.devices.is_empty() {
            writer.within("Versions", |writer| {
                writer.within("Devices", |writer| writer.records(&self.devices));
            });
        }
        self.write_private(&mut writer);
        writer.finish()
    }

    fn write_private(&self, writer: &mut MessageWriter<'_>) {
        if !self.private_data.is_empty() {
            return writer.fragment("PrivateData", &self.private_data);
        }
        let something = self.identification.is_some()
            || !self.acquirers.is_empty()
            || self.diagnosis.is_some()
            || self.facts.is_some();
        if something {
            writer.within("PrivateData", |writer| {
                writer.records(&self.identification);
                writer.records(&self.acquirers);
                writer.records(&self.diagnosis);
                writer.contents(&self.facts);
            });
        }
    }
}

impl Collect for ServiceResponse {
    fn begin(header: &Header) -> Self {
        Self { header: header.clone(), ..Self::default() }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::Terminal(record) => self.terminal = Some(record.clone()),
            Part::ErrorDetail(record) => keep(&mut self.errors, record, &mut self.left_out),
            Part::Authorisation(record) => self.authorisation.get_or_insert_default().fill(record),
            Part::ErrorResponse(record) => self.error_response = Some(record.clone()),
            Part::Language(record, Place::Reconciliation) => self.language = Some(record.clone()),
            Part::EncryptionExponent(record) => self.encryption_exponent = Some(record.clone()),
            Part::Reference(record) => self.reference = Some(record.clone()),
            Part::Fragment { of: FragmentOf::EncryptionModulus, piece } => self.encryption_modulus.append(piece),
            Part::Total(record, Place::Reconciliation) => keep(&mut self.totals, record, &mut self.left_out),
            Part::Submission(record) => self.submission = Some(record.clone()),
            Part::DiagnosisResult(record) => self.diagnosis_result = Some(record.clone()),
            Part::OriginalHeader(record) => self.original_header = Some(record.clone()),
            Part::CardCircuit(record) => keep(&mut self.card_circuits, record, &mut self.left_out),
            Part::Device(record) => keep(&mut self.devices, record, &mut self.left_out),
            Part::Identification(record) => self.identification = Some(record.clone()),
            Part::Acq(record) => keep(&mut self.acquirers, record, &mut self.left_out),
            Part::Diagnosis(record) => self.diagnosis = Some(record.clone()),
            Part::PrivateFacts(record) => self.facts = Some(record.clone()),
            Part::Fragment { of: FragmentOf::PrivateData, piece } => self.private_data.append(piece),
            _ => {}
        }
    }

    fn end(&mut self, header: &Header, skipped: u32) {
        self.header = header.clone();
        self.encryption_modulus.seal();
        self.private_data.seal();
        self.left_out = self.left_out.saturating_add(skipped);
    }
}
