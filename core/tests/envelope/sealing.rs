//! What we seal, with which keys, into which buffers.

use super::*;

#[test]
fn buffers_are_used_to_the_last_byte() {
    let wire = seal(PLAINTEXT, &key(), [1; 16]);
    let message = Document::parse(PLAINTEXT.as_bytes()).unwrap();
    let mut out = vec![0; wire.len()];
    assert_eq!(envelope::seal(message, &key(), Nonce::new([1; 16]), &mut out), Ok(wire.len()));
    assert_eq!(out, wire.as_bytes());
    for length in 0..wire.len() {
        let out = &mut vec![0; length];
        assert_eq!(envelope::seal(message, &key(), Nonce::new([1; 16]), out), Err(SealError::Full), "{length}");
    }

    let (envelope, secured) = secured(&wire).unwrap();
    let keys = [key()];
    assert!(envelope::open(&envelope, &secured, &keys, &mut [0; 364], Limits::default()).is_ok());
    for length in 0..364 {
        let mut scratch = vec![0; length];
        let result = envelope::open(&envelope, &secured, &keys, &mut scratch, Limits::default());
        assert!(matches!(result, Err(CryptoFailure::Scratch(364))), "{length}: {result:?}");
    }
}

#[test]
fn what_is_no_message_is_not_sealed() {
    for clear in ["[]", "{}", r#"{"SaleToPOIRequest":{}}"#, r#"{"SaleToPOIRequest":{"MessageHeader":null}}"#] {
        let document = Document::parse(clear.as_bytes()).unwrap();
        let result = envelope::seal(document, &key(), Nonce::new([1; 16]), &mut [0; 1024]);
        assert_eq!(result, Err(SealError::NoHeader), "{clear}");
    }
}

#[test]
fn key_files_are_checked_and_secrets_not_shown() {
    let length = |text: &str| Passphrase::new(text).err();
    assert_eq!(length(""), Some(KeyError::PassphraseLength(0)));
    assert_eq!(length(&"x".repeat(limits::PASSPHRASE)), None);
    assert_eq!(length(&"x".repeat(limits::PASSPHRASE + 1)), Some(KeyError::PassphraseLength(limits::PASSPHRASE + 1)));
    assert_eq!(length("pässword"), Some(KeyError::PassphraseNotAscii));
    let named = |text: &str| Key::from_derived(text, 1, &[1; DERIVED]).err();
    assert_eq!(named(""), Some(KeyError::IdentifierLength(0)));
    assert_eq!(named(&"x".repeat(limits::KEY_IDENTIFIER)), None);
    assert_eq!(named(&"x".repeat(65)), Some(KeyError::IdentifierLength(65)));

    let passphrase = Passphrase::new(PASSPHRASE).unwrap();
    assert_eq!(format!("{passphrase:?}"), "Passphrase(***)");
    assert_eq!(format!("{:?}", key()), r#"Key { identifier: "mykey", version: 1, derived: *** }"#);
    let pretty = format!("{:#?}{passphrase:#?}", key());
    assert!(!pretty.contains("99") && !pretty.contains("secret"), "{pretty}");
}

/// Passphrases beyond a block of the hash are hashed first (RFC 2104): one byte more must not be another key's.
#[test]
fn every_character_of_a_long_passphrase_counts() {
    let texts = ["x".repeat(64), "x".repeat(65), "x".repeat(128), format!("{}y", "x".repeat(127))];
    let wires: std::collections::BTreeSet<_> = texts
        .iter()
        .map(|text| Key::derive("k", 0, &Passphrase::new(text).unwrap()).unwrap())
        .map(|key| seal(PLAINTEXT, &key, [0; 16]))
        .collect();
    assert_eq!(wires.len(), texts.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_sealed_opens(
        body in "\\PC{0,2000}",
        identifier in "[\x00-~]{1,64}",
        version in any::<u32>(),
        nonce in any::<[u8; 16]>(),
        derived in prop::collection::vec(any::<u8>(), DERIVED),
        answer in any::<bool>(),
    ) {
        let envelope = if answer { "SaleToPOIResponse" } else { "SaleToPOIRequest" };
        let header = json!({"ServiceID": body.chars().take(10).collect::<String>(), "POIID": identifier});
        let clear = json!({envelope: {"Body": body, "MessageHeader": header}}).to_string();
        let key = Key::from_derived(&identifier, version, &derived.try_into().unwrap()).unwrap();
        let wire = seal(&clear, &key, nonce);
        let read: Value = serde_json::from_str(&wire).unwrap();
        prop_assert_eq!(&read[envelope]["MessageHeader"], &header);
        prop_assert_eq!(read[envelope]["SecurityTrailer"]["KeyIdentifier"].as_str(), Some(&*identifier));
        prop_assert_eq!(bytes_of(read[envelope]["SecurityTrailer"]["Nonce"].as_str().unwrap()), nonce);
        // As PHP and Java write it.
        let slashed = wire.replace('/', "\\/");
        let keys = [key];
        prop_assert_eq!(open(&wire, &keys).unwrap(), &*clear);
        prop_assert_eq!(open(&slashed, &keys).unwrap(), &*clear);
    }
}
