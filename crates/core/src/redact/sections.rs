//! Redacts and writes the sections in the order of the file.

use super::NameCounts;
use super::header::header;
use super::keys::KeyFinder;
use super::records::{EdgeText, EdgeTotals, NodeText, NodeTotals, Rewrite, RowText, ScopeText, TextTable};
use super::texts;
use super::token::Key;
use super::uses::{USES, Use, UsedPlaces, place};
use crate::snapshot::error::Result;
use crate::snapshot::parse::Sink;
use crate::snapshot::parse::checks::{
    check_counts, check_edge_counts, check_scopes, check_sizes, check_some_nodes, find_root, missing, range,
};
use crate::snapshot::parse::document::{Action, Opening, Outline, Sections};
use crate::snapshot::parse::records::Records;
use crate::snapshot::parse::rows::{FunctionRows, LocationRows, SampleRows, ScopeRows, UseRows, VariableRows};
use crate::snapshot::parse::text::StringScanner;
use crate::snapshot::parse::trace_tree::TreeScanner;
use crate::snapshot::schema::{Schema, ScopeFields};
use crate::snapshot::scope_tables::ScopeTables;
use crate::snapshot::sensitive::is_script;

/// The reader of the current section.
#[derive(Debug)]
pub(crate) enum Reader {
    Nodes(Box<Records<TextTable<NodeText>>>),
    Edges(Box<Records<TextTable<EdgeText>>>),
    Locations(Box<Records<TextTable<RowText<LocationRows>>>>),
    Samples(Box<Records<TextTable<RowText<SampleRows>>>>),
    Functions(Box<Records<TextTable<RowText<FunctionRows>>>>),
    Scopes(Box<Records<TextTable<ScopeText<ScopeRows>>>>),
    Variables(Box<Records<TextTable<ScopeText<VariableRows>>>>),
    Uses(Box<Records<TextTable<ScopeText<UseRows>>>>),
    Tree(Box<TreeScanner>),
    Strings(Box<StringScanner>),
}

impl NameCounts {
    /// Counts a text with this use. Positions are no names.
    fn count(&mut self, what: Use, text: &[u8]) {
        match what {
            _ if text.is_empty() => {}
            Use::Text => self.hidden_texts += 1,
            Use::Name if text.iter().all(u8::is_ascii_digit) => {}
            Use::Name => self.properties += 1,
            Use::Label | Use::Script if is_script(text) => self.scripts += 1,
            Use::Label | Use::Script => self.functions += 1,
        }
    }
}

/// Writes what it reads, and keeps what the checks across sections need.
#[derive(Debug)]
pub(crate) struct Redaction {
    key: Key,
    out: Box<dyn Sink>,
    /// Text that is not in `out` yet, and a string that is not in this text yet.
    text: Vec<u8>,
    string: Vec<u8>,
    used: UsedPlaces,
    nodes: Option<(u64, NodeTotals)>,
    edges: Option<(u64, EdgeTotals)>,
    functions: Option<(u64, Option<u32>)>,
    max_function: Option<u32>,
    scopes: ScopeTables,
    keys: Option<KeyFinder>,
    names: NameCounts,
    strings: u64,
    read: Vec<String>,
}

impl Redaction {
    pub(crate) fn new(key: Key, out: Box<dyn Sink>) -> Self {
        Self {
            key,
            out,
            text: Vec::new(),
            string: Vec::new(),
            used: UsedPlaces::default(),
            nodes: None,
            edges: None,
            functions: None,
            max_function: None,
            scopes: ScopeTables::default(),
            keys: None,
            names: NameCounts::default(),
            strings: 0,
            read: Vec::new(),
        }
    }

    fn has_read(&self, name: &str) -> bool {
        self.read.iter().any(|read| read == name)
    }

    fn send(&mut self) -> Result<()> {
        self.out.take(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Passes on the output of a table and keeps the strings to which it refers.
    fn forward(&mut self, text: &mut Vec<u8>, places: &mut Vec<u64>) -> Result<()> {
        places.drain(..).for_each(|place| self.used.insert(place));
        self.out.take(text)?;
        text.clear();
        Ok(())
    }

    fn records<R: Rewrite + Sync>(
        &mut self,
        records: &mut Records<TextTable<R>>,
        chunk: &[u8],
        offset: u64,
    ) -> Result<(usize, bool)> {
        let step = records.push(chunk, offset)?;
        self.forward(&mut records.table.text, &mut records.table.places)?;
        Ok(step)
    }

    fn tree(&mut self, scanner: &mut TreeScanner, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let step = scanner.push(chunk, offset)?;
        // The scanner accepts only numbers and brackets.
        self.out.take(&chunk[..step.0])?;
        let most = scanner.tree.drain(..).map(|node| node.function).max();
        self.max_function = self.max_function.max(most);
        Ok(step)
    }

    fn strings(&mut self, scanner: &mut StringScanner, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let step = scanner.push(chunk, offset)?;
        let Self { key, text, string, used, strings, keys, names, .. } = self;
        scanner.drain(|original| {
            for what in USES {
                if *strings > 0 || what != USES[0] {
                    text.extend_from_slice(b",\n");
                }
                string.clear();
                if used.contains(place(*strings as u32, what)) {
                    let is_key = |keys: &mut KeyFinder| keys.is_data_key(*strings as u32, original);
                    if what == Use::Name && keys.as_mut().is_some_and(is_key) {
                        texts::write_key(key, original, string);
                        names.hidden_keys += 1;
                    } else {
                        texts::write(key, original, what, string);
                        names.count(what, original);
                    }
                }
                write_json(string, text);
            }
            *strings += 1;
        });
        self.send()?;
        Ok(step)
    }

    /// The parser's checks across sections, then the end of the file.
    pub(crate) fn finish(mut self, mut outline: Outline) -> Result<(Box<dyn Sink>, Vec<String>, NameCounts)> {
        let schema = outline.schema.take().ok_or_else(|| missing("snapshot", &outline))?;
        let (nodes, node_totals) = self.nodes.take().ok_or_else(|| missing("nodes", &outline))?;
        let (edges, edge_totals) = self.edges.take().ok_or_else(|| missing("edges", &outline))?;
        if !self.has_read("strings") {
            return Err(missing("strings", &outline));
        }
        check_counts(schema.node_count, nodes, "nodes", &outline)?;
        check_counts(schema.edge_count, edges, "edges", &outline)?;
        check_edge_counts(node_totals.edges, edges).map_err(|error| error.at(outline.offset_of("edges")))?;
        let strings = self.strings;
        let beyond = |name: Option<u32>| name.filter(|&name| u64::from(name) >= strings);
        let named = Some(node_totals.max_name).filter(|_| nodes > 0);
        for (section, name) in [("nodes", named), ("edges", edge_totals.max_name)] {
            if let Some(name) = beyond(name) {
                return Err(range(section, &outline, format!("one of {strings} strings"), format!("name {name}")));
            }
        }
        check_sizes(node_totals.self_size.saturating_add(schema.extra_native_bytes), &outline)?;
        check_some_nodes(nodes, &outline)?;
        find_root(&schema, nodes, &outline)?;
        if edges > 0 && u64::from(edge_totals.max_target) >= nodes {
            let found = format!("node {}", edge_totals.max_target);
            return Err(range("edges", &outline, format!("to_node of one of {nodes} nodes"), found));
        }
        let (functions, max_string) = self.functions.unwrap_or_default();
        if let Some(function) = self.max_function.filter(|&function| u64::from(function) >= functions) {
            let expected = format!("one of {functions} functions");
            return Err(range("trace_tree", &outline, expected, format!("function {function}")));
        }
        if let Some(name) = beyond(max_string) {
            let expected = format!("names among {strings} strings");
            return Err(range("trace_function_infos", &outline, expected, format!("string {name}")));
        }
        check_scopes(&self.scopes, nodes, strings, &outline)?;
        self.out.take(b"}\n")?;
        outline.skipped.retain(|skipped| skipped.strip_prefix("section ").is_none_or(|name| !self.has_read(name)));
        Ok((self.out, outline.skipped, self.names))
    }
}

const PARSED: [&str; 10] = [
    "nodes",
    "edges",
    "locations",
    "samples",
    "trace_function_infos",
    "trace_tree",
    "scopes",
    "scope_context_vars",
    "scope_uses",
    "strings",
];

impl Sections for Redaction {
    type Reader = Reader;

    /// Writes the header first, nodes before edges and strings last, which is V8's order. Sections in another order
    /// wait.
    fn action(&self, name: &str, schema: Option<&Schema>) -> Action {
        let is_known = PARSED.contains(&name);
        let Some(schema) = schema else { return if is_known { Action::Wait } else { Action::Skip } };
        if !is_known || !schema.declares(name) {
            return Action::Skip;
        }
        let pointing: &[&str] = match name {
            "edges" | "locations" | "scopes" => &["nodes"],
            "strings" => &["nodes", "edges", "trace_function_infos", "scope_context_vars"],
            _ => &[],
        };
        let is_there = |name: &&str| self.has_read(name) || !schema.declares(name);
        if pointing.iter().all(is_there) { Action::Read } else { Action::Wait }
    }

    fn header(&mut self, schema: &Schema) -> Result<()> {
        self.text.extend_from_slice(b"{\"snapshot\":");
        self.text.extend_from_slice(header(schema).to_string().as_bytes());
        self.send()
    }

    fn open(&mut self, opening: Opening<'_>) -> Result<Reader> {
        let schema = opening.header()?;
        let nodes = self.nodes.as_ref().map(|&(nodes, _)| nodes);
        self.text.extend_from_slice(format!(",\n\"{}\":[", opening.name).as_bytes());
        self.send()?;
        self.read.push(opening.name.to_owned());
        Ok(match (opening.name, &schema.location, schema.sample, &schema.function) {
            ("nodes", ..) => Reader::Nodes(reader(NodeText::new(schema))),
            ("edges", ..) => {
                let facts = self.nodes.as_mut().map(|(_, totals)| std::mem::take(&mut totals.facts));
                self.keys = Some(KeyFinder::new(schema, facts.unwrap_or_default()));
                Reader::Edges(reader(EdgeText::new(schema, nodes, &self.key)))
            }
            ("trace_tree", ..) => Reader::Tree(Box::default()),
            ("locations", Some(fields), _, _) => {
                let rows = LocationRows::new(schema, fields, nodes.map(|nodes| nodes as usize));
                Reader::Locations(reader(RowText::new(rows, schema)))
            }
            ("samples", _, Some(fields), _) => {
                Reader::Samples(reader(RowText::new(SampleRows { fields, samples: Vec::new() }, schema)))
            }
            ("trace_function_infos", _, _, Some(fields)) => {
                let rows = FunctionRows { fields: fields.clone(), functions: Vec::new() };
                Reader::Functions(reader(RowText::new(rows, schema)))
            }
            ("scopes" | "scope_context_vars" | "scope_uses", ..) => match schema.scope {
                Some(fields) => scope_reader(opening.name, schema, fields, nodes),
                None => return Err(opening.undeclared()),
            },
            _ => Reader::Strings(Box::default()),
        })
    }

    fn push(&mut self, reader: &mut Reader, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        match reader {
            Reader::Nodes(records) => self.records(records, chunk, offset),
            Reader::Edges(records) => {
                let step = self.records(records, chunk, offset);
                if let Some(keys) = &mut self.keys {
                    keys.take(records.table.totals.facts.drain(..));
                }
                step
            }
            Reader::Locations(records) => self.records(records, chunk, offset),
            Reader::Samples(records) => self.records(records, chunk, offset),
            Reader::Functions(records) => self.records(records, chunk, offset),
            Reader::Scopes(records) => self.records(records, chunk, offset),
            Reader::Variables(records) => self.records(records, chunk, offset),
            Reader::Uses(records) => self.records(records, chunk, offset),
            Reader::Tree(scanner) => self.tree(scanner, chunk, offset),
            Reader::Strings(scanner) => self.strings(scanner, chunk, offset),
        }
    }

    fn close(&mut self, reader: Reader) -> Result<()> {
        match reader {
            Reader::Nodes(records) => {
                let table = records.into_table();
                self.nodes = Some((table.count, table.totals));
            }
            Reader::Edges(records) => {
                let table = records.into_table();
                self.edges = Some((table.count, table.totals));
                self.keys.iter_mut().for_each(KeyFinder::end);
            }
            Reader::Functions(records) => {
                let table = records.into_table();
                self.functions = Some((table.count, table.totals.max_string));
            }
            // The scanner's output contains the bracket.
            Reader::Tree(_) => return Ok(()),
            Reader::Scopes(records) => self.scopes.scopes = records.into_table().totals.0,
            Reader::Variables(records) => self.scopes.variables = records.into_table().totals.0,
            Reader::Uses(records) => self.scopes.uses = records.into_table().totals.0,
            Reader::Locations(_) | Reader::Samples(_) | Reader::Strings(_) => {}
        }
        self.text.push(b']');
        self.send()
    }
}

fn reader<R: Rewrite + Sync>(rewrite: R) -> Box<Records<TextTable<R>>> {
    Box::new(Records::new(TextTable::new(rewrite)))
}

/// Opens one of the sections about scopes.
fn scope_reader(name: &str, schema: &Schema, fields: ScopeFields, nodes: Option<u64>) -> Reader {
    match name {
        "scopes" => {
            let rows = ScopeRows::new(schema, fields, nodes.map(|nodes| nodes as usize));
            Reader::Scopes(reader(ScopeText::new(rows, schema)))
        }
        "scope_context_vars" => {
            Reader::Variables(reader(ScopeText::new(VariableRows { fields, names: Vec::new() }, schema)))
        }
        _ => Reader::Uses(reader(ScopeText::new(UseRows { fields, uses: Vec::new() }, schema))),
    }
}

/// Writes WTF-8 text as JSON, with unpaired surrogates as escapes.
fn write_json(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut at = 0;
    let special = |i: usize| match text[i] {
        0..0x20 | b'"' | b'\\' => true,
        0xed => text.get(i + 1).is_some_and(|&next| next >= 0xa0),
        _ => false,
    };
    while let Some(length) = (at..text.len()).position(special) {
        let stop = at + length;
        out.extend_from_slice(&text[at..stop]);
        at = stop + 1;
        match text[stop] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0xed => {
                for unit in crate::snapshot::strings::utf16(&text[stop..stop + 3]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
                at = stop + 3;
            }
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&text[at..]);
    out.push(b'"');
}
