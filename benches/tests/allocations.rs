//! opi-core allocates nothing: counted, and not only promised by `no_std` without `alloc`.

use std::hint::black_box;

use opi_benches::{answer, corpus, framing, journal, json, payment, pull, terminal_api, typed};
use opi_core::journal::Ledger;
use opi_core::opi::Memory;
use opi_core::opi::message::Decoder;
use opi_core::xml::Tolerance;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// How often the work allocates, after it ran once.
fn allocations(mut work: impl FnMut()) -> u64 {
    work();
    let before = dhat::HeapStats::get().total_blocks;
    work();
    dhat::HeapStats::get().total_blocks - before
}

#[test]
fn nothing_is_allocated() {
    let _profiler = dhat::Profiler::builder().testing().build();
    // The counter counts: a peer that has to allocate is seen to.
    assert!(allocations(|| _ = black_box(typed::quick_xml_serde(corpus::RECEIPT.bytes))) > 40);

    let [mixed, ..] = framing::streams();
    let none = |what: &str, work: &mut dyn FnMut()| assert_eq!(allocations(work), 0, "{what}");
    for size in framing::CHUNKS {
        let work = &mut || framing::opi_core_pieces(mixed.bytes.chunks(size), &mut |piece| _ = black_box(piece));
        none("frames", work);
    }
    let mut scratch = String::with_capacity(4096);
    for document in corpus::ALL {
        let work = &mut || pull::opi_core(document.bytes, &mut scratch, &mut pull::Count::default());
        none(document.name, work);
    }
    let mut decoder = Decoder::new(Tolerance::FIELD);
    none("receipt", &mut || {
        typed::opi_core_parts(&mut decoder, corpus::RECEIPT.bytes, &mut |line| _ = black_box(line));
    });
    none("answer", &mut || answer::opi_core(&mut decoder, corpus::ANSWER.bytes, &mut |part| _ = black_box(part)));
    let (message, mut out) = (typed::opi_core(corpus::RECEIPT.bytes), [0; 8192]);
    none("receipt written", &mut || _ = black_box(typed::opi_core_encode(&message, &mut out)));

    let (mut request, mut abort, mut device) = ([0; payment::WINDOW], [0; payment::WINDOW], [0; payment::WINDOW]);
    let (mut tx, mut record) = ([0; 2048], [0; 1024]);
    let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
    let mut till = payment::Till::new(memory, &mut tx, &mut record);
    none("payment", &mut || _ = till.pay(&mut |frame| _ = black_box(frame), &mut |record| _ = black_box(record)));

    let journal = journal::of(10);
    let entries = journal::entries(&journal);
    none("journal appended", &mut || _ = journal::append(&entries, &mut out));
    none("journal replayed", &mut || journal::replay(&journal, &mut Ledger::new()));

    for sample in json::samples() {
        let mut marks = json::MARKS;
        none(sample.name, &mut || _ = black_box(json::opi_core(&sample.bytes, &mut marks)));
    }
    none("request validated", &mut || _ = terminal_api::opi_core(terminal_api::PAYMENT, &mut out));
    let (key, mut sealed, mut scratch) = (terminal_api::key(), [0; 8192], [0; 8192]);
    let length = terminal_api::sealed(terminal_api::PAYMENT, &key, &mut sealed);
    none("sealed", &mut || _ = terminal_api::sealed(terminal_api::PAYMENT, &key, &mut out));
    none("opened", &mut || _ = terminal_api::opened(&sealed[..length], &key, &mut scratch));
}
