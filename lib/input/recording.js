'use strict';

// Parses recordings of allocations: snapshots, and sampling profiles, which the core refuses.

const { Buffer, constants } = require('node:buffer');
const { promisify } = require('node:util');
const zlib = require('node:zlib');
const { HeaprayError } = require('../api/errors.js');
const { isGzip, isZstd, openInput } = require('./brotli.js');
const { TextChunks, chunkBytes } = require('./chunks.js');
const { isHeapProfile, recordingOf } = require('./heap-profile.js');
const { parseOpened } = require('./parse.js');
const { bytesInput, fileReader, isBytes } = require('./source.js');

/** By then the core has refused a profile, compressed or not. */
const MAX_KEPT_BYTES = 16 << 20;

/**
 * As `parseInput`, for profiles too.
 * @param {import('./source.js').Input} input
 * @returns {Promise<import('../../native.d.ts').NativeSnapshot>}
 */
async function parseRecording(job, input, limits) {
  const opened = await openInput(input);
  const source = opened.path === undefined ? keeping(opened) : { ...opened, again: () => fileReader(opened.path) };
  let reader;
  try {
    return await parseOpened(job, source, limits);
  } catch (error) {
    reader = isHeapProfile(error) ? source.again() : undefined;
    if (reader === undefined) throw error;
  }
  const text = await textOf(job, reader, limits);
  return parseOpened(job, bytesInput(Buffer.from(recordingOf(text))), { ...limits, maxBytes: Infinity });
}

/** An input whose chunks can be read again from the first, as long as there are few. */
function keeping(input) {
  let kept;
  return {
    ...input,
    read: () => (kept = keepChunks(input.read())),
    again: () => kept.again(),
  };
}

/** @param {import('./source.js').Reader} reader */
function keepChunks(reader) {
  let steps = [];
  let bytes = 0;
  return {
    async next() {
      const step = await reader.next();
      bytes += step.value?.length ?? 0;
      if (bytes > MAX_KEPT_BYTES) steps = undefined;
      // A chunk may change once the next is asked for.
      steps?.push(isBytes(step.value) ? { value: Buffer.from(step.value) } : step);
      return step;
    },
    cancel(reason) {
      if (!isHeapProfile(reason)) reader.cancel(reason);
    },
    again: () => steps && ({ next: async () => steps.shift() ?? reader.next(), cancel: reader.cancel }),
  };
}

/** All of a profile, decompressed. */
async function textOf(job, reader, { maxBytes }) {
  const most = Math.min(maxBytes, constants.MAX_STRING_LENGTH);
  const forget = job.onStop(reader.cancel);
  const blocks = [];
  try {
    const text = new TextChunks();
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.next();
      if (done) break;
      for (const chunk of chunkBytes(value, text)) {
        bytes += chunk.length;
        if (bytes > most) throw tooLarge(most);
        blocks.push(Buffer.from(chunk));
      }
    }
    blocks.push(text.end());
  } catch (error) {
    reader.cancel(error);
    throw error;
  } finally {
    forget();
  }
  return new TextDecoder().decode(await decompressed(Buffer.concat(blocks), most));
}

async function decompressed(bytes, most) {
  const decompress = isGzip(bytes) ? zlib.gunzip : isZstd(bytes) ? zlib.zstdDecompress : undefined;
  if (decompress === undefined) {
    if (!isZstd(bytes)) return bytes;
    throw new HeaprayError('ERR_NOT_SUPPORTED', 'this version of Node.js cannot decompress zstd: decompress the profile first');
  }
  try {
    return await promisify(decompress)(bytes, { maxOutputLength: most });
  } catch (cause) {
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    const found = cause.message;
    throw new HeaprayError('ERR_COMPRESSION', `expected a whole compressed profile, found ${found}`, { found, cause });
  }
}

function tooLarge(most) {
  const [expected, found] = [`at most ${most} bytes`, 'more'];
  return new HeaprayError('ERR_TOO_LARGE', `expected ${expected}, found ${found}`, { expected, found });
}

module.exports = { parseRecording };
