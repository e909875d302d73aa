//! The targets whose bodies are here are able to find something: mistakes that the core can be told to make, in data from a
//! small generator. `core/tests/fuzzing_mistakes.rs` has the other targets.

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use opi_core::proof::{Mistake, make};
use opi_fuzz::{message_roundtrip, xml_oracle, xml_roundtrip};

/// Until then a mistake must have been found.
const AT_MOST: Duration = Duration::from_secs(60);

/// Eight bytes of choices, and pieces of a document.
fn document(next: &mut impl FnMut() -> u8) -> Vec<u8> {
    const PIECES: [&str; 10] = ["<b>", "</b>", "text", "\r\n", "\r", "&#13;", "&lt;", "<c d='\r\n'/>", "<!-- -->", "é"];
    let mut data = vec![0; 8];
    data.extend(b"<a>");
    for _ in 0..next() % 40 {
        data.extend(PIECES[usize::from(next()) % PIECES.len()].as_bytes());
    }
    data.extend(b"</a>");
    data
}

fn bytes(next: &mut impl FnMut() -> u8) -> Vec<u8> {
    let length = usize::from(next()) * 4;
    (0..length).map(|_| next()).collect()
}

#[test]
fn every_mistake_is_found() {
    type Data = fn(&mut dyn FnMut() -> u8) -> Vec<u8>;
    type Sought = (Mistake, &'static str, fn(&[u8]), Data);
    let bytes: Data = |mut next| bytes(&mut next);
    let document: Data = |mut next| document(&mut next);
    std::panic::set_hook(Box::new(|_| {}));
    let sought: [Sought; 4] = [
        (Mistake::XmlReadsTwoLineEnds, "xml_oracle", xml_oracle, document),
        (Mistake::XmlWritesALineEnd, "xml_roundtrip", xml_roundtrip, bytes),
        (Mistake::XmlWritesALineEnd, "message_roundtrip", message_roundtrip, bytes),
        (Mistake::MessageSaysYes, "message_roundtrip", message_roundtrip, bytes),
    ];
    for (mistake, target, body, data) in sought {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random.to_be_bytes()[2]
        };
        let (began, mut tried) = (Instant::now(), 0);
        loop {
            tried += 1;
            let data = data(&mut next);
            make(Some(mistake));
            let found = catch_unwind(|| body(&data)).is_err();
            make(None);
            if found {
                assert!(catch_unwind(|| body(&data)).is_ok(), "{target} fails without {mistake:?}");
                break;
            }
            assert!(began.elapsed() < AT_MOST, "{target} does not find {mistake:?}");
        }
        println!("found after {tried} inputs of {target}, {:.1} s: {mistake:?}", began.elapsed().as_secs_f32());
    }
}
