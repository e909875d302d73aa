//! A receipt of 40 lines and the answer to a payment: XML to typed messages, and back.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opi_benches::{answer, corpus, typed};
use opi_core::opi::message::Decoder;
use opi_core::xml::Tolerance;

fn decode(criterion: &mut Criterion) {
    typed::check();
    let document = corpus::RECEIPT.bytes;
    let mut group = criterion.benchmark_group("decode a receipt");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("opi-core, parts", |bencher| {
        let mut decoder = Decoder::new(Tolerance::FIELD);
        bencher.iter(|| typed::opi_core_parts(&mut decoder, black_box(document), &mut |line| _ = black_box(line)));
    });
    group.bench_function("opi-core, whole", |bencher| bencher.iter(|| typed::opi_core(black_box(document))));
    group.bench_function("quick-xml by hand", |bencher| {
        bencher.iter(|| black_box(typed::quick_xml_by_hand(black_box(document))).lines.len());
    });
    group.bench_function("quick-xml serde", |bencher| bencher.iter(|| typed::quick_xml_serde(black_box(document))));
    group.bench_function("serde-xml-rs", |bencher| bencher.iter(|| typed::serde_xml_rs(black_box(document))));
    group.finish();
}

fn answers(criterion: &mut Criterion) {
    answer::check();
    for document in [corpus::ANSWER, corpus::ANSWER_ESCAPED] {
        let mut group = criterion.benchmark_group(format!("decode {}", document.name));
        let bytes = document.bytes;
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("opi-core, parts", |bencher| {
            let mut decoder = Decoder::new(Tolerance::FIELD);
            bencher.iter(|| answer::opi_core(&mut decoder, black_box(bytes), &mut |part| _ = black_box(part)));
        });
        group.bench_function("quick-xml by hand", |bencher| {
            bencher.iter(|| answer::quick_xml_by_hand(black_box(bytes)));
        });
        group.bench_function("quick-xml serde", |bencher| bencher.iter(|| answer::quick_xml_serde(black_box(bytes))));
        group.bench_function("serde-xml-rs", |bencher| bencher.iter(|| answer::serde_xml_rs(black_box(bytes))));
        group.finish();
    }
}

fn encode(criterion: &mut Criterion) {
    let document = corpus::RECEIPT.bytes;
    let mut group = criterion.benchmark_group("encode a receipt");
    group.bench_function("opi-core", |bencher| {
        let (message, mut out) = (typed::opi_core(document), [0; 8192]);
        bencher.iter(|| typed::opi_core_encode(black_box(&message), &mut out));
    });
    group.bench_function("quick-xml by hand", |bencher| {
        let (receipt, mut out) = (typed::quick_xml_by_hand(document), Vec::new());
        bencher.iter(|| typed::quick_xml_by_hand_encode(black_box(&receipt), &mut out));
    });
    group.bench_function("quick-xml serde", |bencher| {
        let receipt = typed::quick_xml_serde(document);
        bencher.iter(|| typed::quick_xml_serde_encode(black_box(&receipt)));
    });
    group.bench_function("serde-xml-rs", |bencher| {
        let receipt = typed::serde_xml_rs(document);
        bencher.iter(|| typed::serde_xml_rs_encode(black_box(&receipt)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = decode, answers, encode
}
criterion_main!(benches);
