//! Nothing else opens, and nobody can tell why.

use super::*;

#[test]
fn every_flipped_bit_is_refused_alike() {
    let keys = [key()];
    let mut flips = 0;
    for path in ["NexoBlob", "SecurityTrailer/Nonce", "SecurityTrailer/Hmac"] {
        let text = sample().pointer(&format!("/SaleToPOIRequest/{path}")).unwrap().as_str().unwrap().to_owned();
        // In what the text stands for,
        let bytes = bytes_of(&text);
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&sample_with(path, base64(&bytes)), &keys), Err(CryptoFailure::Refused), "{path} {bit}");
            flips += 1;
        }
        // and in the text, where not every change is one of its meaning, or has a meaning.
        for bit in 0..text.len() * 8 {
            let mut bytes = text.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let changed: String = bytes.into_iter().map(char::from).collect();
            assert_eq!(open(&sample_with(path, changed), &keys), Err(CryptoFailure::Refused), "{path} text {bit}");
            flips += 1;
        }
    }
    assert_eq!(flips, (272 + 16 + 32 + 364 + 24 + 44) * 8);
}

#[test]
fn every_other_length_is_refused_alike() {
    let keys = [key()];
    for path in ["NexoBlob", "SecurityTrailer/Nonce", "SecurityTrailer/Hmac"] {
        let text = sample().pointer(&format!("/SaleToPOIRequest/{path}")).unwrap().as_str().unwrap().to_owned();
        let bytes = bytes_of(&text);
        for length in 0..bytes.len() {
            assert_eq!(
                open(&sample_with(path, base64(&bytes[..length])), &keys),
                Err(CryptoFailure::Refused),
                "{path} {length}"
            );
        }
        for length in 0..text.len() {
            let wire = sample_with(path, &text[..length]);
            assert_eq!(open(&wire, &keys), Err(CryptoFailure::Refused), "{path} text {length}");
        }
        for more in ["A", "=", "AAAA", "\n", " ", "\0", "é"] {
            let wire = sample_with(path, format!("{text}{more}"));
            assert_eq!(open(&wire, &keys), Err(CryptoFailure::Refused), "{path} and {more:?}");
        }
    }
}

/// All last bytes, behind runs of them of every length: what is not padded right is neither taken nor told apart.
#[test]
fn padding_is_right_or_refused() {
    let keys = [key()];
    let text = br#"{"A":"0123456789abcdefghijklmnop"}"#;
    let mut taken = 0;
    for last in 0..=u8::MAX {
        for run in 1..=16usize {
            // Two blocks that end in a run of the byte.
            let mut blocks = text[..32].to_vec();
            blocks[32 - run..].fill(last);
            // Whoever takes the byte at its word authenticates so much:
            let said = usize::from(last);
            let kept = 32usize.saturating_sub(said);
            let right = (1..=16).contains(&said) && blocks[kept..].iter().all(|byte| *byte == last);
            let wire = forged(&blocks, &blocks[..kept]);
            let result = open(&wire, &keys);
            if right {
                assert!(result.is_ok(), "{last} {run}: {result:?}");
                taken += 1;
            } else {
                assert_eq!(result, Err(CryptoFailure::Refused), "{last} {run}");
            }
            // Right padding never helps a wrong code. (More than 17 says nothing new.)
            for other in [0, 16, 31, 32] {
                if last <= 17 && (!right || other != kept) {
                    let wire = forged(&blocks, &blocks[..other]);
                    assert_eq!(open(&wire, &keys), Err(CryptoFailure::Refused), "{last} {run} {other}");
                }
            }
        }
    }
    // A padding of n bytes stands in every run of at least n.
    assert_eq!(taken, (1..=16).sum::<i32>());
}

#[test]
fn a_refused_text_is_wiped() {
    for wire in [sample_with("SecurityTrailer/Hmac", base64(&[0; 32])), forged(&[7; 64], b"")] {
        let (envelope, secured) = secured(&wire).unwrap();
        let mut scratch = [0; 1024];
        let result = envelope::open(&envelope, &secured, &[key()], &mut scratch, Limits::default());
        assert!(matches!(result, Err(CryptoFailure::Refused)));
        assert!(scratch.iter().all(|byte| *byte == 0), "text is left behind");
    }
}

#[test]
fn the_trailer_chooses_the_key() {
    let derived = derivation(PASSPHRASE);
    let other = derivation("ncrpass");
    let key = |identifier, version, derived| Key::from_derived(identifier, version, derived).unwrap();

    assert_eq!(open(SAMPLE, &[]), Err(CryptoFailure::KeyUnknown));
    assert_eq!(open(SAMPLE, &[key("MyKey", 1, &derived)]), Err(CryptoFailure::KeyUnknown));
    assert_eq!(open(SAMPLE, &[key("mykey", 0, &derived), key("x", 1, &derived)]), Err(CryptoFailure::KeyVersion));
    assert_eq!(open(SAMPLE, &[key("mykey", 1, &other)]), Err(CryptoFailure::Refused));
    let rolled_over =
        [key("x", 1, &other), key("mykey", 0, &other), key("mykey", 2, &other), key("mykey", 1, &derived)];
    assert_eq!(open(SAMPLE, &rolled_over).unwrap(), PLAINTEXT);

    for version in [0, 2, 257] {
        let wire = sample_with("SecurityTrailer/AdyenCryptoVersion", version);
        assert_eq!(open(&wire, &rolled_over), Err(CryptoFailure::CryptoVersion), "{version}");
    }
    for version in [3, 257, u32::MAX] {
        let wire = sample_with("SecurityTrailer/KeyVersion", version);
        assert_eq!(open(&wire, &rolled_over), Err(CryptoFailure::KeyVersion), "{version}");
    }
}

#[test]
fn a_missing_member_is_named() {
    let members = [
        ("SecurityTrailer", json!([])),
        ("SecurityTrailer/AdyenCryptoVersion", json!("1")),
        ("SecurityTrailer/KeyIdentifier", json!(1)),
        ("SecurityTrailer/KeyVersion", json!((1u64 << 32) + 1)),
        ("SecurityTrailer/Nonce", json!({})),
        ("SecurityTrailer/Hmac", json!(true)),
    ];
    for (path, wrong_type) in members {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let line = format!("At SaleToPOIRequest{}{parent}, field {name}: ", if parent.is_empty() { "" } else { "." });
        let wire = sample_with(path, wrong_type);
        let lines = secured(&wire).unwrap_err();
        assert!(lines.starts_with(&line) && !lines.contains("Missing"), "{path}: {lines}");
        assert_eq!(secured(&sample_with(path, Value::Null)).unwrap_err(), format!("{line}Missing"));
        let mut without = sample();
        let parent = format!("/SaleToPOIRequest/{parent}");
        without.pointer_mut(parent.trim_end_matches('/')).unwrap().as_object_mut().unwrap().remove(name);
        assert_eq!(secured(&without.to_string()).unwrap_err(), format!("{line}Missing"));
    }
}

/// Client libraries write members that they do not use as `null`.
#[test]
fn a_clear_message_is_not_a_secured_one() {
    for nothing in [r#""SecurityTrailer":null"#, r#""NexoBlob":null"#, r#""SecurityTrailer":{}"#] {
        let clear = PLAINTEXT.replace(r#""DiagnosisRequest""#, &format!(r#"{nothing},"DiagnosisRequest""#));
        assert_eq!(secured(&clear).unwrap_err(), "clear");
    }
}
