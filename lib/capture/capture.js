'use strict';

// Captures the live process as a Snapshot, or as a report.
//
// The order is: the process's capture lock, a job permit, the estimate against the memory that is left, V8. A capture
// that is refused is refused before V8 begins, because V8 cannot be stopped.

const { performance } = require('node:perf_hooks');
const v8 = require('node:v8');
const native = require('../addon/load.js');
const { HeaprayError } = require('../api/errors.js');
const { beside, runJob, withPermit } = require('../api/job.js');
const { checkMayWrite } = require('../api/permission.js');
const { openSnapshot } = require('../api/snapshot.js');
const { report: reportOn } = require('../api/verbs.js');
const { collector } = require('./collector.js');
const { checkCanForget } = require('./ids.js');
const { takeIn } = require('./open-live.js');
const { captureOptions } = require('./options.js');
const { noteIds, processMemory } = require('./process-memory.js');
const { ownHeap, workerHeap, preflight, refusal, learn } = require('./preflight.js');
const { RssWatch } = require('./rss.js');
const { trackAllocations, whileTracking } = require('./tracking.js');

/**
 * To one of V8's objects for an absent value. V8 writes what deleted entries of Maps and Sets leave as references to one of these
 * objects; to others there are few.
 */
const FEW_REFERENCES = 1000;

async function capture(options = {}) {
  const checked = captureOptions(options);
  if (checked.file !== undefined) checkMayWrite(checked.file);
  if (checked.target) return finish(await captureTarget(checked), checked);
  if (checked.forgetIds) checkCanForget();
  const snapshot = await runJob(checked.job, (job) => withTracking(job, checked, () => captureInPlace(job, checked)));
  return finish(snapshot, checked);
}

function finish(snapshot, { report, job }) {
  return report ? reportAndClose(snapshot, { ...report, ...job }) : snapshot;
}

/** Another process. */
async function captureTarget({ target, file, job }) {
  const { attach } = require('../attach/attachment.js');
  const attachment = await attach(target.place, target.attach);
  try {
    return await attachment.snapshot({ file, ...job });
  } finally {
    await attachment.close();
  }
}

/** Tracks allocations if that is wanted, for a while or until the program stops it. */
async function withTracking(job, { allocations }, take) {
  if (!allocations) return take();
  const { forMs } = allocations;
  if (forMs === undefined) {
    trackAllocations();
    return take();
  }
  return whileTracking(async () => {
    await wait(job, forMs);
    return take();
  });
}

async function wait(job, ms) {
  let timer;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([over, job.stopped]);
  } finally {
    clearTimeout(timer);
  }
}

async function reportAndClose(snapshot, options) {
  try {
    const answer = await reportOn(snapshot, options);
    return typeof answer === 'string' ? answer : { ...answer, capture: snapshot.capture };
  } finally {
    snapshot.close();
  }
}

/** Captures when no other capture of the process runs. */
async function captureInPlace(job, options) {
  const lock = new native.CaptureLock();
  checkAcquired(lock.acquire(options.cooldown), options.cooldown);
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
  };
  try {
    return await withPermit(job, (permit) => captureWithPermit(job, permit, options, begin));
  } finally {
    lock.release(hasBegun);
  }
}

function liveMemory() {
  collector()();
  return processMemory();
}

function checkAcquired(acquisition, cooldown) {
  if (acquisition === 'running') {
    throw new HeaprayError('ERR_CAPTURE_RUNNING', 'another capture is running in this process; only one may run at a time, since each needs several times the memory of the heap');
  }
  if (acquisition === 'coolingDown') {
    const retryAfterMs = Math.ceil(native.CaptureLock.remaining(cooldown));
    const message = `the last capture ended less than ${cooldown} ms ago; the next may begin in ${retryAfterMs} ms`;
    throw new HeaprayError('ERR_COOLDOWN', message, { retryAfterMs });
  }
}

async function captureWithPermit(job, permit, options, begin) {
  const from = performance.now();
  // A worker's numbers are of its own heap, this thread's of the process: they cannot be added up. Counting frees what malloc keeps.
  const memory = options.worker ? undefined : liveMemory();
  const heap = options.worker ? await askWorker(job, options.worker, workerHeap) : ownHeap();
  const countMs = performance.now() - from;
  const checked = preflight(heap);
  if (!checked.fits && !options.force) throw refusal(checked, heap);
  if (job.isStopped) await job.stopped;

  begin();
  const rss = new RssWatch();
  try {
    const open = () => (options.worker ? workerStream(job, options) : v8.getHeapSnapshot(options.v8));
    const { native: taken, openMs, pumpMs, publish } = await takeIn(job, permit, open, options, rss);
    const capture = {
      // A worker's own pause is within the time it took to answer.
      pauseMs: options.worker ? pumpMs : countMs + openMs + pumpMs,
      workerMs: options.worker ? openMs : null,
      rss: rss.stop(),
      preflight: checked,
      file: options.file ?? null,
    };
    const snapshot = await openSnapshot(job, taken, capture, memory);
    try {
      if (!options.worker) await learnFrom(job, snapshot, { heap, taken, forgetsIds: options.forgetIds });
      await publish();
    } catch (error) {
      snapshot.close();
      throw error;
    }
    return snapshot;
  } finally {
    rss.stop();
  }
}

async function learnFrom(job, snapshot, { heap, taken, forgetsIds }) {
  noteIds(forgetsIds ? 0 : snapshot.nodeCount);
  const { indices, absentValues } = JSON.parse(await beside(job, () => taken.ask([], '{"ask":"tables"}', undefined, job.control)));
  learn(heap, {
    rss: snapshot.capture.rss,
    graph: snapshot.nativeBytes,
    nodes: snapshot.nodeCount,
    indices,
    deletes: heap.census?.deleted > 0 && absentValues > FEW_REFERENCES,
    forgetsIds,
  });
}

function workerStream(job, { worker, v8: options }) {
  return askWorker(job, worker, () => {
    const stream = worker.getHeapSnapshot(options);
    // When the job is stopped nobody reads what still comes.
    job.onStop(() => stream.then((late) => late.destroy(), () => {}));
    return stream;
  });
}

/** A worker answers when its event loop is free; a worker that ends before that never does. */
async function askWorker(job, worker, ask) {
  let onExit;
  const ended = new Promise((_, reject) => {
    onExit = (code) => reject(new HeaprayError('ERR_WORKER_ENDED', `the worker exited with code ${code} before it had taken a snapshot`));
    worker.once('exit', onExit);
  });
  try {
    return await Promise.race([ask(worker), ended, job.stopped]);
  } catch (error) {
    if (error.code !== 'ERR_WORKER_NOT_RUNNING') throw error;
    throw new HeaprayError('ERR_WORKER_ENDED', 'the worker is not running', { cause: error });
  } finally {
    worker.off('exit', onExit);
  }
}

module.exports = { capture };
