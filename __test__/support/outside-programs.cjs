'use strict';

// outside-programs.cjs KIND: a program whose memory grows outside of the JavaScript heap. Prints as JSON the planted bytes,
// the process's memory in the snapshots before and after, and their report.

const { createServer, connect } = require('node:net');
const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { capture, report, watch } = require('../../index.js');
const { collector } = require('../../lib/capture/collector.js');

const [, , kind, folder] = process.argv;
const kept = (globalThis.kept = []);
const SIZE = 100e6;
const list = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const PAGE = 65_536;

/** Each returns the planted bytes. */
const KINDS = {
  arrayBuffers() {
    kept.push(list(600, () => Buffer.alloc(SIZE / 600, 1)));
    return SIZE;
  },
  externalStrings() {
    kept.push(list(30, () => Buffer.alloc(SIZE / 30, 65).toString('latin1')));
    return SIZE;
  },
  webAssembly() {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(SIZE / PAGE) });
    kept.push(new Uint8Array(memory.buffer).fill(1));
    return memory.buffer.byteLength;
  },
  async workers() {
    const code = `globalThis.kept = Array.from({ length: 100 }, () => Array.from({ length: 20_000 }, (_, i) => i + 0.5));
      require('node:worker_threads').parentPort.postMessage(require('node:v8').getHeapStatistics().total_physical_size);
      setInterval(() => {}, 1000);`;
    const workers = list(3, () => new Worker(code, { eval: true }));
    const sizes = await Promise.all(workers.map((worker) => once(worker, 'message')));
    return sizes.flat().reduce((sum, size) => sum + size);
  },
  async mallocInUse() {
    const { DatabaseSync } = require('node:sqlite');
    return fill(keep(new DatabaseSync(':memory:')));
  },
  async mappedFiles() {
    const { DatabaseSync } = require('node:sqlite');
    const database = keep(new DatabaseSync(path.join(folder, 'mapped.db')));
    const bytes = fill(database);
    database.exec(`pragma mmap_size = ${2 * SIZE}`);
    // Reads every page through the mapping.
    database.prepare('select sum(length(hex(data))) from rows').get();
    return bytes;
  },
  mallocFree() {
    const all = list(SIZE / 6000, () => Buffer.alloc(6000, 1));
    kept.push(all.filter((_, i) => i % 10 === 0));
    all.length = 0;
    return SIZE * 0.9;
  },
  async sockets() {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (let i = 0; i < 200; i += 1) {
      const socket = keep(connect(server.address().port, '127.0.0.1'));
      await once(socket, 'connect');
    }
    return 400;
  },
  untouched() {
    kept.push(list(5, () => Buffer.alloc(SIZE)));
    return 0;
  },
  nothing: () => 0,
};

function keep(value) {
  kept.push(value);
  return value;
}

function fill(database) {
  database.exec(`pragma page_size = ${PAGE}; create table rows (data blob)`);
  const insert = database.prepare('insert into rows values (zeroblob(100000))');
  database.exec('begin');
  for (let i = 0; i < SIZE / 100_000; i += 1) insert.run();
  database.exec('commit');
  return database.prepare('pragma page_count').get().page_count * database.prepare('pragma page_size').get().page_size;
}

async function watched() {
  const events = [];
  const watcher = watch({ dir: folder, intervalMs: 60_000, force: true, onReport: (event) => events.push(event) });
  await watcher.captureNow();
  KINDS.mallocInUse();
  await watcher.captureNow();
  watcher.stop();
  const { report: answer, memory } = events[1];
  console.log(JSON.stringify({ ...answer, memory }));
}

async function captured() {
  const options = { force: true };
  const before = await capture(options);
  const planted = await KINDS[kind]();
  // What was garbage by the time is no more.
  for (let i = 0; i < 2; i += 1) {
    collector()();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const after = await capture(options);
  const answer = await report([before, after]);
  const text = await report([before, after], { format: 'text' });
  const { outcome, verdict, outside, suspects } = answer;
  console.log(JSON.stringify({ planted, before: before.memory, after: after.memory, outcome, verdict, outside, suspects: suspects.length, text }));
}

(kind === 'watched' ? watched() : captured()).then(() => process.exit());
