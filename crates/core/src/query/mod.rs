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
mod group;
mod group_keys;
mod having;
mod javascript;
mod leaks;
mod memory_estimate;
mod mine_only;
mod named;
mod order;
mod packages;
mod page;
pub(crate) mod paths;
mod read;
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
mod what_if;

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
use read::{Members, Read, Wrong, derived, members};
use rows::{Brief, NodeRow, Rows};
use serde::Serialize;
use serde_json::{Map, Value};
use std::ops::Range;
use tree::Direction;

/// A question.
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
    Scripts(Nothing),
    SourceTextWanted(Nothing),
    SourceText(dead_variables::SourceTextQuery),
    AllocationStack(ById),
    Samples(Nothing),
    Filter(Box<FilterQuery>),
    RetainedTogether(Box<FilterQuery>),
    Group(Box<group::GroupQuery>),
    WhatIf(what_if::WhatIfQuery),
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
            Question::RetainingPaths(_) | Question::WhatIf(_) => MemoryEstimate::PATHS,
            Question::Strings(_) => MemoryEstimate::STRINGS,
            Question::Diff(_) => MemoryEstimate::DIFF,
            Question::Since(_) | Question::TestRounds(_) | Question::Report(_) | Question::Group(_) => {
                MemoryEstimate::REPORT
            }
            Question::Dominated(_)
            | Question::DominatorPath(_)
            | Question::DominatorTree(_)
            | Question::Classes(_)
            | Question::ClassInstances(_)
            | Question::DeadVariables(_)
            | Question::DeadFields(_)
            | Question::Scripts(_)
            | Question::SourceTextWanted(_)
            | Question::SourceText(_)
            | Question::Allocations(_)
            | Question::Samples(_)
            | Question::Filter(_)
            | Question::RetainedTogether(_) => MemoryEstimate::NODES,
        }
    }
}

#[derive(Clone, Debug)]
struct Nothing {}

#[derive(Clone, Debug)]
struct ById {
    id: u64,
}

/// A suspect by its names in the original source.
#[derive(Clone, Debug)]
struct FingerprintQuery {
    kind: String,
    class_name: String,
    holder_class: String,
    holder_path: String,
}

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
struct ListOf {
    id: u64,
    limit: Option<u64>,
    offset: Option<u64>,
    brief: Option<Brief>,
}

#[derive(Clone, Debug)]
struct Pages {
    limit: Option<u64>,
    offset: Option<u64>,
}

members!(Nothing {});
members!(ById { id: "id" });
members!(FingerprintQuery {
    kind: "kind",
    class_name: "className",
    holder_class: "holderClass",
    holder_path: "holderPath",
});
members!(DominatorPathQuery { id: "id", brief: "brief" });
members!(ListOf { id: "id", limit: "limit", offset: "offset", brief: "brief" });
members!(Pages { limit: "limit", offset: "offset" });

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
    let (question, show) =
        read(question).map_err(|wrong| Error::new(Code::InvalidQuery, "a question about snapshots", wrong))?;
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
        (Question::Scripts(_), [snapshot]) => json(&packages::scripts(snapshot, progress)?),
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
        (Question::WhatIf(query), [snapshot]) => json(&what_if::what_if(snapshot, &query, show, progress)?),
        (Question::Group(query), [_] | [_, _]) => json(&group::group(snapshots, &query, show, progress)?),
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
fn read(question: &str) -> std::result::Result<(Question, Show), Wrong> {
    let question: Map<String, Value> = serde_json::from_str(question).map_err(|error| error.to_string())?;
    let mut members = Members::of(Value::Object(question))?;
    let ask: String = members.take("ask")?;
    let show: Option<bool> = members.take("showStrings")?;
    let question = question_named(&ask, members.rest())?;
    let by_default = !matches!(question, Question::Report(_));
    Ok((question, Show { keys: show.unwrap_or(false), texts: show.unwrap_or(by_default) }))
}

fn question_named(ask: &str, members: Value) -> std::result::Result<Question, Wrong> {
    Ok(match ask {
        "tables" => Question::Tables(Read::read(members)?),
        "summary" => Question::Summary(Read::read(members)?),
        "node" => Question::Node(Read::read(members)?),
        "references" => Question::References(Read::read(members)?),
        "retainers" => Question::Retainers(Read::read(members)?),
        "dominated" => Question::Dominated(Read::read(members)?),
        "dominatorPath" => Question::DominatorPath(Read::read(members)?),
        "dominatorTree" => Question::DominatorTree(Read::read(members)?),
        "retainingPaths" => Question::RetainingPaths(Read::read(members)?),
        "classes" => Question::Classes(Read::read(members)?),
        "classInstances" => Question::ClassInstances(Read::read(members)?),
        "strings" => Question::Strings(Read::read(members)?),
        "deadVariables" => Question::DeadVariables(Read::read(members)?),
        "deadFields" => Question::DeadFields(Read::read(members)?),
        "allocations" => Question::Allocations(Read::read(members)?),
        "sourceTextWanted" => Question::SourceTextWanted(Read::read(members)?),
        "sourceText" => Question::SourceText(derived(members)?),
        "allocationStack" => Question::AllocationStack(Read::read(members)?),
        "scripts" => Question::Scripts(Read::read(members)?),
        "samples" => Question::Samples(Read::read(members)?),
        "filter" => Question::Filter(Read::read(members)?),
        "retainedTogether" => Question::RetainedTogether(Read::read(members)?),
        "group" => Question::Group(Read::read(members)?),
        "whatIf" => Question::WhatIf(Read::read(members)?),
        "diff" => Question::Diff(Read::read(members)?),
        "since" => Question::Since(Read::read(members)?),
        "testRounds" => Question::TestRounds(Read::read(members)?),
        "report" => Question::Report(derived(members)?),
        "fingerprint" => Question::Fingerprint(Read::read(members)?),
        unknown => return Err(format!("unknown question `{unknown}`")),
    })
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
