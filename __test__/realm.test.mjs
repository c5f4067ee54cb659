// All results are of the caller's realm, even if a test runner loads the module in a vm context.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { tinySnapshot } from './support/snapshots.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Loads heapray as Jest does: its JavaScript evaluated in a context of its own, Node's modules and
 * the native addon taken from the main realm.
 */
function loadInContext() {
  const context = vm.createContext({ process, AbortController, AbortSignal, Buffer });
  const modules = new Map();
  const requireFrom = (folder) => (request) => {
    if (!request.startsWith('.')) return require(request);
    const file = path.resolve(folder, request);
    if (file.endsWith('.json')) return vm.runInContext(`(${readFileSync(file, 'utf8')})`, context);
    if (!modules.has(file)) {
      const module = { exports: {} };
      modules.set(file, module);
      const wrap = vm.runInContext(`(function (module, exports, require, __dirname, __filename) {${readFileSync(file, 'utf8')}\n})`, context, { filename: file });
      wrap(module, module.exports, requireFrom(path.dirname(file)), path.dirname(file), file);
    }
    return modules.get(file).exports;
  };
  const heapray = requireFrom(root)('./index.js');
  return { heapray, run: (code) => vm.runInContext(code, context) };
}

const { heapray, run } = loadInContext();
const inRealm = run('({ Object, Array, Error, TypeError, Promise, Uint32Array, Float64Array })');

test('the context is another realm than this one', () => {
  assert.notEqual(inRealm.Array, Array);
  assert.notEqual(heapray.HeaprayError, require('../index.js').HeaprayError);
});

test('answers, arrays in them, columns and promises are of the caller\'s realm', async () => {
  const promise = heapray.parse([Buffer.from(tinySnapshot())]);
  assert.ok(promise instanceof inRealm.Promise);
  const snapshot = await promise;
  assert.ok(snapshot instanceof inRealm.Object);
  assert.ok(snapshot.meta.node_fields instanceof inRealm.Array);

  const { nodes } = await heapray.filter(snapshot, { class: 'Session' });
  assert.ok(nodes instanceof inRealm.Array);
  assert.ok(nodes[0] instanceof inRealm.Object);
  assert.ok((await snapshot.dominatorPath(7)) instanceof inRealm.Array);

  const { id, retainedSize } = await snapshot.columns(['id', 'retainedSize']);
  assert.ok(id instanceof inRealm.Uint32Array);
  assert.ok(retainedSize instanceof inRealm.Float64Array);
  snapshot.close();
});

test('a live process is captured from there too, and errors are of the caller\'s realm', async () => {
  const running = heapray.capture({ force: true });
  const refused = await heapray.capture().then(() => assert.fail('not refused'), (error) => error);
  assert.equal(refused.code, 'ERR_CAPTURE_RUNNING');
  assert.ok(refused instanceof heapray.HeaprayError && refused instanceof inRealm.Error);
  const snapshot = await running;
  assert.ok(snapshot.capture instanceof inRealm.Object);
  assert.ok(snapshot.nodeCount > 10_000);
  snapshot.close();
});

test('errors are of the caller\'s realm: heapray\'s own, and TypeErrors for arguments', async () => {
  const failureOf = (promise) => promise.then(() => assert.fail('no error'), (error) => error);
  const bad = await failureOf(heapray.parse([Buffer.from('{"nodes":1}')]));
  assert.ok(bad instanceof heapray.HeaprayError);
  assert.ok(bad instanceof inRealm.Error);
  const argument = await failureOf(heapray.parse(7));
  assert.ok(argument instanceof inRealm.TypeError);
});

test('arguments of any realm are understood', async () => {
  const bytes = Buffer.from(tinySnapshot());
  const plain = run('(bytes) => Uint8Array.from(bytes)')(bytes);
  assert.ok(!(plain instanceof Uint8Array));
  const here = require('../index.js');
  for (const source of [plain, plain.buffer, [plain], run('(chunk) => [chunk]')(plain)]) {
    const snapshot = await here.parse(source);
    const { total } = await here.filter(snapshot, { name: run('/^sess/i'), id: run('[7, 9]') });
    assert.equal(total, 1);
    snapshot.close();
  }
});
