'use strict';

// Takes the chunks of V8's snapshot stream one by one, while V8 writes them.
//
// V8 knows no back-pressure: at the first read it writes the whole snapshot within one synchronous
// call, and a Readable would queue all of it before anybody can look. So chunks are taken where
// they arrive, at `push`, and their memory is freed before the next is made. Of all means to get a
// snapshot out of a process (inspector, file, FIFO) this takes the least memory on every version of Node.js.

const { Readable } = require('node:stream');
const native = require('../addon/load.js');

/** Whether this is V8's snapshot stream and has not been read from. */
function isLive(stream) {
  return (
    stream?.constructor?.name === 'HeapSnapshotStream' &&
    typeof stream._read === 'function' &&
    !Object.hasOwn(stream, 'push') &&
    stream.readableDidRead === false &&
    stream.readableFlowing === null &&
    !stream.destroyed &&
    stream.listenerCount('data') === 0 &&
    stream.listenerCount('readable') === 0
  );
}

/**
 * Calls `take` with every chunk; the bytes are gone when it returns. Returns when V8 has written the
 * last and freed what it made the snapshot from.
 */
function pump(stream, take) {
  let failure;
  // V8 calls this from within itself: what is thrown here would end the process, not the call.
  stream.push = (chunk) => {
    try {
      if (chunk === null) return Readable.prototype.push.call(stream, null);
      if (failure === undefined) take(chunk);
      native.release(chunk.buffer);
    } catch (error) {
      failure ??= { error };
    }
    return true;
  };
  stream.read(0);
  stream.destroy();
  if (failure) throw failure.error;
}

module.exports = { isLive, pump };
