//! A path → the text that reads as code would: `configBus._events.change[896]`.
//!
//! ```text
//! .name  ["any name"]  [7]    a property or element
//! {name}                      a variable that the function before it captured
//! [entry]                     a key or value of a Map, an item of a Set
//! .(name)                     a field of V8's own
//! (.next ×19997)              the same steps again and again
//! ```
//!
//! What code would not write is left out in front: roots, the embedder's objects, the module loader,
//! and whatever leads to a variable of a module, because such a variable is alive anyhow. A path
//! into a module without a variable begins with `require("/srv/app/index.js")`.

use crate::paths::step::PathStep;
use crate::program::internals::{is_document_object, is_internal_name};
use crate::program::native_contexts::is_native_context;
use crate::program::variables::is_context;
use crate::program::variables::{is_block, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;

/// Bytes of all steps' texts: a list of a million links has seven million, which are written once.
const MAX_TEXT: usize = 64 << 20;
/// Steps that repeat more often than this are written once with their number.
const REPEATS: usize = 3;
/// Longest group of steps looked for.
const MAX_GROUP: usize = 4;

/// Properties from which on an object is a dictionary whose keys are data.
pub(crate) const DICTIONARY: usize = 32;

/// Writes paths of one snapshot.
#[derive(Clone, Copy)]
pub(crate) struct PathText<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// Whether positions are written as `[*]`: for what many paths have in common.
    pub(crate) any_index: bool,
    /// Whether functions are named where the path goes through them: `→ onChange → context.user`.
    pub(crate) arrows: bool,
}

impl PathText<'_> {
    /// The text of a path from a root down.
    pub(crate) fn write(&self, steps: &[PathStep]) -> Vec<u8> {
        let start = self.start(steps);
        if start >= steps.len() {
            return Vec::new();
        }
        let mut text = self.name_of_start(steps, start);
        let mut length = 0;
        let mut segments = Vec::new();
        for at in start + 1..steps.len() {
            let Some(segment) = self.written(steps, at) else { continue };
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

    /// What the step adds to the text.
    fn written(&self, steps: &[PathStep], at: usize) -> Option<Vec<u8>> {
        match (self.arrows, self.snapshot.kind(steps[at].node)) {
            (true, NodeKind::Closure) => {
                Some([self.segment(steps, at).unwrap_or_default(), self.function(steps[at].node)].concat())
            }
            (true, NodeKind::Native) => self.native(steps[at].node),
            _ => self.segment(steps, at),
        }
    }

    /// Where the text begins: at the last variable of a module, which is alive whatever holds it
    /// and reads as the code does; at the last of Node's modules; or at the first step that is not
    /// one of V8's own.
    fn start(&self, steps: &[PathStep]) -> usize {
        let module = steps.iter().rposition(|step| self.file_of_module(step.node).is_some());
        let variable = self.module_variable(steps);
        let named = steps.iter().position(|step| !self.is_internal(step.node));
        variable.max(module).or(named).unwrap_or(steps.len().saturating_sub(1))
    }

    /// Nodes no program names: roots, V8's and the embedder's own.
    fn is_internal(&self, node: NodeIx) -> bool {
        let name = self.snapshot.name(node);
        match self.snapshot.kind(node) {
            NodeKind::Synthetic | NodeKind::Hidden | NodeKind::Code | NodeKind::Array | NodeKind::ObjectShape => true,
            NodeKind::Native => !is_document_object(name),
            NodeKind::Object => is_internal_name(name),
            _ => false,
        }
    }

    /// The file of one of Node's `Module` objects.
    fn file_of_module(&self, node: NodeIx) -> Option<&[u8]> {
        if self.snapshot.kind(node) != NodeKind::Object || self.snapshot.name(node) != b"Module" {
            return None;
        }
        let mut properties = self.snapshot.edges_of(node).filter(|edge| edge.kind == EdgeKind::Property);
        let file = properties.find(|&edge| edge_label(self.snapshot, edge) == EdgeLabel::Name(b"filename"))?.to;
        let is_readable = self.snapshot.kind(file) == NodeKind::String && !is_redacted(self.snapshot.name(file));
        is_readable.then(|| self.snapshot.name(file))
    }

    /// The last step to a variable of a module: from the outermost scope of a script, or from a block in it,
    /// which is how some test runners wrap modules. A block that the path comes to by a variable around it is
    /// just that, a loop's for one.
    fn module_variable(&self, steps: &[PathStep]) -> Option<usize> {
        let variables = || (1..steps.len()).rev().filter(|&at| self.is_variable(steps, at));
        let scope = |at: usize| steps[at - 1].node;
        let outermost = variables().find(|&at| self.is_outermost(scope(at)));
        let around = outermost.map(scope);
        let is_module = |outer: NodeIx| self.is_outermost(outer) && Some(outer) != around;
        let block =
            variables().find(|&at| is_block(self.snapshot, scope(at)) && self.outer(scope(at)).is_some_and(is_module));
        outermost.max(block)
    }

    fn is_variable(&self, steps: &[PathStep], at: usize) -> bool {
        let scope = steps[at - 1].node;
        is_context(self.snapshot.name(scope))
            && steps[at].edge.is_some_and(|edge| variable(self.snapshot, scope, edge).is_some())
    }

    /// Whether a scope is a script's own, or that of the function around a module.
    fn is_outermost(&self, scope: NodeIx) -> bool {
        self.outer(scope).is_some_and(|outer| is_native_context(self.snapshot.name(outer)))
    }

    fn outer(&self, scope: NodeIx) -> Option<NodeIx> {
        internal_target(self.snapshot, scope, b"previous")
    }

    /// A module by its file, a variable by its own name, anything else by its class.
    fn name_of_start(&self, steps: &[PathStep], at: usize) -> Vec<u8> {
        let step = steps[at];
        if let Some(file) = self.file_of_module(step.node) {
            return [b"require(", quoted(file).as_slice(), b")"].concat();
        }
        if let Some(edge) = step.edge.filter(|_| at > 0)
            && let Some(name) = variable(self.snapshot, steps[at - 1].node, edge)
        {
            return name.to_vec();
        }
        if self.is_global_of_context(step.node) {
            return b"global".to_vec();
        }
        let name = self.snapshot.name(step.node);
        // `Window / http://…`, `Window [JSGlobalObject] / …`, `global (global*)`: the rest is no name.
        let end = match self.snapshot.kind(step.node) {
            NodeKind::Object if !is_internal_name(name) => name.iter().position(|&byte| byte == b' '),
            NodeKind::Native if !is_internal_name(name) => memchr::memmem::find(name, b" / "),
            _ => None,
        };
        let end = end.filter(|&end| end > 0).unwrap_or(name.len());
        match self.snapshot.kind(step.node) {
            NodeKind::Closure if name.is_empty() => b"(function)".to_vec(),
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => b"(string)".to_vec(),
            _ if name.is_empty() => [b"(", self.snapshot.type_name(step.node).as_bytes(), b")"].concat(),
            _ => name[..end].to_vec(),
        }
    }

    /// Whether a node is the global object of a context that a program has made (`node:vm`): those have no class of
    /// their own.
    fn is_global_of_context(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Object
            && self.snapshot.name(node) == b"Object"
            && internal_target(self.snapshot, node, b"global_proxy").is_some()
    }

    /// Whether an object has many properties with objects like this one.
    fn is_one_of_many(&self, from: NodeIx, node: NodeIx) -> bool {
        let (kind, name) = (self.snapshot.kind(node), self.snapshot.nodes().name(node));
        let is_alike = |to| self.snapshot.kind(to) == kind && self.snapshot.nodes().name(to) == name;
        let mut properties = self.snapshot.edges_of(from).filter(|edge| edge.kind == EdgeKind::Property);
        kind != NodeKind::Closure && properties.by_ref().filter(|edge| is_alike(edge.to)).nth(DICTIONARY - 1).is_some()
    }

    /// A function on the way.
    fn function(&self, node: NodeIx) -> Vec<u8> {
        let name = self.snapshot.name(node);
        [" → ".as_bytes(), if name.is_empty() { b"(anonymous function)" } else { name }].concat()
    }

    /// An object of the browser's on the way, when it is one that programs know: positions in C++ say nothing.
    fn native(&self, node: NodeIx) -> Option<Vec<u8>> {
        let name = self.snapshot.name(node);
        is_document_object(name).then(|| [" → ".as_bytes(), name].concat())
    }

    /// How the step reads behind the one before; `None` when code would not write it.
    fn segment(&self, steps: &[PathStep], at: usize) -> Option<Vec<u8>> {
        let edge = steps[at].edge?;
        if self.file_of_module(steps[at - 1].node).is_some() && edge_label(self.snapshot, edge).is(b"exports") {
            return None;
        }
        let from = steps[at - 1].node;
        if let Some(name) = variable(self.snapshot, from, edge) {
            return Some(match self.arrows {
                true => [" → context".as_bytes(), property(name).as_slice()].concat(),
                false => [b"{", name, b"}"].concat(),
            });
        }
        match (edge.kind, edge_label(self.snapshot, edge)) {
            // The keys of a dictionary are data, and what many paths have in common has none of them.
            (EdgeKind::Property, EdgeLabel::Name(_))
                if self.any_index && self.arrows && self.is_one_of_many(from, steps[at].node) =>
            {
                Some(self.position(0))
            }
            (EdgeKind::Property | EdgeKind::Shortcut, EdgeLabel::Name(name)) => Some(property(name)),
            (EdgeKind::Element | EdgeKind::Property | EdgeKind::Shortcut, EdgeLabel::Index(index)) => {
                Some(self.position(index))
            }
            (EdgeKind::Hidden, EdgeLabel::Index(index)) if is_context(self.snapshot.name(from)) => {
                Some(match self.arrows {
                    true => " → context.(variable)".as_bytes().to_vec(),
                    false => format!("{{{index}}}").into_bytes(),
                })
            }
            (EdgeKind::Internal, EdgeLabel::Name(name)) => self.internal(from, name),
            (EdgeKind::Context | EdgeKind::Hidden, _) => None,
            (_, label) => Some([b".(", label.text().0.as_slice(), b")"].concat()),
        }
    }

    fn position(&self, index: i64) -> Vec<u8> {
        if self.any_index { b"[*]".to_vec() } else { format!("[{index}]").into_bytes() }
    }

    /// V8's own fields: those that code steps over unseen are left out.
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

/// Appends the segments; groups of up to four that repeat are written once, with their number.
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

/// How often the first `length` segments stand there in a row.
fn repeats(segments: &[Vec<u8>], length: usize) -> usize {
    if segments.len() < length {
        return 0;
    }
    let group = &segments[..length];
    segments.chunks_exact(length).take_while(|chunk| *chunk == group).count()
}
