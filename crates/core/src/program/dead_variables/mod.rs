//! Captured variables that no live function reads, and what they keep alive.
//!
//! All closures made in a function share its context, and each of them keeps all of it alive:
//!
//! ```js
//! function subscribe(i) {
//!   const big = new Array(20_000);
//!   const once = () => big.length; // gone
//!   handlers.push(() => i);        // keeps the context, and `big` with it
//! }
//! ```
//!
//! Chromium's snapshots tell which scope of a script refers to which variable; for others the caller finds it in the
//! source text. A live closure can read a variable of a context if the context is the one that it was made in, or around
//! that one, and its function or one inside it refers to the variable.

mod freed;
mod live_functions;
mod source_scopes;
mod source_text;

use crate::program::variables::variable;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::derived::Table;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::scope_tables::ScopeTables;
use crate::snapshot::sort::sort;
use crate::snapshot::ticker::Ticker;
use freed::{Cleared, Freed, freed};
use live_functions::{Code, Contexts};
use source_scopes::SourceScopes;
pub(crate) use source_text::{ScriptRow, ScriptText, SourceText, scripts};
use std::ops::Range;

/// A variable of one context that no live function reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct DeadVariable {
    /// Position of the variable among those of all scopes.
    variable: u32,
    pub(crate) context: NodeIx,
    pub(crate) edge: EdgeIx,
    pub(crate) value: NodeIx,
}

/// A variable of a function that is dead in some of its contexts.
#[derive(Clone, Debug)]
pub(crate) struct DeadGroup {
    members: Range<usize>,
    /// Bytes that would be freed if the variable were cleared in all of these contexts.
    pub(crate) freed: u64,
}

/// All dead variables of a heap.
#[derive(Debug)]
pub(crate) struct DeadVariables {
    /// Whether the snapshot has the sections about scopes, and the numbers that they go by.
    pub(crate) is_known: bool,
    /// By variable.
    pub(crate) each: Vec<DeadVariable>,
    /// Variables that keep something alive.
    pub(crate) groups: Vec<DeadGroup>,
    /// Bytes that would be freed if all of them were cleared.
    pub(crate) freed: u64,
}

impl DeadVariables {
    /// The table of a snapshot. The first call goes over all nodes and references.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a DeadVariables> {
        if !are_scopes_known(snapshot) {
            return Ok(&UNKNOWN);
        }
        snapshot.derived.get_or_make(|| DeadVariables::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<DeadVariables> {
        let text = text_of(snapshot);
        let source = SourceScopes::new(snapshot, tables(snapshot));
        let code = Code::find(snapshot, progress)?;
        let contexts = match text {
            Some(text) => Contexts::of_text(snapshot, &source, text, &code, progress)?,
            None => Contexts::new(snapshot, &source, &code, progress)?,
        };
        let is_known = text.is_some() || !code.are_numbers_hidden(snapshot);
        let mut each = Vec::new();
        let mut functions = Vec::new();
        let mut ticker = Ticker::of(progress, code.contexts.len());
        for (at, &context) in code.contexts.iter().enumerate() {
            ticker.tick()?;
            let Some(scope) = contexts.scope(at) else { continue };
            source.outermost(contexts.functions(at), &mut functions);
            for edge in snapshot.edges_of(context) {
                let name = match text {
                    Some(_) => variable(snapshot, context, edge),
                    None => name_in_context(snapshot, edge),
                };
                let Some(name) = name else { continue };
                let variable = source.variable(scope, name);
                if let Some(variable) = variable.filter(|&variable| !source.is_read_by(variable, &functions)) {
                    each.push(DeadVariable { variable, context, edge: edge.ix, value: edge.to });
                }
            }
        }
        sort(&mut each);
        let (groups, freed) = groups(snapshot, &each, progress)?;
        Ok(DeadVariables { is_known, each, groups, freed })
    }

    /// The variable in each context where it is dead, in the order of the file.
    pub(crate) fn members(&self, group: &DeadGroup) -> &[DeadVariable] {
        &self.each[group.members.clone()]
    }

    /// The name of a variable.
    pub(crate) fn name<'a>(&self, snapshot: &'a Snapshot, dead: DeadVariable) -> &'a [u8] {
        snapshot.strings().get(tables(snapshot).variables[dead.variable as usize])
    }
}

static UNKNOWN: DeadVariables = DeadVariables { is_known: false, each: Vec::new(), groups: Vec::new(), freed: 0 };

/// Whether the snapshot, or the source text that was added to it, tells of scopes.
pub(crate) fn are_scopes_known(snapshot: &Snapshot) -> bool {
    !tables(snapshot).scopes.is_empty()
}

/// The source text, where the snapshot has no tables of its own.
fn text_of(snapshot: &Snapshot) -> Option<&SourceText> {
    snapshot.scope_tables().scopes.is_empty().then(|| snapshot.derived.get::<SourceText>())?
}

fn tables(snapshot: &Snapshot) -> &ScopeTables {
    text_of(snapshot).map_or(snapshot.scope_tables(), |text| &text.tables)
}

/// The name of a variable as DevTools reads it, which leaves out those of blocks.
fn name_in_context(snapshot: &Snapshot, edge: Edge) -> Option<&[u8]> {
    match edge_label(snapshot, edge) {
        EdgeLabel::Name(name) if edge.kind == EdgeKind::Context => Some(name),
        _ => None,
    }
}

/// Numbers are worth nothing, whatever they weigh: nobody clears a variable for one.
fn is_worthless(snapshot: &Snapshot, value: NodeIx) -> bool {
    snapshot.kind(value) == NodeKind::Number
}

/// Dead variables by variable, without those that free nothing; and what all free together.
fn groups(snapshot: &Snapshot, each: &[DeadVariable], progress: &Progress) -> Result<(Vec<DeadGroup>, u64)> {
    let mut groups: Vec<DeadGroup> = Vec::new();
    let mut cleared = Vec::new();
    let mut start = 0;
    for members in each.chunk_by(|a, b| a.variable == b.variable) {
        let group = groups.len() as u32;
        let worth = members.iter().filter(|dead| !is_worthless(snapshot, dead.value));
        cleared.extend(worth.map(|dead| Cleared { edge: dead.edge, from: dead.context, group }));
        groups.push(DeadGroup { members: start..start + members.len(), freed: 0 });
        start += members.len();
    }
    if cleared.is_empty() {
        return Ok((Vec::new(), 0));
    }
    sort(&mut cleared);
    let Freed { by_group, together } = freed(snapshot, &cleared, groups.len(), progress)?;
    groups.iter_mut().zip(by_group).for_each(|(group, bytes)| group.freed = bytes);
    groups.retain(|group| group.freed > 0);
    Ok((groups, together))
}

impl Table for DeadVariables {
    fn memory(&self) -> usize {
        self.each.capacity() * size_of::<DeadVariable>() + self.groups.capacity() * size_of::<DeadGroup>()
    }
}
