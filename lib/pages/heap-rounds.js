'use strict';

// The rounds of one heap of a page, without what is not the page's.

const { nameScripts } = require('../testing/scripts.js');
const { Rounds } = require('../testing/rounds.js');

class HeapRounds extends Rounds {
  #iterations;
  /** Ids of scripts that are not the page's. */
  #foreign = new Set();

  /** @param {{ send: Function, on: Function, off: Function }} session */
  constructor(iterations, session) {
    super(iterations, false, (leaks) => this.#nameScripts(leaks, session));
    this.#iterations = iterations;
  }

  async leaks(options) {
    const leaks = [];
    for (const leak of await super.leaks(options)) if (!this.#isForeign(leak) && !(await this.#isOfBrowser(leak))) leaks.push(leak);
    return leaks;
  }

  async #nameScripts(leaks, session) {
    if (leaks.length === 0) return () => {};
    const scripts = await listScripts(session);
    for (const script of scripts.filter(isForeign)) this.#foreign.add(Number(script.scriptId));
    return nameScripts(leaks, (onScript) => scripts.forEach(onScript));
  }

  #isForeign({ source, holder }) {
    return [source, holder?.source, holder?.owner?.source].some((place) => this.#foreign.has(place?.scriptId));
  }

  /**
   * Whether nothing of the page retains what grows, but the browser's own lists, such as that of requests, or handles that
   * the test has not disposed of, or arguments of `console` that the browser's library keeps for a listener.
   */
  async #isOfBrowser({ className, addedCount, path }) {
    if (addedCount.length === 0) return false;
    if (path === null) return true;
    const kept = await this.askEach({ ask: 'filter', filter: 'objectsRetainedByConsole', class: { exact: className }, limit: 0 });
    return addedCount.some((added, round) => added - (kept[round + 1].total - kept[round].total) < this.#iterations);
  }
}

/** What Puppeteer itself runs in the page's world. */
const OF_PUPPETEER = 'pptr:internal';

/** Whether a script is of the browser's library or of an extension; most of these run in a world of their own. */
const isForeign = ({ url, executionContextAuxData }) => url === OF_PUPPETEER || executionContextAuxData?.type === 'isolated';

/** V8 lists them when its debugger is enabled. */
async function listScripts(session) {
  const scripts = [];
  const keep = (script) => scripts.push(script);
  session.on('Debugger.scriptParsed', keep);
  try {
    await session.send('Debugger.enable');
    await session.send('Debugger.disable');
  } catch {
    // A worker has ended: then only the ids are known.
  } finally {
    session.off('Debugger.scriptParsed', keep);
  }
  return scripts;
}

module.exports = { HeapRounds };
