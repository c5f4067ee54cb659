// The few places where heapray differs from DevTools on purpose, each with its reason.
//
// Nothing is left unjudged for being exempt. Where DevTools has a plain fault, its own analysis is run a
// second time with just that fault mended (mends.mjs), and heapray must equal the mended run everywhere.
// A node or class is *exempted* when the two runs differ on it; the comparison counts those by name.

/** @typedef {'size-over-4-gib' | 'negative-number' | 'equal-class-text' | 'root-not-first' | 'function-count' | 'cannot-open' | 'cyclic-string'} Exemption */

/** What is exempted and why, in the order it is printed. */
export const exemptions = {
  'size-over-4-gib':
    'DevTools keeps numbers of nodes in 32 bits, so a size of 4 GiB or more wraps around; heapray keeps it',
  'negative-number':
    'DevTools reads past the minus sign, so index -2 becomes 2; heapray reads what V8 wrote',
  'equal-class-text':
    'classes that differ only in how DevTools numbered their name overwrite each other in its Summary; heapray adds them up',
  'root-not-first':
    'when the header names another root than node 0 (V8 never does), DevTools looks for plain objects only behind it; heapray looks at all',
  'function-count':
    'V8 counts functions before its own listener adds some, and DevTools refuses the file; heapray goes by the table',
  'cannot-open':
    'DevTools refuses the file (strings over 512 MB, over 16.7 million locations, repeated user roots, sections in another order); heapray opens it',
  'cyclic-string':
    'the display name of a concatenated string that contains itself never ends in DevTools; heapray stops',
};

/** Watches the text go by for numbers that DevTools' reader gets wrong. */
export class NumberWatch {
  /** @type {Set<Exemption>} */
  found = new Set();
  #rest = '';
  #done = false;

  write(chunk) {
    if (this.#done) return;
    const text = this.#rest + chunk;
    const strings = text.indexOf('"strings"');
    this.#done = strings >= 0;
    const numbers = this.#done ? text.slice(0, strings) : text;
    if (/-\d/.test(numbers)) this.found.add('negative-number');
    if (hasWideNumber(numbers)) this.found.add('size-over-4-gib');
    this.#rest = text.slice(-20);
  }
}

function hasWideNumber(text) {
  for (const [digits] of text.matchAll(/\d{10,}/g)) if (Number(digits) >= 2 ** 32) return true;
  return false;
}

const endlessOf = new WeakMap();

/** Ordinals of concatenated strings from which a cycle of concatenated strings can be reached. */
export function endlessStrings(snapshot) {
  if (!endlessOf.has(snapshot)) endlessOf.set(snapshot, findEndlessStrings(snapshot));
  return endlessOf.get(snapshot);
}

function findEndlessStrings(snapshot) {
  const waiting = new Map();
  const users = new Map();
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    node.nodeIndex = ordinal * snapshot.nodeFieldCount;
    if (node.rawType() !== snapshot.nodeConsStringType) continue;
    const parts = concatenatedParts(snapshot, node);
    waiting.set(ordinal, parts.length);
    for (const part of parts) {
      if (!users.has(part)) users.set(part, []);
      users.get(part).push(ordinal);
    }
  }
  // Strings whose parts all end do end; what is left over at last does not.
  const ending = [...waiting.keys()].filter((ordinal) => waiting.get(ordinal) === 0);
  while (ending.length > 0) {
    const ordinal = ending.pop();
    waiting.delete(ordinal);
    for (const user of users.get(ordinal) ?? []) {
      waiting.set(user, waiting.get(user) - 1);
      if (waiting.get(user) === 0) ending.push(user);
    }
  }
  return new Set(waiting.keys());
}

// As DevTools finds them: the scan ends with the second part, and a part that is missing is node 0.
function concatenatedParts(snapshot, node) {
  const parts = { first: 0, second: 0 };
  for (const each = node.edges(); each.hasNext() && !(parts.first && parts.second); each.next()) {
    const edge = each.item();
    const name = edge.isInternal() ? edge.name() : '';
    if (name === 'first' || name === 'second') parts[name] = edge.nodeIndex();
  }
  const isConcatenated = (index) => snapshot.createNode(index).rawType() === snapshot.nodeConsStringType;
  return Object.values(parts).filter(isConcatenated).map((index) => index / snapshot.nodeFieldCount);
}
