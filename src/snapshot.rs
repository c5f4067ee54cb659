//! The handle of a snapshot: answers questions in JSON, and copies columns into arrays of the caller.

use crate::control::Control;
use crate::failure::Failure;
use crate::job::{Deliver, Job, drop_elsewhere};
use crate::job_permit::JobPermit;
use heapray_core::query::{self, Column};
use heapray_core::{Progress, Snapshot};
use napi::Env;
use napi::bindgen_prelude::{AsyncTask, ClassInstance, ObjectFinalize, Uint8Array};
use napi_derive::napi;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// See [`reported_by_all`].
static REPORTED_BY_ALL: AtomicI64 = AtomicI64::new(0);

/// Bytes of all snapshots that are open, in any environment.
pub(crate) fn reported_by_all() -> u64 {
    REPORTED_BY_ALL.load(Relaxed).max(0) as u64
}

/// A snapshot and the memory that V8 was told of.
#[derive(Clone)]
struct Shared {
    snapshot: Arc<Snapshot>,
    /// Bytes reported to V8. Used only by the thread of the environment that owns the handle.
    reported: Arc<AtomicI64>,
}

impl Shared {
    /// Reports a change of the memory to V8. Answers may add indices.
    fn report_memory(&self, env: Env) -> napi::Result<()> {
        // An answer may come after the close, when nothing is reported any more.
        if self.reported.load(Relaxed) < 0 {
            return Ok(());
        }
        let now = self.snapshot.memory() as i64;
        let before = self.reported.swap(now, Relaxed);
        REPORTED_BY_ALL.fetch_add(now - before, Relaxed);
        env.adjust_external_memory(now - before).map(drop)
    }

    /// Drops this reference. The last one drops the snapshot.
    fn let_go(self) {
        if let Some(last) = Arc::into_inner(self.snapshot) {
            drop_elsewhere(last);
        }
    }

    fn forget_memory(&self, env: Env) -> napi::Result<()> {
        let before = self.reported.swap(-1, Relaxed).max(0);
        REPORTED_BY_ALL.fetch_sub(before, Relaxed);
        env.adjust_external_memory(-before).map(drop)
    }
}

/// A snapshot that is returned to JavaScript.
pub struct Loaded(Snapshot);

impl Loaded {
    pub fn new(snapshot: Snapshot) -> Self {
        Loaded(snapshot)
    }
}

impl Deliver for Loaded {
    type Value = NativeSnapshot;

    fn deliver(self, env: Env) -> napi::Result<NativeSnapshot> {
        let shared = Shared { snapshot: Arc::new(self.0), reported: Arc::default() };
        shared.report_memory(env)?;
        Ok(NativeSnapshot { shared: RefCell::new(Some(shared)) })
    }
}

/// An answer that is returned to JavaScript.
pub struct Answer {
    json: String,
    of: Shared,
}

impl Deliver for Answer {
    type Value = String;

    fn deliver(self, env: Env) -> napi::Result<String> {
        self.of.report_memory(env)?;
        self.of.let_go();
        Ok(self.json)
    }
}

/// A snapshot as a JavaScript object.
#[napi(custom_finalize)]
pub struct NativeSnapshot {
    shared: RefCell<Option<Shared>>,
}

#[napi]
impl NativeSnapshot {
    /// Answers a question about this snapshot, or about those before it, oldest first, and it. A question that walks
    /// the whole heap needs a permit.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn ask(
        &self,
        earlier: Vec<ClassInstance<'_, NativeSnapshot>>,
        question: String,
        permit: Option<&JobPermit>,
        control: &Control,
    ) -> napi::Result<AsyncTask<Job<Answer>>> {
        let (of, progress) = (self.share()?, control.share());
        let earlier = earlier.iter().map(|snapshot| snapshot.share()).collect::<napi::Result<Vec<_>>>()?;
        let work = move || {
            let mut snapshots: Vec<&Snapshot> = earlier.iter().map(|shared| &*shared.snapshot).collect();
            snapshots.push(&of.snapshot);
            let json = query::ask(&snapshots, &question, &progress)?;
            Ok(Answer { json, of })
        };
        Ok(match permit {
            Some(permit) => Job::heavy(permit, work),
            None => Job::small(work),
        })
    }

    /// Answers a question on the thread of the caller, for assertions that are synchronous.
    #[napi(catch_unwind)]
    pub fn ask_now(&self, env: Env, question: String) -> napi::Result<String> {
        let of = self.share()?;
        let json = query::answer(&of.snapshot, &question, &Progress::new()).map_err(Failure::from)?;
        Answer { json, of }.deliver(env)
    }

    /// Copies a column into `target`, the bytes of an array with `nodeCount` elements of the column's type that no
    /// other code uses.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn fill_column(
        &self,
        column: String,
        mut target: Uint8Array,
        control: &Control,
    ) -> napi::Result<AsyncTask<Job<()>>> {
        let (of, progress) = (self.share()?, control.share());
        Ok(Job::small(move || {
            let column = Column::by_name(&column)?;
            // SAFETY: index.js makes the array for this call and returns it after the promise has settled, so that no
            // other code reads or writes it meanwhile.
            let bytes = unsafe { target.as_mut() };
            Ok(of.snapshot.copy_column(column, bytes, &progress)?)
        }))
    }

    /// Bytes of memory held, 0 when closed.
    #[napi(getter)]
    pub fn memory(&self) -> f64 {
        self.shared.borrow().as_ref().map_or(0.0, |shared| shared.snapshot.memory() as f64)
    }

    /// Frees the memory as soon as the running answers, which JavaScript cancels, have ended.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        let Some(shared) = self.shared.take() else { return Ok(()) };
        shared.forget_memory(env)?;
        shared.let_go();
        Ok(())
    }

    fn share(&self) -> napi::Result<Shared> {
        self.shared.borrow().clone().ok_or_else(|| Failure::Closed.into())
    }
}

impl ObjectFinalize for NativeSnapshot {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(env)
    }
}
