//! The core's folders use only earlier ones on the walk.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// In the order of the walk, with the folders that each may use.
const LAYERS: [(&str, &[&str]); 6] = [
    ("snapshot", &[]),
    ("program", &["snapshot"]),
    ("paths", &["snapshot", "program"]),
    ("leak", &["snapshot", "program", "paths"]),
    ("query", &["snapshot", "program", "paths", "leak"]),
    ("redact", &["snapshot"]),
];

#[test]
fn every_folder_uses_only_earlier_ones_on_the_walk() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut uses = 0;
    for (layer, may_use) in LAYERS {
        for file in rust_files(&core.join(layer)) {
            let text = fs::read_to_string(&file).unwrap();
            for (at, _) in text.match_indices("crate::") {
                let rest = &text[at + "crate::".len()..];
                let used = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                let is_layer = LAYERS.iter().any(|(name, _)| *name == used);
                uses += usize::from(is_layer);
                if is_layer && used != layer && !may_use.contains(&used) {
                    let line = 1 + text[..at].matches('\n').count();
                    wrong.push(format!("{}:{line} uses {used}", file.strip_prefix(&core).unwrap().display()));
                }
            }
        }
    }
    // Checks that the search for uses works.
    assert!(uses > 300, "{uses} uses");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_core_is_on_the_walk() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<String> = fs::read_dir(core)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let mut known: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(folders, known);
}

#[test]
fn only_the_snapshot_knows_weak_edges() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let knows = |file: &PathBuf| fs::read_to_string(file).unwrap().contains("EdgeKind::Weak");
    let (inside, outside): (Vec<_>, Vec<_>) =
        rust_files(&core).into_iter().filter(knows).partition(|file| file.starts_with(core.join("snapshot")));
    assert!(!inside.is_empty());
    assert!(outside.is_empty(), "ask Snapshot::retains or Snapshot::strong_edges: {outside:?}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_file_of_a_suite_is_a_module_of_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut left_out = Vec::new();
    for file in rust_files(&tests).into_iter().filter(|file| file.parent() != Some(&tests)) {
        let main = fs::read_to_string(file.with_file_name("main.rs")).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name != "main" && !main.contains(&format!("mod {name};")) {
            left_out.push(file);
        }
    }
    assert!(left_out.is_empty(), "{left_out:?}");
}
