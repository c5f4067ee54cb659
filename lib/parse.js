'use strict';

// An input → a snapshot in native memory.

const native = require('./load.js');
const { argumentError } = require('./errors.js');
const { inTurn } = require('./job.js');
const { openPath } = require('./source.js');
const { pushAll } = require('./chunks.js');

function parseOptions({ maxBytes } = {}) {
  if (maxBytes !== undefined && (typeof maxBytes !== 'number' || !(maxBytes >= 0))) {
    throw argumentError('options.maxBytes', 'a number of bytes, 0 or more', maxBytes);
  }
  return { maxBytes };
}

/**
 * @param {import('./source.js').Input} input
 * @returns {Promise<import('../native.d.ts').NativeSnapshot>}
 */
async function parseInput(job, input, { maxBytes }) {
  const opened = input.path === undefined ? input : await openPath(input.path);
  if (opened.path !== undefined) {
    const { path } = opened;
    return inTurn(job, (turn) => native.parseFile(path, maxBytes, turn, job.control), path);
  }
  if (opened.bytes) return inTurn(job, (turn) => native.parseBytes(opened.bytes, maxBytes, turn, job.control));
  return parseChunks(job, opened.read(), maxBytes);
}

async function parseChunks(job, reader, maxBytes) {
  const parser = new native.NativeParser(maxBytes);
  const letGo = (reason) => {
    parser.abandon();
    reader.cancel(reason);
  };
  // A source that hangs never comes back here; stopping the job must free the columns all the same.
  const forget = job.onStop(letGo);
  try {
    await pushAll(reader, (block) => inTurn(job, (turn) => parser.push(block, turn, job.control)));
    return await inTurn(job, (turn) => parser.finish(turn, job.control));
  } catch (error) {
    letGo(error);
    throw error;
  } finally {
    forget();
  }
}

module.exports = { parseInput, parseOptions };
