//! Finds, for each context, the functions of which a closure can reach it.

use super::source_scopes::SourceScopes;
use super::source_text::SourceText;
use crate::program::scopes::{MAX_DEPTH, description, outer};
use crate::program::scripts::script_of_shared;
use crate::program::variables::{is_context, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::display::{internal_target, number_of};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::{sort, sort_by_key};
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
        sort(&mut code.closures);
        code.closures.dedup();
        // Stable: of several functions with one description the last one counts.
        sort_by_key(&mut code.scripts, |&(described, _)| described);
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
        sort(&mut contexts.functions);
        contexts.functions.dedup();
        Ok(contexts)
    }

    /// As [`new`](Self::new), with source text. It does not tell the scope of a context, but that of a function is known
    /// by its place: the contexts around a function belong to the scopes around it, in the same order. Where a context
    /// has a variable that none of these scopes has, the context and those around it are left open, and so are contexts
    /// that other objects than functions refer to, such as those of running generators.
    pub(super) fn of_text(
        snapshot: &Snapshot,
        source: &SourceScopes<'_>,
        text: &SourceText,
        code: &Code,
        progress: &Progress,
    ) -> Result<Contexts> {
        let nodes = &code.contexts;
        let number = |node: NodeIx| nodes.binary_search(&node).map_or(NONE, |at| at as u32);
        let mut contexts = Contexts {
            scopes: vec![NONE; nodes.len()],
            outer: nodes.iter().map(|&context| outer(snapshot, context).map_or(NONE, number)).collect(),
            functions: Vec::new(),
            is_open: vec![false; nodes.len()],
        };
        let mut closures: Vec<(u32, u32)> = Vec::new();
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if snapshot.kind(node) == NodeKind::Closure {
                let context = internal_target(snapshot, node, b"context").map_or(NONE, number);
                let function = snapshot.location(node).and_then(|at| text.function(at));
                closures.push((function.unwrap_or(NONE), context));
            } else if !is_context(snapshot.name(node)) {
                let targets = snapshot.edges_of(node).map(|edge| edge.to);
                targets.filter(|&to| is_context(snapshot.name(to))).for_each(|to| contexts.open(number(to)));
            }
        }
        sort(&mut closures);
        closures.dedup();
        let mut reached_by = vec![NONE; nodes.len()];
        let mut ticker = Ticker::of(progress, closures.len());
        for &(function, context) in &closures {
            ticker.tick()?;
            if function == NONE {
                contexts.open(context);
                continue;
            }
            let fits = |scope: u32, at: u32| {
                let node = nodes[at as usize];
                let mut names = snapshot.edges_of(node).filter_map(|edge| variable(snapshot, node, edge)).peekable();
                names.peek()?;
                Some(names.all(|name| is_internal_variable(name) || source.variable(scope, name).is_some()))
            };
            contexts.reach_in_text(text, &fits, function, context, &mut reached_by);
        }
        sort(&mut contexts.functions);
        contexts.functions.dedup();
        Ok(contexts)
    }

    /// A closure of this function reaches a context and those around it. `fits` tells whether a scope has all variables
    /// of a context; `None` if the context has none.
    fn reach_in_text(
        &mut self,
        text: &SourceText,
        fits: &dyn Fn(u32, u32) -> Option<bool>,
        function: u32,
        context: u32,
        reached_by: &mut [u32],
    ) {
        let mut at = context;
        let mut around = text.outer(function);
        for _ in 0..MAX_DEPTH {
            if at == NONE || std::mem::replace(&mut reached_by[at as usize], function) == function {
                return;
            }
            let has_variables = fits(function, at).is_some();
            if has_variables {
                let mut scopes = std::iter::successors(around, |&scope| text.outer(scope));
                let Some(scope) = scopes.find(|&scope| fits(scope, at) == Some(true)) else { break };
                let known = &mut self.scopes[at as usize];
                if *known != NONE && *known != scope {
                    break;
                }
                *known = scope;
                self.functions.push((at, function));
                around = text.outer(scope);
            }
            at = self.outer[at as usize];
        }
        self.open(at);
    }

    /// Counts all variables of a context and of those around it as read.
    fn open(&mut self, context: u32) {
        let mut at = context;
        while at != NONE && !std::mem::replace(&mut self.is_open[at as usize], true) {
            at = self.outer[at as usize];
        }
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
        // A list may be made of contexts, as long as the heap.
        self.open(at);
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

/// Whether V8 keeps a variable of this name for itself, such as `this` and the private names of a class.
fn is_internal_variable(name: &[u8]) -> bool {
    name == b"this" || name.starts_with(b".") || name.starts_with(b"#")
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
