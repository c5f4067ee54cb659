//! Real leaks: the retaining path names the variable that holds them.
//!
//! The snapshots are not part of the repository. `HEAPRAY_CORPUS` is a folder that has them unpacked;
//! otherwise they are expected, packed, beside the repository. Without them the test is skipped.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, reason = "a test")]

use heapray_core::{Progress, parse, query};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Scenario, class that leaks, and how the path to most of its instances begins.
const LEAKS: [(&str, &str, &str); 13] = [
    ("abort-signal", "UpstreamCall", "shutdown."),
    ("async-local-storage", "RequestStore", "pool[*]"),
    ("class-instances", "AuditRecord", "auditLog[*]"),
    ("closure-callbacks", "ParsedDocument", "afterCommit[*]"),
    ("duplicate-strings", "CsvRow", "table[*]"),
    ("emitter-listeners", "RequestContext", "configBus._events.change[*]"),
    ("linked-list", "ChainLink", "global.chainHead.next"),
    ("lodash-memoize", "UserQuery", "runQuery.cache.__data__.map[entry]"),
    ("map-cache", "RenderedPage", "pageCache[entry]"),
    ("promise-never", "JobPayload", "mutex.waiters[*]"),
    ("rxjs-subscriptions", "PanelModel", "ticks.currentObservers[*]"),
    ("set-interval", "Poller", "timerListMap[*]"),
    ("ws-clients", "ClientSession", "sessions[entry]"),
];

fn read(scenario: &str) -> Option<Vec<u8>> {
    let name = format!("leaks/{scenario}.after.heapsnapshot");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let unpacked = std::env::var_os("HEAPRAY_CORPUS").map(|folder| PathBuf::from(folder).join(&name));
    let found = unpacked.into_iter().chain([beside.join(format!("{name}.zst"))]).find(|path| path.exists());
    found.map(|path| std::fs::read(path).unwrap())
}

#[test]
fn the_path_to_leaked_objects_begins_at_their_holder() {
    for (scenario, class, holder) in LEAKS {
        let Some(bytes) = read(scenario) else {
            eprintln!("skipped: the snapshots of {scenario} are not here");
            continue;
        };
        let progress = Progress::new();
        let snapshot = parse::open(&bytes, &progress).unwrap();
        let question = json!({"ask": "retainingPaths", "of": class});
        let answer: Value =
            serde_json::from_str(&query::answer(&snapshot, &question.to_string(), &progress).unwrap()).unwrap();
        let path = &answer["paths"][0];
        assert!(path["text"].as_str().unwrap().starts_with(holder), "{scenario}: {}", path["text"]);
        assert!(path["count"].as_u64().unwrap() * 10 >= answer["total"].as_u64().unwrap() * 9, "{scenario}");
    }
}
