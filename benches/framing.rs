//! Frames out of a stream, in chunks of one byte, of a TCP segment and of 16 KiB.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use bytes::BytesMut;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use opi_benches::framing::{CHUNKS, check, opi_core, opi_core_pieces, streams, tokio_util};

fn frames(criterion: &mut Criterion) {
    check();
    for stream in streams() {
        let mut group = criterion.benchmark_group(format!("frames, {}", stream.name));
        group.throughput(Throughput::Elements(stream.frames as u64));
        for size in CHUNKS {
            group.bench_function(BenchmarkId::new("opi-core, whole payloads", size), |bencher| {
                let mut room = Vec::new();
                bencher.iter(|| opi_core(stream.bytes.chunks(size), &mut room, &mut |payload| _ = black_box(payload)));
            });
            group.bench_function(BenchmarkId::new("opi-core, pieces", size), |bencher| {
                bencher.iter(|| opi_core_pieces(stream.bytes.chunks(size), &mut |piece| _ = black_box(piece)));
            });
            group.bench_function(BenchmarkId::new("tokio-util", size), |bencher| {
                let mut buffer = BytesMut::new();
                bencher
                    .iter(|| tokio_util(stream.bytes.chunks(size), &mut buffer, &mut |payload| _ = black_box(payload)));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = frames
}
criterion_main!(benches);
