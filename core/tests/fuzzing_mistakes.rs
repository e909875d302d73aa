//! The fuzz targets are able to find something. `session`: every mistake that a session of OPI can be told to make, in days
//! that a random search plays. The others: every mistake that a reader, a writer, a mask or the terminal's side of the
//! Terminal API can be told to make, in their seeds and in what a random search makes of them. What needs other people's
//! parsers, or messages made of the data, has a test of its own, `fuzz/tests/mistakes.rs`.
#![allow(clippy::unwrap_used)]

use std::panic::catch_unwind;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use opi_core::fuzzing;
use opi_core::proof::{Mistake, Of, make};

/// One mistake is made at a time, in the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Days until a mistake must have been found.
const DAYS: u64 = 20_000;

/// Mistakes that show only if there is another till at the terminal, or two payments within one minute of which the first
/// has an unknown end, or five unknown ends: no random search comes upon them. And those that the target does not look
/// for: whether a withdrawn request blocks the lane, whether a terminal was left without an answer that nobody waits for,
/// what is shown. The exhaustive search finds all of them (`explore`).
const BEYOND: [Mistake; 8] = [
    Mistake::StoresNoEndOfAWithdrawal,
    Mistake::ForgetsTheFifth,
    Mistake::LeavesUnanswered,
    Mistake::ShowsCardNumbers,
    Mistake::BelievesAnotherTillsAnswer,
    Mistake::BelievesAnyReceipt,
    Mistake::BelievesAnOldReceipt,
    Mistake::BelievesAReceiptOfAnother,
];

/// A day of one of several tills at a terminal: a payment first, and one step in five a bad one.
fn day(number: u64) -> Vec<u8> {
    let mut random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        u8::try_from(random >> 56).unwrap()
    };
    let mut data: Vec<u8> = (0..400).map(|_| next()).collect();
    // Two switches, and the first step.
    data[12..15].copy_from_slice(&[0, 0, 202]);
    data
}

#[test]
fn every_mistake_is_found() {
    let _guard = ONE_AT_A_TIME.lock();
    std::panic::set_hook(Box::new(|_| {}));
    let (mut missed, mut caught) = (Vec::new(), 0);
    for mistake in Mistake::of(Of::Opi).filter(|mistake| !BEYOND.contains(mistake)) {
        let began = Instant::now();
        make(Some(mistake));
        let found = (0..DAYS).find(|number| catch_unwind(|| fuzzing::session(&day(*number))).is_err());
        make(None);
        let seconds = began.elapsed().as_secs_f32();
        match found {
            Some(number) => {
                caught += 1;
                println!("found after {number} days, {seconds:.1} s: {mistake:?}");
                assert!(
                    catch_unwind(|| fuzzing::session(&day(number))).is_ok(),
                    "day {number} fails without {mistake:?}"
                );
            }
            None => missed.push(mistake),
        }
    }
    println!("mistakes: {caught} of {} found", caught + missed.len());
    assert!(missed.is_empty(), "not found: {missed:?}");
}

/// A mistake, the target that finds it, and the target's body.
type Sought = (Mistake, &'static str, fn(&[u8]));

/// The mistakes that no session makes.
const BYTES: [Sought; 10] = [
    (Mistake::FrameForgetsHalfAHeader, "frame", fuzzing::frame),
    (Mistake::XmlSplitsALineEnd, "xml", fuzzing::xml),
    (Mistake::XmlSplitsALineEnd, "message", fuzzing::message),
    (Mistake::JsonWritesAControl, "json", fuzzing::json),
    (Mistake::NexoSaysYes, "nexo", fuzzing::nexo),
    (Mistake::FrontForgetsIds, "front", fuzzing::front),
    (Mistake::EnvelopeBelievesAnyCode, "envelope", fuzzing::envelope),
    (Mistake::JournalReadsWhatIsDamaged, "journal", fuzzing::journal),
    (Mistake::TraceShowsCdata, "trace", fuzzing::trace),
    (Mistake::TraceShowsEscapedNames, "trace", fuzzing::trace),
];

/// Found by the targets of the crate `opi-fuzz`.
const ELSEWHERE: [Mistake; 3] = [Mistake::XmlReadsTwoLineEnds, Mistake::XmlWritesALineEnd, Mistake::MessageSaysYes];

/// Until then a mistake must have been found.
const AT_MOST: Duration = Duration::from_secs(60);

/// One of the seeds of the target, with one to four bytes changed, left out or doubled.
fn mutant(seeds: &[Vec<u8>], next: &mut impl FnMut() -> usize) -> Vec<u8> {
    let mut data = seeds[next() % seeds.len()].clone();
    for _ in 0..=next() % 4 {
        let at = next() % (data.len() + 1);
        match next() % 5 {
            0 | 1 if at < data.len() => data[at] = u8::try_from(next() % 256).unwrap(),
            2 if at < data.len() => _ = data.remove(at),
            3 if !data.is_empty() => {
                let from = next() % data.len();
                let piece = data[from..data.len().min(from + next() % 16)].to_vec();
                data.splice(at..at, piece);
            }
            // The choices in front decide about everything behind.
            _ if data.len() > 8 => data[next() % 8] = u8::try_from(next() % 256).unwrap(),
            _ => data.push(b'0'),
        }
    }
    data
}

#[test]
fn every_mistake_of_a_reader_a_writer_or_a_mask_is_found() {
    let _guard = ONE_AT_A_TIME.lock();
    std::panic::set_hook(Box::new(|_| {}));
    let is_sought = |mistake: &Mistake| BYTES.iter().any(|(it, ..)| it == mistake) || ELSEWHERE.contains(mistake);
    assert!(Mistake::of_bytes().all(|mistake| is_sought(&mistake)), "a mistake without a target");
    let mut missed = Vec::new();
    for (mistake, target, body) in BYTES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random >> 33).unwrap()
        };
        let began = Instant::now();
        let mut tried = 0_u64;
        let found = loop {
            let data = seeds.get(usize::try_from(tried).unwrap()).cloned();
            let data = data.unwrap_or_else(|| mutant(&seeds, &mut next));
            tried += 1;
            make(Some(mistake));
            let found = catch_unwind(|| body(&data)).is_err();
            make(None);
            if found {
                assert!(catch_unwind(|| body(&data)).is_ok(), "{target} fails without {mistake:?}");
                break true;
            }
            if began.elapsed() > AT_MOST {
                break false;
            }
        };
        let seconds = began.elapsed().as_secs_f32();
        if found {
            println!("found after {tried} inputs of {target}, {seconds:.1} s: {mistake:?}");
        } else {
            missed.push(mistake);
        }
    }
    println!("mistakes: {} of {} found", BYTES.len() - missed.len(), BYTES.len());
    assert!(missed.is_empty(), "not found: {missed:?}");
}
