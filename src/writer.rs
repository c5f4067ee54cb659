//! Writes a snapshot file, redacted and compressed, that appears when it is complete or not at all.
//!
//! ```text
//! enqueue, push ► blocks ──► redactor ──► blocks ──► encoder ──► .name.….partial ──────► name
//!                8 MB at most            8 MB at most            finish: fsync      publish: name, fsync of the folder
//! ```
//!
//! Each part is a thread of its own that ends when its sender does. Only `publish` makes the file appear; whoever goes
//! away without it (an error, `abandon`, the end of the process or of a worker) leaves nothing.

use crate::control::Control;
use crate::failure::Failure;
use crate::job::{Deliver, Job};
use crate::job_permit::JobPermit;
use crate::partial::PartialFile;
use crate::pool;
use crate::read;
use heapray_core::redact::{Key, NameCounts, Redacted, Redactor, Sink};
use heapray_core::{Phase, Progress};
use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint8ArraySlice};
use napi_derive::napi;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Bytes of a block that one thread passes to the next.
const BLOCK: usize = 1 << 20;
/// Blocks that may wait. A sender that is faster than the disk waits, too.
const WAITING: usize = 8;

enum Block {
    Bytes(Vec<u8>),
    End,
}

/// Writes a snapshot file.
#[napi]
pub struct NativeSnapshotWriter {
    pipe: Arc<Mutex<Option<Pipe>>>,
    /// Stops the redactor.
    progress: Arc<Progress>,
    /// Bytes pushed.
    taken: Arc<AtomicU64>,
    file: Arc<PartialFile>,
}

/// The threads that lead to the file.
struct Pipe {
    entry: SyncSender<Block>,
    redactor: Option<JoinHandle<Result<Omissions, Failure>>>,
    writer: JoinHandle<Result<Option<u64>, Failure>>,
}

/// A summary of the written file, as JSON for JavaScript.
pub struct Written(String);

impl Deliver for Written {
    type Value = String;

    fn deliver(self, _env: Env) -> napi::Result<String> {
        Ok(self.0)
    }
}

/// A file that has its name.
pub struct Named(Arc<PartialFile>);

impl Deliver for Named {
    type Value = ();

    fn deliver(self, _env: Env) -> napi::Result<()> {
        self.0.keep();
        Ok(())
    }
}

#[napi]
impl NativeSnapshotWriter {
    /// A writer of `path`, compressed as its extension asks for (`.gz`, `.zst`), and redacted if there is a key. A
    /// writer that redacts accepts at most `max_bytes` after decompression.
    #[napi(constructor, catch_unwind)]
    pub fn new(path: String, redact_key: Option<Uint8Array>, max_bytes: Option<f64>) -> napi::Result<Self> {
        let file = Arc::new(PartialFile::create(Path::new(&path))?);
        let progress = Arc::new(Progress::new());
        let key = redact_key.map(|secret| Key::new(&secret));
        let pipe = Pipe::open(&file, key, max_bytes.map(|bytes| bytes as u64), &progress)?;
        Ok(Self { pipe: Arc::new(Mutex::new(Some(pipe))), progress, taken: Arc::default(), file })
    }

    /// Copies the next bytes. Waits only while more than eight megabytes do. Throws the error of the file or the
    /// redactor.
    #[napi(catch_unwind)]
    pub fn enqueue(&self, bytes: Uint8ArraySlice) -> napi::Result<()> {
        Ok(send(&self.pipe, &bytes)?)
    }

    /// Writes the next bytes, which must not change until the promise settles.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn push(&self, bytes: Uint8Array, permit: &JobPermit, control: &Control) -> AsyncTask<Job<()>> {
        let (pipe, taken, progress) = (Arc::clone(&self.pipe), Arc::clone(&self.taken), control.share());
        Job::waiting(permit, move || {
            progress.enter(Phase::Redact, 0);
            send(&pipe, &bytes)?;
            let length = bytes.len() as u64;
            progress.set_done(taken.fetch_add(length, Relaxed) + length);
            Ok(())
        })
    }

    /// Writes the contents of a regular file.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn push_file(&self, path: String, permit: &JobPermit, control: &Control) -> AsyncTask<Job<()>> {
        let (pipe, progress) = (Arc::clone(&self.pipe), control.share());
        Job::waiting(permit, move || {
            let file = File::open(path)?;
            progress.enter(Phase::Redact, file.metadata()?.len());
            let mut done = 0;
            read::for_each_block(&file, |block| {
                progress.check()?;
                send(&pipe, block)?;
                done += block.len() as u64;
                progress.set_done(done);
                Ok(())
            })
        })
    }

    /// Ends the input. When the promise resolves everything is on the disk, but not yet under the file's name.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn finish(&self, permit: &JobPermit) -> AsyncTask<Job<Written>> {
        let pipe = Arc::clone(&self.pipe);
        Job::waiting(permit, move || take(&pipe)?.finish())
    }

    /// Gives the file its name, after `finish`. From when the promise resolves it stays.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn publish(&self) -> AsyncTask<Job<Named>> {
        let file = Arc::clone(&self.file);
        Job::small(move || file.publish().map(|()| Named(file)))
    }

    /// Gives up: no file appears, and what was written of it is removed. Harmless after `publish`.
    #[napi]
    pub fn abandon(&self) {
        self.progress.cancel();
        self.file.abandon();
        drop(take(&self.pipe));
    }
}

/// Sends copies of the bytes to the next thread.
fn send(pipe: &Mutex<Option<Pipe>>, bytes: &[u8]) -> Result<(), Failure> {
    for part in bytes.chunks(BLOCK) {
        // Waits outside of the lock, because `abandon` may be called meanwhile.
        let entry = lock(pipe).as_ref().ok_or(Failure::Closed)?.entry.clone();
        if entry.send(Block::Bytes(part.to_vec())).is_err() {
            // A later thread has ended and has the reason.
            drop(entry);
            return take(pipe)?.finish().and(Err(Failure::Closed));
        }
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(pipe: &Mutex<Option<Pipe>>) -> Result<Pipe, Failure> {
    lock(pipe).take().ok_or(Failure::Closed)
}

impl Pipe {
    fn open(
        file: &Arc<PartialFile>,
        key: Option<Key>,
        max_bytes: Option<u64>,
        progress: &Arc<Progress>,
    ) -> Result<Self, Failure> {
        let (entry, blocks) = sync_channel(WAITING);
        let file = Arc::clone(file);
        let write = move || write(&file, blocks);
        let writer = Builder::new().name("heapray-write".to_owned()).spawn(write)?;
        let Some(key) = key else { return Ok(Pipe { entry, redactor: None, writer }) };
        let (redacted, (entry, blocks)) = (entry, sync_channel(WAITING));
        let progress = Arc::clone(progress);
        let redact = move || redact(key, max_bytes, &blocks, redacted, &progress);
        let redactor = Builder::new().name("heapray-redact".to_owned()).spawn(redact)?;
        Ok(Pipe { entry, redactor: Some(redactor), writer })
    }

    /// Waits for the file. The thread that ended first has the cause of a failure: the writer, then the redactor.
    fn finish(self) -> Result<Written, Failure> {
        let Pipe { entry, redactor, writer } = self;
        // A closed channel means that one of the threads has an error.
        let _ = entry.send(Block::End);
        drop(entry);
        let redacted = redactor.map(join);
        let bytes = join(writer)?;
        let (skipped, names) = redacted.transpose()?.unzip();
        let bytes = bytes.ok_or(Failure::Closed)?;
        let mut written = serde_json::json!({ "bytes": bytes, "skipped": skipped.unwrap_or_default() });
        if let Some(names) = names {
            written["names"] = serde_json::json!(names);
        }
        Ok(Written(written.to_string()))
    }
}

fn join<T>(thread: JoinHandle<Result<T, Failure>>) -> Result<T, Failure> {
    thread.join().unwrap_or_else(|payload| Err(Failure::from_panic(payload)))
}

/// What the redactor left out, and what it hid.
type Omissions = (Vec<String>, NameCounts);

/// The redacting thread: blocks in, blocks out.
fn redact(
    key: Key,
    max_bytes: Option<u64>,
    blocks: &Receiver<Block>,
    out: SyncSender<Block>,
    progress: &Progress,
) -> Result<Omissions, Failure> {
    let mut redactor = Redactor::new(key, max_bytes, Outlet { out, waiting: Vec::new() });
    for block in blocks {
        match block {
            Block::Bytes(bytes) => pool::run(|| Ok(redactor.push(&bytes, progress)?))?,
            Block::End => {
                let Redacted { sink, skipped, names } = redactor.finish(progress)?;
                sink.end()?;
                return Ok((skipped, names));
            }
        }
    }
    Err(Failure::Closed)
}

/// Gathers what the redactor writes into blocks.
struct Outlet {
    out: SyncSender<Block>,
    waiting: Vec<u8>,
}

impl Outlet {
    fn end(self) -> Result<(), Failure> {
        let Outlet { out, waiting } = self;
        out.send(Block::Bytes(waiting)).and_then(|()| out.send(Block::End)).map_err(|_| Failure::Closed)
    }
}

impl Sink for Outlet {
    fn take(&mut self, bytes: &[u8]) -> heapray_core::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < BLOCK {
            return Ok(());
        }
        let block = std::mem::take(&mut self.waiting);
        // The writer has ended: its error is the one that counts.
        self.out.send(Block::Bytes(block)).map_err(|_| heapray_core::Error::cancelled())
    }
}

/// The writing thread. `None` when the blocks ended without [`Block::End`].
fn write(file: &PartialFile, blocks: Receiver<Block>) -> Result<Option<u64>, Failure> {
    let mut source = Source { blocks, block: Vec::new(), at: 0, is_whole: false, has_ended: false };
    let written = file.write(&mut source);
    if source.is_whole {
        return written.map(Some);
    }
    file.abandon();
    written.map(|_| None)
}

/// The blocks as a reader, which is what encoders want.
struct Source {
    blocks: Receiver<Block>,
    block: Vec<u8>,
    at: usize,
    is_whole: bool,
    has_ended: bool,
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() && !self.has_ended {
            self.at = 0;
            self.block.clear();
            match self.blocks.recv() {
                Ok(Block::Bytes(bytes)) => self.block = bytes,
                Ok(Block::End) => (self.is_whole, self.has_ended) = (true, true),
                Err(_) => self.has_ended = true,
            }
        }
        let length = out.len().min(self.block.len() - self.at);
        out[..length].copy_from_slice(&self.block[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
