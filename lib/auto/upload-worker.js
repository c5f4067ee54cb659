'use strict';

// The worker thread of uploads: sends the files of each message, reports before snapshots, and ends with an empty one.

const os = require('node:os');
const path = require('node:path');
const { statSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const { formatBytes } = require('../format/numbers.js');
const { put } = require('./put.js');
const { runCommand } = require('./command.js');
const { readTarget } = require('./settings.js');

const { HEAPRAY_UPLOAD: address = '' } = process.env;
const target = readTarget(address.trim());
/** Services in many places send to one. */
const host = os.hostname().replace(/[^\w.-]/g, '_');

let waiting = [];
let isSending = false;

parentPort.on('message', (uploads) => {
  if (uploads === null) return parentPort.close();
  waiting = [...uploads, ...waiting].sort((a, b) => Number(b.kind === 'report') - Number(a.kind === 'report'));
  sendAll();
});

async function sendAll() {
  if (isSending) return;
  isSending = true;
  while (waiting.length > 0) parentPort.postMessage(await outcomeOf(waiting.shift()));
  isSending = false;
}

async function outcomeOf({ kind, file, fingerprint }) {
  const name = `${host}-${path.basename(file)}`;
  try {
    const { size } = statSync(file);
    if (target.urls) await put(addressOf(kind, name), file, size);
    else await runCommand(target.words, { file, name, fingerprint });
    return { done: `${name} (${formatBytes(size)})` };
  } catch (error) {
    if (error.code === 'ENOENT' && error.path === file) return {};
    return { failure: `could not upload ${kind === 'report' ? 'a report' : 'a snapshot'}: ${error.reason ?? error.code ?? error.name}` };
  }
}

/** Of two URLs the first is the report's. One without a place for the name has the report until the snapshot replaces it. */
function addressOf(kind, name) {
  const { urls } = target;
  const url = kind === 'report' ? urls[0] : urls.at(-1);
  return new URL(url.replaceAll('{name}', encodeURIComponent(name)));
}
