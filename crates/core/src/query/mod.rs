//! Questions → answers: one JSON text in, one out; plain data, no formatting.
//!
//! `index.d.ts` describes questions and answers; the member `ask` names the question. All lists are paged, and every
//! loop over the heap can be cancelled.
//!
//! ```text
//! {"ask":"filter","class":{"contains":"session"},"limit":10}
//! {"total":3,"selfSize":264,"mineOnly":false,"nodes":[…],"next":null}
//! ```

mod allocation_sums;
mod allocations;
mod answer;
mod biggest;
mod class_diff;
mod classes;
pub(crate) mod collections;
mod conditions;
mod contains;
mod dead_variables;
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
pub(crate) mod paths;
mod regex;
mod repeated_texts;
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

use crate::program::names::Show;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::progress::{Phase, Progress};
use duplicates::Duplicates;
use filter::{FilterResult, Sorting, page_of};
use filter_query::{FilterQuery, Sort, find};
use leaks::sentences::{Identity, fingerprint};
use memory_estimate::MemoryEstimate;
use page::Page;
use rows::{Brief, NodeRow, Rows};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::Range;
use tree::Direction;

/// A question.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
enum Question {
    Tables(Nothing),
    Summary(Nothing),
    Node(ById),
    References(ListOf),
    Retainers(ListOf),
    Dominated(ListOf),
    DominatorPath(DominatorPathQuery),
    DominatorTree(dominator_tree::DominatorTreeQuery),
    RetainingPaths(paths::PathsQuery),
    Classes(classes::ClassQuery),
    ClassInstances(classes::InstanceQuery),
    Strings(Pages),
    DeadVariables(Pages),
    DeadFields(Pages),
    Allocations(allocations::AllocationQuery),
    SourceTextWanted(Nothing),
    SourceText(dead_variables::SourceTextQuery),
    AllocationStack(ById),
    Samples(Nothing),
    Filter(Box<FilterQuery>),
    RetainedTogether(Box<FilterQuery>),
    Diff(diff::DiffQuery),
    Since(since::SinceQuery),
    TestRounds(test_rounds::TestRoundsQuery),
    Report(report::ReportQuery),
    Fingerprint(FingerprintQuery),
}

impl Question {
    /// The memory it may take.
    fn memory_estimate(&self) -> MemoryEstimate {
        match self {
            Question::Tables(_)
            | Question::Summary(_)
            | Question::Node(_)
            | Question::AllocationStack(_)
            | Question::Fingerprint(_) => MemoryEstimate::LITTLE,
            Question::References(_) | Question::Retainers(_) => MemoryEstimate::EDGES,
            Question::RetainingPaths(_) => MemoryEstimate::PATHS,
            Question::Strings(_) => MemoryEstimate::STRINGS,
            Question::Diff(_) => MemoryEstimate::DIFF,
            Question::Since(_) | Question::TestRounds(_) | Question::Report(_) => MemoryEstimate::REPORT,
            Question::Dominated(_)
            | Question::DominatorPath(_)
            | Question::DominatorTree(_)
            | Question::Classes(_)
            | Question::ClassInstances(_)
            | Question::DeadVariables(_)
            | Question::DeadFields(_)
            | Question::SourceTextWanted(_)
            | Question::SourceText(_)
            | Question::Allocations(_)
            | Question::Samples(_)
            | Question::Filter(_)
            | Question::RetainedTogether(_) => MemoryEstimate::NODES,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ById {
    id: u64,
}

/// A suspect by its names in the original source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct FingerprintQuery {
    kind: String,
    class_name: String,
    holder_class: String,
    holder_path: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DominatorPathQuery {
    id: u64,
    brief: Option<Brief>,
}

/// A chain of which the middle is left out.
#[derive(Debug, Serialize)]
struct CutPath {
    nodes: Vec<NodeRow>,
    omitted: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListOf {
    id: u64,
    limit: Option<u64>,
    offset: Option<u64>,
    brief: Option<Brief>,
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
/// As [`ask`].
pub fn answer(snapshot: &Snapshot, question: &str, progress: &Progress) -> Result<String> {
    ask(&[snapshot], question, progress)
}

/// Answers a question about snapshots. Most questions take one snapshot; `diff` and `since` take two, the baseline
/// first; `allocations` takes one or two; `testRounds` takes two or more, and `report` any number, of one program,
/// oldest first. A report describes the last of them; the others tell what grows.
///
/// # Errors
/// [`Code::InvalidQuery`] for an invalid question or a wrong number of snapshots; [`Code::NoSuchNode`] for an id that
/// the snapshot does not have; [`Code::Cancelled`].
pub fn ask(snapshots: &[&Snapshot], question: &str, progress: &Progress) -> Result<String> {
    let (question, show) = read(question)
        .map_err(|error| Error::new(Code::InvalidQuery, "a question about snapshots", error.to_string()))?;
    progress.enter(Phase::Query, 0);
    progress.check()?;
    question.memory_estimate().check(snapshots)?;
    match (question, snapshots) {
        (Question::Summary(_), [snapshot]) => json(&summary::summary(snapshot)?),
        (Question::Node(query), [snapshot]) => {
            json(&Rows::new(snapshot, show, progress)?.node_with_edges(find(snapshot, query.id)?)?)
        }
        (Question::References(query), [snapshot]) => list(snapshot, &query, Direction::References, show, progress),
        (Question::Retainers(query), [snapshot]) => list(snapshot, &query, Direction::Retainers, show, progress),
        (Question::Dominated(query), [snapshot]) => json(&dominated(snapshot, &query, show, progress)?),
        (Question::DominatorPath(query), [snapshot]) => {
            let path = dominator_path(snapshot, &query, show, progress)?;
            if query.brief.is_none() { json(&path.nodes) } else { json(&path) }
        }
        (Question::DominatorTree(query), [snapshot]) => {
            json(&dominator_tree::dominator_tree(snapshot, &query, show, progress)?)
        }
        (Question::RetainingPaths(query), [snapshot]) => {
            json(&paths::retaining_paths(snapshot, &query, show, progress)?)
        }
        (Question::Classes(query), [snapshot]) => json(&classes::classes(snapshot, &query, show, progress)?),
        (Question::ClassInstances(query), [snapshot]) => {
            json(&classes::class_instances(snapshot, &query, show, progress)?)
        }
        (Question::Strings(query), [snapshot]) => {
            json(&Duplicates::find(snapshot, progress)?.page(snapshot, query.page()?, show)?)
        }
        (Question::DeadVariables(query), [snapshot]) => {
            json(&dead_variables::dead_variables(snapshot, query.page()?, show, progress)?)
        }
        (Question::DeadFields(query), [snapshot]) => {
            json(&dead_variables::dead_fields(snapshot, query.page()?, progress)?)
        }
        (Question::Tables(_), [snapshot]) => json(&snapshot.tables()),
        (Question::SourceTextWanted(_), [snapshot]) => json(&dead_variables::source_text_wanted(snapshot, progress)?),
        (Question::SourceText(query), [snapshot]) => {
            json(&dead_variables::add_source_text(snapshot, &query, progress)?)
        }
        (Question::Allocations(query), [_] | [_, _]) => {
            json(&allocations::allocations(snapshots, &query, show, progress)?)
        }
        (Question::AllocationStack(query), [snapshot]) => {
            json(&allocations::allocation_stack(snapshot, find(snapshot, query.id)?, show, progress)?)
        }
        (Question::Samples(_), [snapshot]) => json(&allocations::samples(snapshot, progress)?),
        (Question::Filter(query), [snapshot]) => json(&filter::filter(snapshot, &query, show, progress)?),
        (Question::RetainedTogether(query), [snapshot]) => json(&retained::retained(snapshot, &query, progress)?),
        (Question::Diff(query), [before, after]) => json(&diff::diff(before, after, &query, show, progress)?),
        (Question::Since(query), [before, after]) => json(&since::since(before, after, &query, show, progress)?),
        (Question::TestRounds(query), [_, .., last]) => {
            json(&test_rounds::test_rounds(snapshots, last, &query, show, progress)?)
        }
        (Question::Fingerprint(leak), [_]) => json(&fingerprint(Identity {
            kind: leak.kind.as_bytes(),
            class_name: leak.class_name.as_bytes(),
            holder_class: leak.holder_class.as_bytes(),
            holder_path: leak.holder_path.as_bytes(),
        })),
        (Question::Report(query), [_, ..]) => json(&report::report(snapshots, &query, show, progress)?),
        _ => Err(Error::new(
            Code::InvalidQuery,
            "the number of snapshots that this question is about: two for diff and since, one or two for \
             allocations, two or more for testRounds, one or more for report, one for all others",
            snapshots.len().to_string(),
        )),
    }
}

/// The question, and what of the program's data its answer shows. By default names that are data are hidden, and a
/// report hides contents of strings as well, which other questions are about; `showStrings` shows or hides both.
fn read(question: &str) -> serde_json::Result<(Question, Show)> {
    let mut question: Map<String, Value> = serde_json::from_str(question)?;
    let show = question.remove("showStrings").map_or(Ok(None), serde_json::from_value::<Option<bool>>)?;
    let question: Question = serde_json::from_value(Value::Object(question))?;
    let by_default = !matches!(question, Question::Report(_));
    Ok((question, Show { keys: show.unwrap_or(false), texts: show.unwrap_or(by_default) }))
}

fn json(answer: &impl Serialize) -> Result<String> {
    let mut out = answer::Limited::default();
    match serde_json::to_writer(&mut out, answer) {
        Ok(()) => out.finish(),
        Err(error) => Err(out
            .failed
            .unwrap_or_else(|| Error::new(Code::InvalidQuery, "an answer that JSON can represent", error.to_string()))),
    }
}

fn list(snapshot: &Snapshot, query: &ListOf, direction: Direction, show: Show, progress: &Progress) -> Result<String> {
    let page = Page::new(query.limit, query.offset)?;
    let rows = Rows::new(snapshot, show, progress)?.in_brief(query.brief);
    json(&tree::list(&rows, find(snapshot, query.id)?, direction, page)?)
}

fn dominated(snapshot: &Snapshot, query: &ListOf, show: Show, progress: &Progress) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let rows = Rows::new(snapshot, show, progress)?.in_brief(query.brief);
    let children = snapshot.dominators().children(find(snapshot, query.id)?).collect();
    page_of(&rows, children, Sorting::new(Sort::RetainedSize, None), page, |node| rows.node(node))
}

/// What is left out of so many steps where so many are shown at either end.
pub(crate) fn middle(steps: usize, ends: usize) -> Range<usize> {
    if ends < steps.div_ceil(2) { ends..steps - ends } else { 0..0 }
}

/// From the root down to the node.
fn dominator_path(snapshot: &Snapshot, query: &DominatorPathQuery, show: Show, progress: &Progress) -> Result<CutPath> {
    let node = find(snapshot, query.id)?;
    let rows = Rows::new(snapshot, show, progress)?.in_brief(query.brief);
    let mut chain = vec![node];
    let mut at = node;
    while at != snapshot.root() {
        at = snapshot.dominators().parent(at);
        chain.push(at);
    }
    chain.reverse();
    let left_out = middle(chain.len(), query.brief.map_or(usize::MAX, |_| Brief::ENDS));
    let omitted = left_out.len();
    drop(chain.drain(left_out));
    let nodes = chain.into_iter().map(|node| rows.node(node)).collect::<Result<_>>()?;
    Ok(CutPath { nodes, omitted })
}
