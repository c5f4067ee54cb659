//! Recorded allocations: the timeline's samples and the stacks at which objects were allocated.

use crate::snapshot::ids::StringIx;

/// One point of the allocation timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Microseconds since tracking started.
    pub timestamp_us: u64,
    /// Ids up to this one were assigned by then.
    pub last_assigned_id: u32,
}

/// A function on some allocation stack.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: StringIx,
    /// Its script's name.
    pub script_name: StringIx,
    /// V8's script id.
    pub script_id: i64,
    /// 1-based line, as the file has it.
    pub line: i64,
    /// 1-based column.
    pub column: i64,
}

/// A node of the tree of allocation stacks.
#[derive(Clone, Copy, Debug)]
pub struct TraceNode {
    /// The value of heap nodes' `trace_node_id`.
    pub id: u32,
    /// Position in [`Allocations::functions`].
    pub function: u32,
    /// Objects allocated here while tracking.
    pub count: u64,
    /// Their bytes.
    pub size: u64,
    /// Position of the caller; `u32::MAX` for the root.
    pub parent: u32,
}

/// Functions and stacks; both empty if allocations were not tracked.
#[derive(Debug, Default)]
pub struct Allocations {
    /// `trace_function_infos`.
    pub functions: Vec<Function>,
    /// `trace_tree` in preorder.
    pub tree: Vec<TraceNode>,
}

impl Allocations {
    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.functions.capacity() * size_of::<Function>() + self.tree.capacity() * size_of::<TraceNode>()
    }
}
