//! One record: there and back, and never too large.

use opi_core::id::{Id, Reference, RequestId};
use opi_core::journal::{DecodeError, Entry, Full, Intent, MAX_RECORD, Record, Resolution, Settled, decode, encode};
use opi_core::limits;
use opi_core::money::{Currency, Money};
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use opi_core::receipt::{Line, Purpose, SheetId};
use opi_core::secret::{Masked, Pan};
use opi_core::text::Text;
use opi_core::time::WallTime;
use proptest::prelude::*;

use super::bytes_of;
use super::golden::day;
use super::strategy::entry;

proptest! {
    #[test]
    fn what_is_written_is_read(entry in entry()) {
        let mut out = [0; MAX_RECORD];
        let length = encode(&entry.record(), &mut out).unwrap();
        prop_assert_eq!(decode(&out), Ok((entry, length)));
    }

    /// No text can hold a record, so no terminal can write one into the journal.
    #[test]
    fn a_record_is_never_text(entry in entry()) {
        let bytes = bytes_of(&entry.record());
        for end in 1..=bytes.len() {
            prop_assert!(std::str::from_utf8(&bytes[..end]).is_err());
        }
    }

    /// Whatever has a right checksum and is read, is read as what would be written.
    #[test]
    fn there_is_one_way_to_write_a_record(entry in entry(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = bytes_of(&entry.record());
        let body = 4..bytes.len() - 4;
        let place = body.start + at.index(body.len());
        bytes[place] = to;
        sign(&mut bytes);
        match decode(&bytes) {
            // Card numbers are left out: an unmasked one is never written, and read as it is.
            Ok((entry, _)) => prop_assert!(bytes_of(&entry.record()) == bytes || has_card(&entry)),
            Err(error) => prop_assert_eq!(error, DecodeError::Body { bytes: bytes.len() }),
        }
    }
}

fn has_card(entry: &Entry) -> bool {
    let facts = match entry {
        Entry::Result(finished) => &finished.facts,
        Entry::Resolution(resolution) => &resolution.facts,
        _ => return false,
    };
    facts.masked_card_number.is_some()
}

/// CRC-32 as IEEE 802.3 has it, bit by bit.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !crc
}

/// Puts the right checksum at the end.
pub(crate) fn sign(bytes: &mut [u8]) {
    let (covered, sum) = bytes.split_at_mut(bytes.len() - 4);
    sum.copy_from_slice(&crc32(covered).to_be_bytes());
}

fn full<const N: usize>() -> Id<N> {
    Id::new(&"x".repeat(N)).unwrap()
}

fn full_text<const N: usize>() -> Text<N> {
    Text::from_cut(&"y".repeat(N + 1))
}

fn full_facts() -> Facts {
    let money = Some(Money::from_minor(u64::MAX, Currency::EUR));
    Facts {
        amount: money,
        tip: money,
        cash_back: money,
        approval_code: Some(full()),
        masked_card_number: Pan::new(&"4".repeat(limits::PAN)),
        card_circuit: Some(full_text()),
        stan: Some(full()),
        terminal_id: Some(full()),
        terminal_batch: Some(full()),
        trx_reference_number: Some(full()),
        receipt_number: Some(full()),
        time_stamp: Some(full()),
        overall_result: Some(full()),
        host_decline_reason: Some(full()),
        terminal_decline_reason: Some(full()),
    }
}

#[test]
fn the_largest_record_of_each_kind_fits() {
    let intent = Intent {
        request_id: RequestId::LAST,
        workstation_id: full(),
        request_type: full(),
        amount: Some(Money::from_minor(u64::MAX, Currency::EUR)),
        reference: Some(Reference::new(&"r".repeat(limits::REFERENCE)).unwrap()),
        at: WallTime::new(i64::MAX, i16::MAX),
    };
    let line = Line { text: full_text(), row: Some(9), column: Some(9), menu_item: Some(9), ..Line::default() };
    let result = Finished {
        request_id: Some(RequestId::LAST),
        outcome: Outcome::Unknown,
        reason: Some(Reason::Deadline),
        settled_by: SettledBy::Answer,
        facts: full_facts(),
        stored: false,
    };
    let resolution = Resolution {
        note: full_text(),
        facts: full_facts(),
        ..Resolution::new(RequestId::LAST, Outcome::Approved, SettledBy::TicketReprint)
    };
    let text = "ä".repeat(limits::STEP_TEXT / 2);
    let (sheet, reference) = (SheetId(u32::MAX), full());
    let records = [
        (Record::Block { first: RequestId::FIRST, last: RequestId::LAST }, 16),
        (Record::Intent(&intent), 8 + 4 + 41 + 49 + 12 + 22 + 10),
        (Record::Sent { request_id: RequestId::LAST }, 12),
        (Record::Line { sheet, line: &line }, 8 + 4 + 3 + 128 + 9 + 5),
        (Record::Text { sheet, text: Masked(&text) }, 8 + 4 + 2 + 768),
        (
            Record::Sheet {
                sheet,
                purpose: Purpose::Journal,
                request: Some(RequestId::LAST),
                reference: Some(&reference),
            },
            8 + 4 + 1 + 5 + 50,
        ),
        (Record::Result(&result), 8 + 5 + 1 + 2 + 1 + 430),
        (Record::Resolution(&resolution), 8 + 4 + 1 + 1 + 163 + 430),
        (Record::Settled(&Settled::of(RequestId::LAST, &full_facts(), Some(&reference))), 8 + 4 + 50 + 18 + 50 + 50),
    ];
    for (record, length) in records {
        let bytes = bytes_of(&record);
        assert_eq!(bytes.len(), length, "{record:?}");
        assert!(matches!(decode(&bytes), Ok((_, read)) if read == length));
    }
    let largest = records.iter().map(|(record, _)| bytes_of(record).len()).max();
    assert_eq!(largest, Some(MAX_RECORD), "the bound is reached, not more");
    let longer = text + "x";
    assert_eq!(encode(&Record::Text { sheet, text: Masked(&longer) }, &mut [0; 2048]), Err(Full));
}

#[test]
fn too_little_room_is_told_at_every_length() {
    for (name, entry) in day() {
        let bytes = bytes_of(&entry.record());
        for room in 0..bytes.len() {
            assert_eq!(encode(&entry.record(), &mut vec![0; room]), Err(Full), "{name}");
            assert_eq!(decode(&bytes[..room]), Err(DecodeError::Short), "{name}");
        }
        assert_eq!(encode(&entry.record(), &mut vec![0; bytes.len()]), Ok(bytes.len()), "{name}");
    }
}

#[test]
fn a_settlement_charges_exactly_if_it_approves() {
    let resolution = Resolution { charged: true, ..Resolution::by_person(RequestId::FIRST, false, "") };
    let bytes = bytes_of(&Record::Resolution(&resolution));
    let Ok((Entry::Resolution(read), _)) = decode(&bytes) else { panic!() };
    assert_eq!((read.outcome, read.charged), (Outcome::Declined, false));
}

#[test]
fn bodies_that_are_never_written_are_refused() {
    // First after last; a number of no request; a body too long; too short.
    let bodies: [(u8, &[u8]); 6] = [
        (1, &[0, 0, 0, 2, 0, 0, 0, 1]),
        (3, &[0, 0, 0, 0]),
        (3, &[0x3B, 0x9A, 0xCA, 0]),
        (3, &[0, 0, 0, 1, 0]),
        (3, &[0, 0, 1]),
        (6, &[0, 0, 0, 1, 9, 0]),
    ];
    for (kind, body) in bodies {
        let mut bytes = vec![0xF9, kind, 0, u8::try_from(body.len()).unwrap()];
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(&[0; 4]);
        sign(&mut bytes);
        assert_eq!(decode(&bytes), Err(DecodeError::Body { bytes: bytes.len() }), "{kind} {body:?}");
    }
}
