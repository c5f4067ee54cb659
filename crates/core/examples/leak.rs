//! Names what leaks: `cargo run --release --example leak -- FIRST SECOND THIRD`. The answer goes to
//! stdout, and what parsing and the report took to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use heapray_core::{Progress, Snapshot, parse, query};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let progress = Progress::new();
    let mut snapshots = Vec::new();
    let start = Instant::now();
    for path in std::env::args().skip(1) {
        snapshots.push(parse::open(&std::fs::read(path)?, &progress)?);
    }
    let parsed = start.elapsed();
    let series: Vec<&Snapshot> = snapshots.iter().collect();
    let answer = query::ask(&series, r#"{"ask":"report"}"#, &progress)?;
    eprintln!("parsed in {parsed:.0?}, reported in {:.0?}", start.elapsed() - parsed);
    println!("{answer}");
    Ok(())
}
