//! Turnover: the objects that joined each group between two snapshots, and how many of them stayed.
//!
//! Ids are stable while a process lives, so each object of an earlier snapshot can still be checked for being retained by
//! a path of the same shape. (V8 reuses the id of an object that died for one allocated in its place, but few of these are
//! of the same class and on a path of the same shape.) Leaks keep their objects. Sessions that end, queues that drain and
//! configurations that are replaced do not, however much they grow in the meantime.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::growth_roots::GrowthRoots;
use crate::leak::series::Series;
use crate::leak::timeline::counts_by_interval;
use crate::paths::shapes::Shape;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::pairs::{Pair, for_each_id};
use crate::snapshot::parallel;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// Objects of no kin.
const NO_KIN: u32 = u32::MAX;

/// Counts by group and by kin.
///
/// Kin are objects of one class below growth roots of one class, or in one structure: the links of a list that is
/// retained at both ends are in two groups and move between them while it grows.
pub(crate) struct Turnover {
    snapshots: usize,
    kin_of: Vec<u32>,
    /// By group and snapshot.
    counts: Vec<u32>,
    /// By kin and snapshot: objects that were not among the kin in the previous snapshot.
    entered: Vec<u32>,
    /// Of these, those that are among the kin in the last snapshot.
    kept: Vec<u32>,
    /// By kin: the change in number from the first snapshot to the last.
    net: Vec<i64>,
    /// By snapshot: objects that are not in the previous one.
    born: Vec<u64>,
}

/// The counts of one group, by snapshot.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) all: Vec<u32>,
    /// Objects that are not in the previous snapshot.
    pub(crate) entered: Vec<u32>,
    /// Of these, those that are in the last snapshot, if that is a later one.
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
        // The groups in between are those of holders, whose growth is never queried.
        self.kin_of.resize(group as usize, NO_KIN);
        self.kin_of.push(kin);
        self.counts.resize(group as usize * self.snapshots, 0);
        self.counts.extend(counts.all);
    }

    /// Finds the groups of every snapshot, side by side: a pass over the edges of each, and a walk along its ids with
    /// those of the one before, and with those of the last.
    pub(crate) fn measure(
        series: &Series<'_>,
        growth_roots: &GrowthRoots,
        groups: &Groups,
        progress: &Progress,
    ) -> Result<Turnover> {
        let snapshots = series.intervals() + 1;
        let (kin_of, kin) = kin_of_groups(series.last, groups);
        if let Some(timeline) = &series.timeline {
            return Ok(Turnover::of_timeline(series, groups, (kin_of, kin), timeline.created()));
        }
        let groups_of =
            parallel::map(series.earlier().to_vec(), |snapshot| Groups::new(snapshot, growth_roots, progress));
        let groups_of = groups_of.into_iter().collect::<Result<Vec<Groups>>>()?;
        let by_hash: HashMap<u64, u32> =
            groups.list.iter().enumerate().skip(1).map(|(at, group)| (group.hash, at as u32)).collect();
        let known = |group: &Shape| by_hash.get(&group.hash).copied().unwrap_or(OUTSIDE);
        let mut views: Vec<View<'_>> = Vec::with_capacity(snapshots);
        for (snapshot, groups) in series.snapshots.iter().zip(&groups_of) {
            views.push(View::new(snapshot, groups, groups.list.iter().map(known).collect(), &kin_of));
        }
        views.push(View::new(series.last, groups, (0..groups.list.len() as u32).collect(), &kin_of));
        let mut turnover = Turnover {
            snapshots,
            kin_of,
            counts: vec![0; snapshots * groups.list.len()],
            entered: vec![0; snapshots * kin],
            kept: vec![0; snapshots * kin],
            net: vec![0; kin],
            born: vec![0; snapshots],
        };
        let compare = |at: usize| {
            let before = at.checked_sub(1).map(|before| &views[before]);
            let last = views.last().filter(|_| at + 1 < snapshots);
            series.same_process.then(|| Newcomers::of(before, &views[at], last, kin, progress)).transpose()
        };
        let measured = parallel::map((0..snapshots).collect(), |at| Ok((views[at].count(progress)?, compare(at)?)));
        for (at, measured) in measured.into_iter().enumerate() {
            let (counts, newcomers) = measured?;
            turnover.set(at, &counts, &views[at].group_of, newcomers.unwrap_or_default());
        }
        turnover.set_net(groups);
        Ok(turnover)
    }

    /// Of a timeline, whose objects are all in its last snapshot: those that died are not known.
    fn of_timeline(series: &Series<'_>, groups: &Groups, (kin_of, kin): (Vec<u32>, usize), born: Vec<u64>) -> Turnover {
        let snapshots = series.intervals() + 1;
        let mut entered = vec![0; snapshots * kin];
        for (&group, &birth) in groups.of_nodes().iter().zip(series.births()) {
            let kin = kin_of[group as usize];
            if kin != NO_KIN {
                entered[kin as usize * snapshots + usize::from(birth)] += 1;
            }
        }
        let kept = entered.iter().enumerate().map(|(at, &entered)| if (at + 1) % snapshots == 0 { 0 } else { entered });
        let mut turnover = Turnover {
            snapshots,
            counts: counts_by_interval(groups, series.births(), series.intervals()),
            kept: kept.collect(),
            entered,
            net: vec![0; kin],
            kin_of,
            born,
        };
        turnover.set_net(groups);
        turnover
    }

    fn set_net(&mut self, groups: &Groups) {
        for group in 1..groups.list.len() as u32 {
            let counts = self.counts(group);
            let change = i64::from(counts[self.snapshots - 1]) - i64::from(counts[0]);
            self.net[self.kin_of[group as usize] as usize] += change;
        }
    }

    /// Notes what was counted in one snapshot, whose groups are `group_of`.
    fn set(&mut self, at: usize, counts: &[u32], group_of: &[u32], newcomers: Newcomers) {
        for (&group, count) in group_of.iter().zip(counts).filter(|&(&group, _)| group != OUTSIDE) {
            self.counts[group as usize * self.snapshots + at] += count;
        }
        for (kin, (entered, kept)) in newcomers.entered.into_iter().zip(newcomers.kept).enumerate() {
            self.entered[kin * self.snapshots + at] = entered;
            self.kept[kin * self.snapshots + at] = kept;
        }
        self.born[at] = newcomers.born;
    }

    /// Objects of a group in each snapshot.
    pub(crate) fn counts(&self, group: u32) -> &[u32] {
        &self.counts[group as usize * self.snapshots..][..self.snapshots]
    }

    /// By snapshot: objects that joined the kin of a group since the previous one, and those of them that stayed.
    pub(crate) fn of_kin(&self, group: u32) -> (&[u32], &[u32]) {
        let row = self.kin_of[group as usize] as usize * self.snapshots..;
        (&self.entered[row.clone()][..self.snapshots], &self.kept[row][..self.snapshots])
    }

    /// The kin of a group, by number.
    pub(crate) fn kin(&self, group: u32) -> usize {
        self.kin_of[group as usize] as usize
    }

    /// The change in number of a group's kin from the first snapshot to the last.
    pub(crate) fn net_of_kin(&self, group: u32) -> i64 {
        self.net[self.kin_of[group as usize] as usize]
    }

    /// By snapshot: objects that are not in the previous one, which tells how much the program did.
    pub(crate) fn born(&self) -> &[u64] {
        &self.born
    }
}

/// The kin of each group, and the number of kin.
fn kin_of_groups(snapshot: &Snapshot, groups: &Groups) -> (Vec<u32>, usize) {
    let mut known: HashMap<(u32, u64, u64), u32> = HashMap::new();
    let in_structure = groups.in_structures(snapshot);
    let mut kin_of = vec![NO_KIN; groups.list.len()];
    for (group, (of, kin)) in groups.list.iter().zip(&mut kin_of).enumerate().skip(1) {
        let next = known.len() as u32;
        let alone = match snapshot.kind(of.example) {
            kind if is_value(kind) || kind == NodeKind::Closure => group as u64,
            _ => 0,
        };
        let start = if in_structure[group] { u32::MAX } else { of.start };
        *kin = *known.entry((start, of.class, alone)).or_insert(next);
    }
    (kin_of, known.len())
}

/// Strings, numbers and symbols: values, which V8 may share between many places.
pub(crate) fn is_value(kind: NodeKind) -> bool {
    kind.is_string() || matches!(kind, NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol)
}

/// A snapshot and the kin of its objects.
struct View<'a> {
    snapshot: &'a Snapshot,
    groups: &'a Groups,
    /// By group: the same one of the last snapshot.
    group_of: Vec<u32>,
    /// By group.
    kin_of: Vec<u32>,
}

impl<'a> View<'a> {
    /// `kin_of` are the kin of the last snapshot's groups.
    fn new(snapshot: &'a Snapshot, groups: &'a Groups, group_of: Vec<u32>, kin_of: &[u32]) -> Self {
        let kin_of = group_of.iter().map(|&group| kin_of[group as usize]).collect();
        Self { snapshot, groups, group_of, kin_of }
    }

    fn kin(&self, node: NodeIx) -> u32 {
        self.kin_of[self.groups.of(node) as usize]
    }

    /// The objects of each group.
    fn count(&self, progress: &Progress) -> Result<Vec<u32>> {
        let mut counts = vec![0; self.group_of.len()];
        let mut ticker = Ticker::of(progress, self.snapshot.nodes().len());
        for &group in self.groups.of_nodes() {
            ticker.tick()?;
            counts[group as usize] += 1;
        }
        Ok(counts)
    }
}

/// The objects of one snapshot that the one before lacks or has among other kin.
#[derive(Default)]
struct Newcomers {
    /// Those that it lacks, of whatever kin.
    born: u64,
    /// By kin.
    entered: Vec<u32>,
    /// Of these, those that the last snapshot has among the same kin.
    kept: Vec<u32>,
}

impl Newcomers {
    fn of(
        before: Option<&View<'_>>,
        now: &View<'_>,
        last: Option<&View<'_>>,
        kin: usize,
        progress: &Progress,
    ) -> Result<Self> {
        let mut newcomers = Self { born: 0, entered: vec![0; kin], kept: vec![0; kin] };
        let mut entered = NodeSet::new(now.snapshot.nodes().len());
        let mut enter = |node: NodeIx, was: u32| {
            let kin = now.kin(node);
            if kin != NO_KIN && kin != was {
                newcomers.entered[kin as usize] += 1;
                entered.insert(node);
            }
        };
        match before {
            None => now.snapshot.nodes().iter().for_each(|node| enter(node, NO_KIN)),
            Some(before) => for_each_id(before.snapshot, now.snapshot, progress, |pair| match pair {
                Pair::Before(_) => {}
                Pair::Both(old, node) => enter(node, before.kin(old)),
                Pair::After(node) => {
                    newcomers.born += 1;
                    enter(node, NO_KIN);
                }
            })?,
        }
        if let Some(last) = last {
            for_each_id(now.snapshot, last.snapshot, progress, |pair| {
                if let Pair::Both(node, later) = pair
                    && entered.contains(node)
                    && now.kin(node) == last.kin(later)
                {
                    newcomers.kept[now.kin(node) as usize] += 1;
                }
            })?;
        }
        Ok(newcomers)
    }
}
