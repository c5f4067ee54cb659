//! Path shapes: the one structure for paths that share a prefix.
//!
//! A shape is a path with positions left open (`[*]`), objects replaced by classes, and loops closed: a step that
//! repeats one up to eight steps earlier leads back there. So all links of a list have one shape, as have the
//! generations of a closure that keeps its predecessor. Shapes are nodes of a tree: the shape of an object extends that
//! of its parent by one step, and is computed once for all objects that have it.
//!
//! A shape is identified by a hash of texts, not of indices, so it can be found in another snapshot, even of another
//! process.

use crate::paths::labels::{StepLabel, StepLabels, mix};
use crate::paths::shortest_paths::ShortestPaths;
use crate::program::internals::{GENERIC, is_internal_name};
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::column::filled;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{edge_label, internal_target};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;
use foldhash::HashSet;

/// The shape of the empty path, and of objects that no start retains.
pub(crate) const NO_SHAPE: u32 = 0;
const UNKNOWN: u32 = u32::MAX;
/// Nodes whose labels are computed at a time.
const BLOCK: usize = 1 << 20;
/// How many steps up a repetition may be.
pub(crate) const MAX_LOOP: usize = 8;
/// The same for arrays in arrays, which have V8's stores between them.
const MAX_LOOP_OF_ARRAYS: usize = 2;

/// One shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The shape without the last step.
    pub(crate) parent: u32,
    /// The start of the path.
    pub(crate) start: u32,
    /// The last step.
    pub(crate) label: u64,
    /// The hash of the class of its objects.
    pub(crate) class: u64,
    /// The same in every snapshot.
    pub(crate) hash: u64,
    /// Whether its last step is a loop.
    pub(crate) repeats: bool,
    /// Some object with this shape.
    pub(crate) example: NodeIx,
}

/// The shapes of the shortest paths to requested objects and to those on their paths. Each object costs one step.
pub(crate) struct Shapes<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    pub(crate) labels: StepLabels<'a>,
    /// A shape comes after the one that it extends.
    list: Vec<Shape>,
    /// The shape that a step leads to from another: an extension, or one further up.
    known: foldhash::HashMap<(u32, u64), u32>,
    /// By node.
    of_node: Vec<u32>,
    /// The labels of the steps to the nodes from `first_label` on, as far as computed in advance.
    label_of: Vec<u64>,
    first_label: usize,
    /// By start: whether the names of its properties are keys of a dictionary.
    keys: Vec<bool>,
    /// Scratch space: the steps to a requested object, the last first.
    open: Vec<NodeIx>,
}

impl<'a> Shapes<'a> {
    /// Shapes of paths from the root.
    pub(crate) fn from_root(snapshot: &'a Snapshot, shortest: &'a ShortestPaths) -> Result<Self> {
        let mut shapes = Self::new(snapshot, shortest)?;
        shapes.list[NO_SHAPE as usize].class = shapes.labels.class(snapshot.root());
        shapes.of_node[snapshot.root().index()] = NO_SHAPE;
        Ok(shapes)
    }

    /// Shapes of paths from added starts. Objects that none of them retains have [`NO_SHAPE`].
    pub(crate) fn new(snapshot: &'a Snapshot, shortest: &'a ShortestPaths) -> Result<Self> {
        let outside = Shape {
            parent: NO_SHAPE,
            start: u32::MAX,
            label: 0,
            class: 0,
            hash: 1,
            repeats: false,
            example: snapshot.root(),
        };
        Ok(Self {
            snapshot,
            shortest,
            labels: StepLabels::new(snapshot)?,
            list: vec![outside],
            known: foldhash::HashMap::default(),
            of_node: filled(UNKNOWN, snapshot.nodes().len())?,
            label_of: Vec::new(),
            first_label: 0,
            keys: Vec::new(),
            open: Vec::new(),
        })
    }

    /// Adds a start; `has_keys` says whether the names of its properties are keys of a dictionary.
    pub(crate) fn add_start(&mut self, hash: u64, has_keys: bool) {
        let start = self.keys.len() as u32;
        self.list.push(Shape { start, hash, label: hash, ..self.list[NO_SHAPE as usize] });
        self.keys.push(has_keys);
    }

    /// Assigns an object to a start.
    pub(crate) fn start_at(&mut self, node: NodeIx, start: u32) {
        self.of_node[node.index()] = start + 1;
        let shape = &mut self.list[start as usize + 1];
        shape.example = node;
        shape.class = self.labels.class(node);
    }

    /// Computes the shapes of all objects. Labels are computed in parallel, one block in advance.
    pub(crate) fn add_all(&mut self, progress: &Progress) -> Result<()> {
        let mut ticker = Ticker::of(progress, self.snapshot.nodes().len());
        for node in self.snapshot.nodes().iter() {
            ticker.tick()?;
            if node.index().is_multiple_of(BLOCK) {
                self.first_label = node.index();
                self.label_of = self.labels.of_nodes(node.index()..node.index() + BLOCK, self.shortest);
            }
            self.of_node(node);
        }
        Ok(())
    }

    /// The shapes, and that of every node.
    pub(crate) fn finish(self) -> (Vec<Shape>, Vec<u32>) {
        (self.list, self.of_node)
    }

    /// By shape: a hash that is equal for all shapes through the links of one structure, whichever references they follow,
    /// such as those of a list that is retained at both ends or the branches of a tree.
    pub(crate) fn through_structures(&self) -> Vec<u64> {
        let classes = structure_classes(self.snapshot, &self.list);
        let mut merged = vec![self.list[NO_SHAPE as usize].hash];
        let mut entrances = vec![NO_SHAPE];
        // A shape comes after the one that it extends.
        for (at, shape) in self.list.iter().enumerate().skip(1) {
            let above = shape.parent as usize;
            let is_inside = classes.contains(&shape.class) && self.list[above].class == shape.class;
            let entrance = if is_inside { entrances[above] } else { at as u32 };
            let outside = if is_inside { self.list[entrance as usize].parent as usize } else { above };
            merged.push(mix(merged[outside], if is_inside { shape.class } else { shape.label }));
            entrances.push(entrance);
        }
        merged
    }

    /// The hash of an object's shape.
    pub(crate) fn hash(&mut self, node: NodeIx) -> u64 {
        let shape = self.of_node(node);
        self.list[shape as usize].hash
    }

    /// The shape of an object's shortest path.
    pub(crate) fn of_node(&mut self, node: NodeIx) -> u32 {
        let mut at = node;
        let mut shape = loop {
            let known = self.of_node[at.index()];
            if known != UNKNOWN {
                break known;
            }
            self.open.push(at);
            match self.shortest.parent(at) {
                Some(parent) => at = parent,
                None => break NO_SHAPE,
            }
        };
        let follows_no_shape = self.keys.is_empty();
        while let Some(node) = self.open.pop() {
            shape = if shape == NO_SHAPE && !follows_no_shape { NO_SHAPE } else { self.longer(shape, node) };
            self.of_node[node.index()] = shape;
        }
        shape
    }

    /// The shape of an object whose parent has `shape`.
    fn longer(&mut self, shape: u32, node: NodeIx) -> u32 {
        let has_keys = self.has_keys(shape);
        if !has_keys
            && let Some(&label) = self.label_of.get(node.index().wrapping_sub(self.first_label))
            && let Some(&known) = self.known.get(&(shape, label))
        {
            return known;
        }
        let Some((from, edge)) = self.shortest.parent_edge(self.snapshot, node) else { return NO_SHAPE };
        self.extend_with(shape, from, edge, has_keys)
    }

    fn has_keys(&self, shape: u32) -> bool {
        let start = self.list[shape as usize].start;
        shape == start.wrapping_add(1) && self.keys.get(start as usize).copied().unwrap_or(false)
    }

    /// The shape extended by a step along `edge`, which starts at `from`.
    pub(crate) fn extend(&mut self, shape: u32, from: NodeIx, edge: Edge) -> u32 {
        self.extend_with(shape, from, edge, false)
    }

    fn extend_with(&mut self, shape: u32, from: NodeIx, edge: Edge, any_name: bool) -> u32 {
        let label = self.labels.of(from, edge, any_name);
        if let Some(&known) = self.known.get(&(shape, label.hash)) {
            return known;
        }
        let next = self.repeated(shape, from, edge, label).unwrap_or_else(|| {
            let Shape { start, hash, .. } = self.list[shape as usize];
            let class = self.labels.class(edge.to);
            let hash = mix(hash, label.hash);
            self.list.push(Shape {
                parent: shape,
                start,
                label: label.hash,
                class,
                hash,
                repeats: false,
                example: edge.to,
            });
            self.list.len() as u32 - 1
        });
        self.known.insert((shape, label.hash), next);
        next
    }

    /// The shape at or above `shape` that ends with the same step from an object of the same class.
    fn repeated(&mut self, shape: u32, from: NodeIx, edge: Edge, label: StepLabel) -> Option<u32> {
        let mut at = shape;
        for _ in 0..longest_loop(self.snapshot, edge, label) {
            let Shape { parent, label: last, .. } = self.list[at as usize];
            if at == NO_SHAPE || at == parent {
                return None;
            }
            if last == label.hash && self.is_same_class(parent, shape, from) {
                self.list[at as usize].repeats = true;
                return Some(at);
            }
            at = parent;
        }
        None
    }

    /// Whether the objects of `shape`, of which `node` is one, are of the same class as those of `earlier`.
    fn is_same_class(&self, earlier: u32, shape: u32, node: NodeIx) -> bool {
        let Shape { class, example, .. } = self.list[earlier as usize];
        class == self.list[shape as usize].class && is_same_function(self.snapshot, example, node)
    }
}

/// Classes whose objects retain others of their class: the links of lists and trees.
pub(crate) fn structure_classes(snapshot: &Snapshot, shapes: &[Shape]) -> HashSet<u64> {
    let names_something = |shape: &&Shape| {
        let name = snapshot.name(shape.example);
        snapshot.kind(shape.example) == NodeKind::Object && !GENERIC.contains(&name) && !is_internal_name(name)
    };
    let is_link = |shape: &&Shape| shapes[shape.parent as usize].class == shape.class;
    shapes.iter().skip(1).filter(is_link).filter(names_something).map(|shape| shape.class).collect()
}

/// How many steps up a step may repeat as the link of a list or a tree. V8's tables repeat without being either, and
/// arrays in arrays are lists only if one directly follows the other. A step into the scope of a function closes no
/// loop, because two functions have two scopes.
fn longest_loop(snapshot: &Snapshot, edge: Edge, label: StepLabel) -> usize {
    let is_named = || !label.is_position && !edge_label(snapshot, edge).is_number();
    let name = snapshot.name(edge.to);
    let can_repeat = match snapshot.kind(edge.to) {
        NodeKind::Object if is_context(name) => edge_label(snapshot, edge).is(b"previous"),
        NodeKind::Object | NodeKind::Native if !is_named() && GENERIC.contains(&name) => return MAX_LOOP_OF_ARRAYS,
        NodeKind::Object | NodeKind::Native => true,
        NodeKind::Array => false,
        // Promises that await one another retain each other by fields without names.
        NodeKind::Hidden => true,
        _ => is_named(),
    };
    if can_repeat { MAX_LOOP } else { 0 }
}

/// Whether two functions, or two scopes, are of the same function in the source; true of other objects.
fn is_same_function(snapshot: &Snapshot, a: NodeIx, b: NodeIx) -> bool {
    let function = |node: NodeIx, field: &[u8]| internal_target(snapshot, node, field);
    match snapshot.kind(a) {
        NodeKind::Closure => function(a, b"shared") == function(b, b"shared"),
        NodeKind::Object if is_context(snapshot.name(a)) => function(a, b"scope_info") == function(b, b"scope_info"),
        _ => true,
    }
}

/// Whether the step along `edge` repeats one further up: the same step from an object of the same class.
pub(crate) fn repeats(
    labels: &mut StepLabels<'_>,
    snapshot: &Snapshot,
    step: (NodeIx, Edge),
    above: (NodeIx, Edge),
) -> bool {
    let label = labels.of(step.0, step.1, false);
    longest_loop(snapshot, step.1, label) == MAX_LOOP
        && labels.of(above.0, above.1, false).hash == label.hash
        && labels.class(step.0) == labels.class(above.0)
        && is_same_function(snapshot, above.0, step.0)
}
