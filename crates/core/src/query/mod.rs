//! Questions → answers: one JSON text in, one out, plain data, no formatting.
//!
//! The questions are those of `index.d.ts`, named by the member `ask`; the answers are what it
//! describes. Everything is paged, and every loop over the heap can be cancelled.
//!
//! ```text
//! {"ask":"filter","class":{"contains":"session"},"limit":10}
//! {"total":3,"selfSize":264,"mineOnly":false,"nodes":[…],"next":null}
//! ```

mod allocations;
mod answer;
mod biggest;
mod class_diff;
mod classes;
pub(crate) mod collections;
mod conditions;
mod diff;
mod dominator_tree;
mod duplicates;
mod filter;
mod filter_query;
mod javascript;
mod leaks;
mod memory_estimate;
mod mine_only;
mod named;
mod order;
mod packages;
mod page;
mod pairs;
pub(crate) mod paths;
mod regex;
mod report;
mod retained;
pub(crate) mod rows;
mod since;
mod steps;
mod summary;
mod test_rounds;
mod text_match;
mod tree;

pub use crate::snapshot::copied::Column;

use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::{Phase, Progress};
use duplicates::Duplicates;
use filter::{FilterResult, Sorting, page_of};
use filter_query::{FilterQuery, Sort, find};
use memory_estimate::MemoryEstimate;
use page::Page;
use rows::{NodeRow, Rows};
use serde::{Deserialize, Serialize};
use tree::Direction;

/// A question about one snapshot.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
enum Question {
    Summary(Nothing),
    Node(ById),
    References(ListOf),
    Retainers(ListOf),
    Dominated(ListOf),
    DominatorPath(ById),
    DominatorTree(dominator_tree::DominatorTreeQuery),
    RetainingPaths(paths::PathsQuery),
    Classes(classes::ClassQuery),
    ClassInstances(classes::InstanceQuery),
    Strings(Pages),
    Allocations(Pages),
    AllocationStack(ById),
    Samples(Nothing),
    Filter(Box<FilterQuery>),
    RetainedTogether(Box<FilterQuery>),
    Report(report::ReportQuery),
}

impl Question {
    /// The memory it may take.
    fn memory_estimate(&self) -> MemoryEstimate {
        match self {
            Question::Summary(_) | Question::Node(_) | Question::AllocationStack(_) => MemoryEstimate::LITTLE,
            Question::References(_) | Question::Retainers(_) => MemoryEstimate::EDGES,
            Question::RetainingPaths(_) => MemoryEstimate::WAYS,
            Question::Strings(_) => MemoryEstimate::STRINGS,
            Question::Report(_) => MemoryEstimate::REPORT,
            Question::Dominated(_)
            | Question::DominatorPath(_)
            | Question::DominatorTree(_)
            | Question::Classes(_)
            | Question::ClassInstances(_)
            | Question::Allocations(_)
            | Question::Samples(_)
            | Question::Filter(_)
            | Question::RetainedTogether(_) => MemoryEstimate::NODES,
        }
    }
}

/// A question about several snapshots.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
enum QuestionOfSeveral {
    Diff(diff::DiffQuery),
    Since(since::SinceQuery),
    TestRounds(test_rounds::TestRoundsQuery),
    Report(report::ReportQuery),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ById {
    id: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListOf {
    id: u64,
    limit: Option<u64>,
    offset: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    limit: Option<u64>,
    offset: Option<u64>,
}

impl Pages {
    fn page(&self) -> Result<Page> {
        Page::new(self.limit, self.offset)
    }
}

/// Answers a question about one snapshot.
///
/// # Errors
/// [`Code::InvalidQuery`] for a question that cannot be asked, [`Code::NoSuchNode`] for an id the
/// snapshot does not have, [`Code::Cancelled`].
pub fn answer(snapshot: &Snapshot, question: &str, progress: &Progress) -> Result<String> {
    let question: Question = read(question, "a question about a snapshot")?;
    progress.enter(Phase::Query, 0);
    progress.check()?;
    question.memory_estimate().check(&[snapshot])?;
    match question {
        Question::Summary(_) => json(&summary::summary(snapshot)?),
        Question::Node(query) => json(&Rows::new(snapshot, progress)?.node_with_edges(find(snapshot, query.id)?)?),
        Question::References(query) => list(snapshot, &query, Direction::References, progress),
        Question::Retainers(query) => list(snapshot, &query, Direction::Retainers, progress),
        Question::Dominated(query) => json(&dominated(snapshot, &query, progress)?),
        Question::DominatorPath(query) => json(&dominator_path(snapshot, find(snapshot, query.id)?, progress)?),
        Question::DominatorTree(query) => json(&dominator_tree::dominator_tree(snapshot, &query, progress)?),
        Question::RetainingPaths(query) => json(&paths::retaining_paths(snapshot, &query, progress)?),
        Question::Classes(query) => json(&classes::classes(snapshot, &query, progress)?),
        Question::ClassInstances(query) => json(&classes::class_instances(snapshot, &query, progress)?),
        Question::Strings(query) => json(&Duplicates::find(snapshot, progress)?.page(snapshot, query.page()?)?),
        Question::Allocations(query) => json(&allocations::allocations(snapshot, query.page()?, progress)?),
        Question::AllocationStack(query) => json(&allocations::allocation_stack(snapshot, find(snapshot, query.id)?)?),
        Question::Samples(_) => json(&allocations::samples(snapshot, progress)?),
        Question::Filter(query) => json(&filter::filter(snapshot, &query, progress)?),
        Question::RetainedTogether(query) => json(&retained::retained(snapshot, &query, progress)?),
        Question::Report(query) => json(&report::report(&[snapshot], &query, progress)?),
    }
}

/// Answers a question about the snapshots it is asked of: anything about one; `diff` about two, the
/// first of which is the baseline; `report` about several of one program, oldest first. That one is
/// about the last of them; the others tell what grows.
///
/// # Errors
/// As [`answer`]; [`Code::InvalidQuery`] for another question or number of snapshots.
pub fn ask(snapshots: &[&Snapshot], question: &str, progress: &Progress) -> Result<String> {
    let &[.., last] = snapshots else {
        return Err(Error::new(Code::InvalidQuery, "at least one snapshot", "none"));
    };
    if snapshots.len() == 1 {
        return answer(last, question, progress);
    }
    let question = read(question, "a question about several snapshots")?;
    progress.enter(Phase::Query, 0);
    progress.check()?;
    match question {
        QuestionOfSeveral::Diff(_) => MemoryEstimate::DIFF.check(snapshots)?,
        QuestionOfSeveral::Since(_) | QuestionOfSeveral::TestRounds(_) | QuestionOfSeveral::Report(_) => {
            MemoryEstimate::REPORT.check(snapshots)?;
        }
    }
    match (question, snapshots) {
        (QuestionOfSeveral::Diff(query), [before, after]) => json(&diff::diff(before, after, &query, progress)?),
        (QuestionOfSeveral::Since(query), [before, after]) => json(&since::since(before, after, &query, progress)?),
        (QuestionOfSeveral::Diff(_) | QuestionOfSeveral::Since(_), _) => {
            Err(Error::new(Code::InvalidQuery, "two snapshots to compare", snapshots.len().to_string()))
        }
        (QuestionOfSeveral::TestRounds(query), _) => {
            json(&test_rounds::test_rounds(snapshots, last, &query, progress)?)
        }
        (QuestionOfSeveral::Report(query), _) => json(&report::report(snapshots, &query, progress)?),
    }
}

fn read<'a, Q: Deserialize<'a>>(question: &'a str, expected: &str) -> Result<Q> {
    serde_json::from_str(question).map_err(|error| Error::new(Code::InvalidQuery, expected, error.to_string()))
}

fn json(answer: &impl Serialize) -> Result<String> {
    let mut out = answer::Limited::default();
    match serde_json::to_writer(&mut out, answer) {
        Ok(()) => out.finish(),
        Err(error) => Err(out
            .failed
            .unwrap_or_else(|| Error::new(Code::InvalidQuery, "an answer that JSON can say", error.to_string()))),
    }
}

fn list(snapshot: &Snapshot, query: &ListOf, direction: Direction, progress: &Progress) -> Result<String> {
    let page = Page::new(query.limit, query.offset)?;
    let rows = Rows::new(snapshot, progress)?;
    json(&tree::list(&rows, find(snapshot, query.id)?, direction, page)?)
}

fn dominated(snapshot: &Snapshot, query: &ListOf, progress: &Progress) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let rows = Rows::new(snapshot, progress)?;
    let children = snapshot.dominators().children(find(snapshot, query.id)?).collect();
    page_of(&rows, children, Sorting::new(Sort::RetainedSize, None), page, |node| rows.node(node))
}

/// From the root down to the node.
fn dominator_path(snapshot: &Snapshot, node: NodeIx, progress: &Progress) -> Result<Vec<NodeRow>> {
    let rows = Rows::new(snapshot, progress)?;
    let mut chain = vec![node];
    let mut at = node;
    while at != snapshot.root() {
        at = snapshot.dominators().parent(at);
        chain.push(at);
    }
    chain.into_iter().rev().map(|node| rows.node(node)).collect()
}
