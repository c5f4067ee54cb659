//! Passes the chunks that V8 writes within one synchronous call to a thread.
//!
//! V8 writes a snapshot without returning to the event loop, so that promises do not settle meanwhile. The JavaScript
//! thread copies each chunk into a block, and full blocks go through a short queue. A full queue blocks the copy, and
//! with it V8, which limits the memory to a few megabytes. That is rare, because V8 is the slower side.

use crate::failure::Failure;
use crate::pool;
use napi::bindgen_prelude::ArrayBuffer;
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Large enough to make the cost of passing a block negligible.
const BLOCK: usize = 1 << 20;
/// Blocks in the queue. One more is being filled and one consumed.
const QUEUED: usize = 2;

/// The sending end. Dropping it ends the thread and drops its state.
#[derive(Debug)]
pub struct ChunkQueue<T> {
    block: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    used: Receiver<Vec<u8>>,
    consumer: JoinHandle<Result<T, Failure>>,
}

impl<T: Send + 'static> ChunkQueue<T> {
    /// Starts a thread that calls `consume` with each block and `state`, which [`ChunkQueue::finish`] returns.
    pub fn start(
        name: &str,
        mut state: T,
        mut consume: impl FnMut(&mut T, &[u8]) -> Result<(), Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let (full, blocks) = sync_channel::<Vec<u8>>(QUEUED);
        let (emptied, used) = sync_channel(QUEUED + 2);
        let work = move || {
            pool::lower_priority();
            for mut block in blocks {
                consume(&mut state, &block)?;
                block.clear();
                // The channel holds all blocks. It is closed once the input has ended.
                let _ = emptied.send(block);
            }
            Ok(state)
        };
        let consumer = thread::Builder::new().name(name.to_owned()).spawn(move || {
            catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Failure::from_panic(panic)))
        })?;
        Ok(ChunkQueue { block: Vec::with_capacity(BLOCK), full, used, consumer })
    }

    /// Copies bytes. Returns `false` when the thread has failed; [`ChunkQueue::finish`] returns the error.
    pub fn push(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = rest;
            if self.block.len() == BLOCK && !self.send() {
                return false;
            }
        }
        true
    }

    fn send(&mut self) -> bool {
        let empty = self.used.try_recv().unwrap_or_else(|_| Vec::with_capacity(BLOCK));
        let block = std::mem::replace(&mut self.block, empty);
        self.full.send(block).is_ok()
    }

    /// Ends the input, waits until everything is consumed and returns the state.
    pub fn finish(mut self) -> Result<T, Failure> {
        // A thread that has ended tells the reason in its result.
        self.send();
        drop(self.full);
        self.consumer.join().unwrap_or_else(|panic| Err(Failure::from_panic(panic)))
    }
}

/// Frees the bytes of a chunk that was copied. V8 makes a buffer for each chunk and collects none of them before it has
/// written the last.
#[napi]
pub fn release(buffer: ArrayBuffer) -> napi::Result<()> {
    buffer.detach()
}
