//! A path → text that reads like code: `configBus._events.change[896] → onChange → context.ctx`.
//!
//! ```text
//! .name  ["any name"]  [7]    a property or element
//! [key]                       a property whose name is data, unless names are shown
//! → onChange                  a function
//! → context.name              a variable that it captured
//! [entry]                     a key or value of a Map, an item of a Set
//! .(name)                     an internal field of V8
//! → FiberNode (Cart)          an object by which React represents a component; Vue's likewise
//! (.next ×19997)              the same steps again and again
//! ```
//!
//! Steps that have no equivalent in code are internal, and so are those before the beginning; see [`Starts`].

use crate::paths::start::{Starts, Viewpoint};
use crate::paths::step::PathStep;
use crate::program::components::{Component, Part, part};
use crate::program::dictionaries::is_key;
use crate::program::internals::{is_document_object, is_internal_name};
use crate::program::names::{KEY, Names};
use crate::program::variables::{is_context, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;

/// Limit on the text of all steps before repetitions are merged; a list of a million links has seven million bytes.
const MAX_TEXT: usize = 64 << 20;
/// Steps that repeat more often than this are written once, with a count.
const REPEATS: usize = 3;
/// The longest group of steps whose repetitions are merged.
const MAX_GROUP: usize = 4;

/// Writes paths of one snapshot.
#[derive(Clone, Copy)]
pub(crate) struct PathText<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) names: Names<'a>,
    /// Whether positions are written as `[*]`, for text that stands for many paths.
    pub(crate) any_index: bool,
    pub(crate) viewpoint: Viewpoint,
}

impl<'a> PathText<'a> {
    /// The text of a path from a root down.
    pub(crate) fn write(&self, steps: &[PathStep]) -> Vec<u8> {
        let start = self.starts().of(steps);
        let mut text = Vec::new();
        let mut length = 0;
        let mut segments = Vec::new();
        for at in start..steps.len() {
            let Some(segment) = self.step(steps, start, at) else { continue };
            if at == start {
                text = segment;
                continue;
            }
            length += segment.len();
            if length > MAX_TEXT {
                segments.push(" …".as_bytes().to_vec());
                break;
            }
            segments.push(segment);
        }
        fold(&segments, &mut text);
        text
    }

    /// Finds where paths begin.
    pub(crate) fn starts(&self) -> Starts<'a> {
        Starts { snapshot: self.snapshot, viewpoint: self.viewpoint }
    }

    /// The text of a step on a path that begins at `start`; `None` for internal steps.
    pub(crate) fn step(&self, steps: &[PathStep], start: usize, at: usize) -> Option<Vec<u8>> {
        if at <= start {
            return (at == start).then(|| self.name_of_start(steps, at));
        }
        let edge = steps[at].edge?;
        let from = steps[at - 1].node;
        match self.snapshot.kind(steps[at].node) {
            NodeKind::Closure => {
                Some([self.segment(from, edge).unwrap_or_default(), self.function(steps[at].node)].concat())
            }
            NodeKind::Native => self.native(steps[at].node),
            NodeKind::Object if let Some(part) = self.part(steps, at) => {
                Some([&self.segment(from, edge).unwrap_or_default(), " → ".as_bytes(), &part].concat())
            }
            _ => self.segment(from, edge),
        }
    }

    /// `FiberNode (ProductCard)`, where the step before leads to no part of the same component.
    fn part(&self, steps: &[PathStep], at: usize) -> Option<Vec<u8>> {
        let part_at = |at: usize| part(self.snapshot, steps.get(at)?.node);
        let Part { class, component } = part_at(at)?;
        let component = component?;
        let is_same =
            at.checked_sub(1).and_then(part_at).is_some_and(|above| above.component.as_ref() == Some(&component));
        (!is_same).then(|| [class.as_bytes(), b" (", &self.name_of_component(&component), b")"].concat())
    }

    fn name_of_component(&self, component: &Component) -> Vec<u8> {
        let name = component.shown(&self.names);
        if name.0.is_empty() { b"anonymous".to_vec() } else { name.0 }
    }

    /// A module by its file, a variable by its own name, anything else by its class.
    fn name_of_start(&self, steps: &[PathStep], at: usize) -> Vec<u8> {
        let step = steps[at];
        if let Some(file) = self.starts().file_of_module(step.node) {
            return [b"require(", quoted(&self.names.script(file)).as_slice(), b")"].concat();
        }
        if let Some(edge) = step.edge.filter(|_| at > 0)
            && let Some(name) = variable(self.snapshot, steps[at - 1].node, edge)
        {
            return name.to_vec();
        }
        if let Some(edge) = step.edge.filter(|_| at > 0 && self.starts().is_export(steps, at)) {
            return edge_label(self.snapshot, edge).text().0;
        }
        if self.viewpoint == Viewpoint::Test && self.starts().is_unnamed_variable(steps, at) {
            return b"(variable)".to_vec();
        }
        if self.is_global_of_context(step.node) {
            return b"global".to_vec();
        }
        let name = self.snapshot.name(step.node);
        // `Window / http://…`, `Window [JSGlobalObject] / …`, `global (global*)`: the rest is not part of the name.
        let end = match self.snapshot.kind(step.node) {
            NodeKind::Object if !is_internal_name(name) => name.iter().position(|&byte| byte == b' '),
            NodeKind::Native if !is_internal_name(name) => memchr::memmem::find(name, b" / "),
            _ => None,
        };
        let end = end.filter(|&end| end > 0).unwrap_or(name.len());
        match self.snapshot.kind(step.node) {
            NodeKind::Closure if name.is_empty() => b"(function)".to_vec(),
            kind if kind.is_string() => b"(string)".to_vec(),
            _ if name.is_empty() => [b"(", self.snapshot.type_name(step.node).as_bytes(), b")"].concat(),
            _ => self.names.label(&name[..end]).into_owned(),
        }
    }

    /// Whether a node is the global object of a context created by a program (`node:vm`), which has no class of its own.
    fn is_global_of_context(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Object
            && self.snapshot.name(node) == b"Object"
            && internal_target(self.snapshot, node, b"global_proxy").is_some()
    }

    /// A function that is a step of the path.
    fn function(&self, node: NodeIx) -> Vec<u8> {
        let name = self.names.label(self.snapshot.name(node));
        [" → ".as_bytes(), if name.is_empty() { b"(anonymous function)" } else { &name }].concat()
    }

    /// An object of the browser that is a step of the path, if programs can refer to it.
    fn native(&self, node: NodeIx) -> Option<Vec<u8>> {
        let name = self.snapshot.name(node);
        is_document_object(name).then(|| [" → ".as_bytes(), &self.names.label(name)].concat())
    }

    /// The text of a step that follows another; `None` if it has no equivalent in code.
    fn segment(&self, from: NodeIx, edge: Edge) -> Option<Vec<u8>> {
        let label = edge_label(self.snapshot, edge);
        if label.is(b"exports") && self.starts().file_of_module(from).is_some() {
            return None;
        }
        if let Some(name) = variable(self.snapshot, from, edge) {
            return Some([" → context".as_bytes(), property(name).as_slice()].concat());
        }
        match (edge.kind, label) {
            // The keys of a dictionary differ in the paths that the text stands for.
            (EdgeKind::Property, _) if self.any_index && is_key(self.snapshot, self.names.keys, from, edge) => {
                Some(self.position(0))
            }
            (EdgeKind::Element, _) if self.any_index => Some(self.position(0)),
            (EdgeKind::Property | EdgeKind::Element, _) if self.names.hides(edge) => Some(KEY.to_vec()),
            (EdgeKind::Property | EdgeKind::Shortcut, EdgeLabel::Name(name)) => Some(property(&self.names.label(name))),
            (EdgeKind::Element | EdgeKind::Property | EdgeKind::Shortcut, EdgeLabel::Index(index)) => {
                Some(self.position(index))
            }
            // Variables without names are identified by their slots in the scope.
            (EdgeKind::Hidden, EdgeLabel::Index(slot)) if is_context(self.snapshot.name(from)) => {
                Some(format!(" → context.(variable {slot})").into_bytes())
            }
            (EdgeKind::Internal, EdgeLabel::Name(name)) => self.internal(from, name),
            (EdgeKind::Context | EdgeKind::Hidden, _) => None,
            (_, label) => Some([b".(", label.text().0.as_slice(), b")"].concat()),
        }
    }

    fn position(&self, index: i64) -> Vec<u8> {
        if self.any_index { b"[*]".to_vec() } else { format!("[{index}]").into_bytes() }
    }

    /// V8's internal fields, as far as they have an equivalent in code.
    fn internal(&self, from: NodeIx, name: &[u8]) -> Option<Vec<u8>> {
        const UNSEEN: [&[u8]; 12] = [
            b"elements",
            b"properties",
            b"context",
            b"previous",
            b"table",
            b"map",
            b"shared",
            b"extension",
            b"scope_info",
            b"native_to_javascript",
            b"javascript_to_native",
            b"transition",
        ];
        if UNSEEN.contains(&name) {
            return None;
        }
        if memchr::memmem::find(name, b" pair in WeakMap (table @").is_some() {
            return Some(b"[entry]".to_vec());
        }
        let is_number = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
        match is_number {
            true if self.snapshot.kind(from) == NodeKind::Array => Some(b"[entry]".to_vec()),
            true => None,
            false => Some([b".(", name, b")"].concat()),
        }
    }
}

fn property(name: &[u8]) -> Vec<u8> {
    if let Some(symbol) = name.strip_prefix(b"<symbol ").and_then(|rest| rest.strip_suffix(b">")) {
        return [b"[Symbol(", symbol, b")]"].concat();
    }
    let bare = name.strip_prefix(b"#").unwrap_or(name);
    let is_identifier = !bare.is_empty()
        && !bare[0].is_ascii_digit()
        && bare.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || *b >= 0x80);
    if is_identifier {
        return [b".", name].concat();
    }
    [b"[", quoted(name).as_slice(), b"]"].concat()
}

fn quoted(text: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&Text::of(text)).unwrap_or_else(|_| text.to_vec())
}

/// Appends the segments. Repeating groups of up to four are written once, with a count.
fn fold(segments: &[Vec<u8>], text: &mut Vec<u8>) {
    let mut at = 0;
    while at < segments.len() {
        let (length, times) = (1..=MAX_GROUP)
            .map(|length| (length, repeats(&segments[at..], length)))
            .find(|&(_, times)| times > REPEATS)
            .unwrap_or((1, 1));
        let group = segments[at..at + length].concat();
        if times > 1 {
            text.extend_from_slice(b"(");
            text.extend_from_slice(&group);
            text.extend_from_slice(format!(" ×{times})").as_bytes());
        } else {
            text.extend_from_slice(&group);
        }
        at += length * times;
    }
}

/// How often the first `length` segments repeat in a row.
fn repeats(segments: &[Vec<u8>], length: usize) -> usize {
    if segments.len() < length {
        return 0;
    }
    let group = &segments[..length];
    segments.chunks_exact(length).take_while(|chunk| *chunk == group).count()
}
