//! Drives a reader over a document, cut in any way, and brings its tokens into a form that does not show the cuts.

use opi_core::xml::{Name, Raw, Reader, Token, Tolerance, XmlError, XmlErrorKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Open(String),
    Attribute(String, String),
    /// With the namespace of the element.
    Enter(String),
    Text(String),
    Close,
    End,
    Refused(u32, XmlErrorKind),
}

pub fn decode(raw: Raw<'_>) -> String {
    let mut text = String::new();
    raw.write_to(&mut text).unwrap();
    if let Some(plain) = raw.as_plain() {
        assert_eq!(plain, text, "the shortcut differs from the runs");
    }
    text
}

fn name(name: Name<'_>) -> String {
    let whole = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let parts = [name.prefix(), name.local()].map(|part| String::from_utf8_lossy(part).into_owned());
    assert_eq!(whole, if parts[0].is_empty() { parts[1].clone() } else { parts.join(":") });
    whole
}

/// Collects tokens.
pub struct Log {
    pub events: Vec<Event>,
    value_open: bool,
}

impl Log {
    pub fn new() -> Self {
        Self { events: Vec::new(), value_open: false }
    }

    fn take(&mut self, reader: &Reader, result: Result<Token<'_>, XmlError>) {
        let value_open = std::mem::take(&mut self.value_open);
        let token = match result {
            Ok(token) => token,
            Err(error) => return self.events.push(Event::Refused(error.offset, error.kind)),
        };
        assert_eq!(value_open, matches!(token, Token::Value { .. }), "a value goes on exactly if it was said so");
        match token {
            Token::Open(open) => self.events.push(Event::Open(name(open))),
            Token::Attribute { name: of, value, more } => {
                self.events.push(Event::Attribute(name(of), decode(value)));
                self.value_open = more;
            }
            Token::Value { value, more } => {
                let Some(Event::Attribute(_, so_far)) = self.events.last_mut() else { panic!("no attribute") };
                so_far.push_str(&decode(value));
                self.value_open = more;
            }
            Token::Enter => self.events.push(Event::Enter(reader.namespace().to_owned())),
            Token::Text(text) => {
                assert!(!text.is_empty());
                let text = decode(text);
                match self.events.last_mut() {
                    Some(Event::Text(so_far)) => so_far.push_str(&text),
                    _ => self.events.push(Event::Text(text)),
                }
            }
            Token::Close => self.events.push(Event::Close),
            Token::End => self.events.push(Event::End),
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.events.last(), Some(Event::End | Event::Refused(..)))
    }
}

/// Reads a document that arrives in the given portions; the window has room for all of it.
pub fn read_portions<'a>(tolerance: Tolerance, portions: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut reader = Reader::new(tolerance);
    let mut log = Log::new();
    let mut window = Vec::new();
    let mut portions = portions.into_iter();
    loop {
        let portion = portions.next();
        window.extend_from_slice(portion.unwrap_or_default());
        let mut input = &window[..];
        while !log.is_over() {
            match reader.next(&mut input, portion.is_none()) {
                Ok(None) => {
                    assert!(portion.is_some(), "with `last` there is always an answer");
                    break;
                }
                Ok(Some(token)) => log.take(&reader, Ok(token)),
                Err(error) => log.take(&reader, Err(error)),
            }
        }
        if log.is_over() {
            check_over(&mut reader, &log);
            return log.events;
        }
        let used = window.len() - input.len();
        window.drain(..used);
    }
}

/// Reads a document through a window of `size` bytes that is filled before each call.
pub fn read_windowed(tolerance: Tolerance, document: &[u8], size: usize) -> Vec<Event> {
    let mut reader = Reader::new(tolerance);
    let mut log = Log::new();
    let mut at = 0;
    while !log.is_over() {
        let end = document.len().min(at + size);
        let mut input = &document[at..end];
        let result = reader.next(&mut input, end == document.len());
        let used = end - input.len() - at;
        at += used;
        match result {
            Ok(Some(token)) => log.take(&reader, Ok(token)),
            Ok(None) => assert!(used > 0, "no progress in a window of {size} bytes at {at}"),
            Err(error) => log.take(&reader, Err(error)),
        }
        assert!(reader.offset() as usize == at || matches!(log.events.last(), Some(Event::Refused(..))));
    }
    check_over(&mut reader, &log);
    log.events
}

/// Reads a document in one piece.
pub fn read(tolerance: Tolerance, document: &[u8]) -> Vec<Event> {
    read_windowed(tolerance, document, document.len())
}

/// After the end or an error, the answer stays the same.
fn check_over(reader: &mut Reader, log: &Log) {
    let again = reader.next(&mut &b"<x"[..], false);
    match log.events.last() {
        Some(Event::End) => assert!(matches!(again, Ok(Some(Token::End)))),
        Some(Event::Refused(offset, kind)) => assert_eq!(again.err(), Some(XmlError { offset: *offset, kind: *kind })),
        _ => panic!("not over"),
    }
}

/// All documents in a folder below the crate, by name.
pub fn documents(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut documents: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect();
    documents.sort();
    assert!(!documents.is_empty());
    documents
}
