//! heapray's core: a V8 heap snapshot's bytes in, answers out.
//!
//! The walk, which is also the order of the modules below and the direction of every import:
//! bytes → sections → columns → graph → dominators → retained sizes → questions.
//!
//! The core knows nothing of Node.js, files or printing. Bytes come in through
//! [`Parser::push`](parse::Parser::push), in any split; [`Parser::finish`](parse::Parser::finish)
//! gives a [`Snapshot`]; [`query`] asks it.
//!
#![doc = include_str!("../README.md")]

pub mod error;
pub mod ids;
mod parallel;
pub mod progress;
mod sort;

mod column;
pub mod columns;
pub mod parse;
pub mod redact;
pub mod schema;
pub mod strings;
pub mod trace;

mod bits;
pub mod classes;
mod derived;
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
mod wellknown;

pub mod snapshot;

pub mod display;
mod leak;
pub mod query;
mod ropes;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::{Code, Error, Result};
pub use progress::{Phase, Progress};
pub use snapshot::Snapshot;
