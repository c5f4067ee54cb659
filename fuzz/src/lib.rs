//! Fuzz targets for the core.
//!
//! A target is a function that panics when something does not hold. libFuzzer calls the targets (`fuzz_targets/`), and
//! so does the smoke runner (`src/bin/smoke.rs`), which needs no libFuzzer.
//!
//! | target | what must hold |
//! |---|---|
//! | [`whole_file`] | any bytes end in an error or a snapshot, and a snapshot obeys [`invariants`] |
//! | [`structure`] | the same for valid snapshots with something changed: sections, counts, fields, indices |
//! | [`chunks`] | any split gives what one piece gives: the same snapshot, or the same error at the same place |
//! | [`decompression`] | the same for compressed input, and a limit on bytes holds |
//! | [`redaction`] | a redacted file is read wherever its original is, with the same numbers, and refused wherever it
//! is |
//! | [`graph`] | sizes, dominators and distances equal their definitions ([`oracle`]) |
//! | [`questions`] | every question of a snapshot ends in an answer or an error |
//! | [`grown`] | reports and comparisons of snapshots that grow out of each other are sound: see `compared.rs` |

mod compared;
mod compressed;
pub mod heap;
pub mod input;
pub mod invariants;
mod mutate;
pub mod oracle;
mod question;
mod redacted;
mod series;

use arbitrary::Unstructured;
use heapray_core::{Progress, Snapshot, query};

/// A fuzz target.
pub type Target = fn(&[u8]);

/// All targets by name. The folder of a target's seeds has the same name.
pub const TARGETS: [(&str, Target); 8] = [
    ("whole_file", whole_file),
    ("structure", structure),
    ("chunks", chunks),
    ("decompression", decompression),
    ("redaction", redaction),
    ("graph", graph),
    ("questions", questions),
    ("grown", grown),
];

/// Takes any bytes as a file.
pub fn whole_file(data: &[u8]) {
    if let Ok(snapshot) = input::open(data, &[], input::MAX_BYTES) {
        invariants::check(&snapshot);
        ask(&snapshot, r#"{"ask":"report"}"#);
    }
}

/// A valid snapshot with something changed.
pub fn structure(data: &[u8]) {
    let Ok(file) = mutate::changed_snapshot(&mut Unstructured::new(data)) else { return };
    if let Ok(snapshot) = input::open(&file, &[], input::MAX_BYTES) {
        invariants::check(&snapshot);
        ask(&snapshot, r#"{"ask":"report"}"#);
    }
}

/// Any split of a file, which is valid, changed or anything.
pub fn chunks(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(cuts) = input::cuts(&mut bytes) else { return };
    let file = match bytes.arbitrary::<bool>() {
        Ok(true) => mutate::changed_snapshot(&mut bytes).unwrap_or_default(),
        _ => bytes.take_rest().to_vec(),
    };
    input::check_split(&file, &cuts, input::MAX_BYTES);
    // A limit within the file.
    input::check_split(&file, &cuts, file.len() as u64 / 2);
}

/// Compressed input: sound, damaged, or a bomb.
pub fn decompression(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(cuts) = input::cuts(&mut bytes) else { return };
    if let Ok(compressed::Compressed { file, plain, limit }) = compressed::compressed(&mut bytes) {
        input::check_split(&file, &cuts, limit);
        if let Some(plain) = plain {
            assert_eq!(input::outcome(&file, &[], input::MAX_BYTES), input::outcome(&plain, &[], input::MAX_BYTES));
        }
    }
}

/// A file, redacted in any split, against the original.
pub fn redaction(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(cuts) = input::cuts(&mut bytes) else { return };
    let file = match bytes.arbitrary::<bool>() {
        Ok(true) => mutate::changed_snapshot(&mut bytes).unwrap_or_default(),
        _ => bytes.take_rest().to_vec(),
    };
    redacted::check(&file, &cuts);
}

/// A small graph against the definitions.
pub fn graph(data: &[u8]) {
    let Ok(file) = heap::snapshot(&mut Unstructured::new(data)) else { return };
    oracle::check(&file);
}

/// A question, well-formed or not, of a snapshot with something changed.
pub fn questions(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(question) = question::question(&mut bytes) else { return };
    let Ok(file) = mutate::changed_snapshot(&mut bytes) else { return };
    let Ok(snapshot) = input::open(&file, &[], input::MAX_BYTES) else { return };
    ask(&snapshot, &question);
    let _ = query::ask(&[&snapshot, &snapshot], &question, &Progress::new());
    let _ = query::ask(&[&snapshot, &snapshot, &snapshot], &question, &Progress::new());
}

/// Two or three snapshots, each grown out of the one before.
pub fn grown(data: &[u8]) {
    let Ok(files) = series::series(&mut Unstructured::new(data)) else { return };
    compared::check(&files);
}

/// Asks a question. Answers must be JSON, and errors about the question.
fn ask(snapshot: &Snapshot, question: &str) {
    match query::answer(snapshot, question, &Progress::new()) {
        Ok(answer) => {
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(&answer);
            assert!(parsed.is_ok() || answer.contains("\\ud"), "an answer that is no JSON: {question}: {answer}");
        }
        Err(error) => assert!(
            matches!(error.code(), heapray_core::Code::InvalidQuery | heapray_core::Code::NoSuchNode),
            "{question}: {error:?}"
        ),
    }
}
