// The JavaScript API: each function and option, on a tiny snapshot.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { capture, diff, filter, parse, redact, report, version, watch } from '../index.js';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';

let snapshot;

before(async () => {
  snapshot = await parse([tinySnapshot()]);
});
after(() => snapshot.close());

const idsOf = ({ nodes }) => nodes.map(({ id }) => id);
const isArgumentError = (pattern) => (error) => {
  assert.ok(error instanceof TypeError, `${error.stack}`);
  assert.equal(error.code, 'ERR_INVALID_ARGUMENT');
  assert.match(error.message, pattern);
  return true;
};

test('version is that of the package', () => {
  assert.equal(version, JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
});

test('a snapshot has its totals, statistics and header', () => {
  assert.equal(snapshot.nodeCount, 6);
  assert.equal(snapshot.edgeCount, 6);
  assert.equal(snapshot.stringCount, 11);
  assert.equal(snapshot.totalSize, 1178);
  assert.equal(snapshot.statistics.total, 1178);
  assert.equal(snapshot.meta.node_fields[0], 'type');
  assert.deepEqual(snapshot.skipped, []);
  assert.ok(snapshot.nativeBytes > 0);
  assert.equal(snapshot.closed, false);
});

test('a node has its sizes, its class and its direct references', async () => {
  const { edges, ...row } = await snapshot.node(3);
  assert.deepEqual(row, {
    id: 3, type: 'object', name: 'Config', className: 'Config', selfSize: 100, retainedSize: 120,
    percent: (120 / 1178) * 100, ratio: 1.2, edgeCount: 1, distance: 1, detached: false, source: null,
  });
  assert.deepEqual(edges, [{ type: 'property', name: 'cache', to: 5 }]);
});

test('an unknown id is ERR_NO_SUCH_NODE', async () => {
  await assert.rejects(snapshot.node(4), { name: 'HeaprayError', code: 'ERR_NO_SUCH_NODE' });
});

test('references, retainers, dominated and dominator path agree with the drawing', async () => {
  assert.deepEqual((await snapshot.references(9)).items.map(({ name, node }) => [name, node.id]), [['session', 7], ['name', 11]]);
  assert.deepEqual((await snapshot.retainers(7)).items.map(({ name, node }) => [name, node.id]).sort(), [[0, 5], ['session', 9]]);
  assert.deepEqual(idsOf(await snapshot.dominated(1)), [7, 3, 9]);
  assert.deepEqual((await snapshot.dominatorPath(11)).map(({ id }) => id), [1, 9, 11]);
});

test('the top of the dominator tree adds up at every row, including the rest', async () => {
  const tree = await snapshot.dominatorTree({ depth: 1, limit: 2 });
  assert.equal(tree.id, snapshot.rootId);
  assert.deepEqual([tree.retainedSize, tree.childCount, tree.rest], [1178, 3, { count: 1, retainedSize: 58 }]);
  assert.deepEqual(tree.children.map(({ id, childCount, rest }) => [id, childCount, rest]), [
    [7, 0, { count: 0, retainedSize: 0 }],
    [3, 1, { count: 1, retainedSize: 20 }],
  ]);
  const [cache] = (await snapshot.dominatorTree({ root: 3, minShare: 0.1 })).children;
  assert.equal(cache.id, 5);
  await assert.rejects(snapshot.dominatorTree({ depth: 101 }), isArgumentError(/options\.depth/));
  await assert.rejects(snapshot.dominatorTree({ minShare: -1 }), isArgumentError(/options\.minShare must be a number from 0 to 1/));
  await assert.rejects(snapshot.dominatorTree({ root: 2 }), { code: 'ERR_NO_SUCH_NODE' });
});

test('next leads from page to page', async () => {
  const first = await snapshot.references(9, { limit: 1 });
  assert.deepEqual([first.total, first.items.length, first.next], [2, 1, 1]);
  const second = await snapshot.references(9, { limit: 1, offset: first.next });
  assert.deepEqual([second.items[0].node.id, second.next], [11, null]);
});

test('a retaining path reads like code', async () => {
  const { paths } = await snapshot.retainingPaths(11);
  assert.deepEqual(paths[0].steps.map(({ id }) => id).slice(-2), [9, 11]);
  assert.match(paths[0].text, /worker\.name$/i);
  const byClass = await snapshot.retainingPaths('Session', { limit: 2 });
  assert.ok(byClass.paths.length >= 1);
});

test('classes and their instances', async () => {
  const { classes, total } = await snapshot.classes();
  assert.equal(total, classes.length);
  const session = classes.find(({ name }) => name === 'Session');
  assert.deepEqual([session.count, session.selfSize, session.retainedSize], [1, 1000, 1000]);
  assert.deepEqual(idsOf(await snapshot.classInstances('Session')), [7]);
  assert.deepEqual(idsOf(await snapshot.classInstances(session.index)), [7]);
  assert.deepEqual((await snapshot.classes({ name: { contains: 'WORK' } })).classes.map(({ name }) => name), ['Worker']);
});

test('filter understands every kind of text, and ranges, sorting and paging', async () => {
  assert.deepEqual(idsOf(await filter(snapshot, { name: 'Cache' })), [5]);
  assert.deepEqual(idsOf(await filter(snapshot, { name: /^c/i, sort: 'id' })), [3, 5]);
  assert.deepEqual(idsOf(await filter(snapshot, { name: { contains: 'näme' } })), [11]);
  assert.deepEqual(idsOf(await filter(snapshot, { class: { regex: 'ion$' } })), [7]);
  assert.deepEqual(idsOf(await filter(snapshot, { selfSize: { min: 50, max: 100 }, sort: 'selfSize' })), [3, 9]);
  assert.deepEqual(idsOf(await filter(snapshot, { selfSize: { min: 50, max: Infinity }, sort: 'id', order: 'descending' })), [9, 7, 3]);
  assert.deepEqual(idsOf(await filter(snapshot, { id: [11, 3], sort: 'id' })), [3, 11]);
  assert.deepEqual(idsOf(await filter(snapshot, { edgeName: 'session' })), [7]);
  assert.deepEqual(idsOf(await filter(snapshot, { referencedFrom: 9, sort: 'id' })), [7, 11]);
  const page = await filter(snapshot, { type: 'object', sort: 'id', limit: 2, offset: 2 });
  assert.deepEqual([page.total, idsOf(page), page.next], [5, [7, 9], 4]);
});

test('filter returns the requested trees and no others', async () => {
  const [row] = (await filter(snapshot, { id: 5, references: { depth: 1 }, retainers: true, edges: true })).nodes;
  assert.deepEqual(row.references.items.map(({ name, node }) => [name, node.id]), [[0, 7]]);
  assert.deepEqual(row.retainers.items.map(({ name, node }) => [name, node.id]), [['cache', 3]]);
  assert.deepEqual(row.edges, [{ type: 'element', name: 0, to: 7 }]);
  const [narrow] = (await filter(snapshot, { id: 9, references: { depth: 1, limit: 1 } })).nodes;
  assert.deepEqual([narrow.references.items.length, narrow.references.omitted], [1, 1]);
  const [bare] = (await filter(snapshot, { id: 9, references: false })).nodes;
  assert.equal('references' in bare || 'retainers' in bare || 'edges' in bare, false);
});

test('columns are typed arrays in node order', async () => {
  const columns = await snapshot.columns(['id', 'type', 'selfSize', 'retainedSize', 'distance', 'dominator', 'detached', 'edgeCount', 'class']);
  assert.deepEqual(columns.id, Uint32Array.of(1, 3, 5, 7, 9, 11));
  assert.deepEqual(columns.type, Uint8Array.of(9, 3, 3, 3, 3, 3));
  assert.deepEqual(columns.selfSize, Float64Array.of(0, 100, 20, 1000, 50, 8));
  assert.deepEqual(columns.retainedSize, Float64Array.of(1178, 120, 20, 1000, 58, 8));
  assert.deepEqual(columns.dominator, Uint32Array.of(0, 0, 1, 0, 0, 4));
  assert.deepEqual(columns.detached, new Uint8Array(6));
  assert.deepEqual(columns.edgeCount, Uint32Array.of(2, 1, 1, 0, 2, 0));
  assert.deepEqual(columns.distance.slice(1), Int32Array.of(1, 2, 2, 1, 2));
  const { classes } = await snapshot.classes();
  assert.equal(classes.find(({ index }) => index === columns.class[3]).name, 'Session');
  await assert.rejects(snapshot.columns(['size']), isArgumentError(/names must be an array of id, type/));
});

test('data that a plain snapshot lacks is empty, not an error', async () => {
  assert.deepEqual(await snapshot.samples(), []);
  assert.deepEqual((await snapshot.allocations()).functions, []);
  assert.deepEqual(await snapshot.allocationStack(7), []);
  assert.deepEqual((await snapshot.strings()).strings, []);
});

test('report gives JSON, text and Markdown', async () => {
  const json = await report(snapshot, { limit: 3 });
  assert.deepEqual([json.schemaVersion, json.kind, json.totals.nodes, json.totals.size], [1, 'report', 6, 1178]);
  assert.ok(json.classes.length <= 3);
  assert.match(await report(snapshot, { format: 'text' }), /Session/);
  assert.match(await report([tinySnapshot()], { format: 'markdown' }), /\| *-/);
});

test('diff takes the baseline first', async () => {
  const grown = tinySnapshot().replace(',7,1000,', ',7,5000,');
  const classes = await diff(snapshot, [grown]);
  assert.deepEqual([classes.kind, classes.mode, classes.sameProcess, classes.before.size, classes.after.size], ['diff', 'classes', true, 1178, 5178]);
  const { nodes } = await diff(snapshot, [grown], { mode: 'grown', paths: true });
  assert.deepEqual([nodes[0].id, nodes[0].retainedBefore, nodes[0].retainedAfter, nodes[0].growth].slice(1), [1178, 5178, 4000]);
  assert.match(await diff([tinySnapshot()], [grown], { mode: 'grown', format: 'text' }), /Session/);
});

test('diff of a class lists the objects that its row counts', async () => {
  const other = [tinySnapshot().replace(',7,1000,', ',13,1000,')];
  const { classes: [row] } = await diff(snapshot, other);
  assert.deepEqual([row.name, row.addedCount, row.removedCount], ['Session', 1, 1]);
  const idsOfMode = async (mode) => (await diff(snapshot, other, { mode, class: row.index })).nodes.map(({ id }) => id);
  assert.deepEqual([await idsOfMode('new'), await idsOfMode('freed'), await idsOfMode('grown')], [[13], [7], []]);
  await assert.rejects(diff(snapshot, other, { mode: 'new', class: 1e6 }), { code: 'ERR_INVALID_QUERY' });
  await assert.rejects(diff(snapshot, other, { class: 'Session' }), isArgumentError(/options\.class/));
});

test('filter, report and diff take sources and close the snapshots they opened', async () => {
  const [before, after] = [tinySnapshot(), tinySnapshot()];
  assert.deepEqual(idsOf(await filter([before], { class: 'Session' })), [7]);
  assert.equal((await diff([before], [after])).total, 0);
  await assert.rejects(diff([before], ['{"snapshot"']), { code: 'ERR_TRUNCATED' });
});

test('a misspelt field or a value out of range is an argument error, not another answer', async () => {
  await assert.rejects(filter(snapshot, { retained: { min: 1 } }), isArgumentError(/fields among .*retainedSize.* received { retained/));
  await assert.rejects(filter(snapshot, { retainedSize: { over: 1 } }), isArgumentError(/query\.retainedSize must be an object with fields among min, max/));
  await assert.rejects(filter(snapshot, { limit: 100_001 }), isArgumentError(/query\.limit must be a whole number from 0 to 100000, received 100001/));
  await assert.rejects(filter(snapshot, { references: { depth: 21 } }), isArgumentError(/query\.references\.depth/));
  await assert.rejects(filter(snapshot, { name: 5 }), isArgumentError(/query\.name must be a string, a RegExp/));
  await assert.rejects(filter(snapshot, { id: [3, -1] }), isArgumentError(/query\.id\[1\]/));
  await assert.rejects(filter(snapshot, { sort: 'size' }), isArgumentError(/query\.sort must be 'retainedSize'/));
  await assert.rejects(report(snapshot, { format: 'html' }), isArgumentError(/options\.format/));
  await assert.rejects(diff(snapshot, snapshot, { mode: 'all' }), isArgumentError(/options\.mode/));
  await assert.rejects(diff(snapshot), isArgumentError(/^after must be/));
  await assert.rejects(snapshot.node('3'), isArgumentError(/id must be a whole number .* received '3'/));
});

test('every function refuses unknown options, and suggests the intended one', async () => {
  const misspelt = [
    ['parse', () => parse([tinySnapshot()], { maxByte: 5 }), 'maxByte: did you mean maxBytes?'],
    ['filter', () => filter(snapshot, {}, { singal: undefined, redact: false }), 'singal: did you mean signal?'],
    ['report', () => report(snapshot, { limits: 5 }), 'limits: did you mean limit?'],
    ['diff', () => diff(snapshot, snapshot, { Mode: 'new' }), 'Mode: did you mean mode?'],
    ['redact', () => redact([tinySnapshot()], 'never.heapsnapshot', { kye: 'secret' }), 'kye: did you mean key?'],
    ['capture', () => capture({ forgetIDs: true }), 'forgetIDs: did you mean forgetIds?'],
    ['capture with a report', () => capture({ report: { formt: 'text' } }), 'formt: did you mean format?'],
    ['a page', () => snapshot.strings({ ofset: 3 }), 'ofset: did you mean offset?'],
    ['a tree', () => filter(snapshot, { references: { dept: 3 } }), 'dept: did you mean depth?'],
  ];
  for (const [what, call, hint] of misspelt) {
    await assert.rejects(call(), (error) => error.code === 'ERR_INVALID_ARGUMENT' && error.message.endsWith(`; ${hint}`), what);
  }
  assert.throws(() => watch({ onReport() {}, intervalms: 3 }), isArgumentError(/; intervalms: did you mean intervalMs\?$/));
  await assert.rejects(report(snapshot, { colour: true }), isArgumentError(/received { colour: true }$/));
});

test('maxBytes of report is the size of the text, not of the input', async () => {
  const chunks = [...bigSnapshot(1000)];
  assert.ok(chunks.join('').length > 1000);
  const text = await report(chunks, { format: 'text', maxBytes: 1000 });
  assert.ok(Buffer.byteLength(text) <= 1000, text);
});

test('an invalid pattern is ERR_INVALID_QUERY', async () => {
  await assert.rejects(filter(snapshot, { name: /(?<=a)b/ }), { code: 'ERR_INVALID_QUERY' });
  await assert.rejects(filter(snapshot, { filter: 'noSuchFilter' }), { code: 'ERR_INVALID_QUERY' });
});

test('a snapshot is disposable', async () => {
  const dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');
  const other = await parse([tinySnapshot()]);
  other[dispose]();
  assert.equal(other.closed, true);
});

test('a hundred questions at once are all answered', async () => {
  const rows = await Promise.all(Array.from({ length: 100 }, (_, i) => snapshot.node([3, 5, 7, 9, 11][i % 5])));
  assert.deepEqual(rows.map(({ id }) => id).slice(0, 5), [3, 5, 7, 9, 11]);
});

test('one snapshot given twice is refused, as a path and as a Snapshot', async () => {
  const file = 'no-such.heapsnapshot';
  await assert.rejects(report([file, `./${file}`]), { code: 'ERR_INVALID_ARGUMENT', message: /snapshots\[1\] must be a snapshot that is not given twice/ });
  const snapshot = await parse(Buffer.from(tinySnapshot()));
  await assert.rejects(report([snapshot, snapshot]), { code: 'ERR_INVALID_ARGUMENT' });
  snapshot.close();
});
