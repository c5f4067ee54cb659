//! Retained bytes by npm package and own code, from the names of scripts.
//!
//! An object belongs to the package of the script that defines its constructor, a function to that of its script.
//! Objects without a script count for the package that retains them. Within a package nothing is counted twice.

use crate::program::names::{Names, Show};
use crate::program::packages::package_of_program;
use crate::program::scripts::Scripts;
use crate::query::rows::Rows;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort_by;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use serde::Serialize;
use std::cmp::Reverse;

/// The scripts with live functions, by the names that answers have.
#[derive(Debug, Serialize)]
pub(crate) struct ScriptNames {
    scripts: Vec<Text>,
}

pub(crate) fn scripts(snapshot: &Snapshot, progress: &Progress) -> Result<ScriptNames> {
    let names = Names::new(snapshot, Show::NOTHING, progress)?;
    let scripts = Scripts::of(snapshot, progress)?.names().map(|name| Text(names.script(name).into_owned()));
    Ok(ScriptNames { scripts: scripts.collect() })
}

/// A package and its retained size.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageRow {
    /// `null`: the program's own code.
    name: Option<Text>,
    count: u64,
    retained_size: u64,
    percent: f64,
}

#[derive(Default)]
struct Sum {
    count: u64,
    retained: u64,
    /// The position in the tree's preorder up to which everything was counted.
    covered: usize,
}

/// The packages that retain most. Costs a pass over the dominator tree.
pub(crate) fn by_package(rows: &Rows<'_>, limit: usize, progress: &Progress) -> Result<Vec<PackageRow>> {
    let snapshot = rows.snapshot;
    let (packages, of_place) = Scripts::of(snapshot, progress)?.numbered(snapshot, package_of_program);
    let mut sums: Vec<Sum> = packages.iter().map(|_| Sum::default()).collect();
    let tree = snapshot.dominators();
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for (at, node) in tree.preorder().enumerate() {
        ticker.tick()?;
        let package = snapshot.locations.index_of(node).and_then(|place| of_place[place.index()]);
        let Some(sum) = package.map(|package| &mut sums[package as usize]) else { continue };
        sum.count += 1;
        if at >= sum.covered {
            sum.retained += snapshot.retained_size(node);
            sum.covered = at + tree.subtree(node).len();
        }
    }
    let mut list: Vec<PackageRow> = packages
        .into_iter()
        .zip(sums)
        .filter(|(_, sum)| sum.count > 0)
        .map(|(name, sum)| PackageRow {
            name: name.map(Text::of),
            count: sum.count,
            retained_size: sum.retained,
            percent: rows.percent(sum.retained),
        })
        .collect();
    sort_by(&mut list, |a, b| (Reverse(a.retained_size), name_of(a)).cmp(&(Reverse(b.retained_size), name_of(b))));
    list.truncate(limit);
    Ok(list)
}

fn name_of(row: &PackageRow) -> Option<&[u8]> {
    row.name.as_ref().map(|name| name.0.as_slice())
}
