//! Duplicated strings → groups, with the bytes that the copies waste.

use crate::program::names::Show;
use crate::query::answer::Allowance;
use crate::query::page::Page;
use crate::query::repeated_texts::RepeatedTexts;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::display::{
    EdgeLabel, display_name, edge_label, internal_target, parse_int, value_node, write_display_name,
};
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::redacted::{is_redacted, original_len};
use crate::snapshot::ropes::Ropes;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::HashMap;
use serde::Serialize;
use std::borrow::Cow;

/// Nodes listed for each row.
const SOME_IDS: usize = 5;
/// Characters of a string that V8 writes into a snapshot by default.
const MAX_WRITTEN: usize = 1024;
/// The largest header of a string, plus the padding.
const HEADER: usize = 16 + 7;

/// A string and its copies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StringRow {
    pub(crate) value: Option<Text>,
    count: u32,
    self_size: u64,
    retained_size: u64,
    pub(crate) wasted: f64,
    length: u64,
    /// Whether the strings are known to be equal only as far as V8 wrote them.
    truncated: bool,
    ids: Vec<u32>,
}

/// A page of duplicated strings.
#[derive(Debug, Serialize)]
pub struct StringPage {
    pub(crate) total: usize,
    pub(crate) strings: Vec<StringRow>,
    pub(crate) next: Option<usize>,
}

/// Strings with equal text.
#[derive(Clone, Debug)]
struct Group {
    first: NodeIx,
    count: u32,
    self_size: u64,
    retained_size: u64,
    /// The number of the text, as far as V8 wrote it.
    text: u32,
    cut: Option<Cut>,
}

impl Group {
    /// Whether the ends of the strings are unknown.
    fn is_open(&self) -> bool {
        self.cut.is_some_and(Cut::is_open)
    }

    /// The number of the text, if V8 wrote nothing about the end.
    fn written(&self) -> Option<u32> {
        (!matches!(self.cut, Some(Cut::Told { .. }))).then_some(self.text)
    }

    fn wasted(&self) -> f64 {
        self.self_size as f64 - self.self_size as f64 / f64::from(self.count)
    }
}

/// The groups, some of which have a single string.
pub(crate) struct Duplicates {
    groups: Vec<Group>,
    /// String nodes that may have a copy, and their groups; in node order.
    members: Vec<(NodeIx, u32)>,
}

/// Not yet looked up.
const UNKNOWN: u32 = u32::MAX;

/// What is known about a string that V8 truncated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Cut {
    /// V8 wrote these: equal beginnings, lengths and hashes mean equal strings.
    Told { length: Option<Number>, hash: Option<Number> },
    /// Only the size is known, as in most snapshots: strings with equal sizes may be equal.
    Sized(u64),
}

impl Cut {
    /// Whether the end of the string is unknown.
    fn is_open(self) -> bool {
        !matches!(self, Cut::Told { length: Some(_), hash: Some(_) })
    }

    fn known_length(self) -> Option<i64> {
        match self {
            Cut::Told { length: Some(Number::Known(length)), .. } => Some(length),
            Cut::Told { .. } | Cut::Sized(_) => None,
        }
    }
}

/// A number that V8 wrote as text, or, in a redacted snapshot, the string that replaced it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Number {
    Known(i64),
    Hidden(StringIx),
}

/// Text → number of the text.
struct Texts<'a> {
    snapshot: &'a Snapshot,
    ropes: &'a Ropes,
    /// By position in the string table, so that a text is hashed once for all nodes that have it.
    of_string: HashMap<StringIx, u32>,
    known: HashMap<Cow<'a, [u8]>, u32>,
    buffer: Vec<u8>,
    /// The concatenated string looked up last, and its number: long ones share their beginnings.
    last_rope: Option<(NodeIx, u32)>,
}

impl<'a> Texts<'a> {
    fn new(snapshot: &'a Snapshot, ropes: &'a Ropes) -> Self {
        let (of_string, known) = (HashMap::default(), HashMap::default());
        Self { snapshot, ropes, of_string, known, buffer: Vec::new(), last_rope: None }
    }

    fn number(&mut self, node: NodeIx) -> u32 {
        if self.snapshot.kind(node) == NodeKind::ConcatenatedString {
            return self.number_of_rope(self.ropes.same_text(node));
        }
        let next = self.known.len() as u32;
        let text = Cow::Borrowed(self.snapshot.name(node));
        let name = self.snapshot.nodes().name(node);
        *self.of_string.entry(name).or_insert_with(|| *self.known.entry(text).or_insert(next))
    }

    fn number_of_rope(&mut self, rope: NodeIx) -> u32 {
        if let Some((last, number)) = self.last_rope
            && last == rope
        {
            return number;
        }
        self.buffer.clear();
        write_display_name(self.snapshot, rope, &mut self.buffer);
        let next = self.known.len() as u32;
        let number = match self.known.get(self.buffer.as_slice()) {
            Some(&number) => number,
            None => *self.known.entry(Cow::Owned(self.buffer.clone())).or_insert(next),
        };
        self.last_rope = Some((rope, number));
        number
    }
}

impl Duplicates {
    /// Groups all strings that count: with a size, not sliced, not flattened.
    pub(crate) fn find(snapshot: &Snapshot, progress: &Progress) -> Result<Duplicates> {
        let mut found = Duplicates { groups: Vec::new(), members: Vec::new() };
        let ropes = Ropes::of(snapshot)?;
        let counts = |node| counts(snapshot, ropes, node);
        let repeated = RepeatedTexts::find(snapshot, ropes, counts, progress)?;
        let mut texts = Texts::new(snapshot, ropes);
        let mut of_text: Vec<u32> = Vec::new();
        let mut of_cut: HashMap<(u32, Cut), u32> = HashMap::default();
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if counts(node) && repeated.contains(snapshot, node) {
                let cut = cut(snapshot, node);
                let text = texts.number(node);
                let group = match cut {
                    Some(cut) => *of_cut.entry((text, cut)).or_insert_with(|| found.open(node, text, Some(cut))),
                    None => found.group_of_text(&mut of_text, text, node),
                };
                found.add(snapshot, node, group);
            }
        }
        Ok(found)
    }

    /// The group of a text that was not truncated. Texts are numbered in order of occurrence.
    fn group_of_text(&mut self, of_text: &mut Vec<u32>, text: u32, node: NodeIx) -> u32 {
        if text as usize >= of_text.len() {
            of_text.resize(text as usize + 1, UNKNOWN);
        }
        if of_text[text as usize] == UNKNOWN {
            of_text[text as usize] = self.open(node, text, None);
        }
        of_text[text as usize]
    }

    fn open(&mut self, first: NodeIx, text: u32, cut: Option<Cut>) -> u32 {
        self.groups.push(Group { first, count: 0, self_size: 0, retained_size: 0, text, cut });
        self.groups.len() as u32 - 1
    }

    fn add(&mut self, snapshot: &Snapshot, node: NodeIx, group: u32) {
        let totals = &mut self.groups[group as usize];
        totals.count += 1;
        totals.self_size += snapshot.nodes().self_size(node);
        totals.retained_size += snapshot.retained_size(node);
        self.members.push((node, group));
    }

    /// The strings that have copies, as far as V8 wrote them: DevTools' filter.
    pub(crate) fn nodes(&self, snapshot: &Snapshot) -> NodeSet {
        let mut of_written: HashMap<u32, u32> = HashMap::default();
        for group in &self.groups {
            if let Some(text) = group.written() {
                *of_written.entry(text).or_default() += group.count;
            }
        }
        let mut bits = NodeSet::new(snapshot.nodes().len());
        for &(node, group) in &self.members {
            let group = &self.groups[group as usize];
            if group.count > 1 || group.written().is_some_and(|text| of_written[&text] > 1) {
                bits.insert(node);
            }
        }
        bits
    }

    /// Bytes of all copies but one, of strings that are known to be equal.
    pub(crate) fn wasted(&self) -> f64 {
        self.groups.iter().filter(|group| group.count > 1 && !group.is_open()).map(Group::wasted).sum()
    }

    /// A page of the groups, most wasted bytes first; with their texts if they are shown.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge): texts that V8 cut may be equal, and long.
    pub(crate) fn page(&self, snapshot: &Snapshot, page: Page, show: Show) -> Result<StringPage> {
        let doubled: Vec<usize> = (0..self.groups.len()).filter(|&group| self.groups[group].count > 1).collect();
        let total = doubled.len();
        let chosen = page.select(doubled, |&a, &b| {
            self.groups[b].wasted().total_cmp(&self.groups[a].wasted()).then_with(|| a.cmp(&b))
        });
        let allowance = Allowance::default();
        let row = |&group: &usize| {
            let mut row = self.row(snapshot, group);
            if !show.texts {
                row.value = None;
            }
            allowance.take(row.value.as_ref().map_or(0, |value| value.0.len())).map(|()| row)
        };
        let mut strings = chosen.iter().map(row).collect::<Result<Vec<StringRow>>>()?;
        self.add_ids(snapshot, &chosen, &mut strings);
        Ok(StringPage { total, strings, next: page.next(total) })
    }

    fn row(&self, snapshot: &Snapshot, group: usize) -> StringRow {
        let group = &self.groups[group];
        let value = display_name(snapshot, group.first);
        let length = group.cut.and_then(Cut::known_length).and_then(|length| u64::try_from(length).ok());
        StringRow {
            length: length.unwrap_or_else(|| original_len(&value.0) as u64),
            value: Some(value),
            count: group.count,
            self_size: group.self_size,
            retained_size: group.retained_size,
            wasted: group.wasted(),
            truncated: group.is_open(),
            ids: Vec::new(),
        }
    }

    /// The first nodes of each chosen group, in one walk over all members.
    fn add_ids(&self, snapshot: &Snapshot, chosen: &[usize], rows: &mut [StringRow]) {
        let mut row_of = vec![UNKNOWN; self.groups.len()];
        for (row, &group) in chosen.iter().enumerate() {
            row_of[group] = row as u32;
        }
        for &(node, group) in &self.members {
            if let Some(row) = rows.get_mut(row_of[group as usize] as usize)
                && row.ids.len() < SOME_IDS
            {
                row.ids.push(snapshot.nodes().id(node).0);
            }
        }
    }
}

/// Whether a node counts as a string. Strings without a size represent numbers in the snapshot; a concatenated string
/// with an empty half was flattened, and its text is in the other half.
fn counts(snapshot: &Snapshot, ropes: &Ropes, node: NodeIx) -> bool {
    match snapshot.kind(node) {
        NodeKind::String => snapshot.nodes().self_size(node) > 0,
        NodeKind::ConcatenatedString => snapshot.nodes().self_size(node) > 0 && !is_flat(snapshot, ropes, node),
        _ => false,
    }
}

fn is_flat(snapshot: &Snapshot, ropes: &Ropes, rope: NodeIx) -> bool {
    snapshot.edges_of(rope).any(|edge| {
        edge.kind == EdgeKind::Internal
            && matches!(edge_label(snapshot, edge), EdgeLabel::Name(b"first" | b"second"))
            && ropes.is_empty(snapshot, edge.to)
    })
}

/// The length and hash of a truncated string, if V8 wrote them, or its size, if that alone shows that it is truncated.
fn cut(snapshot: &Snapshot, node: NodeIx) -> Option<Cut> {
    let Some(flag) = internal_target(snapshot, node, b"truncated") else {
        return is_longer(snapshot, node).then(|| Cut::Sized(snapshot.nodes().self_size(node)));
    };
    if snapshot.name(value_node(snapshot, flag, b"bool")?) != b"true" {
        return None;
    }
    let number = |name: &[u8]| {
        let value = value_node(snapshot, internal_target(snapshot, node, name)?, b"int")?;
        if is_redacted(snapshot.name(value)) {
            return Some(Number::Hidden(snapshot.nodes().name(value)));
        }
        parse_int(snapshot.name(value)).map(Number::Known)
    };
    Some(Cut::Told { length: number(b"length"), hash: number(b"hash") })
}

/// Whether a string is larger than the text that V8 wrote, which is 1024 characters at most. A concatenated string has
/// its text elsewhere.
fn is_longer(snapshot: &Snapshot, node: NodeIx) -> bool {
    let text = snapshot.name(node);
    snapshot.kind(node) == NodeKind::String && text.len() >= MAX_WRITTEN && {
        let length = original_len(text);
        let is_wide = String::from_utf8_lossy(text).chars().any(|character| u32::from(character) > 0xff);
        let written = HEADER + length * if is_wide { 2 } else { 1 };
        length == MAX_WRITTEN && snapshot.nodes().self_size(node) > written as u64
    }
}
