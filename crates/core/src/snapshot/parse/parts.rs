//! Sections → columns: the reader of each section, and its result.

use super::document::{Action, Opening, Sections};
use super::records::Records;
use super::rows::{FunctionRows, LocationRows, RowTable, Rows, SampleRows, ScopeRows, UseRows, VariableRows};
use super::tables::{EdgeTable, NodeTable};
use super::text::StringScanner;
use super::trace_tree::TreeScanner;
use crate::snapshot::columns::{Edges, Locations, Nodes};
use crate::snapshot::error::Result;
use crate::snapshot::schema::{Schema, ScopeFields};
use crate::snapshot::scope_tables::ScopeTables;
use crate::snapshot::strings::Strings;
use crate::snapshot::trace::{Allocations, Sample};

/// Sections whose records the header describes.
const NEED_HEADER: [&str; 8] =
    ["nodes", "edges", "locations", "samples", "trace_function_infos", "scopes", "scope_context_vars", "scope_uses"];

/// The sections read so far; `None` if a section has not come.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) nodes: Option<Nodes>,
    pub(crate) edges: Option<Edges>,
    pub(crate) strings: Option<Strings>,
    locations: Option<LocationRows>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) allocations: Allocations,
    pub(crate) scopes: ScopeTables,
}

/// Reader of the section that is open.
#[derive(Debug)]
pub(crate) enum Reader {
    Nodes(Box<Records<NodeTable>>),
    Edges(Box<Records<EdgeTable>>),
    Locations(Box<Records<RowTable<LocationRows>>>),
    Samples(Box<Records<RowTable<SampleRows>>>),
    Functions(Box<Records<RowTable<FunctionRows>>>),
    Scopes(Box<Records<RowTable<ScopeRows>>>),
    Variables(Box<Records<RowTable<VariableRows>>>),
    Uses(Box<Records<RowTable<UseRows>>>),
    Tree(Box<TreeScanner>),
    Strings(Box<StringScanner>),
}

impl Parts {
    /// The locations of `nodes` nodes; empty if there was no such section.
    pub(crate) fn take_locations(&mut self, nodes: usize) -> Result<Locations> {
        self.locations.take().map_or_else(|| Ok(Locations::default()), |rows| rows.finish(nodes))
    }
}

impl Sections for Parts {
    type Reader = Reader;

    fn action(&self, name: &str, schema: Option<&Schema>) -> Action {
        match (name, schema) {
            ("strings" | "trace_tree", _) => Action::Read,
            (name, None) if NEED_HEADER.contains(&name) => Action::Wait,
            (name, Some(schema)) if NEED_HEADER.contains(&name) && schema.declares(name) => Action::Read,
            _ => Action::Skip,
        }
    }

    fn header(&mut self, _schema: &Schema) -> Result<()> {
        Ok(())
    }

    fn open(&mut self, opening: Opening<'_>) -> Result<Reader> {
        match opening.name {
            "strings" => return Ok(Reader::Strings(Box::default())),
            "trace_tree" => return Ok(Reader::Tree(Box::default())),
            _ => {}
        }
        let schema = opening.header()?;
        let nodes = self.nodes.as_ref().map(Nodes::len);
        Ok(match (opening.name, &schema.location, schema.sample, &schema.function) {
            ("nodes", ..) => {
                let most = opening.max_records(schema.node_count, schema.node.count);
                Reader::Nodes(Box::new(Records::new(NodeTable::new(&schema.node, most))))
            }
            ("edges", ..) => {
                let most = opening.max_records(schema.edge_count, schema.edge.count);
                Reader::Edges(Box::new(Records::new(EdgeTable::new(schema, nodes, most))))
            }
            ("locations", Some(fields), _, _) => {
                Reader::Locations(Box::new(Records::new(RowTable(LocationRows::new(schema, fields, nodes)))))
            }
            ("samples", _, Some(fields), _) => {
                Reader::Samples(Box::new(Records::new(RowTable(SampleRows { fields, samples: Vec::new() }))))
            }
            ("scopes" | "scope_context_vars" | "scope_uses", ..) => match schema.scope {
                Some(fields) => scope_reader(opening.name, schema, fields, nodes),
                None => return Err(opening.undeclared()),
            },
            (_, _, _, Some(fields)) => Reader::Functions(Box::new(Records::new(RowTable(FunctionRows {
                fields: fields.clone(),
                functions: Vec::new(),
            })))),
            _ => return Err(opening.undeclared()),
        })
    }

    fn push(&mut self, reader: &mut Reader, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        match reader {
            Reader::Nodes(records) => records.push(chunk, offset),
            Reader::Edges(records) => records.push(chunk, offset),
            Reader::Locations(records) => records.push(chunk, offset),
            Reader::Samples(records) => records.push(chunk, offset),
            Reader::Functions(records) => records.push(chunk, offset),
            Reader::Scopes(records) => records.push(chunk, offset),
            Reader::Variables(records) => records.push(chunk, offset),
            Reader::Uses(records) => records.push(chunk, offset),
            Reader::Tree(scanner) => scanner.push(chunk, offset),
            Reader::Strings(scanner) => scanner.push(chunk, offset),
        }
    }

    fn close(&mut self, reader: Reader) -> Result<()> {
        match reader {
            Reader::Nodes(records) => self.nodes = Some(records.into_table().finish()),
            Reader::Edges(records) => self.edges = Some(records.into_table().finish()),
            Reader::Locations(records) => self.locations = Some(records.into_table().0),
            Reader::Samples(records) => self.samples = records.into_table().0.samples,
            Reader::Functions(records) => self.allocations.functions = records.into_table().0.functions,
            Reader::Scopes(records) => self.scopes.scopes = records.into_table().0.scopes,
            Reader::Variables(records) => self.scopes.variables = records.into_table().0.names,
            Reader::Uses(records) => self.scopes.uses = records.into_table().0.uses,
            Reader::Tree(scanner) => self.allocations.tree = scanner.tree,
            Reader::Strings(scanner) => {
                let mut strings = scanner.strings;
                strings.finish_file();
                self.strings = Some(strings);
            }
        }
        Ok(())
    }
}

/// Opens one of the sections about scopes.
fn scope_reader(name: &str, schema: &Schema, fields: ScopeFields, nodes: Option<usize>) -> Reader {
    fn reader<R: Rows + Sync>(rows: R) -> Box<Records<RowTable<R>>> {
        Box::new(Records::new(RowTable(rows)))
    }
    match name {
        "scopes" => Reader::Scopes(reader(ScopeRows::new(schema, fields, nodes))),
        "scope_context_vars" => Reader::Variables(reader(VariableRows { fields, names: Vec::new() })),
        _ => Reader::Uses(reader(UseRows { fields, uses: Vec::new() })),
    }
}
