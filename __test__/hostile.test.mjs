// Hostile or careless callers and inputs: wrong types everywhere, names of Object.prototype, files that change while
// they are read, sources that fail, expensive shapes.

import assert from 'node:assert/strict';
import { copyFileSync, createReadStream, readFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import test, { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HeaprayError, diff, filter, parse, redact, report } from '../index.js';
import { madeSnapshotFile, temporaryFolder } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';
import { halfUntilAborted } from './support/waiting.mjs';

const folder = temporaryFolder();
let tiny;

before(async () => {
  tiny = await parse([tinySnapshot()]);
});
after(() => tiny.close());

/** One value of each kind, and some that convert to another value after a check. */
const WRONG = [
  undefined,
  null,
  true,
  -1,
  0.5,
  NaN,
  Infinity,
  2 ** 53,
  10n,
  '',
  '\0',
  // No file to read, and no path to write to.
  path.join(folder, 'no such folder', 'no such thing'),
  Symbol('s'),
  () => {},
  [],
  [[]],
  {},
  { id: {} },
  Object.create(null),
  new Date(NaN),
  /x/v,
  new Proxy({}, { ownKeys: () => { throw new RangeError('a trap'); } }),
  { get limit() { throw new RangeError('a getter'); } },
  { toString: () => 'Session', valueOf: () => 7 },
  JSON.parse('{"__proto__":{"limit":1}}'),
  JSON.parse('{"constructor":1}'),
];

const METHODS = [
  'node', 'references', 'retainers', 'dominated', 'dominatorPath', 'retainingPaths', 'classes', 'classInstances',
  'strings', 'deadVariables', 'allocations', 'allocationStack', 'samples', 'columns',
];

/** Every call of the API that takes arguments, with one of them wrong at a time. */
function* calls() {
  const out = path.join(folder, 'never.heapsnapshot');
  for (const wrong of WRONG) {
    yield ['parse', () => parse(wrong)];
    yield ['parse options', () => parse([tinySnapshot()], wrong)];
    for (const name of ['maxBytes', 'signal', 'onProgress', 'redact']) {
      yield [`parse ${name}`, () => parse([tinySnapshot()], { [name]: wrong })];
    }
    yield ['filter', () => filter(wrong)];
    yield ['filter query', () => filter(tiny, wrong)];
    for (const name of ['id', 'name', 'type', 'selfSize', 'limit', 'offset', 'sort', 'filter', 'references', 'edgeName']) {
      yield [`filter ${name}`, () => filter(tiny, { [name]: wrong })];
    }
    yield ['filter options', () => filter(tiny, {}, wrong)];
    yield ['report', () => report(wrong)];
    yield ['report of several', () => report([tiny, wrong])];
    yield ['report options', () => report(tiny, wrong)];
    for (const name of ['limit', 'format', 'showStrings', 'maxBytes']) {
      yield [`report ${name}`, () => report(tiny, { [name]: wrong })];
    }
    yield ['diff before', () => diff(wrong, tiny)];
    yield ['diff after', () => diff(tiny, wrong)];
    yield ['diff options', () => diff(tiny, tiny, wrong)];
    yield ['redact', () => redact(wrong, out)];
    yield ['redact to', () => redact([tinySnapshot()], wrong)];
    yield ['redact options', () => redact([tinySnapshot()], out, wrong)];
    for (const method of METHODS) {
      yield [method, () => tiny[method](wrong)];
      yield [`${method}, second argument`, () => tiny[method](3, wrong)];
      yield [`${method} of something else`, () => tiny[method].call(wrong, 3)];
    }
  }
}

test('arguments of every wrong kind reject with an argument error, over the whole API', async (t) => {
  let [made, refused, done] = [0, 0, 0];
  for (const [name, call] of calls()) {
    made += 1;
    let promise;
    assert.doesNotThrow(() => (promise = call()), `${name} threw instead of rejecting`);
    try {
      const result = await promise;
      result?.close?.();
      done += 1;
    } catch (error) {
      refused += 1;
      const known = error instanceof HeaprayError || error instanceof TypeError || /^a (trap|getter)$/.test(error?.message);
      assert.ok(known, `${name}: ${error?.stack ?? String(error)}`);
      assert.notEqual(error.code, 'ERR_INTERNAL', `${name}: ${error.message}`);
    }
  }
  assert.ok(refused > made / 2, `${refused} of ${made}`);
  assert.equal((await tiny.node(3)).name, 'Config');
  t.diagnostic(`${made} calls, ${refused} refused, ${done} could be answered`);
});

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then'];

/** A heap whose classes, properties, variables, strings and types have names of Object.prototype's properties. */
function inheritedNames(extra = []) {
  const types = ['synthetic', 'object', 'string', ...INHERITED];
  const strings = ['', ...INHERITED, 'Object'];
  const nodes = [[0, 0, 1, 0, 2 * INHERITED.length + extra.length]];
  const edges = [];
  for (const [i] of INHERITED.entries()) {
    nodes.push([1, i + 1, 2 * nodes.length + 1, 16, 1], [2, i + 1, 2 * nodes.length + 3, 24, 0]);
  }
  for (const size of extra) nodes.push([1, 1, 2 * nodes.length + 1, size, 0]);
  for (let to = 1; to < nodes.length; to += 1) edges.push([0, 1 + (to % INHERITED.length), to * 5]);
  for (const [i] of INHERITED.entries()) edges.push([0, i + 1, (2 * i + 2) * 5]);
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
    node_types: [types, 'string', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [['property', 'element', 'context'], 'string_or_number', 'node'],
  };
  const header = { meta, node_count: nodes.length, edge_count: edges.length };
  return `{"snapshot":${JSON.stringify(header)},"nodes":[${nodes}],"edges":[${edges}],"strings":${JSON.stringify(strings)}}`;
}

test('names such as __proto__ are names like any other and change nothing of anybody\'s prototype', async () => {
  const own = () => Object.getOwnPropertyNames(Object.prototype).concat(Object.getOwnPropertyNames(Function.prototype)).join();
  const before = own();
  const [older, newer] = [await parse([inheritedNames()]), await parse([inheritedNames([100, 200])])];
  const { classes } = await newer.classes({ limit: 100 });
  assert.deepEqual(new Set(classes.map(({ name }) => name)), new Set([...INHERITED, '(string)']));
  const { nodes } = await filter(newer, { class: '__proto__', edges: true, references: true, retainers: true });
  assert.equal(nodes.length, 3);
  assert.ok(nodes.every(({ className }) => className === '__proto__'));
  for (const name of INHERITED) {
    assert.ok((await filter(newer, { edgeName: name })).total > 0, name);
    assert.ok((await newer.retainingPaths(name)).total > 0, name);
    assert.ok((await newer.classInstances(name)).total > 0, name);
    await filter(newer, { type: name });
  }
  await assert.rejects(filter(newer, { type: 'isPrototypeOf' }), { code: 'ERR_INVALID_QUERY' }, 'no type of the file');
  for (const format of ['json', 'text', 'markdown']) {
    await report(newer, { format });
    await report([older, newer], { format });
    for (const mode of ['classes', 'new', 'grown', 'freed']) await diff(older, newer, { mode, format, paths: true });
  }
  const grown = await diff(older, newer);
  assert.deepEqual(grown.classes.map(({ name, sizeDelta }) => [name, sizeDelta]), [['__proto__', 300]]);
  assert.equal(own(), before);
  assert.equal({}.limit, undefined);
  older.close();
  newer.close();
});

/** The result of a source: an error's code, section and offset, or the totals. */
async function outcome(source) {
  try {
    const snapshot = await parse(source);
    const { nodeCount, edgeCount } = snapshot;
    snapshot.close();
    return { nodeCount, edgeCount };
  } catch (error) {
    assert.ok(error instanceof HeaprayError, error?.stack);
    assert.notEqual(error.code, 'ERR_INTERNAL', error.message);
    return { code: error.code, section: error.section, offset: error.offset };
  }
}

const tinyText = tinySnapshot();
const inFront = (text) => `{${text},${tinyText.slice(1)}`;
const COSTLY = {
  'a million brackets in a section nobody knows': inFront(`"x":${'['.repeat(1e6)}${']'.repeat(1e6)}`),
  'a million open brackets': inFront(`"x":${'['.repeat(1e6)}`),
  'a header a hundred thousand deep': `{"snapshot":{"meta":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`,
  'a number of a million digits': tinyText.replace('"nodes":[9', `"nodes":[${'9'.repeat(1e6)}`),
  'a property name of a megabyte': tinyText.replace('"cache"', JSON.stringify('c'.repeat(1e6))),
  'a name of a section of a megabyte': inFront(`"${'n'.repeat(1e6)}":1`),
  'a hundred thousand sections nobody knows': inFront(Array.from({ length: 1e5 }, (_, i) => `"s${i}":1`).join()),
  'a section twice behind a hundred others': inFront(
    `${Array.from({ length: 100 }, (_, i) => `"s${i}":1`).join()},"strings":[]`,
  ),
  'half a million empty strings': tinyText.replace('"strings":[', `"strings":[${'"",'.repeat(5e5)}`),
  'counts beyond everything': tinyText.replace('"node_count":6', '"node_count":9007199254740991'),
  'nothing but white space': ' '.repeat(1e6),
  'an escape without an end': `${tinyText.slice(0, -4)}\\ud83d`,
};

test('expensive input has the same result from path, Buffer and stream, with a code, section and offset', async () => {
  for (const [name, text] of Object.entries(COSTLY)) {
    const file = path.join(folder, 'costly.heapsnapshot');
    writeFileSync(file, text);
    const byPath = await outcome(file);
    assert.deepEqual(await outcome(Buffer.from(text)), byPath, `${name}: Buffer`);
    assert.deepEqual(await outcome(createReadStream(file, { highWaterMark: 4093 })), byPath, `${name}: stream`);
    assert.deepEqual(await outcome([text]), byPath, `${name}: text`);
    const isFine = /nobody knows$|property name|empty strings/.test(name) && !/^a million open/.test(name);
    if (!isFine) assert.match(byPath.code ?? 'none', /^ERR_/, name);
  }
});

test('a failing stream rejects with its own error, one that ends early with ERR_TRUNCATED and the offset', async () => {
  const failure = new Error('the line went dead');
  const failing = Readable.from((function* () {
    yield tinyText.slice(0, 200);
    throw failure;
  })());
  await assert.rejects(parse(failing), (error) => error === failure || error.cause === failure);
  const length = Buffer.byteLength(tinyText) - 10;
  assert.deepEqual(await outcome(Readable.from([Buffer.from(tinyText).subarray(0, length)])), {
    code: 'ERR_TRUNCATED',
    section: 'strings',
    offset: length,
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Changes that the owner of a buffer can make while it is read. */
const TAKEN_AWAY = {
  resized: { make: (length) => new ArrayBuffer(length, { maxByteLength: length }), take: (memory) => memory.resize(0) },
  'given to somebody else, who frees it': {
    make: (length) => new ArrayBuffer(length),
    take(memory) {
      structuredClone(memory, { transfer: [memory] });
      collectGarbage();
    },
  },
};

test('memory that is taken away while it is read ends in an error or a snapshot, never in a crash', async (t) => {
  const text = readFileSync(await madeSnapshotFile(20));
  const write = (source) => redact(source, path.join(folder, 'taken.heapsnapshot'));
  const open = (source) => parse(source).then((snapshot) => snapshot.close());
  const codes = new Set();
  for (const [name, { make, take }] of Object.entries(TAKEN_AWAY)) {
    for (const read of [open, write]) {
      for (const asChunk of [false, true]) {
        for (let moment = 0; moment < 32; moment = 2 * moment + 1) {
          const memory = make(text.length);
          new Uint8Array(memory).set(text);
          const pending = read(asChunk ? [memory] : new Uint8Array(memory)).then(() => 'read', ({ code }) => code);
          await setTimeout(moment);
          take(memory);
          const outcome = await pending;
          assert.ok(['read', 'ERR_TRUNCATED', 'ERR_INVALID_ARGUMENT'].includes(outcome), `${name}: ${outcome}`);
          codes.add(outcome);
        }
      }
    }
  }
  assert.ok(codes.has('ERR_TRUNCATED'), [...codes].join());
  t.diagnostic([...codes].join(', '));
});

test('values that are no source, and broken iterators, are refused with a code', async () => {
  const gone = new Uint8Array(8);
  structuredClone(gone, { transfer: [gone.buffer] });
  const sources = [
    gone,
    [gone],
    { [Symbol.iterator]: true },
    { [Symbol.iterator]: () => undefined },
    { [Symbol.asyncIterator]: () => ({ next: true }) },
    { [Symbol.asyncIterator]: () => ({ next: () => 7 }) },
    { [Symbol.asyncIterator]: () => ({ next: async () => undefined }) },
  ];
  for (const source of sources) {
    await assert.rejects(parse(source), { name: 'TypeError', code: 'ERR_INVALID_ARGUMENT' });
    await assert.rejects(redact(source, path.join(folder, 'refused')), { name: 'TypeError', code: 'ERR_INVALID_ARGUMENT' });
  }
  await assert.rejects(tiny.columns([[Symbol('s')]]), { code: 'ERR_INVALID_ARGUMENT' });
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('refused')), readdirSync(folder).join());
});

test('a file that is truncated, overwritten or replaced while it is read ends in an error or a snapshot, never in a crash', async (t) => {
  const original = await madeSnapshotFile(20);
  const file = path.join(folder, 'changing.heapsnapshot');
  const changes = {
    cut: () => truncateSync(file, 1e6),
    overwritten: () => writeFileSync(file, 'x'.repeat(5e6), { flag: 'r+' }),
    replaced: () => renameSync(other, file),
  };
  const other = path.join(folder, 'other.heapsnapshot');
  const codes = new Set();
  // Sometimes before the first byte is read, sometimes after the last.
  for (const [name, change] of Object.entries(changes)) {
    for (let moment = 0; moment < 64; moment = 2 * moment + 1) {
      copyFileSync(original, file);
      writeFileSync(other, tinyText);
      const pending = outcome(file);
      await setTimeout(moment);
      change();
      const { code, nodeCount } = await pending;
      assert.ok(nodeCount > 0 || ['ERR_TRUNCATED', 'ERR_SYNTAX', 'ERR_NOT_A_SNAPSHOT', 'ERR_RANGE', 'ERR_COUNT'].includes(code), `${name}: ${code}`);
      if (code) codes.add(`${name}: ${code}`);
    }
  }
  t.diagnostic([...codes].join(', '));
  assert.equal((await outcome(original)).nodeCount, 360_000);
});

test('a job aborted in any phase ends there, and the next one works', async (t) => {
  const file = await madeSnapshotFile(40);
  const stoppedIn = new Set();
  const stopIn = async (wanted, toSource) => {
    const controller = new AbortController();
    const onProgress = ({ phase }) => {
      if (phase !== wanted) return;
      stoppedIn.add(phase);
      controller.abort();
    };
    const run = parse(toSource(controller.signal), { signal: controller.signal, onProgress });
    const result = await run.then((snapshot) => snapshot.close(), (error) => error);
    assert.ok(result === undefined || result.name === 'AbortError', result?.stack);
  };

  // Progress is polled every 50 ms. Reading lasts until then, because the source waits for it.
  const bytes = readFileSync(file);
  await stopIn('parse', (signal) => halfUntilAborted(bytes, signal));
  assert.ok(stoppedIn.has('parse'));

  // The later phases may be shorter than that on a fast machine, so larger graphs are tried.
  const LATER = ['graph', 'dominators', 'retained', 'classes'];
  for (let copies = 40; stoppedIn.size === 1 && copies <= 640; copies *= 2) {
    const larger = await madeSnapshotFile(copies);
    for (const wanted of LATER) {
      for (let tries = 0; tries < 3 && !stoppedIn.has(wanted); tries += 1) await stopIn(wanted, () => larger);
    }
  }
  assert.ok(stoppedIn.size > 1, [...stoppedIn].join());
  t.diagnostic(`stopped in ${[...stoppedIn].join(', ')}`);
  assert.equal((await outcome(file)).nodeCount, 720_000);
});

test('a snapshot belongs to its thread, and answers many questions at once like a single one', async () => {
  // A copy for another thread has no handle.
  assert.equal(structuredClone(tiny).node, undefined);
  const questions = [() => tiny.node(3), () => tiny.classes(), () => report(tiny), () => filter(tiny, { name: /s/i }), () => diff(tiny, tiny)];
  const alone = [];
  for (const ask of questions) alone.push(await ask());
  const together = await Promise.all(Array.from({ length: 40 }, (_, i) => questions[i % questions.length]()));
  for (const [i, answer] of together.entries()) assert.deepEqual(answer, alone[i % questions.length]);
});
