//! OPI messages as JSON in a browser or in Node, card data masked.
//!
//! The module has two buffers and one function, so it needs no bindings: write the message to [`input`], call [`decode`]
//! with its length, and read as many bytes of JSON from [`output`] as it says. `decode.mjs` does that.

use std::sync::atomic::{AtomicU8, Ordering};

use opi_core::opi::message::Message;
use opi_core::xml::Tolerance;
use serde_json::json;

/// Bytes of the longest message taken, without its length in front: a journal of 64 KiB in a device request.
const MOST: usize = 128 * 1024;

/// Bytes of JSON: names are longer there, and texts can be escaped.
const MOST_JSON: usize = 8 * MOST;

// Atomic, so that the outside may write to them: WebAssembly of one thread knows no other.
static INPUT: [AtomicU8; MOST] = [const { AtomicU8::new(0) }; MOST];
static OUTPUT: [AtomicU8; MOST_JSON] = [const { AtomicU8::new(0) }; MOST_JSON];

/// Where the message is to be written, at most [`room`] bytes.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *const AtomicU8 {
    INPUT.as_ptr()
}

/// Bytes that [`input`] takes.
#[unsafe(no_mangle)]
pub extern "C" fn room() -> usize {
    MOST
}

/// Where the JSON stands.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const AtomicU8 {
    OUTPUT.as_ptr()
}

/// Decodes a message of so many bytes; the number of bytes of JSON. What cannot be read is told as
/// `{"error": ..., "offset": ...}`.
#[unsafe(no_mangle)]
pub extern "C" fn decode(length: usize) -> usize {
    let document: Vec<u8> = INPUT.iter().take(length).map(|byte| byte.load(Ordering::Relaxed)).collect();
    let shown = if length > MOST {
        json!({ "error": "too long", "offset": MOST })
    } else {
        match Message::decode(&document, Tolerance::FIELD) {
            Ok(message) => json!(message),
            Err(fault) => json!({ "error": fault.to_string(), "offset": fault.offset }),
        }
    };
    let shown = shown.to_string();
    let shown = if shown.len() > MOST_JSON { r#"{"error":"too long to be shown"}"#.to_owned() } else { shown };
    for (place, byte) in OUTPUT.iter().zip(shown.bytes()) {
        place.store(byte, Ordering::Relaxed);
    }
    shown.len()
}
