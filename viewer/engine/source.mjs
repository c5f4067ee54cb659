// Reads any source of a page as chunks of bytes.

import errors from '../../lib/api/heapray-error.js';

const { HeaprayError } = errors;

const BLOCK_BYTES = 4 << 20;

/**
 * @param {Blob | ReadableStream<Uint8Array> | ArrayBuffer | ArrayBufferView | URL | string} source a string is a URL
 * @returns {AsyncGenerator<Uint8Array>}
 */
export function chunksOf(source) {
  if (source instanceof Blob) return blocksOfBlob(source);
  if (source instanceof ReadableStream) return chunksOfStream(source);
  if (source instanceof URL || typeof source === 'string') return chunksOfUrl(source);
  if (source instanceof ArrayBuffer) return once(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return once(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  throw new TypeError('source must be a Blob, a ReadableStream, bytes or a URL');
}

/** The whole text of a source that can be read again, decompressed if it is gzip. */
export async function textOf(source) {
  const blocks = [];
  for await (const chunk of chunksOf(source)) blocks.push(chunk);
  const isGzip = blocks[0]?.[0] === 0x1f && blocks[0][1] === 0x8b;
  const stream = new Blob(blocks).stream();
  return new Response(isGzip ? stream.pipeThrough(new DecompressionStream('gzip')) : stream).text();
}

/** A file in blocks, each read while the previous one is parsed; its stream would have much smaller chunks. */
async function* blocksOfBlob(blob) {
  const read = (at) => (at < blob.size ? blob.slice(at, at + BLOCK_BYTES).arrayBuffer() : null);
  let next = read(0);
  for (let at = BLOCK_BYTES; next !== null; at += BLOCK_BYTES) {
    const block = await unreadable(next);
    next = read(at);
    // Prevents an unhandled rejection if it fails before it is awaited.
    next?.catch(() => {});
    yield new Uint8Array(block);
  }
}

async function* chunksOfStream(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await unreadable(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function* chunksOfUrl(url) {
  const response = await unreadable(fetch(url));
  if (!response.ok) throw new HeaprayError('ERR_IO', `cannot read ${url}: ${response.status} ${response.statusText}`);
  yield* chunksOfStream(response.body);
}

async function* once(bytes) {
  yield bytes;
}

async function unreadable(promise) {
  try {
    return await promise;
  } catch (cause) {
    throw new HeaprayError('ERR_IO', `cannot read the file: ${cause.message}`, { cause });
  }
}
