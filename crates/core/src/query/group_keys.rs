//! What `group` groups by: node → the number of its group, and the text of a group.
//!
//! Objects without a script, and internal objects between an object and who holds it, are as their dominator: both are
//! columns made in one pass over the dominator tree.

use crate::paths::shapes::Shapes;
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::start::Viewpoint;
use crate::paths::step::path_to;
use crate::paths::text::PathText;
use crate::program::internals::is_internal;
use crate::program::packages::package_of_program;
use crate::program::scripts::Scripts;
use crate::query::having::{PropertyName, PropertyValue};
use crate::query::rows::Rows;
use crate::query::text_match::TextMatch;
use crate::snapshot::Snapshot;
use crate::snapshot::column::filled;
use crate::snapshot::columns::Location;
use crate::snapshot::display::display_name;
use crate::snapshot::distance::BASE_SYSTEM_DISTANCE;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use crate::snapshot::trace::Sample;
use foldhash::HashMap;

/// No script, holder or property.
pub(super) const NONE: u32 = u32::MAX;
/// In how many ranges of ids objects are divided by age where there are no samples.
const AGES: u32 = 10;

/// A way of grouping, for one snapshot.
pub(super) enum Keys<'a> {
    Class,
    /// By node, the number of a script; their names.
    Script(Vec<u32>, Vec<&'a [u8]>),
    /// The same of packages; the program's own code has no name.
    Package(Vec<u32>, Vec<Option<&'a [u8]>>),
    /// By node, the nearest object of the program that dominates it.
    Holder(Vec<u32>),
    Path(Box<Shapes<'a>>, &'a ShortestPaths),
    Property(PropertyName, HashMap<Vec<u8>, u32>),
    Size,
    Age(&'a [Sample], u32),
    Distance,
}

/// The rest of `text` after `property:`, or `None` if it is another way of grouping.
///
/// # Errors
/// [`Code::InvalidQuery`] for one that does not exist.
fn property_name(text: &str) -> Result<Option<&str>> {
    const KNOWN: [&str; 8] = ["class", "package", "script", "holder", "path", "size", "age", "distance"];
    match text.strip_prefix("property:") {
        Some("") => {}
        Some(name) => return Ok(Some(name)),
        None if KNOWN.contains(&text) => return Ok(None),
        None => {}
    }
    let expected = format!("a way of grouping: {} or property:NAME", KNOWN.join(", "));
    Err(Error::new(Code::InvalidQuery, expected, format!("{text:?}")))
}

impl<'a> Keys<'a> {
    /// `newest`: the highest id of all snapshots that are compared.
    pub(super) fn new(snapshot: &'a Snapshot, by: &str, newest: u32, progress: &Progress) -> Result<Self> {
        if let Some(name) = property_name(by)? {
            let name = PropertyName::new(snapshot, &TextMatch::Text(name.to_owned()), progress)?;
            return Ok(Keys::Property(name, HashMap::default()));
        }
        Ok(match by {
            "class" => Keys::Class,
            "script" => {
                let (names, of_place) = Scripts::of(snapshot, progress)?.numbered(snapshot, Some);
                Keys::Script(of_places(snapshot, &of_place)?, names)
            }
            "package" => {
                let (names, of_place) = Scripts::of(snapshot, progress)?.numbered(snapshot, package_of_program);
                Keys::Package(of_places(snapshot, &of_place)?, names)
            }
            "holder" => {
                let own = |node| (!is_internal(snapshot, node)).then_some(node.0);
                Keys::Holder(inherited(snapshot, own)?)
            }
            "path" => {
                let shortest = ShortestPaths::of(snapshot, progress)?;
                Keys::Path(Box::new(Shapes::from_root(snapshot, shortest)?), shortest)
            }
            "size" => Keys::Size,
            "age" => Keys::Age(snapshot.samples(), newest),
            _ => Keys::Distance,
        })
    }

    /// The number of a node's group.
    pub(super) fn number(&mut self, snapshot: &Snapshot, node: NodeIx) -> u32 {
        match self {
            Keys::Class => snapshot.classes().of(node).0,
            Keys::Script(of_node, _) | Keys::Package(of_node, _) => of_node[node.index()],
            Keys::Holder(of_node) => of_node[snapshot.dominators().parent(node).index()],
            Keys::Path(shapes, _) => shapes.of_node(node),
            Keys::Property(name, values) => {
                let Some(value) = name.value(snapshot, node) else { return NONE };
                let key = value_text(snapshot, value);
                let next = values.len() as u32;
                *values.entry(key).or_insert(next)
            }
            Keys::Size => snapshot.nodes().self_size(node).checked_ilog10().map_or(0, |digits| digits + 1),
            Keys::Age(samples, newest) => age(samples, *newest, snapshot, node),
            Keys::Distance => snapshot.distance(node).cast_unsigned(),
        }
    }

    /// What tells a group from the others in any snapshot of the same program.
    pub(super) fn identity(&self, rows: &Rows<'_>, number: u32, example: NodeIx) -> Result<Vec<u8>> {
        let snapshot = rows.snapshot;
        Ok(match self {
            Keys::Class => rows.class_key(snapshot.classes().get(snapshot.classes().of(example))).0,
            Keys::Property(name, _) => {
                name.value(snapshot, example).map_or_else(Vec::new, |value| value_text(snapshot, value))
            }
            Keys::Holder(_) if number != NONE => snapshot.nodes().id(NodeIx(number)).0.to_string().into_bytes(),
            _ => self.text(rows, number, example)?.0,
        })
    }

    /// What a group is called.
    ///
    /// # Errors
    /// [`Code::TooLarge`] when the answer cannot hold it.
    pub(super) fn text(&self, rows: &Rows<'_>, number: u32, example: NodeIx) -> Result<Text> {
        let snapshot = rows.snapshot;
        let text = match self {
            Keys::Class => rows.class_name(example),
            Keys::Script(..) | Keys::Package(..) | Keys::Holder(_) if number == NONE => Text::of(self.nobody()),
            Keys::Package(_, names) => Text::of(names[number as usize].unwrap_or(b"own code")),
            Keys::Script(_, names) => Text(rows.names.script(names[number as usize]).into_owned()),
            Keys::Holder(_) => return rows.name(NodeIx(number)),
            Keys::Path(_, shortest) => match path_to(snapshot, shortest, example) {
                None => Text::of(b"(unreachable)"),
                Some(steps) => {
                    let viewpoint = Viewpoint::default();
                    Text(PathText { snapshot, names: rows.names, any_index: true, viewpoint }.write(&steps))
                }
            },
            Keys::Property(name, _) => match name.value(snapshot, example) {
                None => Text::of(b"(none)"),
                Some(PropertyValue::Text(node)) => return rows.name(node),
                Some(PropertyValue::Object(node)) => rows.class_name(node),
                Some(PropertyValue::Number(_)) if !rows.names.show.texts => Text::of(b"(number)"),
                Some(PropertyValue::Number(text) | PropertyValue::Literal(text)) => Text::of(text),
            },
            Keys::Size if number == 0 => Text::of(b"0 bytes"),
            Keys::Size => {
                Text::from(format!("{} to {} bytes", 10u64.pow(number - 1), 10u64.saturating_pow(number) - 1))
            }
            Keys::Age(samples, newest) => age_text(samples, *newest, number),
            Keys::Distance => match number.cast_signed() {
                distance if distance < 0 => Text::of(b"(unreachable)"),
                distance if distance >= BASE_SYSTEM_DISTANCE => Text::of(b"(V8 and the runtime alone)"),
                distance => Text::from(distance.to_string()),
            },
        };
        rows.take(text.0.len())?;
        Ok(text)
    }

    fn nobody(&self) -> &'static [u8] {
        if matches!(self, Keys::Holder(_)) { b"(roots)" } else { b"(no script)" }
    }

    /// Where the class that a group is about is defined.
    pub(super) fn place(&self, snapshot: &Snapshot, example: NodeIx) -> Option<Location> {
        matches!(self, Keys::Class).then(|| snapshot.classes().get(snapshot.classes().of(example)).location)?
    }

    /// The object that a group is about.
    pub(super) fn node(&self, number: u32) -> Option<NodeIx> {
        (matches!(self, Keys::Holder(_)) && number != NONE).then_some(NodeIx(number))
    }
}

/// By node what its location has, or that of its dominator.
fn of_places(snapshot: &Snapshot, of_place: &[Option<u32>]) -> Result<Vec<u32>> {
    inherited(snapshot, |node| snapshot.locations.index_of(node).and_then(|place| of_place[place.index()]))
}

/// A column with a node's own value, or that of its dominator.
fn inherited(snapshot: &Snapshot, own: impl Fn(NodeIx) -> Option<u32>) -> Result<Vec<u32>> {
    let mut column = filled(NONE, snapshot.nodes().len())?;
    let tree = snapshot.dominators();
    for node in tree.preorder() {
        column[node.index()] = own(node).unwrap_or(column[tree.parent(node).index()]);
    }
    Ok(column)
}

/// Values are the same if their types and texts are; objects if their classes are.
fn value_text(snapshot: &Snapshot, value: PropertyValue<'_>) -> Vec<u8> {
    let (kind, text) = match value {
        PropertyValue::Text(node) => (b"s", display_name(snapshot, node).0),
        PropertyValue::Number(text) => (b"n", text.to_vec()),
        PropertyValue::Literal(text) => (b"l", text.to_vec()),
        PropertyValue::Object(node) => (b"o", snapshot.classes().key(snapshot.classes().of(node)).0),
    };
    [kind, text.as_slice()].concat()
}

/// The interval between samples, or the range of ids, in which an object was created.
fn age(samples: &[Sample], newest: u32, snapshot: &Snapshot, node: NodeIx) -> u32 {
    let id = snapshot.nodes().id(node);
    if !id.is_stable() {
        return NONE;
    }
    if samples.is_empty() {
        return (u64::from(id.0 - 1) * u64::from(AGES) / u64::from(newest.max(1))).min(u64::from(AGES - 1)) as u32;
    }
    samples.partition_point(|sample| sample.last_assigned_id < id.0) as u32
}

fn age_text(samples: &[Sample], newest: u32, number: u32) -> Text {
    if number == NONE {
        return Text::of(b"(unknown)");
    }
    if samples.is_empty() {
        let bound = |number: u32| u64::from(newest) * u64::from(number) / u64::from(AGES);
        return Text::from(format!("@{} to @{}", bound(number) + 1, bound(number + 1)));
    }
    let seconds = |at: usize| samples.get(at).map_or(0.0, |sample| sample.timestamp_us as f64 / 1e6);
    match number as usize {
        0 => Text::from(format!("until {:.1} s", seconds(0))),
        at if at == samples.len() => Text::from(format!("after {:.1} s", seconds(at - 1))),
        at => Text::from(format!("{:.1} to {:.1} s", seconds(at - 1), seconds(at))),
    }
}
