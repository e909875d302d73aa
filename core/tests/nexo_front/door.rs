//! The secured form before a terminal.

use opi_core::json::Document;
use opi_core::nexo::envelope::{self, Key, Nonce, Opened, Passphrase};
use opi_core::nexo::front::{ClearText, Door, Entrance};
use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report};
use serde_json::Value;

use crate::world::{Ending, World, abort, message, payment, response};

fn key(identifier: &str, version: u32, passphrase: &str) -> Key {
    Key::derive(identifier, version, &Passphrase::new(passphrase).unwrap()).unwrap()
}

fn sample() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/nexo/21-secured-envelope.json")).unwrap()
}

/// One request through the door, the terminal and the door again: status, the bytes on the wire, and whether they are
/// sealed.
fn through(door: &Door<'_>, world: &mut World, body: &[u8]) -> (u16, Vec<u8>, bool) {
    let (mut scratch, mut out) = (vec![0; body.len()], vec![0; 200_000]);
    match door.open(body, &mut scratch, &mut out) {
        Entrance::Answered(answer) => (answer.status, out[..answer.length].to_vec(), false),
        Entrance::Request { body, clear, key } => {
            let Ending::Reply { status, body } = world.ask_as(body, clear) else { panic!("closed") };
            let Some(key) = key else { return (status, body.into_bytes(), false) };
            let length = door.seal(key, Nonce::new([9; 16]), body.as_bytes(), &mut out).unwrap();
            (status, out[..length].to_vec(), out[..length] != *body.as_bytes())
        }
    }
}

/// What a till with this key reads.
fn opened(wire: &[u8], keys: &[Key]) -> Value {
    let mut report = Report::new();
    let outer =
        Envelope::read(Document::parse(wire).unwrap(), Direction::Response, &Dialect::ADYEN, &mut report).unwrap();
    let Some(Body::Secured(secured)) = outer.body(&mut report) else { panic!("clear") };
    let mut scratch = vec![0; wire.len()];
    let clear = envelope::open(&outer, &secured, keys, &mut scratch, opi_core::json::Limits::default()).unwrap();
    let Opened::Document(document) = clear else { panic!("no json") };
    serde_json::from_str(document.root().raw()).unwrap()
}

#[test]
fn the_sample_of_the_official_client_is_answered_under_its_key() {
    let keys = [key("mykey", 1, "mysupersecretpassphrase")];
    let door = Door::new(&keys, ClearText::Remarked, &Dialect::ADYEN);
    let (status, wire, sealed) = through(&door, &mut World::new(), &sample());
    assert_eq!((status, sealed), (200, true));
    let answer = opened(&wire, &keys);
    assert_eq!(response(&answer).0, "Success");
    assert_eq!(answer["SaleToPOIResponse"]["MessageHeader"]["ServiceID"], "KAT0000001");
    assert!(answer["SaleToPOIResponse"]["DiagnosisResponse"].is_object());
}

#[test]
fn any_other_key_is_a_crypto_error() {
    for keys in [vec![key("mykey", 1, "another")], vec![key("mykey", 2, "x")], vec![key("other", 1, "x")], vec![]] {
        let door = Door::new(&keys, ClearText::Remarked, &Dialect::ADYEN);
        let mut world = World::new();
        let (status, wire, sealed) = through(&door, &mut world, &sample());
        assert_eq!((status, sealed), (401, false));
        let answer: Value = serde_json::from_slice(&wire).unwrap();
        assert!(answer["errors"][0].as_str().unwrap().starts_with("Nexo Service: crypto error ("), "{answer}");
        assert_eq!(answer["ServiceID"], "-NULL-");
        assert!(world.wishes.is_empty());
    }
}

#[test]
fn of_several_keys_the_answer_has_that_of_its_request() {
    let keys = [key("a", 1, "first"), key("a", 2, "second"), key("b", 1, "third")];
    let door = Door::new(&keys, ClearText::Refused, &Dialect::ADYEN);
    for (number, one) in keys.iter().enumerate() {
        let clear = payment(&format!("P{number}"), "10.99");
        let mut wire = vec![0; 4096];
        let document = Document::parse(&clear).unwrap();
        let length = envelope::seal(document, one, Nonce::new([7; 16]), &mut wire).unwrap();
        let (status, wire, sealed) = through(&door, &mut World::new(), &wire[..length]);
        assert_eq!((status, sealed), (200, true));
        assert_eq!(response(&opened(&wire, std::slice::from_ref(one))).0, "Success");
    }
}

#[test]
fn a_clear_request_is_remarked_or_refused() {
    let keys = [key("a", 1, "first")];
    let clear = payment("A", "10.99");
    let door = Door::new(&keys, ClearText::Remarked, &Dialect::ADYEN);
    let (status, wire, sealed) = through(&door, &mut World::new(), &clear);
    assert_eq!((status, sealed), (200, false));
    let (_, _, text) = response(&serde_json::from_slice(&wire).unwrap());
    let note =
        "note=Direct%20API%20REQUIRES%20payload%20crypto%20on%20live%2c%20cleartext%20allowed%20for%20testing%20only";
    assert!(text.split('&').any(|pair| pair == note), "{text}");
    let door = Door::new(&keys, ClearText::Refused, &Dialect::ADYEN);
    let mut world = World::new();
    assert_eq!(through(&door, &mut world, &clear).0, 401);
    assert!(world.wishes.is_empty());
    // Without keys nothing is remarked.
    let door = Door::new(&[], ClearText::Refused, &Dialect::ADYEN);
    let (_, wire, _) = through(&door, &mut World::new(), &clear);
    assert!(!response(&serde_json::from_slice(&wire).unwrap()).2.contains("note="));
}

/// What has no header cannot be sealed; tills see it by its status.
#[test]
fn answers_without_a_header_go_as_they_are() {
    let keys = [key("a", 1, "first")];
    let door = Door::new(&keys, ClearText::Refused, &Dialect::ADYEN);
    let sealed_form = |clear: &[u8]| {
        let mut wire = vec![0; 8192];
        let length = envelope::seal(Document::parse(clear).unwrap(), &keys[0], Nonce::new([7; 16]), &mut wire).unwrap();
        wire.truncate(length);
        wire
    };
    let (status, wire, sealed) = through(&door, &mut World::new(), &sealed_form(&abort("X", "A")));
    assert_eq!((status, wire.len(), sealed), (200, 0, false));
    // Secured twice is secured once too often.
    let twice = sealed_form(&sealed_form(&message("Diagnosis", "D", "{}")));
    assert_eq!(through(&door, &mut World::new(), &twice).0, 401);
    assert_eq!(through(&door, &mut World::new(), b"{").0, 400);
    assert_eq!(through(&door, &mut World::new(), b"{}").0, 400);
}
