//! The body of the target `xml_roundtrip`.

use std::collections::HashSet;
use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use opi_core::limits::{XML_ATTRIBUTES, XML_BINDINGS, XML_DEPTH, XML_SCOPE};
use opi_core::xml::{Tolerance, WriteError, Writer};

use crate::xml_seen::{Seen, add_text, ours};

/// Room for everything that is written here.
const ROOM: usize = 256 * 1024;

/// Steps of one document.
const STEPS: usize = 300;

/// Names, some of which are none. A prefix `p` is declared.
const NAMES: [&str; 20] = [
    "a",
    "b",
    "_",
    "TotalAmount",
    "CardServiceRequest",
    "x-1.2_3",
    "p:a",
    "p:b",
    "p:TotalAmount",
    "xml:lang",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzABCDEFGHIJKL",
    "c",
    "d",
    "e",
    // These are no names of ASCII.
    "",
    "1a",
    "a b",
    "a:b:c",
    ":a",
    "ä",
];

/// What a program can ask of a writer, in any order.
#[derive(Arbitrary, Debug)]
enum Step<'d> {
    Declaration,
    Open(u8),
    Attribute(u8, &'d str),
    AttributeNumber(u8, u64),
    Text(&'d str),
    /// The least number stands for what fails to be shown.
    TextNumber(i64),
    /// A fragment that is known to be well-formed.
    Raw(u8),
    Close,
    CloseAll,
    /// So many elements in each other.
    Deep(u8),
    /// Long text of few bytes of data.
    Repeated(char, u16),
}

struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

/// Fragments, and how they are read.
const FRAGMENTS: [(&str, &[Fragment]); 5] = [
    ("text", &[Fragment::Text("text")]),
    ("<f/>", &[Fragment::Open("f"), Fragment::Close]),
    (
        "a<f g='&lt;'>]]</f>\r\n",
        &[
            Fragment::Text("a"),
            Fragment::Open("f"),
            Fragment::Attribute("g", "<"),
            Fragment::Text("]]"),
            Fragment::Close,
            Fragment::Text("\n"),
        ],
    ),
    ("<![CDATA[<&]] ]]><!-- - -->", &[Fragment::Text("<&]] ")]),
    ("&#x1F600;<?p ?>", &[Fragment::Text("😀")]),
];

enum Fragment {
    Open(&'static str),
    Attribute(&'static str, &'static str),
    Text(&'static str),
    Close,
}

/// The documents that a writer should write, in the simplest words.
#[derive(Default)]
struct Model {
    seen: Vec<Seen>,
    open: Vec<&'static str>,
    /// Whether a tag is open, and the names in it.
    tag: Option<HashSet<&'static str>>,
    begun: bool,
    over: bool,
    wrong: Option<WriteError>,
    /// What is in scope for the reader is more than it keeps, or a name is written twice: the caller answers for it.
    beyond: bool,
    /// Bytes that the writer says it wrote.
    written: usize,
}

impl Model {
    fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
    }

    /// Only what is written before the first mistake counts.
    fn text(&mut self, text: &str) {
        if self.open.is_empty() {
            return self.fail(WriteError::Place);
        }
        self.tag = None;
        self.characters(text);
        add_text(&mut self.seen, text);
    }

    fn unshowable(&mut self) {
        self.fail(if self.open.is_empty() { WriteError::Place } else { WriteError::Display });
    }

    fn characters(&mut self, text: &str) {
        if !text.chars().all(is_character) {
            self.fail(WriteError::Character);
        }
    }

    fn open(&mut self, name: &'static str) {
        if !is_name(name) {
            self.fail(WriteError::Name);
        }
        if self.over {
            self.fail(WriteError::Place);
        }
        if self.open.len() == XML_DEPTH {
            return self.fail(WriteError::Depth);
        }
        self.begun = true;
        self.open.push(name);
        self.tag = Some(HashSet::new());
        self.seen.push(Seen::Open(name.to_owned()));
        // What has to be declared is, once.
        self.beyond |= self.open.iter().map(|name| name.len() + 4).sum::<usize>() > XML_SCOPE / 2;
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        if !is_name(name) {
            self.fail(WriteError::Name);
        }
        match &mut self.tag {
            None => return self.fail(WriteError::Place),
            Some(names) => {
                self.beyond |= !names.insert(name) || names.len() > XML_ATTRIBUTES;
                self.beyond |= names.iter().map(|name| name.len() + 8).sum::<usize>() > XML_SCOPE / 2;
            }
        }
        self.characters(value);
        self.seen.push(Seen::Attribute(name.to_owned(), value.to_owned()));
    }

    fn close(&mut self) {
        if self.open.pop().is_none() {
            return self.fail(WriteError::Place);
        }
        self.tag = None;
        self.over = self.open.is_empty();
        self.seen.push(Seen::Close);
    }
}

/// XML 1.0 §2.2.
fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Namespaces in XML 1.0 §4, in ASCII.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let begins = part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        begins && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    name.split(':').count() <= 2 && name.split(':').all(is_part)
}

/// Writes what the data asks for, and reads it.
///
/// # Panics
/// The mistake told is not the first one made, what is read is not what was written, or what is written depends on the
/// room there is.
pub fn xml_roundtrip(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(cuts) = <[u8; 8]>::arbitrary(&mut data) else { return };
    let Ok(room) = u16::arbitrary(&mut data) else { return };
    let steps: Vec<Step<'_>> = data.arbitrary_iter().into_iter().flatten().flatten().take(STEPS).collect();
    let mut model = Model::default();
    let mut buffer = vec![0; ROOM];
    let written = write(&steps, &mut buffer, &mut model);
    let length = match (written, model.wrong) {
        (Ok(length), None) => length,
        (Err(found), Some(made)) => {
            assert_eq!(found, made, "another mistake is told than the first made");
            assert!(!found.to_string().is_empty(), "a mistake without a word");
            return;
        }
        (found, made) => panic!("made: {made:?}, but told: {found:?}"),
    };
    let document = &buffer[..length];
    in_its_room(&steps, document, usize::from(room) % length);
    if !model.beyond {
        let read = ours(document, Tolerance::STRICT).expect("what was written is refused");
        assert_eq!(read, model.seen, "what was read is not what was written");
        // The writer's documents are more often well-formed than those of the target `xml`.
        opi_core::fuzzing::xml(&[&cuts[..], document].concat());
    }
}

fn write(steps: &[Step<'_>], buffer: &mut [u8], model: &mut Model) -> Result<usize, WriteError> {
    let mut writer = Writer::new(buffer);
    let name = |place: u8| NAMES[usize::from(place) % NAMES.len()];
    let open = |writer: &mut Writer<'_>, model: &mut Model, name: &'static str| {
        let is_root = !model.begun;
        writer.open(name);
        model.open(name);
        if is_root {
            writer.attribute("xmlns:p", "urn:p");
            model.attribute("xmlns:p", "urn:p");
        }
    };
    let mut declared = false;
    for step in steps {
        match *step {
            Step::Declaration => {
                if declared || model.begun {
                    model.fail(WriteError::Place);
                }
                declared = true;
                writer.declaration();
            }
            Step::Open(place) => open(&mut writer, model, name(place)),
            Step::Deep(count) => (0..count % 80).for_each(|_| open(&mut writer, model, "a")),
            Step::Attribute(place, value) => {
                writer.attribute(name(place), value);
                model.attribute(name(place), value);
            }
            Step::AttributeNumber(place, number) => {
                writer.attribute_fmt(name(place), number);
                model.attribute(name(place), &number.to_string());
            }
            Step::Text(text) => {
                writer.text(text);
                model.text(text);
            }
            Step::Repeated(character, count) => {
                let text = character.to_string().repeat(usize::from(count) % 500);
                writer.text(&text);
                model.text(&text);
            }
            Step::TextNumber(i64::MIN) => {
                writer.text_fmt(Unshowable);
                model.unshowable();
            }
            Step::TextNumber(number) => {
                writer.text_fmt(number);
                model.text(&number.to_string());
            }
            Step::Raw(place) => {
                let (fragment, said) = &FRAGMENTS[usize::from(place) % FRAGMENTS.len()];
                writer.raw(fragment);
                raw(model, said);
            }
            Step::Close => {
                writer.close();
                model.close();
            }
            Step::CloseAll => close_all(&mut writer, model),
        }
    }
    // Most documents end well.
    if model.begun && !model.over {
        close_all(&mut writer, model);
    }
    if !model.over {
        model.fail(WriteError::Place);
    }
    let written = writer.written();
    model.written = written;
    writer.finish().inspect(|length| assert_eq!(*length, written, "another length than was written"))
}

fn close_all(writer: &mut Writer<'_>, model: &mut Model) {
    for _ in 0..model.open.len() {
        writer.close();
        model.close();
    }
}

fn raw(model: &mut Model, said: &[Fragment]) {
    if model.open.is_empty() {
        return model.fail(WriteError::Place);
    }
    model.tag = None;
    for part in said {
        match part {
            Fragment::Open(name) => model.seen.push(Seen::Open((*name).to_owned())),
            Fragment::Attribute(name, value) => {
                model.seen.push(Seen::Attribute((*name).to_owned(), (*value).to_owned()));
            }
            Fragment::Text(text) => add_text(&mut model.seen, text),
            Fragment::Close => model.seen.push(Seen::Close),
        }
    }
    // The innermost `f` needs room, too.
    model.beyond |= model.open.len() >= XML_DEPTH || XML_BINDINGS < 2;
}

/// A document needs exactly as much room as it has bytes.
fn in_its_room(steps: &[Step<'_>], document: &[u8], less: usize) {
    let mut exact = vec![0; document.len()];
    assert_eq!(write(steps, &mut exact, &mut Model::default()), Ok(document.len()), "more room than bytes");
    assert_eq!(exact, document);
    let mut model = Model::default();
    let full = write(steps, &mut exact[..less], &mut model);
    assert_eq!(full, Err(WriteError::Full), "less room than bytes");
    assert!(document.starts_with(&exact[..model.written]), "a piece went missing");
}
