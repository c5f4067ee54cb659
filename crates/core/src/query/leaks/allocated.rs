//! Where a suspect's objects were allocated: `allocatedAt` of `index.d.ts`. Stacks are merged from the innermost call
//! outwards, so that one function called from two places is one row with two callers.

use crate::leak::AllocatedAt;
use crate::program::ownership::is_runtime_script;
use crate::program::packages::package_of;
use crate::query::allocations::{FrameRow, calls, frame};
use crate::query::rows::Rows;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::sort::sort_by_key;
use serde::Serialize;

/// Calls of a stack that are shown: those of the runtime are left out and do not count.
const MAX_DEPTH: usize = 8;
/// Callers of a function that are shown, those of the most objects.
const MAX_CALLERS: usize = 5;

/// Objects whose stack is known, and the functions that allocated them.
#[derive(Debug, Serialize)]
pub(crate) struct AllocatedRow {
    count: u64,
    bytes: u64,
    functions: Vec<CallRow>,
}

/// A function, and what called it.
#[derive(Debug, Serialize)]
pub(crate) struct CallRow {
    #[serde(flatten)]
    frame: FrameRow,
    count: u64,
    bytes: u64,
    callers: Vec<CallRow>,
}

/// A function on merged stacks.
#[derive(Default)]
struct Call {
    function: u32,
    count: u64,
    bytes: u64,
    /// Positions in the list of calls.
    callers: Vec<usize>,
}

/// The row of a suspect's places; `None` if no stack is known.
pub(crate) fn allocated_row(rows: &Rows<'_>, places: &[AllocatedAt]) -> Result<Option<AllocatedRow>> {
    let mut calls = vec![Call::default()];
    for place in places {
        let Some(position) = rows.trace_position(place.trace_id) else { continue };
        let mut at = 0;
        add(&mut calls[at], place);
        for function in shown_calls(rows.snapshot, position) {
            at = caller(&mut calls, at, function);
            add(&mut calls[at], place);
        }
    }
    let Call { count, bytes, .. } = calls[0];
    if count == 0 {
        return Ok(None);
    }
    Ok(Some(AllocatedRow { count, bytes, functions: caller_rows(rows, &calls, 0)? }))
}

fn add(call: &mut Call, place: &AllocatedAt) {
    call.count += place.count;
    call.bytes += place.bytes;
}

/// The calls of a stack from the nearest that the program has written; without one from the nearest of a package.
fn shown_calls(snapshot: &Snapshot, position: usize) -> Vec<u32> {
    let scripts = calls(snapshot, position).map(|(number, of)| (number, snapshot.strings().get(of.script_name)));
    let of_program = |&(_, script): &(u32, &[u8])| !script.is_empty() && !is_runtime_script(script, false);
    let calls: Vec<(u32, &[u8])> = scripts.filter(of_program).collect();
    let nearest = calls.iter().position(|(_, script)| package_of(script).is_none()).unwrap_or(0);
    calls.into_iter().skip(nearest).take(MAX_DEPTH).map(|(number, _)| number).collect()
}

/// The position of a caller, made when it is not there.
fn caller(calls: &mut Vec<Call>, of: usize, function: u32) -> usize {
    if let Some(&known) = calls[of].callers.iter().find(|&&at| calls[at].function == function) {
        return known;
    }
    calls.push(Call { function, ..Call::default() });
    let at = calls.len() - 1;
    calls[of].callers.push(at);
    at
}

/// The rows of a call's callers, those of most objects first. Goes as deep as [`MAX_DEPTH`].
fn caller_rows(rows: &Rows<'_>, calls: &[Call], of: usize) -> Result<Vec<CallRow>> {
    let mut callers: Vec<usize> = calls[of].callers.clone();
    sort_by_key(&mut callers, |&at| std::cmp::Reverse(calls[at].count));
    callers.truncate(MAX_CALLERS);
    let row = |at: usize| {
        let Call { function, count, bytes, .. } = calls[at];
        let function = rows.snapshot.allocations().functions[function as usize];
        let frame = frame(&rows.names, function, &rows.allowance)?;
        Ok(CallRow { frame, count, bytes, callers: caller_rows(rows, calls, at)? })
    };
    callers.into_iter().map(row).collect()
}
