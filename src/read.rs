//! Reads a file in blocks, the next while the last is parsed.
//!
//! Reads go into two blocks that are used in turn. A memory map would end the process with SIGBUS if the file shrank,
//! and its pages count as memory of the process.

use crate::failure::Failure;
use heapray_core::Error;
use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Large enough to make the cost of passing a block negligible, small enough for the cache of a server's processor.
const BLOCK: usize = 4 << 20;

/// Calls `parse` with each block of the rest of the file, in order.
pub fn for_each_block(file: &File, mut parse: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    let (give, full) = channel();
    let (give_back, empty) = channel();
    for _ in 0..2 {
        let mut block = Vec::new();
        block.try_reserve_exact(BLOCK).map_err(|_| Error::out_of_memory(BLOCK))?;
        // The receiver lives as long as this function.
        let _ = give_back.send(block);
    }
    thread::scope(|scope| {
        thread::Builder::new()
            .name("heapray-read".to_owned())
            .spawn_scoped(scope, move || fill_blocks(file, &empty, &give))?;
        // Moved into this closure, so that an early return closes both channels and ends the reader.
        let (full, give_back) = (full, give_back);
        for block in full {
            let block: Vec<u8> = block?;
            parse(&block)?;
            let _ = give_back.send(block);
        }
        Ok(())
    })
}

fn fill_blocks(mut file: &File, empty: &Receiver<Vec<u8>>, give: &Sender<io::Result<Vec<u8>>>) {
    for mut block in empty {
        block.clear();
        let block = match file.by_ref().take(BLOCK as u64).read_to_end(&mut block) {
            Ok(0) => return,
            Ok(_) => Ok(block),
            Err(error) => Err(error),
        };
        let failed = block.is_err();
        if give.send(block).is_err() || failed {
            return;
        }
    }
}
