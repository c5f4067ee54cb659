//! heapray's core: a V8 heap snapshot's bytes in, answers out.
//!
//! The walk, which is also the direction of every import: bytes → sections → columns → graph → dominators →
//! retained sizes → questions. All but the questions and the redactor is `heapray-snapshot`, and stands here too.
//!
//! The core knows nothing of Node.js, files or printing. Bytes come in through
//! [`Parser::push`](parse::Parser::push), in any split; [`Parser::finish`](parse::Parser::finish)
//! gives a [`Snapshot`]; [`query`] asks it.
//!
#![doc = include_str!("../README.md")]

mod leak;
pub mod query;
pub mod redact;

use heapray_snapshot::{bits, column, copied, derived, parallel, ropes, routes, sort, wellknown};
pub use heapray_snapshot::{
    classes, columns, display, distance, dominators, error, graph, ids, interfaces, parse, progress, schema, snapshot,
    statistics, strings, trace,
};

#[cfg(any(test, feature = "testing"))]
pub use heapray_snapshot::testing;

pub use error::{Code, Error, Result};
pub use progress::{Phase, Progress};
pub use snapshot::Snapshot;
