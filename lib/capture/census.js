'use strict';

// This thread's heap → how many objects, references and texts a snapshot of it will have, counted by V8.
//
// V8 counts its objects by type when the trace category `v8.gc_stats` is on during a collection. That takes about a
// tenth of a snapshot's time and no memory to speak of. Only the main thread may trace, and only through the
// inspector, which Node's permission model denies: `null` then.

const v8 = require('node:v8');
const { isMainThread } = require('node:worker_threads');
const native = require('../addon/load.js');
const { collectAll } = require('./collector.js');
const { LARGE_FROM, TABLES, entriesIn, OF_COLLECTIONS, isWorthAsking, largeOf, sizesOfCollections } = require('./collections.js');

const CATEGORY = 'disabled-by-default-v8.gc_stats';
const EVENT = 'V8.GC_Objects_Stats';

/** Bytes of a tagged field. */
const POINTER = 8;
/** Bytes, at least, of a reference into the heap from outside. */
const HANDLE = 24;
/** V8 cuts texts of strings to so many characters. */
const MAX_TEXT = 1024;
/** Bytes of a character in the heap, and in UTF-8 at most, by type of string. */
const ONE_BYTE = { inHeap: 1, inText: 2 };
const TWO_BYTE = { inHeap: 2, inText: 3 };
/** Types of strings whose text is in a snapshot. Concatenated strings are written as "(concatenated string)". */
const HAS_TEXT = /^(?!CONS_|SLICED_).*STRING_TYPE$/;
/** All references for each that V8 counts as a field: it leaves out those of scopes and of code. */
const MORE_EDGES = 1.03;

/**
 * The share of a table's slots that can hold an object, by type: of all, and of those in use, where V8 counts the others. In
 * tables of Maps and Sets that are the keys and values, not the chains. Dictionaries are two thirds full at most, and hold
 * keys, values and details.
 */
const OCCUPIED = [
  [/^JS_COLLECTION_TABLE_TYPE$|^ORDERED_HASH_/, OF_COLLECTIONS, 1],
  [/DICTIONARY_ELEMENTS_TYPE$/, 0.23, 0.34],
  [/DICTIONARY/, 0.45, 0.67],
  [/^EPHEMERON_HASH_TABLE_TYPE$/, 0.67, 1],
];

function occupiedOf(name, { overall, over_allocated: unused = 0 }) {
  const [, ofAll, ofUsed] = OCCUPIED.find(([matches]) => matches.test(name)) ?? [null, 1, 1];
  return Math.min(ofAll, (ofUsed * (overall - unused)) / overall);
}

/** Types that may be large without having references. */
const NO_REFERENCES = /_STRING_TYPE$|(?:ONE|TWO)_BYTE|SOURCE|BYTE_?ARRAY|BYTECODE_ARRAY_TYPE|DOUBLE_ARRAY|BIG_?INT|CODE/;

/**
 * @typedef {{ nodes: number, edges: number, strings: number, formatted: number, text: number, bytes: number, slots: number, deleted: number }} Census
 * Upper bounds, but for `nodes` and `bytes`, which are exact within a few percent. `formatted` are the texts V8 makes
 * with printf, such as the indices of a table's slots; `text` is the bytes of `strings` in UTF-8, as far as they are written;
 * `slots` the different indices of large tables, whether or not an object is there; `deleted` are further ones, of deleted
 * entries, which nothing counts.
 * @returns {Census | null}
 */
function takeCensus() {
  if (!isMainThread) return null;
  try {
    const live = countedByV8();
    if (!live) return null;
    const outside = { handles: v8.getHeapStatistics().used_global_handles_size / HANDLE, largeObjects: largeObjects() };
    const census = censusOf(live, outside);
    return isWorthAsking(live.type_data, census.nodes) ? censusOf(live, outside, sizesOfCollections(connected())) : census;
  } catch {
    // No inspector, no permission, or an event in another format: the caller estimates without a census.
    return null;
  } finally {
    // Counting has taken up to 50 bytes for each object, which malloc keeps.
    native.trim();
  }
}

/** Bytes of the objects that have pages of their own. */
function largeObjects() {
  const spaces = v8.getHeapSpaceStatistics().filter(({ space_name }) => space_name.includes('large_object'));
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

/**
 * The session stays connected: V8 forgets the ids of objects when a session ends, and snapshots taken before and after
 * could not be compared.
 */
let session;

function connected() {
  if (session === undefined) {
    const { Session } = require('node:inspector');
    session = new Session();
    session.connect();
  }
  return session;
}

/** Traces a whole garbage collection, within this call. */
function countedByV8() {
  const tracing = connected();
  const events = [];
  const take = ({ params }) => events.push(...params.value);
  tracing.on('NodeTracing.dataCollected', take);
  try {
    tracing.post('NodeTracing.start', { traceConfig: { includedCategories: [CATEGORY] } });
    collectAll(tracing);
    tracing.post('NodeTracing.stop');
  } finally {
    tracing.off('NodeTracing.dataCollected', take);
  }
  const last = events.filter(({ name, args }) => name === EVENT && args?.live).at(-1);
  return last ? JSON.parse(last.args.live) : null;
}

/**
 * @param {{ field_data: object, type_data: Record<string, { count: number, overall: number, over_allocated: number, histogram: number[] }>, bucket_sizes: number[] }} live
 * @param {{ handles: number, largeObjects: number }} outside References into the heap from outside, and bytes of large objects.
 * @param {import('./collections.js').Collection[]} [collections] Those whose sizes are known.
 * @returns {Census}
 */
function censusOf({ field_data: fields, type_data: byType, bucket_sizes: buckets }, { handles, largeObjects: largeBytes }, collections) {
  const types = Object.entries(byType).filter(([, { count }]) => count > 0);
  const inCollections = entriesIn(byType[TABLES], collections);
  const sum = (matches, value) => types.reduce((total, [name, type]) => total + (matches.test(name) ? value(type, name) : 0), 0);
  const slots = fields.tagged_fields / POINTER;
  const nodes = sum(/./, ({ count }) => count);
  const strings = sum(HAS_TEXT, ({ count }) => count);
  const symbols = sum(/^SYMBOL_TYPE$/, ({ count }) => count);
  // These have one reference, to their class, which V8 does not count.
  const plain = sum(/STRING_TYPE$|^(?:HEAP_NUMBER|BIG_?INT|BYTE_ARRAY|FIXED_DOUBLE_ARRAY)/, ({ count }) => count);
  // Elements are references both of the array and of the table behind it, unless they are numbers.
  const elements = Math.min(sum(/^(?:ARRAY|OBJECT)_ELEMENTS_TYPE$/, ({ overall }) => overall / POINTER), Math.max(0, slots - 2 * (nodes - plain)));
  const empty = sum(/./, (type, name) => (1 - occupiedOf(name, type)) * (type.overall / POINTER)) + inCollections.empty;
  // V8 numbers these in lists of its own, in the snapshot only.
  const internalized = sum(/INTERNALIZED/, ({ count }) => count);
  const listed = Math.max(internalized, handles);
  const pairs = sum(/^EPHEMERON_HASH_TABLE_TYPE$/, ({ overall }) => 0.67 * (overall / POINTER));
  const withReferences = types.filter(([name]) => !NO_REFERENCES.test(name));
  const tables = indices(withReferences, inCollections.indices, largeBytes / POINTER);
  const full = indices(withReferences, inCollections.indices + inCollections.deleted, largeBytes / POINTER);
  return {
    nodes,
    edges: MORE_EDGES * (slots - empty + plain) + elements + internalized + handles,
    strings,
    // However many tables have an index, it is one text. The first occur anyway.
    formatted: symbols + pairs + Math.max(listed, LARGE_FROM / POINTER, Math.min(tables.longest, listed + tables.occupied)),
    text: sum(HAS_TEXT, (type, name) => textOf(name, type, buckets)),
    bytes: sum(/./, ({ overall }) => overall),
    slots: Math.min(tables.longest, tables.occupied),
    deleted: Math.min(full.longest, full.occupied) - Math.min(tables.longest, tables.occupied),
  };
}

/**
 * The longest of the large tables, and the number of different indices in them: small tables have none that do not occur
 * anyway. `inCollections` is the number of those in Maps and Sets, and `slots` that in all large objects, at most.
 */
function indices(tables, inCollections, slots) {
  let [longest, occupied] = [0, 0];
  for (const [name, type] of tables) {
    const { largest, all } = largeOf(type);
    const used = name === TABLES ? inCollections : (all * occupiedOf(name, type)) / POINTER;
    longest = Math.max(longest, largest / POINTER);
    occupied += Math.min(largest / POINTER, used);
  }
  return { longest: Math.min(longest, slots), occupied: Math.min(occupied, slots) };
}

/** A string whose text lies outside of the heap may be of any length. */
function textOf(name, { count, overall, histogram }, buckets) {
  const { inHeap, inText } = name.includes('ONE_BYTE') ? ONE_BYTE : TWO_BYTE;
  if (/^EXTERNAL_/.test(name)) return count * MAX_TEXT * inText;
  const cut = histogram.reduce((sum, strings, bucket) => sum + strings * Math.min(MAX_TEXT, (buckets[bucket] ?? Infinity) / inHeap), 0);
  return inText * Math.min(overall / inHeap, cut);
}

module.exports = { censusOf, largeObjects, takeCensus };
