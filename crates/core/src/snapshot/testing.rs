//! Snapshots for tests, built node by node and written in V8's layout.
//!
//! ```
//! use heapray_core::testing::SnapshotBuilder;
//!
//! let mut heap = SnapshotBuilder::new();
//! let global = heap.global();
//! let cache = heap.node("object", "Cache", 24);
//! heap.property(global, "cache", cache);
//! let bytes = heap.json();
//! assert!(bytes.starts_with(br#"{"snapshot":"#));
//! ```

use std::collections::HashMap;

/// V8's node types, in the order of their numbers.
const NODE_TYPES: [&str; 15] = [
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
];

/// V8's edge types, in the order of their numbers.
const EDGE_TYPES: [&str; 7] = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"];

const SCOPE_FIELDS: [&str; 5] =
    ["script_node_index", "scope_id", "depth", "scope_context_vars_count", "scope_uses_count"];

/// A node of the snapshot under construction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node(usize);

#[derive(Debug)]
struct NodeData {
    kind: usize,
    name: usize,
    id: u64,
    self_size: u64,
    trace_id: u32,
    detachedness: u8,
    edges: Vec<(usize, i64, Node)>,
}

/// Writes valid snapshots. Node 0 is the root; ids are odd and ascend, as in V8.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    nodes: Vec<NodeData>,
    strings: Vec<String>,
    known: HashMap<String, usize>,
    locations: Vec<[u64; 4]>,
    samples: Vec<[u64; 2]>,
    functions: Vec<[u64; 6]>,
    trace_tree: String,
    scopes: Vec<[i64; 5]>,
    scope_variables: Vec<usize>,
    scope_uses: Vec<[i64; 2]>,
    extra_native_bytes: u64,
}

impl SnapshotBuilder {
    /// A snapshot with a root and nothing else.
    pub fn new() -> Self {
        let mut builder = Self::default();
        builder.node("synthetic", "", 0);
        builder
    }

    /// The root of the heap.
    pub fn root(&self) -> Node {
        Node(0)
    }

    /// Adds the global object, with the root's reference to it as in Node.
    pub fn global(&mut self) -> Node {
        let global = self.node("object", "global", 32);
        self.edge(self.root(), "shortcut", "1", global);
        global
    }

    /// Adds a node. Unknown types are a mistake in the test.
    pub fn node(&mut self, kind: &str, name: &str, self_size: u64) -> Node {
        let number = NODE_TYPES.iter().position(|known| *known == kind);
        let node = NodeData {
            kind: number.unwrap_or(NODE_TYPES.len()),
            name: self.string(name),
            id: 2 * self.nodes.len() as u64 + 1,
            self_size,
            trace_id: 0,
            detachedness: 0,
            edges: Vec::new(),
        };
        self.nodes.push(node);
        Node(self.nodes.len() - 1)
    }

    /// Adds a string node that something refers to by `name`.
    pub fn text(&mut self, holder: Node, name: &str, value: &str, self_size: u64) -> Node {
        let text = self.node("string", value, self_size);
        self.property(holder, name, text);
        text
    }

    /// Adds a reference of any type; for elements and hidden ones the name is a number.
    pub fn edge(&mut self, from: Node, kind: &str, name: &str, to: Node) {
        let number = EDGE_TYPES.iter().position(|known| *known == kind).unwrap_or(EDGE_TYPES.len());
        let name = match kind {
            "element" | "hidden" => name.parse().unwrap_or(0),
            _ => self.string(name) as i64,
        };
        self.nodes[from.0].edges.push((number, name, to));
    }

    /// `from.name = to`
    pub fn property(&mut self, from: Node, name: &str, to: Node) {
        self.edge(from, "property", name, to);
    }

    /// `from[index] = to`
    pub fn element(&mut self, from: Node, index: i64, to: Node) {
        self.edge(from, "element", &index.to_string(), to);
    }

    /// Adds an internal field of V8.
    pub fn internal(&mut self, from: Node, name: &str, to: Node) {
        self.edge(from, "internal", name, to);
    }

    /// Adds a variable of a function's context.
    pub fn variable(&mut self, context: Node, name: &str, to: Node) {
        self.edge(context, "context", name, to);
    }

    /// Sets the script location of a node, 0-based.
    pub fn location(&mut self, node: Node, script_id: u64, line: u64, column: u64) {
        self.locations.push([node.0 as u64, script_id, line, column]);
    }

    /// Adds a function with a context, defined at a location of a script, and the nodes that lead to the script's name.
    pub fn function(&mut self, name: &str, script: Node, at: [u64; 3]) -> (Node, Node) {
        let closure = self.node("closure", name, 64);
        let context = self.node("object", "system / Context", 40);
        let shared = self.node("code", name, 0);
        self.internal(closure, "context", context);
        self.internal(closure, "shared", shared);
        self.internal(shared, "script", script);
        self.location(closure, at[0], at[1], at[2]);
        (closure, context)
    }

    /// Adds the nodes of a script.
    pub fn script(&mut self, name: &str) -> Node {
        let script = self.node("code", name, 0);
        let text = self.node("string", name, 24);
        self.internal(script, "name", text);
        script
    }

    /// Sets the id of a node.
    pub fn id(&mut self, node: Node, id: u64) {
        self.nodes[node.0].id = id;
    }

    /// The id of a node.
    pub fn id_of(&self, node: Node) -> u64 {
        self.nodes[node.0].id
    }

    /// 0 unknown, 1 attached, 2 detached.
    pub fn detachedness(&mut self, node: Node, state: u8) {
        self.nodes[node.0].detachedness = state;
    }

    /// The allocation stack of a node.
    pub fn trace(&mut self, node: Node, trace_id: u32) {
        self.nodes[node.0].trace_id = trace_id;
    }

    /// Adds a function of allocation stacks; line and column are 1-based.
    pub fn trace_function(&mut self, name: &str, script: &str, at: [u64; 3]) {
        let (name, script) = (self.string(name) as u64, self.string(script) as u64);
        self.functions.push([self.functions.len() as u64, name, script, at[0], at[1], at[2]]);
    }

    /// The tree of allocation stacks, as the text between the brackets of `trace_tree`.
    pub fn trace_tree(&mut self, tree: &str) {
        self.trace_tree = tree.to_owned();
    }

    /// Adds a point of the allocation timeline.
    pub fn sample(&mut self, timestamp_us: u64, last_assigned_id: u64) {
        self.samples.push([timestamp_us, last_assigned_id]);
    }

    /// Adds a scope of a script: scopes come in preorder, each with the number of those around it. A use is the id of
    /// the scope that declares the variable, and the variable's position there.
    pub fn scope(&mut self, script: Node, id: i64, depth: i64, variables: &[&str], uses: &[[i64; 2]]) {
        self.scopes.push([script.0 as i64, id, depth, variables.len() as i64, uses.len() as i64]);
        for name in variables {
            let name = self.string(name);
            self.scope_variables.push(name);
        }
        self.scope_uses.extend(uses);
    }

    /// Gives what V8 knows of code or of a scope's variables a number, as V8 writes numbers.
    pub fn number(&mut self, node: Node, name: &str, value: i64) {
        let number = self.node("number", "int", 0);
        let text = self.node("string", &value.to_string(), 0);
        self.internal(node, name, number);
        self.internal(number, "value", text);
    }

    /// Bytes outside the heap.
    pub fn extra_native_bytes(&mut self, bytes: u64) {
        self.extra_native_bytes = bytes;
    }

    fn string(&mut self, text: &str) -> usize {
        if let Some(&index) = self.known.get(text) {
            return index;
        }
        self.strings.push(text.to_owned());
        self.known.insert(text.to_owned(), self.strings.len() - 1);
        self.strings.len() - 1
    }

    /// The snapshot as JSON.
    pub fn json(&self) -> Vec<u8> {
        const NODE_FIELDS: usize = 7;
        let edge_count: usize = self.nodes.iter().map(|node| node.edges.len()).sum();
        let nodes = self.nodes.iter().map(|node| {
            let NodeData { kind, name, id, self_size, trace_id, detachedness, edges } = node;
            format!("{kind},{name},{id},{self_size},{},{trace_id},{detachedness}", edges.len())
        });
        let edges = self.nodes.iter().flat_map(|node| &node.edges);
        let edges = edges.map(|(kind, name, to)| format!("{kind},{name},{}", to.0 * NODE_FIELDS));
        let locations = self
            .locations
            .iter()
            .map(|[node, script, line, column]| format!("{},{script},{line},{column}", node * NODE_FIELDS as u64));
        let mut header = serde_json::json!({
            "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness"],
                "node_types": [NODE_TYPES, "string", "number", "number", "number", "number", "number"],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [EDGE_TYPES, "string_or_number", "node"],
                "trace_function_info_fields": ["function_id", "name", "script_name", "script_id", "line", "column"],
                "trace_node_fields": ["id", "function_info_index", "count", "size", "children"],
                "sample_fields": ["timestamp_us", "last_assigned_id"],
                "location_fields": ["object_index", "script_id", "line", "column"],
            },
            "node_count": self.nodes.len(),
            "edge_count": edge_count,
            "trace_function_count": self.functions.len(),
            "extra_native_bytes": self.extra_native_bytes,
        });
        let mut sections = vec![
            ("nodes", join(nodes)),
            ("edges", join(edges)),
            ("trace_function_infos", join(self.functions.iter().map(|row| numbers(row)))),
            ("trace_tree", self.trace_tree.clone()),
            ("samples", join(self.samples.iter().map(|row| numbers(row)))),
            ("locations", join(locations)),
        ];
        if !self.scopes.is_empty() {
            let meta = &mut header["meta"];
            meta["scope_fields"] = SCOPE_FIELDS.into();
            meta["scope_context_var_fields"] = ["name"].into();
            meta["scope_use_fields"] = ["declaring_scope_id", "slot_index"].into();
            let scopes = self.scopes.iter().map(|&[script, rest @ ..]| {
                let script = script * NODE_FIELDS as i64;
                format!("{script},{}", numbers(&rest))
            });
            sections.extend([
                ("scopes", join(scopes)),
                ("scope_context_vars", join(self.scope_variables.iter().map(usize::to_string))),
                ("scope_uses", join(self.scope_uses.iter().map(|row| numbers(row)))),
            ]);
        }
        let mut json = format!("{{\"snapshot\":{header}");
        for (name, body) in sections {
            json.push_str(&format!(",\n\"{name}\":[{body}]"));
        }
        json.push_str(&format!(",\n\"strings\":{}}}", serde_json::json!(self.strings)));
        json.into_bytes()
    }
}

/// The line breaks come before the commas, as in V8's output.
fn join(rows: impl Iterator<Item = String>) -> String {
    rows.collect::<Vec<_>>().join("\n,")
}

fn numbers(row: &[impl ToString]) -> String {
    row.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
