'use strict';

// A report → one that fits into so many bytes of JSON: lists get shorter, the surest first; verdict and totals stay.

const { Buffer } = require('node:buffer');

/** From what is missed least to what is missed most. */
const LISTS = [
  ['detached', 'nodes'],
  ['duplicatedStrings', 'strings'],
  ['skipped'],
  ['collections'],
  ['byPackage'],
  ['biggest'],
  ['classes'],
  ['ignoredGrowth'],
  ['suspects'],
];

/**
 * @param {import('../../index.d.ts').Report} report Is shortened itself.
 * @returns {string} Its JSON, of at most `maxBytes` bytes in UTF-8 unless the verdict alone is longer.
 */
function briefJson(report, maxBytes) {
  let json = JSON.stringify(report);
  for (const most of [5, 3, 1, 0]) {
    for (const path of LISTS) {
      if (Buffer.byteLength(json) <= maxBytes) return json;
      const list = path.reduce((at, name) => at?.[name], report);
      // The first suspect is the answer.
      if (list) list.length = Math.min(list.length, path[0] === 'suspects' ? Math.max(1, most) : most);
      json = JSON.stringify(report);
    }
  }
  return json;
}

module.exports = { briefJson };
