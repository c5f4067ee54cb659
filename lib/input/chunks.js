'use strict';

// Collects chunks into blocks large enough for the thread pool; one is parsed while the next fills.
//
// Other threads get only these blocks, never a chunk, whose memory the caller may resize or transfer.

const { Buffer } = require('node:buffer');
const { argumentError } = require('../api/errors.js');
const { isBytes, toBytes } = require('./source.js');

const BLOCK_BYTES = 4 << 20;
/** Enough bytes for the parser to refuse input that is no snapshot. */
const FIRST_BYTES = 16;
/** UTF-16 units encoded at a time: a chunk may be the whole text, and encoding it at once would block the event loop. */
const TEXT_STEP = 1 << 19;

/**
 * Pushes all chunks of a reader.
 * @param {import('./source.js').Reader} reader
 * @param {(block: Uint8Array) => Promise<void>} push
 */
async function pushAll(reader, push) {
  const blocks = new Blocks(push);
  const text = new TextChunks();
  for (;;) {
    const { done, value } = await reader.next();
    if (done) break;
    for (const bytes of chunkBytes(value, text)) await blocks.add(bytes);
  }
  await blocks.add(text.end());
  await blocks.end();
}

function* chunkBytes(chunk, text) {
  if (typeof chunk === 'string') {
    yield* text.encode(chunk);
    return;
  }
  if (!isBytes(chunk)) {
    throw argumentError('a chunk of the source', 'a string or bytes', chunk);
  }
  if (text.hasHalf) yield text.end();
  yield toBytes(chunk, 'a chunk of the source');
}

/** Two alternating blocks: one is filled while the other is parsed. */
class Blocks {
  #push;
  #block;
  #spare;
  #length = 0;
  #inFlight;
  /** The first bytes are pushed at once: they show whether it is a snapshot, and the source may stay open without more. */
  #atOnce = FIRST_BYTES;

  constructor(push) {
    this.#push = push;
  }

  /** Settles when `bytes` may change again. */
  async add(bytes) {
    for (let rest = bytes; rest.length > 0; ) {
      this.#block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const part = rest.subarray(0, BLOCK_BYTES - this.#length);
      this.#block.set(part, this.#length);
      this.#length += part.length;
      rest = rest.subarray(part.length);
      if (this.#atOnce > 0) {
        this.#atOnce -= part.length;
        await this.end();
      }
      if (this.#length === BLOCK_BYTES) await this.#flush();
    }
  }

  async #flush() {
    await this.#inFlight;
    const full = this.#block.subarray(0, this.#length);
    [this.#block, this.#spare] = [this.#spare, this.#block];
    this.#length = 0;
    this.#inFlight = this.#push(full);
    // A failure is thrown by the next await; until then it must not count as unhandled.
    this.#inFlight.catch(() => {});
  }

  /** Settles when everything added has been parsed. */
  async end() {
    if (this.#length > 0) await this.#flush();
    await this.#inFlight;
  }
}

const isHighSurrogate = (unit) => unit >= 0xd800 && unit <= 0xdbff;

/** Text → UTF-8; a character may be split between chunks. */
class TextChunks {
  #high = '';

  /** Whether the first half of a character waits for its second. */
  get hasHalf() {
    return this.#high !== '';
  }

  *encode(chunk) {
    const text = this.#high === '' ? chunk : this.#high + chunk;
    this.#high = '';
    let at = 0;
    while (at < text.length) {
      let end = Math.min(at + TEXT_STEP, text.length);
      if (isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
      if (end === at) break;
      yield Buffer.from(text.slice(at, end), 'utf8');
      at = end;
    }
    this.#high = text.slice(at);
  }

  /** The unpaired high surrogate at the end of the text so far. */
  end() {
    const last = Buffer.from(this.#high, 'utf8');
    this.#high = '';
    return last;
  }
}

module.exports = { TextChunks, chunkBytes, pushAll };
