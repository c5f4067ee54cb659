//! Names what leaks: `cargo run --release --example leak -- FIRST SECOND THIRD`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use heapray_core::{Progress, Snapshot, parse, query};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let progress = Progress::new();
    let mut snapshots = Vec::new();
    for path in std::env::args().skip(1) {
        snapshots.push(parse::open(&std::fs::read(path)?, &progress)?);
    }
    let series: Vec<&Snapshot> = snapshots.iter().collect();
    println!("{}", query::ask(&series, r#"{"ask":"report"}"#, &progress)?);
    Ok(())
}
