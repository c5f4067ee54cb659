'use strict';

// A session of the DevTools protocol → a Snapshot, and a file beside it where one is wanted.
//
//   takeSnapshot(session, { signal, onProgress, maxBytes, redact, file }) → Promise<Snapshot>
//
// `session` has `send(method, params)` → Promise, `on(event, listener)` and `off(event, listener)`: a session of session.js,
// or a CDPSession of Playwright or Puppeteer. The options are those of `parse`; `file` is written as `capture({ file })` does.
// V8 forgets the ids of objects when a session ends, so snapshots that are to be compared must come from one session.
//
// Chunks are taken as fast as they come: a target whose socket is not read queues them in its own memory.

const { performance } = require('node:perf_hooks');
const { HeaprayError, callNative } = require('../api/errors.js');
const { runJob, withPermit } = require('../api/job.js');
const { checkOptions } = require('../api/options/check.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { checkMayWrite } = require('../api/permission.js');
const { openSnapshot } = require('../api/snapshot.js');
const { Intake } = require('../capture/intake.js');
const { TextChunks } = require('../input/chunks.js');
const { inputLimits } = require('../input/parse.js');
const { protocolError, targetEnded } = require('./errors.js');

/** Sessions of which a target still writes a snapshot, though nobody may wait for it any more. */
const busy = new WeakMap();

async function takeSnapshot(session, options) {
  const { file, signal, onProgress, ...checked } = checkOptions('options', FUNCTIONS.snapshot, options);
  if (file !== undefined) checkMayWrite(file);
  const writing = new Writing(session);
  const job = { signal, onProgress: onProgress && ((state) => onProgress(writing.progress(state))) };
  return runJob(job, (running) => snapshotOf(running, writing, { ...inputLimits(checked), file }));
}

/**
 * The same within a job.
 * @param {Writing} writing
 * @param {import('../../index.d.ts').Preflight | null} [options.preflight]
 */
async function snapshotOf(job, writing, { preflight = null, ...limits }) {
  return withPermit(job, async (permit) => {
    await Promise.race([writing.before, job.stopped]);
    const intake = await callNative(() => new Intake(limits, job.control));
    job.onStop(() => intake.abandon());
    try {
      const from = performance.now();
      await Promise.race([writing.into(intake), job.stopped]);
      const pauseMs = performance.now() - from;
      const taken = await callNative(() => intake.finish(permit));
      const capture = { pauseMs, workerMs: null, rss: null, preflight, file: limits.file ?? null };
      const snapshot = await openSnapshot(job, taken, capture);
      return await published(intake, snapshot);
    } catch (error) {
      intake.abandon();
      throw error;
    }
  });
}

async function published(intake, snapshot) {
  try {
    await intake.publish();
    return snapshot;
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

/** A snapshot that a target writes. */
class Writing {
  #session;
  #progress;
  /** Settles when the target has ended the snapshot before: its chunks cannot be told from this one's. */
  before;

  constructor(session) {
    this.#session = session;
    this.before = busy.get(session);
  }

  /** Where V8 is, until it writes the first bytes. */
  progress(state) {
    return state.phase === 'wait' ? (this.#progress ?? state) : state;
  }

  /** Settles when the target has written everything; until then it cannot be stopped. */
  async into(intake) {
    const text = new TextChunks();
    let failure;
    const take = ({ chunk }) => {
      if (failure !== undefined) return;
      try {
        for (const bytes of text.encode(chunk)) intake.take(bytes);
      } catch (error) {
        failure = { error };
      }
    };
    const listeners = {
      'HeapProfiler.addHeapSnapshotChunk': take,
      'HeapProfiler.reportHeapSnapshotProgress': ({ done, total }) => {
        this.#progress = { phase: 'capture', done, total };
      },
    };
    const session = this.#session;
    for (const [event, listener] of Object.entries(listeners)) session.on(event, listener);
    const written = send(session, 'HeapProfiler.takeHeapSnapshot', { reportProgress: true }).finally(() => {
      for (const [event, listener] of Object.entries(listeners)) session.off(event, listener);
    });
    busy.set(session, written.then(() => {}, () => {}));
    await written;
    if (failure) throw failure.error;
  }
}

/** Errors of other clients have no code, only words. */
async function send(session, method, params) {
  try {
    return await session.send(method, params);
  } catch (error) {
    if (error instanceof HeaprayError) throw error;
    const make = /clos|detach|crash/i.test(error.message) ? targetEnded : protocolError;
    throw make(`the target took no snapshot: ${error.message}`, { cause: error });
  }
}

module.exports = { Writing, snapshotOf, takeSnapshot };
