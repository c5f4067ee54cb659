//! debugging
#![allow(clippy::print_stdout, reason = "an example prints")]
use heapray_core::{Progress, Snapshot, parse};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let progress = Progress::new();
    let mut snapshots = Vec::new();
    for path in std::env::args().skip(1) {
        snapshots.push(parse::open(&std::fs::read(path)?, &progress)?);
    }
    let refs: Vec<&Snapshot> = snapshots.iter().collect();
    println!("{}", heapray_core::leak::debug(&refs, &progress)?);
    Ok(())
}
