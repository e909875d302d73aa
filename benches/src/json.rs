//! A JSON document, every name, text and number looked at.

use opi_core::json::{Document, Limits, Mark, Value};
use serde::de::IgnoredAny;

/// A document and its name.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What it is.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was in a document. Equal counts mean that the same was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Objects and arrays.
    pub containers: usize,
    /// Bytes of the names of members, decoded.
    pub names: usize,
    /// Bytes of texts, decoded.
    pub texts: usize,
    /// Numbers, booleans and nulls.
    pub others: usize,
}

/// A payment, an answer with a receipt of 120 lines, and a text of 48 KiB.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let line = |number| {
        format!(
            "{{\"Text\":\"key=line{number}&name=Gesamtbetrag%20EUR&value=10%2c99\",\"CharacterStyle\":\"Bold\",\
             \"EndOfLineFlag\":true,\"StartRow\":{number}}}"
        )
    };
    let lines: Vec<String> = (0..120).map(line).collect();
    let receipt = format!(
        "{{\"SaleToPOIResponse\":{{\"PaymentResponse\":{{\"PaymentReceipt\":[{{\"OutputContent\":{{\"OutputText\":[{}]}}}}]}}}}}}",
        lines.join(",")
    );
    vec![
        Sample { name: "payment", bytes: include_bytes!("../../core/tests/data/nexo/03-payment-basic.json").to_vec() },
        Sample { name: "receipt", bytes: receipt.into_bytes() },
        Sample { name: "long text", bytes: format!("{{\"text\":\"{}\"}}", "QUJD".repeat(12 * 1024)).into_bytes() },
    ]
}

/// Checked, nothing more.
///
/// # Panics
/// It is no JSON.
pub fn opi_core_check(document: &[u8]) {
    Document::parse(document).unwrap();
}

/// So many that each name and value of the samples has one.
pub const MARKS: [Mark; 1280] = [Mark::NONE; 1280];

/// Checked, and every value visited.
///
/// # Panics
/// It is no JSON.
#[must_use]
pub fn opi_core(document: &[u8], marks: &mut [Mark]) -> Count {
    let mut count = Count::default();
    visit(Document::parse_marked(document, Limits::default(), marks).unwrap().root(), &mut count);
    count
}

fn visit(value: Value<'_>, count: &mut Count) {
    if let Some(object) = value.object() {
        count.containers += 1;
        for (name, member) in object {
            count.names += name.len();
            visit(member, count);
        }
    } else if let Some(array) = value.array() {
        count.containers += 1;
        array.into_iter().for_each(|element| visit(element, count));
    } else if let Some(text) = value.text() {
        count.texts += text.len();
    } else {
        count.others += 1;
    }
}

/// The grammar of everything outside of strings.
///
/// # Panics
/// It is no JSON.
pub fn serde_json_check(document: &[u8]) {
    serde_json::from_slice::<IgnoredAny>(document).unwrap();
}

/// Read into a tree, and every value visited.
///
/// # Panics
/// It is no JSON.
#[must_use]
pub fn serde_json(document: &[u8]) -> Count {
    let mut count = Count::default();
    visit_tree(&serde_json::from_slice(document).unwrap(), &mut count);
    count
}

fn visit_tree(value: &serde_json::Value, count: &mut Count) {
    match value {
        serde_json::Value::Object(members) => {
            count.containers += 1;
            for (name, member) in members {
                count.names += name.len();
                visit_tree(member, count);
            }
        }
        serde_json::Value::Array(elements) => {
            count.containers += 1;
            elements.iter().for_each(|element| visit_tree(element, count));
        }
        serde_json::Value::String(text) => count.texts += text.len(),
        _ => count.others += 1,
    }
}

/// # Panics
/// The two read different things.
pub fn check() {
    for sample in samples() {
        opi_core_check(&sample.bytes);
        serde_json_check(&sample.bytes);
        let count = opi_core(&sample.bytes, &mut MARKS.clone());
        assert!(
            count.texts > 0 && count == opi_core(&sample.bytes, &mut []) && count == serde_json(&sample.bytes),
            "{}",
            sample.name
        );
    }
}
