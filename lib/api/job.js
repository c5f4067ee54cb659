'use strict';

// Every long call of the API runs in a job: a promise with a signal and progress.
//
// A job stops in two steps. Its promise rejects at once; the work behind it sees the cancel flag
// within milliseconds and frees what it had built. Nothing waits for the second step.

const { setInterval, clearInterval } = require('node:timers');
const native = require('../addon/load.js');
const { callNative } = require('./errors.js');
const { callGuarded } = require('./guarded.js');

const PROGRESS_INTERVAL_MS = 50;

/** Jobs of this thread. Node joins its thread pool when the process exits, so exit ends them: none may finish a file then. */
const running = new Set();

function endAll() {
  for (const job of running) job.end();
}

class Job {
  control = new native.Control();
  isStopped = false;
  #reject;
  #cleanups = new Set();
  /** Rejects when the job is stopped, and never settles otherwise. */
  stopped = new Promise((_, reject) => {
    this.#reject = reject;
  });

  constructor() {
    // Work that is not waiting for anything when it is stopped leaves this unobserved.
    this.stopped.catch(() => {});
  }

  /** Ends the job with `reason` as its rejection. The first call counts. */
  stop(reason) {
    if (this.isStopped) return;
    this.#reject(reason);
    this.end(reason);
  }

  /** Ends the work without a rejection. */
  end(reason) {
    this.isStopped = true;
    this.control.cancel();
    for (const cleanup of this.#cleanups) cleanup(reason);
  }

  /** Calls `cleanup` if the job is stopped before the returned function is called. */
  onStop(cleanup) {
    this.#cleanups.add(cleanup);
    return () => this.#cleanups.delete(cleanup);
  }
}

/**
 * Runs `work(job)` until it settles, the signal aborts or `owner` (a set of jobs) stops it.
 * @param {{ signal?: AbortSignal, onProgress?: Function }} options Checked.
 */
async function runJob({ signal, onProgress }, work, owner) {
  if (signal?.aborted) throw signal.reason;
  const job = new Job();
  const onAbort = () => job.stop(signal.reason);
  const watcher = onProgress && new Watcher(job, onProgress);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (running.size === 0) process.on('exit', endAll);
  running.add(job);
  owner?.add(job);
  try {
    const result = await Promise.race([work(job), job.stopped]);
    watcher?.finish();
    // The last call of onProgress may throw, which rejects the job too.
    if (job.isStopped) await job.stopped;
    return result;
  } finally {
    watcher?.stop();
    signal?.removeEventListener('abort', onAbort);
    owner?.delete(job);
    running.delete(job);
    if (running.size === 0) process.off('exit', endAll);
  }
}

/** Polls where a job is. Only the numbers cross from the threads that work: no callback can outlive its realm. */
class Watcher {
  #job;
  #onProgress;
  #timer;
  #last;

  constructor(job, onProgress) {
    this.#job = job;
    this.#onProgress = onProgress;
    this.#timer = setInterval(() => this.#look(), PROGRESS_INTERVAL_MS);
    this.#timer.unref();
  }

  #look() {
    const { phase, done, total } = this.#job.control.progress();
    // Phase and count are read one after the other: between two phases they may not belong together.
    if (this.#job.isStopped || (this.#last?.phase === phase && done < this.#last.done)) return;
    this.#last = { phase, done, total };
    callGuarded(
      () => this.#onProgress({ phase, done, total }),
      (error) => this.#job.stop(error),
    );
  }

  /** A job too short for the timer has reported nothing yet. */
  finish() {
    if (this.#last === undefined) this.#look();
  }

  stop() {
    clearInterval(this.#timer);
  }
}

/** Runs `work(permit)` when the process permits this job: heavy jobs run one at a time. */
async function withPermit(job, work) {
  const permit = new native.JobPermit();
  const granted = new Promise((resolve) => {
    const wake = () => (job.isStopped ? permit.release() : resolve());
    if (permit.wait(job.control, wake)) resolve();
  });
  await Promise.race([granted, job.stopped]);
  try {
    return await work(permit);
  } finally {
    permit.release();
  }
}

/** Runs heavy work of the addon when the process permits it. */
function callWithPermit(job, start, path) {
  return withPermit(job, (permit) => callNative(() => start(permit), path));
}

/** Small questions that run at a time: together with a heavy job they leave one of libuv's four threads for file reads. */
const MAX_SMALL = 2;
const queue = [];
let small = 0;

/** Runs small work of the addon, which needs no permit. */
async function beside(job, start) {
  if (small >= MAX_SMALL) await new Promise((resolve) => queue.push(resolve));
  else small += 1;
  try {
    if (job.isStopped) await job.stopped;
    return await callNative(start);
  } finally {
    const next = queue.shift();
    if (next) next();
    else small -= 1;
  }
}

module.exports = { runJob, withPermit, callWithPermit, beside };
