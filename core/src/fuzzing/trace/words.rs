//! An input or an output in words.

use core::fmt::{Display, Write};

use super::feed::Feed;
use super::planted::card_number;
use crate::drive::{Answer, Event, Input, Link, Output, QuestionId, Total};
use crate::id::{Id, Reference, RequestId, WorkstationId};
use crate::journal::{Intent, Record, Resolution, Settled, Ticket};
use crate::limits::TRACE_DIGITS;
use crate::money::{Currency, Decimal, Money};
use crate::operation::{Facts, Finished, Operation, Outcome, Request, SettledBy};
use crate::receipt::{Line, Purpose, Sheet, SheetId};
use crate::secret::{Masked, Pan};
use crate::text::Text;
use crate::time::WallTime;
use crate::trace::{Given, Shown};

/// Tells an input or an output that holds a number which is written in any way.
pub(super) fn words(mut feed: Feed<'_>, what: u8) {
    let mut text = heapless::String::<40>::new();
    while !feed.is_empty() && text.len() < 20 {
        for digit in card_number(&mut feed) {
            _ = match feed.next() % 10 {
                0 => write!(text, "%{digit:02x}"),
                1 => write!(text, "-{}", char::from(digit)),
                2 => write!(text, " {}", char::from(digit)),
                3 => write!(text, "%2d{}", char::from(digit)),
                4 => write!(text, "%4{}", char::from(digit)),
                _ => write!(text, "{}", char::from(digit)),
            };
        }
    }
    let length = usize::from(feed.next()) % (text.len() + 1);
    let text = text.get(..length).unwrap_or_default();
    if what < 128 { given(text, what) } else { shown(text, what) }
}

fn given(text: &str, what: u8) {
    let request_id = RequestId::FIRST;
    let question = QuestionId(1);
    match what % 5 {
        0 => {
            let Ok(reference) = Reference::new(text) else { return };
            let amount = Money::from_minor(2500, Currency::CHF);
            let mut request = Request::new(Operation::Payment { amount, cash_back: None }, WallTime::new(0, 0));
            request.reference = Some(reference);
            hushed(&Given(&Input::Start(&request)));
        }
        1 => hushed(&Given(&Input::Answer(question, Answer::Text(text)))),
        2 => {
            let Ok(number) = Decimal::parse(text) else { return };
            hushed(&Given(&Input::Answer(question, Answer::Number(number))));
        }
        3 => hushed(&Given(&Input::Received(Link::Request, text.as_bytes()))),
        _ => hushed(&Given(&Input::Resolve { request: request_id, charged: true, note: text })),
    }
}

fn shown(text: &str, what: u8) {
    let request_id = RequestId::FIRST;
    let (sheet, ticket) = (SheetId(1), Ticket(1));
    let at = WallTime::new(0, 0);
    let tell = |output: Output<'_>| hushed(&Shown(&output));
    let event = |event: Event<'_>| hushed(&Shown(&Output::Event(event)));
    let line = Line { text: Text::from_cut(text), ..Line::default() };
    let long = Id::new(text).ok();
    match what % 16 {
        0 => event(Event::Started { request_id, request_type: text }),
        1 => {
            let target = Id::new(text).unwrap_or_default();
            event(Event::SheetBegun(&Sheet { id: sheet, purpose: Purpose::Journal, request: None, target }));
        }
        2 => event(Event::Line(sheet, &line)),
        3 => event(Event::JournalText(sheet, text)),
        4 => event(Event::PrivateText(text)),
        5 => event(Event::CardCircuit { code: text, name: Some(text) }),
        6 => event(Event::Detail { name: "SerialNumber", value: text }),
        7 => {
            let acquirer = Some(Text::from_cut(text));
            event(Event::Total(&Total { acquirer, card_circuit: Some(Text::from_cut(text)), ..Total::default() }));
        }
        8 => event(Event::Finished(&finished(text))),
        9 => tell(Output::Persist(ticket, Record::Result(&finished(text)))),
        10 => {
            let workstation_id = WorkstationId::new("lane-1").map(|id| Id::new(id.as_str()).unwrap_or_default());
            let intent = Intent {
                request_id,
                workstation_id: workstation_id.unwrap_or_default(),
                request_type: Id::new(text).unwrap_or_default(),
                amount: None,
                reference: Reference::new(text).ok(),
                at,
            };
            tell(Output::Persist(ticket, Record::Intent(&intent)));
        }
        11 => tell(Output::Persist(ticket, Record::Line { sheet, line: &line })),
        12 => tell(Output::Persist(ticket, Record::Text { sheet, text: Masked(text) })),
        13 => {
            let made = Resolution::by_person(request_id, true, text);
            tell(Output::Persist(ticket, Record::Resolution(&made)));
        }
        14 => {
            let (request, reference) = (Some(request_id), long.as_ref());
            tell(Output::Persist(ticket, Record::Sheet { sheet, purpose: Purpose::Journal, request, reference }));
        }
        _ => {
            let settled = Settled::of(request_id, &finished(text).facts, long.as_ref());
            tell(Output::Persist(ticket, Record::Settled(&settled)));
        }
    }
}

fn finished(text: &str) -> Finished {
    let facts = Facts {
        approval_code: Id::new(text).ok(),
        masked_card_number: Pan::new(text),
        card_circuit: Some(Text::from_cut(text)),
        stan: Id::new(text).ok(),
        trx_reference_number: Id::new(text).ok(),
        receipt_number: Id::new(text).ok(),
        time_stamp: Id::new(text).ok(),
        ..Facts::default()
    };
    let (outcome, settled_by) = (Outcome::Approved, SettledBy::Answer);
    Finished { request_id: None, outcome, reason: None, settled_by, facts, stored: true }
}

/// No more digits than a request number has stand together, whether codes are read or not.
fn hushed(told: &impl Display) {
    let mut shown = heapless::String::<4096>::new();
    write!(shown, "{told}").expect("longer than it can be");
    let (mut rest, mut digits, mut all, mut ends_in_separator) = (shown.as_bytes(), 0, 0, false);
    while let [first, behind @ ..] = rest {
        let coded = match behind {
            [high, low, after @ ..] if *first == b'%' => code(*high, *low).map(|meant| (meant, after)),
            _ => None,
        };
        let (meant, after) = coded.unwrap_or((*first, behind));
        rest = after;
        match meant {
            b'0'..=b'9' | b'*' => {
                digits += usize::from(meant != b'*');
                all += 1;
                ends_in_separator = false;
            }
            b' ' | b'-' | b'=' if all > 0 && !ends_in_separator => ends_in_separator = true,
            _ => (digits, all, ends_in_separator) = (0, 0, false),
        }
        assert!(digits == 0 || all <= TRACE_DIGITS, "too many digits together: {shown}");
    }
    let mut together = 0;
    for byte in shown.bytes() {
        together = if byte.is_ascii_digit() { together + 1 } else { 0 };
        // Those of a code that is a separator are in front.
        assert!(together <= TRACE_DIGITS + 2, "too many digits together: {shown}");
    }
}

/// The digit, mask or separator that a code stands for.
fn code(high: u8, low: u8) -> Option<u8> {
    let digits = [high, low];
    let code = u8::from_str_radix(core::str::from_utf8(&digits).ok()?, 16).ok()?;
    matches!(code, b'0'..=b'9' | b'*' | b' ' | b'-' | b'=').then_some(code)
}
