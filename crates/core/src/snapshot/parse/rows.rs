//! Records → rows, for sections with few records or whose order is significant.
//!
//! Slices collect rows in parallel; the table consumes them in order. See `tables.rs` for sections
//! that are written in place.

use super::records::{BadField, Slice, Table};
use super::tables::{bad, unsigned};
use crate::snapshot::column::push;
use crate::snapshot::columns::{FieldDivider, Location, Locations, MAX_NODES};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::schema::{FunctionFields, LocationFields, Schema, ScopeFields};
use crate::snapshot::scope_tables::{ScopeRow, ScopeUse};
use crate::snapshot::trace::{Function, Sample};

/// A table with few records or a significant order: slices collect rows, `commit` consumes them in order.
pub trait Rows {
    type Row: Send;
    const SECTION: &'static str;
    fn fields(&self) -> usize;
    fn row(&self, values: &[i64]) -> std::result::Result<Self::Row, BadField>;
    fn add(&mut self, row: Self::Row) -> Result<()>;
}

/// Makes a [`Table`] of [`Rows`].
#[derive(Debug)]
pub(crate) struct RowTable<R>(pub(crate) R);

pub(crate) struct RowSlice<'a, R: Rows> {
    rows: &'a R,
    gathered: Vec<R::Row>,
}

impl<R: Rows + Sync> Slice for RowSlice<'_, R> {
    type Extra = Vec<R::Row>;

    #[inline]
    fn put(&mut self, _at: usize, values: &[i64]) -> std::result::Result<(), BadField> {
        self.gathered.push(self.rows.row(values)?);
        Ok(())
    }

    fn into_extra(self) -> Self::Extra {
        self.gathered
    }
}

impl<R: Rows + Sync> Table for RowTable<R> {
    type Extra = Vec<R::Row>;
    type Slice<'a>
        = RowSlice<'a, R>
    where
        R: 'a;

    fn section(&self) -> &'static str {
        R::SECTION
    }

    fn fields(&self) -> usize {
        self.0.fields()
    }

    fn slices(&mut self, lengths: &[usize]) -> Result<Vec<RowSlice<'_, R>>> {
        Ok(lengths.iter().map(|&length| RowSlice { rows: &self.0, gathered: Vec::with_capacity(length) }).collect())
    }

    fn commit(&mut self, _lengths: &[usize], extras: Vec<Self::Extra>) -> Result<()> {
        extras.into_iter().flatten().try_for_each(|row| self.0.add(row))
    }
}

/// `locations`.
#[derive(Debug)]
pub struct LocationRows {
    fields: LocationFields,
    divider: FieldDivider,
    nodes: Option<u32>,
    locations: Locations,
    /// Records read before the number of nodes was known.
    early: Vec<(u32, u32)>,
    /// A direct-mapped cache of recent locations, of which a heap has few.
    recent: Vec<(Location, u32)>,
}

const RECENT: usize = 1 << 12;

/// The number of the node at an index, where there are so many nodes.
#[inline]
fn node_at(index: i64, field: usize, divider: FieldDivider, nodes: u32) -> std::result::Result<u32, BadField> {
    let node = u32::try_from(index).ok().and_then(|index| divider.ordinal(index));
    node.filter(|&node| node < nodes).ok_or_else(|| bad(field, "the index of a node"))
}

/// The range of 32 bits, signed or unsigned.
const MIN_I32: i64 = i32::MIN as i64;
const MAX_U32: i64 = u32::MAX as i64;

impl LocationRows {
    pub fn new(schema: &Schema, fields: &LocationFields, nodes: Option<usize>) -> Self {
        let none = (Location { script_id: i32::MIN, line: 0, column: 0 }, 0);
        Self {
            fields: fields.clone(),
            divider: FieldDivider::new(schema.node.count),
            nodes: nodes.map(|nodes| nodes as u32),
            locations: Locations::default(),
            early: Vec::new(),
            recent: vec![none; RECENT],
        }
    }

    fn place(&mut self, location: Location) -> Result<u32> {
        let hash =
            ((location.script_id as u32).wrapping_mul(31) ^ location.line).wrapping_mul(0x1e35_7a7d) ^ location.column;
        let slot = &mut self.recent[(hash ^ (hash >> 12)) as usize % RECENT];
        if slot.0 != location {
            self.locations.known.try_reserve(1).map_err(|_| Error::out_of_memory(self.locations.known.len()))?;
            let next = self.locations.places.len() as u32;
            let at = *self.locations.known.entry(location).or_insert(next);
            if at == next {
                push(&mut self.locations.places, location)?;
            }
            *slot = (location, at);
        }
        Ok(slot.1)
    }

    /// The locations of `nodes` nodes.
    pub(crate) fn finish(mut self, nodes: usize) -> Result<Locations> {
        if self.locations.places.is_empty() {
            return Ok(Locations::default());
        }
        if self.locations.of_node.is_empty() {
            self.locations.of_node = crate::snapshot::column::filled(u32::MAX, nodes)?;
        }
        for &(node, place) in &self.early {
            let Some(slot) = self.locations.of_node.get_mut(node as usize) else {
                return Err(Error::new(
                    Code::Range,
                    format!("object_index of one of {nodes} nodes"),
                    format!("node {node}"),
                )
                .in_section("locations"));
            };
            *slot = place;
        }
        Ok(self.locations)
    }
}

impl Rows for LocationRows {
    type Row = (u32, Location);
    const SECTION: &'static str = "locations";

    fn fields(&self) -> usize {
        self.fields.count
    }

    #[inline]
    fn row(&self, values: &[i64]) -> std::result::Result<Self::Row, BadField> {
        let fields = &self.fields;
        let number = |field: usize| match values[field] {
            value @ MIN_I32..=MAX_U32 => Ok(value as u32),
            _ => Err(bad(field, "a number of 32 bits")),
        };
        let location = Location {
            script_id: number(fields.script_id)? as i32,
            line: number(fields.line)?,
            column: number(fields.column)?,
        };
        let nodes = self.nodes.unwrap_or(MAX_NODES as u32);
        Ok((node_at(values[fields.object_index], fields.object_index, self.divider, nodes)?, location))
    }

    fn add(&mut self, (node, location): Self::Row) -> Result<()> {
        let place = self.place(location)?;
        match self.nodes {
            Some(nodes) if self.locations.of_node.is_empty() => {
                self.locations.of_node = crate::snapshot::column::filled(u32::MAX, nodes as usize)?;
                self.locations.of_node[node as usize] = place;
            }
            Some(_) => self.locations.of_node[node as usize] = place,
            None => push(&mut self.early, (node, place))?,
        }
        Ok(())
    }
}

/// `samples`.
#[derive(Debug)]
pub struct SampleRows {
    pub fields: (usize, usize, usize),
    pub samples: Vec<Sample>,
}

impl Rows for SampleRows {
    type Row = Sample;
    const SECTION: &'static str = "samples";

    fn fields(&self) -> usize {
        self.fields.0
    }

    fn row(&self, values: &[i64]) -> std::result::Result<Sample, BadField> {
        let (_, timestamp, last_id) = self.fields;
        Ok(Sample {
            timestamp_us: u64::try_from(values[timestamp]).map_err(|_| bad(timestamp, "a time in microseconds"))?,
            last_assigned_id: unsigned(values[last_id], last_id, "an id of 32 bits")?,
        })
    }

    fn add(&mut self, sample: Sample) -> Result<()> {
        push(&mut self.samples, sample)
    }
}

/// `trace_function_infos`.
#[derive(Debug)]
pub struct FunctionRows {
    pub fields: FunctionFields,
    pub functions: Vec<Function>,
}

impl Rows for FunctionRows {
    type Row = Function;
    const SECTION: &'static str = "trace_function_infos";

    fn fields(&self) -> usize {
        self.fields.count
    }

    fn row(&self, values: &[i64]) -> std::result::Result<Function, BadField> {
        let fields = &self.fields;
        Ok(Function {
            name: StringIx(unsigned(values[fields.name], fields.name, "the index of a string")?),
            script_name: StringIx(unsigned(values[fields.script_name], fields.script_name, "the index of a string")?),
            script_id: values[fields.script_id],
            line: values[fields.line],
            column: values[fields.column],
        })
    }

    fn add(&mut self, function: Function) -> Result<()> {
        push(&mut self.functions, function)
    }
}

/// `scopes`.
#[derive(Debug)]
pub struct ScopeRows {
    fields: ScopeFields,
    divider: FieldDivider,
    nodes: u32,
    pub scopes: Vec<ScopeRow>,
}

impl ScopeRows {
    pub fn new(schema: &Schema, fields: ScopeFields, nodes: Option<usize>) -> Self {
        let nodes = nodes.map_or(MAX_NODES as u32, |nodes| nodes as u32);
        Self { fields, divider: FieldDivider::new(schema.node.count), nodes, scopes: Vec::new() }
    }
}

impl Rows for ScopeRows {
    type Row = ScopeRow;
    const SECTION: &'static str = "scopes";

    fn fields(&self) -> usize {
        self.fields.scope[0]
    }

    fn row(&self, values: &[i64]) -> std::result::Result<ScopeRow, BadField> {
        let [_, script, id, depth, variables, uses] = self.fields.scope;
        Ok(ScopeRow {
            script: NodeIx(node_at(values[script], script, self.divider, self.nodes)?),
            id: scope_id(values[id], id)?,
            depth: unsigned(values[depth], depth, "a depth")?,
            variables: unsigned(values[variables], variables, "a number of variables")?,
            uses: unsigned(values[uses], uses, "a number of uses")?,
        })
    }

    fn add(&mut self, scope: ScopeRow) -> Result<()> {
        push(&mut self.scopes, scope)
    }
}

fn scope_id(value: i64, field: usize) -> std::result::Result<i32, BadField> {
    i32::try_from(value).map_err(|_| bad(field, "a scope's id of 32 bits"))
}

/// `scope_context_vars`.
#[derive(Debug)]
pub struct VariableRows {
    pub fields: ScopeFields,
    pub names: Vec<StringIx>,
}

impl Rows for VariableRows {
    type Row = StringIx;
    const SECTION: &'static str = "scope_context_vars";

    fn fields(&self) -> usize {
        self.fields.variable[0]
    }

    fn row(&self, values: &[i64]) -> std::result::Result<StringIx, BadField> {
        let [_, name] = self.fields.variable;
        unsigned(values[name], name, "the index of a string").map(StringIx)
    }

    fn add(&mut self, name: StringIx) -> Result<()> {
        push(&mut self.names, name)
    }
}

/// `scope_uses`.
#[derive(Debug)]
pub struct UseRows {
    pub fields: ScopeFields,
    pub uses: Vec<ScopeUse>,
}

impl Rows for UseRows {
    type Row = ScopeUse;
    const SECTION: &'static str = "scope_uses";

    fn fields(&self) -> usize {
        self.fields.usage[0]
    }

    fn row(&self, values: &[i64]) -> std::result::Result<ScopeUse, BadField> {
        let [_, by, slot] = self.fields.usage;
        let declared_by = scope_id(values[by], by)?;
        Ok(ScopeUse { declared_by, slot: unsigned(values[slot], slot, "the position of a variable")? })
    }

    fn add(&mut self, usage: ScopeUse) -> Result<()> {
        push(&mut self.uses, usage)
    }
}
