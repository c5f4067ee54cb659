'use strict';

// Sends files, one after the other, from a worker thread: it goes on while this thread stands still, and no instrumentation of
// the application's sees the address, which is a secret.

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { say, sayFailure } = require('./say.js');

const PROGRAM = path.join(__dirname, 'upload-worker.js');
/** Of heap, in megabytes: files are streamed. */
const WORKER_MB = 32;

class Uploads {
  #worker = null;
  #outstanding = 0;

  /** @param {{ report: string | null, snapshots: string[], fingerprint: string | null }} files The first of the snapshots first. */
  add({ report, snapshots, fingerprint }) {
    const uploads = snapshots.map((file) => ({ kind: 'snapshot', file, fingerprint }));
    if (report !== null) uploads.unshift({ kind: 'report', file: report, fingerprint });
    try {
      this.#worker ??= this.#start();
    } catch (error) {
      sayFailure(`cannot upload: ${error.message}`);
      return;
    }
    this.#outstanding += uploads.length;
    this.#worker.postMessage(uploads);
  }

  #start() {
    const worker = startWorker();
    worker.unref();
    worker.on('message', (outcome) => this.#took(outcome));
    worker.on('error', (error) => {
      sayFailure(`cannot upload: ${error.code ?? error.name}`);
      this.#forget();
    });
    return worker;
  }

  /** It ends when all is sent, for it takes memory that is short; what comes later starts another. */
  #took({ done, failure }) {
    if (done !== undefined) say(`heapray: uploaded ${done}`);
    if (failure !== undefined) sayFailure(failure);
    this.#outstanding -= 1;
    if (this.#outstanding > 0) return;
    this.#worker.postMessage(null);
    this.#forget();
  }

  #forget() {
    this.#worker = null;
    this.#outstanding = 0;
  }
}

function startWorker() {
  // Preloads of the application are not for the worker.
  const { NODE_OPTIONS, ...env } = process.env;
  return new Worker(PROGRAM, {
    name: 'heapray upload',
    env,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_MB },
  });
}

module.exports = { Uploads };
