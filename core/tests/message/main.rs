//! OPI messages, from the outside.
#![allow(clippy::unwrap_used, missing_docs)]

mod catalogue;
mod random;
mod roundtrip;
mod samples;
mod secrets;
mod strategy;
mod tolerance;
mod trace;
mod values;
mod whole;

use opi_core::opi::message::{Decoder, Fault, FragmentOf, Message, Part};
use opi_core::xml::Tolerance;

/// What a decoder gave, as text: every part in order, the fragments put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) parts: Vec<String>,
    pub(crate) private_data: String,
    pub(crate) journal: String,
    pub(crate) others: String,
    pub(crate) fault: Option<Fault>,
    pub(crate) skipped: u32,
}

impl Reading {
    fn keep(&mut self, part: Part<'_>) -> bool {
        match part {
            Part::Fragment { of, piece } => {
                let text = match of {
                    FragmentOf::PrivateData => &mut self.private_data,
                    FragmentOf::EJournal => &mut self.journal,
                    _ => &mut self.others,
                };
                piece.write_to(text).unwrap();
            }
            part => self.parts.push(format!("{part:?}")),
        }
        matches!(part, Part::End)
    }
}

/// Reads with a window of `size` bytes that is filled up `step` bytes at a time.
pub(crate) fn read_windowed(document: &[u8], size: usize, step: usize) -> Reading {
    let mut decoder = Decoder::new(Tolerance::FIELD);
    let mut reading = Reading::default();
    let (mut window, mut fed) = (Vec::new(), 0);
    loop {
        let more = step.min(size - window.len()).min(document.len() - fed);
        window.extend_from_slice(&document[fed..fed + more]);
        fed += more;
        let last = fed == document.len();
        let mut input = window.as_slice();
        loop {
            let ended;
            match decoder.next(&mut input, last) {
                Ok(Some(part)) => ended = reading.keep(part),
                Ok(None) => {
                    assert!(!last, "everything is there");
                    assert!(input.len() < size, "a full window is never left unused");
                    break;
                }
                Err(fault) => {
                    reading.fault = Some(fault);
                    assert_eq!(decoder.next(&mut input, last).unwrap_err(), fault, "a fault stays");
                    ended = true;
                }
            }
            if ended {
                reading.skipped = decoder.skipped();
                return reading;
            }
        }
        window = input.to_vec();
    }
}

pub(crate) fn read(document: &[u8]) -> Reading {
    read_windowed(document, document.len().max(1), document.len().max(1))
}

pub(crate) fn decode(document: &str) -> Message {
    Message::decode(document.as_bytes(), Tolerance::FIELD).unwrap()
}

pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/opi/{name}.xml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn samples() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/opi"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() > 80);
    found
}
