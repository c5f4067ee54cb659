// The page's engine with threads, in a real browser: which module is loaded, equal answers, and threads that cannot start.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, newPage, serveBuilt, skipWithoutBrowser } from './support/browser.mjs';
import { ask, compiled, openBytes, skipWithoutThreads } from './support/engines.mjs';
import { AFTER } from './support/heaps.mjs';
import { bigSnapshot } from './support/snapshots.mjs';
import { WasmEngine } from '../viewer/engine/engine.mjs';

const QUESTIONS = [
  { ask: 'summary' },
  { ask: 'report' },
  { ask: 'classes', limit: 1000 },
  { ask: 'filter', name: { regex: 'Class[1-3]$' }, retainers: true, limit: 100 },
  { ask: 'dominatorTree', depth: 20, limit: 100 },
  { ask: 'strings' },
];

describe('threads in a browser', { skip: skipWithoutBrowser || skipWithoutThreads }, () => {
  const snapshot = Buffer.concat([...bigSnapshot(100_000)].map((text) => Buffer.from(text)));
  let browser;
  let isolated;
  let plain;

  before(async () => {
    browser = await launch();
    isolated = await serveBuilt({ 'big.heapsnapshot': snapshot }, { isIsolated: true });
    plain = await serveBuilt();
  });

  after(async () => {
    await browser?.close();
    isolated?.close();
    plain?.close();
  });

  async function loadedBy(site) {
    const { page, problems } = await newPage(browser);
    const loaded = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await page.goto(site.url);
    await page.locator('input[type=file]').setInputFiles({ name: 'after.heapsnapshot', mimeType: '', buffer: Buffer.from(AFTER) });
    await page.getByRole('heading', { name: 'Largest classes' }).waitFor();
    assert.deepEqual(problems, []);
    await page.context().close();
    return loaded.filter((name) => name.endsWith('.wasm'));
  }

  test('a cross-origin isolated page loads the module with threads alone, any other page the one without', async () => {
    assert.deepEqual(await loadedBy(isolated), ['/heapray-threads.wasm']);
    assert.deepEqual(await loadedBy(plain), ['/heapray.wasm']);
  });

  test('answers of three threads equal those of one byte by byte, and all threads have worked', async () => {
    const { page } = await newPage(browser);
    await page.goto(isolated.url);
    const { texts, started, memory } = await page.evaluate(answersInPage, QUESTIONS);
    assert.deepEqual([started, memory], [2, true]);
    const engine = new WasmEngine(compiled);
    const opened = JSON.parse(await openBytes(engine, snapshot, 'big.heapsnapshot'));
    assert.deepEqual(JSON.parse(texts[0]).answer.summary, opened.answer.summary);
    for (const [i, question] of QUESTIONS.entries()) assert.equal(texts[i + 1], await ask(engine, [1], question), question.ask);
    await page.context().close();
  });

  test('if no worker but the first can start, the page still works', async () => {
    const { page } = await newPage(browser);
    await page.addInitScript(() => {
      const { Worker } = window;
      let made = 0;
      window.Worker = function (url) {
        made += 1;
        // A worker that the policy forbids fails with an event, like a missing one.
        return new Worker(made === 1 ? url : 'not-there.js');
      };
    });
    await page.goto(isolated.url);
    await page.locator('input[type=file]').setInputFiles({ name: 'after.heapsnapshot', mimeType: '', buffer: Buffer.from(AFTER) });
    await page.getByRole('heading', { name: 'Largest classes' }).waitFor();
    await page.context().close();
  });
});

/** Runs in the page: opens an engine with three threads, and returns the texts of its responses. */
async function answersInPage(questions) {
  const start = () => new Worker('worker.js');
  const engine = start();
  const waiting = new Map();
  let started = 0;
  let memory;
  engine.onmessage = ({ data: { id, response, spawn } }) => {
    if (spawn) {
      started += 1;
      memory = spawn.memory.buffer instanceof SharedArrayBuffer;
      start().postMessage({ thread: spawn });
    } else if (response) waiting.get(id)(response);
  };
  const post = (id, message) => {
    engine.postMessage({ id, ...message });
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  engine.postMessage({ wasm: 'heapray.wasm', threaded: 'heapray-threads.wasm', threads: 3 });
  const source = await (await fetch('big.heapsnapshot')).blob();
  const texts = [await post(1, { open: { source, name: 'big.heapsnapshot', bytes: source.size } })];
  for (const question of questions) texts.push(await post(2, { request: JSON.stringify({ id: 2, snapshots: [1], question }) }));
  return { texts, started, memory };
}
