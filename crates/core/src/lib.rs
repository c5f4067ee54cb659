//! heapray's core: a V8 heap snapshot's bytes in, answers out.
//!
//! The walk, which is also the direction of every import: bytes → sections → columns → graph → dominators →
//! retained sizes ([`snapshot`]) → program → paths → leaks → questions ([`query`]).
//!
//! The core knows nothing of Node.js, files or printing. Bytes come in through
//! [`Parser::push`](parse::Parser::push), in any split; [`Parser::finish`](parse::Parser::finish)
//! gives a [`Snapshot`]; [`query`] asks it.
//!
#![doc = include_str!("../README.md")]

mod leak;
mod paths;
mod program;
pub mod query;
pub mod redact;
pub mod snapshot;

pub use snapshot::{
    classes, columns, display, distance, dominators, error, graph, ids, interfaces, parse, progress, schema,
    statistics, strings, trace,
};

#[cfg(any(test, feature = "testing"))]
pub use snapshot::testing;

pub use error::{Code, Error, Result};
pub use progress::{Phase, Progress};
pub use snapshot::Snapshot;
