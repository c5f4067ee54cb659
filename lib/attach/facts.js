'use strict';

// What a target tells of itself: memory, limits, and whether it runs at all.

const { HeaprayError } = require('../api/errors.js');
const { evaluate } = require('./evaluate.js');

/** Everything in one expression, so that the target is asked once. Deno asks its user for permission to tell more. */
const FACTS = `(() => {
  if (typeof Deno === 'object') return { runtime: 'deno', version: 'Deno ' + Deno.version.deno, pid: Deno.pid, heapLimit: null };
  if (typeof process !== 'object' || !process.versions?.node) return { runtime: 'page', heapLimit: globalThis.performance?.memory?.jsHeapSizeLimit ?? null };
  // Until a debugger lets it go, Node.js has not even read its arguments.
  if (process.execArgv === undefined) return { runtime: 'node', heapLimit: null, waits: true };
  const load = process.getBuiltinModule ?? require;
  const v8 = load('v8');
  const os = load('os');
  const spaces = v8.getHeapSpaceStatistics().filter(({ space_name }) => space_name.includes('large_object'));
  const { heap_size_limit } = v8.getHeapStatistics();
  const { rss } = process.memoryUsage();
  return {
    runtime: 'node',
    version: 'Node.js ' + process.version.slice(1),
    pid: process.pid,
    rss,
    heapLimit: heap_size_limit,
    largeObjects: spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0),
    constrained: process.constrainedMemory?.() ?? 0,
    available: process.availableMemory?.() ?? null,
    totalmem: os.totalmem(),
    freemem: os.freemem(),
    waits: false,
  };
})()`;

/**
 * @typedef {{ runtime: 'node' | 'deno' | 'page' | 'unknown', heapUsed: number, heapLimit: number | null, pid?: number, version?: string,
 *   rss?: number, largeObjects?: number, constrained?: number, available?: number | null, totalmem?: number, freemem?: number, waits?: boolean }} Facts
 * @returns {Promise<Facts>}
 */
async function factsOf(session) {
  const facts = await evaluate(session, FACTS).catch((error) => {
    // A program may have changed what the expression uses; that a target is gone is another matter.
    if (error instanceof HeaprayError && error.code === 'ERR_PROTOCOL') return { runtime: 'unknown', heapLimit: null };
    throw error;
  });
  return { ...facts, heapUsed: await heapUsed(session) };
}

/** Bytes in use, garbage included. Asking runs no code of the target. */
async function heapUsed(session) {
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

module.exports = { factsOf, heapUsed };
