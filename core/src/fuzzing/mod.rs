//! Bodies of the fuzz targets: each takes any bytes and panics if a promise of the core does not hold for them.
//!
//! They live here, and not beside the fuzzer, so that every stable build compiles them and replays the seeds.
//! The first bytes of the data choose how the rest is cut; what is read must not depend on it.

mod calls;
mod choices;
mod envelope;
mod frame;
mod front;
mod journal;
mod json;
mod ledger;
mod nexo;
mod session;
mod trace;
mod transcript;
mod views;

use core::fmt::Write;

use crate::limits::{WINDOW_MIN, XML_DEPTH};
use crate::opi::message::{
    Decoder, Fault, Fragment, FragmentOf, Header, Kind, Lost, Message, OverallResult, Part, Style, is_untold, till,
};
use crate::xml::{Raw, Reader, Token, Tolerance};

pub use choices::CHOICES;
use choices::Choices;
pub use envelope::envelope;
pub use frame::frame;
pub use front::front;
pub use journal::journal;
pub use json::json;
pub use nexo::nexo;
pub use session::session;
pub use trace::trace;
use transcript::Transcript;

/// Room for a message that is written again: the longest a [`Message`] holds, with every character escaped.
const ENCODED: usize = 128 * 1024;

/// Room for a fragment here.
const FRAGMENT: usize = 512;

/// Reads a document at once and through a small window.
///
/// # Panics
/// The tokens or the fault depend on the window, an offset is outside of the document, or a full window gets stuck.
pub fn xml(data: &[u8]) {
    let (choices, document) = Choices::take(data);
    let at_once = tokens(choices, document, |take| all_at_once(document, take));
    let windowed = tokens(choices, document, |take| through_window(choices, document, take));
    assert_eq!(at_once, windowed, "the tokens depend on the window");
    // In a reader that was in the middle of another document.
    let mut reader = Reader::new(choices.tolerance());
    let mut other = document.get(choices.lengths.len()..).unwrap_or_default();
    while let Ok(Some(token)) = reader.next(&mut other, false) {
        _ = write!(Transcript::default(), "{token:?}");
    }
    reader.reset();
    let after_another = tokens_of(reader, document, |take| all_at_once(document, take));
    assert_eq!(after_another, at_once, "another document left something behind");
}

fn tokens(choices: Choices, document: &[u8], read: impl FnOnce(&mut Take<'_>)) -> Transcript {
    tokens_of(Reader::new(choices.tolerance()), document, read)
}

fn tokens_of(mut reader: Reader, document: &[u8], read: impl FnOnce(&mut Take<'_>)) -> Transcript {
    let (mut transcript, mut depth, mut more_follows) = (Transcript::default(), 0usize, false);
    read(&mut |input, last| {
        let (before, offset) = (input.len(), reader.offset());
        let result = reader.next(input, last);
        let used = u32::try_from(before - input.len()).unwrap_or(u32::MAX);
        assert_eq!(reader.offset(), offset.saturating_add(used), "the offset is not what was used");
        let token = match result {
            Ok(Some(token)) => token,
            Ok(None) => return Flow::Incomplete,
            Err(error) => {
                assert!(in_document(error.offset, document), "a fault outside of the document");
                let _ = write!(transcript, "{error:?} {error}");
                let again = reader.next(&mut &b"<a/>"[..], true);
                assert_eq!(again.err(), Some(error), "a refused document goes on");
                return Flow::Over;
            }
        };
        assert_eq!(matches!(token, Token::Value { .. }), more_follows, "a value does not go on as it was said");
        more_follows = false;
        match token {
            Token::Open(name) => {
                depth += 1;
                transcript.named(b'O', name.as_bytes());
            }
            Token::Attribute { name, value, more } => {
                transcript.named(b'A', name.as_bytes());
                transcript.mark(b'V');
                piece(&mut transcript, &reader, value);
                more_follows = more;
            }
            Token::Value { value, more } => {
                piece(&mut transcript, &reader, value);
                more_follows = more;
            }
            Token::Enter => transcript.named(b'E', reader.namespace().as_bytes()),
            Token::Text(text) => {
                assert!(!text.is_empty(), "an empty piece of text");
                transcript.mark_once(b'T');
                piece(&mut transcript, &reader, text);
            }
            Token::Close => {
                depth = depth.checked_sub(1).expect("more ends than begins");
                transcript.mark(b'C');
            }
            Token::End => {
                assert_eq!(depth, 0, "the document ended inside of its root");
                assert!(input.is_empty(), "the document ended before its bytes did");
                transcript.mark(b'Z');
                return Flow::Over;
            }
        }
        assert!(depth <= XML_DEPTH, "too deep");
        assert_eq!(reader.depth(), depth, "the depth is wrong");
        Flow::Given
    });
    transcript
}

/// Notes a piece of text or of a value, and looks at it in every way.
fn piece(transcript: &mut Transcript, reader: &Reader, piece: Raw<'_>) {
    transcript.text(piece);
    let (mut decoded, mut verbatim) = (Transcript::default(), Transcript::default());
    decoded.text(piece);
    match piece.as_plain() {
        Some(plain) => {
            assert_eq!(piece.as_plain_bytes(), Some(plain.as_bytes()), "plain characters are other bytes");
            let mut same = Transcript::default();
            same.bytes(plain.as_bytes());
            assert_eq!(same, decoded, "plain characters are not the decoded ones");
            // What is plain has nothing to replace, whatever the encoding.
            verbatim.text(reader.verbatim(plain.as_bytes()));
            assert!(verbatim == decoded || !plain.is_ascii(), "plain characters stand for others");
        }
        None => assert!(!piece.is_empty(), "nothing is not plain"),
    }
    let blank = piece.as_bytes().iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    assert_eq!(piece.is_blank(), blank, "white space");
}

/// Reads a message in parts, at once and through a small window; then whole, writes it, reads it, writes it.
///
/// # Panics
/// The parts or the fault depend on the window, or a written message is not read as what was written.
pub fn message(data: &[u8]) {
    let (choices, document) = Choices::take(data);
    let at_once = parts(choices, document, |take| all_at_once(document, take));
    let windowed = parts(choices, document, |take| through_window(choices, document, take));
    assert_eq!(at_once, windowed, "the parts depend on the window");
    alike(data);
    if let Ok(message) = Message::decode(document, choices.tolerance()) {
        _ = write!(Transcript::default(), "{message:?}");
        answered(message.header());
        written(&message, &choices.style());
    }
    // In a decoder that was in the middle of another message.
    let mut decoder = Decoder::new(choices.tolerance());
    let mut other = document.get(choices.lengths.len()..).unwrap_or_default();
    while let Ok(Some(_)) = decoder.next(&mut other, false) {}
    decoder.reset();
    let after_another = parts_of(decoder, document, |take| all_at_once(document, take));
    assert_eq!(after_another, at_once, "another message left something behind");
    fragment(document);
}

/// An answer says whose it is.
fn answered(header: &Header) {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_response()) {
        let answer = header.answer(kind, OverallResult::Success);
        assert_eq!((answer.kind, &answer.overall_result), (kind, &Some(OverallResult::Success)), "another answer");
        assert_eq!(answer.workstation_id, header.workstation_id, "an answer to another lane");
        assert_eq!(answer.request_id, header.request_id, "an answer to another request");
        assert_eq!(answer.request_type, header.request_type, "an answer to another kind of request");
    }
}

/// What is taken as content of an element is all there, and can be written.
fn fragment(document: &[u8]) {
    let Ok(text) = core::str::from_utf8(document) else { return };
    match Fragment::<FRAGMENT>::new(text) {
        Ok(fragment) => {
            assert_eq!(fragment.as_str(), text, "another fragment");
            assert!(fragment.is_writable() && !fragment.is_cut(), "a fragment that cannot be written");
            _ = write!(Transcript::default(), "{fragment:?}");
        }
        Err(error) => _ = write!(Transcript::default(), "{error}"),
    }
}

/// The transcript of a message that is refused leaves fragments out: how much of one is given before the fault is
/// found depends on the window.
fn parts(choices: Choices, document: &[u8], read: impl FnOnce(&mut Take<'_>)) -> Transcript {
    parts_of(Decoder::new(choices.tolerance()), document, read)
}

fn parts_of(mut decoder: Decoder, document: &[u8], read: impl FnOnce(&mut Take<'_>)) -> Transcript {
    let (mut complete, mut without_fragments) = (Transcript::default(), Transcript::default());
    let mut refused = false;
    read(&mut |input, last| {
        match decoder.next(input, last) {
            Ok(None) => return Flow::Incomplete,
            Ok(Some(Part::Fragment { of, piece })) => {
                complete.mark_once(if of == FragmentOf::EJournal { b'J' } else { b'P' });
                let _ = piece.write_to(&mut complete);
            }
            Ok(Some(part)) => {
                for transcript in [&mut complete, &mut without_fragments] {
                    transcript.mark(b'D');
                    let _ = write!(transcript, "{part:?}");
                }
                if let Part::End = part {
                    assert!(input.is_empty(), "the message ended before its bytes did");
                    return Flow::Over;
                }
            }
            Err(fault) => {
                assert!(in_document(fault.offset, document), "a fault outside of the document");
                let _ = write!(without_fragments, "{fault:?} {fault}");
                refused = true;
                return Flow::Over;
            }
        }
        Flow::Given
    });
    assert!(in_document(decoder.offset(), document), "more is used than there is");
    let mut transcript = if refused { without_fragments } else { complete };
    let _ = write!(transcript, "{}", decoder.skipped());
    transcript
}

/// Reads a message with every record, and with what a till looks at.
///
/// # Panics
/// The till is told something else, another fault, or another loss.
pub fn alike(data: &[u8]) {
    let (choices, document) = Choices::take(data);
    if !has_content_in_untold(choices, document) {
        let all = told(choices, document, &mut Decoder::new(choices.tolerance()));
        let till = told(choices, document, &mut till::Decoder::new(choices.tolerance()));
        assert_eq!(till, all, "a till is told something else");
    }
}

/// A decoder whose parts are told as a till is told them.
trait Tells {
    /// Tells the next part.
    fn tell(&mut self, input: &mut &[u8], last: bool, out: &mut Transcript) -> Result<Told, Fault>;
    fn lost(&self) -> Lost;
}

enum Told {
    Incomplete,
    Part,
    End,
}

macro_rules! tells {
    ($($decoder:ty, $part:path;)+) => {$(
        impl Tells for $decoder {
            fn tell(&mut self, input: &mut &[u8], last: bool, out: &mut Transcript) -> Result<Told, Fault> {
                use $part as Parts;

                let Some(part) = self.next(input, last)? else { return Ok(Told::Incomplete) };
                let _ = part.tell(out);
                if let Parts::Fragment { of, piece } = part {
                    out.mark_once(if of == FragmentOf::EJournal { b'J' } else { b'P' });
                    let _ = piece.write_to(out);
                }
                Ok(match part {
                    Parts::End => Told::End,
                    _ => Told::Part,
                })
            }

            fn lost(&self) -> Lost {
                Self::lost(self)
            }
        }
    )+};
}
tells! {
    Decoder, Part;
    till::Decoder, till::Part;
}

/// What a till is told, whatever the window.
fn told(choices: Choices, document: &[u8], decoder: &mut dyn Tells) -> Transcript {
    let mut transcript = Transcript::default();
    through_window(choices, document, &mut |input, last| match decoder.tell(input, last, &mut transcript) {
        Ok(Told::Incomplete) => Flow::Incomplete,
        Ok(Told::Part) => Flow::Given,
        Ok(Told::End) => Flow::Over,
        Err(fault) => {
            let _ = write!(transcript, "{fault:?}");
            Flow::Over
        }
    });
    let _ = write!(transcript, "{:?}", decoder.lost());
    transcript
}

/// Whether something stands inside of a value that a till does not look at.
fn has_content_in_untold(choices: Choices, document: &[u8]) -> bool {
    let (mut reader, mut input) = (Reader::new(choices.tolerance()), document);
    let mut open = heapless::Vec::<bool, XML_DEPTH>::new();
    loop {
        match reader.next(&mut input, true) {
            Ok(Some(Token::Open(name))) => {
                if open.last() == Some(&true) {
                    return true;
                }
                let _ = open.push(is_untold(name.local()));
            }
            Ok(Some(Token::Attribute { name, .. })) => {
                let reason = name.local().ends_with(b"DeclineReason");
                if reason && open.last() == Some(&true) {
                    return true;
                }
            }
            Ok(Some(Token::Close)) => _ = open.pop(),
            Ok(Some(Token::End) | None) | Err(_) => return false,
            Ok(Some(_)) => {}
        }
    }
}

/// A message that was read once has lost what nobody reads; from then on it must stay what it is.
fn written(message: &Message, style: &Style) {
    let mut buffer = [0; ENCODED];
    let Some(first) = encoded(message, style, &mut buffer) else { return };
    let once = Message::decode(first, Tolerance::STRICT).expect("what was written is no message");
    let mut buffer = [0; ENCODED];
    let second = encoded(&once, style, &mut buffer).expect("what was read cannot be written");
    let twice = Message::decode(second, Tolerance::STRICT).expect("what was written is no message");
    assert!(once == twice, "writing and reading changes a message");

    let (was, is) = (message.header(), once.header());
    assert_eq!(is.kind, was.kind);
    assert_eq!(is.workstation_id, was.workstation_id);
    assert_eq!(is.request_id, was.request_id);
    assert_eq!(is.request_type, was.request_type);
    assert_eq!(is.overall_result, was.overall_result);
    match (message, &once) {
        (Message::CardServiceRequest(was), Message::CardServiceRequest(is)) => assert_eq!(is.total, was.total),
        (Message::CardServiceResponse(was), Message::CardServiceResponse(is)) => assert_eq!(is.total, was.total),
        _ => {}
    }
}

fn encoded<'b>(message: &Message, style: &Style, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = message.encode(style, buffer).ok()?;
    Some(buffer.get(..length).expect("longer than its buffer"))
}

fn in_document(offset: u32, document: &[u8]) -> bool {
    usize::try_from(offset).is_ok_and(|offset| offset <= document.len())
}

/// What one step gave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Given,
    Incomplete,
    Over,
}

/// One step: takes bytes off the front; the flag says that no more come.
type Take<'t> = dyn FnMut(&mut &[u8], bool) -> Flow + 't;

fn all_at_once(document: &[u8], take: &mut Take<'_>) {
    let mut input = document;
    loop {
        match take(&mut input, true) {
            Flow::Given => {}
            Flow::Incomplete => panic!("incomplete though everything is there"),
            Flow::Over => return,
        }
    }
}

fn through_window(mut choices: Choices, document: &[u8], take: &mut Take<'_>) {
    const LARGEST: usize = WINDOW_MIN + u8::MAX as usize;
    let size = WINDOW_MIN + usize::from(choices.first);
    let mut window = heapless::Vec::<u8, LARGEST>::new();
    let mut rest = document;
    loop {
        let room = size - window.len();
        let (chunk, behind) = rest.split_at(choices.next().min(room).min(rest.len()));
        rest = behind;
        window.extend_from_slice(chunk).expect("more than the window holds");
        let mut unread = window.as_slice();
        loop {
            match take(&mut unread, rest.is_empty()) {
                Flow::Given => {}
                Flow::Incomplete => break,
                Flow::Over => return,
            }
        }
        assert!(!rest.is_empty(), "incomplete though everything is there");
        assert!(unread.len() < size, "a full window gets stuck (I10)");
        window = heapless::Vec::from_slice(unread).expect("more than the window holds");
    }
}
