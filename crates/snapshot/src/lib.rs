//! The first half of the walk: a V8 heap snapshot's bytes → sections → columns → graph → dominators →
//! retained sizes, and the ways by which objects are held. `heapray-core` asks the questions, and is the crate to depend on.
//!
//! Two crates rather than one, because the compiler's choice between fast and small is made a crate at a
//! time: every byte of a snapshot goes through this one, so it is compiled to be fast.
//!
//! Modules that the documentation leaves out are open to the other half alone, and may change with any version.
#![doc = include_str!("../README.md")]

pub mod error;
pub mod ids;
#[doc(hidden)]
pub mod parallel;
pub mod progress;
#[doc(hidden)]
pub mod sort;

#[doc(hidden)]
pub mod column;
pub mod columns;
pub mod parse;
pub mod schema;
pub mod strings;
pub mod trace;

#[doc(hidden)]
pub mod bits;
pub mod classes;
#[doc(hidden)]
pub mod derived;
mod detached;
pub mod distance;
pub mod dominators;
mod flow;
pub mod graph;
mod heap;
pub mod interfaces;
mod retained;
mod shallow;
pub mod statistics;
#[doc(hidden)]
pub mod wellknown;

pub mod snapshot;

pub mod copied;
pub mod display;
#[doc(hidden)]
pub mod ropes;
#[doc(hidden)]
pub mod routes;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::{Code, Error, Result};
pub use progress::{Phase, Progress};
pub use snapshot::Snapshot;
