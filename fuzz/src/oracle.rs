//! Sizes, dominators, retained sizes and distances by their definitions, for small graphs.
//!
//! Uses other methods than the core: fixpoints instead of worklists, and reachability without a node instead of
//! dominator algorithms. The rules are DevTools'; see ARCHITECTURE.md.

use heapray_core::distance::{BASE_SYSTEM_DISTANCE, UNREACHABLE};
use heapray_core::ids::NodeIx;
use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::schema::{EdgeKind, NodeKind};
use heapray_core::{Progress, Snapshot};
use std::collections::{HashSet, VecDeque};

/// Compares every node of a valid snapshot.
pub fn check(file: &[u8]) {
    let progress = Progress::new();
    let mut parser = Parser::new(ParserOptions::default());
    let pushed = parser.push(file, &progress);
    pushed.expect("the builder writes valid snapshots");
    let raw = parser.finish(&progress).expect("the builder writes valid snapshots");
    let sizes: Vec<u64> = raw.nodes.iter().map(|node| raw.nodes.self_size(node)).collect();
    let snapshot = Snapshot::analyse(raw, &progress).expect("nothing cancels it");
    let graph = Graph::of(&snapshot, sizes);
    let own = graph.own_sizes();
    let flow = graph.flow();
    for node in 0..graph.kinds.len() {
        let ix = NodeIx::from_index(node);
        assert_eq!(snapshot.nodes().self_size(ix), own[node], "self size of node {node}");
        let below = flow.dominated_by(node);
        let retained: u64 = below.iter().map(|&below| own[below]).sum();
        assert_eq!(snapshot.retained_size(ix), retained, "retained size of node {node}");
        let subtree: HashSet<usize> = snapshot.dominators().subtree(ix).map(|node| node.index()).collect();
        assert_eq!(subtree, below, "what node {node} dominates");
    }
    let distances: Vec<i32> = snapshot.nodes().iter().map(|node| snapshot.distance(node)).collect();
    assert_eq!(distances, graph.distances(), "distances");
}

#[derive(Clone)]
struct Edge {
    from: usize,
    to: usize,
    kind: EdgeKind,
    name: String,
}

struct Graph {
    root: usize,
    kinds: Vec<NodeKind>,
    names: Vec<String>,
    ids: Vec<u64>,
    sizes: Vec<u64>,
    edges: Vec<Edge>,
}

impl Graph {
    fn of(snapshot: &Snapshot, sizes: Vec<u64>) -> Self {
        let nodes = || snapshot.nodes().iter();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let edge = |from: NodeIx, edge: heapray_core::columns::Edge| Edge {
            from: from.index(),
            to: edge.to.index(),
            kind: edge.kind,
            name: match snapshot.edges().name(edge) {
                heapray_core::columns::EdgeName::Name(name) => text(snapshot.strings().get(name)),
                heapray_core::columns::EdgeName::Index(index) => index.to_string(),
            },
        };
        Self {
            root: snapshot.root().index(),
            kinds: nodes().map(|node| snapshot.kind(node)).collect(),
            // Marks of detached nodes change names, but none that a rule reads.
            names: nodes().map(|node| text(snapshot.name(node))).collect(),
            ids: nodes().map(|node| u64::from(snapshot.nodes().id(node).0)).collect(),
            sizes,
            edges: nodes().flat_map(|node| snapshot.edges_of(node).map(move |each| edge(node, each))).collect(),
        }
    }

    fn is_user_root(&self, node: usize) -> bool {
        self.kinds[node] != NodeKind::Synthetic || self.names[node] == "(Document DOM trees)"
    }

    fn root_edges(&self) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(|edge| edge.from == self.root)
    }

    /// Self sizes after parts with a single owner have added theirs to it.
    fn own_sizes(&self) -> Vec<u64> {
        let mut own = self.sizes.clone();
        if !self.root_edges().any(|edge| self.is_user_root(edge.to)) {
            return own;
        }
        let is_piece = |node: usize| match self.kinds[node] {
            NodeKind::Hidden | NodeKind::Array => true,
            NodeKind::Native => self.names[node] == "system / ExternalStringData",
            _ => false,
        };
        // The owners of a part, directly or through other parts, as a fixpoint.
        let mut owners: Vec<HashSet<usize>> =
            (0..own.len()).map(|node| if is_piece(node) { HashSet::new() } else { HashSet::from([node]) }).collect();
        loop {
            let before: usize = owners.iter().map(HashSet::len).sum();
            for edge in self.edges.iter().filter(|edge| edge.kind != EdgeKind::Weak && is_piece(edge.to)) {
                let heard = owners[edge.from].clone();
                owners[edge.to].extend(heard);
            }
            if owners.iter().map(HashSet::len).sum::<usize>() == before {
                break;
            }
        }
        for piece in (0..own.len()).filter(|&node| is_piece(node)) {
            let mut only = owners[piece].iter();
            let (Some(&owner), None) = (only.next(), only.next()) else { continue };
            if self.kinds[owner] != NodeKind::Synthetic && owner != self.root {
                own[owner] += std::mem::take(&mut own[piece]);
            }
        }
        own
    }

    /// Objects of the page, which its entry points reach through edges that are not weak.
    fn pages(&self) -> HashSet<usize> {
        let is_entry = |edge: &&Edge| {
            edge.kind == EdgeKind::Shortcut
                || (edge.kind == EdgeKind::Element
                    && self.kinds[edge.to] == NodeKind::Synthetic
                    && self.names[edge.to] == "(Document DOM trees)")
        };
        let starts: Vec<usize> = self.root_edges().filter(is_entry).map(|edge| edge.to).collect();
        reached(&starts, None, |node| {
            self.edges.iter().filter(move |edge| edge.from == node && edge.kind != EdgeKind::Weak).map(|edge| edge.to)
        })
    }

    /// The retaining edges, and virtual ones from the root to nodes that nothing retains.
    fn flow(&self) -> Flow {
        let pages = self.pages();
        let mut edges: Vec<(usize, usize)> = self
            .edges
            .iter()
            .filter(|edge| {
                let Edge { from, to, kind, .. } = **edge;
                let table_side = weak_map_entry(edge).is_some_and(|(_, table)| table == self.ids[from]);
                let beside_the_page = from != self.root && pages.contains(&to) && !pages.contains(&from);
                kind != EdgeKind::Weak
                    && from != to
                    && (kind != EdgeKind::Shortcut || from == self.root)
                    && !table_side
                    && !beside_the_page
            })
            .map(|edge| (edge.from, edge.to))
            .collect();
        let first = Flow { root: self.root, count: self.kinds.len(), edges: edges.clone() }.reached(None);
        let retained: HashSet<usize> = edges.iter().map(|&(_, to)| to).collect();
        let orphan = |node: &usize| !first.contains(node) && !retained.contains(node);
        edges.extend((0..self.kinds.len()).filter(orphan).map(|node| (self.root, node)));
        Flow { root: self.root, count: self.kinds.len(), edges }
    }

    fn distances(&self) -> Vec<i32> {
        let mut distances = vec![UNREACHABLE; self.kinds.len()];
        let mut met = HashSet::new();
        let starts: Vec<usize> = self.root_edges().map(|edge| edge.to).filter(|&to| self.is_user_root(to)).collect();
        for &start in &starts {
            distances[start] = 1;
        }
        self.search(starts.iter().copied().collect(), &mut distances, &mut met);
        distances[self.root] = if starts.is_empty() { 0 } else { BASE_SYSTEM_DISTANCE };
        self.search(VecDeque::from([self.root]), &mut distances, &mut met);
        distances
    }

    fn search(&self, mut queue: VecDeque<usize>, distances: &mut [i32], met: &mut HashSet<String>) {
        while let Some(node) = queue.pop_front() {
            for edge in self.edges.iter().filter(|edge| edge.from == node && edge.kind != EdgeKind::Weak) {
                if distances[edge.to] == UNREACHABLE && self.follows(edge, met) {
                    distances[edge.to] = distances[node] + 1;
                    queue.push_back(edge.to);
                }
            }
        }
    }

    fn follows(&self, edge: &Edge, met: &mut HashSet<String>) -> bool {
        let from = (self.kinds[edge.from], self.names[edge.from].as_str());
        if from == (NodeKind::Hidden, "system / NativeContext") && edge.name == "sloppy_function_map" {
            // Edges with a number have no such name, and there are none here.
            return false;
        }
        if from == (NodeKind::Array, "(map descriptors)") {
            let digits: String = match edge.name.trim_start().strip_prefix('-') {
                Some(_) => return true,
                None => edge.name.trim_start().chars().take_while(char::is_ascii_digit).collect(),
            };
            return digits.parse::<u64>().map_or(true, |index| index < 2 || index % 3 != 1);
        }
        match weak_map_entry(edge) {
            Some((pair, _)) => met.remove(&pair) || !met.insert(pair),
            None => true,
        }
    }
}

/// The name that both edges of a WeakMap entry share, and the id of the table.
fn weak_map_entry(edge: &Edge) -> Option<(String, u64)> {
    let text = edge.name.trim_start_matches(|char: char| char.is_ascii_digit());
    if edge.kind != EdgeKind::Internal || text.len() == edge.name.len() || text.contains(['\n', '\r']) {
        return None;
    }
    let rest = text.strip_prefix(" / part of key (")?;
    let (_, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    Some((text.to_owned(), table.strip_suffix(')')?.parse().ok()?))
}

/// The graph dominators are defined on.
struct Flow {
    root: usize,
    count: usize,
    edges: Vec<(usize, usize)>,
}

impl Flow {
    fn reached(&self, without: Option<usize>) -> HashSet<usize> {
        reached(&[self.root], without, |node| self.edges.iter().filter(move |edge| edge.0 == node).map(|edge| edge.1))
    }

    /// The node and what is not reached without it. Only the root dominates what is never reached.
    fn dominated_by(&self, node: usize) -> HashSet<usize> {
        if node == self.root {
            return (0..self.count).collect();
        }
        let all = self.reached(None);
        if !all.contains(&node) {
            return HashSet::from([node]);
        }
        let without = self.reached(Some(node));
        all.difference(&without).copied().collect()
    }
}

fn reached<I: Iterator<Item = usize>>(
    starts: &[usize],
    without: Option<usize>,
    next: impl Fn(usize) -> I,
) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut open = starts.to_vec();
    while let Some(node) = open.pop() {
        if Some(node) != without && seen.insert(node) {
            open.extend(next(node));
        }
    }
    seen
}
