//! Records with every field, as proptest makes them. Nothing in them is changed by masking.

use opi_core::id::{Id, Reference, RequestId};
use opi_core::journal::{Entry, Intent, Resolution, Settled};
use opi_core::limits;
use opi_core::money::{Currency, Money};
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use opi_core::receipt::{Alignment, Copy, Line, Purpose, SheetId};
use opi_core::secret::Pan;
use opi_core::text::Text;
use opi_core::time::WallTime;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn text<const N: usize>() -> impl Strategy<Value = Text<N>> {
    // Longer ones are cut, and say so. Letters only: no card number comes about.
    prop_oneof![
        4 => "[a-zäß€😀 \\.\n<]{0,12}".prop_map(|text| Text::from_cut(&text)),
        1 => (0..2 * N).prop_map(|length| Text::from_cut(&"ä€".repeat(length / 5))),
    ]
}

fn id<const N: usize>() -> impl Strategy<Value = Id<N>> {
    let most = N;
    "[A-Za-z0-9ü:\\.\\-]{0,60}".prop_map(move |text| {
        let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        Id::new(&text[..end]).unwrap()
    })
}

fn money() -> impl Strategy<Value = Money> {
    (any::<u64>(), select(vec!["CHF", "EUR", "JPY", "KWD"]))
        .prop_map(|(minor, code)| Money::from_minor(minor, Currency::new(code).unwrap()))
}

pub(crate) fn request_id() -> impl Strategy<Value = RequestId> {
    prop_oneof![1..=20u32, 1..=999_999_999u32].prop_map(|number| RequestId::new(number).unwrap())
}

fn sheet_id() -> impl Strategy<Value = SheetId> {
    any::<u32>().prop_map(SheetId)
}

pub(crate) fn outcome() -> impl Strategy<Value = Outcome> {
    use Outcome::{Aborted, Approved, Declined, Done, NotSent, Unknown};
    select(vec![Approved, Declined, Aborted, NotSent, Unknown, Done])
}

fn reason() -> impl Strategy<Value = Reason> {
    select(vec![Reason::PartialApproval, Reason::Deadline, Reason::AuthorisationUnknown])
}

fn facts() -> impl Strategy<Value = Facts> {
    let pan = select(vec!["", "****", "************1111", "411111XXXXXX1111", "6799#########4242"]);
    (
        (option::of(money()), option::of(money()), option::of(money())),
        (option::of(id()), option::of(pan.prop_map(|pan| Pan::new(pan).unwrap())), option::of(text())),
        (option::of(id()), option::of(id()), option::of(id()), option::of(id())),
        (option::of(id()), option::of(id()), option::of(id()), option::of(id()), option::of(id())),
    )
        .prop_map(|(amounts, card, numbers, rest)| Facts {
            amount: amounts.0,
            tip: amounts.1,
            cash_back: amounts.2,
            approval_code: card.0,
            masked_card_number: card.1,
            card_circuit: card.2,
            stan: numbers.0,
            terminal_id: numbers.1,
            terminal_batch: numbers.2,
            trx_reference_number: numbers.3,
            receipt_number: rest.0,
            time_stamp: rest.1,
            overall_result: rest.2,
            host_decline_reason: rest.3,
            terminal_decline_reason: rest.4,
        })
}

fn line() -> impl Strategy<Value = Line> {
    let alignment = select(vec![Alignment::Left, Alignment::Center, Alignment::Right]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (text(), any::<Option<u16>>(), any::<Option<u16>>(), alignment, flags, any::<Option<u16>>()).prop_map(
        |(text, row, column, alignment, flags, menu_item)| Line {
            text,
            row,
            column,
            alignment,
            bold: flags.0,
            double_width: flags.1,
            double_height: flags.2,
            paper_cut: flags.3,
            menu_item,
        },
    )
}

fn purpose() -> impl Strategy<Value = Purpose> {
    let receipts = [Purpose::Receipt(Copy::Customer), Purpose::Receipt(Copy::Merchant)];
    let others = [Purpose::Journal, Purpose::CashierDisplay, Purpose::CustomerDisplay, Purpose::Offer];
    select([&receipts[..], &others].concat())
}

fn intent() -> impl Strategy<Value = Intent> {
    let at = (any::<i64>(), any::<i16>()).prop_map(|(seconds, minutes)| WallTime::new(seconds, minutes));
    let reference = "[A-Za-z0-9_-]{1,20}".prop_map(|text| Reference::new(&text).unwrap());
    (request_id(), id(), id(), option::of(money()), option::of(reference), at).prop_map(
        |(request_id, workstation_id, request_type, amount, reference, at)| Intent {
            request_id,
            workstation_id,
            request_type,
            amount,
            reference,
            at,
        },
    )
}

fn settled_by() -> impl Strategy<Value = SettledBy> {
    select(vec![SettledBy::Answer, SettledBy::RepeatLastMessage, SettledBy::TicketReprint, SettledBy::Person])
}

fn resolution() -> impl Strategy<Value = Resolution> {
    (request_id(), outcome(), settled_by(), text(), facts()).prop_map(|(request_id, outcome, by, note, facts)| {
        Resolution { note, facts, ..Resolution::new(request_id, outcome, by) }
    })
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        (request_id(), request_id())
            .prop_map(|(one, other)| Entry::Block { first: one.min(other), last: one.max(other) }),
        intent().prop_map(Entry::Intent),
        request_id().prop_map(|request_id| Entry::Sent { request_id }),
        (sheet_id(), line()).prop_map(|(sheet, line)| Entry::Line { sheet, line }),
        (sheet_id(), text::<{ limits::STEP_TEXT }>()).prop_map(|(sheet, text)| Entry::Text {
            sheet,
            // A piece is whole by itself.
            text: Text::from_cut(text.as_str()),
        }),
        (sheet_id(), purpose(), option::of(request_id()), option::of(id()))
            .prop_map(|(sheet, purpose, request, reference)| Entry::Sheet { sheet, purpose, request, reference }),
        (option::of(request_id()), outcome(), option::of(reason()), settled_by(), facts()).prop_map(
            |(request_id, outcome, reason, settled_by, facts)| {
                Entry::Result(Finished { request_id, outcome, reason, settled_by, facts, stored: true })
            }
        ),
        resolution().prop_map(Entry::Resolution),
        (request_id(), option::of(id()), option::of(id()), option::of(id()), option::of(id())).prop_map(
            |(request_id, trx_reference_number, approval_code, receipt_number, reference)| Entry::Settled(Settled {
                request_id,
                trx_reference_number,
                approval_code,
                receipt_number,
                reference,
            })
        ),
    ]
}
