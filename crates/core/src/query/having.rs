//! Conditions on what an object has: properties and their values, its references, the collection that it is in.
//!
//! Names, texts and classes are evaluated once for each string and class. Then a node costs a look at its references.

use crate::query::collections::for_each_element;
use crate::query::conditions::matching_classes;
use crate::query::filter_query::{OneOrMany, Range};
use crate::query::read::{Members, Read, Shared, Wrong, members};
use crate::query::text_match::{Matcher, NumberMatcher, TextMatch};
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::{Edge, EdgeName};
use crate::snapshot::display::{display_name, internal_target};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::ticker::Ticker;
use serde_json::Value;

/// The most names in `shape` and `hasNot` together.
const MAX_NAMES: usize = 64;

/// A property: its name, and what its value is.
#[derive(Clone, Debug)]
pub struct PropertyMatch {
    pub(crate) name: TextMatch,
    /// Text, number, boolean, `null`, or a form of a text match.
    value: Option<Value>,
    /// The class of the object that it refers to.
    to: Option<TextMatch>,
}

impl Read for PropertyMatch {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        let mut members = Members::of(value)?;
        let name = members.take("name")?;
        // `null` is a value to look for, not a missing one.
        let read = Self { name, value: members.value("value"), to: members.take("to")? };
        members.end()?;
        Ok(read)
    }
}

members!(Counts { properties: "properties", elements: "elements", references: "references", retainers: "retainers" });

/// What `counts` limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    properties: Option<Range>,
    elements: Option<Range>,
    references: Option<Range>,
    retainers: Option<Range>,
}

/// The members of a question that are such conditions.
#[derive(Clone, Debug, Default)]
pub(crate) struct HavingQuery {
    property: Option<OneOrMany<PropertyMatch>>,
    shape: Option<OneOrMany<String>>,
    has_not: Option<OneOrMany<String>>,
    collection: Option<OneOrMany<String>>,
    counts: Option<Counts>,
}

impl Shared for HavingQuery {
    fn take(members: &mut Members) -> std::result::Result<Self, Wrong> {
        Ok(Self {
            property: members.take("property")?,
            shape: members.take("shape")?,
            has_not: members.take("hasNot")?,
            collection: members.take("in")?,
            counts: members.take("counts")?,
        })
    }
}

/// The conditions of a question, resolved for one snapshot.
pub(crate) struct Having<'a> {
    snapshot: &'a Snapshot,
    properties: Vec<Property>,
    /// By string of a name of `shape` or `hasNot`, its bit.
    named: Vec<(StringIx, u64)>,
    required: u64,
    refused: u64,
    elements: Option<NodeSet>,
    counts: Counts,
}

struct Property {
    name: PropertyName,
    value: Option<ValueMatch>,
    /// By class.
    to: Option<Vec<bool>>,
}

/// The name of a property or the position of an element, resolved for one snapshot.
pub(crate) struct PropertyName {
    matcher: Matcher,
    strings: Vec<bool>,
    /// The name, if it is a position.
    number: Option<i64>,
}

enum ValueMatch {
    Text(Matcher),
    Number(f64),
    /// `true`, `false` or `null`.
    Literal(&'static [u8]),
}

impl<'a> Having<'a> {
    /// `None` without any condition.
    pub(crate) fn new(snapshot: &'a Snapshot, query: &HavingQuery, progress: &Progress) -> Result<Option<Self>> {
        let HavingQuery { property, shape, has_not, collection, counts } = query;
        if property.is_none() && shape.is_none() && has_not.is_none() && collection.is_none() && counts.is_none() {
            return Ok(None);
        }
        let properties = property.as_ref().map_or(&[][..], OneOrMany::as_slice);
        let (shape, has_not) = (slice(shape), slice(has_not));
        let (named, all) = named(snapshot, [shape, has_not].concat())?;
        let required = all & ((1 << shape.len()) - 1);
        let counts = counts.unwrap_or_default();
        if counts.retainers.is_some() {
            snapshot.retainers()?;
        }
        Ok(Some(Self {
            snapshot,
            properties: properties.iter().map(|each| Property::new(snapshot, each, progress)).collect::<Result<_>>()?,
            named,
            required,
            refused: all & !required,
            elements: collection.as_ref().map(|names| elements(snapshot, names.as_slice(), progress)).transpose()?,
            counts,
        }))
    }

    /// Whether a node meets all conditions.
    pub(crate) fn accept(&self, node: NodeIx) -> bool {
        let snapshot = self.snapshot;
        self.elements.as_ref().is_none_or(|elements| elements.contains(node))
            && self.has_counts(node)
            && self.has_names(node)
            && self
                .properties
                .iter()
                .all(|property| snapshot.edges_of(node).any(|edge| property.accept(snapshot, edge)))
    }

    fn has_names(&self, node: NodeIx) -> bool {
        if self.required | self.refused == 0 {
            return true;
        }
        let mut has = 0;
        for edge in self.snapshot.edges_of(node).filter(|&edge| is_own(edge)) {
            if let Some(string) = self.snapshot.edge_string(edge)
                && let Ok(at) = self.named.binary_search_by_key(&string, |&(string, _)| string)
            {
                has |= self.named[at].1;
            }
        }
        // What is no object has no properties, and lacks none.
        has & self.required == self.required && has & self.refused == 0 && may_have_properties(self.snapshot.kind(node))
    }

    fn has_counts(&self, node: NodeIx) -> bool {
        let snapshot = self.snapshot;
        let has = |range: Option<Range>, count: &dyn Fn() -> usize| range.is_none_or(|range| range.has(count() as f64));
        let Counts { properties, elements, references, retainers } = self.counts;
        has(references, &|| snapshot.nodes().edge_count(node) as usize)
            && has(retainers, &|| snapshot.retainers().map_or(0, |all| all.count(node) as usize))
            && has(properties, &|| snapshot.edges_of(node).filter(|&edge| is_property(edge)).count())
            && has(elements, &|| {
                let mut count = 0;
                for_each_element(snapshot, node, &mut |_| count += 1);
                count
            })
    }
}

fn slice(names: &Option<OneOrMany<String>>) -> &[String] {
    names.as_ref().map_or(&[], OneOrMany::as_slice)
}

fn may_have_properties(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Object | NodeKind::Closure | NodeKind::RegExp)
}

fn is_property(edge: Edge) -> bool {
    edge.kind == EdgeKind::Property
}

/// Whether a reference is to the value of a property, or of an element.
fn is_own(edge: Edge) -> bool {
    matches!(edge.kind, EdgeKind::Property | EdgeKind::Element)
}

/// The strings that are names, ascending, each with the bit of its name, and all bits.
fn named(snapshot: &Snapshot, names: Vec<String>) -> Result<(Vec<(StringIx, u64)>, u64)> {
    if names.len() > MAX_NAMES - 1 {
        let expected = format!("at most {} names of properties", MAX_NAMES - 1);
        return Err(Error::new(Code::InvalidQuery, expected, names.len().to_string()));
    }
    let mut found = Vec::new();
    for (string, text) in snapshot.strings().iter() {
        let bits = (0..).zip(&names).filter(|(_, name)| name.as_bytes() == text).map(|(bit, _)| 1 << bit);
        match bits.fold(0, |all: u64, bit| all | bit) {
            0 => {}
            bits => found.push((string, bits)),
        }
    }
    Ok((found, (1 << names.len()) - 1))
}

/// What is in collections of these classes.
fn elements(snapshot: &Snapshot, classes: &[String], progress: &Progress) -> Result<NodeSet> {
    let mut set = NodeSet::new(snapshot.nodes().len());
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if snapshot.kind(node) == NodeKind::Object
            && classes.iter().any(|class| class.as_bytes() == snapshot.name(node))
        {
            for_each_element(snapshot, node, &mut |element| {
                set.insert(element);
            });
        }
    }
    Ok(set)
}

impl Property {
    fn new(snapshot: &Snapshot, query: &PropertyMatch, progress: &Progress) -> Result<Self> {
        Ok(Self {
            name: PropertyName::new(snapshot, &query.name, progress)?,
            value: query.value.as_ref().map(ValueMatch::new).transpose()?,
            to: query.to.as_ref().map(|text| matching_classes(snapshot, text, progress)).transpose()?,
        })
    }

    fn accept(&self, snapshot: &Snapshot, edge: Edge) -> bool {
        self.name.is_of(snapshot, edge)
            && self.to.as_ref().is_none_or(|classes| classes[snapshot.classes().of(edge.to).index()])
            && self.value.as_ref().is_none_or(|value| value.accepts(PropertyValue::of(snapshot, edge.to), snapshot))
    }
}

impl PropertyName {
    pub(crate) fn new(snapshot: &Snapshot, name: &TextMatch, progress: &Progress) -> Result<Self> {
        let matcher = name.compile()?;
        let number = if let NumberMatcher::Exact(number) = matcher.numbers() { number } else { None };
        Ok(Self { strings: matcher.strings(snapshot, progress)?, matcher, number })
    }

    fn is_of(&self, snapshot: &Snapshot, edge: Edge) -> bool {
        is_own(edge)
            && match snapshot.edges().name(edge) {
                EdgeName::Name(name) => self.strings[name.index()],
                EdgeName::Index(index) => match self.matcher {
                    Matcher::Exact(_) => self.number == Some(index),
                    ref pattern => pattern.numbers().is_match(index),
                },
            }
    }

    /// The value of a node's first property of this name.
    pub(crate) fn value<'a>(&self, snapshot: &'a Snapshot, node: NodeIx) -> Option<PropertyValue<'a>> {
        let edge = snapshot.edges_of(node).find(|&edge| self.is_of(snapshot, edge))?;
        Some(PropertyValue::of(snapshot, edge.to))
    }
}

impl ValueMatch {
    fn new(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::Null => ValueMatch::Literal(b"null"),
            Value::Bool(true) => ValueMatch::Literal(b"true"),
            Value::Bool(false) => ValueMatch::Literal(b"false"),
            Value::Number(number) => ValueMatch::Number(number.as_f64().unwrap_or(f64::NAN)),
            text => {
                let text = TextMatch::read(text.clone());
                let text = text.map_err(|wrong| Error::new(Code::InvalidQuery, "the value of a property", wrong))?;
                ValueMatch::Text(text.compile()?)
            }
        })
    }

    fn accepts(&self, value: PropertyValue<'_>, snapshot: &Snapshot) -> bool {
        match (self, value) {
            (ValueMatch::Text(matcher), PropertyValue::Text(node)) => matcher.is_match(&display_name(snapshot, node).0),
            (ValueMatch::Number(wanted), PropertyValue::Number(text)) => {
                std::str::from_utf8(text).is_ok_and(|text| text.parse() == Ok(*wanted))
            }
            (ValueMatch::Literal(wanted), PropertyValue::Literal(text)) => *wanted == text,
            _ => false,
        }
    }
}

/// What a reference leads to, as a program sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PropertyValue<'a> {
    /// A string.
    Text(NodeIx),
    /// As V8 writes numbers, if it does.
    Number(&'a [u8]),
    /// `true`, `false`, `null` or `undefined`.
    Literal(&'a [u8]),
    /// Anything else, and numbers that V8 did not write.
    Object(NodeIx),
}

impl<'a> PropertyValue<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot, node: NodeIx) -> Self {
        let text = |node| snapshot.kind(node).is_string().then_some(node);
        match snapshot.kind(node) {
            kind if kind.is_string() => Self::Text(node),
            NodeKind::Number => match internal_target(snapshot, node, b"value") {
                Some(value) => Self::Number(snapshot.name(value)),
                None => Self::Object(node),
            },
            NodeKind::Hidden => match snapshot.name(node) {
                literal @ (b"true" | b"false" | b"null" | b"undefined") => Self::Literal(literal),
                // Until V8 12 they have one name, and refer to their text.
                b"system / Oddball" => match snapshot.edges_of(node).find_map(|edge| text(edge.to)) {
                    Some(text) => Self::Literal(snapshot.name(text)),
                    None => Self::Object(node),
                },
                _ => Self::Object(node),
            },
            _ => Self::Object(node),
        }
    }
}
