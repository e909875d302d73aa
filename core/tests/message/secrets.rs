//! Card data is never shown (I12).

use opi_core::opi::message::{Fragment, Kind, Message, Style};
use opi_core::xml::Tolerance;
use proptest::prelude::*;

use crate::random::Random;
use crate::whole::message;
use crate::{decode, read, samples};

/// A card number with a right check digit.
pub(crate) fn card_number(digits: &[u8]) -> String {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit) * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    let mut number: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    number.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap());
    number
}

fn shown(message: &Message) -> Vec<String> {
    #[cfg_attr(not(feature = "serde"), allow(unused_mut))]
    let mut shown = vec![format!("{message:?}"), format!("{message:#?}")];
    #[cfg(feature = "serde")]
    shown.push(serde_json::to_string(message).unwrap());
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_planted_card_number_is_shown(
        seed in any::<u64>(), kind in prop::sample::select(&Kind::ALL[..]), digits in prop::collection::vec(0u8..=9, 12..=18),
    ) {
        let number = card_number(&digits);
        let mut random = Random::new(seed, 70);
        random.planted = Some(number.clone());
        let sent = message(&mut random, kind);
        let mut buffer = vec![0; 256 * 1024];
        let length = sent.encode(&Style::CCV, &mut buffer).unwrap();
        let document = &buffer[..length];
        let received = Message::decode(document, Tolerance::STRICT).unwrap();
        for text in shown(&sent).into_iter().chain(shown(&received)).chain(read(document).parts) {
            prop_assert!(!text.contains(&number), "{}", text);
            prop_assert!(!text.contains(&number[..number.len() - 4]), "{}", text);
        }
    }
}

#[test]
fn no_sample_shows_card_data() {
    for (name, document) in samples() {
        let Ok(message) = Message::decode(&document, Tolerance::FIELD) else { continue };
        for text in shown(&message).into_iter().chain(read(&document).parts) {
            for secret in
                ["700400000000000011", "70040000000001", "27121010000", "\"2712\"", "1227", "9900112233445566"]
            {
                assert!(!text.contains(secret), "{name}: {text}");
            }
        }
    }
}

#[test]
fn fragments_are_never_shown() {
    let fragment = Fragment::<64>::new("<Track2>;4000=2712</Track2>").unwrap();
    assert_eq!(format!("{fragment:?}"), "Fragment(27 bytes)");
    #[cfg(feature = "serde")]
    assert_eq!(serde_json::to_string(&fragment).unwrap(), r#"{"bytes":27,"cut":false}"#);
    let message = decode("<ServiceResponse><PrivateData><Track2>;4000=2712</Track2></PrivateData></ServiceResponse>");
    assert!(shown(&message).iter().all(|text| !text.contains("4000")));
}
