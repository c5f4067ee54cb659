//! The question of `filter`, before its conditions are resolved.

use crate::query::having::HavingQuery;
use crate::query::mine_only::MineOnly;
use crate::query::read::{Read, Wrong, members, words};
use crate::query::text_match::TextMatch;
use crate::query::tree::TreeQuery;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{NodeIx, ObjectId};
use serde_json::Value;

/// One value or several.
#[derive(Clone, Debug)]
pub enum OneOrMany<T> {
    /// A single value.
    One(T),
    /// Any of several.
    Many(Vec<T>),
}

impl<T: Read> Read for OneOrMany<T> {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::Array(_) => Vec::read(value).map(OneOrMany::Many),
            one => T::read(one).map(OneOrMany::One),
        }
    }
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

/// `true`, `false`, or the script's name.
#[derive(Clone, Debug)]
pub enum ScriptMatch {
    /// Has one, or has none.
    Known(bool),
    /// Its name.
    Name(TextMatch),
}

impl Read for ScriptMatch {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::Bool(known) => Ok(ScriptMatch::Known(known)),
            name => TextMatch::read(name).map(ScriptMatch::Name),
        }
    }
}

/// Inclusive limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

impl Range {
    pub(crate) fn has(self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// Ids above `after` and up to `upTo`.
#[derive(Clone, Copy, Debug)]
pub struct Allocated {
    pub(crate) after: Option<f64>,
    pub(crate) up_to: Option<f64>,
}

/// The sort key of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "the variants are the row's own fields")]
pub enum Sort {
    #[default]
    RetainedSize,
    SelfSize,
    Ratio,
    Distance,
    Id,
}

/// Ascending or descending.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Order {
    Ascending,
    Descending,
}

/// The question of `filter`.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct FilterQuery {
    pub id: Option<OneOrMany<u64>>,
    pub name: Option<TextMatch>,
    pub kind: Option<OneOrMany<String>>,
    pub class: Option<TextMatch>,
    pub script: Option<ScriptMatch>,
    pub self_size: Option<Range>,
    pub retained_size: Option<Range>,
    pub distance: Option<Range>,
    pub detached: Option<bool>,
    pub edge_name: Option<TextMatch>,
    pub retained_by: Option<u64>,
    pub referenced_from: Option<u64>,
    pub allocated: Option<Allocated>,
    pub filter: Option<String>,
    pub mine_only: Option<MineOnly>,
    pub(crate) having: HavingQuery,
    pub sort: Option<Sort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub edges: Option<bool>,
    pub references: Option<TreeQuery>,
    pub retainers: Option<TreeQuery>,
}

members!(Range { min: "min", max: "max" });
members!(Allocated { after: "after", up_to: "upTo" });
words!(Sort { RetainedSize: "retainedSize", SelfSize: "selfSize", Ratio: "ratio", Distance: "distance", Id: "id" });
words!(Order { Ascending: "ascending", Descending: "descending" });
members!(
    FilterQuery {
        id: "id",
        name: "name",
        kind: "type",
        class: "class",
        script: "script",
        self_size: "selfSize",
        retained_size: "retainedSize",
        distance: "distance",
        detached: "detached",
        edge_name: "edgeName",
        retained_by: "retainedBy",
        referenced_from: "referencedFrom",
        allocated: "allocated",
        filter: "filter",
        mine_only: "mineOnly",
        sort: "sort",
        order: "order",
        limit: "limit",
        offset: "offset",
        edges: "edges",
        references: "references",
        retainers: "retainers",
    } + having
);

/// The node with an id of the question.
pub(crate) fn find(snapshot: &Snapshot, id: u64) -> Result<NodeIx> {
    match u32::try_from(id) {
        Ok(id) => snapshot.find(ObjectId(id)),
        Err(_) => Err(Error::new(Code::NoSuchNode, "the id of a node of this snapshot", format!("@{id}"))),
    }
}
