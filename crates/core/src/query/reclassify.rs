//! One snapshot's plain objects under another's interface names.
//!
//! `{id, user}` is a class only where such objects are common, so that two snapshots of one program
//! name the same object differently. To be compared, the older one is read with the newer one's
//! list: an object is of the interface whose property names (with repetitions) it has all of; the
//! one with most properties wins, then the first in the list.

use crate::classes::Interface;
use crate::error::Result;
use crate::ids::NodeIx;
use crate::query::steps::Steps;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// A string that no interface has as a property.
const NO_PROPERTY: u32 = u32::MAX;

/// Finds the interface of plain objects of one snapshot.
pub(crate) struct InterfaceFinder<'a> {
    snapshot: &'a Snapshot,
    interfaces: &'a [Interface],
    /// Number of the property each string of the table is.
    property_of: Vec<u32>,
    /// Interfaces as sorted property numbers.
    needed: Vec<Vec<u32>>,
    /// For each property the interfaces it is the rarest property of, so that few are tried per object.
    by_rarest: Vec<Vec<u32>>,
    /// The property numbers of the object at hand, sorted.
    present: Vec<u32>,
}

impl<'a> InterfaceFinder<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, interfaces: &'a [Interface], steps: &mut Steps<'_>) -> Result<Self> {
        let mut numbers: HashMap<&[u8], u32> = HashMap::new();
        let mut needed = Vec::with_capacity(interfaces.len());
        for interface in interfaces {
            let mut properties: Vec<u32> = Vec::with_capacity(interface.properties.len());
            for property in &interface.properties {
                let next = numbers.len() as u32;
                properties.push(*numbers.entry(property.0.as_slice()).or_insert(next));
            }
            properties.sort_unstable();
            needed.push(properties);
        }
        let mut uses = vec![0u32; numbers.len()];
        needed.iter().flatten().for_each(|&property| uses[property as usize] += 1);
        let mut by_rarest = vec![Vec::new(); numbers.len()];
        for (interface, properties) in needed.iter().enumerate() {
            if let Some(&rarest) = properties.iter().min_by_key(|&&property| uses[property as usize]) {
                by_rarest[rarest as usize].push(interface as u32);
            }
        }
        let mut property_of = Vec::with_capacity(snapshot.strings().len());
        for (_, text) in snapshot.strings().iter() {
            steps.step()?;
            property_of.push(numbers.get(text).copied().unwrap_or(NO_PROPERTY));
        }
        Ok(Self { snapshot, interfaces, property_of, needed, by_rarest, present: Vec::new() })
    }

    /// Number of the interface of a plain object.
    pub(crate) fn find(&mut self, object: NodeIx) -> Option<usize> {
        self.present.clear();
        for edge in self.snapshot.edges_of(object).filter(|edge| edge.kind == EdgeKind::Property) {
            if let Some(name) = self.snapshot.edge_string(edge)
                && self.property_of[name.index()] != NO_PROPERTY
            {
                self.present.push(self.property_of[name.index()]);
            }
        }
        self.present.sort_unstable();
        let mut best: Option<usize> = None;
        let mut tried = NO_PROPERTY;
        for &property in &self.present {
            if property == tried {
                continue;
            }
            tried = property;
            for &interface in &self.by_rarest[property as usize] {
                let interface = interface as usize;
                if self.is_better(interface, best) && contains(&self.present, &self.needed[interface]) {
                    best = Some(interface);
                }
            }
        }
        best
    }

    fn is_better(&self, interface: usize, best: Option<usize>) -> bool {
        let size = |interface: usize| self.interfaces[interface].properties.len();
        best.is_none_or(|best| size(interface) > size(best) || size(interface) == size(best) && interface < best)
    }
}

/// Whether a node is an object made by a literal or `Object()`: only these have interfaces.
pub(crate) fn is_plain_object(snapshot: &Snapshot, node: NodeIx) -> bool {
    snapshot.kind(node) == NodeKind::Object && snapshot.name(node) == b"Object"
}

/// Whether sorted `all` has every element of sorted `some`, as often.
fn contains(all: &[u32], some: &[u32]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|wanted| rest.by_ref().find(|&candidate| candidate >= wanted) == Some(wanted))
}
