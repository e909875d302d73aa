//! Texts: compared and copied as what they mean, shown without card numbers (I12).

use std::fmt::Write as _;

use opi_core::id::{Id, IdError};
use opi_core::json::{Document, Limits, Reader, Str, Value, Writer};
use opi_core::limits::JSON_MASKED;
use opi_core::secret::Masked;
use proptest::prelude::*;

fn string(document: &str) -> Str<'_> {
    Document::parse(document.as_bytes()).unwrap().root().text().unwrap()
}

/// The text in quotes, with an escape for each character that `escapes` says.
fn spelled(text: &str, escapes: &[bool]) -> String {
    let mut document = "\"".to_owned();
    for (place, character) in text.chars().enumerate() {
        if character < ' ' || matches!(character, '"' | '\\') || escapes[place % escapes.len()] {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(document, "\\u{unit:04X}").unwrap();
            }
        } else {
            document.push(character);
        }
    }
    document + "\""
}

#[test]
fn compared_by_characters() {
    let same = ["\"a/é\"", "\"a\\/é\"", "\"\\u0061/\\u00e9\"", "\"a\\u002f\\u00E9\""];
    let other = ["\"a/e\"", "\"a/é \"", "\"a/\"", "\"\"", "\"a\\\\/é\"", "\"\\\\u0061/é\""];
    for one in same {
        for two in same {
            assert!(string(one) == string(two), "{one} {two}");
        }
        for two in other {
            assert!(string(one) != string(two) && string(two) != string(one), "{one} {two}");
        }
        assert!(string(one) == "a/é" && string(one) != "a\\/é");
    }
    // A text of our own has no escapes.
    assert!(Str::from("\\u0061") != "a" && Str::from("\\u0061").chars().count() == 6);
}

#[test]
fn copied_whole_or_cut() {
    for document in ["\"10 \u{20ac}\"", "\"10 \\u20ac\""] {
        let text = string(document);
        assert_eq!(text.copy_to::<6>(), Id::new("10 €"));
        assert_eq!(text.copy_to::<5>(), Err(IdError::TooLong { most: 5 }));
        assert_eq!(text.copy_into(&mut [0; 6]), Some("10 €"));
        assert_eq!(text.copy_into(&mut [0; 5]), None);
        let cut = text.cut_to::<5>();
        assert_eq!((cut.as_str(), cut.is_cut()), ("10 ", true));
        let whole = text.cut_to::<6>();
        assert_eq!((whole.as_str(), whole.is_cut()), ("10 €", false));
    }
    assert_eq!(string("\"\"").copy_to::<0>(), Id::new(""));
    assert_eq!(string("\"\\ud83d\\ude00\"").char_count(), 1);
    assert_eq!(string("\"\\ud83d\\ude00\"").len(), 4);
}

#[test]
fn nothing_of_a_document_is_shown() {
    let document = br#"{"CardNumber":4111111111111111,"CVV":"737","Track":["\u0034111111111111111"]}"#;
    let checked = Document::parse(document).unwrap();
    let object = checked.root().object().unwrap();
    let track = object.get("Track").unwrap();
    let mut reader = Reader::new(document, Limits::default());
    let mut buffer = [0; 128];
    let mut writer = Writer::new(&mut buffer);
    writer.value(checked.root());
    let mut shown = format!(
        "{checked:?} {:?} {object:?} {track:?} {:?} {:?} {:?} {writer:?} {reader:?}",
        checked.root(),
        track.array(),
        object.into_iter(),
        track.array().unwrap().into_iter(),
    );
    assert!(!shown.contains("1111") && !shown.contains("737"), "{shown}");
    // Tokens show texts and numbers, but no card number.
    while let Some(token) = reader.next().unwrap() {
        write!(shown, "{token:?}").unwrap();
    }
    let number = object.get("CardNumber").and_then(Value::number).unwrap();
    write!(shown, "{number} {number:?}").unwrap();
    assert!(shown.contains("************1111") && !shown.contains("411111"), "{shown}");
}

/// A row of digits that is too long to be searched is not shown at all.
#[test]
fn long_rows_are_hidden() {
    let card = "4111 1111 1111 1111";
    for before in 0..2 * JSON_MASKED {
        let document = format!("\"\\n{}- {card}- {0}x9\"", "1".repeat(before));
        let text = string(&document);
        let shown = text.to_string();
        assert!(!shown.contains("4111 1") && shown.ends_with("x9"), "{shown}");
        assert_eq!(shown.chars().count(), text.char_count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// However a text is spelled, it is shown as [`Masked`] shows it.
    #[test]
    fn shown_as_it_is_meant(
        parts in prop::collection::vec("[0-9 -]{0,8}|4111 ?1111-?1111 ?1111|4242424242424242|[a-z€\\\\\"\n]{1,2}", 0..5),
        escapes in prop::collection::vec(any::<bool>(), 1..8),
    ) {
        let text = parts.concat();
        let document = spelled(&text, &escapes);
        let string = string(&document);
        prop_assert!(string == text.as_str());
        let longest = text.split(|character| !matches!(character, '0'..='9' | ' ' | '-')).map(str::len).max();
        if string.plain().is_some() || longest.unwrap() <= JSON_MASKED {
            let masked = Masked(&text).to_string();
            prop_assert_eq!(format!("{string:?}"), format!("\"{masked}\""));
            prop_assert_eq!(string.to_string(), masked);
        }
    }

    #[test]
    fn spelled_in_any_way(text in any::<String>(), escapes in prop::collection::vec(any::<bool>(), 1..8)) {
        let document = spelled(&text, &escapes);
        prop_assert_eq!(&crate::tree::text(string(&document)), &text);
    }
}
