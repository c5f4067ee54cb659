// Scripts as bundlers and minifiers write them: chunks that export variables, names that only the original has, classes that became
// functions, one name for many classes. Node.js takes the snapshots.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import esbuild from 'esbuild';
import ts from 'typescript';
import { report } from '../index.js';

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-map-scripts-')));
after(() => rmSync(folder, { recursive: true, force: true }));

const FILES = {
  'cache.ts': `class Entry {
  constructor(readonly key: string) {}
}
export const entries = new Map<string, Entry>();
export const put = (key: string) => entries.set(key, new Entry(key));
`,
  'feed.ts': `class Tick {
  constructor(readonly price: number) {}
}
export class Feed {
  static #latest: Tick[] = [];
  static all: Tick[] = [];
  static publish(price: number) {
    Feed.#latest.push(new Tick(price));
  }
  static get size() {
    return Feed.#latest.length;
  }
}
`,
  'ledger.ts': `class Row {
  constructor(readonly total: number) {}
}
export default class {
  rows: Row[] = [];
  add(total: number) {
    this.rows.push(new Row(total));
  }
}
`,
  'stamped.ts': `type Parent = new (at: number) => object;
const stamp = (base: Parent) => class Stamped extends base {
  stamp = 1;
};
class Plain {
  constructor(readonly at: number) {}
}
const StampedPlain = stamp(Plain);
export const drawer = new Set<object>();
export const store = (at: number) => drawer.add(new StampedPlain(at));
`,
  'chain.ts': `class Link {
  constructor(readonly next: Link | undefined) {}
}
export let newest: Link | undefined;
export function chain() {
  newest = new Link(newest);
}
`,
  'main.ts': `const out = process.argv[2];
const { writeHeapSnapshot } = await import('node:v8');
const cache = await import('./cache');
const { Feed } = await import('./feed');
const { default: Ledger } = await import('./ledger');
const stamped = await import('./stamped');
const links = await import('./chain');
const ledger = new Ledger();
(globalThis as any).keep = () => [ledger, cache, Feed.size, stamped, links];
for (let i = 0; i < 3; i += 1) {
  for (let at = i * 300; at < i * 300 + 300; at += 1) {
    cache.put('key' + at);
    Feed.publish(at);
    ledger.add(at);
    stamped.store(at);
    links.chain();
  }
  writeHeapSnapshot(out + i + '.heapsnapshot');
}
`,
};

/** Class, holder, owner and the file of the class, by leak. */
const LEAKS = [
  ['Entry', 'entries', 'module cache.ts', 'cache.ts:2'],
  ['Tick', 'Feed.#latest', 'class Feed', 'feed.ts:2'],
  ['Row', 'ledger.rows', 'class default', 'ledger.ts:2'],
  ['Stamped', 'drawer', 'module stamped.ts', 'stamped.ts:2'],
  ['Link', 'newest', 'module chain.ts', 'chain.ts:2'],
];

async function leaksOf(program) {
  const out = `${program}-`;
  const { status, stderr } = spawnSync(process.execPath, [program, out], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const answer = await report([0, 1, 2].map((i) => `${out}${i}.heapsnapshot`), { code: true, limit: 50 });
  assert.equal(answer.warnings, undefined);
  return answer.suspects.map((suspect) => {
    const { className, holder, source } = suspect;
    const { kind, name } = holder.owner;
    const of = kind === 'module' ? path.basename(name) : name;
    return [className, holder.path, `${kind} ${of}`, `${path.basename(source.script)}:${source.line}`];
  });
}

const byName = (rows) => [...rows].sort(([a], [b]) => a.localeCompare(b));

before(() => {
  for (const [file, text] of Object.entries(FILES)) writeFileSync(path.join(folder, file), text);
});

function build(name, options) {
  const outdir = path.join(folder, name);
  const common = { absWorkingDir: folder, outdir, outExtension: { '.js': '.mjs' }, format: 'esm', platform: 'node', target: 'node20', sourcemap: true, logLevel: 'error' };
  esbuild.buildSync({ ...common, entryPoints: ['main.ts'], bundle: true, splitting: true, ...options });
  return outdir;
}

/** Minifiers that leave the names of private fields out of their maps. */
function withoutPrivateNames(folder) {
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.map'))) {
    const map = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    map.names = map.names.map((each) => (each.startsWith('#') ? '' : each));
    writeFileSync(path.join(folder, file), JSON.stringify(map));
  }
}

describe('a report names the leaks of the source', () => {
  test('in chunks that export variables', async () => {
    assert.deepEqual(byName(await leaksOf(path.join(build('plain', {}), 'main.mjs'))), byName(LEAKS));
  });

  test('in minified chunks, where many classes have one name', async () => {
    const outdir = build('minified', { minify: true });
    withoutPrivateNames(outdir);
    // V8 knows no place of a class that a minifier left without a name.
    const leaks = LEAKS.filter(([name]) => name !== 'Stamped');
    const found = (await leaksOf(path.join(outdir, 'main.mjs'))).filter(([name]) => leaks.some(([each]) => each === name));
    assert.deepEqual(byName(found), byName(leaks));
  });
});

test('classes that were compiled to functions are those of the source', async () => {
  const out = path.join(folder, 'es5');
  mkdirSync(out);
  const source = `class Order {
  lines = [];
  constructor(at) { this.at = at; }
}
class Orders {
  all = [];
  add(at) { this.all.push(new Order(at)); }
}
const orders = new Orders();
globalThis.keep = () => orders;
for (let i = 0; i < 3; i += 1) {
  for (let at = 0; at < 300; at += 1) orders.add(at);
  require('node:v8').writeHeapSnapshot(process.argv[2] + i + '.heapsnapshot');
}
`;
  const options = { target: ts.ScriptTarget.ES5, sourceMap: true, module: ts.ModuleKind.CommonJS };
  const { outputText, sourceMapText } = ts.transpileModule(source, { compilerOptions: options, fileName: 'shop.ts' });
  writeFileSync(path.join(out, 'shop.ts'), source);
  writeFileSync(path.join(out, 'shop.js'), outputText);
  writeFileSync(path.join(out, 'shop.js.map'), sourceMapText);
  assert.deepEqual(await leaksOf(path.join(out, 'shop.js')), [['Order', 'orders.all', 'class Orders', 'shop.ts:3']]);
});
