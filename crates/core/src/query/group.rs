//! Matching nodes in groups: how many, how large, what each group retains; in several levels, and compared with an earlier
//! snapshot.
//!
//! One pass over the matches in preorder of the dominator tree. For each group it is known up to which position in that
//! order everything is retained by an object of the group, so that nothing is counted twice.

use crate::program::names::Show;
use crate::query::filter::matching;
use crate::query::filter_query::{FilterQuery, OneOrMany, Order};
use crate::query::group_keys::Keys;
use crate::query::order::highest_id;
use crate::query::page::Page;
use crate::query::read::{members, words};
use crate::query::rows::{Rows, SourceRow};
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::{for_each_position, retained_together};
use crate::snapshot::strings::Text;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// The most levels.
const MAX_LEVELS: usize = 4;
/// Ids of examples in a row.
const SAMPLES: usize = 3;

/// The sort key of groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum GroupSort {
    #[default]
    RetainedSize,
    SelfSize,
    Count,
    Key,
}

/// The question of `group`.
#[derive(Clone, Debug)]
pub(crate) struct GroupQuery {
    query: Option<FilterQuery>,
    by: Option<OneOrMany<String>>,
    sort: Option<GroupSort>,
    order: Option<Order>,
    limit: Option<u64>,
    offset: Option<u64>,
}

words!(GroupSort { RetainedSize: "retainedSize", SelfSize: "selfSize", Count: "count", Key: "key" });
members!(GroupQuery { query: "query", by: "by", sort: "sort", order: "order", limit: "limit", offset: "offset" });

/// The answer of `group`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupResult {
    by: Vec<String>,
    mine_only: bool,
    /// Of all matching nodes.
    #[serde(flatten)]
    all: Figures,
    /// Groups of the first level on all pages.
    total: usize,
    groups: Vec<GroupRow>,
    next: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupRow {
    key: Text,
    /// The object that the group is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    /// Where the constructor of the class is defined that the group is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceRow>,
    #[serde(flatten)]
    figures: Figures,
    percent: f64,
    sample_ids: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupRow>>,
    /// Groups of the next level that are not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
}

/// What there is of a group, and the change since an earlier snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    count: u64,
    self_size: u64,
    retained_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_delta: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_size_delta: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retained_size_delta: Option<i64>,
}

/// A group of one snapshot.
#[derive(Clone, Debug)]
struct Sum {
    level: usize,
    number: u32,
    count: u64,
    self_size: u64,
    retained: u64,
    /// The position in preorder up to which everything was counted.
    covered: usize,
    samples: [NodeIx; SAMPLES],
    /// Its groups of the next level are a list: the first and the last of it, and what follows this group in its own.
    first: usize,
    last: usize,
    next: usize,
}

const NOTHING: Sum = Sum {
    level: 0,
    number: 0,
    count: 0,
    self_size: 0,
    retained: 0,
    covered: 0,
    samples: [NodeIx(0); SAMPLES],
    first: 0,
    last: 0,
    next: 0,
};

/// The groups of one snapshot; the first stands for all matches.
struct Grouped<'a> {
    rows: Rows<'a>,
    keys: Vec<Keys<'a>>,
    sums: Vec<Sum>,
    mine_only: bool,
}

impl GroupQuery {
    fn by(&self) -> Vec<&str> {
        let by = self.by.as_ref().map_or(&[][..], OneOrMany::as_slice);
        if self.by.is_none() { vec!["class"] } else { by.iter().map(String::as_str).collect() }
    }
}

/// Answers `group` for the last snapshot; the one before it, if there is one, is compared.
pub(crate) fn group(
    snapshots: &[&Snapshot],
    query: &GroupQuery,
    show: Show,
    progress: &Progress,
) -> Result<GroupResult> {
    let page = Page::new(query.limit, query.offset)?;
    let by = query.by();
    if by.is_empty() || by.len() > MAX_LEVELS {
        let expected = format!("1 to {MAX_LEVELS} ways of grouping");
        return Err(Error::new(Code::InvalidQuery, expected, by.len().to_string()));
    }
    let newest = snapshots.iter().map(|snapshot| highest_id(snapshot)).max().unwrap_or(0);
    let sides = snapshots.iter().map(|snapshot| Grouped::new(snapshot, query, newest, show, progress));
    let mut sides: Vec<Grouped<'_>> = sides.collect::<Result<_>>()?;
    let after = sides.pop().ok_or_else(|| Error::new(Code::InvalidQuery, "a snapshot", "none"))?;
    let writer = Writer { before: sides.pop(), after, query };
    let pair = Pair { before: writer.before.as_ref().map(|_| 0), after: Some(0) };
    let pairs = writer.below(pair, progress)?;
    let (all, total) = (writer.figures(pair), pairs.len());
    Ok(GroupResult {
        by: by.into_iter().map(str::to_owned).collect(),
        mine_only: writer.after.mine_only,
        all,
        total,
        groups: writer.rows(pairs, page, progress)?,
        next: page.next(total),
    })
}

impl<'a> Grouped<'a> {
    fn new(
        snapshot: &'a Snapshot,
        query: &GroupQuery,
        newest: u32,
        show: Show,
        progress: &'a Progress,
    ) -> Result<Self> {
        let keys = query.by().into_iter().map(|by| Keys::new(snapshot, by, newest, progress));
        let mut keys = keys.collect::<Result<Vec<_>>>()?;
        let (matches, mine_only) =
            matching(snapshot, query.query.as_ref().unwrap_or(&FilterQuery::default()), progress)?;
        let self_size = matches.iter().map(|&node| snapshot.nodes().self_size(node)).sum();
        let retained = retained_together(snapshot, &matches);
        let mut sums = vec![Sum { count: matches.len() as u64, self_size, retained, ..NOTHING }];
        let mut known: HashMap<(usize, u32), usize> = HashMap::new();
        let tree = snapshot.dominators();
        let mut cancelled = Ok(());
        for_each_position(tree, &matches, &mut |at| {
            if at.is_multiple_of(65_536) && cancelled.is_ok() {
                cancelled = progress.check();
            }
            let node = NodeIx(tree.order()[at]);
            let mut group = 0;
            for (level, keys) in keys.iter_mut().enumerate() {
                let number = keys.number(snapshot, node);
                let (parent, next) = (group, sums.len());
                group = *known.entry((parent, number)).or_insert(next);
                if group == next {
                    let last = std::mem::replace(&mut sums[parent].last, next);
                    *(if last == 0 { &mut sums[parent].first } else { &mut sums[last].next }) = next;
                    sums.push(Sum { level, number, ..NOTHING });
                }
                let sum = &mut sums[group];
                if (sum.count as usize) < SAMPLES {
                    sum.samples[sum.count as usize] = node;
                }
                sum.count += 1;
                sum.self_size += snapshot.nodes().self_size(node);
                if at >= sum.covered {
                    sum.retained += snapshot.retained_size(node);
                    sum.covered = at + tree.sizes()[at] as usize;
                }
            }
        });
        cancelled?;
        Ok(Self { rows: Rows::new(snapshot, show, progress)?, keys, sums, mine_only })
    }

    /// The groups below one, in the order of first occurrence.
    fn children(&self, group: usize) -> impl Iterator<Item = usize> {
        let listed = |group: usize| (group != 0).then_some(group);
        std::iter::successors(listed(self.sums[group].first), move |&group| listed(self.sums[group].next))
    }

    /// The identity of a group among those of one parent.
    fn identity(&self, group: usize) -> Result<Vec<u8>> {
        let sum = &self.sums[group];
        self.keys[sum.level].identity(&self.rows, sum.number, sum.samples[0])
    }
}

/// The same group in both snapshots, as far as it is there.
#[derive(Clone, Copy)]
struct Pair {
    before: Option<usize>,
    after: Option<usize>,
}

struct Writer<'a, 'q> {
    before: Option<Grouped<'a>>,
    after: Grouped<'a>,
    query: &'q GroupQuery,
}

impl Writer<'_, '_> {
    /// The groups of the next level. Those that did not change are left out of a comparison.
    fn below(&self, parent: Pair, progress: &Progress) -> Result<Vec<Pair>> {
        let of_after = parent.after.into_iter().flat_map(|group| self.after.children(group));
        let Some(before) = &self.before else {
            return Ok(of_after.map(|group| Pair { before: None, after: Some(group) }).collect());
        };
        let of_before = parent.before.into_iter().flat_map(|group| before.children(group));
        let mut pairs = Vec::new();
        // Paths of several shapes may read the same.
        let mut position: HashMap<Vec<u8>, VecDeque<usize>> = HashMap::new();
        for group in of_before {
            progress.check()?;
            position.entry(before.identity(group)?).or_default().push_back(pairs.len());
            pairs.push(Pair { before: Some(group), after: None });
        }
        for group in of_after {
            progress.check()?;
            match position.get_mut(&self.after.identity(group)?).and_then(VecDeque::pop_front) {
                Some(at) => pairs[at].after = Some(group),
                None => pairs.push(Pair { before: None, after: Some(group) }),
            }
        }
        pairs.retain(|&pair| self.figures(pair).has_changed());
        Ok(pairs)
    }

    fn figures(&self, Pair { before, after }: Pair) -> Figures {
        let nothing = NOTHING;
        let after = after.map_or(&nothing, |group| &self.after.sums[group]);
        let earlier = self.before.as_ref().map(|all| before.map_or(&nothing, |group| &all.sums[group]));
        let delta = |figure: fn(&Sum) -> u64| {
            earlier.map(|earlier| figure(after).cast_signed() - figure(earlier).cast_signed())
        };
        Figures {
            count: after.count,
            self_size: after.self_size,
            retained_size: after.retained,
            count_delta: delta(|sum| sum.count),
            self_size_delta: delta(|sum| sum.self_size),
            retained_size_delta: delta(|sum| sum.retained),
        }
    }

    /// By what groups are sorted: the change, where there is one.
    fn rank(&self, pair: Pair) -> i64 {
        let figures = self.figures(pair);
        let (now, delta) = match self.query.sort.unwrap_or_default() {
            GroupSort::RetainedSize => (figures.retained_size, figures.retained_size_delta),
            GroupSort::SelfSize => (figures.self_size, figures.self_size_delta),
            GroupSort::Count => (figures.count, figures.count_delta),
            GroupSort::Key => (0, None),
        };
        delta.unwrap_or(now.cast_signed())
    }

    fn side(&self, pair: Pair) -> (&Grouped<'_>, usize) {
        match (pair, &self.before) {
            (Pair { after: None, before: Some(group) }, Some(before)) => (before, group),
            (Pair { after, .. }, _) => (&self.after, after.unwrap_or(0)),
        }
    }

    fn text(&self, pair: Pair) -> Result<Text> {
        let (side, group) = self.side(pair);
        let sum = &side.sums[group];
        side.keys[sum.level].text(&side.rows, sum.number, sum.samples[0])
    }

    /// Sizes and counts descend, keys ascend; ties in the order of first occurrence.
    fn rows(&self, pairs: Vec<Pair>, page: Page, progress: &Progress) -> Result<Vec<GroupRow>> {
        let by_key = self.query.sort == Some(GroupSort::Key);
        let descends = self.query.order.map_or(!by_key, |order| order == Order::Descending);
        let turn = |ordering: Ordering| if descends { ordering.reverse() } else { ordering };
        let chosen = if by_key {
            let keyed = pairs.into_iter().map(|pair| Ok((self.text(pair)?, pair))).collect::<Result<Vec<_>>>()?;
            page.select(keyed, |(a, _), (b, _)| turn(a.cmp(b))).into_iter().map(|(_, pair)| pair).collect()
        } else {
            page.select(pairs, |&a, &b| turn(self.rank(a).cmp(&self.rank(b))))
        };
        chosen.into_iter().map(|pair| self.row(pair, page.limit, progress)).collect()
    }

    fn row(&self, pair: Pair, limit: usize, progress: &Progress) -> Result<GroupRow> {
        let (side, group) = self.side(pair);
        let sum = &side.sums[group];
        let snapshot = side.rows.snapshot;
        let id = |node| snapshot.nodes().id(node).0;
        let figures = self.figures(pair);
        let is_last = sum.level + 1 == side.keys.len();
        let below = if is_last { Vec::new() } else { self.below(pair, progress)? };
        let omitted = below.len().saturating_sub(limit);
        Ok(GroupRow {
            key: self.text(pair)?,
            id: side.keys[sum.level].node(sum.number).map(id),
            source: side.keys[sum.level].place(snapshot, sum.samples[0]).map(|at| side.rows.source(at)),
            percent: self.after.rows.percent(figures.retained_size),
            figures,
            sample_ids: sum.samples.iter().take(sum.count as usize).map(|&node| id(node)).collect(),
            groups: if is_last { None } else { Some(self.rows(below, Page::first(limit), progress)?) },
            omitted: (!is_last).then_some(omitted),
        })
    }
}

impl Figures {
    fn has_changed(&self) -> bool {
        [self.count_delta, self.self_size_delta, self.retained_size_delta].iter().any(|&delta| delta != Some(0))
    }
}
