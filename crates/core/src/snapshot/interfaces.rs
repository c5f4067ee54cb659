//! Shapes of plain objects: `{id, name}` is a class of its own if many objects have these properties.
//!
//! DevTools: `inferInterfaceDefinitions` finds the shapes, `applyInterfaceDefinitions` gives each
//! plain object the shape with most properties that it contains. A comparison applies the newer
//! snapshot's shapes to the older one, so both are separate steps here.

use crate::snapshot::columns::{EdgeName, Edges};
use crate::snapshot::error::Result;
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::{EdgeIx, NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::{Text, utf16_len};
use crate::snapshot::wellknown::Mark;
use foldhash::{HashMap, HashMapExt};

/// A shape of plain objects common enough to be a class of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// `{a, b}`.
    pub name: Text,
    /// Its property names, including duplicates.
    pub properties: Vec<Text>,
}

/// The limit on a name, in UTF-16 units.
const MAX_NAME: usize = 120;
/// A shape needs at least this many objects …
const MIN_OBJECTS: f64 = 2.0;
/// … and at least one plain object in this many.
const MIN_SHARE: f64 = 1000.0;

/// Whether an object was created by a literal: its class is a shape, not a constructor.
#[inline(always)]
pub(crate) fn is_plain_object(heap: Heap<'_>, node: NodeIx) -> bool {
    heap.schema.node_kinds[heap.nodes.type_number(node) as usize] == NodeKind::Object
        && heap.wellknown.mark(heap.nodes.name(node)) == Mark::Object
}

/// Names of the property edges of an object, in order.
fn properties(heap: Heap<'_>, node: NodeIx) -> impl Iterator<Item = StringIx> + '_ {
    heap.nodes.edge_range(node).filter_map(move |e| {
        if Edges::kind_of(heap.edges.targets[e]) != EdgeKind::Property {
            return None;
        }
        match heap.edges.name(heap.edges.get(EdgeIx(e as u32))) {
            EdgeName::Name(name) => Some(name),
            EdgeName::Index(_) => None,
        }
    })
}

/// The shapes worth a class, most frequent first.
pub(crate) fn infer(heap: Heap<'_>, progress: &Progress) -> Result<Vec<Interface>> {
    let mut candidates = Candidates::default();
    let mut plain_objects = 0u64;
    let mut shape = Vec::new();
    for node in heap.nodes.iter() {
        if node.0.is_multiple_of(65_536) {
            progress.check()?;
        }
        if !is_plain_object(heap, node) {
            continue;
        }
        plain_objects += 1;
        candidates.name_so_far(heap, node, &mut shape);
        if !shape.is_empty() {
            candidates.count(heap, &shape);
        }
    }
    let mut list = candidates.list;
    sort_by_key(&mut list, |candidate| std::cmp::Reverse(candidate.1));
    let least = MIN_OBJECTS.max(plain_objects as f64 / MIN_SHARE);
    Ok(list.into_iter().take_while(|&(_, count)| count as f64 >= least).map(|(interface, _)| interface).collect())
}

#[derive(Default)]
struct Candidates {
    /// UTF-16 length of a formatted property name, by string; 0 until known.
    lengths: HashMap<StringIx, usize>,
    by_shape: HashMap<Vec<StringIx>, usize>,
    by_name: HashMap<Vec<u8>, usize>,
    list: Vec<(Interface, u64)>,
}

impl Candidates {
    /// The properties that fit in the name of the object's shape.
    fn name_so_far(&mut self, heap: Heap<'_>, node: NodeIx, shape: &mut Vec<StringIx>) {
        shape.clear();
        let mut length = 1;
        for name in properties(heap, node) {
            if heap.wellknown.mark(name) == Mark::Proto {
                continue;
            }
            let added =
                *self.lengths.entry(name).or_insert_with(|| utf16_len(&format_property(heap.strings.get(name))));
            if length > 1 && length + added > MAX_NAME {
                break;
            }
            length += added + if length == 1 { 0 } else { 2 };
            shape.push(name);
        }
    }

    fn count(&mut self, heap: Heap<'_>, shape: &[StringIx]) {
        let at = match self.by_shape.get(shape) {
            Some(&at) => at,
            None => {
                // The string table may have the same text twice, so shapes are compared by name.
                let name = interface_name(heap, shape);
                let next = self.list.len();
                let at = *self.by_name.entry(name.clone()).or_insert(next);
                if at == next {
                    let properties = shape.iter().map(|&property| Text::of(heap.strings.get(property))).collect();
                    self.list.push((Interface { name: Text(name), properties }, 0));
                }
                self.by_shape.insert(shape.to_vec(), at);
                at
            }
        };
        self.list[at].1 += 1;
    }
}

fn interface_name(heap: Heap<'_>, shape: &[StringIx]) -> Vec<u8> {
    let mut name = b"{".to_vec();
    for &property in shape {
        if name.len() > 1 {
            name.extend_from_slice(b", ");
        }
        name.extend_from_slice(&format_property(heap.strings.get(property)));
    }
    name.push(b'}');
    name
}

/// A property name as DevTools shows it in braces: quoted as JSON if it would be ambiguous.
pub fn format_property(name: &[u8]) -> Vec<u8> {
    if name.iter().any(|byte| matches!(byte, b',' | b'\'' | b'"' | b'{' | b'}')) {
        serde_json::to_vec(&Text::of(name)).unwrap_or_else(|_| name.to_vec())
    } else {
        name.to_vec()
    }
}

/// Finds the interface of an object: walks all matching paths of a trie over sorted property lists. The
/// cost for any object is limited by the size of the trie: 1000 interfaces of 60 properties at most.
pub(crate) struct Matcher<'a> {
    /// Number of a property that some interface has.
    numbers: HashMap<&'a [u8], u32>,
    /// The same by string, filled on demand; `NOT_USED` for properties of no interface.
    by_string: HashMap<StringIx, u32>,
    next: HashMap<(u32, u32), u32>,
    trie: Vec<TrieNode>,
    /// How often the current object has each property, by number; all 0 between two objects.
    counts: Vec<u32>,
    /// The properties that it has.
    distinct: Vec<u32>,
    open: Vec<u32>,
}

#[derive(Default)]
struct TrieNode {
    children: Vec<u32>,
    /// The property that leads here, and how often the path has it so far.
    property: u32,
    run: u32,
    /// The interface that ends here, and its number of properties.
    end: Option<(usize, usize)>,
}

const NOT_USED: u32 = u32::MAX;

impl<'a> Matcher<'a> {
    pub(crate) fn new(interfaces: &'a [Interface]) -> Self {
        let mut matcher = Self {
            numbers: HashMap::new(),
            by_string: HashMap::new(),
            next: HashMap::new(),
            trie: vec![TrieNode { property: NOT_USED, ..TrieNode::default() }],
            counts: Vec::new(),
            distinct: Vec::new(),
            open: Vec::new(),
        };
        for (i, interface) in interfaces.iter().enumerate() {
            matcher.add(i, interface);
        }
        matcher.counts = vec![0; matcher.numbers.len()];
        matcher
    }

    fn add(&mut self, index: usize, interface: &'a Interface) {
        let mut numbers: Vec<u32> = Vec::with_capacity(interface.properties.len());
        for property in &interface.properties {
            let next = self.numbers.len() as u32;
            numbers.push(*self.numbers.entry(&property.0).or_insert(next));
        }
        numbers.sort_unstable();
        let mut at = 0;
        for &property in &numbers {
            let new = self.trie.len() as u32;
            let child = *self.next.entry((at, property)).or_insert(new);
            if child == new {
                let above = &mut self.trie[at as usize];
                above.children.push(new);
                let run = if above.property == property { above.run + 1 } else { 1 };
                self.trie.push(TrieNode { property, run, ..TrieNode::default() });
            }
            at = child;
        }
        // The earlier of two interfaces with the same properties is the more frequent one.
        self.trie[at as usize].end.get_or_insert((index, numbers.len()));
    }

    /// The largest interface that the object has; of equal ones the more frequent.
    pub(crate) fn find(&mut self, heap: Heap<'_>, node: NodeIx) -> Option<usize> {
        self.count_properties(heap, node);
        let mut best: Option<(usize, usize)> = None;
        self.open.push(0);
        while let Some(at) = self.open.pop() {
            let TrieNode { children, end, .. } = &self.trie[at as usize];
            if let Some((index, count)) = *end
                && best.is_none_or(|(i, most)| count > most || (count == most && index < i))
            {
                best = Some((index, count));
            }
            let has = |child: &u32| {
                let &TrieNode { property, run, .. } = &self.trie[*child as usize];
                self.counts[property as usize] >= run
            };
            if children.len() <= self.distinct.len() {
                self.open.extend(children.iter().copied().filter(has));
            } else {
                let child = |&property: &u32| self.next.get(&(at, property)).copied();
                self.open.extend(self.distinct.iter().filter_map(child).filter(has));
            }
        }
        for property in self.distinct.drain(..) {
            self.counts[property as usize] = 0;
        }
        best.map(|(index, _)| index)
    }

    fn count_properties(&mut self, heap: Heap<'_>, node: NodeIx) {
        for name in properties(heap, node) {
            let number = *self
                .by_string
                .entry(name)
                .or_insert_with(|| self.numbers.get(heap.strings.get(name)).copied().unwrap_or(NOT_USED));
            if number != NOT_USED {
                self.counts[number as usize] += 1;
                if self.counts[number as usize] == 1 {
                    self.distinct.push(number);
                }
            }
        }
    }
}
