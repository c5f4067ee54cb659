//! Finds the component of React or Vue that a finding belongs to.
//!
//! A listener, a timer or a subscription that is left behind is a function that the component has created: it is in the
//! component's scope, or has a reference to the framework's object for it.

use crate::leak::finding::Finding;
use crate::paths::start::{Starts, Viewpoint};
use crate::program::components::{Component, ComponentFunctions, leads_to_part, part};
use crate::program::scopes::{Scopes, is_outermost, outer};
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// Objects visited below an example, the nearest first.
const MAX_VISITED: usize = 64;
/// References visited from each of them.
const MAX_EDGES: usize = 64;
const PROXY: &[u8] = b"system / JSProxy";
/// In which V8 keeps a variable that changes.
const CELL: &[u8] = b"system / ContextCell";

/// Adds to each finding the component it belongs to: the first on the path from the holder down, else the nearest below
/// the example, else the last between the beginning of the path's text and the holder.
pub(crate) fn add_components(snapshot: &Snapshot, findings: &mut [Finding], progress: &Progress) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let functions = ComponentFunctions::of(snapshot, progress)?;
    let scopes = Scopes::of(snapshot, progress)?;
    let starts = Starts { snapshot, viewpoint: Viewpoint::Program };
    let search = ComponentSearch { snapshot, functions, scopes };
    for finding in findings {
        progress.check()?;
        let at = finding.holder.at.min(finding.steps.len());
        let (above, below) = finding.steps.split_at(at);
        let above = above.get(starts.of(&finding.steps)..).unwrap_or_default();
        finding.component = below
            .iter()
            .find_map(|step| search.component(step.node))
            .or_else(|| search.below(finding.example))
            .or_else(|| above.iter().rev().find_map(|step| search.component(step.node)));
    }
    Ok(())
}

struct ComponentSearch<'a> {
    snapshot: &'a Snapshot,
    functions: &'a ComponentFunctions,
    scopes: &'a Scopes,
}

impl ComponentSearch<'_> {
    /// The component that a node is a part or a scope of.
    fn component(&self, node: NodeIx) -> Option<Component> {
        if self.is_scope(node) {
            return self.functions.at(self.scopes.owner(self.snapshot, node)?.begins?).cloned();
        }
        part(self.snapshot, node)?.component
    }

    fn is_scope(&self, node: NodeIx) -> bool {
        is_context(self.snapshot.name(node))
    }

    /// The component nearest to an object.
    fn below(&self, node: NodeIx) -> Option<Component> {
        let mut queue = vec![node];
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            if let Some(component) = self.component(node) {
                return Some(component);
            }
            if part(self.snapshot, node).is_some() {
                continue;
            }
            for edge in self.snapshot.edges_of(node).take(MAX_EDGES) {
                if queue.len() < MAX_VISITED && self.leads_on(node, edge) && !queue.contains(&edge.to) {
                    queue.push(edge.to);
                }
            }
        }
        None
    }

    /// Whether a reference leads from an object to what it was made for: from a function to its scopes, but not to those
    /// of modules, to what it is bound to, and from an object to those in its fields.
    fn leads_on(&self, from: NodeIx, edge: Edge) -> bool {
        let snapshot = self.snapshot;
        let by = |names: &[&[u8]]| matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if names.contains(&name));
        let is_scope_of_function = || self.is_scope(edge.to) && !is_outermost(snapshot, edge.to);
        match (snapshot.kind(from), edge.kind) {
            _ if leads_to_part(snapshot, edge) => true,
            (NodeKind::Closure, EdgeKind::Internal) => by(&[b"context"]) && is_scope_of_function(),
            (NodeKind::Closure, EdgeKind::Shortcut) => true,
            _ if self.is_scope(from) => {
                edge.kind == EdgeKind::Context && !self.is_scope(edge.to)
                    || outer(snapshot, from) == Some(edge.to) && is_scope_of_function()
            }
            (NodeKind::Hidden, EdgeKind::Internal) => snapshot.name(from) == PROXY && by(&[b"target"]),
            (NodeKind::Hidden, EdgeKind::Hidden) => snapshot.name(from) == CELL,
            (NodeKind::Object, EdgeKind::Property) => !by(&[b"__proto__", b"constructor"]) && self.may_lead_on(edge.to),
            _ => false,
        }
    }

    fn may_lead_on(&self, node: NodeIx) -> bool {
        match self.snapshot.kind(node) {
            NodeKind::Object | NodeKind::Closure | NodeKind::Native => true,
            NodeKind::Hidden => self.snapshot.name(node) == PROXY,
            _ => false,
        }
    }
}
