//! Sets with one bit per number or node: 300 kB for two million nodes, which fits a core's own cache.

use crate::snapshot::ids::NodeIx;

/// A set of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// An empty set for numbers below `count`.
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    #[inline(always)]
    pub(crate) fn contains(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 != 0
    }

    /// The numbers, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, &word)| {
            let rest = std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
            rest.take_while(|&word| word != 0).map(move |word| 64 * at + word.trailing_zeros() as usize)
        })
    }

    /// Adds a number. Returns whether it is new.
    #[inline(always)]
    pub(crate) fn insert(&mut self, number: usize) -> bool {
        let word = &mut self.0[number / 64];
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        8 * self.0.capacity()
    }
}

/// A set of nodes.
#[derive(Clone, Debug)]
pub struct NodeSet(Bits);

impl NodeSet {
    /// An empty set for `count` nodes.
    pub fn new(count: usize) -> Self {
        Self(Bits::new(count))
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.0.memory()
    }

    #[inline(always)]
    pub fn contains(&self, node: NodeIx) -> bool {
        self.0.contains(node.index())
    }

    /// Adds a node. Returns whether it is new.
    #[inline(always)]
    pub fn insert(&mut self, node: NodeIx) -> bool {
        self.0.insert(node.index())
    }
}
