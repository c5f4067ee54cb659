//! Bytes → columns: the parser alone, whole and in pieces, and its string scanner beside simd-json.

#![expect(clippy::unwrap_used, reason = "a bench may stop")]

mod support;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use std::hint::black_box;
use support::{Heap, heaps, parse_in_chunks, pathological, real};

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    sections(&mut criterion);
    pieces(&mut criterion);
    strings(&mut criterion);
    criterion.final_summary();
}

fn sections(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    parse(&mut group, &heaps::mixed(100_000, 1));
    parse(&mut group, &pathological::deep_trace_tree(1_000_000));
    if let Some(heap) = real::medium() {
        parse(&mut group, &heap);
    }
}

fn parse(group: &mut BenchmarkGroup<'_, WallTime>, heap: &Heap) {
    heap.check_columns(&heap.parse());
    group.throughput(Throughput::Bytes(heap.json.len() as u64));
    group.bench_function(heap.name, |bencher| bencher.iter_with_large_drop(|| heap.parse()));
}

/// What it costs that a snapshot comes as a stream does: in 64 KB pieces, or in 16 bytes.
fn pieces(criterion: &mut Criterion) {
    let heap = heaps::mixed(20_000, 1);
    let mut group = criterion.benchmark_group("parse in pieces");
    group.throughput(Throughput::Bytes(heap.json.len() as u64));
    for size in [16, 1 << 16, 1 << 23] {
        heap.check_columns(&parse_in_chunks(&heap.json, size));
        group.bench_function(format!("of {size} bytes"), |bencher| {
            bencher.iter_with_large_drop(|| parse_in_chunks(&heap.json, size));
        });
    }
}

/// The parser on a file that is a table of strings but for a few hundred bytes, against simd-json on
/// the table alone, held whole. The parser ends with all strings in one arena; simd-json with a tape,
/// with a string each, or with the same arena. It works in place: each run gets a fresh copy of the
/// bytes, which is not timed.
fn strings(criterion: &mut Criterion) {
    let heap = heaps::strings(300_000, 1);
    let section = strings_section(&heap.json);
    let count = heap.parse().strings.file_count() as usize;
    let mut group = criterion.benchmark_group("strings");
    group.throughput(Throughput::Bytes(section.len() as u64));
    group.bench_function("parser", |bencher| {
        bencher.iter_with_large_drop(|| {
            let raw = heap.parse();
            assert_eq!(raw.strings.file_count() as usize, count);
            raw
        });
    });
    group.bench_function("simd-json, to a tape", |bencher| {
        bencher.iter_batched_ref(
            || section.to_vec(),
            |bytes| assert_eq!(simd_json::to_tape(bytes).unwrap().0.len(), count + 1),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("simd-json, to strings", |bencher| {
        bencher.iter_batched_ref(
            || section.to_vec(),
            |bytes| {
                let strings: Vec<String> = simd_json::from_slice(bytes).unwrap();
                assert_eq!(strings.len(), count);
                black_box(strings)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("simd-json, to an arena", |bencher| {
        bencher.iter_batched_ref(
            || section.to_vec(),
            |bytes| black_box(arena_of(bytes, count)),
            BatchSize::PerIteration,
        );
    });
}

/// The parser's result, made by simd-json: all bytes in one arena, and where each string ends.
fn arena_of(bytes: &mut [u8], count: usize) -> (Vec<u8>, Vec<u32>) {
    let strings: Vec<&str> = simd_json::from_slice(bytes).unwrap();
    assert_eq!(strings.len(), count);
    let mut arena = Vec::new();
    let mut ends = Vec::with_capacity(count);
    for string in strings {
        arena.extend_from_slice(string.as_bytes());
        ends.push(arena.len() as u32);
    }
    (arena, ends)
}

/// The array behind `"strings":`, without the brace that ends the file.
fn strings_section(json: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\"strings\":";
    let start = json.windows(MARK.len()).rposition(|window| window == MARK).unwrap() + MARK.len();
    &json[start..json.len() - 1]
}
