'use strict';

// Loaded into a service before its own code: takes a heap snapshot when the parent process asks for one.

const fs = require('node:fs');
const { pipeline } = require('node:stream/promises');
const v8 = require('node:v8');
const { isMainThread } = require('node:worker_threads');

const workers = [];

const write = (file) => v8.writeHeapSnapshot(file);

const MEANS = {
  write,
  /** Where there are no signals. */
  signal: write,

  /** A session of its own each time: V8 numbers the objects anew. */
  async inspector(file) {
    const { Session } = require('node:inspector/promises');
    const session = new Session();
    const output = fs.openSync(file, 'w');
    session.connect();
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(output, params.chunk));
    await session.post('HeapProfiler.takeHeapSnapshot');
    session.disconnect();
    fs.closeSync(output);
  },

  async worker(file) {
    await pipeline(await workers[0].getHeapSnapshot(), fs.createWriteStream(file));
  },
};

if (isMainThread) {
  process.on('worker', (worker) => workers.push(worker));
  process.on('message', async ({ means, file }) => {
    await MEANS[means](file);
    process.send({ written: file });
  });
  process.on('disconnect', () => process.exit());
}
