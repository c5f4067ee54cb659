'use strict';

// The Snapshot of the API: a native handle, and questions asked of it.

const { closedError, argumentError, fromNative } = require('./errors.js');
const { runJob, callWithPermit, beside } = require('./job.js');
const { checkOptions, readOption } = require('./options/check.js');
const { fieldsOf, isHeavy } = require('./options/questions.js');
const { withSourceMaps, withSourceMapsNow } = require('../source-maps/index.js');

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

class Snapshot {
  #native;
  /** Kept as JSON text until it is read, so that a process that analyses itself grows as little as possible. */
  #summaryText;
  #parsedSummary;
  /** Scripts whose source text could not be read, once that was tried. */
  #unread;
  /** Jobs to end when the snapshot is closed. */
  #jobs = new Set();
  #memoryText;
  #parsedMemory;

  constructor(native, summaryText, capture, memoryText) {
    this.#native = native;
    this.#summaryText = summaryText;
    this.#memoryText = memoryText;
    this.capture = capture;
  }

  get #summary() {
    return (this.#parsedSummary ??= JSON.parse(this.#summaryText));
  }

  get memory() {
    return (this.#parsedMemory ??= JSON.parse(this.#memoryText));
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

  get rootId() {
    return this.#summary.rootId;
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

  async node(id, options) {
    return this.#ask('node', { id }, { options });
  }

  async references(id, page) {
    return this.#ask('references', { id }, { page });
  }

  async retainers(id, page) {
    return this.#ask('retainers', { id }, { page });
  }

  async dominated(id, page) {
    return this.#ask('dominated', { id }, { page });
  }

  async dominatorPath(id, options) {
    return this.#ask('dominatorPath', { id }, { options });
  }

  async dominatorTree(options) {
    return this.#ask('dominatorTree', {}, { options });
  }

  async retainingPaths(idOrClass, options) {
    return this.#ask('retainingPaths', { of: idOrClass }, { options });
  }

  async classes(query) {
    return this.#ask('classes', {}, { query });
  }

  async classInstances(nameOrIndex, page) {
    return this.#ask('classInstances', { class: nameOrIndex }, { page });
  }

  // The functions load this file.
  async filter(query, options) {
    return require('./verbs.js').filter(this, query, options);
  }

  async report(options) {
    return require('./verbs.js').report(this, options);
  }

  async diff(later, options) {
    return require('./verbs.js').diff(this, later, options);
  }

  async group(query = {}, options = {}) {
    const { before, sourceMaps, ...question } = questionOf('group', { query }, { options });
    const snapshots = before === undefined ? [this] : [before, this];
    return Snapshot.run(snapshots, {}, (job) => Snapshot.askMapped(job, snapshots, question, sourceMaps));
  }

  async whatIf(options) {
    return this.#ask('whatIf', {}, { options });
  }

  async strings(page) {
    return this.#ask('strings', {}, { page });
  }

  async deadVariables(page) {
    const { sourceMaps, ...question } = questionOf('deadVariables', {}, { page });
    return this.#run({}, async (job) => {
      const unread = await Snapshot.addSourceText(job, this);
      const answer = await Snapshot.askMapped(job, [this], question, sourceMaps);
      return unread.length > 0 ? { ...answer, reason: notRead(unread) } : answer;
    });
  }

  async allocations(query) {
    return this.#ask('allocations', {}, { query });
  }

  async allocationStack(id, options) {
    return this.#ask('allocationStack', { id }, { options });
  }

  async samples() {
    return this.#ask('samples');
  }

  async columns(names) {
    const isColumn = (name) => typeof name === 'string' && Object.hasOwn(COLUMN_ARRAYS, name);
    const wanted = Array.isArray(names) ? [...names] : [];
    if (!Array.isArray(names) || !wanted.every(isColumn)) {
      throw argumentError('names', `an array of ${Object.keys(COLUMN_ARRAYS).join(', ')}`, names);
    }
    return this.#run({}, (job) => this.#columns(job, wanted));
  }

  close() {
    this.#native?.close();
    this.#native = undefined;
    for (const job of this.#jobs) job.stop(closedError());
  }

  [disposeSymbol]() {
    this.close();
  }

  /** Runs work on snapshots, ended by closing any of them. For `lib/api/verbs.js`. */
  static run(snapshots, options, work) {
    const [first, ...others] = snapshots;
    if (first === undefined) return runJob(options, work);
    return first.#run(options, (job) => {
      for (const other of others) other.#jobs.add(job);
      return work(job).finally(() => others.forEach((other) => other.#jobs.delete(job)));
    });
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

  /** The same, with places and names of the original source. */
  static askMappedNow(snapshot, question) {
    return withSourceMapsNow(Snapshot.askNow(snapshot, question), 'auto', (other) => Snapshot.askNow(snapshot, other), { question });
  }

  /** Asks within a job about one snapshot or several, oldest first. For `lib/api/verbs.js`. */
  static async ask(job, snapshots, question) {
    return JSON.parse(await Snapshot.askForText(job, snapshots, question));
  }

  /**
   * The same, with places and names of the original source, as far as there are source maps.
   * @param {'auto' | 'off' | string} [sourceMaps]
   * @param {{ code?: boolean }} [options] `code`: add lines of source code to a report
   */
  static async askMapped(job, snapshots, question, sourceMaps = 'auto', options = {}) {
    const answer = await Snapshot.ask(job, snapshots, question);
    const askOne = (other, before = 0) => {
      const snapshot = snapshots.at(-1 - before);
      return other.columns === undefined ? Snapshot.ask(job, [snapshot], other) : snapshot.#columns(job, other.columns);
    };
    return withSourceMaps(answer, sourceMaps, askOne, { ...options, question });
  }

  /** The answer as it is, as JSON text. For `lib/protocol`. */
  static async askForText(job, snapshots, question) {
    const natives = snapshots.map((snapshot) => snapshot.#open());
    const last = natives.pop();
    const json = JSON.stringify(question);
    const start = (permit) => last.ask(natives, json, permit, job.control);
    return isHeavy(question) ? callWithPermit(job, start) : beside(job, () => start());
  }

  /** Adds the scopes in the source text of its scripts to a snapshot without tables of scopes. Resolves to the scripts that could not be read. */
  static async addSourceText(job, snapshot) {
    const { addSourceText } = require('../source-scopes/index.js');
    snapshot.#unread ??= await addSourceText((question) => Snapshot.ask(job, [snapshot], question));
    return snapshot.#unread;
  }

  /** Adds figures of the process, measured before the snapshot was taken. For `lib/testing`. */
  static addMemory(snapshot, memoryText) {
    snapshot.#memoryText = memoryText;
  }

  static is(value) {
    return typeof value === 'object' && value !== null && #native in value;
  }

  #ask(ask, named, optional) {
    const { sourceMaps, ...question } = questionOf(ask, named, optional);
    return this.#run({}, (job) => Snapshot.askMapped(job, [this], question, sourceMaps));
  }

  async #run(options, work) {
    this.#open();
    return runJob(options, work, this.#jobs);
  }

  #open() {
    if (this.#native === undefined) throw closedError();
    return this.#native;
  }

  async #columns(job, names) {
    const columns = {};
    for (const name of names) columns[name] = await this.#column(job, name);
    return columns;
  }

  async #column(job, name) {
    // Created here, not in the addon, so that the array is of the caller's realm and V8 accounts for it.
    const array = new COLUMN_ARRAYS[name](this.nodeCount);
    await beside(job, () => this.#open().fillColumn(name, new Uint8Array(array.buffer), job.control));
    return array;
  }
}

/**
 * @param {string} ask
 * @param {object} [named] Separate arguments, by their names in the question.
 * @param {object} [optional] The argument that has the other members, by its name in the API.
 */
function questionOf(ask, named = {}, optional = {}) {
  const question = { ask };
  const { ...others } = fieldsOf(ask);
  for (const [name, value] of Object.entries(named)) {
    question[name] = readOption(others[name].argument ?? name, others[name], value);
    delete others[name];
  }
  for (const [what, value] of Object.entries(optional)) Object.assign(question, checkOptions(what, others, value));
  return question;
}

function notRead(scripts) {
  const more = scripts.length > 3 ? ` and ${scripts.length - 3} more` : '';
  return `the source files of some scripts cannot be read or have changed, and their variables are left out: ${scripts.slice(0, 3).join(', ')}${more}`;
}

/**
 * Creates the Snapshot for a native one.
 * @param {import('../../index.d.ts').CaptureInfo | null} [capture] How it was taken, for one of a live process.
 * @param {string} [memory] Of that process: {@link import('../../index.d.ts').ProcessMemory} as JSON.
 */
async function openSnapshot(job, native, capture = null, memory = 'null') {
  try {
    const summary = await beside(job, () => native.ask([], '{"ask":"summary"}', undefined, job.control));
    return new Snapshot(native, summary, capture, memory);
  } catch (error) {
    native.close();
    throw error;
  }
}

module.exports = { Snapshot, openSnapshot };
