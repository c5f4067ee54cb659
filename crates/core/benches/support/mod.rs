//! Seeded heaps and what is known of them beforehand → snapshot text, for benches that assert their answers.

#![allow(dead_code, reason = "every bench uses a part of it")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a bench may stop, and says what it skips")]

pub mod counted;
pub mod heaps;
pub mod pathological;
pub mod real;

use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::snapshot::RawSnapshot;
use heapray_core::{Progress, Snapshot};

/// A snapshot's text and the answers that must come out of it.
pub struct Heap {
    pub name: &'static str,
    pub json: Vec<u8>,
    pub nodes: u32,
    pub edges: u32,
    /// Retained size of the root.
    pub total: u64,
    /// The class that retains most and what it retains.
    pub top_class: (&'static str, u64),
}

impl Heap {
    /// The columns, nothing derived.
    pub fn parse(&self) -> RawSnapshot {
        parse_in_chunks(&self.json, self.json.len())
    }

    /// Parsing and analysis.
    pub fn open(&self) -> Snapshot {
        Snapshot::analyse(self.parse(), &Progress::new()).unwrap()
    }

    /// Stops the bench when the parser has not read what was written.
    pub fn check_columns(&self, raw: &RawSnapshot) {
        assert_eq!(raw.nodes.len(), self.nodes as usize, "nodes of {}", self.name);
        assert_eq!(raw.edges.len(), self.edges as usize, "edges of {}", self.name);
    }

    /// Stops the bench when the analysis is wrong.
    pub fn check(&self, snapshot: &Snapshot) {
        assert_eq!(snapshot.node_count(), self.nodes, "nodes of {}", self.name);
        assert_eq!(snapshot.edge_count(), self.edges, "edges of {}", self.name);
        assert_eq!(snapshot.retained_size(snapshot.root()), self.total, "total of {}", self.name);
        let top = snapshot.classes().all().iter().max_by_key(|class| class.retained_size).unwrap();
        assert_eq!((&*top.name.lossy(), top.retained_size), self.top_class, "top class of {}", self.name);
    }
}

/// Text → columns, in pieces of a size.
pub fn parse_in_chunks(json: &[u8], size: usize) -> RawSnapshot {
    let progress = Progress::new();
    let mut parser = Parser::new(ParserOptions { size_hint: Some(json.len() as u64), max_bytes: None });
    for chunk in json.chunks(size) {
        parser.push(chunk, &progress).unwrap();
    }
    parser.finish(&progress).unwrap()
}

/// Reproducible randomness (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: u32) -> u32 {
        (((self.next() >> 32) * u64::from(limit)) >> 32) as u32
    }
}
