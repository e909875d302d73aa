//! What others derived and sealed.

use super::*;

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
    let acquirers: Vec<_> = (0..400).map(|number| format!("\"{number}\"")).collect();
    let more = format!("false,\"AcquirerID\":[{}]", acquirers.join(","));
    assert_eq!(open(&seed("long"), &keys).unwrap(), clear.replace("false", &more));
    for (name, failure) in [
        ("wrong-code", CryptoFailure::Refused),
        ("wrong-padding", CryptoFailure::Refused),
        ("other-header", CryptoFailure::Header),
        ("unknown-version", CryptoFailure::KeyVersion),
    ] {
        assert_eq!(open(&seed(name), &keys), Err(failure), "{name}");
    }
}

/// Vectors that client libraries publish are not ours to copy: `.ci/run` fetches them, where it can, and sets
/// `ENVELOPE_VECTORS` to their folder:
///
/// * `java.json`, `src/test/resources/mocks/terminal-api/payment-local-success.json` of the Java library at bca8a14b;
/// * `dotnet.json`, `Adyen.Test/mocks/terminalapi/pospayment-encrypted-success.json` of the .NET library at ea98c5de;
/// * `notification.cs`, `Adyen.Test/TerminalApi/NotificationDecryptionTest.cs` there, with the message in a string.
#[test]
#[ignore = "needs files that are not ours"]
fn published_vectors_open() {
    let folder = std::env::var_os("ENVELOPE_VECTORS").expect("ENVELOPE_VECTORS is not set");
    let vectors = [
        (
            "notification.cs",
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
        let wire = if file.ends_with(".cs") { verbatim(&wire, "NexoBlob") } else { wire };
        let key = Key::derive(identifier, 1, &Passphrase::new(passphrase).unwrap()).unwrap();
        let plaintext = open(&wire, &[key]).unwrap();
        assert_eq!(plaintext.len(), length, "{file}");
        let found: String = Sha256::digest(&plaintext).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, digest, "{file}");
        opened += 1;
    }
    println!("published vectors: {opened} opened");
    assert!(opened > 0, "no vector in {}", Path::new(&folder).display());
}

/// The verbatim string of a source in C# that holds this text: `@"..."`, in which two quotes are one.
fn verbatim(source: &str, text: &str) -> String {
    let strings = source.split("@\"").skip(1).map(|rest| {
        let plain = rest.replace("\"\"", "\u{0}");
        plain.split('"').next().unwrap_or_default().replace('\u{0}', "\"")
    });
    let mut found = strings.filter(|string| string.contains(text));
    found.next().unwrap_or_else(|| panic!("no string with {text}"))
}

#[test]
fn a_verbatim_string_is_found_in_its_source() {
    let source = r#"var a = @"no"; var b = @"{ ""Blob"": ""x\y"" }"; var c = "Blob";"#;
    assert_eq!(verbatim(source, "Blob"), r#"{ "Blob": "x\y" }"#);
}
