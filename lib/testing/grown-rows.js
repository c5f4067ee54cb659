'use strict';

// The answer of `diff` → classes of the program that have more objects than before.

const { isInternalClass } = require('./internal.js');
const { matches } = require('./names.js');

/**
 * Objects that checkpoints, the test that waits for them and its test runner make themselves, at most.
 * One leaked array cannot be told from them; of the classes of a program there are none.
 */
const OWN = new Map(
  Object.entries({
    Object: 8,
    Set: 8,
    Map: 2,
    Array: 16,
    Function: 16,
    Generator: 4,
    Promise: 8,
    ArrayBuffer: 2,
    '(string)': 200,
    '(concatenated string)': 8,
    '(bigint)': 8,
  }),
);

/** Answers of `since`, with what belongs to the snapshots that were open, to V8 and to the test runner: class → objects. */
const ofCheckpoints = new WeakMap();

/** Rows that grew by more than `allow` says, most objects first. */
function grownRows(answer, { allow = [] } = {}) {
  const owned = ofCheckpoints.get(answer);
  const own = (name) => (owned === undefined ? 0 : (OWN.get(name) ?? 0) + (owned.get(name) ?? 0));
  const isAllowed = ({ name, countDelta }) => allow.some(({ pattern, most }) => matches(pattern, name) && countDelta <= most);
  return answer.classes
    .filter(({ name, countDelta }) => countDelta > own(name) && !isInternalClass(name))
    .filter((row) => !isAllowed(row))
    .sort((a, b) => b.countDelta - a.countDelta || b.sizeDelta - a.sizeDelta);
}

module.exports = { grownRows, ofCheckpoints };
