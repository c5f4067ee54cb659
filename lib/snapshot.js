'use strict';

// The Snapshot of the API: a native handle, and questions asked of it.

const { closedError, argumentError, fromNative } = require('./errors.js');
const { runJob, inTurn, beside } = require('./job.js');
const { checkId, checkIdOrName, classQuery, fields, pageFields, sortFields, pathFields } = require('./question.js');

const disposeSymbol = Symbol.dispose ?? Symbol.for('nodejs.dispose');

const COLUMN_ARRAYS = {
  id: Uint32Array,
  type: Uint8Array,
  selfSize: Float64Array,
  retainedSize: Float64Array,
  distance: Int32Array,
  dominator: Uint32Array,
  detached: Uint8Array,
  edgeCount: Uint32Array,
  class: Uint32Array,
};

/** Questions that go over the whole heap on all cores. */
const WHOLE_HEAP = new Set(['report', 'strings', 'diff']);

class Snapshot {
  #native;
  /** JSON text until it is asked for: a process that looks at itself should grow as little as it can. */
  #summaryText;
  #parsedSummary;
  /** Jobs to end when the snapshot is closed. */
  #jobs = new Set();

  constructor(native, summaryText) {
    this.#native = native;
    this.#summaryText = summaryText;
  }

  get #summary() {
    return (this.#parsedSummary ??= JSON.parse(this.#summaryText));
  }

  get nodeCount() {
    return this.#summary.nodeCount;
  }

  get edgeCount() {
    return this.#summary.edgeCount;
  }

  get stringCount() {
    return this.#summary.stringCount;
  }

  get totalSize() {
    return this.#summary.totalSize;
  }

  get meta() {
    return this.#summary.meta;
  }

  get statistics() {
    return this.#summary.statistics;
  }

  get skipped() {
    return this.#summary.skipped;
  }

  get nativeBytes() {
    return this.#native?.memory ?? 0;
  }

  get closed() {
    return this.#native === undefined;
  }

  async node(id) {
    return this.#answer({ ask: 'node', id: checkId('id', id) });
  }

  async references(id, page) {
    return this.#answer({ ask: 'references', id: checkId('id', id), ...fields('page', pageFields, page) });
  }

  async retainers(id, page) {
    return this.#answer({ ask: 'retainers', id: checkId('id', id), ...fields('page', pageFields, page) });
  }

  async dominated(id, page) {
    return this.#answer({ ask: 'dominated', id: checkId('id', id), ...fields('page', pageFields, page) });
  }

  async dominatorPath(id) {
    return this.#answer({ ask: 'dominatorPath', id: checkId('id', id) });
  }

  async retainingPaths(idOrClass, options) {
    const of = checkIdOrName('idOrClass', idOrClass);
    return this.#answer({ ask: 'retainingPaths', of, ...fields('options', pathFields, options) });
  }

  async classes(query) {
    return this.#answer({ ask: 'classes', ...classQuery(query) });
  }

  async classInstances(nameOrIndex, page) {
    const of = checkIdOrName('nameOrIndex', nameOrIndex);
    return this.#answer({ ask: 'classInstances', class: of, ...fields('page', sortFields, page) });
  }

  async strings(page) {
    return this.#answer({ ask: 'strings', ...fields('page', pageFields, page) });
  }

  async allocations(page) {
    return this.#answer({ ask: 'allocations', ...fields('page', pageFields, page) });
  }

  async allocationStack(id) {
    return this.#answer({ ask: 'allocationStack', id: checkId('id', id) });
  }

  async samples() {
    return this.#answer({ ask: 'samples' });
  }

  async columns(names) {
    if (!Array.isArray(names) || names.some((name) => !Object.hasOwn(COLUMN_ARRAYS, name))) {
      throw argumentError('names', `an array of ${Object.keys(COLUMN_ARRAYS).join(', ')}`, names);
    }
    return this.#run({}, async (job) => {
      const columns = {};
      for (const name of names) columns[name] = await this.#column(job, name);
      return columns;
    });
  }

  close() {
    this.#native?.close();
    this.#native = undefined;
    for (const job of this.#jobs) job.stop(closedError());
  }

  [disposeSymbol]() {
    this.close();
  }

  /** Runs work on snapshots, ended by closing any of them. For `lib/verbs.js`. */
  static run(snapshots, options, work) {
    const [first, ...others] = snapshots;
    if (first === undefined) return runJob(options, work);
    return first.#run(options, (job) => {
      for (const other of others) other.#jobs.add(job);
      return work(job).finally(() => others.forEach((other) => other.#jobs.delete(job)));
    });
  }

  /** Asks within a job. For `lib/verbs.js`. */
  static ask(job, snapshot, question) {
    return snapshot.#ask(job, question);
  }

  /** Asks a question that the addon answers at once, on this thread. For `lib/testing`. */
  static askNow(snapshot, question) {
    const native = snapshot.#open();
    try {
      return JSON.parse(native.askNow(JSON.stringify(question)));
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** Asks what changed, within a job. For `lib/verbs.js`. */
  static async compare(job, before, after, question) {
    const [first, second] = [before.#open(), after.#open()];
    const json = JSON.stringify(question);
    return JSON.parse(await inTurn(job, (turn) => first.compare(second, json, turn, job.control)));
  }

  /** Asks what a series shows, oldest first, within a job. For `lib/verbs.js`. */
  static async series(job, snapshots, question) {
    if (snapshots.length === 1) return snapshots[0].#ask(job, question);
    const natives = snapshots.map((snapshot) => snapshot.#open());
    const last = natives.pop();
    const json = JSON.stringify(question);
    return JSON.parse(await inTurn(job, (turn) => last.series(natives, json, turn, job.control)));
  }

  static is(value) {
    return typeof value === 'object' && value !== null && #native in value;
  }

  #answer(question) {
    return this.#run({}, (job) => this.#ask(job, question));
  }

  async #run(options, work) {
    this.#open();
    return runJob(options, work, this.#jobs);
  }

  #open() {
    if (this.#native === undefined) throw closedError();
    return this.#native;
  }

  async #ask(job, question) {
    const native = this.#open();
    const json = JSON.stringify(question);
    const answer = WHOLE_HEAP.has(question.ask)
      ? await inTurn(job, (turn) => native.ask(json, turn, job.control))
      : await beside(job, () => native.ask(json, undefined, job.control));
    return JSON.parse(answer);
  }

  async #column(job, name) {
    // Made here, not in the addon: the array is of the caller's realm and V8 accounts for it.
    const array = new COLUMN_ARRAYS[name](this.nodeCount);
    await beside(job, () => this.#open().fillColumn(name, new Uint8Array(array.buffer), job.control));
    return array;
  }
}

/** Makes the Snapshot of a native one. */
async function openSnapshot(job, native) {
  try {
    const summary = await beside(job, () => native.ask('{"ask":"summary"}', undefined, job.control));
    return new Snapshot(native, summary);
  } catch (error) {
    native.close();
    throw error;
  }
}

module.exports = { Snapshot, openSnapshot };
