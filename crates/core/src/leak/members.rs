//! Suspects → the nodes of their groups, collected in one pass.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::suspect::Suspect;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;

const NOT_ASKED: u32 = u32::MAX;

/// The nodes of every group involved in a suspect, in node order.
pub(crate) struct Members {
    /// By group: the index of its nodes in `lists`.
    slot_of: Vec<u32>,
    lists: Vec<Vec<NodeIx>>,
}

impl Members {
    /// One pass over the nodes.
    pub(crate) fn of(groups: &Groups, suspects: &[Suspect], progress: &Progress) -> Result<Self> {
        let mut members = Self { slot_of: vec![NOT_ASKED; groups.list.len()], lists: Vec::new() };
        for suspect in suspects {
            suspect.elements.iter().chain(&suspect.named).for_each(|&group| members.ask(group));
            members.ask(suspect.holder);
        }
        // If the holder is internal, an ancestor of it is reported instead.
        let holders: Vec<u32> = suspects.iter().map(|suspect| suspect.holder).collect();
        let above = groups.above(&holders);
        (0..).zip(above).filter(|&(_, is_above)| is_above).for_each(|(group, _)| members.ask(group));
        if members.lists.is_empty() {
            return Ok(members);
        }
        let mut ticker = Ticker::of(progress, groups.of_nodes().len());
        for (node, &group) in groups.of_nodes().iter().enumerate() {
            ticker.tick()?;
            let slot = members.slot_of[group as usize];
            if slot != NOT_ASKED {
                members.lists[slot as usize].push(NodeIx::from_index(node));
            }
        }
        Ok(members)
    }

    fn ask(&mut self, group: u32) {
        let slot = &mut self.slot_of[group as usize];
        if group != OUTSIDE && *slot == NOT_ASKED {
            *slot = self.lists.len() as u32;
            self.lists.push(Vec::new());
        }
    }

    /// The nodes of one group; none if no suspect involves it.
    pub(crate) fn with(&self, group: u32) -> &[NodeIx] {
        self.lists.get(self.slot_of[group as usize] as usize).map_or(&[], Vec::as_slice)
    }

    /// The nodes of several groups.
    pub(crate) fn with_any(&self, groups: &[u32]) -> Vec<NodeIx> {
        groups.iter().flat_map(|&group| self.with(group)).copied().collect()
    }

    /// The elements of a suspect's holder, and the objects that name them.
    pub(crate) fn leaked(&self, suspect: &Suspect) -> Vec<NodeIx> {
        let named = suspect.named.iter().filter(|group| !suspect.has_element(**group));
        suspect.elements.iter().chain(named).flat_map(|&group| self.with(group)).copied().collect()
    }
}
