'use strict';

// A snapshot → a file with the same graph whose texts are hidden.

const { Buffer } = require('node:buffer');
const { randomBytes } = require('node:crypto');
const native = require('../addon/load.js');
const { argumentError, callNative } = require('./errors.js');
const { pushAll } = require('../input/chunks.js');
const { inTurn } = require('./job.js');
const { openInput } = require('../input/brotli.js');

/** The `redact` option of everything that parses → the key, or nothing. */
function redactOption(redact) {
  if (redact === undefined || redact === false) return undefined;
  if (redact === true) return redactKey();
  if (typeof redact !== 'object' || redact === null) {
    throw argumentError('options.redact', 'a boolean or an object with a key', redact);
  }
  return redactKey(redact.key, 'options.redact.key');
}

/** The key's bytes; without one, a key that nobody will ever know. */
function redactKey(key, what) {
  if (key === undefined) return randomBytes(32);
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength === 0) throw argumentError(what, 'a string or bytes, not empty', key);
  // A copy: what the caller does with the key afterwards is no concern of work under way.
  return Uint8Array.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/**
 * @param {import('../input/source.js').Input} input
 * @param {string} path The file to write.
 * @returns {Promise<{ bytes: number, skipped: string[] }>}
 */
async function redactInput(job, input, path, { key, maxBytes }) {
  const opened = await openInput(input);
  const writer = await callNative(() => new native.NativeSnapshotWriter(path, key, maxBytes));
  let reader;
  const letGo = (reason) => {
    writer.abandon();
    reader?.cancel(reason);
  };
  // A source that hangs never comes back here; stopping the job must remove what was written all the same.
  const forget = job.onStop(letGo);
  if (job.isStopped) letGo();
  try {
    reader = opened.read?.();
    await writeAll(job, opened, reader, writer);
    return JSON.parse(await inTurn(job, (turn) => writer.finish(turn)));
  } catch (error) {
    letGo(error);
    throw error;
  } finally {
    forget();
  }
}

function writeAll(job, opened, reader, writer) {
  const push = (bytes) => inTurn(job, (turn) => writer.push(bytes, turn, job.control));
  if (opened.path !== undefined) {
    return inTurn(job, (turn) => writer.pushFile(opened.path, turn, job.control), opened.path);
  }
  return pushAll(reader, push);
}

module.exports = { redactInput, redactKey, redactOption };
