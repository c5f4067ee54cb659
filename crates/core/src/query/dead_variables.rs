//! Answers which captured variables no live function reads, by function and variable, with the bytes that they keep.

use crate::program::dead_variables::{
    DeadGroup, DeadVariable, DeadVariables, ScriptRow, ScriptText, SourceText, are_scopes_known, scripts,
};
use crate::program::names::{Names, Show};
use crate::query::page::Page;
use crate::query::rows::{OwnerRow, Rows};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort;
use crate::snapshot::strings::Text;
use serde::{Deserialize, Serialize};

/// Values listed per row.
const SOME_IDS: usize = 5;

const NO_TABLES: &str = "the snapshot does not tell which functions read which variables, \
    and the source files of its scripts cannot be read";
const NO_NUMBERS: &str = "the snapshot was redacted, and the numbers by which scopes are found are hidden";

/// The scripts whose source text [`add_source_text`] needs; none if the snapshot tells of scopes itself.
#[derive(Debug, Serialize)]
pub(crate) struct SourceTextWanted {
    scripts: Vec<WantedScript>,
}

#[derive(Debug, Serialize)]
struct WantedScript {
    #[serde(flatten)]
    script: ScriptRow,
    /// The name in messages.
    shown: Text,
}

pub(crate) fn source_text_wanted(snapshot: &Snapshot, progress: &Progress) -> Result<SourceTextWanted> {
    let scripts = if are_scopes_known(snapshot) { Vec::new() } else { scripts(snapshot, progress)? };
    let names = Names::new(snapshot, Show::NOTHING, progress)?;
    let wanted = |script: ScriptRow| {
        let shown = Text(names.script(script.name.as_bytes()).into_owned());
        WantedScript { script, shown }
    };
    Ok(SourceTextWanted { scripts: scripts.into_iter().map(wanted).collect() })
}

/// The scopes of scripts, which the caller has read in their source text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceTextQuery {
    scripts: Vec<ScriptText>,
}

/// The scripts that were left out, because their text does not have the functions of the heap.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddedSourceText<'a> {
    left_out: &'a [i64],
}

/// Adds scopes to a snapshot. Only the first call does.
pub(crate) fn add_source_text<'a>(
    snapshot: &'a Snapshot,
    query: &SourceTextQuery,
    progress: &Progress,
) -> Result<AddedSourceText<'a>> {
    let text = snapshot.derived.get_or_make(|| SourceText::new(snapshot, &query.scripts, progress))?;
    Ok(AddedSourceText { left_out: &text.left_out })
}

/// A page of dead variables.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadPage {
    available: bool,
    reason: Option<&'static str>,
    total: usize,
    freed_if_all_cleared: u64,
    percent: f64,
    variables: Vec<DeadRow>,
    next: Option<usize>,
}

/// A variable of a function.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadRow {
    pub(crate) variable: Text,
    pub(crate) owner: Option<OwnerRow>,
    contexts: usize,
    pub(crate) freed_if_cleared: u64,
    percent: f64,
    class_name: Text,
    ids: Vec<u32>,
}

/// A page of variables, most bytes first.
pub(crate) fn dead_variables(snapshot: &Snapshot, page: Page, show: Show, progress: &Progress) -> Result<DeadPage> {
    let dead = DeadVariables::of(snapshot, progress)?;
    let rows = Rows::new(snapshot, show, progress)?;
    let total = dead.groups.len();
    let chosen = page.select(dead.groups.iter().collect(), |a, b| b.freed.cmp(&a.freed));
    let variables = chosen.into_iter().map(|group| row(&rows, dead, group)).collect::<Result<_>>()?;
    let reason = match dead.is_known {
        true => None,
        false if !are_scopes_known(snapshot) => Some(NO_TABLES),
        false => Some(NO_NUMBERS),
    };
    Ok(DeadPage {
        available: dead.is_known,
        reason,
        total,
        freed_if_all_cleared: dead.freed,
        percent: rows.percent(dead.freed),
        variables,
        next: page.next(total),
    })
}

/// The rows of some variables, in their order.
pub(crate) fn dead_rows(rows: &Rows<'_>, groups: &[DeadGroup]) -> Result<Vec<DeadRow>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let dead = DeadVariables::of(rows.snapshot, rows.progress)?;
    groups.iter().map(|group| row(rows, dead, group)).collect()
}

fn row(rows: &Rows<'_>, dead: &DeadVariables, group: &DeadGroup) -> Result<DeadRow> {
    let snapshot = rows.snapshot;
    let members = dead.members(group);
    let variable = Text::of(dead.name(snapshot, members[0]));
    rows.take(variable.0.len())?;
    let is_object = |dead: &&DeadVariable| snapshot.kind(dead.value) != NodeKind::Number;
    let mut ids: Vec<u32> = Vec::new();
    for dead in members.iter().filter(is_object) {
        let id = snapshot.nodes().id(dead.value).0;
        if ids.len() < SOME_IDS && !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(DeadRow {
        variable,
        owner: rows.owner_of_scope(members[0].context)?,
        contexts: members.len(),
        freed_if_cleared: group.freed,
        percent: rows.percent(group.freed),
        class_name: class_name(rows, members),
        ids,
    })
}

/// The class that keeps most bytes of the values.
fn class_name(rows: &Rows<'_>, members: &[DeadVariable]) -> Text {
    let snapshot = rows.snapshot;
    let mut values: Vec<_> = members.iter().map(|dead| (snapshot.classes().of(dead.value), dead.value)).collect();
    sort(&mut values);
    values.dedup();
    let bytes = |of_class: &&[(_, _)]| of_class.iter().map(|&(_, value)| snapshot.retained_size(value)).sum::<u64>();
    let largest = values.chunk_by(|a, b| a.0 == b.0).max_by_key(bytes);
    largest.map_or_else(Text::default, |of_class| rows.class_name(of_class[0].1))
}

/// A variable of one context.
#[derive(Debug, Serialize)]
struct FieldRow {
    context: u32,
    variable: Text,
    value: u32,
}

/// A page of variables of single contexts, those that free nothing too.
#[derive(Debug, Serialize)]
pub(crate) struct FieldPage {
    total: usize,
    fields: Vec<FieldRow>,
    next: Option<usize>,
}

/// What [`dead_variables`] merges: every variable of every context, by variable.
pub(crate) fn dead_fields(snapshot: &Snapshot, page: Page, progress: &Progress) -> Result<FieldPage> {
    let dead = DeadVariables::of(snapshot, progress)?;
    let rows = Rows::new(snapshot, Show::ALL, progress)?;
    let field = |&each: &DeadVariable| {
        let variable = dead.name(snapshot, each);
        rows.take(variable.len())?;
        let id = |node| snapshot.nodes().id(node).0;
        Ok(FieldRow { context: id(each.context), variable: Text::of(variable), value: id(each.value) })
    };
    let fields = dead.each.iter().skip(page.offset).take(page.limit).map(field).collect::<Result<_>>()?;
    Ok(FieldPage { total: dead.each.len(), fields, next: page.next(dead.each.len()) })
}
