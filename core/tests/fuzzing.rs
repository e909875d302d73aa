//! Replays the seeds of the fuzz targets, and every sample under several cuts, on stable.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use opi_core::fuzzing::{self, CHOICES};

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 2, "{} holds no seeds", folder.display());
    files
}

/// Names the file that a body panics on.
fn replay(files: &[(PathBuf, Vec<u8>)], body: fn(&[u8])) {
    for (path, data) in files {
        let run = std::panic::catch_unwind(|| body(data));
        assert!(run.is_ok(), "{} fails", path.display());
    }
}

#[test]
fn seeds() {
    replay(&files("../fuzz/seeds/frame"), fuzzing::frame);
    replay(&files("../fuzz/seeds/xml"), fuzzing::xml);
    replay(&files("../fuzz/seeds/json"), fuzzing::json);
    replay(&files("../fuzz/seeds/nexo"), fuzzing::nexo);
    replay(&files("../fuzz/seeds/front"), fuzzing::front);
    replay(&files("../fuzz/seeds/message"), fuzzing::message);
    replay(&files("../fuzz/seeds/envelope"), fuzzing::envelope);
    replay(&files("../fuzz/seeds/journal"), fuzzing::journal);
    replay(&files("../fuzz/seeds/session"), fuzzing::session);
    replay(&files("../fuzz/seeds/trace"), fuzzing::trace);
}

/// Within limits that let every sample pass, and within those that stop most.
#[test]
fn json_samples_within_limits() {
    for limits in [[16, 255, 0, 0, 0, 0, 0, 0], [5, 7, 7, 0, 0, 0, 0, 0], [0; CHOICES]] {
        for (path, sample) in files("tests/data/nexo") {
            replay(&[(path, [&limits[..], &sample].concat())], fuzzing::json);
        }
    }
}

/// In every dialect, and as an answer where it is a request.
#[test]
fn nexo_samples_in_every_dialect() {
    for dialect in 0..3 {
        for switches in 0..4 {
            for (path, sample) in files("tests/data/nexo") {
                replay(&[(path, [&[dialect, switches, 0, 0, 0, 0, 0, 0], &sample[..]].concat())], fuzzing::nexo);
            }
        }
    }
}

/// All samples to one terminal, twice, whatever the application, the store and the clock do.
#[test]
fn samples_before_one_terminal() {
    let mut requests = Vec::new();
    for _ in 0..2 {
        for (path, sample) in files("tests/data/nexo") {
            if !path.ends_with("manifest.json") {
                requests.extend(sample);
                requests.push(0xFF);
            }
        }
    }
    for byte in 0..=255u8 {
        for choices in
            [[byte; CHOICES], [0, byte, 0, 0, 0, 0, 0, 0], [1, 0, byte, 1, 3, 0, 0, 0], [0, byte, 0, 2, 40, 3, 0, 0]]
        {
            fuzzing::front(&[&choices[..], &requests].concat());
        }
    }
}

/// Switches and chunk lengths that a random search would not try first: all on, all off, one byte at a time.
const CUTS: [[u8; CHOICES]; 4] =
    [[0; CHOICES], [255; CHOICES], [0, 0b0000_1111, 0, 0, 0, 0, 0, 0], [7, 0b0011_0011, 2, 30, 0, 127, 1, 64]];

#[test]
fn samples_whatever_the_cuts() {
    let mut samples = files("tests/data/opi");
    samples.extend(files("../benches/corpus"));
    for cuts in CUTS {
        let mut stream = cuts.to_vec();
        for (path, sample) in &samples {
            let data = [&cuts[..], sample].concat();
            replay(&[(path.clone(), data.clone())], fuzzing::xml);
            replay(&[(path.clone(), data)], fuzzing::message);
            stream.extend(u32::try_from(sample.len()).unwrap().to_be_bytes());
            stream.extend(sample);
        }
        // 255 and 7 choose limits that the samples exceed, 0 refuses the first of them.
        fuzzing::frame(&stream);
        stream[0] = 23;
        fuzzing::frame(&stream);
    }
}

/// Samples with bytes changed, left out and moved between them: a till is told the same as everybody of what it looks
/// at, and refuses the same.
#[test]
fn changed_samples_for_a_till() {
    let mut samples = files("tests/data/opi");
    samples.extend(files("../fuzz/seeds/message"));
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap() % bound.max(1)
    };
    for _ in 0..60 {
        for (path, sample) in &samples {
            let mut data = [&[0; CHOICES], &sample[..]].concat();
            for _ in 0..1 + below(3) {
                let (at, length) = (CHOICES + below(data.len() - CHOICES), below(24));
                let end = data.len().min(at + length);
                match below(4) {
                    0 => data[at] = b"<>\"'=/ &;aA0.\x80"[below(14)],
                    1 => drop(data.drain(at..end)),
                    // More of the same: too long, or twice.
                    2 => {
                        let piece = data[at..end].repeat(1 + below(12));
                        data.splice(at..at, piece);
                    }
                    _ => {
                        let (_, other) = &samples[below(samples.len())];
                        let from = below(other.len());
                        let piece = other[from..other.len().min(from + 4 * length)].to_vec();
                        data.splice(at..at, piece);
                    }
                }
                if data.len() <= CHOICES + sample.len() / 2 {
                    break;
                }
            }
            replay(&[(path.clone(), data)], fuzzing::alike);
        }
    }
}

/// Days as a random search would play them, of every dialect and with every script of the terminal: a payment first, and
/// one step in five a bad one.
#[test]
fn random_days() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        u8::try_from(random >> 56).unwrap()
    };
    for day in 0..400_u16 {
        let mut data: Vec<u8> = (0..400).map(|_| next()).collect();
        // How the day begins is in front.
        data[14] = PAY;
        replay(&[(PathBuf::from(format!("day {day}")), data)], fuzzing::session);
    }
}

/// The step of a day at which the till wants money.
const PAY: u8 = 202;

/// Every input and output with a number in it.
#[test]
fn numbers_in_words() {
    for (path, mut data) in files("../fuzz/seeds/trace") {
        if path.ends_with("words") {
            for what in 0..=255 {
                data[1] = what;
                replay(&[(path.clone(), data.clone())], fuzzing::trace);
            }
        }
    }
}

/// Every golden journal, torn at every byte and with every byte changed.
#[test]
fn damaged_journals() {
    for (path, whole) in files("tests/data/journal") {
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            for (seal, bytes) in [(0, &whole[..at]), (0, &changed), (1, &changed)] {
                replay(&[(path.clone(), [&[0, seal, 0, 3, 30, 0, 127, 1], bytes].concat())], fuzzing::journal);
            }
        }
    }
}
