'use strict';

// Turns any source into a path, bytes, V8's own stream, or a reader of chunks.

const { createReadStream } = require('node:fs');
const { stat } = require('node:fs/promises');
const { Readable } = require('node:stream');
const { fileURLToPath } = require('node:url');
const { isAnyArrayBuffer } = require('node:util').types;
const { argumentError, ioError } = require('../api/errors.js');
const { callGuarded } = require('../api/guarded.js');
const { isLive } = require('../capture/live.js');

const EXPECTED = 'a path, bytes, a stream or an iterable of chunks';

/**
 * @typedef {{ next(): Promise<{ done?: boolean, value?: unknown }>, cancel(reason: unknown): void }} Reader
 * @typedef {{ path: string } | { live: Readable } | { read: () => Reader, bytes?: Uint8Array }} Input
 */

/**
 * Recognises the kind of a source without reading it.
 * @returns {Input}
 */
function toInput(source, what) {
  if (typeof source === 'string') return { path: checkPath(source, what) };
  if (typeof source !== 'object' || source === null) throw argumentError(what, EXPECTED, source);
  if (source.protocol !== undefined && typeof source.href === 'string') return { path: urlPath(source, what) };
  if (isBytes(source)) return bytesInput(toBytes(source, what));
  if (typeof source.getReader === 'function') return { read: () => webReader(source) };
  if (isLive(source)) return { live: source };
  if (typeof source.pipe === 'function' && typeof source.on === 'function') return { read: () => nodeReader(source) };
  if (isIterable(source)) return { read: () => iterableReader(source, what) };
  throw argumentError(what, EXPECTED, source);
}

function checkPath(path, what) {
  if (path === '' || path.includes('\0')) throw argumentError(what, 'a path', path);
  if (path.trimStart().startsWith('{')) throw argumentError(what, 'a path; put text into a Buffer or an array', path);
  return path;
}

/** The path of a file to write. */
function toPath(file, what) {
  const { path } = toInput(file, what);
  if (path === undefined) throw argumentError(what, 'a path', file);
  return path;
}

function urlPath(url, what) {
  if (url.protocol !== 'file:') throw argumentError(what, 'a file: URL', url.href);
  return fileURLToPath(url.href);
}

const isBytes = (value) => ArrayBuffer.isView(value) || isAnyArrayBuffer(value);

/** The bytes of any view or buffer, not copied. */
function toBytes(source, what) {
  try {
    if (isAnyArrayBuffer(source)) return new Uint8Array(source);
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  } catch {
    throw argumentError(what, 'bytes whose buffer is not detached', source);
  }
}

/** Bytes may be resized, transferred or shared while they are read, so they are treated as a chunk, which is copied. */
function bytesInput(bytes) {
  return { bytes, read: () => iterableReader([bytes]) };
}

const isIterable = (source) =>
  typeof source[Symbol.asyncIterator] === 'function' || typeof source[Symbol.iterator] === 'function';

/** The addon reads regular files; Node reads pipes and devices, which could block a thread forever. */
async function openPath(path) {
  let stats;
  try {
    stats = await stat(path);
  } catch (cause) {
    throw ioError(path, cause);
  }
  if (stats.isFile() || stats.isDirectory()) return { path };
  return { read: () => fileReader(path) };
}

/** @returns {Reader} */
function fileReader(path) {
  const { next, cancel } = nodeReader(createReadStream(path));
  const wrapError = (cause) => {
    throw ioError(path, cause);
  };
  return { next: () => next().catch(wrapError), cancel };
}

/** @returns {Reader} */
function nodeReader(stream) {
  const readable = stream[Symbol.asyncIterator] ? stream : new Readable().wrap(stream);
  const iterator = readable[Symbol.asyncIterator]();
  return {
    next: async () => checkStep(await iterator.next()),
    cancel: () =>
      ignoreFailure(() => {
        readable.destroy();
        stream.destroy?.();
      }),
  };
}

/** @returns {Reader} */
function webReader(stream) {
  const reader = stream.getReader();
  return { next: async () => checkStep(await reader.read()), cancel: (reason) => ignoreFailure(() => reader.cancel(reason)) };
}

/** @returns {Reader} */
function iterableReader(iterable, what) {
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (typeof iterator?.next !== 'function') throw argumentError(what, `${EXPECTED}, with an iterator`, iterable);
  return { next: async () => checkStep(await iterator.next()), cancel: () => ignoreFailure(() => iterator.return?.()) };
}

/** An iterator of the caller may return anything. */
function checkStep(step) {
  if (typeof step !== 'object' || step === null) throw argumentError('a result of the iterator of the source', 'an object', step);
  return step;
}

/** Runs a clean-up whose failure is ignored: the caller has been told what went wrong. */
function ignoreFailure(cleanUp) {
  callGuarded(cleanUp, () => {});
}

/** The first bytes of a snapshot: a JSON object, or one compressed with gzip or zstd. */
const BEGINNINGS = [/^(\xef\xbb\xbf)?\s*\{\s*"/, /^\x1f\x8b\x08/, /^\x28\xb5\x2f\xfd/];

/** Whether a value is a whole snapshot rather than a chunk of one. */
function isWholeSource(source) {
  if (typeof source === 'string') return source !== '' && !source.trimStart().startsWith('{');
  if (typeof source !== 'object' || source === null) return false;
  if (!isBytes(source)) return true;
  const beginning = Buffer.from(toBytes(source, 'source').subarray(0, 64)).toString('latin1');
  return BEGINNINGS.some((pattern) => pattern.test(beginning));
}

module.exports = { bytesInput, fileReader, isBytes, isWholeSource, toInput, toPath, toBytes, openPath };
