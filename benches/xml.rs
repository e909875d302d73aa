//! Documents as tokens, every attribute and text decoded.
#![allow(missing_docs)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use opi_benches::corpus;
use opi_benches::pull::{Count, check, opi_core, opi_core_windowed, quick_xml, roxmltree, xml_rs};

/// The window that a till with little memory has.
const WINDOW: usize = 2048;

type Read = fn(&[u8], &mut Count);

const PEERS: [(&str, Read); 3] = [("quick-xml", quick_xml), ("roxmltree", roxmltree), ("xml-rs", xml_rs)];

fn documents(criterion: &mut Criterion) {
    check();
    for document in corpus::ALL {
        let mut group = criterion.benchmark_group(format!("tokens, {}", document.name));
        group.throughput(Throughput::Bytes(document.bytes.len() as u64));
        group.bench_function(BenchmarkId::from_parameter("opi-core"), |bencher| {
            let mut scratch = String::new();
            bencher.iter(|| {
                let mut count = Count::default();
                opi_core(document.bytes, &mut scratch, &mut count);
                count
            });
        });
        group.bench_function(BenchmarkId::from_parameter("opi-core, 2 KiB window"), |bencher| {
            let (mut window, mut scratch) = ([0; WINDOW], String::new());
            bencher.iter(|| {
                let mut count = Count::default();
                opi_core_windowed(document.bytes, &mut window, &mut scratch, &mut count);
                count
            });
        });
        for (name, read) in PEERS {
            group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                bencher.iter(|| {
                    let mut count = Count::default();
                    read(document.bytes, &mut count);
                    count
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = documents
}
criterion_main!(benches);
