//! Columns → dominators, retained sizes, distances and classes, on heaps of a million nodes.

mod support;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use heapray_core::{Progress, Snapshot};
use support::{Heap, heaps, pathological, real};

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("analyse");
    analyse(&mut group, &heaps::mixed(200_000, 1));
    for heap in pathological::all(1_000_000) {
        analyse(&mut group, &heap);
    }
    if let Some(heap) = real::medium() {
        analyse(&mut group, &heap);
    }
    group.finish();
    criterion.final_summary();
}

/// The parser's part is not timed; the throughput counts edges.
fn analyse(group: &mut BenchmarkGroup<'_, WallTime>, heap: &Heap) {
    heap.check(&heap.open());
    group.throughput(Throughput::Elements(u64::from(heap.edges)));
    group.bench_function(heap.name, |bencher| {
        bencher.iter_batched(|| heap.parse(), |raw| Snapshot::analyse(raw, &Progress::new()), BatchSize::PerIteration);
    });
}
