// Checks whether a snapshot fits in a page's memory, before it is read.

import errors from '../../lib/api/heapray-error.js';

const { HeaprayError } = errors;

/** The address space of 32 bits. */
export const MAX_BYTES = 2 ** 32;

/** Peak memory for reading and analysing, per byte of a snapshot's text; measured, see docs/protocol.md. */
const BYTES_PER_BYTE = 1.3;

/** Bytes of memory that a snapshot of `bytes` bytes of text is likely to need. */
export const memoryNeeded = (bytes) => Math.ceil(bytes * BYTES_PER_BYTE);

/**
 * Throws if a snapshot cannot fit, which is unknown for compressed ones.
 * @param {Uint8Array} start its first bytes
 * @param {number | null} bytes its size
 * @param {number} used memory in use
 */
export function checkMemory(start, bytes, used) {
  if (bytes === null || !isText(start) || used + memoryNeeded(bytes) <= MAX_BYTES) return;
  const expected = 'a snapshot that fits into a page';
  const found = `one of ${gigabytes(bytes)}, which needs about ${gigabytes(memoryNeeded(bytes))} of memory, but only ${gigabytes(MAX_BYTES - used)} is left`;
  throw new HeaprayError('ERR_TOO_LARGE', `expected ${expected}, found ${found}: open it with heapray view`, { expected, found });
}

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Whether it begins like JSON. */
function isText(start) {
  const first = start.subarray(0, 64).find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
  return first === 0x7b;
}
