//! Which nodes are detached from their document.
//!
//! V8 writes a state for some nodes. It spreads over strong edges through `native` nodes only, and
//! "attached" wins. Old versions of V8 wrote a prefix of the name instead of a field. DevTools:
//! `initDetachednessAndClassIndex`, `propagateDOMState`.

use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::push;
use crate::snapshot::columns::{Edges, Nodes};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind, Schema};
use crate::snapshot::strings::Strings;
use foldhash::{HashMap, HashMapExt};

const ATTACHED: u8 = 1;
const DETACHED: u8 = 2;
const PREFIX: &[u8] = b"Detached ";

/// Spreads the states and adds the prefix to the names of detached native nodes.
pub(crate) fn propagate(schema: &Schema, nodes: &mut Nodes, edges: &Edges, strings: &mut Strings) -> Result<()> {
    if schema.node.detachedness.is_none() {
        from_names(schema, nodes, strings);
        return Ok(());
    }
    let mut pass = Pass {
        schema,
        nodes,
        strings,
        seen: NodeSet::new(0),
        attached: Vec::new(),
        detached: Vec::new(),
        renamed: HashMap::new(),
    };
    pass.seen = NodeSet::new(pass.nodes.len());
    for node in pass.nodes.iter() {
        let state = pass.nodes.detachedness[node.index()];
        if state != 0 {
            pass.visit(node, state)?;
        }
    }
    while let Some(node) = pass.attached.pop() {
        pass.spread(node, edges, ATTACHED)?;
    }
    while let Some(node) = pass.detached.pop() {
        if pass.nodes.detachedness[node.index()] != ATTACHED {
            pass.spread(node, edges, DETACHED)?;
        }
    }
    Ok(())
}

struct Pass<'a> {
    schema: &'a Schema,
    nodes: &'a mut Nodes,
    strings: &'a mut Strings,
    seen: NodeSet,
    attached: Vec<NodeIx>,
    detached: Vec<NodeIx>,
    renamed: HashMap<crate::snapshot::ids::StringIx, crate::snapshot::ids::StringIx>,
}

impl Pass<'_> {
    /// JavaScript objects keep the state from V8 and pass nothing on.
    fn visit(&mut self, node: NodeIx, state: u8) -> Result<()> {
        let kind = self.schema.node_kinds[self.nodes.type_number(node) as usize];
        if !self.seen.insert(node) || kind != NodeKind::Native {
            return Ok(());
        }
        self.nodes.detachedness[node.index()] = state;
        match state {
            ATTACHED => push(&mut self.attached, node)?,
            DETACHED => {
                let name = self.strings.prefixed(PREFIX, self.nodes.name(node), &mut self.renamed)?;
                self.nodes.names[node.index()] = name.0;
                push(&mut self.detached, node)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn spread(&mut self, node: NodeIx, edges: &Edges, state: u8) -> Result<()> {
        for e in self.nodes.edge_range(node) {
            let word = edges.targets[e];
            if !matches!(Edges::kind_of(word), EdgeKind::Hidden | EdgeKind::Weak) {
                self.visit(Edges::target_of(word), state)?;
            }
        }
        Ok(())
    }
}

fn from_names(schema: &Schema, nodes: &mut Nodes, strings: &Strings) {
    let detached = |node: &NodeIx| {
        schema.node_kinds[nodes.type_number(*node) as usize] == NodeKind::Native
            && strings.get(nodes.name(*node)).starts_with(PREFIX)
    };
    let found: Vec<NodeIx> = nodes.iter().filter(detached).collect();
    if found.is_empty() {
        return;
    }
    nodes.detachedness = vec![0; nodes.len()];
    for node in found {
        nodes.detachedness[node.index()] = DETACHED;
    }
}
