//! Object groups: objects that growth roots retain by paths of one shape.
//!
//! A group is a [`Shape`] below a growth root. Ten thousand elements of a list, or its links, are one group, which
//! can be found in every snapshot.

use crate::leak::growth_roots::GrowthRoots;
use crate::paths::shapes::{NO_SHAPE, Shape, Shapes, structure_classes};
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;

/// The group of objects that no growth root retains.
pub(crate) const OUTSIDE: u32 = NO_SHAPE;

/// The groups of all objects of a snapshot.
pub(crate) struct Groups {
    pub(crate) list: Vec<Shape>,
    of_node: Vec<u32>,
}

impl Groups {
    /// Costs a step and a lookup for each object.
    pub(crate) fn new(snapshot: &Snapshot, growth_roots: &GrowthRoots, progress: &Progress) -> Result<Groups> {
        let shortest = ShortestPaths::of(snapshot, progress)?;
        let mut shapes = Shapes::new(snapshot, shortest)?;
        growth_roots.classes().for_each(|(hash, has_keys)| shapes.add_start(hash, has_keys));
        growth_roots.nodes_in(snapshot).for_each(|(node, class)| shapes.start_at(node, class));
        shapes.add_all(progress)?;
        let (list, of_node) = shapes.finish();
        Ok(Groups { list, of_node })
    }

    /// Moves nodes that `holder` holds to a group of their own. Returns the holder's group, which is new if it had none,
    /// and theirs.
    pub(crate) fn set_apart(&mut self, holder: NodeIx, nodes: &[NodeIx]) -> (u32, u32) {
        let of_holder = match self.of(holder) {
            OUTSIDE => self.add_below(OUTSIDE, &[holder]),
            known => known,
        };
        (of_holder, self.add_below(of_holder, nodes))
    }

    fn add_below(&mut self, above: u32, nodes: &[NodeIx]) -> u32 {
        let group = self.list.len() as u32;
        let example = nodes.first().copied().unwrap_or(self.list[OUTSIDE as usize].example);
        self.list.push(Shape { parent: above, example, repeats: false, ..self.get(above) });
        nodes.iter().for_each(|node| self.of_node[node.index()] = group);
        group
    }

    pub(crate) fn of(&self, node: NodeIx) -> u32 {
        self.of_node[node.index()]
    }

    /// By node.
    pub(crate) fn of_nodes(&self) -> &[u32] {
        &self.of_node
    }

    pub(crate) fn get(&self, group: u32) -> Shape {
        self.list[group as usize]
    }

    /// By group: whether one of `groups` is below it.
    pub(crate) fn above(&self, groups: &[u32]) -> Vec<bool> {
        let mut is_above = vec![false; self.list.len()];
        for &group in groups {
            let mut at = self.get(group).parent;
            while at != OUTSIDE && !is_above[at as usize] {
                is_above[at as usize] = true;
                at = self.get(at).parent;
            }
        }
        is_above
    }

    /// By group: whether it is one of `groups` or below one.
    pub(crate) fn at_or_below(&self, groups: &[u32]) -> Vec<bool> {
        let mut is_below = vec![false; self.list.len()];
        groups.iter().for_each(|&group| is_below[group as usize] = true);
        // A group's number is larger than that of the one above it.
        for group in 1..self.list.len() {
            is_below[group] |= is_below[self.list[group].parent as usize];
        }
        is_below
    }

    /// By group: whether it is part of a structure of many growth roots, such as the links of a list that is retained at
    /// both ends or the branches of a tree. Objects in such a structure move from group to group.
    pub(crate) fn in_structures(&self, snapshot: &Snapshot) -> Vec<bool> {
        let classes = structure_classes(snapshot, &self.list);
        let mut in_structure = vec![false; self.list.len()];
        // A group's number is larger than that of the one above it.
        for at in 1..self.list.len() {
            let group = &self.list[at];
            in_structure[at] = in_structure[group.parent as usize] || classes.contains(&group.class);
        }
        in_structure
    }

    /// By group: steps from its growth root.
    pub(crate) fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.list.len()];
        for group in 1..self.list.len() {
            depths[group] = depths[self.list[group].parent as usize] + 1;
        }
        depths
    }
}
