'use strict';

// The heap of a page, and of its workers and frames that have one of their own.

const { HeaprayError } = require('../api/errors.js');
const { takeSnapshot } = require('../attach/heap-profiler.js');
const { wait } = require('../testing/clock.js');
const { ChildTargets } = require('./child-targets.js');
const { PageRounds } = require('./page-rounds.js');
const { openSession } = require('./session.js');

/** Finalizers, and tasks that a removal leaves to the next turn, let objects go after the first collection only. */
const COLLECTIONS = 2;
/** Milliseconds before each collection: two frames, and what a framework does after them. */
const SETTLE_MS = 60;

/** @typedef {import('../../index').Snapshot} Snapshot */
/** @typedef {{ page: Snapshot, children: (import('./child-targets.js').Child & { snapshot: Snapshot })[], skipped: string[] }} PageSnapshots of one moment */

class PageHeap {
  #session;
  #children;
  /** When the document began; another has another time, but one from the back/forward cache its own. */
  #document;

  constructor(session, children) {
    this.#session = session;
    this.#children = children;
  }

  /** @param {object} page of Playwright or Puppeteer */
  static async of(page) {
    const session = await openSession(page);
    return new PageHeap(session, await ChildTargets.of(session));
  }

  isCold() {
    return false;
  }

  rounds(iterations) {
    return new PageRounds(iterations, this.#session);
  }

  /**
   * Collects garbage and takes a snapshot of each heap.
   * @param {string} [file] for the page's
   * @param {import('../../index').ParseOptions} [options]
   * @returns {Promise<PageSnapshots>}
   */
  async takeSnapshot(file, options = {}) {
    const { alive, others } = this.#children;
    await tidy([this.#session, ...alive.map(({ session }) => session)]);
    await this.#checkDocument();
    const page = await takeSnapshot(this.#session, { ...options, ...(file !== undefined && { file }) });
    const children = [];
    try {
      for (const child of alive) children.push(...(await this.#childSnapshot(child, options)));
      return { page, children, skipped: others.map(({ name }) => name) };
    } catch (error) {
      for (const snapshot of [page, ...children.map((child) => child.snapshot)]) snapshot.close();
      throw error;
    }
  }

  /** Of the page alone. */
  async pageSnapshot() {
    await tidy([this.#session]);
    return takeSnapshot(this.#session);
  }

  async #childSnapshot(child, options) {
    try {
      return [{ ...child, snapshot: await takeSnapshot(child.session, options) }];
    } catch (error) {
      // It ended meanwhile.
      if (this.#children.has(child)) throw error;
      return [];
    }
  }

  /** Does the work while V8 tracks where the page's objects are allocated. */
  async whileTracking(work) {
    await this.#session.send('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
    try {
      await work();
    } finally {
      await this.#session.send('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
    }
  }

  async close() {
    await this.#session.detach().catch(() => {});
  }

  /** Refuses to compare two documents, whose objects have nothing in common. */
  async #checkDocument() {
    const { result } = await this.#session.send('Runtime.evaluate', { expression: '({ began: performance.timeOrigin, href: location.href })', returnByValue: true });
    const { began, href } = result.value;
    this.#document ??= began;
    if (began === this.#document) return;
    throw new HeaprayError(
      'ERR_NAVIGATED',
      `a new document was loaded between two snapshots, now ${href}: what leaks in a document is freed with it, so the calls must stay within one (links of the application's own router do)`,
    );
  }
}

/** Frees what can be freed. The messages of the console keep their arguments alive for DevTools. */
async function tidy(sessions) {
  const all = (method) => Promise.all(sessions.map((session) => session.send(method).catch(ignoreUnlessPage(session === sessions[0]))));
  await all('Runtime.discardConsoleEntries');
  for (let i = 0; i < COLLECTIONS; i += 1) {
    await wait(SETTLE_MS);
    await all('HeapProfiler.collectGarbage');
  }
}

/** A worker or frame may end at any time. */
const ignoreUnlessPage = (isPage) => (error) => {
  if (isPage) throw error;
};

module.exports = { PageHeap };
