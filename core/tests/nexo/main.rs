//! Terminal API messages: read, judged and written.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod samples;

use serde_json::Value;

/// A document as the oracle reads it, with numbers as text without zeros that say nothing.
fn plain(document: &[u8]) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(walk),
            Value::Object(members) => members.values_mut().for_each(walk),
            Value::Number(number) => *value = Value::String(format!("number {}", number.as_f64().unwrap())),
            _ => {}
        }
    }
    let mut value = serde_json::from_slice(document).unwrap();
    walk(&mut value);
    value
}
