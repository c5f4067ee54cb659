//! A scope → the function or module it belongs to, and the script that this is written in.
//!
//! V8 says neither. But scopes of one function share a description, and functions know theirs:
//!
//! ```text
//! system / Context ─scope_info→ system / ScopeInfo ←name_or_scope_info─ make ←shared─ make()
//!       ↑ context                                                       (SharedFunctionInfo)
//!     push()
//! ```
//!
//! Where no function `make()` is alive any more, which is so of most modules, a function made inside tells the
//! script, and what V8 compiled of `make` its name.

use crate::program::internals::is_internal_name;
use crate::program::native_contexts::is_native_context;
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Location;
use crate::snapshot::derived::Table;
use crate::snapshot::display::internal_target;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort;
use crate::snapshot::ticker::Ticker;

/// Scopes around a function that are looked at: generated code may nest them without end.
pub(crate) const MAX_DEPTH: usize = 64;

/// The code that a scope belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeOwner<'a> {
    /// The name of the function whose scope it is; empty for modules and functions without a name.
    pub(crate) name: &'a [u8],
    /// Where that function begins; `None` when no instance of it is alive.
    pub(crate) begins: Option<Location>,
    /// A place in the script.
    pub(crate) within: Location,
    pub(crate) kind: ScopeKind,
}

/// What a scope is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ScopeKind {
    /// A module or script: it is the outermost scope.
    Module,
    /// A function, or a block in one.
    Function,
    /// A block, or a function without a name, of which only the module around it is known. Functions between them may have
    /// no scope of their own.
    Block,
}

/// For each description of a scope a function that has it, what that was compiled to, and a function made inside.
#[derive(Debug)]
pub(crate) struct Scopes {
    /// By description and relation.
    functions: Vec<(NodeIx, Relation, NodeIx)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Relation {
    Itself,
    Compiled,
    Inside,
}

impl Scopes {
    /// The table of a snapshot. The first call looks at all compiled code, and at one instance of each function.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a Scopes> {
        snapshot.derived.get_or_make(|| Scopes::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<Scopes> {
        let mut functions = Vec::new();
        let mut seen = vec![false; snapshot.locations.places.len()];
        let mut ticker = Ticker::new(progress);
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if snapshot.kind(node) == NodeKind::Code
                && let Some(own) = description(snapshot, node, b"name_or_scope_info")
            {
                functions.push((own, Relation::Compiled, node));
            }
            let Some(place) = snapshot.locations.index_of(node) else { continue };
            if seen[place.index()] || snapshot.kind(node) != NodeKind::Closure {
                continue;
            }
            seen[place.index()] = true;
            let shared = internal_target(snapshot, node, b"shared");
            if let Some(own) = shared.and_then(|shared| description(snapshot, shared, b"name_or_scope_info")) {
                functions.push((own, Relation::Itself, node));
            }
            for scope in outward(snapshot, internal_target(snapshot, node, b"context")) {
                if let Some(around) = description(snapshot, scope, b"scope_info") {
                    functions.push((around, Relation::Inside, node));
                }
            }
        }
        sort(&mut functions);
        functions.dedup_by_key(|&mut (description, relation, _)| (description, relation));
        functions.shrink_to_fit();
        Ok(Scopes { functions })
    }

    /// The code that a scope belongs to, a block's to the function around it; `None` when no function in it is alive.
    pub(crate) fn owner<'a>(&self, snapshot: &'a Snapshot, scope: NodeIx) -> Option<ScopeOwner<'a>> {
        let around = outward(snapshot, Some(scope)).find_map(|scope| Some((scope, self.function_of(snapshot, scope)?)));
        let owner = around.map(|(around, owner)| match owner.kind {
            ScopeKind::Module if around != scope => ScopeOwner { kind: ScopeKind::Block, ..owner },
            _ => owner,
        });
        owner.or_else(|| {
            let described = description(snapshot, scope, b"scope_info")?;
            let within = snapshot.location(self.function(described, Relation::Inside)?)?;
            Some(ScopeOwner { name: b"", begins: None, within, kind: ScopeKind::Block })
        })
    }

    /// The function or module whose scope it is; `None` of a block, and of a function without name and place.
    fn function_of<'a>(&self, snapshot: &'a Snapshot, scope: NodeIx) -> Option<ScopeOwner<'a>> {
        let described = description(snapshot, scope, b"scope_info")?;
        let itself = self.function(described, Relation::Itself);
        let any = itself.or_else(|| self.function(described, Relation::Inside))?;
        let compiled = || self.function(described, Relation::Compiled);
        let name = itself
            .map(|function| snapshot.name(function))
            // Without name and place the function around it says more.
            .or_else(|| compiled().map(|shared| name_of_shared(snapshot, shared)).filter(|name| !name.is_empty()));
        let is_outermost = is_outermost(snapshot, scope);
        if name.is_none() && !is_outermost {
            return None;
        }
        let name = name.filter(|name| !is_redacted(name)).unwrap_or_default();
        let begins = itself.and_then(|function| snapshot.location(function));
        let kind = if name.is_empty() && is_outermost { ScopeKind::Module } else { ScopeKind::Function };
        Some(ScopeOwner { name, begins, within: snapshot.location(any)?, kind })
    }

    fn function(&self, description: NodeIx, relation: Relation) -> Option<NodeIx> {
        let at = self.functions.partition_point(|&(of, is, _)| (of, is) < (description, relation));
        self.functions.get(at).filter(|&&(of, is, _)| (of, is) == (description, relation)).map(|&(.., node)| node)
    }
}

impl Table for Scopes {
    fn memory(&self) -> usize {
        self.functions.capacity() * size_of::<(NodeIx, Relation, NodeIx)>()
    }
}

/// Whether a scope is a script's own, or that of the function around a module.
pub(crate) fn is_outermost(snapshot: &Snapshot, scope: NodeIx) -> bool {
    outer(snapshot, scope).is_some_and(|outer| is_native_context(snapshot.name(outer)))
}

/// The scope around a scope.
pub(crate) fn outer(snapshot: &Snapshot, scope: NodeIx) -> Option<NodeIx> {
    internal_target(snapshot, scope, b"previous")
}

/// A scope and those around it, the innermost first.
fn outward(snapshot: &Snapshot, innermost: Option<NodeIx>) -> impl Iterator<Item = NodeIx> {
    let is_scope = |&scope: &NodeIx| is_context(snapshot.name(scope));
    std::iter::successors(innermost.filter(is_scope), move |&scope| outer(snapshot, scope).filter(is_scope))
        .take(MAX_DEPTH)
}

/// The description of a scope that an edge of this name leads to.
pub(crate) fn description(snapshot: &Snapshot, node: NodeIx, edge: &[u8]) -> Option<NodeIx> {
    internal_target(snapshot, node, edge).filter(|&to| snapshot.name(to) == b"system / ScopeInfo")
}

/// V8 names what it compiled after the function; Chromium's also says what that is.
fn name_of_shared(snapshot: &Snapshot, shared: NodeIx) -> &[u8] {
    let name = snapshot.name(shared);
    let name = name.strip_prefix(b"system / SharedFunctionInfo / ").unwrap_or(name);
    if is_internal_name(name) { b"" } else { name }
}
