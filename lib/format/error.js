'use strict';

/** Formats an error as one paragraph with a hint. */

const { isHeapProfile } = require('../input/heap-profile.js');
const { visible } = require('./text.js');

const HINTS = {
  ERR_EMPTY: 'The file is empty: was the process killed while it wrote the snapshot?',
  ERR_NOT_A_SNAPSHOT: 'Take one with v8.writeHeapSnapshot(), `node --heapsnapshot-signal=SIGUSR2` or DevTools\' Memory panel ("Heap snapshot").',
  ERR_TRUNCATED: 'The file is incomplete: was the disk full, or the process killed while it wrote the snapshot? Copy it again or take it again.',
  ERR_TOO_LARGE: 'The snapshot exceeds the size limit that was given, or what heapray can hold.',
  ERR_COMPRESSION: 'The compressed file is damaged: copy it again.',
  ERR_OUT_OF_MEMORY: 'Analysis needs about as much memory as the decompressed file is large.',
  ERR_BASELINE: '`heapray report … --write-baseline=FILE` writes one.',
  ERR_NO_SUCH_NODE: 'Each process has its own ids; `heapray filter` and `heapray report` print those of this snapshot.',
  ERR_INTERNAL: 'This is a bug in heapray: please report it.',
};

/** Codes of inconsistent files. */
const DAMAGED = new Set(['ERR_SYNTAX', 'ERR_HEADER', 'ERR_SECTION', 'ERR_COUNT', 'ERR_RANGE']);

/**
 * Code, file, section, byte offset, what was expected and found, and a hint, in one paragraph.
 * @param {{ code?: string, message: string, section?: string, offset?: number, expected?: string, found?: string, cause?: Error }} error
 * @param {string} [file] what was being read
 */
function formatError(error, file) {
  const message = messageOf(error, file);
  const parts = [`${file === undefined ? '' : `${visible(file)}: `}${sentence(message)}`];
  // The message contains some of the details.
  const unsaid = (label, value) => (value === undefined || message.includes(value) ? [] : [`${label}${value}`]);
  const place = [...unsaid('section ', error.section), ...unsaid('', error.offset === undefined ? undefined : `byte ${error.offset}`)];
  if (place.length > 0) parts.push(sentence(`At ${place.join(', ')}`));
  parts.push(...unsaid('Expected ', error.expected).map(sentence), ...unsaid('Found ', error.found).map(sentence));
  const hint = hintFor(error);
  if (hint !== undefined) parts.push(hint);
  return `${parts.join(' ')} [${error.code ?? error.name}]`;
}

/** Removes the system call and the file, which stand before the message. */
function messageOf({ code, message, cause }, file) {
  if (code !== 'ERR_IO' || file === undefined || !(cause instanceof Error)) return message;
  return cause.message.replace(/, \w+( '.*')?$/s, '');
}

function hintFor(error) {
  const { code } = error;
  if (isHeapProfile(error)) return '`heapray allocations` and allocations() open it.';
  return HINTS[code] ?? (DAMAGED.has(code) ? 'The file is damaged, or was not written by V8.' : undefined);
}

function sentence(text) {
  const shown = visible(text);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}

module.exports = { formatError };
