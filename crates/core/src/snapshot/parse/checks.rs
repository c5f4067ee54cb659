//! Checks across sections, shared by the columns and the redactor.

use super::document::Outline;
use crate::snapshot::columns::FieldDivider;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::Schema;
use crate::snapshot::scope_tables::ScopeTables;

#[cold]
pub fn missing(section: &str, outline: &Outline) -> Error {
    Error::new(Code::Section, format!("the section \"{section}\""), "none").at(outline.end).in_section(section)
}

#[cold]
pub fn range(section: &str, outline: &Outline, expected: String, found: String) -> Error {
    Error::new(Code::Range, expected, found).at(outline.offset_of(section)).in_section(section)
}

pub fn check_counts(claimed: Option<u64>, found: u64, section: &str, outline: &Outline) -> Result<()> {
    match claimed {
        Some(claimed) if claimed != found => {
            Err(Error::new(Code::Count, format!("{claimed} {section}, as the header says"), found.to_string())
                .at(outline.offset_of(section))
                .in_section(section))
        }
        _ => Ok(()),
    }
}

/// Checks that the nodes' edge counts add up to the number of edges.
pub fn check_edge_counts(sum: u64, edges: u64) -> Result<()> {
    if sum != edges {
        let expected = format!("as many edges as the nodes' edge_count fields add up to ({sum})");
        return Err(Error::new(Code::Count, expected, format!("{edges} edges")).in_section("edges"));
    }
    Ok(())
}

/// The root, which is one of the nodes.
pub fn find_root(schema: &Schema, nodes: u64, outline: &Outline) -> Result<NodeIx> {
    let index = u32::try_from(schema.root_index).ok();
    let root = index.and_then(|index| FieldDivider::new(schema.node.count).ordinal(index));
    root.filter(|&root| u64::from(root) < nodes).map(NodeIx).ok_or_else(|| {
        let expected = format!("root_index to be the place of one of {nodes} nodes");
        range("snapshot", outline, expected, schema.root_index.to_string())
    })
}

pub fn check_some_nodes(nodes: u64, outline: &Outline) -> Result<()> {
    if nodes == 0 {
        return Err(Error::new(Code::Count, "a root node", "no nodes")
            .at(outline.offset_of("nodes"))
            .in_section("nodes"));
    }
    Ok(())
}

/// Checks that sums of sizes are exact both in 64 bits and in JavaScript's numbers.
pub fn check_sizes(sum: u64, outline: &Outline) -> Result<()> {
    if sum > 1 << 53 {
        return Err(range(
            "nodes",
            outline,
            "self sizes and extra_native_bytes that add up to at most 2^53".to_owned(),
            sum.to_string(),
        ));
    }
    Ok(())
}

/// The sections about scopes belong together, and to the nodes and strings there are.
pub fn check_scopes(scopes: &ScopeTables, nodes: u64, strings: u64, outline: &Outline) -> Result<()> {
    scopes.check(nodes, strings).map_err(|bad| range(bad.section, outline, bad.expected, bad.found))
}
