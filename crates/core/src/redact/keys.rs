//! Gathers from nodes and edges what tells which strings are data keys. The strings come last in the file.

use crate::snapshot::data_keys::{Evidence, Fact, Facts, Witness, is_global};
use crate::snapshot::error::{Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_hidden_key;
use crate::snapshot::schema::{EdgeKind, NodeKind, Schema};
use foldhash::fast::FixedState;
use foldhash::{HashMap, HashMapExt};
use std::hash::BuildHasher;

/// What the rule needs of the nodes of the file: nine bytes each.
#[derive(Debug, Default)]
pub(crate) struct NodeFacts {
    kinds: Vec<u8>,
    names: Vec<u32>,
    edge_counts: Vec<u32>,
}

impl NodeFacts {
    pub(crate) fn push(&mut self, kind: u8, name: u32, edge_count: u32) {
        self.kinds.push(kind);
        self.names.push(name);
        self.edge_counts.push(edge_count);
    }

    pub(crate) fn append(&mut self, later: Self) -> Result<()> {
        let more = later.kinds.len();
        let reserved = self.kinds.try_reserve(more).is_ok()
            && self.names.try_reserve(more).is_ok()
            && self.edge_counts.try_reserve(more).is_ok();
        if !reserved {
            return Err(Error::out_of_memory(9 * more));
        }
        self.kinds.extend(later.kinds);
        self.names.extend(later.names);
        self.edge_counts.extend(later.edge_counts);
        Ok(())
    }
}

/// What the rule needs of an edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EdgeFact {
    pub(crate) kind: EdgeKind,
    pub(crate) name: Option<u32>,
    pub(crate) to: u32,
}

/// Gathers evidence on names from the graph.
#[derive(Debug)]
pub(crate) struct KeyFinder {
    facts: FileFacts,
    root: usize,
    globals: Vec<NodeIx>,
    /// The node whose edges come next, and their number.
    at: usize,
    left: u32,
    witness: Witness,
    evidence: Pages,
    /// Decisions by hash of the text. V8 writes each text once, but a file may contain it twice, and equal names must
    /// stay equal.
    decided: HashMap<u64, bool>,
    /// Whether the file was redacted before, in which hidden names are known by their form.
    is_redacted: bool,
}

#[derive(Debug)]
struct FileFacts {
    nodes: NodeFacts,
    kinds: Box<[NodeKind; 256]>,
}

impl Facts for FileFacts {
    fn kind(&self, node: NodeIx) -> NodeKind {
        self.nodes.kinds.get(node.index()).map_or(NodeKind::Undeclared, |&kind| self.kinds[usize::from(kind)])
    }

    fn name(&self, node: NodeIx) -> u32 {
        self.nodes.names.get(node.index()).copied().unwrap_or(0)
    }

    fn edge_count(&self, node: NodeIx) -> u32 {
        self.nodes.edge_counts.get(node.index()).copied().unwrap_or(0)
    }
}

impl KeyFinder {
    pub(crate) fn new(schema: &Schema, nodes: NodeFacts) -> Self {
        let left = nodes.edge_counts.first().copied().unwrap_or(0);
        Self {
            facts: FileFacts { nodes, kinds: Box::new(schema.node_kinds) },
            root: (schema.root_index / schema.node.count.max(1) as u64) as usize,
            globals: Vec::new(),
            at: 0,
            left,
            witness: Witness::default(),
            evidence: Pages::default(),
            decided: HashMap::new(),
            is_redacted: schema.is_redacted,
        }
    }

    /// Takes the next edges, in the order of the file.
    pub(crate) fn take(&mut self, edges: impl IntoIterator<Item = EdgeFact>) {
        let Self { facts, root, globals, at, left, witness, evidence, .. } = self;
        for EdgeFact { kind, name, to } in edges {
            while *left == 0 && *at < facts.nodes.kinds.len() {
                *at += 1;
                *left = facts.edge_count(NodeIx::from_index(*at));
            }
            *left = left.saturating_sub(1);
            let to = NodeIx(to);
            if at == root && is_global(kind, globals.len()) {
                globals.push(to);
            }
            let node = NodeIx::from_index(*at);
            let from = facts.kind(node);
            let mut tell = |name, fact| evidence.tell(name, fact);
            witness.edge(facts, from, (kind, name, to), &mut tell);
            if *left == 0 {
                witness.end(globals.contains(&node), &mut tell);
            }
        }
    }

    /// Frees what only edges need.
    pub(crate) fn end(&mut self) {
        self.facts.nodes = NodeFacts::default();
        self.witness = Witness::default();
    }

    /// Whether a string is a data key.
    pub(crate) fn is_data_key(&mut self, string: u32, text: &[u8]) -> bool {
        if self.is_redacted {
            return is_hidden_key(text);
        }
        let evidence = self.evidence.of(string);
        let hash = FixedState::default().hash_one(text);
        evidence.is_property() && *self.decided.entry(hash).or_insert_with(|| evidence.is_data(text))
    }
}

/// Evidence by string, in pages: before the table of strings has come, an index may be any number of 32 bits.
#[derive(Debug, Default)]
struct Pages(Vec<Option<Box<[Evidence; PAGE]>>>);

const PAGE: usize = 4096;

impl Pages {
    fn tell(&mut self, string: u32, fact: Fact) {
        let at = string as usize / PAGE;
        if at >= self.0.len() {
            self.0.resize_with(at + 1, || None);
        }
        let page = self.0[at].get_or_insert_with(|| Box::new([Evidence::default(); PAGE]));
        let evidence = &mut page[string as usize % PAGE];
        *evidence = evidence.and(fact);
    }

    fn of(&self, string: u32) -> Evidence {
        let page = self.0.get(string as usize / PAGE).and_then(Option::as_ref);
        page.map_or_else(Evidence::default, |page| page[string as usize % PAGE])
    }
}
