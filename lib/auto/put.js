'use strict';

// PUT of a file, streamed. Errors have a `reason` without the address, which may be signed.

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: delay } = require('node:timers/promises');

/** Without a byte sent or received. */
const IDLE_MS = 30_000;
const CHUNK_BYTES = 1 << 16;
/** Before the second and the third attempt. */
const RETRY_MS = [1000, 5000];

/** @param {URL} url */
async function put(url, file, size) {
  for (let attempt = 0; ; attempt += 1) {
    const problem = await putOnce(url, file, size);
    if (problem === null) return;
    if (!problem.isTemporary || attempt === RETRY_MS.length) throw Object.assign(new Error(), { reason: `${url.host} ${problem.text}` });
    await delay(RETRY_MS[attempt]);
  }
}

/** `null` if the server has taken the file. */
async function putOnce(url, file, size) {
  try {
    const { statusCode } = await send(url, file, size);
    if (statusCode >= 200 && statusCode < 300) return null;
    return { text: `answered ${statusCode}`, isTemporary: statusCode >= 500 || statusCode === 429 || statusCode === 408 };
  } catch (error) {
    if (error.path === file) throw error;
    return { text: `failed with ${error.code ?? error.name}`, isTemporary: true };
  }
}

/** Answers may come before the whole is sent. */
function send(url, file, size) {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, { method: 'PUT', agent: false, headers: headersOf(file, size) });
    request.setTimeout(IDLE_MS, () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.on('response', (response) => {
      response.resume();
      resolve(response);
    });
    request.on('error', reject);
    pipeline(Readable.from(chunksOf(file), { objectMode: false }), request).catch(reject);
  });
}

/** Read at once: the thread pool of the process may be busy with an analysis, and this thread has nothing else to do. */
function* chunksOf(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const size = fs.readSync(descriptor, chunk);
      if (size === 0) return;
      yield chunk.subarray(0, size);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

function headersOf(file, size) {
  return {
    'content-type': file.endsWith('.json') ? 'application/json' : 'application/gzip',
    'content-length': size,
    // Azure requires it, others ignore it.
    'x-ms-blob-type': 'BlockBlob',
  };
}

module.exports = { put };
