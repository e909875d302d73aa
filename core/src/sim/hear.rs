//! What a till said: the parts of its messages that matter to a terminal, found by their names.

use core::fmt::Write;

use heapless::{String, Vec};

use crate::id::Id;
use crate::limits;
use crate::text::Text;
use crate::xml::{Name, Reader, Token, Tolerance};

/// A value of a message.
pub(super) type Word = Id<{ limits::VOCABULARY }>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Root {
    CardServiceRequest,
    ServiceRequest,
    DeviceResponse,
    #[default]
    Other,
}

/// One answered output or input.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Answered {
    pub(super) target: Word,
    pub(super) result: Word,
}

/// A message of a till.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) root: Root,
    pub(super) workstation: Id<{ limits::WORKSTATION_ID }>,
    pub(super) request_id: Id<{ limits::REQUEST_ID }>,
    pub(super) request_type: Word,
    pub(super) overall_result: Word,
    pub(super) sequence_id: Word,
    pub(super) terminal_id: Word,
    pub(super) reference: Option<Word>,
    pub(super) has_pos_data: bool,
    pub(super) language: Word,
    pub(super) printer: Word,
    pub(super) journal_printer: Word,
    pub(super) e_journal: Word,
    pub(super) trx_reference: Option<Word>,
    pub(super) original_stan: Option<Word>,
    pub(super) amount: Option<Word>,
    pub(super) currency: Word,
    pub(super) cash_back: Option<Word>,
    pub(super) outputs: Vec<Answered, { limits::SIM_STEPS }>,
    pub(super) input: Option<Answered>,
    pub(super) boolean: Option<Word>,
    pub(super) number: Option<Word>,
    pub(super) string: Option<Text<{ limits::TEXT_LINE }>>,
    pub(super) has_event_result: bool,
    /// An identifier was too long for its field.
    pub(super) too_long: bool,
}

/// The message is no XML, or deeper than any message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unreadable;

/// Open elements of the deepest message of a till, and some more.
const DEPTH: usize = 16;

/// Longest name that means something here.
const NAME: usize = 32;

impl Heard {
    /// Reads a whole message. What was read before a mistake stays, so that the refusal can echo it.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<(), Unreadable> {
        let mut reader = Reader::new(Tolerance::FIELD);
        let mut open: Vec<String<NAME>, DEPTH> = Vec::new();
        let mut name: String<NAME> = String::new();
        let mut value: Text<{ limits::TEXT_LINE }> = Text::new();
        loop {
            match reader.next(&mut bytes, true).map_err(|_| Unreadable)?.ok_or(Unreadable)? {
                Token::Open(tag) => {
                    open.push(local(tag)).map_err(|_| Unreadable)?;
                    value.clear();
                    let tag = open.last().map_or("", String::as_str);
                    if open.len() == 1 {
                        self.root = match tag {
                            "CardServiceRequest" => Root::CardServiceRequest,
                            "ServiceRequest" => Root::ServiceRequest,
                            "DeviceResponse" => Root::DeviceResponse,
                            _ => Root::Other,
                        };
                    }
                    self.enter(tag, open.len());
                }
                Token::Attribute { name: attribute, value: piece, more } => {
                    name = local(attribute);
                    value.clear();
                    let _ = piece.write_to(&mut value);
                    if !more {
                        self.set(&open, &name, &value);
                        value.clear();
                    }
                }
                Token::Value { value: piece, more } => {
                    let _ = piece.write_to(&mut value);
                    if !more {
                        self.set(&open, &name, &value);
                        value.clear();
                    }
                }
                Token::Enter => value.clear(),
                Token::Text(piece) => {
                    let _ = piece.write_to(&mut value);
                }
                Token::Close => {
                    if let Some(tag) = open.pop() {
                        self.set(&open, &tag, &value);
                    }
                    value.clear();
                }
                Token::End => return Ok(()),
            }
        }
    }

    fn enter(&mut self, tag: &str, depth: usize) {
        match tag {
            "POSdata" | "POSData" => self.has_pos_data = true,
            "EventResult" => self.has_event_result = true,
            "Output" if depth == 2 => drop(self.outputs.push(Answered::default())),
            "Input" if depth == 2 => self.input = Some(Answered::default()),
            _ => {}
        }
    }

    /// Takes a value: an attribute or a child of the innermost open element.
    fn set(&mut self, open: &[String<NAME>], name: &str, value: &Text<{ limits::TEXT_LINE }>) {
        let text = value.as_str();
        let word = Word::new(text.trim());
        match (open.last().map_or("", String::as_str), name) {
            ("CardServiceRequest" | "ServiceRequest" | "DeviceResponse", _) if open.len() == 1 => match name {
                "WorkstationID" => keep(&mut self.workstation, text, &mut self.too_long),
                "RequestID" => keep(&mut self.request_id, text, &mut self.too_long),
                "RequestType" => keep(&mut self.request_type, text, &mut self.too_long),
                "OverallResult" => keep(&mut self.overall_result, text, &mut self.too_long),
                "SequenceID" => keep(&mut self.sequence_id, text, &mut self.too_long),
                "TerminalID" => keep(&mut self.terminal_id, text, &mut self.too_long),
                "ReferenceNumber" => self.reference = word.ok(),
                "TotalAmount" => self.amount = word.ok(),
                _ => {}
            },
            ("POSdata" | "POSData", "LanguageCode") => self.language = word.unwrap_or_default(),
            ("POSdata" | "POSData", "PrinterStatus") => self.printer = word.unwrap_or_default(),
            ("POSdata" | "POSData", "JournalPrinterStatus") => self.journal_printer = word.unwrap_or_default(),
            ("POSdata" | "POSData", "E-JournalStatus") => self.e_journal = word.unwrap_or_default(),
            ("POSdata" | "POSData", "TrxReferenceNumber") => self.trx_reference = word.ok(),
            ("OriginalTransaction", "STAN") => self.original_stan = word.ok(),
            ("TotalAmount", "Currency") if open.len() == 2 => self.currency = word.unwrap_or_default(),
            ("TotalAmount", "CashBackAmount") if open.len() == 2 => self.cash_back = word.ok(),
            ("Output", "OutDeviceTarget") => self.last_output(|output| output.target = word.unwrap_or_default()),
            ("Output", "OutResult") => self.last_output(|output| output.result = word.unwrap_or_default()),
            ("Input", "InDeviceTarget") => self.the_input(|input| input.target = word.unwrap_or_default()),
            ("Input", "InResult") => self.the_input(|input| input.result = word.unwrap_or_default()),
            ("InputValue", "InBoolean") => self.boolean = word.ok(),
            ("InputValue", "InNumber") => self.number = word.ok(),
            ("InputValue", "InString") => self.string = Some(value.clone()),
            _ => {}
        }
    }

    fn last_output(&mut self, change: impl FnOnce(&mut Answered)) {
        if let Some(output) = self.outputs.last_mut() {
            change(output);
        }
    }

    fn the_input(&mut self, change: impl FnOnce(&mut Answered)) {
        if let Some(input) = &mut self.input {
            change(input);
        }
    }

    pub(super) fn is_german(&self) -> bool {
        self.language == *"de" || self.language.is_empty()
    }
}

fn keep<const N: usize>(field: &mut Id<N>, text: &str, too_long: &mut bool) {
    match Id::new(text) {
        Ok(id) => *field = id,
        Err(_) => *too_long = true,
    }
}

fn local(name: Name<'_>) -> String<NAME> {
    let mut text = String::new();
    let local = core::str::from_utf8(name.local()).unwrap_or_default();
    // A longer name is none of ours.
    if text.write_str(local).is_err() {
        text.clear();
    }
    text
}
