//! What is told of every member of every message when something is wrong with just that one.

use std::collections::HashMap;

use opi_core::nexo::Dialect;
use serde_json::{Value, json};

use crate::build::{Fill, Place, Sample, places, samples};
use crate::catalogue::{Holds, Need};
use crate::{plain, read, written};

const NOTHING: (String, String) = (String::new(), String::new());

fn all() -> Vec<Sample> {
    samples(Fill::All)
}

/// Each place of each full message, with what is told of the message after the change.
fn change(mut with: impl FnMut(&Sample, &Place, &mut Value) -> Option<(String, String)>) {
    let (mut changes, mut tried) = (0, HashMap::new());
    for sample in all() {
        for place in places(&sample) {
            // The same member of the same object in many places is told in the same way.
            let times = tried.entry((sample.is_request(), place.object.clone(), place.member.name)).or_insert(0);
            *times += 1;
            if *times > 2 {
                continue;
            }
            let mut document = sample.document.clone();
            let Some(expected) = with(&sample, &place, &mut document) else { continue };
            changes += 1;
            let text = document.to_string();
            let found = read(&text, sample.direction(), &Dialect::ADYEN);
            assert_eq!(found.lines(), expected, "{} {}", place.path, place.member.name);
        }
    }
    assert!(changes > 150, "only {changes} changes");
}

fn error(line: String) -> Option<(String, String)> {
    Some((line, String::new()))
}

fn warning(line: String) -> Option<(String, String)> {
    Some((String::new(), line))
}

/// What a missing member costs.
fn missing(sample: &Sample, place: &Place) -> Option<(String, String)> {
    let event = sample.body == "EventNotification";
    match (place.member.need, sample.is_request()) {
        // An event belongs to a request, or not.
        (Need::Both, _) if event => Some(NOTHING),
        (Need::Required | Need::Both, _) | (Need::Asked | Need::Wanted, true) => error(place.line("Missing")),
        (Need::Answered | Need::Wanted, false) => warning(place.line("Missing")),
        _ => Some(NOTHING),
    }
}

#[test]
fn a_full_message_is_read_and_written_as_it_was() {
    for fill in [Fill::All, Fill::Least] {
        for sample in samples(fill) {
            let text = sample.document.to_string();
            let found = read(&text, sample.direction(), &Dialect::ADYEN);
            assert_eq!(found.lines(), NOTHING, "{text}");
            let message = found.message.unwrap();
            assert_eq!(plain(&written(&message, &Dialect::ADYEN)), plain(text.as_bytes()));
        }
    }
}

#[test]
fn a_member_that_is_gone_is_told_if_it_must_be_there() {
    change(|sample, place, document| {
        place.of(document).remove(place.member.name);
        if place.choice {
            return error(format!("At {}: Missing", place.path));
        }
        // What belongs to another member may be wrong without it.
        if place.member.name == "ReceiptReprintFlag" {
            return warning(format!("At {}, field DocumentQualifier: Unexpected", place.path));
        }
        // The category says which body is meant: without it, there is none.
        missing(sample, place)
    });
}

#[test]
fn null_is_as_good_as_nothing() {
    change(|sample, place, document| {
        place.of(document).insert(place.member.name.to_owned(), Value::Null);
        if place.choice || place.member.name == "ReceiptReprintFlag" {
            return None;
        }
        let (errors, warnings) = missing(sample, place)?;
        // Where a rule asks for a member, it was read as an optional one before.
        let unexpected = place.line("Unexpected");
        match place.member.need {
            Need::Required => Some((errors, warnings)),
            _ if warnings.is_empty() => Some((errors, unexpected)),
            _ => Some((errors, format!("{unexpected}\n{warnings}"))),
        }
    });
}

#[test]
fn a_member_that_nobody_knows_is_told_and_the_message_is_taken() {
    change(|sample, place, document| {
        place.of(document).insert("Zzz".to_owned(), json!({ "Inner": [1] }));
        let found = read(&document.to_string(), sample.direction(), &Dialect::ADYEN).message.is_some();
        assert!(found, "{}", place.path);
        warning(format!("At {}, field Zzz: Unexpected", place.path))
    });
}

#[test]
fn another_json_type_is_told_with_the_type_that_was_wanted() {
    change(|_, place, document| {
        let kind = match place.member.holds {
            _ if place.member.list => "array",
            Holds::Cluster(_) => "array",
            Holds::Flag => "boolean",
            Holds::Count(..) | Holds::Amount | Holds::Rate => "number",
            Holds::Object(_) => "object",
            Holds::Any => return None,
            _ => "string",
        };
        let wrong = if kind == "boolean" { json!("true") } else { json!(true) };
        place.of(document).insert(place.member.name.to_owned(), wrong);
        if place.member.name == "ReceiptReprintFlag" {
            return None;
        }
        error(place.line(&format!("Expected JSON {kind}")))
    });
}

#[test]
fn a_length_or_number_out_of_bounds_is_told() {
    let told = |sample: &Sample, line: String| if sample.is_request() { error(line) } else { warning(line) };
    for beyond in [false, true] {
        change(|sample, place, document| {
            let length = |low: usize, high: usize| match (beyond, low) {
                _ if high == 100 => None,
                (true, _) => Some(high + 1),
                (false, 0) => None,
                (false, low) => Some(low - 1),
            };
            let (value, reason) = match place.member.holds {
                Holds::Text(3, 3) if place.member.name == "Currency" && place.path.ends_with("AmountsReq") => {
                    return None;
                }
                Holds::Text(low, high) | Holds::Code(low, high) | Holds::Secret(low, high) => {
                    (json!("a".repeat(length(low, high)?)), "Invalid length")
                }
                Holds::Digits(low, high) | Holds::Card(low, high) => {
                    (json!("7".repeat(length(low, high)?)), "Invalid length")
                }
                Holds::Bytes(4, 4) => (json!(if beyond { "AAAAAAAA" } else { "" }), "Invalid length"),
                Holds::Count(_, 4_294_967_295) => (json!(if beyond { 4_294_967_296_i64 } else { -1 }), "Invalid value"),
                Holds::Count(low, high) => {
                    (json!(if beyond { high + 1 } else { low.checked_sub(1)? }), "Invalid value")
                }
                Holds::Amount => {
                    (serde_json::from_str(if beyond { "100000000" } else { "0.0000001" }).unwrap(), "Invalid value")
                }
                _ => return None,
            };
            let value = if place.member.list { json!([value]) } else { value };
            place.of(document).insert(place.member.name.to_owned(), value.clone());
            let element = if place.member.list { "[0]" } else { "" };
            let line = format!("At {}, field {}{element}: {reason}", place.path, place.member.name);
            // Such a number is none that could be kept.
            let lost = matches!(place.member.holds, Holds::Amount | Holds::Count(_, 4_294_967_295));
            if lost { error(line) } else { told(sample, line) }
        });
    }
}

#[test]
fn a_text_of_another_form_is_told_and_kept() {
    change(|sample, place, document| {
        let value = match place.member.holds {
            Holds::Word(_) if place.member.name.starts_with("Message") && place.path.ends_with("MessageHeader") => {
                return None;
            }
            Holds::Word(_) => json!("Vendor:Word"),
            Holds::Time => json!("yesterday"),
            Holds::Digits(low, _) => json!("x".repeat(low.max(1))),
            Holds::Bytes(4, 4) => json!("a b="),
            Holds::Bytes(..) => json!("{}{}{}"),
            _ => return None,
        };
        place.of(document).insert(place.member.name.to_owned(), value.clone());
        let text = document.to_string();
        let found = read(&text, sample.direction(), &Dialect::ADYEN);
        let again = written(&found.message.unwrap(), &Dialect::ADYEN);
        let again: Value = serde_json::from_slice(&again).unwrap();
        assert_eq!(again.pointer(&format!("{}/{}", place.pointer, place.member.name)), Some(&value), "{}", place.path);

        let line = place.line("Invalid value");
        // What such a word asks for, or no longer excuses, is told as well.
        let rule = |name: &str, reason: &str| format!("At {}, field {name}: {reason}", place.path);
        match (place.member.name, sample.body) {
            ("TransactionAction", _) => Some((line, rule("ServicesEnabled", "Unexpected"))),
            _ if sample.is_request() => error(line),
            _ => warning(line),
        }
    });
}

#[test]
fn a_word_nobody_listed_leaves_the_others_of_its_cluster() {
    change(|sample, place, document| {
        let Holds::Cluster(enumeration) = place.member.holds else { return Some(NOTHING) };
        let listed = crate::catalogue::words(enumeration)[0];
        place.of(document).insert(place.member.name.to_owned(), json!(["Zzz", listed]));
        let text = document.to_string();
        let found = read(&text, sample.direction(), &Dialect::ADYEN);
        let again: Value = serde_json::from_slice(&written(&found.message.unwrap(), &Dialect::ADYEN)).unwrap();
        let pointer = format!("{}/{}", place.pointer, place.member.name);
        assert_eq!(again.pointer(&pointer), Some(&json!([listed])), "{}", place.path);
        warning(format!("At {}, field {}[0]: Invalid value", place.path, place.member.name))
    });
}
