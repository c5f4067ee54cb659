'use strict';

// Where the process's resident memory is: the JavaScript heap, and what grows outside of it.
//
// The addon sums the process's mappings by what they are for, which no byte can escape. What lies together in
// malloc's areas is told apart by what V8, Node.js and malloc itself count.

const v8 = require('node:v8');
const native = require('../addon/load.js');

/** V8's table of ids has so many bytes for each object once a snapshot was taken. */
const ID_BYTES = 75;
/** Older V8 counts WebAssembly memories among what is external. */
const COUNTS_WASM = Number.parseInt(process.versions.v8, 10) < 14;

/** @typedef {import('../../index.d.ts').ProcessMemory} ProcessMemory */

/** What snapshots of this thread have left: objects in V8's table of ids. */
let numbered = 0;

/**
 * Notes a snapshot of this thread, after which V8 keeps a table of ids, or has forgotten it.
 * @param {number} nodes In the snapshot; 0 when V8 has forgotten them.
 */
function noteIds(nodes) {
  numbered = nodes;
}

/**
 * Measures this process, in about 20 ms for each gigabyte, or 50 ms where it is V8's heap: that has many mappings.
 * @returns {string} {@link ProcessMemory} as JSON: as text it adds one object to the heap it measures.
 */
function processMemory() {
  const counted = counters();
  const bySystem = readBySystem();
  const { mapped, malloc, threads } = bySystem;
  const measured = typeof mapped === 'object' ? byMappings(bySystem, counted) : byCounters(bySystem, counted);
  const missing = {};
  if (typeof mapped === 'string') for (const name of ['webAssembly', 'workers', 'mappedFiles', 'mallocFree']) missing[name] = mapped;
  if (typeof malloc === 'string') for (const name of ['mallocInUse', 'mallocFree']) missing[name] ??= malloc;
  const buckets = { ...measured.buckets, ...Object.fromEntries(Object.keys(missing).map((name) => [name, null])) };
  const known = Object.values(buckets).reduce((sum, bytes) => sum + (bytes ?? 0), 0);
  return JSON.stringify({ resident: measured.resident, buckets: { ...buckets, unexplained: measured.resident - known }, missing, threads, resources: resources() });
}

/** The addon reads files that Node's permission model may deny. */
function readBySystem() {
  const permitted = process.permission === undefined || ['/proc/self/smaps', '/proc/self/task', '/proc/self/fd'].every((file) => process.permission.has('fs.read', file));
  if (permitted) return JSON.parse(native.processMemory());
  const reason = 'reading /proc/self is not permitted: --allow-fs-read=/proc';
  return { mapped: reason, malloc: reason, threads: null, hasOtherLoops: true, snapshots: 0 };
}

/** What V8 and Node.js count, in bytes. */
function counters() {
  const spaces = v8.getHeapSpaceStatistics();
  const physical = (isCode) => spaces.filter(({ space_name }) => space_name.startsWith('code_') === isCode).reduce((sum, { physical_space_size }) => sum + physical_space_size, 0);
  const { malloced_memory, total_global_handles_size } = v8.getHeapStatistics();
  const { arrayBuffers, external, rss } = process.memoryUsage();
  return {
    rss,
    heap: physical(false),
    code: physical(true),
    arrayBuffers,
    // With two megabytes of built-in scripts, which are in the executable: how many they are V8 tells too slowly.
    external: external - arrayBuffers,
    v8: malloced_memory + total_global_handles_size,
    ids: ID_BYTES * numbered,
  };
}

/** Handles and requests of this thread's event loop, by type. */
function resources() {
  const counts = {};
  for (const type of process.getActiveResourcesInfo?.() ?? []) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/**
 * Sizes by mappings. Memory that was allocated and never touched is not resident: what is too much is taken off
 * ArrayBuffers, which `calloc` makes.
 */
function byMappings({ mapped, malloc, snapshots, hasOtherLoops }, counted) {
  // Where the kernel does not place pages where V8 wants them they are among the rest.
  const isPlaced = mapped.v8Heaps > counted.heap / 2;
  const elsewhere = isPlaced ? 0 : counted.heap - mapped.v8Heaps;
  const ownHeap = isPlaced ? Math.min(counted.heap, mapped.v8Heaps) : counted.heap;
  // V8 keeps freed pages for later, which no heap counts: in a process without workers they are this heap's.
  const heap = hasOtherLoops ? ownHeap : Math.max(ownHeap, mapped.v8Heaps);
  const areas = mapped.arenas + Math.max(0, mapped.anonymous - elsewhere);
  const hasAccount = typeof malloc === 'object';
  const free = hasAccount ? Math.min(malloc.free, Math.max(0, mapped.arenas - malloc.inUse)) : 0;
  const rest = new Rest(areas - free);
  const external = counted.arrayBuffers + Math.max(0, counted.external - (COUNTS_WASM ? mapped.webAssemblySize : 0));
  const heapray = rest.take(snapshots + counted.ids);
  const ofV8 = rest.take(counted.v8);
  const allocated = hasAccount ? malloc.inUse + malloc.mapped : 0;
  const mallocInUse = rest.take(allocated - external - ofV8 - heapray);
  return {
    resident: mapped.resident,
    buckets: {
      javaScriptHeap: heap,
      arrayBuffers: rest.take(external),
      v8: ofV8,
      code: mapped.code,
      mallocInUse,
      mallocFree: free,
      webAssembly: mapped.webAssembly,
      workers: Math.max(0, mapped.v8Heaps - heap) + mapped.stacks,
      mappedFiles: mapped.files,
      heapray,
    },
  };
}

/** Without a list of mappings: what is counted, as far as it can be resident. */
function byCounters({ malloc, snapshots }, counted) {
  const rest = new Rest(counted.rss);
  const javaScriptHeap = rest.take(counted.heap);
  const code = rest.take(counted.code);
  const heapray = rest.take(snapshots + counted.ids);
  const ofV8 = rest.take(counted.v8);
  const external = counted.arrayBuffers + Math.max(0, counted.external);
  const mallocInUse = typeof malloc === 'object' ? rest.take(malloc.inUse + malloc.mapped - external - ofV8 - heapray) : null;
  return { resident: counted.rss, buckets: { javaScriptHeap, arrayBuffers: rest.take(external), v8: ofV8, code, mallocInUse, mallocFree: null, webAssembly: null, workers: null, mappedFiles: null, heapray } };
}

/** Bytes to be shared out. */
class Rest {
  #bytes;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** At most what is left. */
  take(bytes) {
    const taken = Math.min(Math.max(0, bytes), this.#bytes);
    this.#bytes -= taken;
    return taken;
  }
}

module.exports = { noteIds, processMemory };
