// The browser's engine in a worker: files, progress, cancelling, several snapshots, too little memory.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import test, { after, before, describe } from 'node:test';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { wasmFile } from '../scripts/setup.mjs';
import { WasmEngine } from '../viewer/engine/engine.mjs';
import { checkMemory, memoryNeeded, MAX_BYTES } from '../viewer/engine/limits.mjs';
import { openEngine } from '../viewer/engine/wasm.mjs';
import { answerOf, ask, compiled, openBytes, skipWithoutThreads, threadedBytes } from './support/engines.mjs';
import { AFTER, BEFORE } from './support/heaps.mjs';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';
import { withMostMemory } from './support/wasm-limits.mjs';

/** The page's client with workers of Node.js. */
function engineInWorker({ wasm = readFileSync(wasmFile), threads = 1, threaded = threadedBytes ?? undefined, mostPages, others } = {}) {
  const workers = [];
  const usual = () => new Worker(new URL('./support/wasm-worker.mjs', import.meta.url), { workerData: { mostPages } });
  const worker = () => {
    const made = workers.length > 0 && others ? others() : usual();
    const page = { postMessage: (message, transfer) => made.postMessage(message, transfer), terminate: () => made.terminate() };
    made.on('message', (data) => page.onmessage({ data }));
    made.on('error', (error) => page.onerror(error));
    workers.push(made);
    return page;
  };
  return Object.assign(openEngine({ wasm, threaded, threads, worker }), { workers });
}

const named = (text, name) => new File([text], name);
const megabytes = (count) => Buffer.concat([...bigSnapshot(count * 18_000)].map((text) => Buffer.from(text)));

const large = new Blob([megabytes(12)]);

const kinds = {
  'on one thread': { threads: 1, skip: false },
  'on three threads': { threads: 3, skip: skipWithoutThreads },
};

for (const [kind, { threads, skip }] of Object.entries(kinds)) {
  describe(kind, { skip }, () => {
    let engine;
    before(() => {
      engine = engineInWorker({ threads });
    });
    after(() => engine.dispose());

    test('a dropped file opens under its name and answers', async () => {
      const { snapshot, name, bytes, summary } = await engine.open(named(AFTER, 'after.heapsnapshot'));
      assert.deepEqual([name, bytes], ['after.heapsnapshot', Buffer.byteLength(AFTER)]);
      const { nodes } = await engine.ask(snapshot, { ask: 'classInstances', class: 'Session' });
      assert.equal(nodes.length, 30);
      assert.ok(summary.nodeCount > 60);
      await engine.close(snapshot);
    });

    test('several snapshots are open at once, listed, compared and closed', async () => {
      const first = await engine.open(named(BEFORE, 'before'));
      const second = await engine.open(named(AFTER, 'after'));
      assert.deepEqual((await engine.list()).map(({ name }) => name), ['before', 'after']);
      const { classes } = await engine.ask([first.snapshot, second.snapshot], { ask: 'diff' });
      assert.equal(classes.find(({ name }) => name === 'Session').addedCount, 27);
      await engine.close(first.snapshot);
      await assert.rejects(engine.ask(first.snapshot, { ask: 'summary' }), { name: 'HeaprayError', code: 'ERR_CLOSED' });
      await engine.close(second.snapshot);
      assert.deepEqual(await engine.list(), []);
    });

    test('snapshots dropped together are opened one after the other', async () => {
      const rows = await Promise.all([large, new Blob([AFTER]), new Blob([BEFORE])].map((blob, i) => engine.open(blob, { name: `${i}` })));
      assert.deepEqual(rows.map(({ name, summary }) => [name, summary.nodeCount > 100_000]), [['0', true], ['1', false], ['2', false]]);
      await Promise.all(rows.map(({ snapshot }) => engine.close(snapshot)));
    });

    test('streams, bytes and URLs open too, compressed by content', async (t) => {
      const server = http.createServer((_, response) => response.end(gzipSync(AFTER))).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const url = new URL(`http://127.0.0.1:${server.address().port}/after`);
      for (const source of [new Blob([AFTER]).stream(), Buffer.from(AFTER), new Uint8Array(gzipSync(AFTER)).buffer, url]) {
        const { snapshot, summary } = await engine.open(source);
        assert.ok(summary.nodeCount > 60);
        await engine.close(snapshot);
      }
    });

    test('a file that is no snapshot fails with code and offset, and the engine still works', async () => {
      const text = tinySnapshot();
      await assert.rejects(engine.open(new Blob([text.slice(0, -20)])), ({ name, code, offset }) => name === 'HeaprayError' && code === 'ERR_TRUNCATED' && offset > 100);
      await assert.rejects(engine.open(new Blob(['<!doctype html>'])), { code: 'ERR_NOT_A_SNAPSHOT' });
      await assert.rejects(engine.open(new Blob([])), { code: 'ERR_EMPTY' });
      await assert.rejects(engine.open('http://127.0.0.1:9/none'), { code: 'ERR_IO' });
      await engine.close((await engine.open(new Blob([text]))).snapshot);
    });

    test('progress passes through the phases, with bytes up to the size of the file', async () => {
      const seen = new Set();
      // Progress is reported every 50 ms, and a phase may take less on a fast machine, so larger files are tried.
      for (let size = 12; !(seen.has('parse') && seen.size > 1) && size <= 96; size *= 2) {
        const file = size === 12 ? large : new Blob([megabytes(size)]);
        const parsing = [];
        const onProgress = ({ phase, done, total }) => {
          seen.add(phase);
          if (phase === 'parse') parsing.push({ done, total });
        };
        const { snapshot } = await engine.open(file, { onProgress });
        assert.ok(parsing.every(({ done, total }, i) => total === file.size && done >= (parsing[i - 1]?.done ?? 0)));
        await engine.close(snapshot);
      }
      assert.ok(seen.has('parse') && seen.size > 1, [...seen].join());
    });

    test('aborting rejects with the reason at once, and frees the snapshot so far', async () => {
      for (const moment of ['at once', 'while it works']) {
        const controller = new AbortController();
        const abort = () => controller.abort(new Error('enough'));
        const opening = engine.open(large, { signal: controller.signal, onProgress: abort });
        if (moment === 'at once') abort();
        await assert.rejects(opening, { message: 'enough' }, moment);
      }
      assert.deepEqual(await engine.list(), []);
      await assert.rejects(engine.open(large, { signal: AbortSignal.abort(new Error('before')) }), { message: 'before' });
    });

    test('a question that is aborted ends, and the engine answers the next', async () => {
      const { snapshot } = await engine.open(large);
      const controller = new AbortController();
      const asked = engine.ask(snapshot, { ask: 'filter', name: { regex: '(a|b|c|.)*z{3}' } }, { signal: controller.signal });
      controller.abort(new Error('too slow'));
      await assert.rejects(asked, { message: 'too slow' });
      assert.equal((await engine.ask(snapshot, { ask: 'summary' })).nodeCount, 12 * 18_000);
      await engine.close(snapshot);
    });

    test('a disposed engine answers no more', async () => {
      const other = engineInWorker({ threads });
      const opening = other.open(large);
      other.dispose();
      await assert.rejects(opening, { code: 'ERR_CLOSED' });
      await assert.rejects(other.list(), { code: 'ERR_CLOSED' });
    });
  });
}

test('the worker checks a flag in shared memory while it computes', async () => {
  const direct = new WasmEngine(compiled);
  answerOf(await openBytes(direct, Buffer.from(await large.arrayBuffer())));
  let looks = 0;
  const signal = AbortSignal.abort();
  const request = JSON.stringify({ id: 1, snapshots: [1], question: { ask: 'filter', name: { contains: 'x' } } });
  const response = await direct.respond(request, { signal, watch: () => (looks += 1) > 3 });
  assert.equal(JSON.parse(response).error.code, 'ERR_CANCELLED');
  assert.equal(looks, 4);
});

test('memory is freed with the last snapshot', async () => {
  const direct = new WasmEngine(compiled);
  const atFirst = direct.memoryBytes;
  answerOf(await openBytes(direct, Buffer.from(await large.arrayBuffer())));
  assert.ok(direct.memoryBytes > atFirst + 10e6);
  answerOf(await ask(direct, [1], { ask: 'close' }));
  assert.equal(direct.memoryBytes, atFirst);
});

test('a snapshot too large for its page is an error that says so, never a dead worker', async () => {
  const small = engineInWorker({ wasm: withMostMemory(readFileSync(wasmFile), 16 << 20) });
  const { snapshot } = await small.open(named(AFTER, 'after'));
  await assert.rejects(small.open(large), ({ name, code }) => name === 'HeaprayError' && code === 'ERR_OUT_OF_MEMORY');
  // Whether the engine survives depends on where memory ran out, but a new worker always works.
  await small.close(snapshot).catch(({ code }) => assert.equal(code, 'ERR_CLOSED'));
  const { summary } = await small.open(named(AFTER, 'after'));
  assert.ok(summary.nodeCount > 60);
  small.dispose();
});

test('running out of memory at any point is reported as such', async () => {
  const bytes = Buffer.from(await large.arrayBuffer());
  const codes = new Set();
  for (let most = 2; most <= 38; most += 6) {
    const direct = new WasmEngine(await WebAssembly.compile(withMostMemory(readFileSync(wasmFile), most << 20)));
    const { error } = JSON.parse(await openBytes(direct, bytes));
    const { error: later } = error ? {} : JSON.parse(await ask(direct, [1], { ask: 'report' }));
    for (const { code, message } of [error, later].filter(Boolean)) {
      assert.equal(code, 'ERR_OUT_OF_MEMORY', `${most} MB: ${message}`);
      codes.add(code);
    }
  }
  assert.deepEqual([...codes], ['ERR_OUT_OF_MEMORY']);
});

test('a file that cannot fit in four gigabytes is refused by its size, before it is read', () => {
  const start = Buffer.from('\n{"snapshot":');
  const most = Math.floor(MAX_BYTES / memoryNeeded(1e6)) * 1e6;
  assert.doesNotThrow(() => checkMemory(start, most, 0));
  assert.throws(() => checkMemory(start, 4e9, 0), ({ code, message }) => code === 'ERR_TOO_LARGE' && /heapray view/.test(message));
  assert.throws(() => checkMemory(start, most, 1e9), { code: 'ERR_TOO_LARGE' });
  assert.doesNotThrow(() => checkMemory(gzipSync(start), 4e9, 0), 'what a compressed file holds is not known');
});

describe('threads', { skip: skipWithoutThreads }, () => {
  test('workers are started with the first snapshot and end with the last', async () => {
    const engine = engineInWorker({ threads: 3 });
    await engine.list();
    assert.equal(engine.workers.length, 1);
    const { snapshot } = await engine.open(large);
    assert.equal(engine.workers.length, 3);
    const ended = engine.workers.slice(1).map((worker) => once(worker, 'exit'));
    await engine.close(snapshot);
    await Promise.all(ended);
    await engine.close((await engine.open(large)).snapshot);
    assert.equal(engine.workers.length, 5);
    engine.dispose();
  });

  for (const megabytes of [8, 12, 16, 20]) {
    test(`running out of ${megabytes} MB of memory in any of them is an error that says so, and the next engine works`, async () => {
      const engine = engineInWorker({ threads: 3, mostPages: megabytes * 16 });
      await assert.rejects(engine.open(large), { name: 'HeaprayError', code: 'ERR_OUT_OF_MEMORY' });
      const { summary } = await engine.open(named(AFTER, 'after'));
      assert.ok(summary.nodeCount > 60);
      engine.dispose();
    });
  }

  const others = {
    'where its module is none': { threaded: Buffer.from('no module') },
    'where its module cannot be loaded': { threaded: 'http://127.0.0.1:9/none' },
    'where there is no memory to share': { mostPages: 1 },
  };
  for (const [where, options] of Object.entries(others)) {
    test(`${where}, the engine works on one thread`, async () => {
      const engine = engineInWorker({ threads: 3, ...options });
      const { summary } = await engine.open(named(AFTER, 'after'));
      assert.ok(summary.nodeCount > 60);
      assert.equal(engine.workers.length, 1);
      engine.dispose();
    });
  }

  test('other workers do the work of one that cannot start', async () => {
    const engine = engineInWorker({ threads: 3, others: () => new Worker('throw new Error("blocked")', { eval: true }) });
    const { summary } = await engine.open(large);
    assert.equal(summary.nodeCount, 12 * 18_000);
    assert.equal(engine.workers.length, 3);
    engine.dispose();
  });
});
