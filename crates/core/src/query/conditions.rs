//! The conditions of a filter, resolved for one snapshot.
//!
//! Conditions on text are evaluated once for each string, class or script, before the first node. Then a node costs a
//! few comparisons and bits.

use crate::program::ownership::Mine;
use crate::program::scripts::Scripts;
use crate::query::classes::named;
use crate::query::filter_query::{Allocated, FilterQuery, Range, ScriptMatch, find};
use crate::query::having::Having;
use crate::query::named::NamedFilter;
use crate::query::text_match::{Matcher, TextMatch};
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::EdgeName;
use crate::snapshot::display::{is_shown_raw, write_display_name};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{EdgeIx, NodeIx, ObjectId};
use crate::snapshot::progress::Progress;
use crate::snapshot::ropes::Ropes;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;

/// A condition on display names: names from the string table are looked up by index, others are composed.
struct NameCondition {
    matcher: Matcher,
    strings: Vec<bool>,
}

/// Composes names, and keeps the last: long concatenated strings share one.
#[derive(Default)]
pub(crate) struct NameBuffer {
    text: Vec<u8>,
    last: Option<(NodeIx, bool)>,
}

/// The conditions of a question, resolved for this snapshot; `None` is no condition.
pub(crate) struct Conditions<'a> {
    snapshot: &'a Snapshot,
    name: Option<NameCondition>,
    /// By number of the type.
    types: Option<[bool; 256]>,
    /// By class.
    classes: Option<Vec<bool>>,
    script: Option<ScriptCondition>,
    self_size: Option<Range>,
    retained_size: Option<Range>,
    distance: Option<Range>,
    detached: Option<bool>,
    referenced_as: Option<NodeSet>,
    owner: Option<NodeIx>,
    referenced: Option<NodeSet>,
    allocated: Option<Allocated>,
    named: Option<NodeSet>,
    having: Option<Having<'a>>,
    pub(crate) mine: Option<Mine<'a>>,
}

/// The locations whose script matches.
struct ScriptCondition {
    places: Vec<bool>,
    /// The result for nodes without a location.
    otherwise: bool,
}

impl<'a> Conditions<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, query: &FilterQuery, progress: &Progress) -> Result<Self> {
        let names_nodes = query.id.is_some() || query.kind.is_some();
        let mine_only = query.mine_only.unwrap_or_default().applies(snapshot, names_nodes);
        Ok(Self {
            snapshot,
            name: query.name.as_ref().map(|text| name_condition(snapshot, text, progress)).transpose()?,
            types: query.kind.as_ref().map(|types| type_numbers(snapshot, types.as_slice())).transpose()?,
            classes: query.class.as_ref().map(|text| matching_classes(snapshot, text, progress)).transpose()?,
            script: query.script.as_ref().map(|script| script_condition(snapshot, script, progress)).transpose()?,
            self_size: query.self_size,
            retained_size: query.retained_size,
            distance: query.distance,
            detached: query.detached,
            referenced_as: query.edge_name.as_ref().map(|text| targets_named(snapshot, text, progress)).transpose()?,
            owner: query.retained_by.map(|id| find(snapshot, id)).transpose()?,
            referenced: query.referenced_from.map(|id| targets_of(snapshot, id)).transpose()?,
            allocated: query.allocated,
            named: query.filter.as_ref().map(|name| NamedFilter::parse(name)?.nodes(snapshot, progress)).transpose()?,
            having: Having::new(snapshot, &query.having, progress)?,
            mine: mine_only.then(|| Mine::new(snapshot, progress)).transpose()?,
        })
    }

    /// Whether a node meets all conditions. Cheap ones are checked first.
    pub(crate) fn accept(&self, node: NodeIx, names: &mut NameBuffer) -> bool {
        let snapshot = self.snapshot;
        let nodes = snapshot.nodes();
        let in_range = |range: Option<Range>, value: f64| range.is_none_or(|range| range.has(value));
        let in_set = |set: &Option<NodeSet>| set.as_ref().is_none_or(|set| set.contains(node));
        self.types.is_none_or(|types| types[usize::from(nodes.type_number(node))])
            && in_range(self.self_size, nodes.self_size(node) as f64)
            && in_range(self.retained_size, snapshot.retained_size(node) as f64)
            && in_range(self.distance, f64::from(snapshot.distance(node)))
            && self.detached.is_none_or(|detached| detached == (snapshot.detachedness(node) == 2))
            && self.allocated.is_none_or(|range| range.has(nodes.id(node)))
            && self.classes.as_ref().is_none_or(|classes| classes[snapshot.classes().of(node).index()])
            && self.script.as_ref().is_none_or(|script| script.accepts(snapshot, node))
            && in_set(&self.referenced_as)
            && in_set(&self.referenced)
            && in_set(&self.named)
            && self.owner.is_none_or(|owner| owner != node && snapshot.dominators().dominates(owner, node))
            && self.mine.as_ref().is_none_or(|mine| mine.is_mine(node))
            && self.having.as_ref().is_none_or(|having| having.accept(node))
            && self.name.as_ref().is_none_or(|name| name.accepts(snapshot, node, names))
    }
}

impl NameCondition {
    fn accepts(&self, snapshot: &Snapshot, node: NodeIx, names: &mut NameBuffer) -> bool {
        if is_shown_raw(snapshot, node) {
            return self.strings[snapshot.nodes().name(node).index()];
        }
        // Computed with the condition, so this is no error.
        let node = Ropes::of(snapshot).map_or(node, |ropes| ropes.same_text(node));
        if let Some((last, answer)) = names.last
            && last == node
        {
            return answer;
        }
        names.text.clear();
        write_display_name(snapshot, node, &mut names.text);
        let answer = self.matcher.is_match(&names.text);
        names.last = Some((node, answer));
        answer
    }
}

impl ScriptCondition {
    fn accepts(&self, snapshot: &Snapshot, node: NodeIx) -> bool {
        snapshot.locations.index_of(node).map_or(self.otherwise, |place| self.places[place.index()])
    }
}

impl Allocated {
    fn has(self, id: ObjectId) -> bool {
        let id = f64::from(id.0);
        self.after.is_none_or(|after| id > after) && self.up_to.is_none_or(|up_to| id <= up_to)
    }
}

fn name_condition(snapshot: &Snapshot, text: &TextMatch, progress: &Progress) -> Result<NameCondition> {
    let matcher = text.compile()?;
    let strings = matcher.strings(snapshot, progress)?;
    Ropes::of(snapshot)?;
    Ok(NameCondition { matcher, strings })
}

fn type_numbers(snapshot: &Snapshot, wanted: &[String]) -> Result<[bool; 256]> {
    let names = &snapshot.schema().node_type_names;
    let is_known = |name: &&String| NodeKind::is_known(name) || names.contains(name);
    if let Some(unknown) = wanted.iter().find(|name| !is_known(name)) {
        let expected = format!("node types of V8, such as {}", names.join(", "));
        return Err(Error::new(Code::InvalidQuery, expected, format!("{unknown:?}")));
    }
    let mut types = [false; 256];
    for (name, slot) in names.iter().zip(&mut types) {
        *slot = wanted.contains(name);
    }
    Ok(types)
}

/// For each class whether its name matches; a text may be its key too.
pub(crate) fn matching_classes(snapshot: &Snapshot, text: &TextMatch, progress: &Progress) -> Result<Vec<bool>> {
    match text.compile()? {
        Matcher::Exact(name) => named(snapshot, &name, progress),
        matcher => Ok(snapshot.classes().all().iter().map(|class| matcher.is_match(&class.name.0)).collect()),
    }
}

fn script_condition(snapshot: &Snapshot, script: &ScriptMatch, progress: &Progress) -> Result<ScriptCondition> {
    let places = &snapshot.locations.places;
    let text = match script {
        ScriptMatch::Known(known) => {
            return Ok(ScriptCondition { places: vec![*known; places.len()], otherwise: !known });
        }
        ScriptMatch::Name(text) => text,
    };
    let matcher = text.compile()?;
    let scripts = Scripts::of(snapshot, progress)?;
    let accepts = |name| matcher.is_match(name);
    let places = places.iter().map(|&place| scripts.name(place).is_some_and(accepts)).collect();
    Ok(ScriptCondition { places, otherwise: false })
}

fn targets_of(snapshot: &Snapshot, id: u64) -> Result<NodeSet> {
    let mut targets = NodeSet::new(snapshot.nodes().len());
    for edge in snapshot.edges_of(find(snapshot, id)?) {
        targets.insert(edge.to);
    }
    Ok(targets)
}

/// Targets of all edges whose name matches.
fn targets_named(snapshot: &Snapshot, text: &TextMatch, progress: &Progress) -> Result<NodeSet> {
    let matcher = text.compile()?;
    let strings = matcher.strings(snapshot, progress)?;
    let mut numbers = matcher.numbers();
    let mut targets = NodeSet::new(snapshot.nodes().len());
    let mut ticker = Ticker::of(progress, snapshot.edges().len());
    for at in 0..snapshot.edge_count() {
        ticker.tick()?;
        let edge = snapshot.edges().get(EdgeIx(at));
        let matches = match snapshot.edges().name(edge) {
            EdgeName::Name(name) => strings[name.index()],
            EdgeName::Index(index) => numbers.is_match(index),
        };
        if matches {
            targets.insert(edge.to);
        }
    }
    Ok(targets)
}
