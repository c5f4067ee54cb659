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
use crate::snapshot::trace::Function;
use foldhash::HashMap;
use serde::Serialize;

/// The allocations of one function.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllocationRow {
    function_name: Text,
    source: Option<SourceRow>,
    count: u64,
    size: u64,
    live_count: u64,
    live_size: u64,
}

/// A page of allocating functions.
#[derive(Debug, Serialize)]
pub struct AllocationPage {
    total: usize,
    functions: Vec<AllocationRow>,
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

#[derive(Clone, Copy, Default)]
struct Sums {
    count: u64,
    size: u64,
    live_count: u64,
    live_size: u64,
}

/// Functions by bytes allocated: the sum over all nodes of the tree that are calls of the function.
pub(crate) fn allocations(snapshot: &Snapshot, page: Page, show: Show, progress: &Progress) -> Result<AllocationPage> {
    let allocations = snapshot.allocations();
    let live = live(snapshot, progress)?;
    let mut sums = vec![Sums::default(); allocations.functions.len()];
    for (trace, live) in allocations.tree.iter().zip(&live) {
        let Some(sum) = sums.get_mut(trace.function as usize) else { continue };
        if trace.count > 0 {
            sum.count += trace.count;
            sum.size += trace.size;
            sum.live_count += live.live_count;
            sum.live_size += live.live_size;
        }
    }
    let listed: Vec<usize> = (0..sums.len()).filter(|&function| sums[function].count > 0).collect();
    let total = listed.len();
    let chosen = page.select(listed, |&a, &b| sums[b].size.cmp(&sums[a].size).then_with(|| a.cmp(&b)));
    let allowance = Allowance::default();
    let names = Names::new(snapshot, show, progress)?;
    let functions = chosen.into_iter().map(|function| {
        let FrameRow { function_name, source } = frame(&names, allocations.functions[function], &allowance)?;
        let Sums { count, size, live_count, live_size } = sums[function];
        Ok(AllocationRow { function_name, source, count, size, live_count, live_size })
    });
    Ok(AllocationPage { total, functions: functions.collect::<Result<_>>()?, next: page.next(total) })
}

/// Positions of the nodes of the trace tree, by id.
pub(crate) fn positions(snapshot: &Snapshot) -> HashMap<u32, usize> {
    snapshot.allocations().tree.iter().enumerate().map(|(at, trace)| (trace.id, at)).collect()
}

/// Live objects by node of the trace tree.
fn live(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<Sums>> {
    let tree = &snapshot.allocations().tree;
    let position = positions(snapshot);
    let mut live = vec![Sums::default(); tree.len()];
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        let trace = snapshot.nodes().trace_id(node);
        if trace != 0
            && let Some(&at) = position.get(&trace)
        {
            live[at].live_count += 1;
            live[at].live_size += snapshot.nodes().self_size(node);
        }
    }
    Ok(live)
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
    allowance.take(name.len() + script.len())?;
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
