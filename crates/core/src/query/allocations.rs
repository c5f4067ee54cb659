//! Where and when objects were allocated: functions, stacks, and the timeline of snapshots with allocation tracking.

use crate::program::names::{Names, Show};
use crate::query::allocation_sums::{Entry, Sums, by_function, by_stack, in_all};
use crate::query::answer::Allowance;
use crate::query::page::Page;
use crate::query::read::{members, words};
use crate::query::rows::SourceRow;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use crate::snapshot::trace::Function;
use foldhash::HashMap;
use serde::Serialize;

/// Frames of a stack that are listed, innermost first. V8 records 64.
const MAX_FRAMES: usize = 256;

/// What a frame takes in an answer besides its names.
const FRAME_BYTES: usize = 64;

const NOT_TRACKED: &str = "allocations were not tracked with their stacks when it was taken";

/// What the rows are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
enum By {
    #[default]
    Function,
    Stack,
}

/// The sort key of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum AllocationSort {
    #[default]
    Size,
    Count,
    LiveSize,
    LiveCount,
    TotalSize,
    TotalLiveSize,
}

impl AllocationSort {
    fn of(self, entry: &Entry) -> i64 {
        match self {
            AllocationSort::Size => entry.own.size,
            AllocationSort::Count => entry.own.count,
            AllocationSort::LiveSize => entry.own.live_size,
            AllocationSort::LiveCount => entry.own.live_count,
            AllocationSort::TotalSize => entry.total.size,
            AllocationSort::TotalLiveSize => entry.total.live_size,
        }
    }

    fn is_of_live(self) -> bool {
        matches!(self, AllocationSort::LiveSize | AllocationSort::LiveCount | AllocationSort::TotalLiveSize)
    }

    /// Whether functions that only call others which allocate are listed.
    fn is_of_total(self) -> bool {
        matches!(self, AllocationSort::TotalSize | AllocationSort::TotalLiveSize)
    }
}

/// The question of `allocations`.
#[derive(Clone, Debug)]
pub(crate) struct AllocationQuery {
    by: Option<By>,
    sort: Option<AllocationSort>,
    limit: Option<u64>,
    offset: Option<u64>,
}

words!(By { Function: "function", Stack: "stack" });
words!(AllocationSort {
    Size: "size",
    Count: "count",
    LiveSize: "liveSize",
    LiveCount: "liveCount",
    TotalSize: "totalSize",
    TotalLiveSize: "totalLiveSize",
});
members!(AllocationQuery { by: "by", sort: "sort", limit: "limit", offset: "offset" });

/// The allocations of one function, or at one stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AllocationRow<R> {
    #[serde(flatten)]
    row: R,
    #[serde(flatten)]
    own: SumsRow,
    total_count: i64,
    total_size: i64,
    total_live_count: Option<i64>,
    total_live_size: Option<i64>,
}

impl<R> AllocationRow<R> {
    fn new(row: R, entry: &Entry, is_sampled: bool) -> Self {
        let (own, total) = (SumsRow::new(entry.own, is_sampled), SumsRow::new(entry.total, is_sampled));
        Self {
            row,
            own,
            total_count: total.count,
            total_size: total.size,
            total_live_count: total.live_count,
            total_live_size: total.live_size,
        }
    }
}

/// Sums in an answer. A sampling profile does not say what of its objects is alive.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SumsRow {
    count: i64,
    size: i64,
    live_count: Option<i64>,
    live_size: Option<i64>,
}

impl SumsRow {
    fn new(Sums { count, size, live_count, live_size }: Sums, is_sampled: bool) -> Self {
        let live = |value| (!is_sampled).then_some(value);
        Self { count, size, live_count: live(live_count), live_size: live(live_size) }
    }
}

/// A stack, innermost call first.
#[derive(Debug, Serialize)]
struct StackRow {
    stack: Vec<FrameRow>,
}

/// A page of allocating functions or stacks, and what is in all of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AllocationPage {
    available: bool,
    reason: Option<&'static str>,
    by: By,
    sampled: bool,
    difference: bool,
    #[serde(flatten)]
    sums: SumsRow,
    total: usize,
    functions: Vec<AllocationRow<FrameRow>>,
    stacks: Vec<AllocationRow<StackRow>>,
    next: Option<usize>,
}

/// One call of an allocation stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameRow {
    function_name: Text,
    source: Option<SourceRow>,
}

/// A point of the timeline, with the live objects allocated since the previous one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleRow {
    timestamp_ms: f64,
    last_assigned_id: u32,
    size: u64,
}

/// Functions or stacks of a recording, most allocations first, or what changed from the first of two to the second.
///
/// # Errors
/// [`Code::InvalidQuery`] for recordings of two kinds, or for a sampling profile sorted by what is alive.
pub(crate) fn allocations(
    recordings: &[&Snapshot],
    query: &AllocationQuery,
    show: Show,
    progress: &Progress,
) -> Result<AllocationPage> {
    let page = Page::new(query.limit, query.offset)?;
    let (by, sort) = (query.by.unwrap_or_default(), query.sort.unwrap_or_default());
    let is_sampled = is_sampled(recordings, sort)?;
    let entries = match by {
        By::Function => by_function(recordings, progress)?,
        By::Stack => by_stack(recordings, progress)?,
    };
    let is_difference = recordings.len() > 1;
    let is_listed = |at: &usize| {
        let Entry { own, total } = entries[*at].1;
        match (by, is_difference) {
            (By::Function, false) if sort.is_of_total() => total.count > 0,
            (By::Function, true) if sort.is_of_total() => [own, total] != [Sums::default(); 2],
            (_, false) => own.count > 0,
            (_, true) => own != Sums::default(),
        }
    };
    let listed: Vec<usize> = (0..entries.len()).filter(is_listed).collect();
    let total = listed.len();
    let value = |at: usize| sort.of(&entries[at].1);
    let chosen = page.select(listed, |&a, &b| value(b).cmp(&value(a)).then_with(|| a.cmp(&b)));
    let allowance = Allowance::default();
    let names = recordings.iter().map(|snapshot| Names::new(snapshot, show, progress)).collect::<Result<Vec<_>>>()?;
    let (mut functions, mut stacks) = (Vec::new(), Vec::new());
    for at in chosen {
        let ((snapshot, at), entry) = &entries[at];
        let Some(names) = names.iter().find(|names| std::ptr::eq(names.snapshot, *snapshot)) else { continue };
        match by {
            By::Function => {
                let row = frame(names, snapshot.allocations().functions[*at], &allowance)?;
                functions.push(AllocationRow::new(row, entry, is_sampled));
            }
            By::Stack => {
                let row = StackRow { stack: stack(names, *at, &allowance)? };
                stacks.push(AllocationRow::new(row, entry, is_sampled));
            }
        }
    }
    let available = recordings.iter().all(|snapshot| !snapshot.allocations().tree.is_empty());
    Ok(AllocationPage {
        available,
        reason: (!available).then_some(NOT_TRACKED),
        by,
        sampled: is_sampled,
        difference: is_difference,
        sums: SumsRow::new(in_all(&entries), is_sampled),
        total,
        functions,
        stacks,
        next: page.next(total),
    })
}

/// Whether recordings are sampling profiles.
fn is_sampled(recordings: &[&Snapshot], sort: AllocationSort) -> Result<bool> {
    let of = |snapshot: &&Snapshot| snapshot.schema().is_sampled;
    let is_sampled = recordings.iter().any(of);
    if is_sampled && !recordings.iter().all(of) {
        return Err(Error::new(Code::InvalidQuery, "two recordings of one kind", "a sampling profile and another"));
    }
    if is_sampled && sort.is_of_live() {
        let expected = "to sort a sampling profile, which does not say what is alive, by size, count or totalSize";
        return Err(Error::new(Code::InvalidQuery, expected, "a column of what is alive"));
    }
    Ok(is_sampled)
}

fn stack(names: &Names<'_>, position: usize, allowance: &Allowance) -> Result<Vec<FrameRow>> {
    let calls = calls(names.snapshot, position).take(MAX_FRAMES);
    calls.map(|(_, function)| frame(names, function, allowance)).collect()
}

/// Positions of the nodes of the trace tree, by id.
pub(crate) fn positions(snapshot: &Snapshot) -> HashMap<u32, usize> {
    snapshot.allocations().tree.iter().enumerate().map(|(at, trace)| (trace.id, at)).collect()
}

/// The stack a node was allocated at, innermost call first; empty when it was not recorded.
pub(crate) fn allocation_stack(
    snapshot: &Snapshot,
    node: NodeIx,
    show: Show,
    progress: &Progress,
) -> Result<Vec<FrameRow>> {
    let names = Names::new(snapshot, show, progress)?;
    let allowance = Allowance::default();
    let trace = snapshot.nodes().trace_id(node);
    let mut tree = snapshot.allocations().tree.iter();
    let Some(position) = tree.position(|candidate| candidate.id == trace).filter(|_| trace != 0) else {
        return Ok(Vec::new());
    };
    calls(snapshot, position).map(|(_, function)| frame(&names, function, &allowance)).collect()
}

/// The functions of the stack that a node of the trace tree stands for, innermost first, with their numbers.
pub(crate) fn calls(snapshot: &Snapshot, position: usize) -> impl Iterator<Item = (u32, Function)> {
    let allocations = snapshot.allocations();
    let parent = |&at: &usize| Some(allocations.tree[at].parent as usize).filter(|&parent| parent < at);
    // In preorder every caller comes before its callees, so the walk ends. The first node, `(root)`, is not a call.
    let stack = std::iter::successors(Some(position), parent).take_while(|&at| at > 0);
    stack.filter_map(|at| {
        let number = allocations.tree[at].function;
        Some((number, *allocations.functions.get(number as usize)?))
    })
}

pub(crate) fn frame(names: &Names<'_>, function: Function, allowance: &Allowance) -> Result<FrameRow> {
    let text = |string| names.snapshot.strings().get(string);
    let (name, script) = (text(function.name), text(function.script_name));
    allowance.take(FRAME_BYTES + name.len() + script.len())?;
    let script = Some(script).filter(|name| !name.is_empty()).map(|name| Text(names.script(name).into_owned()));
    let is_known = function.script_id != 0 || script.is_some();
    let source =
        SourceRow { script, script_id: function.script_id, line: Some(function.line), column: Some(function.column) };
    Ok(FrameRow { function_name: Text(names.label(name).into_owned()), source: is_known.then_some(source) })
}

/// The timeline: each sample with the bytes of live objects allocated since the previous one, which their ids show.
pub(crate) fn samples(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<SampleRow>> {
    let samples = snapshot.samples();
    let mut sizes = vec![0; samples.len()];
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        let id = snapshot.nodes().id(node);
        let at = samples.partition_point(|sample| sample.last_assigned_id < id.0);
        if id.is_stable() && at < sizes.len() {
            sizes[at] += snapshot.nodes().self_size(node);
        }
    }
    let rows = samples.iter().zip(sizes).map(|(sample, size)| SampleRow {
        timestamp_ms: sample.timestamp_us as f64 / 1000.0,
        last_assigned_id: sample.last_assigned_id,
        size,
    });
    Ok(rows.collect())
}
