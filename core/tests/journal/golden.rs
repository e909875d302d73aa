//! One record of each kind, byte for byte. The files were written from the format page, not by this code.

use std::path::PathBuf;
use std::{fs, iter};

use opi_core::id::{Id, Reference, RequestId};
use opi_core::journal::{Entry, Intent, Resolution, Settled, decode};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use opi_core::receipt::{Alignment, Copy, Line, Purpose, SheetId};
use opi_core::secret::Pan;
use opi_core::text::Text;
use opi_core::time::WallTime;

use super::{bytes_of, entries, replay};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/journal")
}

/// A small day with one record of each kind, by the names of their files.
pub(crate) fn day() -> Vec<(&'static str, Entry)> {
    let request_id = RequestId::new(101).unwrap();
    let chf = |minor| Some(Money::from_minor(minor, Currency::CHF));
    let intent = Intent {
        request_id,
        workstation_id: Id::new("lane-1").unwrap(),
        request_type: Id::new("CardPayment").unwrap(),
        amount: chf(2500),
        reference: Some(Reference::new("bill_7").unwrap()),
        at: WallTime::new(1_775_636_100, 120),
    };
    let line = Line {
        text: Text::from("Zürich 25.00"),
        row: Some(2),
        alignment: Alignment::Center,
        bold: true,
        double_height: true,
        menu_item: Some(3),
        ..Line::default()
    };
    let facts = Facts {
        amount: chf(2600),
        tip: chf(100),
        approval_code: Id::new("A1B2C3").ok(),
        masked_card_number: Pan::new("************1111"),
        card_circuit: Some(Text::from("Visa")),
        stan: Id::new("000042").ok(),
        terminal_id: Id::new("12345678").ok(),
        trx_reference_number: Id::new("70000000042").ok(),
        time_stamp: Id::new("2026-04-08T10:15:20+02:00").ok(),
        overall_result: Id::new("Success").ok(),
        ..Facts::default()
    };
    let (outcome, reason) = (Outcome::Unknown, Some(Reason::ConnectionLost));
    let result =
        Finished { request_id: Some(request_id), outcome, reason, settled_by: SettledBy::Answer, facts, stored: true };
    let mut resolution = Resolution::by_person(request_id, true, "card ************1111 seen at the desk");
    resolution.facts.approval_code = Id::new("A1B2C3").ok();
    let settled = Settled {
        request_id,
        trx_reference_number: Id::new("70000000042").ok(),
        approval_code: Id::new("A1B2C3").ok(),
        receipt_number: None,
        reference: Id::new("70000000042").ok(),
    };
    vec![
        ("block", Entry::Block { first: request_id, last: RequestId::new(150).unwrap() }),
        ("intent", Entry::Intent(intent)),
        ("sent", Entry::Sent { request_id }),
        ("line", Entry::Line { sheet: SheetId(7), line }),
        ("text", Entry::Text { sheet: SheetId(8), text: Text::from("<EJournal seq=\"1\"") }),
        (
            "sheet",
            Entry::Sheet {
                sheet: SheetId(7),
                purpose: Purpose::Receipt(Copy::Merchant),
                request: Some(request_id),
                reference: Id::new("70000000042").ok(),
            },
        ),
        ("result", Entry::Result(result)),
        ("resolution", Entry::Resolution(resolution)),
        ("settled", Entry::Settled(settled)),
    ]
}

/// The bytes of a dump: hexadecimal up to a `#`.
fn dumped(text: &str) -> Vec<u8> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap());
    lines.flat_map(str::split_whitespace).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

#[test]
fn each_kind_is_written_and_read_as_it_always_was() {
    for (name, entry) in day() {
        let golden = fs::read(folder().join(name).with_extension("bin")).unwrap();
        let dump = fs::read_to_string(folder().join(name).with_extension("txt")).unwrap();
        assert_eq!(dumped(&dump), golden, "{name}: the dump is of other bytes");
        assert_eq!(bytes_of(&entry.record()), golden, "{name}");
        assert_eq!(decode(&golden), Ok((entry, golden.len())), "{name}");
    }
}

#[test]
fn a_whole_day_is_read() {
    let golden = fs::read(folder().join("day.bin")).unwrap();
    let day = day();
    assert_eq!(entries(&replay(&golden)), day.iter().map(|(_, entry)| entry).collect::<Vec<_>>());
}

#[test]
fn every_word_keeps_its_number() {
    let sheet = |purpose| Entry::Sheet { sheet: SheetId(0), purpose, request: None, reference: None };
    let purposes = [
        Purpose::CashierDisplay,
        Purpose::CustomerDisplay,
        Purpose::Receipt(Copy::Customer),
        Purpose::Receipt(Copy::Merchant),
        Purpose::Journal,
        Purpose::Offer,
    ];
    for (number, purpose) in (1..).zip(purposes) {
        // Head 4, sheet 4.
        assert_eq!(bytes_of(&sheet(purpose).record())[8], number, "{purpose:?}");
    }
    let outcomes =
        [Outcome::Approved, Outcome::Declined, Outcome::Aborted, Outcome::NotSent, Outcome::Unknown, Outcome::Done];
    let settled = [
        SettledBy::Answer,
        SettledBy::RepeatLastMessage,
        SettledBy::TicketReprint,
        SettledBy::Person,
        SettledBy::TransactionStatus,
    ];
    for (number, outcome) in (1..).zip(outcomes) {
        for (other, by) in (1..).zip(settled) {
            let resolution = Entry::Resolution(Resolution::new(RequestId::FIRST, outcome, by));
            assert_eq!(bytes_of(&resolution.record())[8..10], [number, other], "{outcome:?} {by:?}");
        }
    }
    let reasons = [
        Reason::PartialApproval,
        Reason::CheckReceipt,
        Reason::HostDeclined,
        Reason::TerminalRefused,
        Reason::Stopped,
        Reason::HostUnreachable,
        Reason::TimedOut,
        Reason::UnknownCard,
        Reason::NotSupported,
        Reason::Rejected,
        Reason::Busy,
        Reason::DeviceUnavailable,
        Reason::LoggedOut,
        Reason::PrintLastTicket,
        Reason::NotStored,
        Reason::NotListening,
        Reason::NotConnected,
        Reason::NotTransmitted,
        Reason::Withdrawn,
        Reason::NotEncodable,
        Reason::ConnectionLost,
        Reason::Deadline,
        Reason::Unreadable,
        Reason::ForeignAnswer,
        Reason::MissingResult,
        Reason::UnlistedResult,
        Reason::Contradiction,
        Reason::AuthorisationUnknown,
        Reason::NotReceived,
        Reason::HostDecidesLater,
        Reason::NoReceipt,
    ];
    for (number, reason) in (1..).zip(reasons) {
        let facts = Facts::default();
        let (outcome, settled_by) = (Outcome::Done, SettledBy::Answer);
        let result = Finished { request_id: None, outcome, reason: Some(reason), settled_by, facts, stored: true };
        let bytes = bytes_of(&Entry::Result(result).record());
        assert_eq!(bytes[4..9], [0, 6, 1, number, 1], "{reason:?}");
        assert!(iter::zip(&bytes[9..24], iter::repeat(&0)).all(|(byte, absent)| byte == absent));
    }
}
