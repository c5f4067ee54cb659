// Reads text from a module's memory, and turns traps into errors.

import errors from '../../lib/api/heapray-error.js';

const { HeaprayError } = errors;

const decoder = new TextDecoder();

/** A copy of the bytes at an address: shared memory may change, and decoders refuse it. */
export function bytesAt(memory, start, length) {
  return new Uint8Array(memory.buffer, start >>> 0, length).slice();
}

/** @returns {string} */
export function textAt(memory, start, length) {
  return decoder.decode(bytesAt(memory, start, length));
}

/**
 * The error for a call that trapped.
 * @param {Error} cause the exception
 * @param {string} panic the module's panic message, if it had one
 * @param {WebAssembly.Exports} exports
 */
export function trapped(cause, panic, exports) {
  if (panic !== '') return bug(panic, cause);
  const refused = exports.refused();
  return refused > 0 ? outOfMemory(refused) : bug(cause.message, cause);
}

function bug(text, cause) {
  return new HeaprayError('ERR_INTERNAL', `a bug in heapray, please report it: ${text}`, { cause });
}

export function outOfMemory(bytes) {
  const expected = `${bytes} bytes of memory`;
  return new HeaprayError('ERR_OUT_OF_MEMORY', `expected ${expected}, found none left`, { expected, found: 'none left' });
}
