//! Whole pieces of a till's work: a payment, its journal, a request of the Terminal API.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opi_benches::payment::{Peer, Till, WINDOW};
use opi_benches::{flat, journal, payment, terminal_api};
use opi_core::journal::Ledger;
use opi_core::opi::Memory;

fn payments(criterion: &mut Criterion) {
    payment::check();
    let (mut request, mut abort, mut device) = ([0; WINDOW], [0; WINDOW], [0; WINDOW]);
    let (mut tx, mut record) = ([0; 2048], [0; 1024]);
    let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
    let (mut till, mut peer) = (Till::new(memory, &mut tx, &mut record), Peer::new());
    let mut group = criterion.benchmark_group("payment of 8 messages");
    group.bench_function("opi-core", |bencher| {
        bencher.iter(|| till.pay(&mut |frame| _ = black_box(frame), &mut |record| _ = black_box(record)));
    });
    group.bench_function("tokio-util, quick-xml serde", |bencher| {
        bencher.iter(|| peer.pay(&mut |frame| _ = black_box(frame)));
    });
    group.finish();
}

fn journals(criterion: &mut Criterion) {
    journal::check();
    let (bytes, mut out) = (journal::of(100), [0; 1024]);
    let entries = journal::entries(&bytes);
    let mut group = criterion.benchmark_group("journal of 100 payments");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("append", |bencher| bencher.iter(|| journal::append(black_box(&entries), &mut out)));
    group.bench_function("replay", |bencher| {
        let mut ledger = Ledger::new();
        bencher.iter(|| journal::replay(black_box(&bytes), &mut ledger));
    });
    group.finish();
}

fn requests(criterion: &mut Criterion) {
    terminal_api::check();
    let (document, key) = (terminal_api::PAYMENT, terminal_api::key());
    let (mut out, mut sealed) = ([0; 8192], [0; 8192]);
    let length = terminal_api::sealed(document, &key, &mut sealed);
    let mut group = criterion.benchmark_group("request of the Terminal API");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("opi-core, validated", |bencher| {
        bencher.iter(|| terminal_api::opi_core(black_box(document), &mut out));
    });
    group.bench_function("serde_json, read", |bencher| {
        bencher.iter(|| _ = black_box(terminal_api::serde_json(black_box(document))));
    });
    group.bench_function("opi-core, sealed", |bencher| {
        bencher.iter(|| terminal_api::sealed(black_box(document), &key, &mut out));
    });
    group.bench_function("opi-core, opened", |bencher| {
        bencher.iter(|| terminal_api::opened(black_box(&sealed[..length]), &key, &mut out));
    });
    group.finish();
}

fn sizes(criterion: &mut Criterion) {
    flat::check();
    let mut window = [0; 2048];
    for size in flat::SIZES {
        let frame = flat::frame(size);
        let mut group = criterion.benchmark_group(format!("one frame of {size} bytes"));
        group.throughput(Throughput::Bytes(frame.len() as u64));
        for chunk in flat::CHUNKS {
            group.bench_function(format!("in chunks of {chunk}"), |bencher| {
                bencher.iter(|| flat::read(black_box(&frame), chunk, &mut window));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = payments, journals, requests, sizes
}
criterion_main!(benches);
