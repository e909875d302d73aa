//! The secured form: what is genuine opens, and nothing else does, and nobody can tell why it did not.
#![allow(clippy::unwrap_used)]

mod headers;
mod known;
mod refused;
mod sealing;

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
const SAMPLE: &str = include_str!("../data/nexo/21-secured-envelope.json");
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
