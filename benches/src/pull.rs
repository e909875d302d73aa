//! A document as a stream of tokens, every attribute and text decoded.

use std::hint::black_box;

use opi_core::xml::{Raw, Reader, Run, Token, Tolerance};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader as QuickReader;

use crate::corpus;

/// Takes what was read. Text may come in any number of pieces.
pub trait Sink {
    /// A start tag; its attributes follow.
    fn open(&mut self, name: &[u8]);
    /// An attribute, its value in UTF-8.
    fn attribute(&mut self, name: &[u8], value: &[u8]);
    /// Text in UTF-8.
    fn text(&mut self, text: &[u8]);
    /// An end tag.
    fn close(&mut self);
}

/// Counts, and lets nothing be optimised away: what is timed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    elements: usize,
    attributes: usize,
    bytes: usize,
}

impl Sink for Count {
    #[inline]
    fn open(&mut self, name: &[u8]) {
        black_box(name);
        self.elements += 1;
    }

    #[inline]
    fn attribute(&mut self, name: &[u8], value: &[u8]) {
        black_box((name, value));
        self.attributes += 1;
        self.bytes += value.len();
    }

    #[inline]
    fn text(&mut self, text: &[u8]) {
        black_box(text);
        self.bytes += text.len();
    }

    #[inline]
    fn close(&mut self) {}
}

/// Keeps everything: what is compared. Names without prefix, and no namespace declarations, since the peers with
/// namespaces do not give them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Log(Vec<Seen>);

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Open(String),
    Attribute(String, String),
    Text(String),
    Close,
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn local(name: &[u8]) -> String {
    let name = utf8(name);
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

impl Sink for Log {
    fn open(&mut self, name: &[u8]) {
        self.0.push(Seen::Open(local(name)));
    }

    fn attribute(&mut self, name: &[u8], value: &[u8]) {
        if !name.starts_with(b"xmlns") {
            self.0.push(Seen::Attribute(local(name), utf8(value).to_owned()));
        }
    }

    fn text(&mut self, text: &[u8]) {
        let text = utf8(text);
        match self.0.last_mut() {
            Some(Seen::Text(so_far)) => so_far.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Seen::Text(text.to_owned())),
        }
    }

    fn close(&mut self) {
        self.0.push(Seen::Close);
    }
}

#[inline]
fn text_runs(raw: Raw<'_>, sink: &mut impl Sink) {
    if let Some(plain) = raw.as_plain_bytes() {
        return sink.text(plain);
    }
    for run in raw.runs() {
        match run {
            Run::Text(text) => sink.text(text.as_bytes()),
            Run::Char(char) => sink.text(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// The reader of opi-core, over the document in one piece, without tolerance.
pub fn opi_core(document: &[u8], scratch: &mut String, sink: &mut impl Sink) {
    let mut reader = Reader::new(Tolerance::STRICT);
    let mut input = document;
    loop {
        match reader.next(&mut input, true).expect("well-formed").expect("complete") {
            Token::Open(name) => sink.open(name.as_bytes()),
            Token::Attribute { name, value, .. } => match value.as_plain_bytes() {
                Some(plain) => sink.attribute(name.as_bytes(), plain),
                None => {
                    scratch.clear();
                    value.write_to(scratch).expect("a string takes everything");
                    sink.attribute(name.as_bytes(), scratch.as_bytes());
                }
            },
            Token::Value { .. } => unreachable!("the document is in one piece"),
            Token::Enter => {}
            Token::Text(text) => text_runs(text, sink),
            Token::Close => sink.close(),
            Token::End => return,
        }
    }
}

/// The same through a window that is filled again and again, as from a socket. Values longer than what is left of the
/// window come in pieces, so the count of attributes stays and their values are put together in `scratch`.
pub fn opi_core_windowed(document: &[u8], window: &mut [u8], scratch: &mut String, sink: &mut impl Sink) {
    let mut reader = Reader::new(Tolerance::STRICT);
    let (mut filled, mut rest) = (0, document);
    let mut name_open = Vec::new();
    loop {
        let (chunk, behind) = rest.split_at(rest.len().min(window.len() - filled));
        window[filled..filled + chunk.len()].copy_from_slice(chunk);
        filled += chunk.len();
        rest = behind;
        let mut unread = &window[..filled];
        while let Some(token) = reader.next(&mut unread, rest.is_empty()).expect("well-formed") {
            match token {
                Token::Open(name) => sink.open(name.as_bytes()),
                Token::Attribute { name, value, more } => match value.as_plain_bytes() {
                    Some(plain) if !more => sink.attribute(name.as_bytes(), plain),
                    _ => {
                        scratch.clear();
                        value.write_to(scratch).expect("a string takes everything");
                        if more {
                            name_open.clear();
                            name_open.extend_from_slice(name.as_bytes());
                        } else {
                            sink.attribute(name.as_bytes(), scratch.as_bytes());
                        }
                    }
                },
                Token::Value { value, more } => {
                    value.write_to(scratch).expect("a string takes everything");
                    if !more {
                        sink.attribute(&name_open, scratch.as_bytes());
                    }
                }
                Token::Enter => {}
                Token::Text(text) => text_runs(text, sink),
                Token::Close => sink.close(),
                Token::End => return,
            }
        }
        let left = unread.len();
        window.copy_within(filled - left..filled, 0);
        filled = left;
    }
}

/// quick-xml as a careful user calls it: UTF-8 checked, attribute values normalised, references resolved.
pub fn quick_xml(document: &[u8], sink: &mut impl Sink) {
    fn start(tag: &BytesStart<'_>, sink: &mut impl Sink) {
        sink.open(tag.name().as_ref().as_bytes());
        for attribute in tag.attributes() {
            let attribute = attribute.expect("well-formed");
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("well-formed");
            sink.attribute(attribute.key.as_ref().as_bytes(), value.as_bytes());
        }
    }
    let mut reader = QuickReader::from_str(std::str::from_utf8(document).expect("UTF-8"));
    let mut depth = 0usize;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                depth += 1;
                start(&tag, sink);
            }
            Event::Empty(tag) => {
                start(&tag, sink);
                sink.close();
            }
            Event::End(_) => {
                depth -= 1;
                sink.close();
            }
            // Blanks around the root element are no text of it.
            Event::Text(text) if depth > 0 => sink.text(text.xml10_content().as_bytes()),
            Event::CData(text) => sink.text(text.xml10_content().as_bytes()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().expect("well-formed") {
                Some(char) => sink.text(char.encode_utf8(&mut [0; 4]).as_bytes()),
                None => {
                    let name = reference.xml10_content();
                    let character = quick_xml::escape::resolve_predefined_entity(&name).expect("predefined");
                    sink.text(character.as_bytes());
                }
            },
            Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::DocType(_) => unreachable!("no message has a DTD"),
            Event::Eof => return,
        }
    }
}

/// roxmltree: a tree, walked once.
pub fn roxmltree(document: &[u8], sink: &mut impl Sink) {
    fn walk(node: roxmltree::Node<'_, '_>, sink: &mut impl Sink) {
        if node.is_text() {
            return sink.text(node.text().unwrap_or_default().as_bytes());
        }
        if node.is_element() {
            sink.open(node.tag_name().name().as_bytes());
            for attribute in node.attributes() {
                sink.attribute(attribute.name().as_bytes(), attribute.value().as_bytes());
            }
        }
        for child in node.children() {
            walk(child, sink);
        }
        if node.is_element() {
            sink.close();
        }
    }
    let tree = roxmltree::Document::parse(std::str::from_utf8(document).expect("UTF-8")).expect("well-formed");
    walk(tree.root(), sink);
}

/// xml-rs, the tokenizer below serde-xml-rs.
pub fn xml_rs(document: &[u8], sink: &mut impl Sink) {
    use xml::reader::{ParserConfig, XmlEvent};
    let config = ParserConfig::new().cdata_to_characters(true).whitespace_to_characters(true);
    let mut depth = 0usize;
    for event in config.create_reader(document) {
        match event.expect("well-formed") {
            XmlEvent::StartElement { name, attributes, .. } => {
                depth += 1;
                sink.open(name.local_name.as_bytes());
                for attribute in &attributes {
                    sink.attribute(attribute.name.local_name.as_bytes(), attribute.value.as_bytes());
                }
            }
            XmlEvent::EndElement { .. } => {
                depth -= 1;
                sink.close();
            }
            XmlEvent::Characters(text) | XmlEvent::CData(text) | XmlEvent::Whitespace(text) if depth > 0 => {
                sink.text(text.as_bytes());
            }
            _ => {}
        }
    }
}

/// Proves that all read the same from every document.
///
/// # Panics
/// They do not.
pub fn check() {
    for document in corpus::ALL {
        let read = |reader: fn(&[u8], &mut Log)| {
            let mut log = Log::default();
            reader(document.bytes, &mut log);
            log
        };
        let ours = read(|bytes, log| opi_core(bytes, &mut String::new(), log));
        assert!(ours == read(quick_xml), "{}: quick-xml", document.name);
        assert!(ours == read(roxmltree), "{}: roxmltree", document.name);
        assert!(ours == read(xml_rs), "{}: xml-rs", document.name);
        let windowed = read(|bytes, log| opi_core_windowed(bytes, &mut [0; 2048], &mut String::new(), log));
        assert!(ours == windowed, "{}: through a window", document.name);
    }
}
