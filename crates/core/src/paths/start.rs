//! Where a path begins for its reader.
//!
//! What code would not write is left out in front: roots, the embedder's objects, the module loader,
//! and whatever leads to a variable of a module, because such a variable is alive anyhow. In a test that
//! waits for an assertion the test runner's and heapray's own promises and functions lead to what
//! the test has in its variables; from the test's viewpoint a path begins at the variable.

use crate::paths::step::PathStep;
use crate::program::internals::is_internal;
use crate::program::native_contexts::is_native_context;
use crate::program::variables::{is_block, is_context, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// Whose view of the heap a path is told from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Viewpoint {
    /// The program's.
    #[default]
    Program,
    /// That of a test that waits for one of heapray's assertions.
    Test,
}

/// Finds where paths begin.
#[derive(Clone, Copy)]
pub(crate) struct Starts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) viewpoint: Viewpoint,
}

/// Fields of what a suspended function or a promise retains while it waits.
const WAITING_FIELDS: [&[u8]; 3] = [b"reactions_or_result", b"parameters_and_registers", b"current_microtask"];
/// The name that the function under test has in heapray.
const FUNCTION_UNDER_TEST: &[u8] = b"functionUnderTest";
/// Properties by which Vitest and Jest refer to the test that runs.
const RUNNERS: [&[u8]; 3] = [b"__vitest_worker__", b"_test", b"<symbol JEST_STATE_SYMBOL>"];
/// Variables of the test runners in which the function of a test and its parameters are.
const VARIABLES_OF_RUNNERS: [&[u8]; 4] = [b"fn", b"stackTraceError", b"params", FUNCTION_UNDER_TEST];

impl Starts<'_> {
    /// The step that a path begins with: the last variable of a module, which is alive whatever retains it
    /// and reads as the code does; the last of Node's modules; or the first step that is not one of V8's own.
    pub(crate) fn of(&self, steps: &[PathStep]) -> usize {
        if let Some(start) = self.variable_of_test(steps) {
            return start;
        }
        let module = steps.iter().rposition(|step| self.file_of_module(step.node).is_some());
        let variable = self.module_variable(steps);
        let named = steps.iter().position(|step| !is_internal(self.snapshot, step.node));
        variable.max(module).or(named).unwrap_or(steps.len().saturating_sub(1))
    }

    /// From the viewpoint of a test: whether a path leads to what waits for the assertion, and to nothing of the program's.
    pub(crate) fn is_waiting(&self, steps: &[PathStep]) -> bool {
        self.viewpoint == Viewpoint::Test
            && self.variable_of_test(steps).is_none()
            && steps.get(self.of(steps)).is_none_or(|step| self.may_wait(step.node) || self.is_global(step.node, steps))
    }

    fn is_global(&self, node: NodeIx, steps: &[PathStep]) -> bool {
        steps.last().is_some_and(|last| last.node == node) && self.snapshot.distance(node) <= 1
    }

    /// The first variable behind what waits for the assertion, or behind the test runner's own.
    fn variable_of_test(&self, steps: &[PathStep]) -> Option<usize> {
        if self.viewpoint == Viewpoint::Program {
            return None;
        }
        let head = (0..steps.len()).find(|&at| self.is_of_runner(steps, at))?;
        let is_own = |step: &PathStep| is_internal(self.snapshot, step.node) || self.may_wait(step.node);
        let is_reached_by_runner = self.edge_is(steps, head, &RUNNERS) || steps[..head].iter().all(is_own);
        if !is_reached_by_runner {
            return None;
        }
        let mut variables = (head..steps.len()).filter(|&at| self.variable_at(steps, at).is_some());
        variables.find(|&at| !self.variable_at(steps, at).is_some_and(|name| VARIABLES_OF_RUNNERS.contains(&name)))
    }

    fn is_of_runner(&self, steps: &[PathStep], at: usize) -> bool {
        self.edge_is(steps, at, &WAITING_FIELDS)
            || self.edge_is(steps, at, &RUNNERS)
            || self.snapshot.name(steps[at].node) == FUNCTION_UNDER_TEST
    }

    fn edge_is(&self, steps: &[PathStep], at: usize, names: &[&[u8]]) -> bool {
        let label = steps[at].edge.map(|edge| edge_label(self.snapshot, edge));
        matches!(label, Some(EdgeLabel::Name(name)) if names.contains(&name))
    }

    /// Functions, and what waits for a promise.
    fn may_wait(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Closure
            || matches!(self.snapshot.name(node), b"Promise" | b"Generator" | b"AsyncGenerator")
    }

    fn variable_at(&self, steps: &[PathStep], at: usize) -> Option<&[u8]> {
        let scope = steps.get(at.checked_sub(1)?)?.node;
        variable(self.snapshot, scope, steps[at].edge?)
    }

    /// The file of one of Node's `Module` objects.
    pub(crate) fn file_of_module(&self, node: NodeIx) -> Option<&[u8]> {
        if self.snapshot.kind(node) != NodeKind::Object || self.snapshot.name(node) != b"Module" {
            return None;
        }
        let mut properties = self.snapshot.edges_of(node).filter(|edge| edge.kind == EdgeKind::Property);
        let file = properties.find(|&edge| edge_label(self.snapshot, edge) == EdgeLabel::Name(b"filename"))?.to;
        let is_readable = self.snapshot.kind(file) == NodeKind::String && !is_redacted(self.snapshot.name(file));
        is_readable.then(|| self.snapshot.name(file))
    }

    /// The last step to a variable of a module: from the outermost scope of a script, or from a block in it,
    /// which is how some test runners wrap modules. A block that the path comes to by a variable around it, or by an
    /// element of a list, is just that, a loop's for one.
    fn module_variable(&self, steps: &[PathStep]) -> Option<usize> {
        let scope = |at: usize| steps[at - 1].node;
        let first_element = steps.iter().position(|step| self.snapshot.kind(step.node) == NodeKind::Array);
        let is_of_loop =
            |at: usize| first_element.is_some_and(|element| element < at) && is_block(self.snapshot, scope(at));
        let variables = || (1..steps.len()).rev().filter(|&at| self.is_variable(steps, at) && !is_of_loop(at));
        let outermost = variables().find(|&at| self.is_outermost(scope(at)));
        let around = outermost.map(scope);
        let is_module = |outer: NodeIx| self.is_outermost(outer) && Some(outer) != around;
        let block =
            variables().find(|&at| is_block(self.snapshot, scope(at)) && self.outer(scope(at)).is_some_and(is_module));
        outermost.max(block)
    }

    fn is_variable(&self, steps: &[PathStep], at: usize) -> bool {
        let scope = steps[at - 1].node;
        is_context(self.snapshot.name(scope))
            && steps[at].edge.is_some_and(|edge| variable(self.snapshot, scope, edge).is_some())
    }

    /// Whether a scope is a script's own, or that of the function around a module.
    fn is_outermost(&self, scope: NodeIx) -> bool {
        self.outer(scope).is_some_and(|outer| is_native_context(self.snapshot.name(outer)))
    }

    fn outer(&self, scope: NodeIx) -> Option<NodeIx> {
        internal_target(self.snapshot, scope, b"previous")
    }
}
