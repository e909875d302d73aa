//! What a document says, in the words that all readers share, and our reading of it.

use opi_core::xml::{Name, Reader, Token, Tolerance, XmlError};

/// A step through a document. Text that stands together is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Open(String),
    /// Name as written, and value. Declarations of namespaces are attributes.
    Attribute(String, String),
    Text(String),
    Close,
}

/// Adds text to the text before.
pub(crate) fn add_text(seen: &mut Vec<Seen>, text: &str) {
    match seen.last_mut() {
        Some(Seen::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => seen.push(Seen::Text(text.to_owned())),
    }
}

/// What the reader of the core says of the document in one piece.
pub(crate) fn ours(document: &[u8], tolerance: Tolerance) -> Result<Vec<Seen>, XmlError> {
    let name = |name: Name<'_>| String::from_utf8_lossy(name.as_bytes()).into_owned();
    let mut reader = Reader::new(tolerance);
    let (mut input, mut seen) = (document, Vec::new());
    loop {
        match reader.next(&mut input, true)?.expect("incomplete though everything is there") {
            Token::Open(of) => seen.push(Seen::Open(name(of))),
            Token::Attribute { name: of, value, .. } => {
                let mut text = String::new();
                value.write_to(&mut text).expect("a string takes everything");
                seen.push(Seen::Attribute(name(of), text));
            }
            Token::Value { value, .. } => {
                let Some(Seen::Attribute(_, before)) = seen.last_mut() else { panic!("a value without attribute") };
                value.write_to(before).expect("a string takes everything");
            }
            Token::Enter => {}
            Token::Text(text) => {
                let mut more = String::new();
                text.write_to(&mut more).expect("a string takes everything");
                add_text(&mut seen, &more);
            }
            Token::Close => seen.push(Seen::Close),
            Token::End => return Ok(seen),
        }
    }
}
