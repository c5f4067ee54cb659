// Every answer, and every message of an assertion, has the names of the source where the program was bundled and minified.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import esbuild from 'esbuild';
import { diff, filter, parse, report } from '../index.js';
import { assertCollected, assertInstances, assertNoGrowth, assertNoLeak, assertRetainsLessThan, checkpoint, since, track } from '../testing/index.js';

const require = createRequire(import.meta.url);
const cli = require.resolve('../bin/heapray.js');
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-map-names-')));
after(() => rmSync(folder, { recursive: true, force: true }));

const FILES = {
  'src/shop.ts': `export class Order {
  constructor(readonly no: number, readonly lines: string[]) {}
}

export class Customer {
  readonly orders: Order[] = [];
  constructor(readonly mail: string) {}
}

export class Warehouse {
  #secretShelf: Order[] = [];
  put(order: Order) {
    this.#secretShelf.push(order);
  }
  get amount() {
    return this.#secretShelf.length;
  }
}
`,
  'src/settle.ts': `import { writeHeapSnapshot } from 'node:v8';
import { Customer, Order, Warehouse } from './shop';

const warehouse = new Warehouse();
const settled: Customer[] = [];
let leaving: Customer[] | undefined;
(globalThis as any).keep = () => [warehouse, settled, leaving, warehouse.amount];

function fill(into: Customer[]) {
  for (let i = 0; i < 4000; i += 1) {
    const customer = new Customer('customer' + i);
    customer.orders.push(new Order(i, ['first' + i, 'second' + i]));
    into.push(customer);
  }
  return into;
}

const out = process.argv[2];
for (let i = 0; i < 3; i += 1) {
  warehouse.put(new Order(i, ['only' + i]));
  if (i === 2) fill(settled);
  leaving = i > 0 ? fill([]).slice(0, 100) : undefined;
  writeHeapSnapshot(out + i + '.heapsnapshot');
}
`,
  'src/parcels.ts': `import { writeHeapSnapshot } from 'node:v8';
import { Customer } from './shop';

class Parcel {
  constructor(readonly to: Customer, readonly weight: string) {}
}
class Depot {
  readonly parcels: Parcel[] = [];
  last: Parcel | undefined;
}
const customers = [new Customer('one'), new Customer('two')];
const sent = new Map<string, Parcel>();
let depot: Depot | undefined;
(globalThis as any).keep = () => [customers, sent, depot];
for (let i = 0; i < 3; i += 1) {
  depot = new Depot();
  for (let k = 0; k < 20; k += 1) {
    sent.set('parcel ' + i + ' ' + k, new Parcel(customers[k % 2], k + ' kg'));
    depot.parcels.push(new Parcel(customers[0], 'kg ' + k));
  }
  depot.last = new Parcel(customers[1], 'last ' + i);
  writeHeapSnapshot(process.argv[2] + i + '.heapsnapshot');
}
`,
  'src/tested.ts': `import { Customer, Order } from './shop';

export { Customer };
const visitors: Customer[] = [];
export const visit = () => void visitors.push(new Customer('visitor' + visitors.length));
export const known = () => visitors.length;
const open = new Map<string, Order>();
export const order = () => open.set('one', new Order(1, ['line' + open.size])).get('one');
const listeners: (() => number)[] = [];
export const listen = (value: number) => void listeners.push(function onTick() { return value + listeners.length; });
`,
};

function bundle(entry, outfile, options = {}) {
  esbuild.buildSync({ entryPoints: [path.join(folder, entry)], absWorkingDir: folder, bundle: true, platform: 'node', sourcemap: true, minify: true, outfile: path.join(folder, outfile), logLevel: 'error', ...options });
  return path.join(folder, outfile);
}

function run(program, prefix) {
  const { status, stderr } = spawnSync(process.execPath, [program, prefix], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return [0, 1, 2].map((i) => `${prefix}${i}.heapsnapshot`);
}

for (const [file, text] of Object.entries(FILES)) {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

let files;
before(() => {
  files = run(bundle('src/settle.ts', 'dist/settle.js'), path.join(folder, 'settle-'));
});

describe('a report', () => {
  test('names growth that is not suspected, in its rows and in the verdict', async () => {
    const { outcome, candidates, verdict } = await report(files);
    assert.equal(outcome, 'grew');
    assert.deepEqual(candidates.map(({ className, path: text }) => [className, text]).slice(0, 1), [['Customer', 'settled[*]']]);
    assert.match(verdict, /Not suspected: Customer at settled\[\*\], /);
  });

  test('names the classes in collections', async () => {
    const { collections } = await report(files);
    const row = collections.find(({ path: text }) => text === 'settled');
    assert.deepEqual(row.elementClasses, [{ name: 'Customer', count: 4000 }]);
  });
});

describe('a difference', () => {
  test('of classes names those that are in one snapshot only, too', async () => {
    const { classes } = await diff(files[1], files[2]);
    const row = classes.find(({ name }) => name === 'Customer');
    assert.equal(row.removedCount, 100);
    const unmapped = await diff(files[1], files[2], { sourceMaps: 'off' });
    assert.ok(!unmapped.classes.some(({ name }) => name === 'Customer'));
    assert.deepEqual(classes.map(({ index }) => index), unmapped.classes.map(({ index }) => index));
  });

  test('of objects has their paths, of those that were freed in the first snapshot', async () => {
    const added = await diff(files[1], files[2], { mode: 'new', paths: true, limit: 20 });
    assert.ok(added.nodes.some(({ path: text }) => text?.startsWith('settled')), JSON.stringify(added.nodes.map(({ path: text }) => text)));
    const freed = await diff(files[1], files[2], { mode: 'freed', paths: true, limit: 20 });
    const row = freed.nodes.find(({ className }) => className === 'Customer');
    assert.match(row.path, /^leaving\[\d+\]$/);
  });
});

describe('references', () => {
  let snapshot;
  let shelf;
  before(async () => {
    snapshot = await parse(files[2]);
    const { classes } = await snapshot.classes({ limit: 1000 });
    const { index } = classes.find(({ name }) => name === 'Warehouse');
    const { nodes } = await snapshot.classInstances(index);
    const { items } = await snapshot.references(nodes[0].id);
    shelf = items.find(({ node }) => node.className === 'Array').node;
  });
  after(() => snapshot.close());

  test('by a private field have its name, in both directions', async () => {
    const retainers = await snapshot.retainers(shelf.id);
    const { node } = retainers.items.find(({ name }) => name === '#secretShelf');
    assert.equal(node.className, 'Warehouse');
    const { items } = await snapshot.references(node.id);
    assert.ok(items.some(({ name }) => name === '#secretShelf'));
    const { edges } = await snapshot.node(node.id);
    assert.ok(edges.some(({ name }) => name === '#secretShelf'));
  });

  test('by a variable have its name, in trees too', async () => {
    const { nodes } = await filter(snapshot, { id: shelf.id, retainers: { depth: 2, limit: 5 } });
    const { node } = nodes[0].retainers.items.find(({ name }) => name === '#secretShelf');
    const variable = node.retainers.items.find(({ type }) => type === 'context');
    assert.equal(variable.name, 'warehouse');
    const { items } = await snapshot.references(variable.node.id, { limit: 1000 });
    const names = items.filter(({ type }) => type === 'context').map(({ name }) => name);
    for (const name of ['warehouse', 'settled', 'Customer']) assert.ok(names.includes(name), `${name} in ${names}`);
  });
});

describe('groups and what-if', () => {
  let snapshots;
  let parcel;
  before(async () => {
    const made = run(bundle('src/parcels.ts', 'dist/parcels.js'), path.join(folder, 'parcels-'));
    snapshots = await Promise.all([made[0], made[2]].map((file) => parse(file)));
    const { classes } = await snapshots[1].classes({ limit: 100_000 });
    parcel = classes.find(({ name, count }) => name === 'Parcel' && count > 10).key;
  });
  after(() => snapshots.forEach((snapshot) => snapshot.close()));

  const keys = async (by, options) => (await snapshots[1].group({ class: parcel }, { by, sort: 'count', ...options })).groups;

  test('by property name the class, and by holder and path what holds', async () => {
    assert.deepEqual((await keys('property:to')).map(({ key, count }) => [key, count]), [['Customer', 81]]);
    assert.deepEqual((await keys('path')).map(({ key, count }) => [key, count]), [['sent[entry]', 60], ['depot.parcels[*]', 20], ['depot.last', 1]]);
    const [ofMap, ofArray, ofDepot] = await keys(['holder', 'property:to', 'path']);
    assert.deepEqual([ofMap.key, ofArray.key, ofDepot.key, ofDepot.groups[0].key, ofDepot.groups[0].groups[0].key], ['Map', 'Array', 'Depot', 'Customer', 'depot.last']);
    assert.deepEqual(Object.keys(ofDepot.groups[0].groups[0]), ['key', 'count', 'selfSize', 'retainedSize', 'percent', 'sampleIds']);
  });

  test('of two snapshots name what is left and what is gone', async () => {
    const groups = await keys('path', { before: snapshots[0] });
    assert.deepEqual(groups.map(({ key, countDelta }) => [key, countDelta]), [['sent[entry]', 40]]);
    const holders = await keys('holder', { before: snapshots[0] });
    assert.deepEqual(holders.filter(({ countDelta }) => countDelta > 0).map(({ key, countDelta }) => [key, countDelta]), [['Map', 40], ['Array', 20], ['Depot', 1]]);
  });

  test('name what stays, along the paths on which it is held', async () => {
    const { held } = await snapshots[1].whatIf({ remove: { class: parcel } });
    const customers = held.filter(({ node }) => node.className === 'Customer').map((row) => row.path).sort();
    assert.deepEqual(customers, ['customers[0]', 'customers[1]']);
    assert.ok(held.every((row) => Object.keys(row).join() === 'node,path'));
  });

  test('say on the command line how a class is called in the heap', () => {
    for (const args of [['retainers', 'parcels-2.heapsnapshot', 'Parcel'], ['what-if', 'parcels-2.heapsnapshot', '--remove', 'Parcel']]) {
      const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, /the class 'Parcel' has another name in the heap: ask for '.+parcels\.js:\d+:\d+'/);
    }
  });
});

test('a class keeps its name in the bundle if classes of several bundles have it', async () => {
  const names = ['Apple', 'Banana'];
  for (const name of names) writeFileSync(path.join(folder, `src/${name}.ts`), `class ${name} {\n  constructor(public at: string) {}\n}\nexport const list = Array.from({ length: 50 }, (_, i) => new ${name}('${name}' + i));\n`);
  const bundles = names.map((name) => bundle(`src/${name}.ts`, `both/${name}.js`));
  const main = path.join(folder, 'both/main.js');
  writeFileSync(main, `globalThis.kept = [];\nfor (const i of [0, 1, 2]) {\n  if (i === 1) kept.push(...${JSON.stringify(bundles)}.map((file) => require(file)));\n  require('node:v8').writeHeapSnapshot(process.argv[2] + i + '.heapsnapshot');\n}\n`);
  const [first, second] = run(main, path.join(folder, 'both/heap-'));
  const { classes } = await diff(first, second, { limit: 1000 });
  const named = await diff(first, second, { limit: 1000, sourceMaps: 'off' });
  assert.deepEqual(classes, named.classes);
  const snapshot = await parse(second);
  const rows = (await snapshot.classes({ limit: 1000 })).classes.filter(({ name }) => names.includes(name));
  snapshot.close();
  assert.deepEqual(rows.map(({ name }) => name).sort(), names, 'where the place is told, both have theirs');
  assert.ok(classes.some(({ countDelta }) => countDelta >= 100), 'the difference has both in one row');
});

for (const sourcemap of ['linked', 'inline']) {
  describe(`assertions, with a map that is ${sourcemap}`, () => {
    let program;
    before(() => {
      program = require(bundle('src/tested.ts', `tested-${sourcemap}.js`, { sourcemap }));
    });
    const failure = (promise) => promise.then(() => assert.fail('nothing failed'), ({ message }) => message);
    const quick = { iterations: 12, rounds: 1 };

    test('about a leak name the class, its path and its place', async () => {
      const message = await failure(assertNoLeak(program.visit, quick));
      assert.match(message, /Customer leaks\n[^]*path +visitors\[\*\]\n +held by +Array visitors\n +declared +module variable in .*src\/tested\.ts\n +source +.*src\/shop\.ts:7:14/);
      await assertNoLeak(program.visit, { ...quick, allow: program.Customer });
    });

    if (sourcemap === 'inline') return;

    test('about a leak of functions name these', async () => {
      const message = await failure(assertNoLeak(() => program.listen(1), quick));
      assert.match(message, /path +listeners\[\*\] → onTick\n/);
    });

    test('about checkpoints name classes and paths, and their own work is no growth', async () => {
      const first = await checkpoint();
      for (let i = 0; i < 20; i += 1) program.visit();
      const changed = await since(first);
      assert.throws(() => assertNoGrowth(changed, { allow: 'Array' }), /Customer \+20 .*\n +path +visitors\[\*\]\n/);
      for (const allow of [program.Customer, 'Customer']) assertNoGrowth(changed, { allow: ['Array', allow] });
      const again = await since(first);
      assert.deepEqual(again.classes.filter(({ name }) => /^Tok/.test(name) || name === 'MappedScript').filter(({ countDelta }) => countDelta > 0), []);
      assert.throws(() => assertInstances(first, program.Customer, 0), /instances of Customer\n[^]*Held by:\n +visitors\[\*\]/);
      assert.throws(() => assertRetainsLessThan(first, program.Customer, 1), /Held by:\n +visitors\[\*\]/);
      first.close();
    });

    test('about an object that is still there name its holder', async () => {
      const message = await failure(assertCollected(track(program.order()), { timeout: 10 }));
      assert.match(message, /^Order @\d+ is still there[^]*Held by:\n +open\[entry\]/);
      const unmapped = await failure(assertCollected(track(program.order()), { timeout: 10, sourceMaps: 'off' }));
      assert.doesNotMatch(unmapped, /Order|open\[/);
    });
  });
}

test('assertions say why a map was not used', async () => {
  const file = bundle('src/tested.ts', 'damaged.js');
  writeFileSync(`${file}.map`, '{"version":3,"mappings":');
  const { order, visit } = require(file);
  const expected = /damaged\.js\.map cannot be used: it is not JSON/;
  const first = await checkpoint();
  for (let i = 0; i < 20; i += 1) visit();
  const changed = await since(first);
  first.close();
  assert.throws(() => assertNoGrowth(changed), expected);
  await assert.rejects(assertCollected(track(order()), { timeout: 10 }), expected);
  await assert.rejects(assertNoLeak(visit, { iterations: 12, rounds: 1 }), expected);
});
