//! The secured form: what is genuine opens, and nothing else does, and nobody can tell why it did not.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use aes::Aes256;
use base64ct::{Base64, Encoding};
use cbc::cipher::{Block, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use opi_core::json::{Document, Limits};
use opi_core::limits;
use opi_core::nexo::envelope::{self, CryptoFailure, DERIVED, Key, KeyError, Nonce, Opened, Passphrase, SealError};
use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report, Secured};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Made by the client library `@adyen/api-library` 32.1.0 from [`PLAINTEXT`] with [`PASSPHRASE`].
const SAMPLE: &str = include_str!("data/nexo/21-secured-envelope.json");
const PASSPHRASE: &str = "mysupersecretpassphrase";
const PLAINTEXT: &str = concat!(
    r#"{"SaleToPOIRequest":{"MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Service","#,
    r#""MessageCategory":"Diagnosis","MessageType":"Request","ServiceID":"KAT0000001","SaleID":"POS-1","#,
    r#""POIID":"P400Plus-123456789"},"DiagnosisRequest":{"HostDiagnosisFlag":false}}}"#
);

/// Computed with Python's `hashlib.pbkdf2_hmac`: authentication key, cipher key, vector.
const DERIVATIONS: [(&str, [&str; 3]); 3] = [
    (
        "ncrpass",
        [
            "60260ad7da67b1c1d9540cab36a32e008e60800b25a1e8d57643ad09ca9b9fdb",
            "a3100784b2bba8e6216f10bd4f7c1e0ef26ec2838f598b7c0283891234758ecc",
            "1bcea45bf5450517f70d73726a65f6d5",
        ],
    ),
    (
        "p@ssw0rd123456",
        [
            "733636253b5b98f9a483b1a678d73a58dab2accafbc029ecbe12d60eaa909e32",
            "cf2c822761b9f5305bf69970bfa7b659a6724a119db21f8b0e949779f2ea022c",
            "bb9ba8092e6027c735398dc65977c051",
        ],
    ),
    (
        PASSPHRASE,
        [
            "633651f2a778f91ef37ca2eae92d2f8e58073b766d26899967dc1202c1444742",
            "89b3399a5c77fc0c38762ba1529488d19b4daf8360a2ef3f7a0b06d23c89b12a",
            "17be85c2e52ba327bdce1910f4c2c7de",
        ],
    ),
];

fn derivation(passphrase: &str) -> [u8; DERIVED] {
    let (_, parts) = DERIVATIONS.iter().find(|(name, _)| *name == passphrase).unwrap();
    let hexadecimal = parts.concat();
    let digits = (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap());
    digits.collect::<Vec<_>>().try_into().unwrap()
}

/// The key of the sample, without the work of deriving it.
fn key() -> Key {
    Key::from_derived("mykey", 1, &derivation(PASSPHRASE)).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    Base64::encode(bytes, &mut vec![0; bytes.len() * 2 + 4]).unwrap().to_owned()
}

fn bytes_of(text: &str) -> Vec<u8> {
    Base64::decode(text, &mut vec![0; text.len()]).unwrap().to_vec()
}

/// The secured form, or what is wrong with it.
fn secured(wire: &str) -> Result<(Envelope<'_>, Secured<'_>), String> {
    let document = Document::parse(wire.as_bytes()).unwrap_or_else(|error| panic!("{error}: {wire}"));
    let report = &mut Report::new();
    let direction = Envelope::direction_of(document).ok_or("no envelope")?;
    let envelope = Envelope::read(document, direction, &Dialect::ADYEN, report).ok_or("no message")?;
    match envelope.body(report) {
        Some(Body::Secured(secured)) => Ok((envelope, secured)),
        Some(_) => Err("clear".into()),
        None => Err(report.errors().as_str().into()),
    }
}

/// The plaintext, whatever it is.
fn open(wire: &str, keys: &[Key]) -> Result<String, CryptoFailure> {
    let (envelope, secured) = secured(wire).expect("a secured message");
    let mut scratch = vec![0; wire.len()];
    match envelope::open(&envelope, &secured, keys, &mut scratch, Limits::default())? {
        Opened::Document(document) => Ok(document.root().raw().to_owned()),
        Opened::BadJson(error) => Ok(format!("bad json: {error}")),
    }
}

fn seal(plaintext: &str, key: &Key, nonce: [u8; 16]) -> String {
    let mut out = vec![0; plaintext.len() * 3 + 640];
    let message = Document::parse(plaintext.as_bytes()).unwrap();
    let length = envelope::seal(message, key, Nonce::new(nonce), &mut out).unwrap();
    String::from_utf8(out[..length].to_vec()).unwrap()
}

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

/// The sample with a member of the secured form changed.
fn sample_with(path: &str, value: impl Into<Value>) -> String {
    let mut sample = sample();
    *sample.pointer_mut(&format!("/SaleToPOIRequest/{path}")).unwrap() = value.into();
    sample.to_string()
}

/// Encrypts whole blocks as they are, and puts them with a code into the form of the sample.
fn forged(blocks: &[u8], code_of: &[u8]) -> String {
    let derived = derivation(PASSPHRASE);
    let vector: [u8; 16] = std::array::from_fn(|at| derived[64 + at] ^ 9);
    let mut cipher = cbc::Encryptor::<Aes256>::new_from_slices(&derived[32..64], &vector).unwrap();
    let mut ciphertext = Vec::new();
    for block in blocks.chunks(16) {
        let mut block = Block::<Aes256>::try_from(block).unwrap();
        cipher.encrypt_block(&mut block);
        ciphertext.extend(block);
    }
    let code = Hmac::<Sha256>::new_from_slice(&derived[..32]).unwrap().chain_update(code_of).finalize().into_bytes();
    let mut sample = sample();
    sample["SaleToPOIRequest"]["NexoBlob"] = base64(&ciphertext).into();
    sample["SaleToPOIRequest"]["SecurityTrailer"]["Nonce"] = base64(&[9; 16]).into();
    sample["SaleToPOIRequest"]["SecurityTrailer"]["Hmac"] = base64(&code).into();
    sample.to_string()
}

/// Any text, well padded and authenticated, under the header of the sample.
fn genuine(plaintext: &[u8]) -> String {
    let padding = 16 - plaintext.len() % 16;
    let padded = [plaintext, &vec![u8::try_from(padding).unwrap(); padding]].concat();
    forged(&padded, plaintext)
}

#[test]
fn keys_are_derived_as_by_others() {
    for (passphrase, _) in DERIVATIONS {
        let key = Key::derive("mykey", 1, &Passphrase::new(passphrase).unwrap()).unwrap();
        let expected = Key::from_derived("mykey", 1, &derivation(passphrase)).unwrap();
        assert_eq!(seal(PLAINTEXT, &key, [3; 16]), seal(PLAINTEXT, &expected, [3; 16]), "{passphrase}");
        assert_eq!(open(SAMPLE, &[key]).is_ok(), passphrase == PASSPHRASE, "{passphrase}");
    }
}

#[test]
fn the_sample_opens_to_its_exact_text() {
    assert_eq!(open(SAMPLE, &[key()]).unwrap(), PLAINTEXT);
}

#[test]
fn sealing_gives_the_sample() {
    let nonce = bytes_of("W/LgEq735Ms4h+/dx+2gVw==").try_into().unwrap();
    let sealed: Value = serde_json::from_str(&seal(PLAINTEXT, &key(), nonce)).unwrap();
    assert_eq!(sealed, sample());
}

/// The seeds of the fuzzer are made with `openssl` and Python's `hmac`.
#[test]
fn what_others_sealed_opens() {
    let keys = [1, 2].map(|version| {
        Key::from_derived("mykey", version, &std::array::from_fn(|at| u8::try_from(at).unwrap())).unwrap()
    });
    let seed = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/envelope").join(name);
        String::from_utf8(std::fs::read(path).unwrap().split_off(8)).unwrap()
    };
    let clear = seed("clear");
    for name in ["genuine", "second-version", "escaped-slashes", "member-null"] {
        assert_eq!(open(&seed(name), &keys).as_ref(), Ok(&clear), "{name}");
    }
    for (name, failure) in [
        ("wrong-code", CryptoFailure::Refused),
        ("wrong-padding", CryptoFailure::Refused),
        ("other-header", CryptoFailure::Header),
        ("unknown-version", CryptoFailure::KeyVersion),
    ] {
        assert_eq!(open(&seed(name), &keys), Err(failure), "{name}");
    }
}

/// Vectors that client libraries publish are not ours to copy. To run this, put them into a folder:
///
/// * `java.json`, `src/test/resources/mocks/terminal-api/payment-local-success.json` of the Java library at bca8a14b;
/// * `dotnet.json`, `Adyen.Test/mocks/terminalapi/pospayment-encrypted-success.json` of the .NET library at ea98c5de;
/// * `notification.json`, the encrypted text in `Adyen.Test/TerminalApi/NotificationDecryptionTest.cs` there;
///
/// then `ENVELOPE_VECTORS=FOLDER cargo test -p opi-core --features nexo-crypto --test envelope -- --ignored`.
#[test]
#[ignore = "needs files that are not ours"]
fn published_vectors_open() {
    let folder = std::env::var_os("ENVELOPE_VECTORS").expect("ENVELOPE_VECTORS is not set");
    let vectors = [
        (
            "notification.json",
            ("ncrkey", "ncrpass"),
            (357, "70d06bda4ffc093084d4907714119f3cf7a8cb6ce11503dd184769520bff427e"),
        ),
        (
            "java.json",
            ("CryptoKeyIdentifier12345", "p@ssw0rd123456"),
            (7187, "2a2abc940a3c195a8dfc672a884f0f8947e68d384b32a6fdff6aa101d9b2dc0f"),
        ),
        (
            "dotnet.json",
            ("CryptoKeyIdentifier12345", "p@ssw0rd123456"),
            (6586, "c1f6c440513a8fdd44581198f4a0a3e54c9513b0b2198f217e14b4fe80b726fa"),
        ),
    ];
    let mut opened = 0;
    for (file, (identifier, passphrase), (length, digest)) in vectors {
        let Ok(wire) = std::fs::read_to_string(Path::new(&folder).join(file)) else {
            println!("{file}: not there");
            continue;
        };
        let key = Key::derive(identifier, 1, &Passphrase::new(passphrase).unwrap()).unwrap();
        let plaintext = open(&wire, &[key]).unwrap();
        assert_eq!(plaintext.len(), length, "{file}");
        let found: String = Sha256::digest(&plaintext).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, digest, "{file}");
        opened += 1;
    }
    assert!(opened > 0, "no vector in {}", folder.display());
}

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

#[test]
fn both_headers_say_the_same() {
    let keys = [key()];
    let header = sample()["SaleToPOIRequest"]["MessageHeader"].as_object().unwrap().clone();
    assert_eq!(header.len(), 7);
    let with = |header: Value| sample_with("MessageHeader", header);

    for name in header.keys() {
        for value in [json!("other"), json!(""), json!(null), json!(3), json!(["3.0"]), json!({})] {
            let mut changed = header.clone();
            changed[name] = value.clone();
            assert_eq!(open(&with(changed.into()), &keys), Err(CryptoFailure::Header), "{name}: {value}");
        }
        let mut cut = header.clone();
        let text = cut[name].as_str().unwrap().to_owned();
        cut[name] = text[..text.len() - 1].into();
        assert_eq!(open(&with(cut.into()), &keys), Err(CryptoFailure::Header), "{name} cut");
        let mut without = header.clone();
        without.remove(name);
        assert_eq!(open(&with(without.into()), &keys), Err(CryptoFailure::Header), "without {name}");
    }
    let mut more = header.clone();
    more.insert("DeviceID".into(), "1".into());
    assert_eq!(open(&with(more.into()), &keys), Err(CryptoFailure::Header));
    assert_eq!(open(&with(json!({})), &keys), Err(CryptoFailure::Header));

    // The same, written in another way.
    let mut same = header.clone();
    same.insert("DeviceID".into(), Value::Null);
    assert_eq!(open(&with(same.into()), &keys).unwrap(), PLAINTEXT);
    let escaped = sample().to_string().replace("POS-1", "\\u0050OS-1").replace("SaleID", "Sale\\u0049D");
    assert_eq!(open(&escaped, &keys).unwrap(), PLAINTEXT);
}

/// A till and a terminal use the same key: an answer sent back must not pass as a request.
#[test]
fn an_answer_is_no_request() {
    let clear = PLAINTEXT.replace("SaleToPOIRequest", "SaleToPOIResponse");
    let reflected = seal(&clear, &key(), [1; 16]).replace("SaleToPOIResponse", "SaleToPOIRequest");
    // What is opened is still an answer, so whoever reads a request in it finds none.
    assert_eq!(open(&reflected, &[key()]).unwrap(), clear);
}

/// Whoever reads the answer in a document must not have the header of a request beside it compared.
#[test]
fn another_envelope_hides_no_header() {
    let clear = PLAINTEXT.replace("SaleToPOIRequest", "SaleToPOIResponse");
    let mut wire: Value = serde_json::from_str(&seal(&clear, &key(), [1; 16])).unwrap();
    wire["SaleToPOIResponse"]["MessageHeader"]["SaleID"] = "POS-2".into();
    wire["SaleToPOIRequest"] = json!({});
    let wire = wire.to_string();
    let (document, report) = (Document::parse(wire.as_bytes()).unwrap(), &mut Report::new());
    let envelope = Envelope::read(document, Direction::Response, &Dialect::ADYEN, report).unwrap();
    let Some(Body::Secured(secured)) = envelope.body(report) else { panic!("{}", report.errors().as_str()) };
    let mut scratch = [0; 1024];
    let result = envelope::open(&envelope, &secured, &[key()], &mut scratch, Limits::default());
    assert!(matches!(result, Err(CryptoFailure::Header)), "{result:?}");
}

#[test]
fn a_genuine_text_may_be_anything() {
    let keys = [key()];
    assert_eq!(open(&genuine(b"[1]"), &keys).unwrap(), "[1]");
    assert_eq!(open(&genuine(b"{}"), &keys).unwrap(), "{}");
    let headless = r#"{"SaleToPOIRequest":{"AbortRequest":{}}}"#;
    assert_eq!(open(&genuine(headless.as_bytes()), &keys).unwrap(), headless);
    for bad in [&b""[..], b"{", b"\xff\xff", b"{\"A\":1,\"A\":1}"] {
        let text = open(&genuine(bad), &keys).unwrap();
        assert!(text.starts_with("bad json: "), "{text}");
    }
}

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
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_sealed_opens(
        body in "\\PC{0,300}",
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
