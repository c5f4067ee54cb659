//! Chunks that V8 writes within one synchronous call → a thread that consumes them.
//!
//! V8 writes a whole snapshot without returning to the event loop, so nothing that waits for a promise can keep up
//! with it. Here the JavaScript thread copies each chunk into a block, and full blocks go through a short queue. When
//! the queue is full the copy waits, and V8 with it, so that a few megabytes at most are in flight. (It hardly ever
//! waits: V8 is the slower side.)

use crate::failure::Failure;
use crate::pool;
use napi::bindgen_prelude::ArrayBuffer;
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Large enough that hand-over costs nothing.
const BLOCK: usize = 1 << 20;
/// Blocks in the queue; one more is being filled and one consumed.
const QUEUED: usize = 2;

/// The sending end. Dropping it ends the thread and drops what it made of the chunks.
#[derive(Debug)]
pub struct ChunkQueue<T> {
    block: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    used: Receiver<Vec<u8>>,
    consumer: JoinHandle<Result<T, Failure>>,
}

impl<T: Send + 'static> ChunkQueue<T> {
    /// Starts the thread, which calls `consume` with every block. `state` comes back from [`ChunkQueue::finish`].
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
                // There is room for every block there is; nobody listens any more when the input ends.
                let _ = emptied.send(block);
            }
            Ok(state)
        };
        let consumer = thread::Builder::new().name(name.to_owned()).spawn(move || {
            catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Failure::from_panic(panic)))
        })?;
        Ok(ChunkQueue { block: Vec::with_capacity(BLOCK), full, used, consumer })
    }

    /// Copies bytes. `false` when the thread has failed: [`ChunkQueue::finish`] says why.
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
        // When the thread is gone its own result tells why.
        self.send();
        drop(self.full);
        self.consumer.join().unwrap_or_else(|panic| Err(Failure::from_panic(panic)))
    }
}

/// Frees the bytes of a chunk that has been copied. V8 makes a buffer for every chunk, and collects
/// none before it has written the last.
#[napi]
pub fn release(buffer: ArrayBuffer) -> napi::Result<()> {
    buffer.detach()
}
