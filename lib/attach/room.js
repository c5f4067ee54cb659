'use strict';

// Whether a target has the memory that V8 needs for a snapshot of it: the estimate of capture(), with what the target tells.
//
// Objects are not counted as capture() does, so the estimate is higher: for that V8 would have to trace, and a client that is killed
// meanwhile may take Node.js with it.

const os = require('node:os');
const { Experience } = require('../capture/estimate.js');
const { memoryState } = require('../capture/memory.js');
const { preflight, refusal } = require('../capture/preflight.js');
const { factsOf } = require('./facts.js');
const proc = require('./proc.js');

const HINT = '{ force: true }, --force, takes it anyway';

/**
 * Rejects with `ERR_NOT_ENOUGH_MEMORY` unless it is forced.
 * @param {import('./session.js').Session} session
 * @param {{ localPid: number | null, force: boolean }} target `localPid`: as this machine calls it.
 * @returns {Promise<import('../../index.d.ts').Preflight>}
 */
async function checkRoom(session, { localPid, force }) {
  // V8 begins a snapshot with this anyway, and garbage costs nothing then.
  await session.send('HeapProfiler.collectGarbage');
  const facts = await factsOf(session);
  const heap = { heapUsed: facts.heapUsed, largeObjects: facts.largeObjects ?? 0, exact: true, census: null };
  const checked = preflight(heap, { state: stateOf(localPid, facts), heapLimit: facts.heapLimit, experience: new Experience() });
  if (!checked.fits && !force) throw refusal(checked, heap, HINT);
  return checked;
}

/** The limits of a process of this machine, or those that the target itself knows. */
function stateOf(localPid, { rss = 0, constrained = 0, available = null, totalmem = null, freemem = null }) {
  if (localPid === null) return memoryState(readNothing, { pid: null, rss, constrained, available, totalmem, freemem });
  const here = { rss: proc.rssOf(localPid) ?? rss, totalmem: os.totalmem(), freemem: os.freemem() };
  return memoryState(undefined, { pid: localPid, constrained, available, ...here });
}

function readNothing(file) {
  throw Object.assign(new Error(`${file} is of another machine`), { code: 'ENOENT' });
}

module.exports = { checkRoom };
