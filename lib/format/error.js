'use strict';

/** An error of heapray → one paragraph a person can act on. */

const { visible } = require('./text.js');

const HINTS = {
  ERR_EMPTY: 'The file is empty: was the process killed while it wrote the snapshot?',
  ERR_NOT_A_SNAPSHOT: 'Take one with v8.writeHeapSnapshot(), `node --heapsnapshot-signal=SIGUSR2` or DevTools\' Memory panel ("Heap snapshot").',
  ERR_TRUNCATED: 'The file is incomplete: was the disk full, or the process killed while it wrote the snapshot? Copy it again or take it again.',
  ERR_TOO_LARGE: 'This is more than one snapshot may hold here.',
  ERR_COMPRESSION: 'The compressed file is damaged: copy it again.',
  ERR_OUT_OF_MEMORY: 'Analysing takes about as much memory as the (decompressed) file is long.',
  ERR_NO_SUCH_NODE: 'Ids are those of this snapshot: `heapray filter` and `heapray report` print them.',
  ERR_INTERNAL: 'This is a bug in heapray: please report it.',
};

/** Damage that is no accident of the hint list above: the file says something impossible. */
const DAMAGED = new Set(['ERR_SYNTAX', 'ERR_HEADER', 'ERR_SECTION', 'ERR_COUNT', 'ERR_RANGE']);

/**
 * Code, file, section, byte offset, what was expected and found, and a hint, in one paragraph.
 * @param {{ code?: string, message: string, section?: string, offset?: number, expected?: string, found?: string, cause?: Error }} error
 * @param {string} [file] what was being read
 */
function formatError(error, file) {
  const parts = [`${file === undefined ? '' : `${visible(file)}: `}${sentence(error.message)}`];
  const place = [];
  if (error.section !== undefined) place.push(`section ${visible(error.section)}`);
  if (error.offset !== undefined) place.push(`byte ${error.offset}`);
  if (place.length > 0) parts.push(`At ${place.join(', ')}.`);
  // The message may say it already; saying it twice helps nobody.
  if (error.expected !== undefined && !error.message.includes(error.expected)) parts.push(`Expected ${sentence(error.expected)}`);
  if (error.found !== undefined && !error.message.includes(error.found)) parts.push(`Found ${sentence(error.found)}`);
  const hint = hintFor(error.code);
  if (hint !== undefined) parts.push(hint);
  return `${parts.join(' ')} [${error.code ?? error.name}]`;
}

function hintFor(code) {
  return HINTS[code] ?? (DAMAGED.has(code) ? 'The file is damaged, or was not written by V8.' : undefined);
}

function sentence(text) {
  const shown = visible(text);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}

module.exports = { formatError };
