//! Snapshots → classes of the program that have more objects in each than in the one before.

use crate::leak::test_rounds::Rounds;
use crate::program::internals::is_of_program;
use crate::snapshot::Snapshot;
use crate::snapshot::classes::{ClassTotals, Classes};
use crate::snapshot::columns::Location;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::retained_together;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;

/// Classes of strings, which count as one: V8 slices, joins and flattens strings at its discretion.
const STRINGS: [&[u8]; 3] = [b"(string)", b"(concatenated string)", b"(sliced string)"];
/// Functions that the first snapshot in a realm creates: the native methods of Node's stream for it.
const MADE_BY_FIRST: (&[u8], i64) = (b"Function", 12);

/// A class that grew in every round.
pub(crate) struct ClassGrowth {
    pub(crate) name: Text,
    /// Objects that each round added.
    pub(crate) added: Vec<i64>,
    /// Where the class is defined.
    pub(crate) location: Option<Location>,
    /// Whether each round added enough objects. Otherwise only the paths of the objects show whether some leak while
    /// others are freed.
    pub(crate) is_certain: bool,
}

/// The classes of one snapshot, assigned by the rules of the last one.
struct ClassTable<'a> {
    snapshot: &'a Snapshot,
    /// `None` if they are the snapshot's own.
    reread: Option<Classes>,
    /// By class: how many of its nodes are the program's.
    counts: Vec<u32>,
}

/// The classes of all snapshots.
pub(crate) struct ClassTables<'a> {
    rounds: &'a Rounds<'a>,
    tables: Vec<ClassTable<'a>>,
}

impl<'a> ClassTable<'a> {
    fn new(snapshot: &'a Snapshot, last: &Snapshot, progress: &Progress) -> Result<Self> {
        let interfaces = last.classes().interfaces();
        let is_same = snapshot.classes().interfaces() == interfaces;
        let reread = || Classes::assign(snapshot.heap(), &snapshot.locations, interfaces.to_vec(), progress);
        let reread = (!is_same).then(reread).transpose()?;
        let mut table = Self { snapshot, reread, counts: Vec::new() };
        table.counts = vec![0; table.classes().all().len()];
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if table.counts_for_class(node) {
                let class = table.classes().of(node).index();
                table.counts[class] += 1;
            }
        }
        Ok(table)
    }

    fn classes(&self) -> &Classes {
        self.reread.as_ref().unwrap_or_else(|| self.snapshot.classes())
    }

    fn counts_for_class(&self, node: NodeIx) -> bool {
        self.snapshot.nodes().self_size(node) > 0 && is_of_program(self.snapshot, node)
    }

    /// The name under which a class is counted.
    fn name(&self, class: usize) -> &[u8] {
        counted_name(&self.classes().all()[class].name.0)
    }

    fn by_name(&self) -> HashMap<&[u8], i64> {
        let mut counts = HashMap::new();
        for (class, &count) in self.counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            *counts.entry(self.name(class)).or_default() += i64::from(count);
        }
        counts
    }

    /// The nodes of the classes counted under a name.
    fn nodes(&self, name: &[u8]) -> Vec<NodeIx> {
        let is_asked: Vec<bool> =
            (0..self.counts.len()).map(|class| self.counts[class] > 0 && self.name(class) == name).collect();
        let nodes = self.snapshot.nodes().iter();
        nodes.filter(|&node| is_asked[self.classes().of(node).index()] && self.counts_for_class(node)).collect()
    }

    /// The classes counted under a name.
    fn named(&self, name: &[u8]) -> impl Iterator<Item = &ClassTotals> {
        let classes = (0..self.counts.len()).filter(move |&class| self.counts[class] > 0 && self.name(class) == name);
        classes.map(|class| &self.classes().all()[class])
    }
}

/// The name under which a class is counted.
pub(super) fn counted_name(name: &[u8]) -> &[u8] {
    if STRINGS.contains(&name) { STRINGS[0] } else { name }
}

impl<'a> ClassTables<'a> {
    /// Costs a pass over each snapshot.
    pub(super) fn new(rounds: &'a Rounds<'a>) -> Result<Self> {
        let table = |&snapshot: &&'a Snapshot| ClassTable::new(snapshot, rounds.last, rounds.progress);
        Ok(Self { rounds, tables: rounds.snapshots.iter().map(table).collect::<Result<_>>()? })
    }

    /// Classes that grew in every round by at least half as much as a leak; those that retain most first.
    pub(super) fn growth(&self) -> Vec<ClassGrowth> {
        let counts: Vec<HashMap<&[u8], i64>> = self.tables.iter().map(ClassTable::by_name).collect();
        let Some((newest, last)) = counts.last().zip(self.tables.last()) else { return Vec::new() };
        let mut grown: Vec<ClassGrowth> = newest
            .keys()
            .filter_map(|&name| {
                let added = self.added(&counts, name);
                let is_enough = |objects: i64| added.iter().all(|&added| added * objects >= self.rounds.iterations);
                let may_leak = !added.is_empty() && is_enough(2);
                let is_certain = is_enough(1);
                may_leak.then(|| ClassGrowth { name: Text::of(name), location: self.location(name), is_certain, added })
            })
            .collect();
        let retained = |name: &[u8]| last.named(name).map(|class| class.retained_size).sum::<u64>();
        sort_by_key(&mut grown, |growth| (Reverse(retained(&growth.name.0)), growth.name.0.clone()));
        grown
    }

    fn added(&self, counts: &[HashMap<&[u8], i64>], name: &[u8]) -> Vec<i64> {
        let count = |counts: &HashMap<&[u8], i64>| counts.get(name).copied().unwrap_or(0);
        let mut added: Vec<i64> = counts.windows(2).map(|pair| count(&pair[1]) - count(&pair[0])).collect();
        let (made, of_first) = MADE_BY_FIRST;
        if let Some(first) = added.first_mut().filter(|_| self.rounds.is_first && name == made) {
            *first -= of_first;
        }
        added
    }

    /// Bytes that each round added to those retained by the class.
    pub(super) fn added_bytes(&self, growth: &ClassGrowth) -> Result<Vec<i64>> {
        let bytes = |table: &ClassTable<'_>| retained_together(table.snapshot, &table.nodes(&growth.name.0)) as i64;
        let bytes: Vec<i64> = self.tables.iter().map(bytes).collect();
        Ok(bytes.windows(2).map(|pair| pair[1] - pair[0]).collect())
    }

    /// The nodes of a class in each snapshot.
    pub(super) fn nodes<'t>(&'t self, name: &'t [u8]) -> impl Iterator<Item = Vec<NodeIx>> + 't {
        self.tables.iter().map(|table| table.nodes(name))
    }

    /// Where a class of the last snapshot is defined.
    pub(super) fn location(&self, name: &[u8]) -> Option<Location> {
        self.tables.last()?.named(name).find_map(|class| class.location)
    }
}
