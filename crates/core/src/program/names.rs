//! How names are written in answers: as they are, or with what may be data left out.
//!
//! ```text
//! [key]                       the name of a property that is data
//! {id, name, 2 keys}          an object, or a class of objects, with such names
//! https://example.org/a?…     an address without user, query and fragment
//! (12 characters)             the contents of a string
//! ```

use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::data_keys::DataKeys;
use crate::snapshot::derived::Table;
use crate::snapshot::display::{EdgeLabel, display_name, edge_label, number_of_keys, write_plain_object};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::interfaces::format_property;
use crate::snapshot::progress::Progress;
use crate::snapshot::redacted::original_len;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sensitive::{Use, attributes, is_word_of_v8, pieces};
use crate::snapshot::strings::Text;
use crate::snapshot::wellknown::Mark;
use foldhash::{HashMap, HashSet};
use std::borrow::Cow;

/// What stands for the name of a property that is data.
pub(crate) const KEY: &[u8] = b"[key]";
/// What stands for the rest of an address.
const LEFT_OUT: &str = "…";

/// What of a program's data is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Show {
    /// Names of properties that are data, and what addresses carry.
    pub(crate) keys: bool,
    /// Contents of strings.
    pub(crate) texts: bool,
}

impl Show {
    pub(crate) const ALL: Show = Show { keys: true, texts: true };
    pub(crate) const NOTHING: Show = Show { keys: false, texts: false };
}

/// Writes names of one snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) keys: &'a DataKeys,
    pub(crate) show: Show,
    /// `None` to write names as they are.
    classes: Option<&'a HiddenClasses>,
}

/// Classes with data keys in their names, and what they are called instead.
struct HiddenClasses(HashMap<Vec<u8>, Text>);

impl Table for HiddenClasses {
    fn memory(&self) -> usize {
        self.0.iter().map(|(name, hidden)| 48 + name.capacity() + hidden.0.capacity()).sum()
    }
}

impl<'a> Names<'a> {
    /// The first call walks all edges.
    pub(crate) fn new(snapshot: &'a Snapshot, show: Show, progress: &Progress) -> Result<Self> {
        let keys = DataKeys::of(snapshot, progress)?;
        let make = || Ok(HiddenClasses(hidden_classes(snapshot, keys)));
        let classes = if show.keys { None } else { Some(snapshot.derived.get_or_make(make)?) };
        Ok(Self { snapshot, keys, show, classes })
    }

    /// Whether names that are data are left out.
    pub(crate) fn are_hidden(&self) -> bool {
        self.classes.is_some()
    }

    /// Whether the name of an edge is left out.
    pub(crate) fn hides(&self, edge: Edge) -> bool {
        self.are_hidden() && self.keys.is_name_of(self.snapshot, edge)
    }

    /// The name of an edge.
    pub(crate) fn edge(&self, edge: Edge) -> Cow<'a, [u8]> {
        match edge_label(self.snapshot, edge) {
            EdgeLabel::Index(_) if self.hides(edge) => Cow::Borrowed(KEY),
            EdgeLabel::Index(index) => Cow::Owned(index.to_string().into_bytes()),
            EdgeLabel::Name(name) => self.name_of_edge(edge, name),
        }
    }

    /// What is written for `name`, which is that of the edge.
    pub(crate) fn name_of_edge(&self, edge: Edge, name: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.are_hidden() {
            return Cow::Borrowed(name);
        }
        if self.keys.is_name_of(self.snapshot, edge) {
            return Cow::Borrowed(KEY);
        }
        let is_entry = edge.kind == EdgeKind::Internal
            && self
                .snapshot
                .edge_string(edge)
                .is_some_and(|name| self.snapshot.wellknown.mark(name) == Mark::Ephemeron);
        self.without_pieces(name, if is_entry { Use::Name } else { Use::Label })
    }

    /// The name of a function, a script or another label.
    pub(crate) fn label<'t>(&self, name: &'t [u8]) -> Cow<'t, [u8]> {
        if self.are_hidden() { self.without_pieces(name, Use::Label) } else { Cow::Borrowed(name) }
    }

    /// The name of a script.
    pub(crate) fn script<'t>(&self, name: &'t [u8]) -> Cow<'t, [u8]> {
        if self.are_hidden() { self.without_pieces(name, Use::Script) } else { Cow::Borrowed(name) }
    }

    fn without_pieces<'t>(&self, name: &'t [u8], what: Use) -> Cow<'t, [u8]> {
        // Elements are told apart by their attributes, and a redacted file has nothing more to hide.
        if self.snapshot.schema().is_redacted || attributes(name).is_some() {
            return Cow::Borrowed(name);
        }
        let mut written = Vec::new();
        let mut is_whole = true;
        pieces(name, what, |piece, is_hidden| {
            is_whole &= !is_hidden || piece.is_empty();
            written.extend_from_slice(if is_hidden && !piece.is_empty() { LEFT_OUT.as_bytes() } else { piece });
        });
        if is_whole { Cow::Borrowed(name) } else { Cow::Owned(written) }
    }

    /// The name of a class of this snapshot.
    pub(crate) fn class<'t>(&self, name: &'t Text) -> Cow<'t, Text>
    where
        'a: 't,
    {
        let Some(classes) = self.classes else { return Cow::Borrowed(name) };
        if let Some(hidden) = classes.0.get(&name.0) {
            return Cow::Borrowed(hidden);
        }
        match self.without_pieces(&name.0, Use::Label) {
            Cow::Borrowed(_) => Cow::Borrowed(name),
            Cow::Owned(written) => Cow::Owned(Text(written)),
        }
    }

    /// What stands for the contents of a string.
    pub(crate) fn text_of(&self, node: NodeIx) -> Option<Text> {
        let snapshot = self.snapshot;
        let is_hidden = match snapshot.kind(node) {
            kind if kind.is_string() => true,
            NodeKind::RegExp | NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol => {
                !is_word_of_v8(snapshot.name(node))
            }
            _ => false,
        };
        is_hidden.then(|| Text::from(format!("({} characters)", original_len(&display_name(snapshot, node).0))))
    }

    /// The display name of a node.
    pub(crate) fn display(&self, node: NodeIx) -> Text {
        if let Some(length) = self.text_of(node).filter(|_| !self.show.texts) {
            return length;
        }
        if !self.are_hidden() || self.snapshot.kind(node) == NodeKind::ConcatenatedString {
            return display_name(self.snapshot, node);
        }
        if self.snapshot.kind(node) == NodeKind::Object && self.snapshot.name(node) == b"Object" {
            let mut name = Vec::new();
            write_plain_object(self.snapshot, node, Some(self.keys), &mut name);
            return Text(name);
        }
        let name = self.snapshot.name(node);
        Text(if self.text_of(node).is_some() { name.to_vec() } else { self.label(name).into_owned() })
    }
}

/// The classes of plain objects in whose names there are data keys.
fn hidden_classes(snapshot: &Snapshot, keys: &DataKeys) -> HashMap<Vec<u8>, Text> {
    let interfaces = snapshot.classes().interfaces();
    let used: HashSet<&[u8]> =
        interfaces.iter().flat_map(|interface| &interface.properties).map(|name| name.0.as_slice()).collect();
    let texts = keys.iter().map(|string| snapshot.strings().get(string));
    let data: HashSet<&[u8]> = texts.filter(|text| used.contains(text)).collect();
    let hidden = interfaces.iter().filter_map(|interface| {
        let (hidden, shown): (Vec<&Text>, Vec<&Text>) =
            interface.properties.iter().partition(|name| data.contains(name.0.as_slice()));
        let shown: Vec<Vec<u8>> = shown.into_iter().map(|name| format_property(&name.0)).collect();
        (!hidden.is_empty()).then(|| (interface.name.0.clone(), Text(with_keys(&shown, hidden.len()))))
    });
    hidden.collect()
}

/// `{id, name, 2 keys}`.
fn with_keys(shown: &[Vec<u8>], keys: usize) -> Vec<u8> {
    let count = number_of_keys(keys);
    let names = shown.iter().map(Vec::as_slice).chain([count.as_slice()]).collect::<Vec<_>>();
    [b"{", names.join(&b", "[..]).as_slice(), b"}"].concat()
}
