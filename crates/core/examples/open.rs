//! Opens a snapshot as the addon does, in blocks, and prints what it found and how long each
//! phase took: `cargo run --release --example open -- FILE`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::{Progress, Snapshot};
use std::io::Read;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: open FILE")?;
    let mut file = std::fs::File::open(&path)?;
    let size = file.metadata()?.len();
    let progress = Progress::new();
    let start = Instant::now();
    let mut parser = Parser::new(ParserOptions { size_hint: Some(size), max_bytes: None });
    let mut block = vec![0; 8 << 20];
    loop {
        let length = file.read(&mut block)?;
        if length == 0 {
            break;
        }
        parser.push(&block[..length], &progress)?;
    }
    let raw = parser.finish(&progress)?;
    println!(
        "parsed   {:>8.1?}  {} nodes, {} edges, {} strings",
        start.elapsed(),
        raw.nodes.len(),
        raw.edges.len(),
        raw.strings.len()
    );
    let snapshot = Snapshot::analyse(raw, &progress)?;
    println!(
        "analysed {:>8.1?}  {} bytes on the heap, {} classes",
        start.elapsed(),
        snapshot.total_size(),
        snapshot.classes().all().len()
    );
    println!("memory   {:>6.0} MB  file {:.0} MB", snapshot.memory() as f64 / 1e6, size as f64 / 1e6);
    Ok(())
}
