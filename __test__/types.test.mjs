// index.d.ts is checked by the compiler, and against what the module exports.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as heapray from '../index.js';

const require = createRequire(import.meta.url);
/** Names that Node.js adds to the exports of a CommonJS module. */
const isNamed = (name) => name !== 'default' && name !== 'module.exports';
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

test('the types accept what the API accepts and refuse what it refuses', () => {
  const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', here('tsconfig.json')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('the viewer’s types hold, those of the API included', () => {
  const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', here('../viewer/tsconfig.json')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('every exported value is declared, and every declared value is exported, by name for ECMAScript modules too', () => {
  const types = readFileSync(here('../index.d.ts'), 'utf8');
  const declared = new Set(Array.from(types.matchAll(/^export (?:function|const|class) (\w+)/gm), ([, name]) => name));
  const exported = Object.keys(heapray).filter(isNamed);
  assert.deepEqual(exported.sort(), [...declared].sort());
});

test('every value that heapray/testing declares is exported, to require and to import alike', async () => {
  const types = readFileSync(here('../testing/index.d.ts'), 'utf8');
  // One of them is declared for functions and for pages.
  const declared = [...new Set(Array.from(types.matchAll(/^export (?:function|const|class) (\w+)/gm), ([, name]) => name))].sort();
  assert.deepEqual(Object.keys(require('../testing/index.js')).sort(), declared);
  assert.deepEqual(Object.keys(await import('../testing/index.js')).filter(isNamed).sort(), declared);
});

const CODE_SOURCES = [
  '../crates/core/src/snapshot/error.rs',
  '../src/failure.rs',
  '../lib/api/errors.js',
  '../lib/addon/fallback/addon.js',
  '../lib/addon/load.js',
  '../lib/testing/errors.js',
  '../lib/capture/capture.js',
  '../lib/capture/preflight.js',
  '../lib/attach/errors.js',
  '../lib/baseline/file.js',
  '../lib/pages/page-heap.js',
  '../lib/pages/session.js',
];

test('every error code in the types is used', () => {
  const types = readFileSync(here('../index.d.ts'), 'utf8');
  const list = types.slice(types.indexOf('export type ErrorCode'), types.indexOf('/** V8\'s node types'));
  const declared = new Set(Array.from(list.matchAll(/'(ERR_\w+)'/g), ([, code]) => code));
  const given = new Set(CODE_SOURCES.flatMap((file) => Array.from(readFileSync(here(file), 'utf8').matchAll(/["'](ERR_\w+)["']/g), ([, code]) => code)));
  // Argument errors are TypeErrors; a cancelled job rejects with the signal's reason; one code is Node's own.
  for (const code of ['ERR_INVALID_ARGUMENT', 'ERR_CANCELLED', 'ERR_WORKER_NOT_RUNNING']) given.delete(code);
  assert.deepEqual([...given].sort(), [...declared].sort());
});
