//! One piece of work, done once where callgrind counts: `instructions CASE`. With a number of times behind the case it
//! is timed instead.
//!
//! `valgrind --tool=callgrind --toggle-collect='*::counted*' target/release/examples/instructions CASE`
#![allow(missing_docs)]

use std::hint::black_box;

use bytes::BytesMut;
use opi_benches::{answer, corpus, flat, framing, journal, json, payment, pull, terminal_api, typed};
use opi_core::journal::Ledger;
use opi_core::opi::Memory;
use opi_core::opi::message::Decoder;
use opi_core::xml::Tolerance;

/// What callgrind looks at.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

/// Once to warm up what is used again, once to be counted.
fn twice(mut work: impl FnMut()) {
    work();
    if let Some(times) = std::env::args().nth(2) {
        let times: u32 = times.parse().expect("how many times");
        let begin = std::time::Instant::now();
        (0..times).for_each(|_| work());
        return println!("{} ns", (begin.elapsed() / times).as_nanos());
    }
    counted(&mut work);
}

fn main() {
    let case = std::env::args().nth(1).unwrap_or_default();
    let (what, which) = case.split_once('/').unwrap_or((&case, ""));
    let document = || {
        let document = corpus::ALL.iter().find(|document| document.name.starts_with(which));
        black_box(document.unwrap_or_else(|| panic!("no document {which}")).bytes)
    };
    let receipt = black_box(corpus::RECEIPT.bytes);
    let sample = || json::samples().into_iter().find(|sample| sample.name == which).expect("a sample").bytes;
    let streams = framing::streams();
    let stream = || {
        let (name, size) = which.split_once(',').expect("stream,chunk");
        (&streams.iter().find(|stream| stream.name == name).expect("a stream").bytes, size.parse().expect("a number"))
    };
    match what {
        "xml" => {
            let (document, mut scratch) = (document(), String::with_capacity(4096));
            twice(|| {
                let mut count = pull::Count::default();
                pull::opi_core(document, &mut scratch, &mut count);
                black_box(count);
            });
        }
        "xml-quick" => {
            let document = document();
            twice(|| {
                let mut count = pull::Count::default();
                pull::quick_xml(document, &mut count);
                black_box(count);
            });
        }
        "decode" => {
            let mut decoder = Decoder::new(Tolerance::FIELD);
            twice(|| typed::opi_core_parts(&mut decoder, receipt, &mut |line| _ = black_box(line)));
        }
        "decode-whole" => twice(|| _ = black_box(typed::opi_core(receipt))),
        "decode-quick" => twice(|| _ = black_box(typed::quick_xml_by_hand(receipt))),
        "encode" => {
            let (message, mut out) = (typed::opi_core(receipt), [0; 8192]);
            twice(|| _ = black_box(typed::opi_core_encode(black_box(&message), &mut out)));
        }
        "encode-quick" => {
            let (message, mut out) = (typed::quick_xml_by_hand(receipt), Vec::new());
            twice(|| typed::quick_xml_by_hand_encode(black_box(&message), &mut out));
        }
        "answer" => {
            let (document, mut decoder) = (document(), Decoder::new(Tolerance::FIELD));
            twice(|| answer::opi_core(&mut decoder, document, &mut |part| _ = black_box(part)));
        }
        "answer-quick" => {
            let document = document();
            twice(|| _ = black_box(answer::quick_xml_by_hand(document)));
        }
        "payment" => {
            let (mut request, mut abort) = ([0; payment::WINDOW], [0; payment::WINDOW]);
            let (mut device, mut tx, mut record) = ([0; payment::WINDOW], [0; 2048], [0; 1024]);
            let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
            let mut till = payment::Till::new(memory, &mut tx, &mut record);
            twice(|| _ = till.pay(&mut |frame| _ = black_box(frame), &mut |record| _ = black_box(record)));
        }
        "append" => {
            let (entries, mut out) = (journal::entries(&journal::of(10)), [0; 1024]);
            twice(|| _ = black_box(journal::append(black_box(&entries), &mut out)));
        }
        "replay" => {
            let (journal, mut ledger) = (journal::of(10), Ledger::new());
            twice(|| journal::replay(black_box(&journal), &mut ledger));
        }
        "validate" => {
            let mut out = [0; 4096];
            twice(|| _ = black_box(terminal_api::opi_core(black_box(terminal_api::PAYMENT), &mut out)));
        }
        "validate-serde" => twice(|| _ = black_box(terminal_api::serde_json(black_box(terminal_api::PAYMENT)))),
        "frame" => {
            let (size, chunk) = which.split_once(',').expect("size,chunk");
            let frame = flat::frame(size.parse().expect("a number"));
            let (chunk, mut window) = (chunk.parse().expect("a number"), [0; 2048]);
            twice(|| _ = black_box(flat::read(black_box(&frame), chunk, &mut window)));
        }
        "json" => {
            let (sample, mut marks) = (sample(), json::MARKS);
            twice(|| _ = black_box(json::opi_core(black_box(&sample), &mut marks)));
        }
        "json-check" => {
            let sample = sample();
            twice(|| json::opi_core_check(black_box(&sample)));
        }
        "json-serde" => {
            let sample = sample();
            twice(|| _ = black_box(json::serde_json(black_box(&sample))));
        }
        "json-serde-check" => {
            let sample = sample();
            twice(|| json::serde_json_check(black_box(&sample)));
        }
        "frames" => {
            let ((bytes, size), mut room) = (stream(), Vec::new());
            twice(|| framing::opi_core(bytes.chunks(size), &mut room, &mut |payload| _ = black_box(payload)));
        }
        "frames-pieces" => {
            let (bytes, size) = stream();
            twice(|| framing::opi_core_pieces(bytes.chunks(size), &mut |piece| _ = black_box(piece)));
        }
        "frames-tokio" => {
            let ((bytes, size), mut buffer) = (stream(), BytesMut::new());
            twice(|| framing::tokio_util(bytes.chunks(size), &mut buffer, &mut |payload| _ = black_box(payload)));
        }
        _ => panic!("no case {case}"),
    }
}
