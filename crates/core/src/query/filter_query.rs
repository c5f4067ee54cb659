//! The question of `filter`, before its conditions are resolved.

use crate::query::mine_only::MineOnly;
use crate::query::text_match::TextMatch;
use crate::query::tree::TreeQuery;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{NodeIx, ObjectId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One value or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value", bound = "T: DeserializeOwned")]
pub enum OneOrMany<T> {
    /// A single value.
    One(T),
    /// Any of several.
    Many(Vec<T>),
}

impl<T: DeserializeOwned> TryFrom<Value> for OneOrMany<T> {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> serde_json::Result<Self> {
        Ok(match value {
            Value::Array(_) => OneOrMany::Many(serde_json::from_value(value)?),
            one => OneOrMany::One(serde_json::from_value(one)?),
        })
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
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub enum ScriptMatch {
    /// Has one, or has none.
    Known(bool),
    /// Its name.
    Name(TextMatch),
}

impl TryFrom<Value> for ScriptMatch {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> serde_json::Result<Self> {
        Ok(match value {
            Value::Bool(known) => ScriptMatch::Known(known),
            name => ScriptMatch::Name(serde_json::from_value(name)?),
        })
    }
}

/// Inclusive limits.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocated {
    pub(crate) after: Option<f64>,
    pub(crate) up_to: Option<f64>,
}

/// The sort key of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Order {
    Ascending,
    Descending,
}

/// The question of `filter`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct FilterQuery {
    pub id: Option<OneOrMany<u64>>,
    pub name: Option<TextMatch>,
    #[serde(rename = "type")]
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
    pub sort: Option<Sort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub edges: Option<bool>,
    pub references: Option<TreeQuery>,
    pub retainers: Option<TreeQuery>,
}

/// The node with an id of the question.
pub(crate) fn find(snapshot: &Snapshot, id: u64) -> Result<NodeIx> {
    match u32::try_from(id) {
        Ok(id) => snapshot.find(ObjectId(id)),
        Err(_) => Err(Error::new(Code::NoSuchNode, "the id of a node of this snapshot", format!("@{id}"))),
    }
}
