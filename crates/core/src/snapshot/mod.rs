//! Bytes → sections → columns → graph → dominators → retained sizes: a V8 heap snapshot and its exact numbers.

pub mod error;
pub mod ids;
pub(crate) mod parallel;
pub mod progress;
pub(crate) mod sort;
pub(crate) mod ticker;

pub(crate) mod column;
pub mod columns;
pub mod parse;
pub(crate) mod redacted;
pub mod schema;
pub mod scope_tables;
pub(crate) mod sensitive;
pub mod strings;
pub mod trace;

pub(crate) mod bits;
pub mod classes;
pub(crate) mod derived;
mod detached;
pub mod distance;
pub mod dominators;
pub(crate) mod flow;
pub mod graph;
mod heap;
pub mod interfaces;
pub(crate) mod pairs;
pub(crate) mod retained;
mod shallow;
pub mod statistics;
pub(crate) mod wellknown;

mod analysis;

pub mod copied;
pub(crate) mod data_keys;
pub mod display;
pub(crate) mod ropes;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use analysis::{EdgesOf, RawSnapshot, Snapshot};
