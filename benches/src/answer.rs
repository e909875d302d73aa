//! The answer to a payment, as typed fields: what was paid, how it was authorised, and what the cashier is told.

use opi_core::opi::message::{Decoder, IXRETAIL, Part, Place};
use opi_core::xml::Tolerance;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::corpus;

/// The serde types of an answer; the two serde readers differ in the name they give to text.
macro_rules! answer_types {
    ($(#[$meta:meta])* $module:ident, $text:literal) => {
        $(#[$meta])*
        #[allow(missing_docs)]
        pub mod $module {
            use serde::Deserialize;

            #[derive(Clone, Debug, Deserialize)]
            #[serde(rename = "CardServiceResponse")]
            pub struct Answer {
                #[serde(rename = "@RequestType")]
                pub request_type: String,
                #[serde(rename = "@WorkstationID")]
                pub workstation_id: String,
                #[serde(rename = "@RequestID")]
                pub request_id: String,
                #[serde(rename = "@OverallResult")]
                pub overall_result: String,
                #[serde(rename = "Terminal")]
                pub terminal: Terminal,
                #[serde(rename = "Tender")]
                pub tender: Tender,
                #[serde(rename = "PrivateData")]
                pub private: Private,
            }

            #[derive(Clone, Debug, Deserialize)]
            pub struct Terminal {
                #[serde(rename = "@TerminalID")]
                pub terminal_id: String,
                #[serde(rename = "@STAN")]
                pub stan: String,
            }

            #[derive(Clone, Debug, Deserialize)]
            pub struct Tender {
                #[serde(rename = "TotalAmount")]
                pub total: Total,
                #[serde(rename = "Authorization")]
                pub authorisation: Authorisation,
            }

            #[derive(Clone, Debug, Deserialize)]
            pub struct Total {
                #[serde(rename = "@Currency")]
                pub currency: String,
                #[serde(rename = $text)]
                pub value: String,
            }

            #[derive(Clone, Debug, Deserialize)]
            pub struct Authorisation {
                #[serde(rename = "@AcquirerID")]
                pub acquirer_id: String,
                #[serde(rename = "@TimeStamp")]
                pub time_stamp: String,
                #[serde(rename = "@ApprovalCode")]
                pub approval_code: String,
                #[serde(rename = "@CardCircuit")]
                pub card_circuit: String,
                #[serde(rename = "@Merchant")]
                pub merchant: String,
                #[serde(rename = "@TrxReferenceNumber")]
                pub trx_reference_number: String,
                #[serde(rename = "@ReceiptNumber")]
                pub receipt_number: String,
            }

            #[derive(Clone, Debug, Deserialize)]
            pub struct Private {
                #[serde(rename = "ErrorCode")]
                pub error_code: String,
                #[serde(rename = "ErrorText")]
                pub error_text: String,
            }
        }
    };
}

answer_types!(
    /// For quick-xml.
    quick, "$text");
answer_types!(
    /// For serde-xml-rs.
    serde_rs, "#text");

/// The fields that all of them read, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// `RequestType`, `WorkstationID`, `RequestID`, `OverallResult`.
    pub header: [String; 4],
    /// `TerminalID`, `STAN`.
    pub terminal: [String; 2],
    /// Currency and value.
    pub total: [String; 2],
    /// `AcquirerID`, `TimeStamp`, `ApprovalCode`, `CardCircuit`, `Merchant`, `TrxReferenceNumber`, `ReceiptNumber`.
    pub authorisation: [String; 7],
    /// `ErrorCode`, `ErrorText`.
    pub private: [String; 2],
}

/// opi-core as a session reads it: every field of the message is read, and each part given to `part`.
///
/// # Panics
/// It is no message.
pub fn opi_core(decoder: &mut Decoder, document: &[u8], part: &mut impl FnMut(&Part<'_>)) {
    decoder.reset();
    let mut input = document;
    loop {
        let next = decoder.next(&mut input, true).expect("a message").expect("complete");
        part(&next);
        if let Part::End = next {
            return;
        }
    }
}

/// quick-xml, read by hand: the fields above and no others.
///
/// # Panics
/// It is no message.
#[must_use]
pub fn quick_xml_by_hand(document: &[u8]) -> Fields {
    let mut reader = Reader::from_str(std::str::from_utf8(document).expect("UTF-8"));
    let mut fields = Fields::default();
    let mut text: Option<fn(&mut Fields) -> &mut String> = None;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                read_tag(&tag, &mut fields);
                text = match tag.local_name().as_ref() {
                    "TotalAmount" => Some(|fields| &mut fields.total[1]),
                    "ErrorCode" => Some(|fields| &mut fields.private[0]),
                    "ErrorText" => Some(|fields| &mut fields.private[1]),
                    _ => None,
                };
            }
            Event::Empty(tag) => read_tag(&tag, &mut fields),
            Event::Text(piece) => {
                if let Some(field) = text {
                    field(&mut fields).push_str(&piece.xml10_content());
                }
            }
            Event::CData(piece) => {
                if let Some(field) = text {
                    field(&mut fields).push_str(&piece.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let Some(field) = text else { continue };
                let field = field(&mut fields);
                match reference.resolve_char_ref().expect("well-formed") {
                    Some(char) => field.push(char),
                    None => field.push_str(resolve_predefined_entity(&reference.xml10_content()).expect("predefined")),
                }
            }
            Event::End(_) => text = None,
            Event::Eof => return fields,
            _ => {}
        }
    }
}

fn read_tag(tag: &BytesStart<'_>, fields: &mut Fields) {
    let name = tag.local_name();
    for attribute in tag.attributes() {
        let attribute = attribute.expect("well-formed");
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("well-formed");
        let field = match (name.as_ref(), attribute.key.local_name().as_ref()) {
            ("CardServiceResponse", "RequestType") => &mut fields.header[0],
            ("CardServiceResponse", "WorkstationID") => &mut fields.header[1],
            ("CardServiceResponse", "RequestID") => &mut fields.header[2],
            ("CardServiceResponse", "OverallResult") => &mut fields.header[3],
            ("Terminal", "TerminalID") => &mut fields.terminal[0],
            ("Terminal", "STAN") => &mut fields.terminal[1],
            ("TotalAmount", "Currency") => &mut fields.total[0],
            ("Authorization", "AcquirerID") => &mut fields.authorisation[0],
            ("Authorization", "TimeStamp") => &mut fields.authorisation[1],
            ("Authorization", "ApprovalCode") => &mut fields.authorisation[2],
            ("Authorization", "CardCircuit") => &mut fields.authorisation[3],
            ("Authorization", "Merchant") => &mut fields.authorisation[4],
            ("Authorization", "TrxReferenceNumber") => &mut fields.authorisation[5],
            ("Authorization", "ReceiptNumber") => &mut fields.authorisation[6],
            _ => continue,
        };
        *field = value.into_owned();
    }
}

/// serde types, by quick-xml.
///
/// # Panics
/// It is no such message.
#[must_use]
pub fn quick_xml_serde(document: &[u8]) -> quick::Answer {
    quick_xml::de::from_str(std::str::from_utf8(document).expect("UTF-8")).expect("an answer")
}

/// serde types, by serde-xml-rs.
///
/// # Panics
/// It is no such message.
#[must_use]
pub fn serde_xml_rs(document: &[u8]) -> serde_rs::Answer {
    let config = serde_xml_rs::SerdeXml::new().default_namespace(IXRETAIL);
    config.from_str(std::str::from_utf8(document).expect("UTF-8")).expect("an answer")
}

macro_rules! fields_of {
    ($answer:expr) => {{
        let it = $answer;
        let authorisation = it.tender.authorisation;
        Fields {
            header: [it.request_type, it.workstation_id, it.request_id, it.overall_result],
            terminal: [it.terminal.terminal_id, it.terminal.stan],
            total: [it.tender.total.currency, it.tender.total.value],
            authorisation: [
                authorisation.acquirer_id,
                authorisation.time_stamp,
                authorisation.approval_code,
                authorisation.card_circuit,
                authorisation.merchant,
                authorisation.trx_reference_number,
                authorisation.receipt_number,
            ],
            private: [it.private.error_code, it.private.error_text],
        }
    }};
}

fn collect(part: &Part<'_>, fields: &mut Fields) {
    fn text(shown: Option<impl ToString>) -> String {
        shown.map(|shown| shown.to_string()).unwrap_or_default()
    }
    match part {
        Part::Header(it) => {
            fields.header = [
                text(it.request_type.as_ref()),
                text(it.workstation_id.as_ref()),
                text(it.request_id.as_ref()),
                text(it.overall_result.as_ref()),
            ];
        }
        Part::Terminal(it) => fields.terminal = [text(it.terminal_id.as_ref()), text(it.stan.as_ref())],
        Part::Total(it, Place::Tender) => {
            let amount = it.money().map(|amount| amount.to_string()).unwrap_or_default();
            let (value, currency) = amount.split_once(' ').unwrap_or_default();
            fields.total = [currency.to_owned(), value.to_owned()];
        }
        Part::Authorisation(it) if it.approval_code.is_some() => {
            fields.authorisation = [
                text(it.acquirer_id.as_ref()),
                text(it.time_stamp.as_ref()),
                text(it.approval_code.as_ref()),
                text(it.card_circuit.as_ref()),
                text(it.merchant.as_ref()),
                text(it.trx_reference_number.as_ref()),
                text(it.receipt_number.as_ref()),
            ];
        }
        Part::PrivateFacts(it) => {
            fields.private = [text(it.error_code.as_ref()), it.error_text.as_str().to_owned()];
        }
        _ => {}
    }
}

/// Proves that all read the same fields of both answers of the corpus.
///
/// # Panics
/// They do not.
pub fn check() {
    for document in [corpus::ANSWER, corpus::ANSWER_ESCAPED] {
        let mut ours = Fields::default();
        opi_core(&mut Decoder::new(Tolerance::FIELD), document.bytes, &mut |part| collect(part, &mut ours));
        assert_eq!(ours.header[3], "Success");
        assert_eq!(ours, quick_xml_by_hand(document.bytes), "{}: quick-xml by hand", document.name);
        assert_eq!(ours, fields_of!(quick_xml_serde(document.bytes)), "{}: quick-xml serde", document.name);
        assert_eq!(ours, fields_of!(serde_xml_rs(document.bytes)), "{}: serde-xml-rs", document.name);
    }
}
