//! Which edges retain, and the edges seen from their targets.

use crate::columns::{Edges, Nodes};
use crate::ids::{EdgeIx, NodeIx};

/// Incoming edges of every node.
#[derive(Debug)]
pub struct Retainers {
    first: Vec<u32>,
    edges: Vec<u32>,
}

impl Retainers {
    pub(crate) fn new(nodes: &Nodes, edges: &Edges) -> Self {
        let mut first = vec![0u32; nodes.len() + 2];
        for &word in &edges.targets {
            first[Edges::target_of(word).index() + 2] += 1;
        }
        for i in 2..first.len() {
            first[i] += first[i - 1];
        }
        let mut list = vec![0u32; edges.len()];
        // Backwards, because DevTools lists the retainers of a node by descending edge position.
        for (e, &word) in edges.targets.iter().enumerate().rev() {
            let slot = &mut first[Edges::target_of(word).index() + 1];
            list[*slot as usize] = e as u32;
            *slot += 1;
        }
        first.pop();
        Self { first, edges: list }
    }

    /// Positions of the edges that lead to `node` — weak ones too — in descending order, as DevTools lists them.
    pub fn of(&self, node: NodeIx) -> impl ExactSizeIterator<Item = EdgeIx> + '_ {
        let range = self.first[node.index()] as usize..self.first[node.index() + 1] as usize;
        self.edges[range].iter().map(|&e| EdgeIx(e))
    }

    /// How many edges lead to `node`.
    pub fn count(&self, node: NodeIx) -> u32 {
        self.first[node.index() + 1] - self.first[node.index()]
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * (self.first.capacity() + self.edges.capacity())
    }
}
