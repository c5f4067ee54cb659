//! The strings that may have a copy, found without a table of all texts.
//!
//! In most heaps nearly all strings differ, and a hash table of ten million texts takes more memory than the snapshot
//! itself. So texts are hashed into a sieve with two bits for each slot, which leaves the few that may occur twice.
//! Only those are compared.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::{Bits, NodeSet};
use crate::snapshot::column::{filled, prefetch, push};
use crate::snapshot::display::write_display_name;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::ropes::Ropes;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hasher};

/// Slots of the sieve for each text: fewer than one in eight of the unique texts passes.
const SLOTS: usize = 8;
/// Texts whose slots are fetched at a time.
const BLOCK: usize = 64;

/// The string nodes that may have a copy: all that have one, and some that do not.
pub(crate) struct RepeatedTexts {
    /// By string: whether it is the text of several nodes, or may be equal to that of another.
    strings: Bits,
    ropes: NodeSet,
}

impl RepeatedTexts {
    /// Considers the nodes for which `counts` is true. Costs a pass over the nodes and two over the texts.
    pub(crate) fn find(
        snapshot: &Snapshot,
        ropes: &Ropes,
        counts: impl Fn(NodeIx) -> bool,
        progress: &Progress,
    ) -> Result<Self> {
        let mut used = Bits::new(snapshot.strings().len());
        let mut repeated = Self { strings: used.clone(), ropes: NodeSet::new(0) };
        let mut hashes = RopeHashes { snapshot, ropes, list: Vec::new(), buffer: Vec::new(), last: None };
        let mut count = 0;
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if !counts(node) {
                continue;
            }
            let string = snapshot.nodes().name(node).index();
            if snapshot.kind(node) == NodeKind::ConcatenatedString {
                hashes.add(node)?;
            } else if used.insert(string) {
                count += 1;
            } else {
                repeated.strings.insert(string);
            }
        }
        let mut sieve = Sieve::new(count + hashes.list.len())?;
        hashes.list.iter().for_each(|&(_, hash)| sieve.add(hash));
        let mut texts = Block { snapshot, hashes: Vec::with_capacity(BLOCK) };
        for string in used.iter() {
            ticker.tick()?;
            if texts.push(string, &sieve) {
                texts.hashes.drain(..).for_each(|(_, hash)| sieve.add(hash));
            }
        }
        texts.hashes.drain(..).for_each(|(_, hash)| sieve.add(hash));
        let mut mark = |(string, hash)| {
            if sieve.may_repeat(hash) {
                repeated.strings.insert(string);
            }
        };
        for string in used.iter() {
            ticker.tick()?;
            if texts.push(string, &sieve) {
                texts.hashes.drain(..).for_each(&mut mark);
            }
        }
        texts.hashes.drain(..).for_each(mark);
        if !hashes.list.is_empty() {
            repeated.ropes = NodeSet::new(snapshot.nodes().len());
        }
        for &(rope, hash) in &hashes.list {
            if sieve.may_repeat(hash) {
                repeated.ropes.insert(rope);
            }
        }
        Ok(repeated)
    }

    /// Whether a node for which `counts` was true may have a copy.
    pub(crate) fn contains(&self, snapshot: &Snapshot, node: NodeIx) -> bool {
        match snapshot.kind(node) {
            NodeKind::ConcatenatedString => self.ropes.contains(node),
            _ => self.strings.contains(snapshot.nodes().name(node).index()),
        }
    }
}

/// Texts whose slots are being fetched: waiting for one after the other takes most of the time of such a pass.
struct Block<'a> {
    snapshot: &'a Snapshot,
    hashes: Vec<(usize, u64)>,
}

impl Block<'_> {
    /// Adds the hash of a string. True when the block is full.
    #[inline(always)]
    fn push(&mut self, string: usize, sieve: &Sieve) -> bool {
        let hash = hash(self.snapshot.strings().get(StringIx::from_index(string)));
        prefetch(&sieve.words, sieve.slot(hash).0);
        self.hashes.push((string, hash));
        self.hashes.len() == BLOCK
    }
}

/// The hashes of concatenated strings, whose texts are in no table.
struct RopeHashes<'a> {
    snapshot: &'a Snapshot,
    ropes: &'a Ropes,
    list: Vec<(NodeIx, u64)>,
    buffer: Vec<u8>,
    /// The text hashed last: long ones share their beginnings.
    last: Option<(NodeIx, u64)>,
}

impl RopeHashes<'_> {
    fn add(&mut self, node: NodeIx) -> Result<()> {
        let rope = self.ropes.same_text(node);
        let hash = match self.last {
            Some((last, hash)) if last == rope => hash,
            _ => {
                self.buffer.clear();
                write_display_name(self.snapshot, rope, &mut self.buffer);
                hash(&self.buffer)
            }
        };
        self.last = Some((rope, hash));
        push(&mut self.list, (node, hash))
    }
}

#[inline(always)]
fn hash(text: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// Counts hashes up to two: two bits a slot, by the low bits of the hash.
struct Sieve {
    words: Vec<u64>,
    mask: u64,
}

impl Sieve {
    fn new(hashes: usize) -> Result<Self> {
        let slots = (SLOTS * hashes).next_power_of_two().max(32);
        Ok(Self { words: filled(0, slots / 32)?, mask: slots as u64 - 1 })
    }

    #[inline(always)]
    fn add(&mut self, hash: u64) {
        let (word, shift) = self.slot(hash);
        let word = &mut self.words[word];
        *word |= if *word >> shift & 1 == 0 { 1 } else { 2 } << shift;
    }

    #[inline(always)]
    fn may_repeat(&self, hash: u64) -> bool {
        let (word, shift) = self.slot(hash);
        self.words[word] >> shift & 2 != 0
    }

    #[inline(always)]
    fn slot(&self, hash: u64) -> (usize, u64) {
        let slot = hash & self.mask;
        ((slot / 32) as usize, slot % 32 * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sieve_finds_every_hash_that_occurs_twice_and_few_others() {
        let hashes: Vec<u64> = (0..10_000u64).map(|number| hash(&number.to_le_bytes())).collect();
        let mut sieve = Sieve::new(hashes.len()).expect("a small sieve");
        hashes.iter().for_each(|&hash| sieve.add(hash));
        hashes.iter().step_by(10).for_each(|&hash| sieve.add(hash));
        assert!(hashes.iter().step_by(10).all(|&hash| sieve.may_repeat(hash)));
        let once = hashes.iter().enumerate().filter(|(at, _)| at % 10 != 0);
        assert!(once.filter(|&(_, &hash)| sieve.may_repeat(hash)).count() < 10_000 / SLOTS);
    }
}
