'use strict';

// V8 writing a snapshot → a Snapshot, and a file beside it where one is wanted.

const { performance } = require('node:perf_hooks');
const native = require('../addon/load.js');
const { callNative } = require('../api/errors.js');
const { withPermit } = require('../api/job.js');
const { openSnapshot } = require('../api/snapshot.js');
const { forgetIds } = require('./ids.js');
const { Intake } = require('./intake.js');
const { pump } = require('./live.js');
const { RssWatch } = require('./rss.js');

/** Chunks, of 64 kB, between two looks at the process's memory. */
const LOOK_EVERY = 32;

/**
 * Makes a stream and takes it in, with a permit that is given. Until the job ends or `publish` has, stopping it removes the file.
 * @param {() => Readable | Promise<Readable>} open
 * @param {RssWatch} rss
 * @returns {Promise<{ native: object, openMs: number, pumpMs: number, publish: () => Promise<void> }>} `pumpMs`: for how long
 * this thread stood still after the stream was there. `publish` makes the file appear.
 */
async function takeIn(job, permit, open, options, rss) {
  const intake = await callNative(() => new Intake(options, job.control));
  job.onStop(() => intake.abandon());
  try {
    const from = performance.now();
    const opened = open();
    const stream = typeof opened.then === 'function' ? await opened : opened;
    rss.look();
    const openMs = performance.now() - from;
    let chunks = 0;
    const take = (chunk) => {
      intake.take(chunk);
      // No timer runs now.
      chunks += 1;
      if (chunks % LOOK_EVERY === 0) rss.look();
    };
    return await callNative(async () => {
      pump(stream, take);
      if (options.forgetIds) forgetIds();
      // Here, because the thread is paused anyway: nobody can allocate while the C heap is trimmed, which
      // would be another pause of the event loop later. It takes a hundredth of the time that V8 took.
      native.trim();
      const pumpMs = performance.now() - from - openMs;
      return { native: await intake.finish(permit), openMs, pumpMs, publish: () => intake.publish() };
    });
  } catch (error) {
    intake.abandon();
    throw error;
  }
}

/** A stream of `v8.getHeapSnapshot()` that the caller has opened. */
async function openLive(job, stream, options) {
  const letGo = job.onStop(() => stream.destroy());
  try {
    return await withPermit(job, async (permit) => {
      const rss = new RssWatch();
      try {
        const { native, pumpMs } = await takeIn(job, permit, () => stream, options, rss);
        return await openSnapshot(job, native, { pauseMs: pumpMs, workerMs: null, rss: rss.stop(), preflight: null, file: null });
      } finally {
        rss.stop();
      }
    });
  } finally {
    letGo();
  }
}

module.exports = { openLive, takeIn };
