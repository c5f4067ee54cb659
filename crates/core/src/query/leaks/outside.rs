//! Resident memory of the process outside the JavaScript heap: what grew, and what to do about it.
//!
//! Snapshots do not contain it. The caller measures it while taking a snapshot of a live process, and passes the
//! figures with the question.

use crate::query::leaks::numbers::{bytes, count};
use crate::query::leaks::outcome::Growth;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort_by_key;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Growth is mentioned in the verdict if it is at least this many bytes, …
const MIN_GROWTH: i64 = 16 << 20;
/// … this fraction of the earlier resident memory, given as the divisor, …
const SHARE_OF_RESIDENT: i64 = 20;
/// … and this fraction of it was in the last interval, given as the divisor: growth that has stopped was a warm-up.
const SHARE_OF_LAST: i64 = 10;
/// The verdict names buckets with at least this fraction of the total, given as the divisor.
const SHARE_OF_NAMED: i64 = 10;
/// With one snapshot, memory outside the heap is mentioned from this many bytes, if it is more than half of all.
const MIN_LARGE: u64 = 100 << 20;

/// Figures of a process at the time of a snapshot: `ProcessMemory` of `index.d.ts`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProcessMemory {
    resident: u64,
    buckets: BTreeMap<Bucket, Option<u64>>,
    missing: BTreeMap<Bucket, String>,
    threads: Option<u64>,
    resources: BTreeMap<String, u64>,
}

/// A use of resident memory. Buckets do not overlap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bucket {
    JavaScriptHeap,
    ArrayBuffers,
    V8,
    Code,
    MallocInUse,
    MallocFree,
    WebAssembly,
    Workers,
    MappedFiles,
    Heapray,
    Unexplained,
}

impl Bucket {
    const fn label(self) -> &'static str {
        match self {
            Bucket::JavaScriptHeap => "JavaScript heap",
            Bucket::ArrayBuffers => "ArrayBuffers and external strings",
            Bucket::V8 => "V8's own memory outside its heap",
            Bucket::Code => "machine code",
            Bucket::MallocInUse => "malloc in use (native addon or runtime)",
            Bucket::MallocFree => "freed, but kept by malloc (fragmentation)",
            Bucket::WebAssembly => "WebAssembly memories",
            Bucket::Workers => "worker threads and stacks",
            Bucket::MappedFiles => "mapped files and libraries",
            Bucket::Heapray => "heapray's snapshots",
            Bucket::Unexplained => "not explained",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Bucket::ArrayBuffers => {
                "Look for Buffers and typed arrays among the largest objects: they are retained, or not collected yet \
                because the heap itself is small."
            }
            Bucket::V8 => {
                "It is used for regular expressions, compilation and handles of addons: look for scripts that are compiled \
                again and again."
            }
            Bucket::Code => "Look for functions and WebAssembly modules that are compiled again and again.",
            Bucket::MallocInUse => {
                "JavaScript does not hold it: look at native addons (databases, images, compression, TLS) and at handles \
                that are never closed. A malloc profiler such as heaptrack or jemalloc's shows the callers."
            }
            Bucket::MallocFree => {
                "The program has freed it in pieces that malloc cannot return to the system: use jemalloc, or set \
                MALLOC_ARENA_MAX=2."
            }
            Bucket::WebAssembly => {
                "A WebAssembly memory never shrinks: free memory in the module, or drop the instance."
            }
            Bucket::Workers => "End workers with terminate() when their work is done, or use a worker pool.",
            Bucket::MappedFiles => "Look for mapped files and shared memory that are never unmapped.",
            Bucket::Unexplained => {
                "It was mapped without malloc, or the C library does not report what it allocated: look at native addons."
            }
            Bucket::JavaScriptHeap | Bucket::Heapray => "",
        }
    }

    /// Whether it is neither the JavaScript heap nor heapray's own memory.
    const fn is_outside(self) -> bool {
        !matches!(self, Bucket::JavaScriptHeap | Bucket::Heapray)
    }

    /// Whether objects of the heap represent it.
    const fn is_buffers(self) -> bool {
        matches!(self, Bucket::ArrayBuffers | Bucket::WebAssembly)
    }
}

/// Memory outside the heap, as reported.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outside {
    resident: Change,
    /// Whether the verdict mentions it.
    is_notable: bool,
    buckets: Vec<BucketRow>,
    threads: Option<Change>,
    resources: Vec<ResourceRow>,
    #[serde(skip)]
    sentence: String,
}

/// A figure in the first snapshot that has it and in the last, and its change in each interval.
#[derive(Clone, Debug, Serialize)]
struct Change {
    before: u64,
    after: u64,
    added: Vec<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketRow {
    bucket: Bucket,
    label: &'static str,
    /// `None` if it could not be measured.
    bytes: Option<Change>,
    /// Why it could not be measured.
    missing: Option<String>,
    /// What to do, for the buckets that the verdict names.
    advice: Option<&'static str>,
}

/// Handles and requests of the event loop.
#[derive(Debug, Serialize)]
struct ResourceRow {
    r#type: String,
    #[serde(flatten)]
    count: Change,
}

impl Change {
    fn of(values: &[u64]) -> Option<Self> {
        let (&before, &after) = (values.first()?, values.last()?);
        Some(Self { before, after, added: values.windows(2).map(|pair| pair[1] as i64 - pair[0] as i64).collect() })
    }

    fn total(&self) -> i64 {
        self.after as i64 - self.before as i64
    }
}

impl Outside {
    /// `positions` has the indices of `figures` in the order in which the snapshots were taken. `None` without any figures.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] if there are not as many entries as snapshots.
    pub(crate) fn of(
        figures: &[Option<ProcessMemory>],
        positions: &[usize],
        heap: Option<&Growth>,
    ) -> Result<Option<Self>> {
        if figures.is_empty() {
            return Ok(None);
        }
        if figures.len() != positions.len() {
            return Err(Error::new(
                Code::InvalidQuery,
                "one entry of outside for each snapshot",
                figures.len().to_string(),
            ));
        }
        let series: Vec<&ProcessMemory> = positions.iter().filter_map(|&at| figures[at].as_ref()).collect();
        Ok(Self::of_series(&series, heap))
    }

    fn of_series(series: &[&ProcessMemory], heap: Option<&Growth>) -> Option<Self> {
        let last = series.last()?;
        let over = |value: &dyn Fn(&ProcessMemory) -> Option<u64>| {
            let values: Option<Vec<u64>> = series.iter().map(|figures| value(figures)).collect();
            values.and_then(|values| Change::of(&values))
        };
        let resident = over(&|figures| Some(figures.resident))?;
        let row = |&bucket: &Bucket| BucketRow {
            bucket,
            label: bucket.label(),
            bytes: over(&|figures| figures.buckets.get(&bucket).copied().flatten()),
            missing: last.missing.get(&bucket).cloned(),
            advice: None,
        };
        let mut buckets: Vec<BucketRow> = last.buckets.keys().map(row).collect();
        sort_by_key(&mut buckets, |row| Reverse(row.bytes.as_ref().map_or(0, |bytes| bytes.after)));
        let resources = last.resources.keys().filter_map(|name| {
            let count = over(&|figures| Some(figures.resources.get(name).copied().unwrap_or(0)))?;
            Some(ResourceRow { r#type: name.clone(), count })
        });
        let mut outside = Self {
            resident,
            is_notable: false,
            buckets,
            threads: over(&|figures| figures.threads),
            resources: resources.collect(),
            sentence: String::new(),
        };
        outside.judge(series.len(), heap);
        sort_by_key(&mut outside.buckets, |row| row.advice.is_none());
        Some(outside)
    }

    /// Whether memory outside the heap grew too much for a report that nothing grew.
    pub(crate) fn has_grown(&self) -> bool {
        self.is_notable && !self.resident.added.is_empty()
    }

    /// The sentence for the verdict, which may be empty.
    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
    }

    /// Decides whether the verdict mentions memory outside the heap, and which buckets it names.
    fn judge(&mut self, snapshots: usize, heap: Option<&Growth>) {
        let in_snapshots = snapshots > 1 && self.snapshots_have_buffers(heap);
        let counts = |bucket: Bucket| bucket.is_outside() && !(in_snapshots && bucket.is_buffers());
        let size = |bytes: &Change| if snapshots > 1 { bytes.total() } else { bytes.after as i64 };
        let mut told: Vec<(usize, i64)> = Vec::new();
        for (at, row) in self.buckets.iter().enumerate().filter(|(_, row)| counts(row.bucket)) {
            told.extend(row.bytes.as_ref().map(|bytes| (at, size(bytes))));
        }
        let total: i64 = told.iter().map(|&(_, size)| size).sum();
        self.is_notable = match snapshots {
            1 => self.is_mostly_outside(),
            _ => {
                total >= MIN_GROWTH
                    && total >= self.resident.before as i64 / SHARE_OF_RESIDENT
                    && self.continues(counts, total)
            }
        };
        if !self.is_notable {
            return;
        }
        told.retain(|&(_, size)| size >= (total / SHARE_OF_NAMED).max(1));
        sort_by_key(&mut told, |&(_, size)| Reverse(size));
        for &(at, _) in &told {
            self.buckets[at].advice = Some(self.buckets[at].bucket.advice());
        }
        let named: Vec<String> = told
            .iter()
            .map(|&(at, size)| format!("{} {}", bytes(size.unsigned_abs()), self.buckets[at].label))
            .collect();
        let named = named.join(", ");
        self.sentence = match snapshots {
            1 => format!(
                " Of {} resident memory, {} is outside of it: {named}.",
                bytes(self.resident.after),
                bytes(total.unsigned_abs())
            ),
            _ => format!(
                " Resident memory grew by {} outside of it: {named}{}.{}",
                bytes(total.unsigned_abs()),
                if self.total_of(Bucket::ArrayBuffers) * SHARE_OF_NAMED < total { ", not ArrayBuffers" } else { "" },
                self.handles()
            ),
        };
    }

    /// Whether the growth of the heap includes that of buffers, which snapshots count too.
    fn snapshots_have_buffers(&self, heap: Option<&Growth>) -> bool {
        let grown = heap.map_or(0, |heap| heap.after as i64 - heap.before as i64);
        let buffers = self.buckets.iter().filter(|row| row.bucket.is_buffers());
        grown * 2 >= buffers.filter_map(|row| row.bytes.as_ref()).map(Change::total).sum()
    }

    fn total_of(&self, bucket: Bucket) -> i64 {
        let row = self.buckets.iter().find(|row| row.bucket == bucket);
        row.and_then(|row| row.bytes.as_ref()).map_or(0, Change::total)
    }

    /// Whether enough of the growth was in the last interval.
    fn continues(&self, counts: impl Fn(Bucket) -> bool, total: i64) -> bool {
        let rows = self.buckets.iter().filter(|row| counts(row.bucket));
        let last: i64 = rows.filter_map(|row| row.bytes.as_ref()?.added.last()).sum();
        last * SHARE_OF_LAST >= total
    }

    /// Whether more than half of the memory is outside the heap, not counting libraries, which every process maps.
    fn is_mostly_outside(&self) -> bool {
        let rows = self.buckets.iter().filter(|row| row.bucket.is_outside() && row.bucket != Bucket::MappedFiles);
        let outside: u64 = rows.filter_map(|row| row.bytes.as_ref()).map(|bytes| bytes.after).sum();
        outside >= MIN_LARGE && outside * 2 >= self.resident.after
    }

    /// A sentence about handles that accumulate: sockets, files, timers.
    fn handles(&self) -> String {
        let more = self.resources.iter().filter(|row| row.count.total() >= 100).max_by_key(|row| row.count.total());
        more.map_or_else(String::new, |row| {
            format!(" There are {} more {} handles than before.", count(row.count.total().unsigned_abs()), row.r#type)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    /// Figures in megabytes.
    fn figures(buckets: &[(&str, Option<u64>)], sockets: u64) -> Option<ProcessMemory> {
        let resident: u64 = buckets.iter().filter_map(|(_, size)| *size).sum();
        let buckets: BTreeMap<_, _> = buckets.iter().map(|&(name, size)| (name, size.map(|size| size * MB))).collect();
        let missing: BTreeMap<_, _> =
            buckets.iter().filter(|(_, size)| size.is_none()).map(|(&name, _)| (name, "no reason")).collect();
        let json = serde_json::json!({
            "resident": resident * MB, "buckets": buckets, "missing": missing, "threads": 11,
            "resources": { "TCPSocketWrap": sockets },
        });
        serde_json::from_value(json).ok()
    }

    fn of(series: &[Option<ProcessMemory>], heap: Option<&Growth>) -> Outside {
        let positions: Vec<usize> = (0..series.len()).collect();
        Outside::of(series, &positions, heap).ok().flatten().expect("there are figures")
    }

    fn malloc(sizes: &[u64]) -> Vec<Option<ProcessMemory>> {
        sizes.iter().map(|&size| figures(&[("javaScriptHeap", Some(40)), ("mallocInUse", Some(size))], 0)).collect()
    }

    #[test]
    fn growth_outside_is_reported_with_its_bucket_and_advice() {
        let outside = of(&malloc(&[10, 180, 350]), None);
        assert!(outside.has_grown());
        assert_eq!(
            outside.sentence(),
            " Resident memory grew by 340 MB outside of it: 340 MB malloc in use (native addon or runtime), not ArrayBuffers."
        );
        let advised: Vec<Bucket> =
            outside.buckets.iter().filter(|row| row.advice.is_some()).map(|row| row.bucket).collect();
        assert_eq!(advised, [Bucket::MallocInUse]);
    }

    #[test]
    fn small_growth_and_growth_that_stopped_are_not_reported() {
        for sizes in [&[10, 20][..], &[1000, 1040], &[10, 350, 351]] {
            let outside = of(&malloc(sizes), None);
            assert!(!outside.has_grown() && outside.sentence().is_empty(), "{sizes:?}: {}", outside.sentence());
        }
    }

    #[test]
    fn array_buffers_count_as_outside_only_if_snapshots_do_not_include_them() {
        let buffers = |size| figures(&[("javaScriptHeap", Some(40)), ("arrayBuffers", Some(size))], 0);
        let series = [buffers(10), buffers(210)];
        let heap = |after| Growth { before: 0, after, added: vec![after as i64], explained: 0 };
        assert!(!of(&series, Some(&heap(200 * MB))).has_grown());
        assert!(of(&series, Some(&heap(0))).sentence().contains("200 MB ArrayBuffers and external strings."));
    }

    #[test]
    fn accumulating_handles_are_named() {
        let series = [(10, 5), (60, 5005)].map(|(size, sockets)| figures(&[("mallocInUse", Some(size))], sockets));
        assert!(of(&series, None).sentence().ends_with(" There are 5,000 more TCPSocketWrap handles than before."));
    }

    #[test]
    fn with_one_snapshot_memory_outside_is_reported_if_it_is_most() {
        let mostly = |size| of(&malloc(&[size]), None);
        assert_eq!(
            mostly(400).sentence(),
            " Of 440 MB resident memory, 400 MB is outside of it: 400 MB malloc in use (native addon or runtime)."
        );
        assert!(!mostly(400).has_grown());
        assert!(mostly(30).sentence().is_empty());
    }

    #[test]
    fn a_bucket_that_was_not_measured_is_null_with_the_reason() {
        let outside = of(&[figures(&[("mallocInUse", None), ("unexplained", Some(50))], 0)], None);
        let row = outside.buckets.iter().find(|row| row.bucket == Bucket::MallocInUse).expect("a row");
        assert!(row.bytes.is_none());
        assert_eq!(row.missing.as_deref(), Some("no reason"));
    }

    #[test]
    fn figures_are_sorted_like_the_snapshots_and_may_be_missing() {
        let mut series = malloc(&[350, 10]);
        series.push(None);
        let outside = Outside::of(&series, &[1, 2, 0], None).ok().flatten().expect("there are figures");
        assert_eq!((outside.resident.before, outside.resident.after), (50 * MB, 390 * MB));
        assert!(Outside::of(&[None, None], &[0, 1], None).is_ok_and(|outside| outside.is_none()));
        assert!(Outside::of(&[None], &[0, 1], None).is_err());
    }
}
