//! Compares a file with its redacted copy.

use crate::input::{MAX_BYTES, open};
use heapray_core::query::Column;
use heapray_core::redact::{Key, Redactor};
use heapray_core::{Error, Progress, Snapshot};

/// Checks that the redacted file does not depend on chunks, and that it parses as its original with the same numbers.
pub(crate) fn check(file: &[u8], cuts: &[usize]) {
    let whole = redact(file, &[]);
    assert_eq!(whole, redact(file, cuts), "in one piece, and cut at {cuts:?}");
    match (open(file, &[], MAX_BYTES), whole) {
        (Ok(original), Ok(redacted)) => {
            let redacted = open(&redacted, &[], u64::MAX).expect("a snapshot, as the original is");
            assert_eq!(numbers(&original), numbers(&redacted));
            assert_eq!(original.statistics(), redacted.statistics());
        }
        // Sections wait for others in the redactor only, so that of two mistakes either may be found first. For files
        // with one mistake `__test__/redact.test.mjs` compares the codes.
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => panic!("redacted, but not read: {error:?}"),
        (Ok(_), Err(error)) => panic!("read, but not redacted: {error:?}"),
    }
}

fn redact(file: &[u8], cuts: &[usize]) -> Result<Vec<u8>, Error> {
    let progress = Progress::new();
    let mut redactor = Redactor::new(Key::new(b"the same each time"), Some(MAX_BYTES), Vec::new());
    let mut start = 0;
    for end in cuts.iter().map(|&cut| cut.min(file.len())).chain([file.len()]) {
        if end >= start {
            redactor.push(&file[start..end], &progress)?;
            start = end;
        }
    }
    Ok(redactor.finish(&progress)?.sink)
}

/// Compares all columns, byte by byte.
fn numbers(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let column = |column: Column| {
        let mut out = vec![0; column.width() * snapshot.nodes().len()];
        snapshot.copy_column(column, &mut out, &Progress::new()).expect("room for the column");
        out
    };
    Column::ALL.map(column).to_vec()
}
