//! Where the text of a path begins.
//!
//! Leading steps that mean nothing in code are left out: roots, the embedder's objects, the module loader, and the
//! steps to a variable of a module, because such a variable is always alive. In a test that waits for an assertion,
//! promises and functions of the test runner and of heapray lead to the test's variables; from the test's viewpoint a
//! path begins at the variable.

use crate::paths::step::PathStep;
use crate::program::dictionaries::is_key;
use crate::program::exports;
use crate::program::internals::is_internal;
use crate::program::scopes::{is_outermost, outer};
use crate::program::variables::{is_block, is_context, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::data_keys::DataKeys;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// From whose viewpoint a path is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Viewpoint {
    /// The program's.
    #[default]
    Program,
    /// That of a test, which waits for one of heapray's assertions.
    Test,
}

/// Finds where paths begin.
#[derive(Clone, Copy)]
pub(crate) struct Starts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) viewpoint: Viewpoint,
}

/// Fields by which a suspended function or a promise retains objects while it waits.
const WAITING_FIELDS: [&[u8]; 3] = [b"reactions_or_result", b"parameters_and_registers", b"current_microtask"];
/// The variable of heapray that holds the function under test.
const FUNCTION_UNDER_TEST: &[u8] = b"functionUnderTest";
/// Properties of the global object and a variable by which Vitest and Jest refer to the running test.
const RUNNERS: [&[u8]; 3] = [b"__vitest_worker__", b"_test", b"<symbol JEST_STATE_SYMBOL>"];
/// Their properties and variables that lead to the function of the test and its arguments.
const FUNCTIONS_OF_TESTS: [&[u8]; 2] = [b"fn", b"stackTraceError"];
const PARAMETERS_OF_TESTS: &[u8] = b"params";

impl Starts<'_> {
    /// The step with which a path begins. From the viewpoint of a test that is the test's first variable, if the path
    /// comes from an object that waits for the assertion.
    pub(crate) fn of(&self, steps: &[PathStep]) -> usize {
        let start = self.start_for_program(steps);
        self.variable_of_test(steps, start).unwrap_or(start)
    }

    /// The last variable or export of a module, which is always alive and has a name in the code; otherwise the last of
    /// Node's modules; otherwise the first step that is not internal.
    fn start_for_program(&self, steps: &[PathStep]) -> usize {
        let module = steps.iter().rposition(|step| self.file_of_module(step.node).is_some());
        let variable = self.module_variable(steps);
        let named = steps.iter().position(|step| !is_internal(self.snapshot, step.node));
        variable.max(self.last_export(steps)).max(module).or(named).unwrap_or(steps.len().saturating_sub(1))
    }

    /// From the viewpoint of a test: whether a path leads only to objects that wait for the assertion, or to the global
    /// object.
    pub(crate) fn is_waiting(&self, steps: &[PathStep]) -> bool {
        if self.viewpoint == Viewpoint::Program {
            return false;
        }
        let start = self.start_for_program(steps);
        let variable = self.variable_of_test(steps, start);
        let begins = variable.unwrap_or(start);
        let is_global = begins + 1 == steps.len() && self.is_global(steps[begins].node);
        is_global
            || variable.is_none() && self.may_wait(steps, start)
            || (begins + 1..steps.len()).any(|at| self.edge_is(steps, at, &WAITING_FIELDS))
    }

    /// Whether no step of a path is an object of the program or a variable.
    pub(crate) fn is_bare(&self, steps: &[PathStep]) -> bool {
        let start = self.of(steps);
        start + 1 >= steps.len() && self.variable_at(steps, start).is_none()
    }

    /// Whether a node is a global object, as its name and nearness to the roots tell.
    pub(crate) fn is_global(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Object && self.snapshot.distance(node) <= 1
    }

    fn variable_of_test(&self, steps: &[PathStep], start: usize) -> Option<usize> {
        match self.viewpoint {
            Viewpoint::Program => None,
            Viewpoint::Test => {
                self.variable_behind_runner(steps, start).or_else(|| self.variable_behind_wait(steps, start))
            }
        }
    }

    /// The first variable of the test on a path from the test runner.
    fn variable_behind_runner(&self, steps: &[PathStep], start: usize) -> Option<usize> {
        let is_named = |at: usize, names: &[&[u8]]| {
            self.edge_is(steps, at, names) || self.variable_at(steps, at).is_some_and(|name| names.contains(&name))
        };
        let runner = (start..steps.len()).take(2).find(|&at| is_named(at, &RUNNERS))?;
        let function = (runner + 1..steps.len()).find(|&at| is_named(at, &FUNCTIONS_OF_TESTS))?;
        let is_of_test = |&at: &usize| {
            self.is_out_of_scope(steps, at)
                && !is_named(at, &FUNCTIONS_OF_TESTS)
                && !is_named(at, &[PARAMETERS_OF_TESTS])
        };
        (function + 1..steps.len()).find(is_of_test)
    }

    /// The first variable on a path from an object that waits for the assertion.
    fn variable_behind_wait(&self, steps: &[PathStep], start: usize) -> Option<usize> {
        if !self.may_wait(steps, start) {
            return None;
        }
        let is_function_under_test = |at: usize| self.variable_at(steps, at) == Some(FUNCTION_UNDER_TEST);
        let waits = |at: &usize| is_function_under_test(*at) || self.edge_is(steps, *at, &WAITING_FIELDS);
        let waiting = (start..steps.len()).find(waits)?;
        (waiting + 1..steps.len()).find(|&at| self.variable_at(steps, at).is_some() && !is_function_under_test(at))
    }

    /// Whether a path begins at an object that may wait for a promise: a promise, or a function without a name.
    fn may_wait(&self, steps: &[PathStep], start: usize) -> bool {
        let Some(&PathStep { node, .. }) = steps.get(start) else { return true };
        let name = self.snapshot.name(node);
        match self.variable_at(steps, start) {
            Some(variable) => variable == FUNCTION_UNDER_TEST,
            None if self.snapshot.kind(node) == NodeKind::Closure => name.is_empty(),
            None => matches!(name, b"Promise" | b"Generator" | b"AsyncGenerator"),
        }
    }

    /// Whether a step leads out of a scope to a variable, with a name or without.
    fn is_out_of_scope(&self, steps: &[PathStep], at: usize) -> bool {
        self.variable_at(steps, at).is_some() || self.is_unnamed_variable(steps, at)
    }

    /// Whether a step leads to a variable that V8 has no name for.
    pub(crate) fn is_unnamed_variable(&self, steps: &[PathStep], at: usize) -> bool {
        let scope = at.checked_sub(1).map(|above| steps[above].node);
        scope.is_some_and(|scope| is_context(self.snapshot.name(scope)))
            && steps[at].edge.is_some_and(|edge| edge.kind == EdgeKind::Hidden)
            && self.variable_at(steps, at).is_none()
    }

    fn edge_is(&self, steps: &[PathStep], at: usize, names: &[&[u8]]) -> bool {
        let label = steps[at].edge.map(|edge| edge_label(self.snapshot, edge));
        matches!(label, Some(EdgeLabel::Name(name)) if names.contains(&name))
    }

    /// The last step from the exports of a CommonJS module, where the path does not lead through Node's record of the module.
    fn last_export(&self, steps: &[PathStep]) -> Option<usize> {
        (2..steps.len())
            .rev()
            .find(|&at| self.is_export(steps, at) && self.file_of_module(steps[at - 2].node).is_none())
    }

    /// Whether a step leads from the exports of a CommonJS module to one of them, as to a variable of that module.
    pub(crate) fn is_export(&self, steps: &[PathStep], at: usize) -> bool {
        let Some(edge) = steps.get(at).and_then(|step| step.edge) else { return false };
        let from = steps[at - 1].node;
        let is_name = || matches!(edge_label(self.snapshot, edge), EdgeLabel::Name(_));
        edge.kind == EdgeKind::Property
            && exports::file_of_exports(self.snapshot, from).is_some()
            && is_name()
            && DataKeys::of(self.snapshot, &Progress::new()).is_ok_and(|keys| !is_key(self.snapshot, keys, from, edge))
    }

    fn variable_at(&self, steps: &[PathStep], at: usize) -> Option<&[u8]> {
        let scope = steps.get(at.checked_sub(1)?)?.node;
        variable(self.snapshot, scope, steps[at].edge?)
    }

    /// The file of one of Node's `Module` objects.
    pub(crate) fn file_of_module(&self, node: NodeIx) -> Option<&[u8]> {
        exports::file_of_module(self.snapshot, node).map(|file| self.snapshot.name(file))
    }

    /// The last step to a variable of a module: from the outermost scope of a script, or from a block in it, since some
    /// test runners wrap modules in blocks. A block that the path reaches through a variable of the enclosing scope, or
    /// through an element of a list, is an ordinary one, such as a loop's.
    fn module_variable(&self, steps: &[PathStep]) -> Option<usize> {
        let scope = |at: usize| exports::scope_of(self.snapshot, steps[at - 1].node);
        let first_element = (1..steps.len()).find(|&at| self.is_element(steps, at));
        let is_of_loop = |at: usize| {
            first_element.is_some_and(|element| element < at) && is_block(self.snapshot, steps[at - 1].node)
        };
        let variables = || (1..steps.len()).rev().filter(|&at| self.is_variable(steps, at) && !is_of_loop(at));
        let outermost = variables().find(|&at| is_outermost(self.snapshot, scope(at)));
        let around = outermost.map(scope);
        let is_module = |outer: NodeIx| is_outermost(self.snapshot, outer) && Some(outer) != around;
        let block = variables()
            .find(|&at| is_block(self.snapshot, scope(at)) && outer(self.snapshot, scope(at)).is_some_and(is_module));
        outermost.max(block)
    }

    /// Whether a step leads to an element of a list, which V8 writes as an edge of the list or of its store.
    fn is_element(&self, steps: &[PathStep], at: usize) -> bool {
        let is_number = || steps[at].edge.is_some_and(|edge| edge_label(self.snapshot, edge).is_number());
        self.snapshot.kind(steps[at].node) == NodeKind::Array
            || !is_internal(self.snapshot, steps[at - 1].node) && is_number()
    }

    fn is_variable(&self, steps: &[PathStep], at: usize) -> bool {
        let scope = steps[at - 1].node;
        is_context(self.snapshot.name(exports::scope_of(self.snapshot, scope)))
            && steps[at].edge.is_some_and(|edge| variable(self.snapshot, scope, edge).is_some())
    }
}
