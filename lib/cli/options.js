'use strict';

/** Options of the command line only, declared like those of the API. */

const FORMATS = ['text', 'json', 'markdown'];

/** @type {import('../api/options/describe.js').Declarations} */
const OUTPUT = {
  format: { type: 'choice', choices: FORMATS, default: 'text', flag: '--format <format>', help: 'output format' },
  output: { type: 'path', flag: '-o, --output <file>', help: "write to FILE, '-' for standard output; an existing file is replaced only when the answer is complete" },
};

/** Depth and breadth of a tree that a command always shows; `true` is the flag without a value. */
function treeOf({ fields: { depth, limit } }, given) {
  return { depth: depth.default, limit: limit.default, ...(given === true ? {} : given) };
}

/** Output ends in logs: contents of strings are hidden in it, where answers of the API may have them. */
const shownOf = ({ showStrings = false, sourceMaps }) => ({ showStrings, sourceMaps });

module.exports = { FORMATS, OUTPUT, shownOf, treeOf };
