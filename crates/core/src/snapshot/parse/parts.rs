//! Sections → columns: which reader each section goes through, and what they leave.

use super::document::{Action, Opening, Sections};
use super::records::Records;
use super::rows::{FunctionRows, LocationRows, RowTable, SampleRows};
use super::tables::{EdgeTable, NodeTable};
use super::text::StringScanner;
use super::trace_tree::TreeScanner;
use crate::snapshot::columns::{Edges, Locations, Nodes};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::schema::Schema;
use crate::snapshot::strings::Strings;
use crate::snapshot::trace::{Allocations, Sample};

/// What has been read so far; `None` where the section has not come.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) nodes: Option<Nodes>,
    pub(crate) edges: Option<Edges>,
    pub(crate) strings: Option<Strings>,
    locations: Option<LocationRows>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) allocations: Allocations,
}

/// Reader of the section that is open.
#[derive(Debug)]
pub(crate) enum Reader {
    Nodes(Box<Records<NodeTable>>),
    Edges(Box<Records<EdgeTable>>),
    Locations(Box<Records<RowTable<LocationRows>>>),
    Samples(Box<Records<RowTable<SampleRows>>>),
    Functions(Box<Records<RowTable<FunctionRows>>>),
    Tree(Box<TreeScanner>),
    Strings(Box<StringScanner>),
}

impl Parts {
    /// The locations of `nodes` nodes; none when there was no such section.
    pub(crate) fn take_locations(&mut self, nodes: usize) -> Result<Locations> {
        self.locations.take().map_or_else(|| Ok(Locations::default()), |rows| rows.finish(nodes))
    }
}

impl Sections for Parts {
    type Reader = Reader;

    fn action(&self, name: &str, schema: Option<&Schema>) -> Action {
        match (name, schema) {
            ("strings" | "trace_tree", _) => Action::Read,
            ("nodes" | "edges" | "locations" | "samples" | "trace_function_infos", None) => Action::Wait,
            ("nodes" | "edges" | "locations" | "samples" | "trace_function_infos", Some(schema))
                if schema.declares(name) =>
            {
                Action::Read
            }
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
            (_, _, _, Some(fields)) => Reader::Functions(Box::new(Records::new(RowTable(FunctionRows {
                fields: fields.clone(),
                functions: Vec::new(),
            })))),
            (name, ..) => return Err(Error::new(Code::Header, format!("the fields of {name}"), "none")),
        })
    }

    fn push(&mut self, reader: &mut Reader, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        match reader {
            Reader::Nodes(records) => records.push(chunk, offset),
            Reader::Edges(records) => records.push(chunk, offset),
            Reader::Locations(records) => records.push(chunk, offset),
            Reader::Samples(records) => records.push(chunk, offset),
            Reader::Functions(records) => records.push(chunk, offset),
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
