//! Closures → for each context, the functions of which a closure can reach it.

use super::source_scopes::SourceScopes;
use crate::program::scopes::{MAX_DEPTH, description, outer};
use crate::program::scripts::script_of_shared;
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{internal_target, number_of};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;

/// No scope or no context.
const NONE: u32 = u32::MAX;

/// What a pass over all nodes finds.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// In the order of the file.
    pub(super) contexts: Vec<NodeIx>,
    /// What closures were compiled to, and the contexts they were made in.
    closures: Vec<(NodeIx, NodeIx)>,
    /// Descriptions of scopes, and the scripts of the functions that have them.
    scripts: Vec<(NodeIx, NodeIx)>,
}

impl Code {
    pub(super) fn find(snapshot: &Snapshot, progress: &Progress) -> Result<Code> {
        let mut code = Code::default();
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            let target = |name| internal_target(snapshot, node, name);
            match snapshot.kind(node) {
                NodeKind::Closure => code.closures.extend(target(b"shared").zip(target(b"context"))),
                NodeKind::Object if is_context(snapshot.name(node)) => code.contexts.push(node),
                NodeKind::Code if snapshot.name(node).starts_with(b"system / SharedFunctionInfo") => {
                    let described = description(snapshot, node, b"name_or_scope_info");
                    code.scripts.extend(described.zip(script_of(snapshot, node)));
                }
                _ => {}
            }
        }
        code.closures.sort_unstable();
        code.closures.dedup();
        // Stable: of several functions with one description the last one counts.
        code.scripts.sort_by_key(|&(described, _)| described);
        Ok(code)
    }

    /// Whether the snapshot was redacted: then no scope of a context can be found.
    pub(super) fn are_numbers_hidden(&self, snapshot: &Snapshot) -> bool {
        let numbers = self.contexts.iter().filter_map(|&context| {
            internal_target(snapshot, internal_target(snapshot, context, b"scope_info")?, b"scope_id")
        });
        numbers.take(1).any(|number| number_of(snapshot, number).is_none())
    }

    /// The scope of which a context was made.
    fn scope(&self, snapshot: &Snapshot, source: &SourceScopes<'_>, context: NodeIx) -> Option<u32> {
        let described = internal_target(snapshot, context, b"scope_info")?;
        let id = scope_id(snapshot, described)?;
        let outward = |&inner: &NodeIx| internal_target(snapshot, inner, b"outer_scope_info");
        let script = std::iter::successors(Some(described), outward).take(MAX_DEPTH).find_map(|described| {
            let behind = self.scripts.partition_point(|&(of, _)| of <= described);
            self.scripts[..behind].last().filter(|&&(of, _)| of == described).map(|&(_, script)| script)
        });
        source.find(script?, id)
    }
}

/// The contexts of a heap.
#[derive(Debug)]
pub(super) struct Contexts {
    /// The scope of each.
    scopes: Vec<u32>,
    /// The context around each.
    outer: Vec<u32>,
    /// Contexts with functions of the same script that reach them, in order.
    functions: Vec<(u32, u32)>,
    /// Whether functions reach it that were not looked at.
    is_open: Vec<bool>,
}

impl Contexts {
    pub(super) fn new(
        snapshot: &Snapshot,
        source: &SourceScopes<'_>,
        code: &Code,
        progress: &Progress,
    ) -> Result<Contexts> {
        let mut ticker = Ticker::of(progress, code.contexts.len());
        let number = |context: NodeIx| code.contexts.binary_search(&context).map_or(NONE, |at| at as u32);
        let mut contexts = Contexts {
            scopes: Vec::with_capacity(code.contexts.len()),
            outer: Vec::with_capacity(code.contexts.len()),
            functions: Vec::new(),
            is_open: vec![false; code.contexts.len()],
        };
        for &context in &code.contexts {
            ticker.tick()?;
            contexts.scopes.push(code.scope(snapshot, source, context).unwrap_or(NONE));
            contexts.outer.push(outer(snapshot, context).map_or(NONE, number));
        }
        let mut reached_by = vec![NONE; code.contexts.len()];
        let mut ticker = Ticker::of(progress, code.closures.len());
        for closures in code.closures.chunk_by(|a, b| a.0 == b.0) {
            let Some(function) = function_scope(snapshot, source, closures[0].0) else { continue };
            for &(_, context) in closures {
                ticker.tick()?;
                contexts.reach(source, function, number(context), &mut reached_by);
            }
        }
        contexts.functions.sort_unstable();
        contexts.functions.dedup();
        Ok(contexts)
    }

    /// A closure of this function reaches a context and those around it.
    fn reach(&mut self, source: &SourceScopes<'_>, function: u32, context: u32, reached_by: &mut [u32]) {
        let mut at = context;
        for _ in 0..MAX_DEPTH {
            if at == NONE || std::mem::replace(&mut reached_by[at as usize], function) == function {
                return;
            }
            let scope = self.scopes[at as usize];
            if scope != NONE && source.script(scope) == source.script(function) {
                self.functions.push((at, function));
            }
            at = self.outer[at as usize];
        }
        // Whatever is around it counts as read: a list may be made of contexts, as long as the heap.
        while at != NONE && !std::mem::replace(&mut self.is_open[at as usize], true) {
            at = self.outer[at as usize];
        }
    }

    /// The scope of a context, unless nothing is known of it or of who reads its variables.
    pub(super) fn scope(&self, context: usize) -> Option<u32> {
        let scope = self.scopes[context];
        (scope != NONE && !self.is_open[context]).then_some(scope)
    }

    /// The functions that reach a context.
    pub(super) fn functions(&self, context: usize) -> impl Iterator<Item = u32> {
        let context = context as u32;
        let start = self.functions.partition_point(|&(at, _)| at < context);
        self.functions[start..].iter().take_while(move |&&(at, _)| at == context).map(|&(_, function)| function)
    }
}

fn script_of(snapshot: &Snapshot, shared: NodeIx) -> Option<NodeIx> {
    script_of_shared(snapshot, shared).filter(|&script| snapshot.name(script).starts_with(b"system / Script"))
}

fn scope_id(snapshot: &Snapshot, node: NodeIx) -> Option<i32> {
    i32::try_from(number_of(snapshot, internal_target(snapshot, node, b"scope_id")?)?).ok()
}

fn function_scope(snapshot: &Snapshot, source: &SourceScopes<'_>, shared: NodeIx) -> Option<u32> {
    source.find(script_of_shared(snapshot, shared)?, scope_id(snapshot, shared)?)
}
