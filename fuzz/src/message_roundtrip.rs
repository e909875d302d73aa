//! The body of the target `message_roundtrip`.

use arbitrary::{Arbitrary, Unstructured};
use opi_core::opi::message::{EncodeError, Kind, Message, Namespace, Style};
use opi_core::xml::{Tolerance, WriteError};

use crate::random::Random;
use crate::whole::{is_writable, message, with_namespace, without_fragments};

/// Room for the longest message there is, with every character escaped.
const ROOM: usize = 256 * 1024;

/// The front of the data; the rest is the message.
#[derive(Arbitrary)]
struct Choices {
    kind: u8,
    declaration: bool,
    namespace: bool,
    shift_number_as_attribute: bool,
    card_circuits_last: bool,
    /// How much shorter than the message a buffer is.
    short: u16,
}

/// Makes a message of the data, field by field, writes it, and reads it.
///
/// # Panics
/// What is read is not what was written, or what is written depends on the room there is.
pub fn message_roundtrip(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(choices) = Choices::arbitrary(&mut data) else { return };
    let style = Style {
        declaration: choices.declaration,
        namespace: choices.namespace,
        shift_number_as_attribute: choices.shift_number_as_attribute,
        card_circuits_last: choices.card_circuits_last,
    };
    let kind = Kind::ALL[usize::from(choices.kind) % Kind::ALL.len()];
    let namespace = if style.namespace { Namespace::IxRetail } else { Namespace::None };
    let sent = with_namespace(message(&mut Random::new(data.take_rest()), kind), namespace);

    let mut buffer = vec![0; ROOM];
    let length = sent.encode(&style, &mut buffer).expect("a message of the types cannot be written");
    buffer.truncate(length);
    in_its_room(&sent, &style, &buffer, usize::from(choices.short));
    let received = Message::decode(&buffer, Tolerance::STRICT).expect("what was written is no message");
    assert!(without_fragments(received.clone()) == sent, "what was written is another message");
    // And once more, now with the fragments.
    let mut again = vec![0; ROOM];
    match received.encode(&style, &mut again) {
        Ok(length) => {
            let twice = Message::decode(&again[..length], Tolerance::STRICT).expect("what was written is no message");
            assert!(twice == received, "writing and reading changes a message");
        }
        Err(EncodeError::Fragment) => assert!(!is_writable(&received), "a fragment that can be written is refused"),
        Err(error) => panic!("a message that was read cannot be written: {error}"),
    }
}

/// A message needs exactly as much room as its length says: with less there is none, and with just as much it is the same.
fn in_its_room(sent: &Message, style: &Style, document: &[u8], short: usize) {
    let mut exact = vec![0; document.len()];
    assert_eq!(sent.encode(style, &mut exact), Ok(document.len()), "a message needs more than its length");
    assert_eq!(exact, document);
    let room = document.len() - 1 - short % document.len();
    let full = Err(EncodeError::Write(WriteError::Full));
    assert_eq!(sent.encode(style, &mut exact[..room]), full, "a message needs less than its length");
}
