// One protocol, three engines: the addon and the WebAssembly modules with and without threads respond with the same bytes.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import path from 'node:path';
import test from 'node:test';
import v8 from 'node:v8';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { corpus, corpusFiles } from './corpus.mjs';
import { answerOf, ask, freshEngines, openBytes } from './support/engines.mjs';
import { badFolder, temporaryFolder } from './support/fixtures.mjs';
import { AFTER, BEFORE } from './support/heaps.mjs';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';

/** Every question about a snapshot with these ids and classes, and invalid ones. */
function questionsOf({ ids, classes, rootId }) {
  const [id] = ids;
  const [className] = classes;
  return [
    { ask: 'summary' },
    ...['retainedSize', 'selfSize', 'count', 'distance', 'name'].map((sort) => ({ ask: 'classes', sort, limit: 200 })),
    { ask: 'classes', name: { regex: '^[A-S]\\w+$', flags: 'i' }, order: 'ascending', offset: 3 },
    { ask: 'classes', filter: 'duplicatedStrings' },
    { ask: 'classes', filter: 'noNativeContext' },
    ...classes.map((name) => ({ ask: 'classInstances', class: name, limit: 20 })),
    { ask: 'classInstances', class: 0, sort: 'id' },
    ...ids.flatMap((id) => [
      ...['node', 'references', 'retainers', 'dominated', 'dominatorPath', 'allocationStack'].map((name) => ({ ask: name, id })),
      { ask: 'retainingPaths', of: id, limit: 10 },
      { ask: 'dominatorTree', root: id, depth: 20, limit: 50 },
    ]),
    { ask: 'retainers', id, limit: 2, offset: 1 },
    { ask: 'retainingPaths', of: className },
    { ask: 'dominatorTree' },
    { ask: 'dominatorTree', depth: 100, limit: 1000, minShare: 0.001 },
    { ask: 'filter' },
    ...['selfSize', 'ratio', 'distance', 'id'].map((sort) => ({ ask: 'filter', sort, order: 'descending', limit: 5 })),
    { ask: 'filter', name: { contains: 'Ä' }, edges: true },
    { ask: 'filter', name: { regex: '\\p{L}(o|u)\\b', flags: 'iu' }, type: 'string' },
    { ask: 'filter', class: { exact: className }, references: { depth: 3, limit: 4 }, retainers: true, limit: 5 },
    { ask: 'filter', edgeName: { contains: 'map' }, script: true, mineOnly: true },
    { ask: 'filter', retainedBy: rootId, selfSize: { min: 100, max: 2000 }, distance: { max: 6 }, detached: false },
    { ask: 'filter', referencedFrom: id, allocated: { after: 3 }, mineOnly: 'auto' },
    ...['objectsRetainedByDetachedDomNodes', 'objectsRetainedByContexts', 'objectsRetainedByConsole', 'objectsRetainedByEventHandlers',
      'sharedNativeContext', 'nativeContext_0'].map((filter) => ({ ask: 'filter', filter, limit: 10 })),
    { ask: 'strings', limit: 100 },
    { ask: 'deadVariables', limit: 10 },
    { ask: 'allocations' },
    { ask: 'allocations', by: 'stack', sort: 'liveSize' },
    { ask: 'samples' },
    { ask: 'report' },
    { ask: 'report', limit: 100, showStrings: true },
    { ask: 'node', id: 2 ** 40 },
    { ask: 'filter', name: { regex: '(?=look)' } },
    { ask: 'filter', nmae: { contains: 'x' } },
    { ask: 'classes', limit: 1e6 },
    { ask: 'classInstances', class: 'no such class' },
    { ask: 'diff' },
    { ask: 'nothing there is' },
  ];
}

/** Questions about snapshots 1 to `count`, oldest first. */
const questionsOfSeveral = () => [
  ...['classes', 'new', 'grown', 'freed'].map((mode) => ({ snapshots: [1, 2], question: { ask: 'diff', mode, paths: true, limit: 20 } })),
  ...['classes', 'new', 'grown', 'freed'].map((mode) => ({ snapshots: [1, 2], question: { ask: 'diff', mode, class: 3 } })),
  { snapshots: [1, 2], question: { ask: 'diff', mode: 'new', class: 2 ** 31 } },
  { snapshots: [2, 1], question: { ask: 'diff' } },
  { snapshots: [1, 2, 3], question: { ask: 'report', showStrings: true } },
  { snapshots: [1, 2, 3], question: { ask: 'diff' } },
  { snapshots: [1, 9], question: { ask: 'diff' } },
  { snapshots: [], question: { ask: 'list' } },
];

/** Asks all engines, and compares the bytes. */
async function same(engines, request) {
  const text = JSON.stringify({ id: 7, ...request });
  await compare(engines, `${text} is answered`, (engine) => engine.respond(text));
}

/** The first engine's response, which all others must give. */
async function compare(engines, what, say) {
  const said = await Promise.all(Object.values(engines).map(say));
  const names = Object.keys(engines);
  for (const [i, text] of said.entries()) {
    if (text !== said[0]) assert.fail(`${what} differently${difference([names[0], said[0]], [names[i], text])}`);
  }
  return said[0];
}

/** The first difference of two texts, which may have megabytes. */
function difference([firstName, first], [otherName, other]) {
  let at = 0;
  while (first[at] === other[at]) at += 1;
  const around = (text) => text.slice(Math.max(0, at - 80), at + 80);
  return ` at character ${at}\n${firstName}: ${around(first)}\n${otherName}: ${around(other)}`;
}

function openAll(engines, bytes, name) {
  return compare(engines, `${name} opens`, (engine) => openBytes(engine, bytes, name));
}

/** Interesting ids and classes. */
async function landmarks(engine, { snapshot, summary: { rootId } }) {
  const nodes = async (question) => answerOf(await ask(engine, [snapshot], { ask: 'filter', limit: 3, ...question })).nodes;
  const found = [
    { id: rootId },
    ...(await nodes({ type: 'object' })),
    ...(await nodes({ type: 'string', sort: 'selfSize' })),
    ...(await nodes({ type: 'closure', sort: 'distance', order: 'descending' })),
  ];
  const { classes } = answerOf(await ask(engine, [snapshot], { ask: 'classes', limit: 4 }));
  return { rootId, ids: found.map(({ id }) => id), classes: classes.map(({ name }) => name) };
}

async function compareQuestions(bytes, name) {
  const engines = freshEngines();
  const row = answerOf(await openAll(engines, bytes, name));
  const questions = questionsOf(await landmarks(engines.native, row));
  for (const question of questions) await same(engines, { snapshots: [1], question });
  await same(engines, { snapshots: [1], question: { ask: 'close' } });
  await same(engines, { snapshots: [1], question: { ask: 'summary' } });
  return questions.length;
}

async function compareSeries(files) {
  const engines = freshEngines();
  for (const [i, bytes] of files.entries()) await openAll(engines, bytes, `${i}.heapsnapshot`);
  for (const request of questionsOfSeveral()) await same(engines, request);
  engines.native.clear();
}

/** A snapshot of this process with allocation stacks. */
function timelineOfThisProcess() {
  const session = new inspector.Session();
  session.connect();
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => chunks.push(params.chunk));
  const post = (method, params) => new Promise((resolve, reject) => session.post(method, params, (error) => (error ? reject(error) : resolve())));
  return (async () => {
    await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
    globalThis.keptForTimeline = Array.from({ length: 1000 }, (_, i) => ({ text: `kept ${i}` }));
    await post('HeapProfiler.stopTrackingHeapObjects');
    session.disconnect();
    return Buffer.from(chunks.join(''));
  })();
}

function writtenSnapshot() {
  return readFileSync(v8.writeHeapSnapshot(path.join(temporaryFolder(), 'this.heapsnapshot')));
}

const FIXTURES = {
  'a snapshot of six objects': async () => Buffer.from(tinySnapshot()),
  'a heap with hostile names': async () => Buffer.from(AFTER),
  'two thousand objects': async () => Buffer.concat([...bigSnapshot(2_000)].map((text) => Buffer.from(text))),
  'a real process': async () => writtenSnapshot(),
  'a real process with allocation traces': timelineOfThisProcess,
};

for (const [name, make] of Object.entries(FIXTURES)) {
  test(`${name}: every question has the same answer in all engines`, async (t) => {
    const bytes = await make();
    t.diagnostic(`${await compareQuestions(bytes, name)} questions, ${(bytes.length / 1e6).toFixed(1)} MB`);
  });
}

test('a diff and a series have the same answers in all engines', async () => {
  await compareSeries([BEFORE, AFTER, AFTER].map((text) => Buffer.from(text)));
});

test('compressed snapshots open in all engines alike', async () => {
  const bytes = Buffer.from(AFTER);
  for (const compressed of [gzipSync(bytes), brotliCompressSync(bytes)]) {
    const { nodeCount } = answerOf(await openAll(freshEngines(), compressed, 'a')).summary;
    assert.ok(nodeCount > 50);
  }
});

test('every truncation of a snapshot has the same error', async () => {
  const bytes = Buffer.from(tinySnapshot());
  const engines = freshEngines();
  for (let length = 0; length < bytes.length; length += 7) {
    const { error } = JSON.parse(await openAll(engines, bytes.subarray(0, length), 'cut'));
    assert.ok(error.code, `${length} bytes were accepted`);
  }
});

test('every wrong byte of a snapshot has the same error, or the same snapshot', async () => {
  const bytes = Buffer.from(tinySnapshot());
  const engines = freshEngines();
  for (let at = 0; at < bytes.length; at += 5) {
    const damaged = Buffer.from(bytes);
    damaged[at] ^= 0x11;
    await openAll(engines, damaged, 'damaged');
  }
});

const bad = badFolder();

test('the corpus of damaged snapshots has the same errors', { skip: bad ? false : 'no corpus' }, async (t) => {
  const names = readdirSync(bad).filter((name) => name !== 'expect.json');
  for (const name of names) {
    const engines = freshEngines();
    const response = await openAll(engines, readFileSync(path.join(bad, name)), name);
    engines.native.clear();
    assert.doesNotMatch(response, /ERR_INTERNAL/);
  }
  t.diagnostic(`${names.length} files`);
});

const skip = corpus ? false : 'no corpus';

test('real snapshots of the corpus: every question has the same answer', { skip }, async (t) => {
  const files = [...corpusFiles('.', 'small'), ...corpusFiles('.', 'medium'), ...corpusFiles('chrome', 'alloc'), ...corpusFiles('chrome', 'detached')];
  assert.ok(files.length > 3, `${files.length} files`);
  let asked = 0;
  for (const file of files) asked += await compareQuestions(readFileSync(file), path.basename(file));
  t.diagnostic(`${files.length} files, ${asked} questions`);
});

test('real series of the corpus: reports and diffs are the same', { skip }, async (t) => {
  const series = ['chrome', 'leaks'].flatMap((folder) => corpusFiles(folder).filter((file) => file.includes('.before.')));
  // Every third is of another kind; all of them take minutes in a debug build.
  const some = series.filter((_, i) => i % 3 === 0);
  assert.ok(some.length > 3, `${some.length} series`);
  for (const before of some) {
    await compareSeries(['before', 'after', 'third'].map((name) => readFileSync(before.replace('.before.', `.${name}.`))));
  }
  t.diagnostic(`${some.length} series`);
});
