'use strict';

// Path → whether it leads to what the test runner or Node.js writes down of each call, which is no fault of the function.
//
// Records are told by where they are, whatever is in them: a threshold would hide a small leak.

const RECORDS = [
  // Vitest: results of tests, the last assertions (of chai), and what undoes mocks.
  /^global\.__vitest_worker__\.current(\.\w+)*\.result/,
  /^global\b.*\.__flags\b/,
  /^(MOCK_RESTORE|REGISTERED_MOCKS|DIRTY_MOCK_STATES|DIRTY_MOCK_CONFIGS)\[entry\]/,
  // Jest: lines that were printed, and what undoes spies.
  /(^|\.)console\._buffer\[\*\]/,
  /\._?moduleMocker\._spyState\[entry\]/,
  // Node.js: the last 250 requests of `fetch`.
  /^resourceTiming(Secondary)?Buffer\[\*\]/,
];

/** @param {string | null | undefined} path as the reader sees it: see path-text.js */
const isRecord = (path) => typeof path === 'string' && RECORDS.some((record) => record.test(path));

module.exports = { isRecord };
