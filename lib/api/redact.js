'use strict';

// Writes a redacted copy of a snapshot.

const { randomBytes } = require('node:crypto');
const native = require('../addon/load.js');
const { callNative } = require('./errors.js');
const { pushAll } = require('../input/chunks.js');
const { callWithPermit } = require('./job.js');
const { checkMayWrite } = require('./permission.js');
const { openInput } = require('../input/brotli.js');

/** The key, or a random one that is forgotten. */
const redactKey = (key) => key ?? randomBytes(32);

/**
 * @param {import('../input/source.js').Input} input
 * @param {string} path The file to write.
 * @returns {Promise<{ bytes: number, skipped: string[] }>}
 */
async function redactInput(job, input, path, { key, maxBytes }) {
  checkMayWrite(path);
  const opened = await openInput(input);
  const writer = await callNative(() => new native.NativeSnapshotWriter(path, key, maxBytes));
  let reader;
  const letGo = (reason) => {
    writer.abandon();
    reader?.cancel(reason);
  };
  // If the source hangs, this is never reached, so stopping the job removes the partial file.
  const forget = job.onStop(letGo);
  if (job.isStopped) letGo();
  try {
    reader = opened.read?.();
    await writeAll(job, opened, reader, writer);
    const written = await callWithPermit(job, (permit) => writer.finish(permit));
    if (job.isStopped) await job.stopped;
    await callNative(() => writer.publish());
    return JSON.parse(written);
  } catch (error) {
    letGo(error);
    throw error;
  } finally {
    forget();
  }
}

function writeAll(job, opened, reader, writer) {
  const push = (bytes) => callWithPermit(job, (permit) => writer.push(bytes, permit, job.control));
  if (opened.path !== undefined) {
    return callWithPermit(job, (permit) => writer.pushFile(opened.path, permit, job.control), opened.path);
  }
  return pushAll(reader, push);
}

module.exports = { redactInput, redactKey };
