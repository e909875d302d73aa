//! JSON documents, checked, and with every value visited.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opi_benches::json::{MARKS, check, opi_core, opi_core_check, samples, serde_json, serde_json_check};

fn documents(criterion: &mut Criterion) {
    check();
    for sample in samples() {
        let (document, mut marks) = (sample.bytes.as_slice(), MARKS);
        let mut group = criterion.benchmark_group(format!("json, {}", sample.name));
        group.throughput(Throughput::Bytes(document.len() as u64));
        group.bench_function("opi-core", |bencher| bencher.iter(|| opi_core(black_box(document), &mut marks)));
        group.bench_function("serde_json", |bencher| bencher.iter(|| serde_json(black_box(document))));
        group.bench_function("opi-core, check only", |bencher| bencher.iter(|| opi_core_check(black_box(document))));
        group
            .bench_function("serde_json, check only", |bencher| bencher.iter(|| serde_json_check(black_box(document))));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = documents
}
criterion_main!(benches);
