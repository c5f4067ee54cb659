//! Noise of test runners: their records of tests and assertions.

use crate::leak::noise::{Noise, Scope, Surroundings};
use crate::snapshot::columns::Edge;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::EdgeKind;

/// One entry for each cause.
pub(super) const NOISE: &[Noise] = &[
    Noise {
        name: "results of tests",
        scope: Scope::All,
        reason: "Vitest keeps the result of each test until its file ends",
        applies: is_result_of_vitest,
    },
    Noise {
        name: "assertions",
        scope: Scope::All,
        reason: "chai keeps the subjects of the last assertions",
        applies: |heap, node| heap.is_reached_by(node, &[b"__flags"]),
    },
    Noise {
        name: "mocks to restore",
        scope: Scope::All,
        reason: "Vitest lists what it mocks until the mocks are restored",
        applies: |heap, node| heap.is_variable(node, &MOCKS_OF_VITEST),
    },
    Noise {
        name: "spies to restore",
        scope: Scope::All,
        reason: "Jest lists what it spies on until the file ends",
        applies: |heap, node| heap.is_reached_by(node, &[b"_spyState"]),
    },
    Noise {
        name: "printed lines",
        scope: Scope::All,
        reason: "Jest collects what tests print and shows it when the file ends",
        applies: is_console_buffer_of_jest,
    },
];

/// Variables of Vitest's module of mocks.
const MOCKS_OF_VITEST: [&[u8]; 4] = [b"MOCK_RESTORE", b"REGISTERED_MOCKS", b"DIRTY_MOCK_STATES", b"DIRTY_MOCK_CONFIGS"];

/// Whether a node is the `result` of the running test or of a suite around it.
fn is_result_of_vitest(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    if !heap.is_reached_by(node, &[b"result"]) {
        return false;
    }
    let mut at = node;
    while let Some((from, Edge { kind: EdgeKind::Property, .. })) = heap.shortest.parent_edge(heap.snapshot, at) {
        if heap.is_reached_by(at, &[b"__vitest_worker__"]) {
            return true;
        }
        at = from;
    }
    false
}

fn is_console_buffer_of_jest(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let Some(console) = heap.shortest.parent(node).filter(|_| heap.is_reached_by(node, &[b"_buffer"])) else {
        return false;
    };
    heap.is_named(console, &[b"BufferedConsole"])
        || heap.is_reached_by(console, &[b"console"])
        || heap.is_variable(console, &[b"console"])
}
