'use strict';

// Parses an input into a snapshot in native memory.

const native = require('../addon/load.js');
const { callWithPermit } = require('../api/job.js');
const { openInput } = require('./brotli.js');
const { pushAll } = require('./chunks.js');
const { redactKey } = require('../api/redact.js');

/** The size limit and the redaction key of checked options. */
const inputLimits = ({ maxBytes, redact }) => ({ maxBytes, redactKey: redact && redactKey(redact.key) });

/**
 * @param {import('./source.js').Input} input
 * @returns {Promise<import('../../native.d.ts').NativeSnapshot>}
 */
async function parseInput(job, input, limits) {
  return parseOpened(job, await openInput(input), limits);
}

/** The same for an input whose beginning was looked at. */
async function parseOpened(job, opened, { maxBytes, redactKey }) {
  if (opened.path !== undefined) {
    const { path } = opened;
    return callWithPermit(job, (permit) => native.parseFile(path, maxBytes, redactKey, permit, job.control), path);
  }
  const { bytes } = opened;
  return parseChunks(job, opened.read(), new native.NativeParser(maxBytes, redactKey, bytes?.subarray(0, 64), bytes?.length));
}

async function parseChunks(job, reader, parser) {
  const letGo = (reason) => {
    parser.abandon();
    reader.cancel(reason);
  };
  // If the source hangs, this is never reached, so stopping the job frees the columns.
  const forget = job.onStop(letGo);
  try {
    await pushAll(reader, (block) => callWithPermit(job, (permit) => parser.push(block, permit, job.control)));
    return await callWithPermit(job, (permit) => parser.finish(permit, job.control));
  } catch (error) {
    letGo(error);
    throw error;
  } finally {
    forget();
  }
}

module.exports = { inputLimits, parseInput, parseOpened };
