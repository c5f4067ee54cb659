'use strict';

/** Buffers and strings. */

const frames = [];
const uploads = new Map();
const tokens = [];
const notes = [];
const views = [];

// Strings from input, which V8 has not internalised.
function text(i, length) {
  return Buffer.alloc(length, `${i} `).toString('latin1');
}

exports.units = [
  (i) => frames.push(Buffer.alloc(5000, i)),
  (i) => uploads.set(i, new ArrayBuffer(4000)),
  (i) => tokens.push(text(i, 20_000).slice(10, 60)),
  (i) => notes.push(`${text(i, 40)} said`),
  () => views.push(new Float64Array(200)),
];
