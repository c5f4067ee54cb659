//! Property names that are data rather than code: session tokens, mail addresses, URLs, users.
//!
//! A program writes some names down, `session.user`; others come from its data, `sessions[token]`. Reports hide the
//! latter, paths merge them, and redaction replaces them. A name is judged for the whole heap, by what it looks like
//! and by what the graph says of it ([`Evidence`]):
//!
//! | the name | is data unless |
//! |---|---|
//! | is a mail address, a URL, or has a query | never |
//! | looks made: has many digits, or is random or very long | [`SHARED`] objects have it that are no dictionaries |
//! | has a digit, a space or another character that few names in code have | the same, or code refers to it |
//! | is a word | code refers to it, or an object has it that is no dictionary |
//!
//! Code refers to a name if a function has it among its constants or is called so itself. Names of variables and of
//! fields of V8's own are never data. Neither strings nor names of nodes are looked at, only numbers: the redactor has no
//! text before the last section.

mod look;

use crate::snapshot::Snapshot;
use crate::snapshot::bits::Bits;
use crate::snapshot::column::sparse_zeros;
use crate::snapshot::columns::{Edge, EdgeName};
use crate::snapshot::derived::Table;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx, StringIx};
use crate::snapshot::parallel;
use crate::snapshot::progress::Progress;
use crate::snapshot::redacted::is_hidden_key;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use look::{Look, look_of};
pub(crate) use look::{chosen, is_made_label};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Objects other than dictionaries that have a name from code's shapes rather than from data.
const SHARED: u8 = 16;
/// Named properties that a dictionary has at least: V8 turns an object into one above twelve.
const MIN_DICTIONARY: usize = 8;
/// Named properties above which an object is one however V8 keeps it: names in code have other evidence.
const MAX_FIELDS: usize = 16;
/// Positions that an array has: one of 256 MB. Beyond, V8 keeps a table, whose keys are numbers of customers or telephones.
const MAX_POSITIONS: i64 = 1 << 25;
/// Global objects that are heeded.
const MAX_GLOBALS: usize = 64;

/// What the graph says of a string as the name of properties, in a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Evidence(u8);

impl Evidence {
    /// Code refers to it.
    const CODE: u8 = 1 << 7;
    /// A dictionary has it.
    const DICTIONARY: u8 = 1 << 6;
    /// A variable or a field of V8's own has it.
    const FIELD: u8 = 1 << 5;
    /// How many other objects have it, up to [`SHARED`].
    const OTHERS: u8 = Self::FIELD - 1;

    /// With one more fact.
    pub(crate) fn and(self, fact: Fact) -> Self {
        Self(match fact {
            Fact::Code => self.0 | Self::CODE,
            Fact::Dictionary => self.0 | Self::DICTIONARY,
            Fact::Field => self.0 | Self::FIELD,
            Fact::Object if self.0 & Self::OTHERS < SHARED => self.0 + 1,
            Fact::Object => self.0,
        })
    }

    /// Whether an object has a property of this name.
    pub(crate) fn is_property(self) -> bool {
        self.0 & (Self::OTHERS | Self::DICTIONARY) != 0
    }

    /// Whether a text of which this is known is a data key.
    pub(crate) fn is_data(self, text: &[u8]) -> bool {
        if !self.is_property() || self.0 & Self::FIELD != 0 {
            return false;
        }
        let others = self.0 & Self::OTHERS;
        let in_code = self.0 & Self::CODE != 0;
        match look_of(text) {
            Look::Address => true,
            Look::Made => others < SHARED,
            Look::Odd => others < SHARED && !in_code,
            Look::Word => others == 0 && !in_code,
            Look::Kept => false,
        }
    }
}

/// Something the graph says of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fact {
    /// Code refers to it.
    Code,
    /// It is the name of a property of a dictionary.
    Dictionary,
    /// It is the name of a property of another object.
    Object,
    /// It is the name of a variable or a field of V8's own, for which the rules of the graph look.
    Field,
}

/// What the rule asks of nodes.
pub(crate) trait Facts {
    fn kind(&self, node: NodeIx) -> NodeKind;
    fn name(&self, node: NodeIx) -> u32;
    fn edge_count(&self, node: NodeIx) -> u32;
}

/// Looks at the edges of one node after another.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// Names of the properties of the present node.
    names: Vec<u32>,
    /// Most references of an array that the present node has for its own.
    store: u32,
}

impl Witness {
    /// Takes an edge of a node.
    pub(crate) fn edge(
        &mut self,
        facts: &impl Facts,
        from: NodeKind,
        (kind, name, to): (EdgeKind, Option<u32>, NodeIx),
        tell: &mut impl FnMut(u32, Fact),
    ) {
        match (kind, name) {
            (EdgeKind::Property, Some(name)) => {
                self.names.push(name);
                // A function is called what is written in code.
                if facts.kind(to) == NodeKind::Closure && facts.name(to) == name {
                    tell(name, Fact::Code);
                }
            }
            (_, Some(name)) => tell(name, Fact::Field),
            (_, None) => {}
        }
        match from {
            NodeKind::Code if facts.kind(to) == NodeKind::String => tell(facts.name(to), Fact::Code),
            NodeKind::Object | NodeKind::Closure if kind == EdgeKind::Internal && facts.kind(to) == NodeKind::Array => {
                self.store = self.store.max(facts.edge_count(to));
            }
            _ => {}
        }
    }

    /// Ends a node. The names of globals are written in programs, however many there are.
    pub(crate) fn end(&mut self, is_global: bool, tell: &mut impl FnMut(u32, Fact)) {
        let fact = if !is_global && self.is_dictionary() { Fact::Dictionary } else { Fact::Object };
        self.names.drain(..).for_each(|name| tell(name, fact));
        self.store = 0;
    }

    /// A dictionary's store refers to names and values, that of another object to values alone.
    fn is_dictionary(&self) -> bool {
        let count = self.names.len();
        count >= MIN_DICTIONARY && (self.store as usize > count + 2 || count > MAX_FIELDS)
    }
}

impl Facts for Snapshot {
    fn kind(&self, node: NodeIx) -> NodeKind {
        Snapshot::kind(self, node)
    }

    fn name(&self, node: NodeIx) -> u32 {
        self.nodes().name(node).0
    }

    fn edge_count(&self, node: NodeIx) -> u32 {
        self.nodes().edge_count(node)
    }
}

/// Which strings are data keys: a bit each.
#[derive(Debug)]
pub(crate) struct DataKeys {
    strings: Bits,
}

/// Nodes or strings in a piece of work.
const PIECE: usize = 1 << 16;

impl DataKeys {
    /// The keys of a snapshot. The first call walks all edges.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a DataKeys> {
        snapshot.derived.get_or_make(|| DataKeys::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<DataKeys> {
        let evidence: Vec<AtomicU8> =
            if snapshot.schema().is_redacted { Vec::new() } else { evidence(snapshot, progress)? };
        let count = snapshot.strings().len();
        let judge = |from: usize| {
            let strings = (from..count.min(from + PIECE)).map(StringIx::from_index);
            strings
                .filter(|&string| {
                    let text = snapshot.strings().get(string);
                    match evidence.get(string.index()) {
                        Some(byte) => Evidence(byte.load(Relaxed)).is_data(text),
                        None => is_hidden_key(text),
                    }
                })
                .collect::<Vec<_>>()
        };
        let mut strings = Bits::new(count);
        for found in parallel::map((0..count).step_by(PIECE).collect(), judge) {
            found.into_iter().for_each(|string| {
                strings.insert(string.index());
            });
        }
        progress.check()?;
        Ok(DataKeys { strings })
    }

    /// Whether a string is a data key where it is the name of a property.
    #[inline]
    pub(crate) fn contains(&self, name: StringIx) -> bool {
        self.strings.contains(name.index())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = StringIx> {
        self.strings.iter().map(StringIx::from_index)
    }

    /// Whether the name of an edge is a data key.
    #[inline]
    pub(crate) fn is_name_of(&self, snapshot: &Snapshot, edge: Edge) -> bool {
        match (edge.kind, snapshot.edges().name(edge)) {
            (EdgeKind::Property, EdgeName::Name(name)) => self.contains(name),
            (kind, EdgeName::Index(index)) => is_number_key(kind, index),
            _ => false,
        }
    }
}

impl Table for DataKeys {
    fn memory(&self) -> usize {
        self.strings.memory()
    }
}

/// Whether the position of an edge is a data key. From Node.js 24 on V8 writes those from 2^31 on as negative numbers.
pub(crate) fn is_number_key(kind: EdgeKind, position: i64) -> bool {
    kind == EdgeKind::Element && !(0..MAX_POSITIONS).contains(&position)
}

/// Whether one of the root's edges leads to a global object, when so many are known.
pub(crate) fn is_global(kind: EdgeKind, known: usize) -> bool {
    kind == EdgeKind::Shortcut && known < MAX_GLOBALS
}

fn evidence(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<AtomicU8>> {
    let evidence: Vec<AtomicU8> = sparse_zeros(snapshot.strings().len())?;
    let nodes = snapshot.nodes().len();
    let mut globals: Vec<NodeIx> = Vec::new();
    for edge in snapshot.edges_of(snapshot.root()) {
        if is_global(edge.kind, globals.len()) {
            globals.push(edge.to);
        }
    }
    parallel::map((0..nodes).step_by(PIECE).collect(), |from: usize| {
        let mut witness = Witness::default();
        let mut tell = |name: u32, fact: Fact| {
            if let Some(byte) = evidence.get(name as usize) {
                let more = |known: u8| Some(Evidence(known).and(fact).0).filter(|&new| new != known);
                // Facts add up to the same in any order, and most are known.
                if more(byte.load(Relaxed)).is_some() {
                    let _ = byte.fetch_update(Relaxed, Relaxed, more);
                }
            }
        };
        for node in (from..nodes.min(from + PIECE)).map(NodeIx::from_index) {
            let kind = snapshot.kind(node);
            for at in snapshot.nodes().edge_range(node) {
                let edge = snapshot.edges().get(EdgeIx::from_index(at));
                let name = match snapshot.edges().name(edge) {
                    EdgeName::Name(name) => Some(name.0),
                    EdgeName::Index(_) => None,
                };
                witness.edge(snapshot, kind, (edge.kind, name, edge.to), &mut tell);
            }
            witness.end(globals.contains(&node), &mut tell);
        }
    });
    progress.check()?;
    Ok(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_data(text: &str, facts: &[Fact]) -> bool {
        facts.iter().fold(Evidence::default(), |evidence, &fact| evidence.and(fact)).is_data(text.as_bytes())
    }

    #[test]
    fn a_position_that_no_array_has_is_a_key() {
        assert!(is_number_key(EdgeKind::Element, 4_915_123_456));
        assert!(is_number_key(EdgeKind::Element, -183_856_062));
        assert!(is_number_key(EdgeKind::Element, MAX_POSITIONS));
        assert!(!is_number_key(EdgeKind::Element, 0));
        assert!(!is_number_key(EdgeKind::Element, MAX_POSITIONS - 1));
        assert!(!is_number_key(EdgeKind::Hidden, 4_915_123_456));
    }

    #[test]
    fn a_name_is_judged_by_its_look_and_by_who_has_it() {
        use Fact::{Code, Dictionary, Field, Object};
        let shared = [Object; SHARED as usize];
        for (text, facts, expected) in [
            ("alice", &[Dictionary][..], true),
            ("alice", &[Dictionary, Code], false),
            ("alice", &[Dictionary, Object], false),
            ("alice", &[Code], false),
            ("sha256", &[Object], true),
            ("sha256", &[Object, Code], false),
            ("sha256", &shared, false),
            ("user-12345", &[Object, Code], true),
            ("user-12345", &shared, false),
            ("me@example.org", &shared, true),
            ("id", &[Dictionary], false),
            ("me@example.org", &[Dictionary, Field], false),
        ] {
            assert_eq!(is_data(text, facts), expected, "{text} {facts:?}");
        }
        // More than can be counted.
        assert!(!is_data("user-12345", &[Object; 1000]));
    }
}
