//! The words of the core all have a number.

use opi_capi::border::Str;
use opi_capi::status::opi_status_text;
use opi_capi::words::{opi_outcome_name, opi_reason_text, opi_why_text};
use opi_core::journal::{self, Entry, Record};
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};

use crate::shown::text;

/// The checksum of a record, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

/// Every reason that the journal can hold, with the number it has there.
fn reasons() -> Vec<(u32, Reason)> {
    let end = |reason| Finished {
        request_id: None,
        outcome: Outcome::Declined,
        reason: Some(reason),
        settled_by: SettledBy::Answer,
        facts: Facts::default(),
        stored: true,
    };
    let encode = |finished: &Finished| {
        let mut to = [0; journal::MAX_RECORD];
        let length = journal::encode(&Record::Result(finished), &mut to).unwrap();
        to[..length].to_vec()
    };
    // The first byte that differs is that of the reason.
    let (one, other) = (encode(&end(Reason::Busy)), encode(&end(Reason::Deadline)));
    let place = one.iter().zip(&other).position(|(one, other)| one != other).unwrap();
    let with = |code: u8| {
        let mut record = one.clone();
        record[place] = code;
        let covered = record.len() - 4;
        let sum = crc(&record[..covered]).to_be_bytes();
        record[covered..].copy_from_slice(&sum);
        match journal::decode(&record) {
            Ok((Entry::Result(finished), _)) => finished.reason,
            _ => None,
        }
    };
    (0..=u8::MAX).filter_map(|code| Some((code.into(), with(code)?))).collect()
}

#[test]
fn every_reason_has_its_number_and_its_sentence() {
    let reasons = reasons();
    assert!(reasons.len() >= 31, "{}", reasons.len());
    for (code, reason) in &reasons {
        assert_eq!(text(opi_reason_text(*code)).as_deref(), Some(reason.text()), "{reason:?}");
        assert_eq!(opi_capi::words::Reason::from(*reason) as u32, *code, "{reason:?}");
    }
    let known = |code: u32| reasons.iter().any(|(other, _)| *other == code);
    for code in (0..1000).filter(|code| !known(*code)) {
        assert_eq!(text(opi_reason_text(code)), None, "{code}");
    }
}

#[test]
fn outcomes_are_told_by_the_words_of_the_core() {
    let all =
        [Outcome::Approved, Outcome::Declined, Outcome::Aborted, Outcome::NotSent, Outcome::Unknown, Outcome::Done];
    for outcome in all {
        let code = opi_capi::words::Outcome::from(outcome) as u32;
        assert_eq!(text(opi_outcome_name(code)).as_deref(), Some(outcome.name()));
    }
    assert_eq!(text(opi_outcome_name(0)), None);
    assert_eq!(text(opi_outcome_name(7)), None);
}

#[test]
fn what_a_session_waits_for_is_told_by_the_words_of_the_core() {
    use opi_core::drive::Why;
    for why in [
        Why::Idle,
        Why::Unresolved,
        Why::Recovery,
        Why::Store,
        Why::Listener,
        Why::Connection,
        Why::Transmission,
        Why::Terminal,
        Why::Cashier,
    ] {
        assert_eq!(text(opi_why_text(opi_capi::words::Why::from(why) as u32)), Some(why.to_string()));
    }
    assert_eq!(text(opi_why_text(200)), None);
}

#[test]
fn every_status_has_a_sentence_of_its_own() {
    let texts: Vec<_> = (0..100).filter_map(|code| text(opi_status_text(code))).collect();
    let known: std::collections::BTreeSet<_> = texts.iter().filter(|text| *text != "no such status").collect();
    assert_eq!(known.len(), 33);
    assert_eq!(texts.len(), 100);
    assert_eq!(text(Str::NONE), None);
}
