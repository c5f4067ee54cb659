//! Nodes and edges in any order → the JSON text V8 would write for them.

use std::collections::HashMap;
use std::io::Write;

/// Node types by their number in the header below.
#[derive(Clone, Copy)]
#[repr(u8)]
pub enum Kind {
    Array = 1,
    String = 2,
    Object = 3,
    Closure = 5,
    Synthetic = 9,
    ObjectShape = 14,
}

/// Edge types by their number in the header below.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Link {
    Context = 0,
    Element = 1,
    Property = 2,
    Internal = 3,
    Shortcut = 5,
    Weak = 6,
}

struct Node {
    kind: Kind,
    name: u32,
    self_size: u32,
    trace: u32,
}

struct Edge {
    from: u32,
    link: Link,
    name: u32,
    to: u32,
}

/// A heap under construction. Node 0 is the root, node 1 `(GC roots)`, node 2 the object `App`, a global
/// that everything else is to hang from.
pub struct Sketch {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    strings: Vec<String>,
    known: HashMap<&'static str, u32>,
    trace_depth: u32,
}

/// The global object every sketch has.
pub const APP: u32 = 2;

impl Sketch {
    pub fn new() -> Self {
        let mut sketch = Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            strings: vec!["<dummy>".into()],
            known: HashMap::new(),
            trace_depth: 0,
        };
        let root = sketch.node(Kind::Synthetic, "", 0);
        let gc_roots = sketch.node(Kind::Synthetic, "(GC roots)", 0);
        let app = sketch.node(Kind::Object, "App", 64);
        debug_assert_eq!(app, APP);
        sketch.edge(root, Link::Element, 1, gc_roots);
        sketch.link(root, Link::Shortcut, "app", app);
        sketch
    }

    /// The index of a name that is written once however often it is used.
    pub fn name(&mut self, text: &'static str) -> u32 {
        let strings = &mut self.strings;
        *self.known.entry(text).or_insert_with(|| {
            strings.push(text.into());
            strings.len() as u32 - 1
        })
    }

    /// The index of a text of its own.
    pub fn text(&mut self, text: String) -> u32 {
        self.strings.push(text);
        self.strings.len() as u32 - 1
    }

    pub fn node(&mut self, kind: Kind, name: &'static str, self_size: u32) -> u32 {
        let name = self.name(name);
        self.node_named(kind, name, self_size)
    }

    pub fn node_named(&mut self, kind: Kind, name: u32, self_size: u32) -> u32 {
        self.nodes.push(Node { kind, name, self_size, trace: 0 });
        self.nodes.len() as u32 - 1
    }

    /// A reference by a name.
    pub fn link(&mut self, from: u32, link: Link, name: &'static str, to: u32) {
        let name = self.name(name);
        self.edge(from, link, name, to);
    }

    /// A reference by the number the file has: an element's index or the position of a string.
    pub fn edge(&mut self, from: u32, link: Link, name: u32, to: u32) {
        self.edges.push(Edge { from, link, name, to });
    }

    /// Allocation stacks `depth` calls deep; the node was allocated at the innermost.
    pub fn allocated_at_depth(&mut self, node: u32, depth: u32) {
        self.nodes[node as usize].trace = depth;
        self.trace_depth = self.trace_depth.max(depth);
    }

    pub fn node_count(&self) -> u32 {
        self.nodes.len() as u32
    }

    pub fn edge_count(&self) -> u32 {
        self.edges.len() as u32
    }

    pub fn total_size(&self) -> u64 {
        self.nodes.iter().map(|node| u64::from(node.self_size)).sum()
    }

    /// The snapshot's text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24 * self.nodes.len() + 20 * self.edges.len());
        self.write(&mut out).unwrap();
        out
    }

    fn write(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let functions = u32::from(self.trace_depth > 0);
        write!(
            out,
            r#"{{"snapshot":{{"meta":{META},"node_count":{},"edge_count":{},"trace_function_count":{functions}}},"#,
            self.nodes.len(),
            self.edges.len(),
        )?;
        let order = self.edges_by_source();
        self.write_nodes(out, &order)?;
        self.write_edges(out, &order)?;
        self.write_traces(out)?;
        out.extend_from_slice(b"\"samples\":[],\n\"locations\":[],\n\"strings\":");
        serde_json::to_writer(&mut *out, &self.strings)?;
        out.push(b'}');
        Ok(())
    }

    /// Positions of the edges, those of one node together, otherwise in the order they were added.
    fn edges_by_source(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.edge_count()).collect();
        order.sort_by_key(|&edge| self.edges[edge as usize].from);
        order
    }

    fn write_nodes(&self, out: &mut Vec<u8>, order: &[u32]) -> std::io::Result<()> {
        let mut edge_counts = vec![0u32; self.nodes.len()];
        for &edge in order {
            edge_counts[self.edges[edge as usize].from as usize] += 1;
        }
        out.extend_from_slice(b"\n\"nodes\":[");
        for (at, (node, edges)) in self.nodes.iter().zip(edge_counts).enumerate() {
            let comma = if at == 0 { "" } else { "," };
            writeln!(
                out,
                "{comma}{},{},{},{},{edges},{},0",
                node.kind as u8,
                node.name,
                2 * at + 1,
                node.self_size,
                node.trace
            )?;
        }
        out.extend_from_slice(b"],\n");
        Ok(())
    }

    fn write_edges(&self, out: &mut Vec<u8>, order: &[u32]) -> std::io::Result<()> {
        out.extend_from_slice(b"\"edges\":[");
        for (at, &edge) in order.iter().enumerate() {
            let Edge { link, name, to, .. } = self.edges[edge as usize];
            let comma = if at == 0 { "" } else { "," };
            writeln!(out, "{comma}{},{name},{}", link as u8, to * NODE_FIELDS)?;
        }
        out.extend_from_slice(b"],\n");
        Ok(())
    }

    /// One chain of calls of one function, each the only callee of the one before.
    fn write_traces(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let infos = if self.trace_depth > 0 { "1,0,0,1,1,1" } else { "" };
        write!(out, "\"trace_function_infos\":[{infos}],\n\"trace_tree\":[")?;
        for depth in 1..=self.trace_depth {
            write!(out, "{depth},0,1,16,[")?;
        }
        out.resize(out.len() + self.trace_depth as usize, b']');
        out.extend_from_slice(b"],\n");
        Ok(())
    }
}

const NODE_FIELDS: u32 = 7;

/// As Node.js 20 writes it, without the line breaks.
const META: &str = concat!(
    r#"{"node_fields":["type","name","id","self_size","edge_count","trace_node_id","detachedness"],"#,
    r#""node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic","#,
    r#""concatenated string","sliced string","symbol","bigint","object shape","wasm object"],"#,
    r#""string","number","number","number","number","number"],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"string_or_number","node"],"#,
    r#""trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"#,
    r#""trace_node_fields":["id","function_info_index","count","size","children"],"#,
    r#""sample_fields":["timestamp_us","last_assigned_id"],"#,
    r#""location_fields":["object_index","script_id","line","column"]}"#,
);
