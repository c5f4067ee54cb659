//! Components of React and Vue: which one an object of the framework, an element or a scope belongs to.
//!
//! Both are recognised by the names of properties, which minifiers leave as they are:
//!
//! ```text
//! React   <section> ─__reactFiber$…→ FiberNode ─type→ ProductCard()
//! Vue     <section> ─__vueParentComponent→ instance ─type→ {name: "ProductCard", setup()}
//! ```
//!
//! Names are those of functions, or strings that programs set for display.

mod functions;
mod react;
mod vue;

use crate::program::names::Names;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::data_keys::is_made_label;
use crate::snapshot::derived::Table;
use crate::snapshot::display::{EdgeLabel, display_name, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::{Text, cut_to};
pub(crate) use functions::ComponentFunctions;

/// References of an object that are looked at; objects of the frameworks have fewer than 64.
const MAX_EDGES: usize = 128;
/// Bytes of a name for display; longer texts are none.
const MAX_NAME: usize = 64;
/// UTF-16 units of a function's name, of which there may be a copy for each step of a path.
const MAX_UNITS: usize = 256;

/// A component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Component {
    /// Empty for a function without a name.
    pub(crate) name: Text,
    /// The function or class that defines it, if there is one.
    pub(crate) function: Option<NodeIx>,
}

impl Component {
    /// The name as answers have it.
    pub(crate) fn shown(&self, names: &Names<'_>) -> Text {
        Text(names.label(&self.name.0).into_owned())
    }
}

/// What the source of the frameworks calls the object that a mounted component is represented by.
const FIBER: &str = "FiberNode";
const INSTANCE: &str = "ComponentInternalInstance";

/// An object by which a framework represents a component or a part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Part {
    pub(crate) class: &'static str,
    /// `None` above all components, such as at the root of the page.
    pub(crate) component: Option<Component>,
}

/// The frameworks whose names of properties are in a snapshot.
#[derive(Clone, Copy, Debug)]
struct Frameworks {
    react: bool,
    vue: bool,
}

impl Frameworks {
    /// The first call looks at all strings.
    fn of(snapshot: &Snapshot) -> Frameworks {
        let has = |name: &[u8]| snapshot.strings().find(name).is_some();
        let make = || Ok(Frameworks { react: has(b"memoizedProps"), vue: has(b"setupState") });
        snapshot.derived.get_or_make(make).map_or(Frameworks { react: false, vue: false }, |of| *of)
    }
}

impl Table for Frameworks {
    fn memory(&self) -> usize {
        0
    }
}

/// A node as part of a component; `None` for other objects. Cost: the references of a few nodes, and nothing in snapshots
/// without such frameworks.
pub(crate) fn part(snapshot: &Snapshot, node: NodeIx) -> Option<Part> {
    let frameworks = Frameworks::of(snapshot);
    if frameworks.react && react::is_fiber(snapshot, node) {
        return Some(Part { class: FIBER, component: react::component_of_fiber(snapshot, node) });
    }
    let component = || property(snapshot, node, b"type").and_then(|of| vue::component_of_type(snapshot, of));
    (frameworks.vue && vue::is_instance(snapshot, node)).then(|| Part { class: INSTANCE, component: component() })
}

/// Whether a reference leads from an element or an instance of a class to the framework's object for it.
pub(crate) fn leads_to_part(snapshot: &Snapshot, edge: Edge) -> bool {
    const BEGINNINGS: [&[u8]; 2] = [b"__reactFiber$", b"__reactInternalInstance$"];
    const NAMES: [&[u8]; 3] = [b"_reactInternals", b"_reactInternalFiber", b"__vueParentComponent"];
    matches!(edge_label(snapshot, edge), EdgeLabel::Name(name)
        if NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)))
}

/// The target of the property of this name.
fn property(snapshot: &Snapshot, node: NodeIx, name: &[u8]) -> Option<NodeIx> {
    let mut edges = snapshot.edges_of(node).take(MAX_EDGES).filter(|edge| edge.kind == EdgeKind::Property);
    edges.find(|&edge| edge_label(snapshot, edge) == EdgeLabel::Name(name)).map(|edge| edge.to)
}

/// Whether a node is an object that has properties of all these names.
fn has_properties(snapshot: &Snapshot, node: NodeIx, names: &[&[u8]]) -> bool {
    let count = snapshot.nodes().edge_count(node) as usize;
    if snapshot.kind(node) != NodeKind::Object || !(names.len()..=MAX_EDGES).contains(&count) {
        return false;
    }
    let is_named = |edge: &Edge| {
        edge.kind == EdgeKind::Property
            && matches!(edge_label(snapshot, *edge), EdgeLabel::Name(name) if names.contains(&name))
    };
    snapshot.edges_of(node).filter(is_named).count() == names.len()
}

/// A name that a program has set: a string that may be a name in code.
fn name_in(snapshot: &Snapshot, node: NodeIx, property_name: &[u8]) -> Option<Text> {
    name_of(snapshot, property(snapshot, node, property_name)?)
}

fn name_of(snapshot: &Snapshot, text: NodeIx) -> Option<Text> {
    let kind = snapshot.kind(text);
    let may_be_short = kind == NodeKind::ConcatenatedString || snapshot.name(text).len() <= MAX_NAME;
    let name = (kind.is_string() && may_be_short).then(|| display_name(snapshot, text));
    name.filter(|name| may_be_in_code(&name.0))
}

/// `ProductCard`, `product-card`, `Connect(ProductCard)`; contents of a string that are anything else stay hidden.
fn may_be_in_code(name: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.-()".contains(byte);
    name.len() <= MAX_NAME
        && name.first().is_some_and(|first| first.is_ascii_alphabetic() || b"_$".contains(first))
        && name.iter().all(is_of_name)
        && !is_redacted(name)
        && !is_made_label(name)
}

/// A function or class as a component, by its name for display or its own.
fn component_of_function(snapshot: &Snapshot, function: NodeIx) -> Component {
    let name = name_in(snapshot, function, b"displayName");
    let name = name.unwrap_or_else(|| match snapshot.name(function) {
        name if is_redacted(name) => Text::default(),
        name => Text::of(cut_to(name, MAX_UNITS)),
    });
    Component { name, function: Some(function) }
}
