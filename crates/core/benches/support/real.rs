//! A real snapshot, where there is one: 43 MB, Node.js with express, lodash and a syntax tree of TypeScript.

use super::Heap;
use std::path::{Path, PathBuf};

/// `medium.heapsnapshot` of the corpus, in the folder that HEAPRAY_CORPUS names or where `npm run bench` unpacked it.
pub fn medium() -> Option<Heap> {
    let folder = std::env::var_os("HEAPRAY_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/bench"), PathBuf::from);
    let file = folder.join("medium.heapsnapshot");
    let Ok(json) = std::fs::read(&file) else {
        eprintln!("skipping the real snapshot: there is no {}", file.display());
        return None;
    };
    // What Chrome DevTools says of it.
    Some(Heap {
        name: "medium",
        json,
        nodes: 383_294,
        edges: 1_927_977,
        total: 49_223_344,
        top_class: ("global", 48_706_988),
    })
}
