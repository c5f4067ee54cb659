//! Records → columns: the column of each number of a record, and its valid values.

use super::records::{BadField, MAX_FIELDS, Run, ScanResult, Slice, Table};
use crate::snapshot::column::Column;
use crate::snapshot::columns::{BIG_SIZE, Edges, FieldDivider, MAX_NODES, Nodes, SelfSizes};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::schema::{EdgeFields, EdgeKind, NodeFields, Schema};
use std::mem::MaybeUninit;

/// Cuts the next part of a column into runs of these lengths.
fn cut<'a, T: Copy>(
    column: &'a mut Column<T>,
    lengths: &[usize],
) -> Result<std::vec::IntoIter<&'a mut [MaybeUninit<T>]>> {
    let total = lengths.iter().sum();
    column.reserve(total)?;
    let mut rest = column.spare(total);
    let mut runs = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let (run, after) = rest.split_at_mut(length);
        runs.push(run);
        rest = after;
    }
    Ok(runs.into_iter())
}

/// The same for a column that may be absent: empty runs then.
fn cut_if<'a, T: Copy>(
    present: bool,
    column: &'a mut Column<T>,
    lengths: &[usize],
) -> Result<std::vec::IntoIter<&'a mut [MaybeUninit<T>]>> {
    if present {
        cut(column, lengths)
    } else {
        Ok(lengths.iter().map(|_| Default::default()).collect::<Vec<_>>().into_iter())
    }
}

#[inline(always)]
pub(super) fn unsigned(value: i64, field: usize, what: &str) -> std::result::Result<u32, BadField> {
    u32::try_from(value).map_err(|_| bad(field, what))
}

#[cold]
pub(super) fn bad(field: usize, what: &str) -> BadField {
    BadField { field, expected: what.to_owned() }
}

/// `nodes`.
#[derive(Debug)]
pub(crate) struct NodeTable {
    fields: NodeFields,
    kinds: Column<u8>,
    names: Column<u32>,
    ids: Column<u32>,
    self_sizes: Column<u32>,
    big_sizes: Vec<(u32, u64)>,
    edge_counts: Column<u32>,
    trace_ids: Column<u32>,
    detachedness: Column<u8>,
    max_name: u32,
}

/// Values of a run of nodes that do not fit the columns.
#[derive(Default)]
pub(crate) struct NodeExtra {
    big_sizes: Vec<(u32, u64)>,
    max_name: u32,
}

impl NodeTable {
    /// `most` is the number of nodes that the header claims, limited by the size of the input.
    pub(crate) fn new(fields: &NodeFields, most: usize) -> Self {
        let mut table = Self {
            fields: fields.clone(),
            kinds: Column::default(),
            names: Column::default(),
            ids: Column::default(),
            self_sizes: Column::default(),
            big_sizes: Vec::new(),
            edge_counts: Column::default(),
            trace_ids: Column::default(),
            detachedness: Column::default(),
            max_name: 0,
        };
        table.kinds.claim(most);
        table.names.claim(most);
        table.ids.claim(most);
        table.self_sizes.claim(most);
        // One more, since the prefix sums end with the number of edges.
        table.edge_counts.claim(most + 1);
        table.trace_ids.claim(most);
        table.detachedness.claim(most);
        table
    }

    pub(crate) fn finish(self) -> Nodes {
        Nodes {
            kinds: self.kinds.finish(),
            names: self.names.finish(),
            ids: self.ids.finish(),
            self_sizes: SelfSizes { small: self.self_sizes.finish(), big: self.big_sizes },
            first_edge: self.edge_counts.finish(),
            trace_ids: self.trace_ids.finish(),
            detachedness: self.detachedness.finish(),
            max_name: self.max_name,
        }
    }
}

/// The values of a node's record.
pub struct NodeRecord {
    pub kind: u8,
    pub name: u32,
    pub(crate) id: u32,
    pub self_size: u64,
    pub edge_count: u32,
    pub(crate) trace_node_id: Option<u32>,
    pub(crate) detachedness: Option<u8>,
}

impl NodeRecord {
    /// Makes the checks that need only one record.
    #[inline(always)]
    pub fn read(fields: &NodeFields, values: &[i64]) -> std::result::Result<Self, BadField> {
        let kind = u8::try_from(values[fields.kind]).map_err(|_| bad(fields.kind, "a node type from 0 to 255"))?;
        let name = unsigned(values[fields.name], fields.name, "the index of a string")?;
        let id = unsigned(values[fields.id], fields.id, "an id of 32 bits")?;
        // The analysis sums up sizes in 64 bits, so a single one must be well below that.
        let self_size = u64::try_from(values[fields.self_size]).ok().filter(|&size| size < 1 << 53);
        let self_size = self_size.ok_or_else(|| bad(fields.self_size, "a self size from 0 to 2^53"))?;
        let edge_count = unsigned(values[fields.edge_count], fields.edge_count, "a number of edges")?;
        let trace_node_id = match fields.trace_node_id {
            Some(field) => Some(unsigned(values[field], field, "the id of a trace node")?),
            None => None,
        };
        let detachedness = fields.detachedness.map(|field| (values[field] & 3) as u8);
        Ok(Self { kind, name, id, self_size, edge_count, trace_node_id, detachedness })
    }
}

pub(crate) struct NodeSlice<'a> {
    fields: &'a NodeFields,
    kinds: &'a mut [MaybeUninit<u8>],
    names: &'a mut [MaybeUninit<u32>],
    ids: &'a mut [MaybeUninit<u32>],
    self_sizes: &'a mut [MaybeUninit<u32>],
    edge_counts: &'a mut [MaybeUninit<u32>],
    trace_ids: &'a mut [MaybeUninit<u32>],
    detachedness: &'a mut [MaybeUninit<u8>],
    extra: NodeExtra,
}

impl Slice for NodeSlice<'_> {
    type Extra = NodeExtra;

    #[inline(always)]
    fn put(&mut self, at: usize, values: &[i64]) -> std::result::Result<(), BadField> {
        let node = NodeRecord::read(self.fields, values)?;
        self.kinds[at].write(node.kind);
        self.extra.max_name = self.extra.max_name.max(node.name);
        self.names[at].write(node.name);
        self.ids[at].write(node.id);
        let small = if node.self_size < u64::from(BIG_SIZE) {
            node.self_size as u32
        } else {
            self.extra.big_sizes.push((at as u32, node.self_size));
            BIG_SIZE
        };
        self.self_sizes[at].write(small);
        self.edge_counts[at].write(node.edge_count);
        if let Some(id) = node.trace_node_id {
            self.trace_ids[at].write(id);
        }
        if let Some(state) = node.detachedness {
            self.detachedness[at].write(state);
        }
        Ok(())
    }

    fn scan(&mut self, run: &Run<'_>) -> ScanResult {
        match run.fields {
            6 => run.scan::<Self, 6>(self),
            7 => run.scan::<Self, 7>(self),
            _ => run.scan::<Self, MAX_FIELDS>(self),
        }
    }

    fn into_extra(self) -> Self::Extra {
        self.extra
    }
}

impl Table for NodeTable {
    type Extra = NodeExtra;
    type Slice<'a> = NodeSlice<'a>;

    fn section(&self) -> &'static str {
        "nodes"
    }

    fn fields(&self) -> usize {
        self.fields.count
    }

    fn slices(&mut self, lengths: &[usize]) -> Result<Vec<NodeSlice<'_>>> {
        let total: usize = lengths.iter().sum();
        if (self.kinds.len() + total) as u64 > MAX_NODES {
            return Err(Error::new(Code::TooLarge, format!("at most {MAX_NODES} nodes"), "more"));
        }
        let fields = &self.fields;
        let mut kinds = cut(&mut self.kinds, lengths)?;
        let mut names = cut(&mut self.names, lengths)?;
        let mut ids = cut(&mut self.ids, lengths)?;
        let mut self_sizes = cut(&mut self.self_sizes, lengths)?;
        let mut edge_counts = cut(&mut self.edge_counts, lengths)?;
        let mut trace_ids = cut_if(fields.trace_node_id.is_some(), &mut self.trace_ids, lengths)?;
        let mut detachedness = cut_if(fields.detachedness.is_some(), &mut self.detachedness, lengths)?;
        let slice = |_: &usize| {
            Some(NodeSlice {
                fields,
                kinds: kinds.next()?,
                names: names.next()?,
                ids: ids.next()?,
                self_sizes: self_sizes.next()?,
                edge_counts: edge_counts.next()?,
                trace_ids: trace_ids.next()?,
                detachedness: detachedness.next()?,
                extra: NodeExtra::default(),
            })
        };
        Ok(lengths.iter().map_while(slice).collect())
    }

    fn commit(&mut self, lengths: &[usize], extras: Vec<Self::Extra>) -> Result<()> {
        let mut base = self.kinds.len() as u32;
        for (extra, &length) in extras.into_iter().zip(lengths) {
            self.big_sizes.extend(extra.big_sizes.into_iter().map(|(at, size)| (base + at, size)));
            self.max_name = self.max_name.max(extra.max_name);
            base += length as u32;
        }
        let more = lengths.iter().sum();
        // SAFETY: every slice's records were put, and `put` writes each present column at its place.
        unsafe {
            self.kinds.commit(more);
            self.names.commit(more);
            self.ids.commit(more);
            self.self_sizes.commit(more);
            self.edge_counts.commit(more);
            if self.fields.trace_node_id.is_some() {
                self.trace_ids.commit(more);
            }
            if self.fields.detachedness.is_some() {
                self.detachedness.commit(more);
            }
        }
        Ok(())
    }
}

/// The values of an edge's record.
pub struct EdgeRecord {
    pub kind: EdgeKind,
    pub target: u32,
    pub(crate) label: EdgeLabel,
}

/// The value of `name_or_index`.
pub(crate) enum EdgeLabel {
    /// A string or an index, depending on the kind.
    Plain(u32),
    /// An index that does not fit the column: V8 writes a few negative ones.
    Odd(i64),
}

/// Makes the checks that need only one record of `edges`.
#[derive(Debug)]
pub struct EdgeReader {
    fields: EdgeFields,
    kinds: [EdgeKind; 256],
    divider: FieldDivider,
    /// The number of nodes, or the largest possible one before `nodes` has come.
    nodes: u32,
}

impl EdgeReader {
    pub fn new(schema: &Schema, nodes: Option<usize>) -> Self {
        Self {
            fields: schema.edge.clone(),
            kinds: schema.edge_kinds,
            divider: FieldDivider::new(schema.node.count),
            nodes: nodes.map_or(MAX_NODES as u32, |nodes| nodes as u32),
        }
    }

    #[inline(always)]
    pub fn read(&self, values: &[i64]) -> std::result::Result<EdgeRecord, BadField> {
        let fields = &self.fields;
        let Ok(number) = u8::try_from(values[fields.kind]) else {
            return Err(bad(fields.kind, "an edge type from 0 to 255"));
        };
        let kind = self.kinds[number as usize];
        let target = u32::try_from(values[fields.to_node]).ok().and_then(|index| self.divider.ordinal(index));
        let Some(target) = target.filter(|&target| target < self.nodes) else {
            return Err(bad(fields.to_node, "the index of a node"));
        };
        let name = values[fields.name_or_index];
        let label = match u32::try_from(name) {
            Ok(name) => EdgeLabel::Plain(name),
            Err(_) if kind.is_indexed() => EdgeLabel::Odd(name),
            Err(_) => return Err(bad(fields.name_or_index, "the index of a string")),
        };
        Ok(EdgeRecord { kind, target, label })
    }
}

/// `edges`.
#[derive(Debug)]
pub(crate) struct EdgeTable {
    reader: EdgeReader,
    targets: Column<u32>,
    names: Column<u32>,
    extra: EdgeExtra,
}

/// Values of a run of edges that do not fit the columns.
#[derive(Debug, Default)]
pub(crate) struct EdgeExtra {
    odd_indices: Vec<(u32, i64)>,
    max_name: u32,
    max_target: u32,
}

impl EdgeTable {
    pub(crate) fn new(schema: &Schema, nodes: Option<usize>, most: usize) -> Self {
        let mut table = Self {
            reader: EdgeReader::new(schema, nodes),
            targets: Column::default(),
            names: Column::default(),
            extra: EdgeExtra::default(),
        };
        table.targets.claim(most);
        table.names.claim(most);
        table
    }

    pub(crate) fn finish(self) -> Edges {
        let EdgeExtra { odd_indices, max_name, max_target } = self.extra;
        let (targets, names) = (self.targets.finish(), self.names.finish());
        Edges { targets, names, odd_indices, strings: 0, max_name, max_target }
    }
}

pub(crate) struct EdgeSlice<'a> {
    reader: &'a EdgeReader,
    targets: &'a mut [MaybeUninit<u32>],
    names: &'a mut [MaybeUninit<u32>],
    extra: EdgeExtra,
}

impl Slice for EdgeSlice<'_> {
    type Extra = EdgeExtra;

    #[inline(always)]
    fn put(&mut self, at: usize, values: &[i64]) -> std::result::Result<(), BadField> {
        let edge = self.reader.read(values)?;
        if let EdgeLabel::Odd(index) = edge.label {
            self.extra.odd_indices.push((at as u32, index));
        }
        let (name, must_be_name) = match edge.label {
            EdgeLabel::Plain(name) => (name, Edges::must_be_named(edge.kind)),
            EdgeLabel::Odd(_) => (0, false),
        };
        self.extra.max_name = self.extra.max_name.max(if must_be_name { name } else { 0 });
        self.names[at].write(name);
        self.extra.max_target = self.extra.max_target.max(edge.target);
        self.targets[at].write(Edges::pack(edge.target, edge.kind));
        Ok(())
    }

    fn scan(&mut self, run: &Run<'_>) -> ScanResult {
        match run.fields {
            3 => run.scan::<Self, 3>(self),
            _ => run.scan::<Self, MAX_FIELDS>(self),
        }
    }

    fn into_extra(self) -> Self::Extra {
        self.extra
    }
}

impl Table for EdgeTable {
    type Extra = EdgeExtra;
    type Slice<'a> = EdgeSlice<'a>;

    fn section(&self) -> &'static str {
        "edges"
    }

    fn fields(&self) -> usize {
        self.reader.fields.count
    }

    fn slices(&mut self, lengths: &[usize]) -> Result<Vec<EdgeSlice<'_>>> {
        let total: usize = lengths.iter().sum();
        if (self.targets.len() + total) as u64 > u64::from(u32::MAX) {
            return Err(Error::new(Code::TooLarge, "at most 2^32 - 1 edges", "more"));
        }
        let mut targets = cut(&mut self.targets, lengths)?;
        let mut names = cut(&mut self.names, lengths)?;
        let reader = &self.reader;
        let slice = |_: &usize| {
            let (targets, names) = (targets.next()?, names.next()?);
            Some(EdgeSlice { reader, targets, names, extra: EdgeExtra::default() })
        };
        Ok(lengths.iter().map_while(slice).collect())
    }

    fn commit(&mut self, lengths: &[usize], extras: Vec<Self::Extra>) -> Result<()> {
        let mut base = self.targets.len() as u32;
        for (extra, &length) in extras.into_iter().zip(lengths) {
            self.extra.odd_indices.extend(extra.odd_indices.into_iter().map(|(at, index)| (base + at, index)));
            self.extra.max_name = self.extra.max_name.max(extra.max_name);
            self.extra.max_target = self.extra.max_target.max(extra.max_target);
            base += length as u32;
        }
        let more = lengths.iter().sum();
        // SAFETY: every slice's records were put, and `put` writes both columns at its place.
        unsafe {
            self.targets.commit(more);
            self.names.commit(more);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::snapshot::ids::NodeIx;
    use crate::snapshot::parse::{Parser, ParserOptions};
    use crate::snapshot::testing::SnapshotBuilder;
    use crate::{Progress, Snapshot};

    const ITEMS: usize = if cfg!(miri) { 16 } else { 40 };

    /// With Miri, where pieces are small, this checks that threads have written every value that is committed.
    #[test]
    fn columns_filled_in_pieces_are_complete_however_the_input_is_split() {
        let mut heap = SnapshotBuilder::new();
        let global = heap.global();
        for i in 0..ITEMS {
            let node = heap.node("object", "Item", 16 + i as u64);
            heap.element(global, -2 + i as i64, node);
            heap.detachedness(node, (i % 3) as u8);
        }
        let bytes = heap.json();
        for size in [bytes.len(), 700, 33] {
            let progress = Progress::new();
            let mut parser = Parser::new(ParserOptions::default());
            bytes.chunks(size).for_each(|chunk| parser.push(chunk, &progress).unwrap());
            let snapshot = Snapshot::analyse(parser.finish(&progress).unwrap(), &progress).unwrap();
            let (nodes, first) = (snapshot.nodes(), snapshot.node_count() as usize - ITEMS);
            for i in 0..ITEMS {
                let node = NodeIx::from_index(first + i);
                assert_eq!((nodes.self_size(node), snapshot.name(node)), (16 + i as u64, b"Item".as_slice()));
            }
            assert_eq!(snapshot.edges_of(NodeIx::from_index(first - 1)).count(), ITEMS);
        }
    }
}
