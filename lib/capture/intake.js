'use strict';

// Chunks of a snapshot that cannot be held up → the parser, and a file where one is wanted.

const native = require('../addon/load.js');
const { callNative } = require('../api/errors.js');

/** Both take copies at once. V8 cannot be stopped, so after a failure the rest is ignored. */
class Intake {
  #parser;
  #writer;
  #control;
  #isParsing = true;

  /** Fails here, before V8 begins, where it can. */
  constructor({ maxBytes, redactKey, file }, control) {
    this.#control = control;
    this.#writer = file === undefined ? undefined : new native.NativeSnapshotWriter(file, redactKey);
    this.#parser = new native.NativeParser(maxBytes, redactKey);
  }

  take(chunk) {
    this.#isParsing &&= this.#parser.enqueue(chunk, this.#control);
    this.#writer?.enqueue(chunk);
  }

  /** The native snapshot, when the file is on the disk too, but not yet under its name. */
  async finish(permit) {
    const parsed = this.#parser.finish(permit, this.#control);
    // The parser has this job's permit; the writer only waits for its own threads.
    const written = this.#writer?.finish(new native.JobPermit());
    const [snapshot, file] = await Promise.allSettled([parsed, written]);
    const failed = [snapshot, file].find(({ status }) => status === 'rejected');
    if (!failed) return snapshot.value;
    snapshot.value?.close();
    this.abandon();
    throw failed.reason;
  }

  /** Gives the file its name, as the last step: who exits before finds nothing. */
  async publish() {
    await callNative(() => this.#writer?.publish());
  }

  abandon() {
    this.#parser.abandon();
    this.#writer?.abandon();
  }
}

module.exports = { Intake };
