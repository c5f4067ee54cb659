//! Turnover: the objects that came into each group between two snapshots, and how many of them stayed.
//!
//! Ids are stable while a process lives, so it is known of each object of an earlier snapshot whether it is still
//! retained by a path of the same shape. (V8 gives an id again where an object gets the place of one that died since
//! the snapshot before. Few of these are of the same class and on a path of the same shape.) Leaks keep what they got;
//! sessions that end, queues that drain and configurations that are replaced do not, however much they grow in the
//! meantime.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::growth_roots::GrowthRoots;
use crate::leak::series::Series;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, ObjectId};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// Objects of no kin.
const NO_KIN: u32 = u32::MAX;

/// Counts by group and by kin.
///
/// Kin are objects of one class below growth roots of one class, or in one structure: the links of a list that is
/// retained at both ends are in two groups and change from one to the other while it grows.
pub(crate) struct Turnover {
    snapshots: usize,
    kin_of: Vec<u32>,
    /// By group and snapshot.
    counts: Vec<u32>,
    /// By kin and snapshot: objects that were not among the kin in the snapshot before.
    entered: Vec<u32>,
    /// Of these, those that are among the kin in the last snapshot.
    kept: Vec<u32>,
    /// By kin: the change of their number from the first snapshot to the last.
    net: Vec<i64>,
    /// By snapshot: objects that the one before lacks.
    born: Vec<u64>,
}

/// The counts of one group, by snapshot.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) all: Vec<u32>,
    /// Objects that the snapshot before lacks.
    pub(crate) entered: Vec<u32>,
    /// Of these, those that the last one has, when it is a later one.
    pub(crate) kept: Vec<u32>,
}

impl Turnover {
    /// Adds a group that is its own kin, with a number above all others.
    pub(crate) fn add_group(&mut self, group: u32, counts: Counts) {
        let kin = self.net.len() as u32;
        let net =
            counts.all.first().zip(counts.all.last()).map_or(0, |(&first, &last)| i64::from(last) - i64::from(first));
        self.net.push(net);
        self.entered.extend(counts.entered);
        self.kept.extend(counts.kept);
        // The groups between are those of holders: nothing is asked of their growth.
        self.kin_of.resize(group as usize, NO_KIN);
        self.kin_of.push(kin);
        self.counts.resize(group as usize * self.snapshots, 0);
        self.counts.extend(counts.all);
    }

    /// Finds the groups of every snapshot: a pass over the edges of each, and a walk along the ids of two or three.
    pub(crate) fn measure(
        series: &Series<'_>,
        growth_roots: &GrowthRoots,
        groups: &Groups,
        progress: &Progress,
    ) -> Result<Turnover> {
        let snapshots = series.snapshots.len();
        let (kin_of, kin) = kin_of_groups(series.last, groups);
        let mut turnover = Turnover {
            snapshots,
            kin_of,
            counts: vec![0; snapshots * groups.list.len()],
            entered: vec![0; snapshots * kin],
            kept: vec![0; snapshots * kin],
            net: vec![0; kin],
            born: vec![0; snapshots],
        };
        let last = View { snapshot: series.last, groups, kin_of: turnover.kin_of.clone() };
        let by_hash: HashMap<u64, u32> =
            groups.list.iter().enumerate().skip(1).map(|(at, group)| (group.hash, at as u32)).collect();
        let mut earlier_groups: Option<(Groups, Vec<u32>)> = None;
        for (at, &snapshot) in series.snapshots.iter().enumerate() {
            let is_last = at + 1 == snapshots;
            let now_groups = if is_last { None } else { Some(Groups::new(snapshot, growth_roots, progress)?) };
            let now = match &now_groups {
                None => View { snapshot, groups, kin_of: last.kin_of.clone() },
                Some(now) => {
                    let same = |group: u32| by_hash.get(&now.get(group).hash).copied().unwrap_or(OUTSIDE);
                    let groups_of: Vec<u32> = (0..now.list.len() as u32).map(same).collect();
                    turnover.count(at, now, &groups_of, progress)?;
                    let kin_of = groups_of.iter().map(|&group| turnover.kin_of[group as usize]).collect();
                    View { snapshot, groups: now, kin_of }
                }
            };
            if is_last {
                let own: Vec<u32> = (0..groups.list.len() as u32).collect();
                turnover.count(at, groups, &own, progress)?;
            }
            let before = earlier_groups.as_ref().map(|(groups, kin_of)| View {
                snapshot: series.snapshots[at - 1],
                groups,
                kin_of: kin_of.clone(),
            });
            if series.same_process {
                turnover.compare(at, before.as_ref(), &now, (!is_last).then_some(&last), progress)?;
            }
            let kin_of = now.kin_of;
            earlier_groups = now_groups.map(|groups| (groups, kin_of));
        }
        for group in 1..groups.list.len() as u32 {
            let counts = turnover.counts(group);
            let change = i64::from(counts[snapshots - 1]) - i64::from(counts[0]);
            turnover.net[turnover.kin_of[group as usize] as usize] += change;
        }
        Ok(turnover)
    }

    fn count(&mut self, at: usize, groups: &Groups, same: &[u32], progress: &Progress) -> Result<()> {
        let mut ticker = Ticker::of(progress, groups.of_nodes().len());
        for &group in groups.of_nodes() {
            ticker.tick()?;
            let group = same[group as usize];
            if group != OUTSIDE {
                self.counts[group as usize * self.snapshots + at] += 1;
            }
        }
        Ok(())
    }

    /// One walk along the ids of a snapshot, the one before and the last.
    fn compare(
        &mut self,
        at: usize,
        before: Option<&View<'_>>,
        now: &View<'_>,
        last: Option<&View<'_>>,
        progress: &Progress,
    ) -> Result<()> {
        let mut ticker = Ticker::of(progress, now.snapshot.nodes().len());
        let (mut before, mut last) = (before.map(Cursor::new), last.map(Cursor::new));
        for &node in now.snapshot.nodes_by_id() {
            ticker.tick()?;
            let id = now.snapshot.nodes().id(node);
            let was = before.as_mut().map(|cursor| cursor.kin(id));
            self.born[at] += u64::from(was.is_some_and(|was| was.is_none()));
            let kin = now.kin(node);
            if kin == NO_KIN {
                continue;
            }
            if was.flatten() != Some(kin) {
                let place = kin as usize * self.snapshots + at;
                self.entered[place] += 1;
                let is_kept = last.as_mut().is_some_and(|cursor| cursor.kin(id) == Some(kin));
                self.kept[place] += u32::from(is_kept);
            }
        }
        Ok(())
    }

    /// Objects of a group in each snapshot.
    pub(crate) fn counts(&self, group: u32) -> &[u32] {
        &self.counts[group as usize * self.snapshots..][..self.snapshots]
    }

    /// Objects that came among the kin of a group before each snapshot, and those of them that stayed.
    pub(crate) fn of_kin(&self, group: u32) -> (&[u32], &[u32]) {
        let row = self.kin_of[group as usize] as usize * self.snapshots..;
        (&self.entered[row.clone()][..self.snapshots], &self.kept[row][..self.snapshots])
    }

    /// The kin of a group, by number.
    pub(crate) fn kin(&self, group: u32) -> usize {
        self.kin_of[group as usize] as usize
    }

    /// By how much the number of a group's kin changed from the first snapshot to the last.
    pub(crate) fn net_of_kin(&self, group: u32) -> i64 {
        self.net[self.kin_of[group as usize] as usize]
    }

    /// Objects that each snapshot has and the one before lacks: how much the program did.
    pub(crate) fn born(&self) -> &[u64] {
        &self.born
    }
}

/// By group its kin, and how many there are.
fn kin_of_groups(snapshot: &Snapshot, groups: &Groups) -> (Vec<u32>, usize) {
    let mut known: HashMap<(u32, u64, u64), u32> = HashMap::new();
    let in_structure = groups.in_structures(snapshot);
    let mut kin_of = vec![NO_KIN; groups.list.len()];
    for (group, (of, kin)) in groups.list.iter().zip(&mut kin_of).enumerate().skip(1) {
        let next = known.len() as u32;
        let alone = if is_value(snapshot.kind(of.example)) { group as u64 } else { 0 };
        let start = if in_structure[group] { u32::MAX } else { of.start };
        *kin = *known.entry((start, of.class, alone)).or_insert(next);
    }
    (kin_of, known.len())
}

/// Texts, numbers and symbols: what is in no list by itself, and may be one object in many places.
pub(crate) fn is_value(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::String
            | NodeKind::ConcatenatedString
            | NodeKind::SlicedString
            | NodeKind::Number
            | NodeKind::BigInt
            | NodeKind::Symbol
    )
}

/// A snapshot and the kin of its objects.
struct View<'a> {
    snapshot: &'a Snapshot,
    groups: &'a Groups,
    /// By group.
    kin_of: Vec<u32>,
}

impl View<'_> {
    fn kin(&self, node: NodeIx) -> u32 {
        self.kin_of[self.groups.of(node) as usize]
    }
}

/// A place among the ids of a snapshot, which are asked for in ascending order.
struct Cursor<'a> {
    view: &'a View<'a>,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(view: &'a View<'a>) -> Self {
        Self { view, at: 0 }
    }

    /// The kin of the object with an id; `None` when there is no such object.
    fn kin(&mut self, id: ObjectId) -> Option<u32> {
        let nodes = self.view.snapshot.nodes_by_id();
        while let Some(&node) = nodes.get(self.at) {
            let found = self.view.snapshot.nodes().id(node);
            if found >= id {
                return (found == id).then(|| self.view.kin(node));
            }
            self.at += 1;
        }
        None
    }
}
