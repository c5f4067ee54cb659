// What a page has room for: told before hundreds of megabytes are read for nothing.

import errors from '../../lib/api/heapray-error.js';

const { HeaprayError } = errors;

/** What addresses of 32 bits reach. */
export const MOST_BYTES = 2 ** 32;

/** Memory that reading and analysing takes at its height, for each byte of a snapshot's text; measured, see docs/protocol.md. */
export const BYTES_PER_BYTE = 1.3;

/** Bytes of memory that a snapshot of `bytes` bytes of text is likely to take. */
export const memoryNeeded = (bytes) => Math.ceil(bytes * BYTES_PER_BYTE);

/**
 * Throws when a snapshot cannot fit. Nothing is known of a compressed one before it is read.
 * @param {Uint8Array} start its first bytes
 * @param {number | null} bytes its size
 * @param {number} used memory that is taken already
 */
export function checkRoom(start, bytes, used) {
  if (bytes === null || !isText(start) || used + memoryNeeded(bytes) <= MOST_BYTES) return;
  const expected = `a snapshot that a page has room for`;
  const found = `one of ${gigabytes(bytes)}, which needs about ${gigabytes(memoryNeeded(bytes))} of memory, where ${gigabytes(MOST_BYTES - used)} are left`;
  throw new HeaprayError('ERR_TOO_LARGE', `expected ${expected}, found ${found}: open it with heapray view`, { expected, found });
}

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Whether it begins as JSON does. */
function isText(start) {
  const first = start.subarray(0, 64).find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
  return first === 0x7b;
}
