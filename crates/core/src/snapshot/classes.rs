//! Classes: the name of every node's class, and the totals of every class.
//!
//! A class is a name and, for objects whose constructor's location is known, that location: two classes
//! called `Session` in two files are distinct. DevTools: `calculateObjectNames`, `classKeyInternal`,
//! `buildAggregates`, `calculateClassesRetainedSize`. Unlike DevTools, classes with equal texts from
//! different sources (such as an object whose constructor is called `Function`) are one class here;
//! in DevTools the later one replaces the earlier, whose objects vanish.

use crate::snapshot::columns::{Location, Locations, SelfSizes};
use crate::snapshot::error::Result;
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::{ClassIx, NodeIx, StringIx};
use crate::snapshot::interfaces::{Interface, Matcher, is_plain_object};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::strings::Text;
use foldhash::{HashMap, HashMapExt};
use std::sync::Arc;

/// One class of DevTools' Summary with its totals over all nodes whose self size is not 0.
#[derive(Clone, Debug)]
pub struct ClassTotals {
    /// The name. Shared, since as many classes may have it as there are locations.
    pub name: Arc<Text>,
    /// Where the constructor is defined, if known.
    pub location: Option<Location>,
    /// Instances with a self size.
    pub count: u32,
    /// The least distance of an instance: -5 if one is unreachable.
    pub distance: i32,
    /// Σ self sizes.
    pub self_size: u64,
    /// Bytes retained by all of them, nothing counted twice.
    pub retained_size: u64,
}

/// Every class, and the class of every node. Classes with count 0 have only nodes without a self size.
#[derive(Debug, Default)]
pub struct Classes {
    pub(crate) of_node: Vec<u32>,
    pub(crate) list: Vec<ClassTotals>,
    /// Property lists that name plain objects (`{a, b}`), in order of rank.
    pub(crate) interfaces: Vec<Interface>,
}

impl Classes {
    /// The class of a node.
    #[inline(always)]
    pub fn of(&self, node: NodeIx) -> ClassIx {
        ClassIx(self.of_node[node.index()])
    }

    /// A class.
    pub fn get(&self, class: ClassIx) -> &ClassTotals {
        &self.list[class.index()]
    }

    /// All classes in order of first occurrence.
    pub fn all(&self) -> &[ClassTotals] {
        &self.list
    }

    /// DevTools' key of a class: `scriptId,line,column,name`, or `,name` without a location.
    pub fn key(&self, class: ClassIx) -> Text {
        let totals = self.get(class);
        let place = totals.location.map(|at| format!("{},{},{}", at.script_id, at.line, at.column));
        let mut key = place.unwrap_or_default().into_bytes();
        key.push(b',');
        key.extend_from_slice(&totals.name.0);
        Text(key)
    }

    /// The plain-object shapes that became classes.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * self.of_node.capacity() + 128 * self.list.capacity()
    }

    /// Names every node's class, with these interfaces; totals stay 0.
    pub fn assign(
        heap: Heap<'_>,
        locations: &Locations,
        interfaces: Vec<Interface>,
        progress: &Progress,
    ) -> Result<Classes> {
        let mut of_node = crate::snapshot::column::with_room(heap.nodes.len())?;
        let mut naming = Naming::new(heap, locations);
        let mut matcher = Matcher::new(&interfaces);
        for node in heap.nodes.iter() {
            if node.0.is_multiple_of(1024) {
                progress.check()?;
            }
            of_node.push(naming.class_of(node, &interfaces, &mut matcher));
        }
        let list = naming.list;
        Ok(Classes { of_node, list, interfaces })
    }

    /// Totals of the nodes for which `keep` is true, by class. Costs one pass over the dominator tree.
    ///
    /// A node's retained size counts for its class unless a node of the same class dominates it. A subtree is
    /// a slice of the preorder, so it is enough to remember for each class where the subtree of the last
    /// counted node ends.
    pub(crate) fn totals(&self, columns: TotalsColumns<'_>, keep: impl Fn(NodeIx) -> bool) -> Vec<ClassTotals> {
        let sizes = &columns.nodes.self_sizes;
        let mut totals = self.tally(sizes, columns.distances, &keep);
        self.add_retained(&mut totals, columns, keep);
        totals
    }

    /// Totals without retained sizes, which need no dominators.
    pub(crate) fn tally(
        &self,
        sizes: &SelfSizes,
        distances: &[i32],
        keep: impl Fn(NodeIx) -> bool,
    ) -> Vec<ClassTotals> {
        let fresh = |class: &ClassTotals| ClassTotals {
            count: 0,
            distance: i32::MAX,
            self_size: 0,
            retained_size: 0,
            ..class.clone()
        };
        let mut totals: Vec<ClassTotals> = self.list.iter().map(fresh).collect();
        for (i, (&class, &distance)) in self.of_node.iter().zip(distances).enumerate() {
            let node = NodeIx::from_index(i);
            let size = sizes.get(node);
            if size != 0 && keep(node) {
                let total = &mut totals[class as usize];
                total.count += 1;
                total.self_size += size;
                total.distance = total.distance.min(distance);
            }
        }
        for total in totals.iter_mut().filter(|total| total.count == 0) {
            total.distance = 0;
        }
        totals
    }

    /// Adds the retained sizes to totals.
    pub(crate) fn add_retained(
        &self,
        totals: &mut [ClassTotals],
        columns: TotalsColumns<'_>,
        keep: impl Fn(NodeIx) -> bool,
    ) {
        let mut covered = vec![0u32; totals.len()];
        for (at, &node) in columns.tree.order().iter().enumerate() {
            let node = NodeIx(node);
            let class = self.of(node).index();
            if (at as u32) < covered[class] || columns.nodes.self_size(node) == 0 || !keep(node) {
                continue;
            }
            totals[class].retained_size += columns.retained[node.index()];
            covered[class] = at as u32 + columns.tree.sizes()[at];
        }
    }
}

/// The columns from which totals are computed.
#[derive(Clone, Copy)]
pub(crate) struct TotalsColumns<'a> {
    pub(crate) nodes: &'a crate::snapshot::columns::Nodes,
    pub(crate) distances: &'a [i32],
    pub(crate) retained: &'a [u64],
    pub(crate) tree: &'a crate::snapshot::dominators::DominatorTree,
}

/// Class names under construction.
struct Naming<'a> {
    heap: Heap<'a>,
    locations: &'a Locations,
    list: Vec<ClassTotals>,
    /// Class name → number of the name, and back.
    names: HashMap<Vec<u8>, u32>,
    texts: Vec<Arc<Text>>,
    /// The same for raw names of objects and native nodes, by string; `UNKNOWN` until needed.
    by_string: Vec<u32>,
    /// The same for the type of a node, by type number.
    by_type: [u32; 256],
    /// Name and location → class.
    classes: HashMap<(u32, u32), u32>,
    /// The last few lookups in `classes`: objects of one class tend to be adjacent.
    recent: Vec<(u32, u32, u32)>,
    /// Number of the name of each interface; `UNKNOWN` until needed.
    by_interface: HashMap<usize, u32>,
}

const UNKNOWN: u32 = u32::MAX;
const NO_PLACE: u32 = u32::MAX;
const RECENT: usize = 1 << 10;

impl<'a> Naming<'a> {
    fn new(heap: Heap<'a>, locations: &'a Locations) -> Self {
        Self {
            heap,
            locations,
            list: Vec::new(),
            names: HashMap::new(),
            texts: Vec::new(),
            by_string: vec![UNKNOWN; heap.strings.len()],
            by_type: [UNKNOWN; 256],
            classes: HashMap::new(),
            recent: vec![(UNKNOWN, NO_PLACE, 0); RECENT],
            by_interface: HashMap::new(),
        }
    }

    fn class_of(&mut self, node: NodeIx, interfaces: &[Interface], matcher: &mut Matcher<'_>) -> u32 {
        let number = self.heap.nodes.type_number(node);
        let kind = self.heap.schema.node_kinds[number as usize];
        let name = match kind {
            NodeKind::Object if is_plain_object(self.heap, node) => match matcher.find(self.heap, node) {
                Some(interface) => self.interface_name(interface, interfaces),
                None => self.raw_name(self.heap.nodes.name(node)),
            },
            NodeKind::Object | NodeKind::Native => self.raw_name(self.heap.nodes.name(node)),
            _ => self.type_name(number, kind),
        };
        let place = match kind {
            NodeKind::Object => self.locations.index_of(node).map_or(NO_PLACE, |place| place.0),
            _ => NO_PLACE,
        };
        self.class(name, place)
    }

    fn class(&mut self, name: u32, place: u32) -> u32 {
        let slot = (name.wrapping_mul(31) ^ place.wrapping_mul(0x9e37_79b1)) as usize % RECENT;
        let (recent_name, recent_place, class) = self.recent[slot];
        if (recent_name, recent_place) == (name, place) {
            return class;
        }
        let next = self.list.len() as u32;
        let class = *self.classes.entry((name, place)).or_insert(next);
        if class == next {
            let location = (place != NO_PLACE).then(|| self.locations.places[place as usize]);
            let name = Arc::clone(&self.texts[name as usize]);
            self.list.push(ClassTotals { name, location, count: 0, distance: 0, self_size: 0, retained_size: 0 });
        }
        self.recent[slot] = (name, place, class);
        class
    }

    fn name_number(&mut self, name: Vec<u8>) -> u32 {
        let next = self.texts.len() as u32;
        let number = *self.names.entry(name.clone()).or_insert(next);
        if number == next {
            self.texts.push(Arc::new(Text(name)));
        }
        number
    }

    fn raw_name(&mut self, string: StringIx) -> u32 {
        if self.by_string[string.index()] == UNKNOWN {
            let name = class_name_of(self.heap.strings.get(string)).into_owned();
            self.by_string[string.index()] = self.name_number(name);
        }
        self.by_string[string.index()]
    }

    fn type_name(&mut self, number: u8, kind: NodeKind) -> u32 {
        if self.by_type[number as usize] == UNKNOWN {
            let name = match kind {
                NodeKind::Hidden => "(system)".to_owned(),
                NodeKind::Code => "(compiled code)".to_owned(),
                NodeKind::Closure => "Function".to_owned(),
                NodeKind::RegExp => "RegExp".to_owned(),
                _ => {
                    let name =
                        self.heap.schema.node_type_names.get(number as usize).map_or("undefined", String::as_str);
                    format!("({name})")
                }
            };
            self.by_type[number as usize] = self.name_number(name.into_bytes());
        }
        self.by_type[number as usize]
    }

    fn interface_name(&mut self, interface: usize, interfaces: &[Interface]) -> u32 {
        if let Some(&number) = self.by_interface.get(&interface) {
            return number;
        }
        let number = self.name_number(interfaces[interface].name.0.clone());
        self.by_interface.insert(interface, number);
        number
    }
}

/// The class name for the raw name of an object or native node: markup without its attributes.
fn class_name_of(name: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    const DETACHED: &[u8] = b"Detached <";
    let from = if name.starts_with(b"<") {
        0
    } else if name.starts_with(DETACHED) {
        DETACHED.len()
    } else {
        return name.into();
    };
    match name[from..].iter().position(|&byte| byte == b' ') {
        Some(space) => [&name[..from + space], b">"].concat().into(),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::class_name_of;

    #[test]
    fn markup_loses_its_attributes() {
        for (name, class) in [
            ("<div id=\"x\">", "<div>"),
            ("<div>", "<div>"),
            ("Detached <span class=\"q\">", "Detached <span>"),
            ("Detached Foo bar", "Detached Foo bar"),
            ("Foo bar", "Foo bar"),
        ] {
            assert_eq!(class_name_of(name.as_bytes()), class.as_bytes());
        }
    }
}
