//! Suspects → the nodes of their trails, collected in one pass for all of them.

use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::suspect::Suspect;
use crate::leak::trails::{OUTSIDE, Trails};
use crate::progress::Progress;
use crate::query::steps::Steps;

const NOT_ASKED: u32 = u32::MAX;

/// The nodes of every trail that a suspect has something to do with, in node order.
pub(crate) struct Members {
    /// By trail: where its nodes are in `lists`.
    slot_of: Vec<u32>,
    lists: Vec<Vec<NodeIx>>,
}

impl Members {
    /// One pass over the nodes.
    pub(crate) fn of(trails: &Trails, suspects: &[Suspect], progress: &Progress) -> Result<Self> {
        let mut members = Self { slot_of: vec![NOT_ASKED; trails.list.len()], lists: Vec::new() };
        for suspect in suspects {
            suspect.elements.iter().chain(&suspect.named).for_each(|&trail| members.ask(trail));
            members.ask(suspect.holder);
        }
        // What V8 puts between is nobody's holder; what that hangs on is.
        let holders: Vec<u32> = suspects.iter().map(|suspect| suspect.holder).collect();
        let above = trails.above(&holders);
        (0..).zip(above).filter(|&(_, is_above)| is_above).for_each(|(trail, _)| members.ask(trail));
        if members.lists.is_empty() {
            return Ok(members);
        }
        let mut steps = Steps::of(progress, trails.of_nodes().len());
        for (node, &trail) in trails.of_nodes().iter().enumerate() {
            steps.step()?;
            let slot = members.slot_of[trail as usize];
            if slot != NOT_ASKED {
                members.lists[slot as usize].push(NodeIx::from_index(node));
            }
        }
        Ok(members)
    }

    fn ask(&mut self, trail: u32) {
        let slot = &mut self.slot_of[trail as usize];
        if trail != OUTSIDE && *slot == NOT_ASKED {
            *slot = self.lists.len() as u32;
            self.lists.push(Vec::new());
        }
    }

    /// The nodes of one trail; none for a trail no suspect has.
    pub(crate) fn with(&self, trail: u32) -> &[NodeIx] {
        self.lists.get(self.slot_of[trail as usize] as usize).map_or(&[], Vec::as_slice)
    }

    /// The nodes of several.
    pub(crate) fn with_any(&self, trails: &[u32]) -> Vec<NodeIx> {
        trails.iter().flat_map(|&trail| self.with(trail)).copied().collect()
    }
}
