'use strict';

// How many entries large Maps and Sets have.
//
// V8 counts their tables by size, and tables double: half of the slots may be empty, and fill while the table stays as
// large as it is. The inspector finds the Maps and Sets themselves, in about a tenth of a snapshot's time.

/** V8's type of the tables of Maps and Sets. */
const TABLES = 'JS_COLLECTION_TABLE_TYPE';
/** The share of a full table's slots that holds keys and values: the others link the entries. */
const OF_COLLECTIONS = 0.6;
/** Larger objects are in the large object spaces. */
const LARGE_FROM = 131_072;
const POINTER = 8;
/** A tenth of the estimate depends on large collections from so many slots for each object on. */
const WORTH_SLOTS = 1 / 30;

/** A header, the heads of the chains, two entries each, and for each entry what it holds and the link to the next. */
const KINDS = [
  { constructor: 'Map', holds: 2 },
  { constructor: 'Set', holds: 1 },
];
const HEADER_SLOTS = 5;
/** These write what deleted entries leave as references, until V8 makes the table anew. */
const DELETED_ARE_REFERENCES = [12, 13].includes(Number.parseInt(process.versions.v8, 10));

/** @typedef {{ entries: number, holds: number }} Collection `holds`: references of an entry. */

/** Bytes of the smallest table for so many entries. */
function leastBytes({ entries, holds }) {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(4, entries)));
  return POINTER * (HEADER_SLOTS + capacity / 2 + capacity * (holds + 1));
}

/** Upper bounds for the largest object of a type and for all large ones, in bytes, and their number; of a bucket only its limits are known. */
function largeOf({ overall, histogram }) {
  const least = (bucket) => (bucket === 0 ? 0 : 2 ** (bucket + 4));
  const isLarge = (bucket) => 2 * least(bucket) > LARGE_FROM;
  const top = histogram.findLastIndex((count) => count > 0);
  if (!isLarge(top)) return { largest: 0, all: 0, count: 0 };
  const sum = (value) => histogram.reduce((total, count, bucket) => total + count * value(bucket), 0);
  const rest = overall - (sum(least) - least(top));
  return {
    largest: top === histogram.length - 1 ? rest : Math.min(rest, 2 * least(top)),
    all: overall - sum((bucket) => (isLarge(bucket) ? 0 : least(bucket))),
    count: sum(isLarge),
  };
}

/** @param {Record<string, object>} byType What V8 counted. */
function isWorthAsking({ [TABLES]: tables }, nodes) {
  return tables?.count > 0 && (OF_COLLECTIONS * largeOf(tables).all) / POINTER > WORTH_SLOTS * nodes;
}

/**
 * Those of Node's main context; programs may have more, in others.
 * @param {import('node:inspector').Session} session
 * @returns {Collection[]}
 */
function sizesOfCollections(session) {
  const group = { objectGroup: 'heapray' };
  const post = (method, params) => {
    let answer;
    session.post(method, params, (error, result) => {
      if (error) throw new Error(error.message);
      answer = result;
    });
    return answer;
  };
  try {
    return KINDS.flatMap(({ constructor, holds }) => {
      const { result: prototype } = post('Runtime.evaluate', { expression: `${constructor}.prototype`, ...group });
      const { objects } = post('Runtime.queryObjects', { prototypeObjectId: prototype.objectId, ...group });
      const { result } = post('Runtime.callFunctionOn', {
        objectId: objects.objectId,
        functionDeclaration: `function () { return (${largeSizes})(this, Object.getOwnPropertyDescriptor(${constructor}.prototype, 'size').get, ${LARGE_FROM / POINTER / 8}) }`,
        returnByValue: true,
        ...group,
      });
      return result.value.map((entries) => ({ entries, holds }));
    });
  } finally {
    post('Runtime.releaseObjectGroup', group);
  }
}

/** Runs in the main context. What has such a prototype need not be such a collection: its prototype itself is none. */
function largeSizes(objects, getSize, least) {
  const sizes = [];
  for (let i = 0; i < objects.length; i += 1) {
    try {
      const size = Reflect.apply(getSize, objects[i], []);
      if (size >= least) sizes.push(size);
    } catch {}
  }
  return sizes;
}

/**
 * Of the slots of large tables, how many hold a key or value at most, how many more may hold what deleted entries have left,
 * and how many more are empty than in full ones.
 * @param {Collection[]} [collections] Those known, if any.
 */
function entriesIn(tables, collections = []) {
  if (!tables) return { indices: 0, deleted: 0, empty: 0 };
  const { all, count } = largeOf(tables);
  const large = collections.filter((one) => leastBytes(one) >= LARGE_FROM);
  const full = (OF_COLLECTIONS * all) / POINTER;
  // Any that the inspector has not found may be full.
  const others = large.length >= count ? 0 : Math.max(0, all - large.reduce((sum, one) => sum + leastBytes(one), 0));
  const used = large.reduce((sum, { entries, holds }) => sum + entries * holds, (OF_COLLECTIONS * others) / POINTER);
  const indices = Math.min(full, used);
  const unused = full - indices;
  return DELETED_ARE_REFERENCES ? { indices, deleted: unused, empty: 0 } : { indices, deleted: 0, empty: unused };
}

module.exports = { LARGE_FROM, OF_COLLECTIONS, TABLES, entriesIn, isWorthAsking, largeOf, sizesOfCollections };
