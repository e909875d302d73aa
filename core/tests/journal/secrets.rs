//! No card number reaches the store, nor what is shown of a record (I12).

use opi_core::id::RequestId;
use opi_core::journal::{Entry, Record, Resolution, decode};
use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
use opi_core::receipt::{Line, SheetId};
use opi_core::secret::{Masked, Pan};
use opi_core::text::Text;

use super::bytes_of;

const CARD: &str = "4111111111111111";
const SPACED: &str = "4111 1111 1111 1111";

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn card_numbers_are_stored_as_masks() {
    let facts =
        || Facts { masked_card_number: Pan::new(CARD), card_circuit: Some(Text::from(CARD)), ..Facts::default() };
    let id = RequestId::FIRST;
    let result = Finished {
        request_id: Some(id),
        outcome: Outcome::Approved,
        reason: None,
        settled_by: SettledBy::Answer,
        facts: facts(),
        stored: false,
    };
    let note = format!("the customer shows {SPACED} on a statement");
    let resolution = Resolution { facts: facts(), ..Resolution::by_person(id, true, &note) };
    for record in [Record::Result(&result), Record::Resolution(&resolution)] {
        let bytes = bytes_of(&record);
        assert!(!holds(&bytes, "4111") && holds(&bytes, "************1111"), "{record:?}");
    }
    let Ok((Entry::Resolution(read), _)) = decode(&bytes_of(&Record::Resolution(&resolution))) else { panic!() };
    assert_eq!(read.note.as_str(), "the customer shows **** **** **** 1111 on a statement");
}

#[test]
fn receipts_are_stored_as_printed_and_shown_masked() {
    let line = Line { text: Text::from(SPACED), ..Line::default() };
    let sheet = SheetId(1);
    for record in [Record::Line { sheet, line: &line }, Record::Text { sheet, text: Masked(SPACED) }] {
        let bytes = bytes_of(&record);
        assert!(holds(&bytes, SPACED), "a receipt is a document: not changed");
        let (entry, _) = decode(&bytes).unwrap();
        assert!(!format!("{record:?} {entry:?}").contains("4111"));
        #[cfg(feature = "serde")]
        for json in [serde_json::to_string(&record).unwrap(), serde_json::to_string(&entry).unwrap()] {
            assert!(json.contains("**** **** **** 1111") && !json.contains("4111"), "{json}");
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_record_and_its_entry_are_the_same_data() {
    for (_, entry) in super::golden::day() {
        let json = serde_json::to_value(&entry).unwrap();
        assert_eq!(json, serde_json::to_value(entry.record()).unwrap());
        assert!(json["record"].is_string(), "{json}");
    }
}
