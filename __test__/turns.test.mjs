// Chunks that come without a pause: the event loop turns between them, and memory does not grow.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { diff, filter, parse, redact, report } from '../index.js';
import { temporaryFolder } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const bytes = Buffer.from(tinySnapshot());
const index = fileURLToPath(new URL('../index.js', import.meta.url));
/** What takes minutes without a turn of the event loop: a failure must not hang. */
const FAR_TOO_MANY = 20_000_000;

const fillers = { 'empty chunks': Buffer.alloc(0), 'white space': Buffer.from(' '), 'empty texts': '', 'texts of one character': '\n' };

/** Counts the turns of the event loop until `isOver`. */
async function countTurns(counter) {
  while (!counter.isOver) {
    await nextTurn();
    counter.turns += 1;
  }
}

/** Gives `filler` until the event loop has turned `turns` times, then the snapshot. */
function* untilTurns(counter, turns, filler) {
  for (let i = 0; counter.turns < turns; i += 1) {
    assert.ok(i < FAR_TOO_MANY, `the event loop turned ${counter.turns} times`);
    yield filler;
  }
  yield bytes;
}

/** The source's snapshot comes although it waits for the event loop. */
async function getsTurns(sourceOf) {
  const counter = { turns: 0, isOver: false };
  const counting = countTurns(counter);
  const snapshot = await parse(sourceOf(counter)).finally(() => (counter.isOver = true));
  await counting;
  assert.equal(snapshot.nodeCount, 6);
  snapshot.close();
}

for (const [name, filler] of Object.entries(fillers)) {
  test(`the event loop turns while a generator gives ${name}`, () => getsTurns((counter) => untilTurns(counter, 20, filler)));
}

test('the event loop turns while an async generator gives chunks without waiting', async () => {
  await getsTurns(async function* (counter) {
    yield* untilTurns(counter, 20, Buffer.alloc(0));
  });
});

test('the event loop turns while a web stream gives chunks without waiting', async () => {
  await getsTurns((counter) => {
    const chunks = untilTurns(counter, 20, Buffer.from(' '));
    const pull = (controller) => {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    };
    return new ReadableStream({ pull });
  });
});

/** An iterator that cannot be ended, and counts. */
function endless(filler) {
  const source = { calls: 0 };
  const next = () => {
    source.calls += 1;
    assert.ok(source.calls < FAR_TOO_MANY);
    return { value: filler };
  };
  source[Symbol.iterator] = () => ({ next });
  return source;
}

const output = path.join(temporaryFolder(), 'redacted.heapsnapshot');
const functions = {
  parse,
  filter: (source, options) => filter(source, {}, options),
  report,
  diff: (source, options) => diff(source, bytes, options),
  redact: (source, options) => redact(source, output, options),
};

for (const [name, call] of Object.entries(functions)) {
  test(`${name} stops by its signal and asks for no more, whatever comes for ever`, async () => {
    for (const filler of Object.values(fillers)) {
      const source = endless(filler);
      const controller = new AbortController();
      setImmediate(() => setImmediate(() => controller.abort(new Error('enough'))));
      await assert.rejects(call(source, { signal: controller.signal }), { message: 'enough' });
      const { calls } = source;
      for (let i = 0; i < 20; i += 1) await nextTurn();
      assert.ok(source.calls <= calls + 1, `${source.calls - calls} more`);
    }
  });
}

test('six hundred thousand empty chunks fit into a heap of 40 MB', () => {
  const script = `
    const { parse } = require(${JSON.stringify(index)});
    const bytes = Buffer.from(${JSON.stringify(tinySnapshot())});
    function* chunks() { for (let i = 0; i < 6e5; i += 1) yield new Uint8Array(0); yield bytes; }
    parse(chunks()).then(({ nodeCount }) => console.log(nodeCount));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=40', '-e', script], { encoding: 'utf8' });
  assert.equal(stdout, '6\n', stderr.slice(-500));
});

test('a failure of the clean-up does not hide what went wrong', async () => {
  const throwing = {
    [Symbol.iterator]: () => ({
      next: () => ({ value: Buffer.from('no snapshot') }),
      return() {
        throw new Error('the clean-up failed');
      },
    }),
  };
  await assert.rejects(parse(throwing), { code: 'ERR_NOT_A_SNAPSHOT' });
});

test('a function for progress that rejects, or throws, rejects the job and goes unhandled nowhere', () => {
  const script = `
    const { parse } = require(${JSON.stringify(index)});
    const source = async function* () {
      yield ${JSON.stringify(tinySnapshot().slice(0, 300))};
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield ${JSON.stringify(tinySnapshot().slice(300))};
    };
    const failing = { rejects: async () => { throw new Error('no'); }, throws() { throw new Error('no'); } };
    (async () => {
      for (const [name, onProgress] of Object.entries(failing)) {
        await parse(source(), { onProgress }).then(() => console.log(name, 'ok'), (error) => console.log(name, error.message));
      }
    })();`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.equal(stdout, 'rejects no\nthrows no\n');
  assert.deepEqual([stderr, status], ['', 0]);
});
