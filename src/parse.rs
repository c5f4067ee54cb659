//! Parses a file or chunks into an analysed snapshot. With a key the bytes are redacted before.

use crate::chunk_queue::ChunkQueue;
use crate::control::Control;
use crate::failure::Failure;
use crate::job::{Job, drop_elsewhere};
use crate::job_permit::JobPermit;
use crate::pool;
use crate::read;
use crate::snapshot::Loaded;
use crate::trim::trim;
use heapray_core::parse::{Parser, ParserOptions, text_size};
use heapray_core::redact::{Key, RedactingParser};
use heapray_core::{Phase, Progress, Snapshot};
use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint8ArraySlice};
use napi_derive::napi;
use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// A parser, or one behind a redactor.
enum Front {
    Plain(Box<Parser>),
    Redacting(Box<RedactingParser>),
}

impl Front {
    fn new(max_bytes: Option<f64>, redact_key: Option<Uint8Array>, size_hint: Option<u64>) -> Self {
        // `as` saturates, so that Infinity becomes the largest limit.
        let options = ParserOptions { size_hint, max_bytes: max_bytes.map(|bytes| bytes as u64) };
        match redact_key {
            Some(secret) => Front::Redacting(Box::new(RedactingParser::new(Key::new(&secret), options))),
            None => Front::Plain(Box::new(Parser::new(options))),
        }
    }

    fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<(), Failure> {
        Ok(match self {
            Front::Plain(parser) => parser.push(chunk, progress),
            Front::Redacting(parser) => parser.push(chunk, progress),
        }?)
    }

    fn analyse(self, progress: &Progress) -> Result<Loaded, Failure> {
        let raw = match self {
            Front::Plain(parser) => parser.finish(progress),
            Front::Redacting(parser) => parser.finish(progress),
        }?;
        Ok(Loaded::new(Snapshot::analyse(raw, progress)?))
    }
}

/// Parses a regular file.
#[napi(ts_return_type = "Promise<NativeSnapshot>")]
pub fn parse_file(
    path: String,
    max_bytes: Option<f64>,
    redact_key: Option<Uint8Array>,
    permit: &JobPermit,
    control: &Control,
) -> AsyncTask<Job<Loaded>> {
    let progress = control.share();
    Job::heavy(permit, move || {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        file.by_ref().take(64).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        let size = text_size(&start, file.metadata()?.len());
        progress.enter(Phase::Parse, size.unwrap_or(0));
        let mut parser = Front::new(max_bytes, redact_key, size);
        read::for_each_block(&file, |block| parser.push(block, &progress))?;
        parser.analyse(&progress)
    })
}

/// Parses chunks. JavaScript awaits each push before the next, or enqueues all at once.
#[napi]
pub struct NativeParser {
    parser: Arc<Mutex<Option<Front>>>,
    /// Bytes in all, if known.
    size: Option<u64>,
    queue: RefCell<Option<ChunkQueue<Front>>>,
}

#[napi]
impl NativeParser {
    /// A parser without input. With a key it is behind a redactor. For bytes in memory, `beginning` are the first ones
    /// and `length` is the number of all.
    #[napi(constructor)]
    pub fn new(
        max_bytes: Option<f64>,
        redact_key: Option<Uint8Array>,
        beginning: Option<Uint8Array>,
        length: Option<f64>,
    ) -> Self {
        let size = beginning.zip(length).and_then(|(beginning, length)| text_size(&beginning, length as u64));
        let front = Front::new(max_bytes, redact_key, size);
        NativeParser { parser: Arc::new(Mutex::new(Some(front))), size, queue: RefCell::default() }
    }

    /// Parses the next bytes, which must not change until the promise settles. A failure drops the parser.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn push(&self, chunk: Uint8Array, permit: &JobPermit, control: &Control) -> AsyncTask<Job<()>> {
        let (progress, slot, size) = (control.share(), Arc::clone(&self.parser), self.size);
        Job::heavy(permit, move || {
            let mut parser = take(&slot)?;
            progress.enter(Phase::Parse, size.unwrap_or(0));
            parser.push(&chunk, &progress)?;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(parser);
            Ok(())
        })
    }

    /// Copies the next bytes for a thread that parses them, and waits while that thread is far behind. Returns `false`
    /// when it has failed; `finish` throws the error.
    #[napi]
    pub fn enqueue(&self, chunk: Uint8ArraySlice, control: &Control) -> napi::Result<bool> {
        let mut queue = self.queue.borrow_mut();
        if queue.is_none() {
            let progress = control.share();
            progress.enter(Phase::Parse, 0);
            let consume = move |parser: &mut Front, block: &[u8]| pool::run(|| parser.push(block, &progress));
            *queue = Some(ChunkQueue::start("heapray-parse", take(&self.parser)?, consume)?);
        }
        Ok(queue.as_mut().is_some_and(|queue| queue.push(&chunk)))
    }

    /// Ends the input and analyses it.
    #[napi(ts_return_type = "Promise<NativeSnapshot>")]
    pub fn finish(&self, permit: &JobPermit, control: &Control) -> AsyncTask<Job<Loaded>> {
        let progress = control.share();
        let Some(queue) = self.queue.take() else {
            let slot = Arc::clone(&self.parser);
            return Job::heavy(permit, move || take(&slot)?.analyse(&progress));
        };
        Job::waiting(permit, move || {
            // Not on the pool: the thread that is waited for needs the pool, which may have a single thread.
            let parser = queue.finish()?;
            let loaded = pool::run(|| parser.analyse(&progress));
            trim();
            loaded
        })
    }

    /// Frees what was parsed. If a step runs, it frees it at its end.
    #[napi]
    pub fn abandon(&self) {
        drop(self.queue.take());
        drop_elsewhere(take(&self.parser));
    }
}

/// Lends the parser to a step. A parser that fails or panics in it is dropped, and its memory with it.
fn take(slot: &Mutex<Option<Front>>) -> Result<Front, Failure> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Failure::Closed)
}
