// heapray/testing in the process of the tests themselves. frameworks.test.mjs tests it in other test runners.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeGroup } from './support/control-groups.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const require = createRequire(import.meta.url);
const { diff, HeaprayError, parse } = require('../index.js');
const {
  assertCollected,
  assertInstances,
  assertNoDetachedNodes,
  assertNoGrowth,
  assertNoLeak,
  assertRetainsLessThan,
  checkpoint,
  LeakError,
  matchers,
  since,
  track,
} = require('../testing/index.js');

class Session {
  cart = { items: [] };
}

/** The reason of the promise's rejection. */
const failureOf = (promise) => promise.then(() => assert.fail('nothing failed'), (error) => error);

/** Two rounds instead of four, since these leaks are certain. */
const quick = { iterations: 12, rounds: 1 };

const kept = [];
const keep = (make) => () => void kept.push(make());

test('a leak is named with its class, growth, path and source location', async () => {
  const error = await failureOf(assertNoLeak(keep(() => new Session())));
  assert.ok(error instanceof LeakError && error instanceof HeaprayError);
  assert.equal(error.code, 'ERR_LEAK');
  const [leak] = error.leaks;
  assert.equal(leak.className, 'Session');
  assert.deepEqual(leak.addedCount, [20, 20, 20, 20]);
  assert.ok(leak.addedBytes.every((bytes) => bytes > 20 * 16));
  assert.equal(leak.path, 'kept[*]');
  assert.match(leak.source.script, /testing\.test\.mjs$/);
  assert.match(error.message, /Session leaks\n\s+growth +\+20 in each round; .*\n\s+path +kept\[\*\]\n/);
});

for (const [what, make, className] of [
  ['plain objects', () => ({}), /^(\{\}|Object)$/],
  ['arrays', () => [], /^Array$/],
  ['functions', () => () => kept, /^Function$/],
  ['texts', () => `${'text '.repeat(4)}${kept.length}`, /string/],
  ['symbols', () => Symbol('leaky'), /symbol/],
  ['buffers', () => Buffer.alloc(2000), /^Buffer$/],
  ['promises', () => new Promise(() => {}), /^Promise$/],
]) {
  test(`${what} leak as well as instances of classes`, async () => {
    const { leaks } = await failureOf(assertNoLeak(keep(make), quick));
    assert.match(leaks[0].className, className);
    assert.match(leaks[0].path, /^kept\[\*\]/);
  });
}

test('keys of a dictionary leak from the dictionary, not from the tables of V8 that list them too', async () => {
  const seen = {};
  let next = 0;
  const { leaks } = await failureOf(assertNoLeak(() => void (seen[`visitor number ${next++}`] = true), quick));
  assert.equal(leaks[0].className, '(string)');
  assert.match(leaks[0].path, /^seen/);
});

test('freed objects of the class do not hide a leak', async () => {
  // A few in each round, and more than leak in the first.
  for (const isTimeToGo of [(calls) => calls % 6 === 0, (calls) => calls > 12 && calls <= 32]) {
    const others = Array.from({ length: 60 }, () => new Promise(() => {}));
    let calls = 0;
    const leak = () => {
      kept.push(new Promise(() => {}));
      calls += 1;
      if (isTimeToGo(calls)) others.splice(0, 2);
    };
    const { leaks } = await failureOf(assertNoLeak(leak, quick));
    assert.equal(leaks[0].className, 'Promise');
    assert.equal(leaks[0].path, 'kept[*]');
  }
});

test('a leak in a variable of the test is named by the variable', async () => {
  const bus = new EventEmitter().setMaxListeners(0);
  const { leaks } = await failureOf(
    assertNoLeak(() => {
      const view = {};
      bus.on('change', () => view);
    }, quick),
  );
  assert.match(leaks[0].path, /^bus\._events\.change\[\*\]/);
});

test('a function that keeps nothing, or a bounded amount, passes', async () => {
  const recent = [];
  await assertNoLeak(() => {
    recent.push({ when: new Date() });
    if (recent.length > 10) recent.shift();
  });
  await assertNoLeak(async () => JSON.parse(JSON.stringify(await Promise.resolve({ a: [1] }))));
});

test('requests whose timing Node.js keeps are no leak', async (t) => {
  const server = http.createServer((_, response) => response.end('ok')).listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `http://localhost:${server.address().port}/`;
  await assertNoLeak(async () => (await fetch(url)).text(), quick);
});

test('calls are sequential, warm-up first', async () => {
  const log = [];
  await assertNoLeak(
    async () => {
      log.push('begin');
      await null;
      log.push('end');
    },
    { iterations: 3, warmup: 2, ignore: [/^log/] },
  );
  assert.deepEqual(log.slice(0, 4), ['begin', 'end', 'begin', 'end']);
  assert.equal(log.length % 2, 0);
});

test('the assertion rejects with the error of the function', async () => {
  const mine = new RangeError('mine');
  assert.equal(await failureOf(assertNoLeak(() => { throw mine; })), mine);
  assert.equal(await failureOf(assertNoLeak(async () => { throw mine; })), mine);
  assert.equal(await failureOf(assertNoLeak((done) => setImmediate(done, mine))), mine);
});

test('a function with an argument is given `done`, and cannot return a promise as well', async () => {
  let calls = 0;
  await assertNoLeak((done) => {
    calls += 1;
    setImmediate(done);
  }, quick);
  assert.equal(calls, 24);
  assert.match((await failureOf(assertNoLeak(async (done) => done()))).message, /takes `done` and returns a promise/);
});

test('a function that does not end is abandoned in time', async () => {
  const error = await failureOf(assertNoLeak(() => new Promise(() => {}), { timeout: 50 }));
  assert.equal(error.code, 'ERR_TIMEOUT');
  assert.match(error.message, /had not finished; the limit is 0\.1 s\. Give `timeout`/);
});

test('the time limit of a test counts if the test runner reports it', async () => {
  const { makeMatchers } = require('../lib/testing/matchers.js');
  const limitOf = () => ({ limit: 400, startedAt: Date.now() - 100, advice: 'Give it more.' });
  const error = await failureOf(makeMatchers({ limitOf }).toLeak(() => new Promise(() => {})));
  assert.match(error.message, /the test may take 0\.4 s\. Give it more\.$/);
});

test('growth is allowed by class and number, and ignored by path', async () => {
  const leak = keep(() => new Session());
  await assertNoLeak(leak, { ...quick, allow: Session });
  await assertNoLeak(leak, { ...quick, allow: ['Other', /^Sess/] });
  await assertNoLeak(leak, { ...quick, allow: { Session: 12 } });
  await assertNoLeak(leak, { ...quick, ignore: /^kept/ });
  await assertNoLeak(leak, { ...quick, classes: ['Other'] });
  assert.equal((await failureOf(assertNoLeak(leak, { ...quick, allow: { Session: 11 } }))).code, 'ERR_LEAK');
  assert.equal((await failureOf(assertNoLeak(leak, { ...quick, classes: [Session] }))).leaks[0].className, 'Session');
});

test('with maxGrowth, growth in bytes passes if it is small and fails without a class if it is large', async () => {
  await assertNoLeak(keep(() => new Session()), { ...quick, maxGrowth: '1 MB' });
  let text = Buffer.alloc(0);
  const grow = () => void (text = Buffer.concat([text, Buffer.alloc(10_000)]));
  const { leaks, message } = await failureOf(assertNoLeak(grow, { ...quick, maxGrowth: '50 kB' }));
  assert.equal(leaks[0].className, '(heap)');
  // A round adds 120 kB to the buffer; the rest of the heap may shrink meanwhile.
  assert.ok(leaks[0].addedBytes.every((bytes) => bytes >= 110_000));
  assert.match(message, /The heap grows/);
  assert.match(leaks[0].path, /^text/);
});

test('invalid options are refused', async () => {
  for (const options of [{ iteration: 3 }, { rounds: 0 }, { maxGrowth: 'lots' }, { allow: 7 }, { timeout: 0 }]) {
    const error = await failureOf(assertNoLeak(() => {}, options));
    assert.equal(error.code, 'ERR_INVALID_ARGUMENT', JSON.stringify(options));
  }
  assert.equal((await failureOf(assertNoLeak(7))).code, 'ERR_INVALID_ARGUMENT');
});

test('HEAPRAY_SAVE is a folder that gets the snapshot of a failure', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapray-save-'));
  process.env.HEAPRAY_SAVE = folder;
  t.after(() => {
    delete process.env.HEAPRAY_SAVE;
    rmSync(folder, { recursive: true });
  });
  const { message } = await failureOf(assertNoLeak(keep(() => new Session()), quick));
  const [file] = readdirSync(folder);
  assert.match(file, /^Session-.*\.heapsnapshot$/);
  assert.ok(message.includes(path.join(folder, file)));
  // The judged snapshot has exactly one leaked object for each call so far.
  const snapshot = await parse(path.join(folder, file));
  assertInstances(snapshot, Session, kept.filter((each) => each instanceof Session).length);
  snapshot.close();
});

test('HEAPRAY_SAVE keeps no snapshot of passing assertions', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapray-save-'));
  process.env.HEAPRAY_SAVE = folder;
  t.after(() => {
    delete process.env.HEAPRAY_SAVE;
    rmSync(folder, { recursive: true });
  });
  await assertNoLeak(keep(() => new Session()), { ...quick, allow: Session });
  assert.deepEqual(readdirSync(folder), []);
});

test('an object without retainers is collected; the error for another has its path', async () => {
  const make = () => track(new Session(), 'the session');
  await assertCollected(make());
  const held = [];
  const makeHeld = () => {
    held.push(new Session());
    return track(held[0], 'the session');
  };
  const tracked = makeHeld();
  const error = await failureOf(assertCollected(tracked, { timeout: 100 }));
  assert.equal(error.code, 'ERR_LEAK');
  assert.match(error.message, /^the session @\d+ is still there and retains .*\.\nHeld by:\n {2}held\[0\]$/m);
  assert.equal(tracked.collected, false);
  held.length = 0;
  await assertCollected(tracked);
  assert.equal(tracked.collected, true);
});

test('instances are counted in snapshots of any kind, at once', async () => {
  const snapshot = await parse([Buffer.from(tinySnapshot())]);
  assertInstances(snapshot, 'Session', 1);
  assertInstances(snapshot, 'Session');
  assertInstances(snapshot, 'Nothing', 0);
  assertInstances(snapshot, 'Session', (count) => count < 2);
  assert.throws(() => assertInstances(snapshot, 'Session', 2), /Expected: 2 instances of Session\nReceived: 1 instance\nHeld by:/);
  assert.throws(() => assertInstances(snapshot, 'Nothing'), /Received: 0 instances/);
  assert.throws(() => assertInstances({}, 'Session'), { code: 'ERR_INVALID_ARGUMENT' });
  snapshot.close();
  assert.throws(() => assertInstances(snapshot, 'Session'), { code: 'ERR_CLOSED' });
});

test('the size retained by a class or a query is compared with a limit', async () => {
  const snapshot = await parse([Buffer.from(tinySnapshot())]);
  const { nodes } = await snapshot.classInstances('Session');
  const [{ retainedSize }] = nodes;
  assertRetainsLessThan(snapshot, 'Session', retainedSize + 1);
  assertRetainsLessThan(snapshot, { class: 'Session' }, '1 MB');
  assert.throws(() => assertRetainsLessThan(snapshot, 'Session', retainedSize), /Expected: less than/);
  // The session and all it retains overlap: nothing is counted twice.
  assertRetainsLessThan(snapshot, { id: [nodes[0].id, nodes[0].edges?.[0]?.to ?? nodes[0].id] }, retainedSize + 1);
  snapshot.close();
});

test('between checkpoints only kept objects grow', async () => {
  const before = await checkpoint();
  assertNoGrowth(await since(before));
  for (let i = 0; i < 3; i++) kept.push(new Session());
  const grown = await since(before);
  assert.throws(() => assertNoGrowth(grown), /Session \+3 .*\n\s+path +kept\[\*\]/);
  assertNoGrowth(grown, { allow: [Session, 'Array', /^\{/] });
  assert.throws(() => assertNoGrowth(grown, { allow: { Session: 2, Array: 9 } }), /Session \+3/);
  assertNoDetachedNodes(before);
  before.close();
});

test('growth is judged only with an answer that has all classes', async () => {
  const bytes = () => [Buffer.from(tinySnapshot())];
  assertNoGrowth(await diff(bytes(), bytes()));
  const page = await diff(bytes(), bytes(), { limit: 0 });
  assert.throws(() => assertNoGrowth({ ...page, next: 1 }), { code: 'ERR_INVALID_ARGUMENT' });
  assert.throws(() => assertNoGrowth({ kind: 'report' }), { code: 'ERR_INVALID_ARGUMENT' });
});

test('matchers state the expectation without `not` too', async () => {
  const { pass, message } = await matchers.toLeak.call({ isNot: false }, () => {}, quick);
  assert.equal(pass, false);
  assert.match(message(), /^Nothing grew in 1 round of 12 calls\.$/);
});

test('the cost of snapshots of a large heap is announced once, and one that does not fit is refused', async (t) => {
  const program = `
    const { assertNoLeak } = require(${JSON.stringify(fileURLToPath(new URL('../testing/index.js', import.meta.url)))});
    if (!process.argv.includes('once')) globalThis.large = Array.from({ length: 12 }, () => Array.from({ length: 1e6 }, (_, i) => i + 0.5));
    const warnings = [];
    process.on('warning', ({ name, code, message }) => warnings.push({ name, code, message }));
    const check = () => assertNoLeak(() => {}, { iterations: 5, rounds: 1 }).then(() => 'fits', ({ name, code, message }) => ({ name, code, message }));
    const print = (outcome) => setImmediate(() => { console.log(JSON.stringify({ outcome, warnings })); process.exit(); });
    if (process.argv.includes('once')) check().then(print);
    else check().then(check).then(print);`;
  const { outcome, warnings } = JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  assert.equal(outcome, 'fits');
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0].code, 'HEAPRAY_LARGE_HEAP');
  assert.match(warnings[0].message, /each snapshot of this heap of 1\d\d MB takes up to [\d.]+ [GM]B of memory for a moment and about \d+ s/);
  const worker = `
    const { Worker } = require('node:worker_threads');
    new Worker(${JSON.stringify(program)}, { eval: true, argv: ['once'] });`;
  // V8 cannot count in a worker.
  for (const [source, hint] of [[program, /assertions on less of a heap need less/], [worker, /on the main thread only/]]) {
    const group = makeGroup();
    if (!group) return t.diagnostic('no control group with a memory limit can be made here');
    group.setLimit(110e6);
    const script = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
    const limited = execFileSync('sh', ['-c', script, group.folder, process.execPath, '-e', source, 'once'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    await group.remove();
    const refused = JSON.parse(limited).outcome;
    assert.deepEqual([refused.name, refused.code], ['HeaprayError', 'ERR_NOT_ENOUGH_MEMORY']);
    assert.match(refused.message, hint);
  }
});
