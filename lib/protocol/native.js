'use strict';

// The engine over the addon, for `heapray view` and for use in the same process.

const { checkOptions } = require('../api/options/check.js');
const { JOB } = require('../api/options/functions.js');
const { Snapshot } = require('../api/snapshot.js');
const { openRecording } = require('../api/verbs.js');
const { Client, closedEngine } = require('./client.js');
const { Engine } = require('./engine.js');

/** @param {{ sourceMaps?: string }} options */
const backendWith = ({ sourceMaps = 'off' }) => ({
  ask: (snapshots, question, options) =>
    Snapshot.run(snapshots, checkOptions('options', JOB, options), async (job) => {
      if (sourceMaps === 'off') return Snapshot.askForText(job, snapshots, question);
      return JSON.stringify(await Snapshot.askMapped(job, snapshots, question, sourceMaps));
    }),
  close: (snapshot) => snapshot.close(),
});

/** Opens snapshots and answers questions in the addon; text in, text out. */
class NativeEngine extends Engine {
  /** @param {{ sourceMaps?: 'auto' | 'off' | string }} [options] `off` by default */
  constructor(options = {}) {
    super(backendWith(options));
  }

  /**
   * Opens any source that `parse` takes, and sampling profiles.
   * @param {import('../../index.js').Source} source
   * @param {{ id: number, name: string, bytes?: number | null }} about
   * @param {import('../../index.js').ParseOptions} [options]
   * @returns {Promise<string>} the response
   */
  openSource(source, about, options = {}) {
    return this.open({ ...about, load: () => openRecording(source, options) }, options);
  }
}

/** A client whose engine is in this process. */
function openNativeClient() {
  const engine = new NativeEngine();
  let isClosed = false;
  const unlessClosed = async (response) => {
    if (isClosed) throw closedEngine();
    return response();
  };
  return new Client({
    send: (_id, request, options) => unlessClosed(() => engine.respond(request, options)),
    open: (id, source, about, options) => unlessClosed(() => engine.openSource(source, { id, ...about }, options)),
    dispose: () => {
      isClosed = true;
      engine.clear();
    },
  });
}

module.exports = { NativeEngine, openNativeClient };
