'use strict';

// Decompresses brotli input with Node's own decoder; passes other input on.
//
// gzip and zstd have magic numbers and are decompressed by the addon. Brotli has none: input that is neither text nor one
// of those is tried as brotli, as in a core with a decoder (crates/core/src/snapshot/parse/decompress.rs).

const { Buffer } = require('node:buffer');
const { open } = require('node:fs/promises');
const { Readable, pipeline } = require('node:stream');
const { brotliDecompress, constants, createBrotliDecompress } = require('node:zlib');
const { HeaprayError } = require('../api/errors.js');
const { TextChunks, chunkBytes } = require('./chunks.js');
const { fileReader, isBytes, openPath, toBytes } = require('./source.js');
const { withTurns } = require('./turns.js');

/** Bytes needed to recognise the format. */
const HEAD_BYTES = 4;
/** Enough compressed bytes for a decoder to give the first of the text. */
const MAX_HEAD_BYTES = 1 << 14;
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BRACE = 0x7b;
/** Bytes of text at a time. */
const BLOCK_BYTES = 1 << 20;

/**
 * Checks the type of a path, and the first bytes of any input.
 * @param {import('./source.js').Input} input
 * @returns {Promise<import('./source.js').Input>}
 */
async function openInput(input) {
  const opened = input.path === undefined ? input : await openPath(input.path);
  if (opened.path !== undefined) {
    return isBrotli(await headOf(opened.path)) ? { read: () => decompressed(fileReader(opened.path)) } : opened;
  }
  return { ...opened, read: () => recognised(withTurns(opened.read())) };
}

function isBrotli(head) {
  return head.length > 0 && !isText(head) && !isGzip(head) && !isZstd(head);
}

const startsWith = (head, ...bytes) => bytes.every((byte, i) => head[i] === byte);
const isGzip = (head) => startsWith(head, 0x1f, 0x8b, 0x08);
/** The magic numbers of a frame and of a skippable one. */
const isZstd = (head) => startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) || (head[0] >> 4 === 5 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18));

/** Whether the parser gives the better error for these first bytes: JSON of some kind, UTF-16. */
function isText(head) {
  const isUtf16 = startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff);
  const text = startsWith(head, 0xef, 0xbb, 0xbf) ? head.subarray(3) : head;
  return isUtf16 || text.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

async function headOf(path) {
  let file;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    // The reader reports the error.
    return Buffer.alloc(0);
  } finally {
    await file?.close();
  }
}

/** A reader that recognises the format by the first bytes. */
function recognised(reader) {
  let rest;
  return {
    async next() {
      rest ??= await begin(reader);
      return rest.next();
    },
    cancel: (reason) => (rest ?? reader).cancel(reason),
  };
}

async function begin(reader) {
  const steps = [];
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const step = await reader.next();
    // Text is not compressed, and the parser refuses what is no chunk at all.
    const isCompressed = !step.done && isBytes(step.value);
    const bytes = isCompressed ? toBytes(step.value, 'a chunk of the source') : undefined;
    if (bytes?.length === 0) continue;
    // A chunk may change once the next is asked for, as it is after so short a one.
    steps.push(bytes?.length < HEAD_BYTES ? { value: Buffer.from(bytes) } : step);
    if (!isCompressed) break;
    head = Buffer.concat([head, bytes.subarray(0, HEAD_BYTES - head.length)]);
  }
  const again = { next: async () => steps.shift() ?? reader.next(), cancel: reader.cancel };
  return isBrotli(head) ? decompressed(again) : again;
}

/**
 * The decoder's output, a block at a time: only as much is decoded as is read.
 * @param {import('./source.js').Reader} reader
 * @returns {import('./source.js').Reader}
 */
function decompressed(reader) {
  let received = 0;
  let head = Buffer.alloc(0);
  let sourceFailure;
  async function* compressed() {
    const text = new TextChunks();
    try {
      for (;;) {
        const { done, value } = await reader.next();
        if (done) return;
        for (const bytes of chunkBytes(value, text)) {
          received += bytes.length;
          if (head.length < MAX_HEAD_BYTES) head = Buffer.concat([head, bytes.subarray(0, MAX_HEAD_BYTES - head.length)]);
          yield bytes;
        }
      }
    } catch (error) {
      // The decoder's own failure comes by here too, thrown into the source that it no longer needs.
      if (error !== decoder.errored) sourceFailure = { error };
      throw error;
    }
  }
  const decoder = createBrotliDecompress({ chunkSize: BLOCK_BYTES });
  const blocks = decoder[Symbol.asyncIterator]();
  // Errors reach the caller that awaits the next block.
  pipeline(Readable.from(compressed(), { objectMode: false }), decoder, () => {});
  let hasBegun = false;
  return {
    async next() {
      try {
        const step = await blocks.next();
        hasBegun ||= !step.done && isBeginning(step.value);
        if (!hasBegun && !step.done && !isBlank(step.value)) throw notRecognised();
        // Brotli was only a guess: data after its end means that it was wrong.
        if (step.done && decoder.bytesWritten < received) throw notRecognised();
        return step;
      } catch (error) {
        throw sourceFailure?.error ?? (await decoderError(error, hasBegun, head, received));
      }
    },
    cancel(reason) {
      decoder.destroy();
      reader.cancel(reason);
    },
  };
}

/**
 * What a failure of the decoder means: what it decodes to nothing is not brotli. `head` is the beginning of the
 * input, decoded once more, because a decoder that fails may not have given what it had decoded.
 */
async function decoderError(error, hasBegun, head, received) {
  if (error instanceof HeaprayError) return error;
  if (error.code !== 'Z_BUF_ERROR') return notRecognised();
  return hasBegun || isBeginning(await decodedBeginning(head)) ? truncated(received) : notRecognised();
}

const decodedBeginning = (head) =>
  new Promise((resolve) => {
    const options = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: BLOCK_BYTES };
    brotliDecompress(head, options, (error, bytes = Buffer.alloc(0)) => resolve(bytes));
  });

const isBlank = (bytes) => bytes.every((byte) => WHITE_SPACE.has(byte));

/** Whether it may be a snapshot: a JSON object, perhaps after white space. */
function isBeginning(bytes) {
  return bytes.find((byte) => !WHITE_SPACE.has(byte)) === BRACE;
}

function truncated(received) {
  const [expected, found] = ['the rest of the brotli stream', `the end after ${received} compressed bytes`];
  return new HeaprayError('ERR_TRUNCATED', `expected ${expected}, found ${found}`, { expected, found });
}

function notRecognised() {
  const [expected, found] = ['a V8 heap snapshot, plain or compressed with gzip, zstd or brotli', 'something else'];
  return new HeaprayError('ERR_NOT_A_SNAPSHOT', `expected ${expected}, found ${found} at byte 0`, { expected, found, offset: 0 });
}

module.exports = { isGzip, isZstd, openInput };
