//! `serde_json` accepts and refuses the same documents, and reads the same values.
//!
//! Intended differences, all of them checked below:
//!
//! * two members with the same name: `serde_json` keeps both, we refuse the document;
//! * the limits: `serde_json` reads on, we refuse the document;
//! * a byte order mark at the start: `serde_json` refuses it, we pass over it.
//!
//! `JSON_DOCUMENTS` is how many documents are made (100000), `JSON_FIRST` the seed of the first (1).

use opi_core::json::{Document, ErrorKind, Limits};
use opi_core::limits::{JSON_DEPTH, JSON_MEMBERS, JSON_NAMES};
use proptest::prelude::*;

use crate::random::{self, Random};
use crate::tree::{Tree, ours, theirs};

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Compares the two, and says whether the document is accepted.
pub(crate) fn compare(document: &[u8]) -> Result<Tree, ErrorKind> {
    let unmarked = document.strip_prefix(MARK).unwrap_or(document);
    let (mine, other) = (ours(document, Limits::default()), theirs(unmarked));
    let shown = document.escape_ascii();
    match (&mine, &other) {
        (Ok(mine), Ok(other)) => {
            assert_eq!(mine, other, "{shown}");
            assert!(!other.has_duplicates() && other.depth() <= usize::from(JSON_DEPTH), "{shown}");
        }
        (Err(mine), Ok(other)) => match mine.kind {
            ErrorKind::Duplicate => assert!(other.has_duplicates(), "{shown}"),
            ErrorKind::Depth => assert!(other.depth() > usize::from(JSON_DEPTH), "{shown}"),
            kind => panic!("only we refuse, {kind:?}: {shown}"),
        },
        (Ok(_), Err(error)) => panic!("only we accept, {error}: {shown}"),
        (Err(_), Err(_)) => {}
    }
    if let Err(error) = mine {
        located(document, error);
    }
    mine.map_err(|error| error.kind)
}

/// The place of an error is where the document stops being the front of a good one.
fn located(document: &[u8], error: opi_core::json::Error) {
    let shown = document.escape_ascii();
    let (before, behind) = document.split_at(error.offset);
    let before_text = std::str::from_utf8(before).unwrap_or_else(|_| panic!("inside of a character: {shown}"));
    let before_text = before_text.strip_prefix('\u{feff}').unwrap_or(before_text);
    let line = before_text.rsplit('\n').next().unwrap();
    let counted = (before_text.matches('\n').count() + 1, line.chars().count() + 1);
    assert_eq!((error.line as usize, error.column as usize), counted, "{error:?}: {shown}");

    assert_eq!(behind.is_empty(), error.kind == ErrorKind::UnexpectedEnd, "{error:?}: {shown}");
    if let Err(earlier) = Document::parse(before) {
        let end = (ErrorKind::UnexpectedEnd, error.offset);
        assert_eq!((earlier.kind, earlier.offset), end, "an earlier error: {shown}");
    }
    // Whatever is wrong there, more behind it does not make it good.
    if !behind.is_empty() {
        let more = [document, b"\"]}"].concat();
        assert_eq!(Document::parse(&more).err(), Some(error), "{shown}");
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn documents_from_seeds() {
    let (first, count) = (number("JSON_FIRST", 1), number("JSON_DOCUMENTS", 100_000));
    let mut met = std::collections::BTreeMap::<String, u64>::new();
    for seed in first..first + count {
        let mut random = Random(seed);
        let mut document = random::document(&mut random).into_bytes();
        for _ in 0..random.below(3) {
            random::change(&mut random, &mut document);
        }
        let result = std::panic::catch_unwind(|| compare(&document));
        let outcome = result.unwrap_or_else(|_| panic!("JSON_FIRST={seed} JSON_DOCUMENTS=1 repeats it"));
        let outcome = outcome.map_or_else(|kind| format!("{kind:?}"), |_| "accepted".to_owned());
        *met.entry(outcome).or_default() += 1;
    }
    println!("documents: {met:?}");
    if count >= 100_000 {
        // A comparison that never gets anywhere would prove nothing.
        assert!(met["accepted"] > count / 4, "{met:?}");
        let rare = ["Bytes", "Depth", "Members", "Names"];
        let kinds = met.keys().filter(|kind| !rare.contains(&kind.as_str())).count();
        assert_eq!(kinds, 1 + 14, "every outcome that needs no large document is met: {met:?}");
    }
}

/// Nothing but the characters of the grammar, so that every short document is tried.
#[test]
fn every_short_document() {
    const ALPHABET: &[u8] = b"{}[],:\"\\ua01-.eE+ n\xc3\xa9";
    for length in 0..=4_u32 {
        for number in 0..ALPHABET.len().pow(length) {
            let mut rest = number;
            let document: Vec<u8> = (0..length)
                .map(|_| {
                    let byte = ALPHABET[rest % ALPHABET.len()];
                    rest /= ALPHABET.len();
                    byte
                })
                .collect();
            assert_eq!(ours(&document, Limits::default()).ok(), theirs(&document).ok(), "{}", document.escape_ascii());
        }
    }
}

/// Strings are searched many bytes at once: every byte at every place, and bytes beside each other that could be
/// taken for what ends a string.
#[test]
fn every_byte_at_every_place() {
    const NEAR: [u8; 14] = [0x00, 0x01, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xc3, 0xff];
    for place in 0..18 {
        for byte in 0..=u8::MAX {
            let mut text = [b'a'; 20];
            text[place] = byte;
            let _ = compare(&[b"\"", &text[..], b"\""].concat());
        }
        for first in NEAR {
            for second in NEAR {
                let mut text = [b'a'; 20];
                (text[place], text[place + 1]) = (first, second);
                let _ = compare(&[b"\"", &text[..], b"\""].concat());
            }
        }
    }
}

/// Every character behind a backslash, and every four digits behind `\u`, alone and behind each half of a pair.
#[test]
fn every_escape() {
    let mut documents: Vec<String> = (0..=0xff_u8).map(|byte| format!("\"\\{}\"", char::from(byte))).collect();
    documents.extend((0..=0xffff_u32).map(|unit| format!("\"\\u{unit:04x}\"")));
    for first in [0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000] {
        documents.extend((0xd700..=0xe0ff_u32).map(|second| format!("\"\\u{first:04X}\\u{second:04X}\"")));
    }
    for document in documents {
        let document = document.as_bytes();
        assert_eq!(ours(document, Limits::default()).ok(), theirs(document).ok(), "{}", document.escape_ascii());
    }
}

/// Deeper and wider than the limits: only these differ.
#[test]
fn beyond_the_limits() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(compare(&nested(usize::from(JSON_DEPTH))).is_ok());
    assert_eq!(compare(&nested(usize::from(JSON_DEPTH) + 1)), Err(ErrorKind::Depth));
    let members = |count: usize| {
        let members: Vec<String> = (0..count).map(|number| format!("\"{number}\":{number}")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(compare(members(usize::from(JSON_MEMBERS)).as_bytes()).is_ok());
    assert!(theirs(members(JSON_NAMES).as_bytes()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// Any text in a string, as `serde_json` writes it.
    #[test]
    fn any_text(text in any::<String>(), name in any::<String>()) {
        let document = serde_json::json!({ name.clone(): [text.clone()] }).to_string();
        prop_assert_eq!(compare(document.as_bytes()), Ok(Tree::Object(vec![(name, Tree::Array(vec![Tree::Text(text)]))])));
    }

    /// Any bytes in a string.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        let _ = compare(&[b"[\"", &bytes[..], b"\"]"].concat());
    }

    /// Numbers of any length, and what nearly is one.
    #[test]
    fn any_number(text in "-?0{0,2}[0-9]{0,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{0,20})?") {
        let _ = compare(text.as_bytes());
        let _ = compare(format!("[{text}]").as_bytes());
    }
}
