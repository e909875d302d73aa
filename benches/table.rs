//! The ratios that are asked for, one line each: how many times as fast as the peer, beside what is asked at least and
//! what is hoped for. `cargo bench --bench table -- WORD` prints the lines with that word.
#![allow(missing_docs)]

use std::hint::black_box;

use bytes::BytesMut;
use opi_benches::framing::{self, Stream};
use opi_benches::pull::Count;
use opi_benches::{answer, corpus, flat, json, payment, pull, ratio, terminal_api, typed};
use opi_core::opi::Memory;
use opi_core::opi::message::Decoder;
use opi_core::xml::Tolerance;

/// Prints the lines that are asked for.
struct Table {
    words: Vec<String>,
}

impl Table {
    fn row(&self, what: &str, peer: &str, least: f64, goal: f64, ratio: impl FnOnce() -> f64) {
        let name = format!("{what} / {peer}");
        if !self.words.iter().all(|word| name.contains(word.as_str())) {
            return;
        }
        let ratio = ratio();
        let verdict = match ratio {
            _ if ratio >= goal => "goal",
            _ if ratio >= least => "enough",
            _ => "NOT REACHED",
        };
        println!("{what:<44} {peer:<26} {ratio:>6.2} x  at least {least:>5.2}  goal {goal:>5.2}  {verdict}");
    }

    /// A cost that should be the same everywhere, within a tenth.
    fn flat(&self, what: &str, ratio: impl FnOnce() -> f64) {
        let name = format!("{what} / itself");
        if !self.words.iter().all(|word| name.contains(word.as_str())) {
            return;
        }
        let ratio = ratio();
        let verdict = if ratio <= 1.1 { "flat" } else { "NOT FLAT" };
        println!("{what:<44} {:<26} {ratio:>6.2} x  at most   1.10              {verdict}", "itself");
    }
}

fn tokens(document: corpus::Document, theirs: impl Fn(&[u8], &mut Count)) -> f64 {
    let bytes = document.bytes;
    let mut scratch = String::new();
    let mut ours = || {
        let mut count = Count::default();
        pull::opi_core(black_box(bytes), &mut scratch, &mut count);
        black_box(count);
    };
    let mut theirs = || {
        let mut count = Count::default();
        theirs(black_box(bytes), &mut count);
        black_box(count);
    };
    ratio::of(&mut ours, &mut theirs)
}

fn frames(stream: &Stream, chunk: usize) -> f64 {
    let (mut room, mut buffer) = (Vec::new(), BytesMut::new());
    let mut ours =
        || framing::opi_core(black_box(&stream.bytes).chunks(chunk), &mut room, &mut |payload| _ = black_box(payload));
    let mut theirs = || {
        framing::tokio_util(black_box(&stream.bytes).chunks(chunk), &mut buffer, &mut |payload| _ = black_box(payload));
    };
    ratio::of(&mut ours, &mut theirs)
}

fn decode(mut theirs: impl FnMut()) -> f64 {
    let mut decoder = Decoder::new(Tolerance::FIELD);
    let mut ours = || {
        typed::opi_core_parts(&mut decoder, black_box(corpus::RECEIPT.bytes), &mut |line| _ = black_box(line));
    };
    ratio::of(&mut ours, &mut theirs)
}

fn answered(mut theirs: impl FnMut(&[u8])) -> f64 {
    let mut decoder = Decoder::new(Tolerance::FIELD);
    let documents = [corpus::ANSWER.bytes, corpus::ANSWER_ESCAPED.bytes];
    ratio::mean(&documents.map(|document| {
        let mut ours = || answer::opi_core(&mut decoder, black_box(document), &mut |part| _ = black_box(part));
        ratio::of(&mut ours, &mut || theirs(black_box(document)))
    }))
}

/// How much more a byte of the dearest frame costs than one of the cheapest, beginning with one of this size.
fn steepness(sizes: &[usize], chunk: usize) -> f64 {
    let (base, mut window, mut other_window) = (flat::frame(64 * 1024), [0; 2048], [0; 2048]);
    let per_byte = |size: usize| {
        let frame = flat::frame(size);
        let ratio = ratio::of(&mut || _ = black_box(flat::read(black_box(&base), chunk, &mut window)), &mut || {
            _ = black_box(flat::read(black_box(&frame), chunk, &mut other_window));
        });
        #[allow(clippy::cast_precision_loss)] // Frames are short of 2^52 bytes.
        let bytes = (frame.len() as f64, base.len() as f64);
        ratio * bytes.1 / bytes.0
    };
    let costs: Vec<f64> = sizes.iter().copied().map(per_byte).collect();
    let (least, most) =
        costs.iter().fold((f64::MAX, 0.0_f64), |(least, most), cost| (least.min(*cost), most.max(*cost)));
    most / least
}

fn pay() -> f64 {
    let (mut request, mut abort, mut device) = ([0; payment::WINDOW], [0; payment::WINDOW], [0; payment::WINDOW]);
    let (mut tx, mut record) = ([0; 2048], [0; 1024]);
    let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
    let (mut till, mut peer) = (payment::Till::new(memory, &mut tx, &mut record), payment::Peer::new());
    let mut ours = || _ = till.pay(&mut |frame| _ = black_box(frame), &mut |record| _ = black_box(record));
    ratio::of(&mut ours, &mut || _ = peer.pay(&mut |frame| _ = black_box(frame)))
}

fn encode(mut theirs: impl FnMut()) -> f64 {
    let (message, mut out) = (typed::opi_core(corpus::RECEIPT.bytes), [0; 8192]);
    ratio::of(&mut || _ = black_box(typed::opi_core_encode(black_box(&message), &mut out)), &mut theirs)
}

fn main() {
    pull::check();
    framing::check();
    typed::check();
    json::check();
    answer::check();
    payment::check();
    terminal_api::check();
    flat::check();
    let (options, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    // `cargo bench` says so; `cargo test` wants the checks only.
    if words.is_empty() && !options.iter().any(|option| option == "--bench") {
        return;
    }
    let table = Table { words };
    let receipt = corpus::RECEIPT.bytes;

    let all = |theirs: fn(&[u8], &mut Count)| ratio::mean(&corpus::ALL.map(|document| tokens(document, theirs)));
    table.row("tokens, mean of the corpus", "quick-xml", 2.5, 3.5, || all(pull::quick_xml));
    table.row("tokens, mean of the corpus", "roxmltree", 4.0, 6.0, || all(pull::roxmltree));
    table.row("tokens, mean of the corpus", "xml-rs", 4.0, 6.0, || all(pull::xml_rs));

    table.row("DeviceRequest of 40 lines to fields", "quick-xml by hand", 3.0, 5.0, || {
        decode(|| _ = black_box(typed::quick_xml_by_hand(black_box(receipt))))
    });
    table.row("DeviceRequest of 40 lines to fields", "quick-xml serde", 4.5, 7.0, || {
        decode(|| _ = black_box(typed::quick_xml_serde(black_box(receipt))))
    });

    table.row("CardServiceResponse to fields", "quick-xml by hand", 2.0, 3.0, || {
        answered(|document| _ = black_box(answer::quick_xml_by_hand(document)))
    });
    table.row("CardServiceResponse to fields", "quick-xml serde", 4.5, 7.0, || {
        answered(|document| _ = black_box(answer::quick_xml_serde(document)))
    });
    table.row("CardServiceResponse to fields", "serde-xml-rs", 22.0, 35.0, || {
        answered(|document| _ = black_box(answer::serde_xml_rs(document)))
    });

    let streams = framing::streams();
    for (name, stream, chunk, least, goal) in [
        ("frames of all sizes, many a chunk", 0, 16 * 1024, 8.0, 15.0),
        ("frames of 372 B in chunks of 1460 B", 1, 1460, 4.0, 5.0),
        ("frames of 64 KiB in chunks of 1460 B", 2, 1460, 1.05, 1.3),
        ("frames of 372 B in chunks of 1 B", 1, 1, 1.0, 2.0),
    ] {
        table.row(name, "tokio-util", least, goal, || frames(&streams[stream], chunk));
    }

    table.row("DeviceRequest of 40 lines from fields", "quick-xml Writer", 7.0, 9.0, || {
        let (by_hand, mut out) = (typed::quick_xml_by_hand(receipt), Vec::new());
        encode(|| typed::quick_xml_by_hand_encode(black_box(&by_hand), &mut out))
    });
    table.row("DeviceRequest of 40 lines from fields", "serde-xml-rs", 18.0, 25.0, || {
        let by_serde = typed::serde_xml_rs(receipt);
        encode(|| _ = black_box(typed::serde_xml_rs_encode(black_box(&by_serde))))
    });

    table.row("payment of 8 messages", "tokio-util, quick-xml serde", 4.0, 9.0, pay);

    table.row("request of the Terminal API validated", "serde_json", 1.0, 2.0, || {
        let mut out = [0; 4096];
        ratio::of(
            &mut || _ = black_box(terminal_api::opi_core(black_box(terminal_api::PAYMENT), &mut out)),
            &mut || {
                _ = black_box(terminal_api::serde_json(black_box(terminal_api::PAYMENT)));
            },
        )
    });

    for sample in json::samples() {
        table.row(&format!("JSON checked, {}", sample.name), "serde_json", 1.0, 2.0, || {
            let document = sample.bytes.as_slice();
            ratio::of(&mut || json::opi_core_check(black_box(document)), &mut || {
                json::serde_json_check(black_box(document));
            })
        });
        table.row(&format!("JSON checked and visited, {}", sample.name), "serde_json", 1.0, 2.0, || {
            let (document, mut marks) = (sample.bytes.as_slice(), json::MARKS);
            ratio::of(&mut || _ = black_box(json::opi_core(black_box(document), &mut marks)), &mut || {
                _ = black_box(json::serde_json(black_box(document)));
            })
        });
    }

    for chunk in flat::CHUNKS {
        table.flat(&format!("a byte of 1 KiB to 4 MiB in chunks of {chunk} B"), || steepness(&flat::SIZES, chunk));
    }
}
