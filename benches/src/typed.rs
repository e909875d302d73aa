//! A receipt to be printed, as a typed message: read, and written.

use std::borrow::Cow;

use opi_core::frame;
use opi_core::opi::message::{Decoder, IXRETAIL, Message, Part, Style, TextLine};
use opi_core::xml::Tolerance;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use crate::corpus;

/// The serde types of a receipt; the two serde readers differ in the name they give to text.
macro_rules! receipt_types {
    ($(#[$meta:meta])* $module:ident, $text:literal) => {
        $(#[$meta])*
        pub mod $module {
            use serde::{Deserialize, Serialize};

            /// `DeviceRequest`.
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(rename = "DeviceRequest")]
            #[allow(missing_docs)]
            pub struct Receipt {
                #[serde(rename = "@xmlns", default, skip_serializing_if = "Option::is_none")]
                pub namespace: Option<String>,
                #[serde(rename = "@RequestType")]
                pub request_type: String,
                #[serde(rename = "@ApplicationSender")]
                pub application_sender: String,
                #[serde(rename = "@WorkstationID")]
                pub workstation_id: String,
                #[serde(rename = "@RequestID")]
                pub request_id: String,
                #[serde(rename = "@SequenceID")]
                pub sequence_id: String,
                #[serde(rename = "@TerminalID")]
                pub terminal_id: String,
                #[serde(rename = "Output")]
                pub output: Output,
            }

            /// `Output`.
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct Output {
                #[serde(rename = "@OutDeviceTarget")]
                pub target: String,
                #[serde(rename = "@Complete")]
                pub complete: bool,
                #[serde(rename = "TextLine")]
                pub lines: Vec<Line>,
            }

            /// `TextLine`.
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct Line {
                #[serde(rename = "@Row")]
                pub row: u16,
                #[serde(rename = "@Column")]
                pub column: u16,
                #[serde(rename = "@Alignment", skip_serializing_if = "Option::is_none")]
                pub alignment: Option<String>,
                #[serde(rename = "@CharStyle2", skip_serializing_if = "Option::is_none")]
                pub style: Option<String>,
                #[serde(rename = $text, default)]
                pub text: String,
            }
        }
    };
}

receipt_types!(
    /// For quick-xml.
    quick, "$text");
receipt_types!(
    /// For serde-xml-rs.
    serde_rs, "#text");

/// What a user of quick-xml writes who wants speed: texts are lent, attributes that are kept are copied (their
/// borrow ends with the tag).
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ByHand<'a> {
    pub request_type: String,
    pub application_sender: String,
    pub workstation_id: String,
    pub request_id: String,
    pub sequence_id: String,
    pub terminal_id: String,
    pub target: String,
    pub complete: bool,
    pub lines: Vec<LineByHand<'a>>,
}

/// A line of it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct LineByHand<'a> {
    pub row: u16,
    pub column: u16,
    pub alignment: Option<String>,
    pub style: Option<String>,
    pub text: Cow<'a, str>,
}

/// opi-core, the message kept whole.
#[must_use]
pub fn opi_core(document: &[u8]) -> Message {
    Message::decode(document, Tolerance::FIELD).expect("a message")
}

/// opi-core as a session reads it: part by part. Gives each line to `line`.
pub fn opi_core_parts(decoder: &mut Decoder, document: &[u8], line: &mut impl FnMut(&TextLine)) {
    decoder.reset();
    let mut input = document;
    loop {
        match decoder.next(&mut input, true).expect("a message").expect("complete") {
            Part::TextLine(text_line) => line(text_line),
            Part::End => return,
            _ => {}
        }
    }
}

/// quick-xml, read by hand.
#[must_use]
pub fn quick_xml_by_hand(document: &[u8]) -> ByHand<'_> {
    let mut reader = Reader::from_str(std::str::from_utf8(document).expect("UTF-8"));
    let mut receipt = ByHand::default();
    let mut in_line = false;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                in_line = tag.local_name().as_ref() == "TextLine";
                read_tag(&tag, &mut receipt);
            }
            Event::Empty(tag) => read_tag(&tag, &mut receipt),
            Event::Text(text) if in_line => {
                let line = receipt.lines.last_mut().expect("in a line");
                let text = text.xml10_content();
                if line.text.is_empty() {
                    line.text = text;
                } else {
                    line.text.to_mut().push_str(&text);
                }
            }
            Event::CData(text) if in_line => {
                receipt.lines.last_mut().expect("in a line").text.to_mut().push_str(&text.xml10_content());
            }
            Event::GeneralRef(reference) if in_line => {
                let text = receipt.lines.last_mut().expect("in a line").text.to_mut();
                match reference.resolve_char_ref().expect("well-formed") {
                    Some(char) => text.push(char),
                    None => text.push_str(resolve_predefined_entity(&reference.xml10_content()).expect("predefined")),
                }
            }
            Event::End(_) => in_line = false,
            Event::Eof => return receipt,
            _ => {}
        }
    }
}

fn read_tag(tag: &BytesStart<'_>, receipt: &mut ByHand<'_>) {
    let name = tag.local_name();
    if name.as_ref() == "TextLine" {
        receipt.lines.push(LineByHand::default());
    }
    for attribute in tag.attributes() {
        let attribute = attribute.expect("well-formed");
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("well-formed");
        match (name.as_ref(), attribute.key.local_name().as_ref()) {
            ("DeviceRequest", "RequestType") => receipt.request_type = value.into_owned(),
            ("DeviceRequest", "ApplicationSender") => receipt.application_sender = value.into_owned(),
            ("DeviceRequest", "WorkstationID") => receipt.workstation_id = value.into_owned(),
            ("DeviceRequest", "RequestID") => receipt.request_id = value.into_owned(),
            ("DeviceRequest", "SequenceID") => receipt.sequence_id = value.into_owned(),
            ("DeviceRequest", "TerminalID") => receipt.terminal_id = value.into_owned(),
            ("Output", "OutDeviceTarget") => receipt.target = value.into_owned(),
            ("Output", "Complete") => receipt.complete = value == "true",
            ("TextLine", key) => {
                let line = receipt.lines.last_mut().expect("just pushed");
                match key {
                    "Row" => line.row = value.parse().expect("a number"),
                    "Column" => line.column = value.parse().expect("a number"),
                    "Alignment" => line.alignment = Some(value.into_owned()),
                    "CharStyle2" => line.style = Some(value.into_owned()),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// serde types, by quick-xml.
#[must_use]
pub fn quick_xml_serde(document: &[u8]) -> quick::Receipt {
    quick_xml::de::from_str(std::str::from_utf8(document).expect("UTF-8")).expect("a receipt")
}

/// serde types, by serde-xml-rs.
#[must_use]
pub fn serde_xml_rs(document: &[u8]) -> serde_rs::Receipt {
    let config = serde_xml_rs::SerdeXml::new().default_namespace(IXRETAIL);
    config.from_str(std::str::from_utf8(document).expect("UTF-8")).expect("a receipt")
}

/// opi-core: into the caller's buffer, frame header included. Gives the length.
#[must_use]
pub fn opi_core_encode(message: &Message, out: &mut [u8]) -> usize {
    frame::encode(out, |out| message.encode(&Style::CCV, out)).expect("room")
}

/// quick-xml, written by hand into a vector that is used again, frame header included.
pub fn quick_xml_by_hand_encode(receipt: &ByHand<'_>, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&[0; frame::HEADER]);
    let mut writer = Writer::new(&mut *out);
    let mut write = |event| writer.write_event(event).expect("a vector takes everything");
    write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    write(Event::Start(BytesStart::new("DeviceRequest").with_attributes([
        ("xmlns", IXRETAIL),
        ("RequestType", &*receipt.request_type),
        ("ApplicationSender", &*receipt.application_sender),
        ("WorkstationID", &*receipt.workstation_id),
        ("RequestID", &*receipt.request_id),
        ("SequenceID", &*receipt.sequence_id),
        ("TerminalID", &*receipt.terminal_id),
    ])));
    let complete = if receipt.complete { "true" } else { "false" };
    let output = [("OutDeviceTarget", &*receipt.target), ("Complete", complete)];
    write(Event::Start(BytesStart::new("Output").with_attributes(output)));
    for line in &receipt.lines {
        let mut tag = BytesStart::new("TextLine");
        tag.push_attribute(("Row", &*line.row.to_string()));
        tag.push_attribute(("Column", &*line.column.to_string()));
        if let Some(alignment) = &line.alignment {
            tag.push_attribute(("Alignment", &**alignment));
        }
        if let Some(style) = &line.style {
            tag.push_attribute(("CharStyle2", &**style));
        }
        if line.text.is_empty() {
            write(Event::Empty(tag));
            continue;
        }
        write(Event::Start(tag));
        write(Event::Text(BytesText::new(&line.text)));
        write(Event::End(BytesEnd::new("TextLine")));
    }
    write(Event::End(BytesEnd::new("Output")));
    write(Event::End(BytesEnd::new("DeviceRequest")));
    let length = u32::try_from(out.len() - frame::HEADER).expect("short");
    out[..frame::HEADER].copy_from_slice(&length.to_be_bytes());
}

/// serde types, by quick-xml; no frame header.
#[must_use]
pub fn quick_xml_serde_encode(receipt: &quick::Receipt) -> String {
    quick_xml::se::to_string(receipt).expect("a receipt")
}

/// serde types, by serde-xml-rs; no frame header.
#[must_use]
pub fn serde_xml_rs_encode(receipt: &serde_rs::Receipt) -> String {
    serde_xml_rs::to_string(receipt).expect("a receipt")
}

/// What is compared.
#[derive(Debug, PartialEq, Eq)]
struct View {
    header: [String; 6],
    target: String,
    complete: bool,
    lines: Vec<Line>,
}

/// Row, column, alignment, style and text.
type Line = (u16, u16, Option<String>, Option<String>, String);

impl View {
    fn of_message(message: &Message) -> Self {
        let Message::DeviceRequest(request) = message else { unreachable!("a receipt is a DeviceRequest") };
        let text = |shown: &dyn std::fmt::Display| shown.to_string();
        let header = &request.header;
        let output = &request.outputs[0];
        Self {
            header: [
                text(header.request_type.as_ref().expect("there")),
                text(&header.application_sender.as_str()),
                text(header.workstation_id.as_ref().expect("there")),
                text(header.request_id.as_ref().expect("there")),
                text(header.sequence_id.as_ref().expect("there")),
                text(header.terminal_id.as_ref().expect("there")),
            ],
            target: text(output.target.as_ref().expect("there")),
            complete: output.complete.expect("there"),
            lines: request.lines_of(0).map(Self::line).collect(),
        }
    }

    fn line(line: &TextLine) -> Line {
        (
            line.row.expect("there"),
            line.column.expect("there"),
            line.alignment.map(|alignment| alignment.as_str().to_owned()),
            line.char_style2.map(|style| style.as_str().to_owned()),
            line.text.as_str().to_owned(),
        )
    }

    /// serde-xml-rs takes blanks off the ends of texts, which no receipt should suffer. To compare the rest:
    fn trimmed(mut self) -> Self {
        for line in &mut self.lines {
            line.4 = line.4.trim().to_owned();
        }
        self
    }
}

macro_rules! view_of {
    ($receipt:expr) => {{
        let it = $receipt.clone();
        View {
            header: [
                it.request_type,
                it.application_sender,
                it.workstation_id,
                it.request_id,
                it.sequence_id,
                it.terminal_id,
            ],
            target: it.output.target,
            complete: it.output.complete,
            lines: it.output.lines.into_iter().map(|it| (it.row, it.column, it.alignment, it.style, it.text)).collect(),
        }
    }};
}

impl From<&ByHand<'_>> for View {
    fn from(receipt: &ByHand<'_>) -> Self {
        let it = receipt.clone();
        Self {
            header: [
                it.request_type,
                it.application_sender,
                it.workstation_id,
                it.request_id,
                it.sequence_id,
                it.terminal_id,
            ],
            target: it.target,
            complete: it.complete,
            lines: it
                .lines
                .into_iter()
                .map(|it| (it.row, it.column, it.alignment, it.style, it.text.into_owned()))
                .collect(),
        }
    }
}

/// Proves that all read the same receipt, and that all write it so that it is read as the same.
///
/// # Panics
/// They do not.
pub fn check() {
    let document = corpus::RECEIPT.bytes;
    let message = opi_core(document);
    let ours = || View::of_message(&message);
    assert_eq!(ours().lines.len(), 40);

    let mut lines = Vec::new();
    opi_core_parts(&mut Decoder::new(Tolerance::FIELD), document, &mut |line| lines.push(View::line(line)));
    assert_eq!(ours().lines, lines, "part by part");

    let (by_hand, quick, rs) = (quick_xml_by_hand(document), quick_xml_serde(document), serde_xml_rs(document));
    assert_eq!(ours(), View::from(&by_hand), "quick-xml by hand");
    assert_eq!(ours().trimmed(), view_of!(quick).trimmed(), "quick-xml serde");
    assert_eq!(ours().trimmed(), view_of!(rs), "serde-xml-rs");

    let mut buffer = [0; 8192];
    let length = opi_core_encode(&message, &mut buffer);
    assert_eq!(ours(), View::of_message(&opi_core(&buffer[frame::HEADER..length])), "opi-core writes");
    let mut out = Vec::new();
    quick_xml_by_hand_encode(&by_hand, &mut out);
    assert_eq!(ours(), View::of_message(&opi_core(&out[frame::HEADER..])), "quick-xml by hand writes");
    assert_eq!(view_of!(quick), View::of_message(&opi_core(quick_xml_serde_encode(&quick).as_bytes())));
    assert_eq!(view_of!(rs), View::of_message(&opi_core(serde_xml_rs_encode(&rs).as_bytes())));
}
