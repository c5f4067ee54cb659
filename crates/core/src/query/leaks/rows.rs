//! The rows of suspects in an answer: `Suspect` of `index.d.ts`.

use crate::leak::{Candidate, Confidence, Finding, OtherHolder};
use crate::paths::start::Viewpoint;
use crate::paths::step::PathStep;
use crate::paths::text::PathText;
use crate::program::internals::is_internal;
use crate::query::dead_variables::{DeadRow, dead_rows};
use crate::query::leaks::allocated::{AllocatedRow, allocated_row};
use crate::query::leaks::sentences::{self, Identity};
use crate::query::rows::{ComponentRow, OwnerRow, Rows, SourceRow};
use crate::query::steps::{StepRow, Steps};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::strings::Text;
use serde::Serialize;
use std::borrow::Cow;

/// The holder of a suspect.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HolderRow {
    pub(crate) id: u32,
    pub(crate) class_name: Text,
    pub(crate) name: Text,
    /// How many holders have a path of the same shape.
    pub(crate) count: usize,
    pub(crate) retained_size: u64,
    pub(crate) path: Text,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) source: Option<SourceRow>,
    pub(crate) owner: Option<OwnerRow>,
}

/// Another object that retains some of the leaked objects.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OtherHolderRow {
    pub(crate) id: u32,
    pub(crate) class_name: Text,
    /// How many of the objects it retains when the holder has released them.
    pub(crate) count: usize,
    pub(crate) path: Text,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) source: Option<SourceRow>,
    pub(crate) owner: Option<OwnerRow>,
}

/// A function on the path.
#[derive(Debug, Serialize)]
pub(crate) struct FunctionRow {
    pub(crate) name: Text,
    pub(crate) source: Option<SourceRow>,
}

/// A suspect in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SuspectRow {
    pub(crate) class_name: Text,
    pub(crate) kind: &'static str,
    /// The kind in words.
    pub(crate) kind_label: &'static str,
    pub(crate) reason: String,
    pub(crate) advice: Cow<'static, str>,
    pub(crate) count: usize,
    pub(crate) bytes: u64,
    pub(crate) percent: f64,
    pub(crate) added_count: Vec<i64>,
    pub(crate) added_bytes: Option<Vec<u64>>,
    pub(crate) holder: HolderRow,
    pub(crate) path: Text,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) source: Option<SourceRow>,
    pub(crate) functions: Vec<FunctionRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) component: Option<ComponentRow>,
    pub(crate) sample_ids: Vec<u32>,
    pub(crate) allocated_at: Option<AllocatedRow>,
    pub(crate) freed_if_released: u64,
    pub(crate) other_holders: Vec<OtherHolderRow>,
    pub(crate) freed_if_all_release: u64,
    /// Captured variables below it that no live function reads.
    pub(crate) dead_variables: Vec<DeadRow>,
    pub(crate) confidence: Confidence,
    /// The share of its earlier objects that still exist, from 0 to 1.
    pub(crate) survival: Option<f64>,
    pub(crate) may_have_bound: bool,
    pub(crate) fingerprint: String,
    /// The kind's description, for the verdict.
    #[serde(skip)]
    pub(crate) words: &'static str,
}

/// A group that grew and is not suspected.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CandidateRow {
    pub(crate) class_name: Text,
    pub(crate) path: Text,
    pub(crate) added_count: Vec<i64>,
    pub(crate) added_bytes: u64,
    /// Why it is not suspected.
    pub(crate) why: &'static str,
}

/// The row of a candidate.
pub(crate) fn candidate_row(rows: &Rows<'_>, candidate: &Candidate) -> CandidateRow {
    let snapshot = rows.snapshot;
    let text = PathText { snapshot, names: rows.names, any_index: true, viewpoint: Viewpoint::Program };
    CandidateRow {
        class_name: rows.class_name(candidate.example),
        path: Text(text.write(&candidate.steps)),
        added_count: candidate.added_count.clone(),
        added_bytes: candidate.added_bytes,
        why: candidate.why,
    }
}

/// The row of a finding.
pub(crate) fn suspect_row(rows: &Rows<'_>, finding: Finding) -> Result<SuspectRow> {
    let snapshot = rows.snapshot;
    let source = |node| snapshot.location(node).map(|at| rows.source(at));
    let (path, steps) = path_and_steps(rows, &finding.steps, true)?;
    let holder = holder_row(rows, &finding)?;
    let class_name = rows.class_of_leak(&finding.class_name, finding.example);
    let reason = sentences::reason(&finding);
    let dead_variables = dead_rows(rows, &finding.dead_variables)?;
    let mut other_holders: Vec<OtherHolderRow> = Vec::new();
    for other in &finding.release.others {
        let Some(other) = other_holder_row(rows, other)? else { continue };
        // An array and its store both refer to the objects, but are one holder.
        match other_holders.iter_mut().find(|known| known.id == other.id) {
            Some(known) => known.count = known.count.max(other.count),
            None => other_holders.push(other),
        }
    }
    Ok(SuspectRow {
        reason,
        kind: finding.kind.name,
        kind_label: finding.kind.label,
        advice: sentences::advice(&finding, &dead_variables),
        dead_variables,
        count: finding.count,
        bytes: finding.bytes,
        percent: rows.percent(finding.bytes),
        path,
        steps,
        source: source(finding.example),
        functions: finding
            .functions
            .iter()
            .map(|&node| FunctionRow { name: rows.function(node), source: source(node) })
            .collect(),
        component: rows.component_of(&finding),
        freed_if_released: finding.release.freed,
        other_holders,
        freed_if_all_release: finding.release.freed_by_all,
        fingerprint: sentences::fingerprint(Identity {
            kind: finding.kind.name.as_bytes(),
            class_name: &class_name.0,
            holder_class: &holder.class_name.0,
            holder_path: &holder.path.0,
        }),
        class_name,
        added_count: finding.added_count,
        added_bytes: finding.added_bytes,
        sample_ids: finding.samples,
        allocated_at: allocated_row(rows, &finding.allocated)?,
        confidence: finding.confidence,
        survival: finding.survival.map(|(earlier, stayed)| f64::from(stayed) / f64::from(earlier)),
        may_have_bound: finding.bound.is_some(),
        words: finding.kind.words,
        holder,
    })
}

fn holder_row(rows: &Rows<'_>, finding: &Finding) -> Result<HolderRow> {
    let snapshot = rows.snapshot;
    let node = finding.holder.node;
    let (path, steps) = path_and_steps(rows, finding.holder_steps(), finding.holder.count > 1)?;
    let (source, owner) = declared(rows, finding.holder_steps())?;
    Ok(HolderRow {
        id: snapshot.nodes().id(node).0,
        class_name: rows.class_name(node),
        name: name(rows, node)?,
        count: finding.holder.count,
        retained_size: snapshot.retained_size(node),
        path,
        steps,
        source,
        owner,
    })
}

/// Where the object at the end of a path is declared, its class before the variable or field that has it, and who has it.
pub(crate) fn declared(rows: &Rows<'_>, steps: &[PathStep]) -> Result<(Option<SourceRow>, Option<OwnerRow>)> {
    let class = steps.last().and_then(|step| rows.snapshot.location(step.node)).map(|at| rows.source(at));
    let owner = rows.owner(steps)?;
    Ok((class.or_else(|| owner.as_ref()?.source.clone()), owner))
}

/// The nearest object with a name on the path to another holder.
fn other_holder_row(rows: &Rows<'_>, other: &OtherHolder) -> Result<Option<OtherHolderRow>> {
    let snapshot = rows.snapshot;
    let named = other.steps.iter().rposition(|step| !is_internal(snapshot, step.node));
    let steps = named.map_or(other.steps.as_slice(), |named| &other.steps[..=named]);
    let Some(&PathStep { node, .. }) = steps.last() else { return Ok(None) };
    let (source, owner) = declared(rows, steps)?;
    let (path, steps) = path_and_steps(rows, steps, true)?;
    Ok(Some(OtherHolderRow {
        id: snapshot.nodes().id(node).0,
        class_name: rows.class_name(node),
        count: other.count,
        path,
        steps,
        source,
        owner,
    }))
}

fn path_and_steps(rows: &Rows<'_>, steps: &[PathStep], any_index: bool) -> Result<(Text, Vec<StepRow>)> {
    let text = PathText { snapshot: rows.snapshot, names: rows.names, any_index, viewpoint: Viewpoint::Program };
    Ok((Text(text.write(steps)), Steps::new(rows, text, steps).all()?))
}

/// The display name, without contents of strings.
fn name(rows: &Rows<'_>, node: NodeIx) -> Result<Text> {
    match rows.names.text_of(node) {
        Some(length) => Ok(length),
        None => rows.name(node),
    }
}
