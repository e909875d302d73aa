//! What is masked for a trace hides all card data and stays the message that it was (I12).

use std::collections::BTreeSet;
use std::path::Path;

use opi_core::opi::message::{Kind, Message, Style};
use opi_core::trace::mask;
use opi_core::xml::Tolerance;
use proptest::prelude::*;

use crate::random::Random;
use crate::samples;
use crate::secrets::card_number;
use crate::whole::message;

/// The names of all fields that the sources declare with a secret type.
fn secret_names() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/opi/message");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut record = String::new();
        for line in source.lines() {
            if let Some((_, name)) = line.split_once(" = \"").filter(|_| line.contains("pub struct ")) {
                record = name.split('"').next().unwrap().to_owned();
            }
            let Some((field, place)) = line.split_once(" = ").filter(|_| line.trim_end().ends_with(';')) else {
                continue;
            };
            if !["Secret<", "Pan>", "<Pan", ": Track"].iter().any(|secret| field.contains(secret))
                || field.contains("type ")
            {
                continue;
            }
            // `text in "X"` is the text of X, and `text` that of the record.
            let name = place.split('"').nth(1).map_or(record.clone(), str::to_owned);
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_secret_field_is_hidden_wherever_it_stands() {
    let names = secret_names();
    assert!(names.len() > 25, "has the form of the records changed? {names:?}");
    for name in names {
        for document in [
            format!("<m><{name}>Qq5678Qq1234</{name}></m>"),
            format!("<m><p:{name} p:x='1'> <q>Qq5678Qq1234</q> </p:{name}></m>"),
            format!("<m z='1' {name} = \"Qq5678Qq1234\"/>"),
        ] {
            let mut masked = document.clone().into_bytes();
            mask(&mut masked, true);
            assert!(!String::from_utf8(masked).unwrap().contains("Qq5678"), "{document}");
        }
    }
}

#[test]
fn samples_stay_what_they_are() {
    // What the cashier typed goes to the terminal as a value of a name that is hidden.
    for (name, document) in samples().into_iter().filter(|(name, _)| *name != "if-15-device-getchar-resp") {
        let mut masked = document.clone();
        mask(&mut masked, true);
        let shown = |document: &[u8]| format!("{:?}", Message::decode(document, Tolerance::FIELD));
        assert_eq!(shown(&masked), shown(&document), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_masked_message_can_be_read_and_holds_no_card_number(
        seed in any::<u64>(), kind in prop::sample::select(&Kind::ALL[..]), digits in prop::collection::vec(0u8..=9, 12..=18),
    ) {
        let number = card_number(&digits);
        let mut random = Random::new(seed, 70);
        random.planted = Some(number.clone());
        let mut buffer = vec![0; 256 * 1024];
        let length = message(&mut random, kind).encode(&Style::CCV, &mut buffer).unwrap();
        let document = &mut buffer[..length];
        mask(document, true);
        prop_assert!(!String::from_utf8_lossy(document).contains(&number));
        // An amount of 13 digits and more can look like a card number. No other field stops being what it is.
        let fault = Message::decode(document, Tolerance::STRICT).err().map(|fault| format!("{fault:?}"));
        prop_assert!(fault.is_none_or(|fault| fault.contains("flaw: Money(Form)")));
    }

    #[test]
    fn masking_keeps_the_length_and_is_done_once(mut bytes in "[<>/a-zA0-9&#x;='\" *!\\[\\]-]{0,80}|(<(CV2|Track2|CardPAN)( a='b')?>|</(CV2|Track2|CardPAN)>|<!--|-->|&#[0-9]{1,3};|[0-9]{8}| ){0,12}", whole: bool) {
        let length = bytes.len();
        let mut once = std::mem::take(&mut bytes).into_bytes();
        mask(&mut once, whole);
        prop_assert_eq!(once.len(), length);
        let mut twice = once.clone();
        mask(&mut twice, whole);
        prop_assert_eq!(String::from_utf8(once), String::from_utf8(twice));
    }
}
