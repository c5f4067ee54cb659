//! Where and when objects were allocated: functions, stacks, and the timeline of snapshots with allocation tracking.

use crate::program::names::{Names, Show};
use crate::query::answer::Allowance;
use crate::query::page::Page;
use crate::query::rows::SourceRow;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use crate::snapshot::trace::{Function, TraceNode};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// Frames of a stack that are listed, innermost first. V8 records 64.
const MAX_FRAMES: usize = 256;

/// What a frame takes in an answer besides its names.
const FRAME_BYTES: usize = 64;

const NOT_TRACKED: &str = "allocations were not tracked with their stacks when it was taken";

/// What the rows are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum By {
    #[default]
    Function,
    Stack,
}

/// The sort key of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum AllocationSort {
    #[default]
    Size,
    Count,
    LiveSize,
    LiveCount,
}

/// The question of `allocations`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllocationQuery {
    by: Option<By>,
    sort: Option<AllocationSort>,
    limit: Option<u64>,
    offset: Option<u64>,
}

/// The allocations of one function, or at one stack.
#[derive(Debug, Serialize)]
struct AllocationRow<R> {
    #[serde(flatten)]
    row: R,
    #[serde(flatten)]
    sums: Sums,
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
    #[serde(flatten)]
    sums: Sums,
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

/// Objects and bytes allocated while tracking, and those of them that are alive.
#[derive(Clone, Copy, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sums {
    count: u64,
    size: u64,
    live_count: u64,
    live_size: u64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.count += other.count;
        self.size += other.size;
        self.live_count += other.live_count;
        self.live_size += other.live_size;
    }

    fn by(&self, sort: AllocationSort) -> u64 {
        match sort {
            AllocationSort::Size => self.size,
            AllocationSort::Count => self.count,
            AllocationSort::LiveSize => self.live_size,
            AllocationSort::LiveCount => self.live_count,
        }
    }
}

/// Functions or stacks, most allocations first. Those of a function are the sum over all nodes of the tree that are
/// calls of it; a stack is a node of the tree.
pub(crate) fn allocations(
    snapshot: &Snapshot,
    query: &AllocationQuery,
    show: Show,
    progress: &Progress,
) -> Result<AllocationPage> {
    let page = Page::new(query.limit, query.offset)?;
    let by = query.by.unwrap_or_default();
    let allocations = snapshot.allocations();
    let of_stacks = sums_of_stacks(snapshot, progress)?;
    let mut all = Sums::default();
    of_stacks.iter().for_each(|&sums| all.add(sums));
    let sums = match by {
        By::Function => sums_of_functions(snapshot, &of_stacks),
        By::Stack => of_stacks,
    };
    let sort = query.sort.unwrap_or_default();
    let listed: Vec<usize> = (0..sums.len()).filter(|&at| sums[at].count > 0).collect();
    let total = listed.len();
    let chosen = page.select(listed, |&a, &b| sums[b].by(sort).cmp(&sums[a].by(sort)).then_with(|| a.cmp(&b)));
    let allowance = Allowance::default();
    let names = Names::new(snapshot, show, progress)?;
    let (mut functions, mut stacks) = (Vec::new(), Vec::new());
    for at in chosen {
        let sums = sums[at];
        match by {
            By::Function => {
                let row = frame(&names, allocations.functions[at], &allowance)?;
                functions.push(AllocationRow { row, sums });
            }
            By::Stack => stacks.push(AllocationRow { row: StackRow { stack: stack(&names, at, &allowance)? }, sums }),
        }
    }
    let available = !allocations.tree.is_empty();
    let reason = (!available).then_some(NOT_TRACKED);
    Ok(AllocationPage { available, reason, by, sums: all, total, functions, stacks, next: page.next(total) })
}

/// By function, for those that the file describes.
fn sums_of_functions(snapshot: &Snapshot, of_stacks: &[Sums]) -> Vec<Sums> {
    let allocations = snapshot.allocations();
    let mut sums = vec![Sums::default(); allocations.functions.len()];
    for (trace, &of_stack) in allocations.tree.iter().zip(of_stacks) {
        if let Some(sum) = sums.get_mut(trace.function as usize) {
            sum.add(of_stack);
        }
    }
    sums
}

fn stack(names: &Names<'_>, position: usize, allowance: &Allowance) -> Result<Vec<FrameRow>> {
    let calls = calls(names.snapshot, position).take(MAX_FRAMES);
    calls.map(|(_, function)| frame(names, function, allowance)).collect()
}

/// Positions of the nodes of the trace tree, by id.
pub(crate) fn positions(snapshot: &Snapshot) -> HashMap<u32, usize> {
    snapshot.allocations().tree.iter().enumerate().map(|(at, trace)| (trace.id, at)).collect()
}

/// By node of the trace tree. As in DevTools, nodes at which nothing was allocated have no live objects.
fn sums_of_stacks(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<Sums>> {
    let tree = &snapshot.allocations().tree;
    let position = positions(snapshot);
    let of_trace = |trace: &TraceNode| Sums { count: trace.count, size: trace.size, ..Sums::default() };
    let mut sums: Vec<Sums> = tree.iter().map(of_trace).collect();
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        let trace = snapshot.nodes().trace_id(node);
        if trace != 0
            && let Some(&at) = position.get(&trace)
            && sums[at].count > 0
        {
            sums[at].live_count += 1;
            sums[at].live_size += snapshot.nodes().self_size(node);
        }
    }
    Ok(sums)
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
        let id = snapshot.nodes().id(node).0;
        // Even ids are the embedder's: they do not grow with time.
        let at = samples.partition_point(|sample| sample.last_assigned_id < id);
        if id % 2 == 1 && at < sizes.len() {
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
