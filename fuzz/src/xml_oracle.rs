//! The body of the target `xml_oracle`.

use opi_core::fuzzing::CHOICES;
use opi_core::xml::Tolerance;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::xml_seen::{Seen, add_text, ours};

/// Reads a document, and has other people's parsers read it.
///
/// # Panics
/// Two that accept it do not say the same, and the difference is not one of [`as_quick_xml`] or [`as_serde_xml_rs`].
pub fn xml_oracle(data: &[u8]) {
    // The same data as of the target `xml`.
    let document = data.get(CHOICES..).unwrap_or(data);
    // Other encodings are read by none of the others.
    let Ok(text) = std::str::from_utf8(document) else { return };
    let Ok(ours) = ours(document, Tolerance::STRICT) else { return };
    // The name of the encoding is no news to quick-xml: it reads UTF-8, and what is no ASCII as something else.
    if let Some(quick) = quick_xml(text).filter(|_| text.is_ascii() || !text.contains("encoding")) {
        assert_eq!(as_quick_xml(&ours), quick, "quick-xml reads something else in {text:?}");
    }
    if let Some(serde) = serde_xml_rs(text) {
        assert_eq!(as_serde_xml_rs(&ours), serde, "serde-xml-rs reads something else in {text:?}");
    }
}

/// Our reading as quick-xml has it.
fn as_quick_xml(ours: &[Seen]) -> Vec<Seen> {
    ours.to_vec()
}

/// quick-xml as a careful user calls it; `None` if it finds a fault.
fn quick_xml(document: &str) -> Option<Vec<Seen>> {
    fn start(tag: &BytesStart<'_>, seen: &mut Vec<Seen>) -> Option<()> {
        seen.push(Seen::Open(tag.name().as_ref().to_owned()));
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            seen.push(Seen::Attribute(attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Some(())
    }
    let mut reader = quick_xml::reader::Reader::from_str(document);
    let (mut seen, mut depth) = (Vec::new(), 0_usize);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                start(&tag, &mut seen)?;
            }
            Event::Empty(tag) => {
                start(&tag, &mut seen)?;
                seen.push(Seen::Close);
            }
            Event::End(_) => {
                depth = depth.checked_sub(1)?;
                seen.push(Seen::Close);
            }
            // Blanks around the root element are no text of it.
            Event::Text(text) if depth > 0 => add_text(&mut seen, &text.xml10_content()),
            Event::CData(text) => add_text(&mut seen, &text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(character) => add_text(&mut seen, character.encode_utf8(&mut [0; 4])),
                None => add_text(&mut seen, quick_xml::escape::resolve_predefined_entity(&reference.xml10_content())?),
            },
            Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::DocType(_) => return None,
            Event::Eof => return Some(seen),
        }
    }
}

/// Our reading as a program that reads any structure with serde-xml-rs has it.
fn as_serde_xml_rs(ours: &[Seen]) -> Vec<Seen> {
    // It does not say how the root element is called, and keeps declarations of namespaces for itself.
    let mut seen = Vec::new();
    for step in ours.iter().skip(1) {
        match step {
            Seen::Attribute(name, _) if name == "xmlns" || name.starts_with("xmlns:") => {}
            Seen::Text(text) => add_text(&mut seen, text),
            step => seen.push(step.clone()),
        }
    }
    seen
}

/// serde-xml-rs, told to keep white space; `None` if it finds a fault.
fn serde_xml_rs(document: &str) -> Option<Vec<Seen>> {
    let parser = xml::ParserConfig::new()
        .trim_whitespace(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .ignore_comments(true);
    serde_xml_rs::SerdeXml::new().parser(parser).from_str::<Element>(document).ok().map(|element| element.0)
}

/// Any element: its attributes and content.
struct Element(Vec<Seen>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_struct("element", &[], Content)
    }
}

struct Content;

impl<'de> Visitor<'de> for Content {
    type Value = Element;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an element")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Element, M::Error> {
        let mut seen = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == "#text" {
                add_text(&mut seen, &members.next_value::<String>()?);
            } else if let Some(name) = name.strip_prefix('@') {
                seen.push(Seen::Attribute(name.to_owned(), members.next_value()?));
            } else {
                seen.push(Seen::Open(name));
                seen.extend(members.next_value::<Element>()?.0);
            }
        }
        seen.push(Seen::Close);
        Ok(Element(seen))
    }
}
