// Where functions of all kinds begin: all versions of V8 and the text of a script must agree, or nothing is told of the script.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { filter, parse } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';

const require = createRequire(import.meta.url);
const { Lines } = require('../lib/source-maps/lines.js');
const { ProgramIndex } = require('../lib/source-maps/program.js');
const { scopesOf } = require('../lib/source-scopes/analyse.js');

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-places-')));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = path.join(folder, 'functions.cjs');
copyFileSync(fileURLToPath(new URL('support/closures/functions.cjs', import.meta.url)), program);

async function snapshotOf(node, script) {
  const file = `${script}.heapsnapshot`;
  execFileSync(node, [script, file]);
  return parse(file);
}

/** What begins where in a script, as the heap tells. */
async function placesIn(snapshot, script, options) {
  const { nodes } = await filter(snapshot, { script, limit: 1000 }, options);
  return nodes.map(({ type, name, className, source }) => ({ name: type === 'closure' ? name : className, ...source }));
}

for (const major of [20, 22, 24, 26]) {
  test(`Node.js ${major}: the text has every function of the heap, for source maps and for scopes`, async (t) => {
    const snapshot = await snapshotOf(nodeBinary(major), program);
    t.after(() => snapshot.close());
    const text = readFileSync(program, 'utf8');
    const lines = new Lines(text);
    const { functions } = new ProgramIndex(text);
    const places = await placesIn(snapshot, program, { sourceMaps: 'off' });
    assert.ok(places.length > 90, `${places.length} functions and objects`);
    const missing = places.filter(({ line, column }) => !functions.has(lines.offset(line - 1, column - 1)));
    assert.deepEqual(missing, []);
    const begins = new Set(scopesOf(text).flatMap(({ at }) => at.map(([line, column]) => `${line + 1}:${column + 1}`)));
    assert.deepEqual(places.filter(({ name, line, column }) => name === '' && !begins.has(`${line}:${column}`)), []);
    const { available, reason } = await snapshot.deadVariables();
    assert.deepEqual([available, reason], [true, null]);
  });
}

describe('a minified program with its map', () => {
  /** V8's own functions for fields, of which versions tell other places; a computed name that the minifier has replaced. */
  const isOther = ({ name, line }) => /_members_initializer>$/.test(name) || ['Fields', 'FieldsAndConstructor', 'classFields', 'computed'].includes(name) || line === null;

  test('has every function and class where the source has it, with its name', async (t) => {
    const outfile = path.join(folder, 'minified/functions.cjs');
    esbuild.buildSync({ entryPoints: [program], bundle: true, minify: true, sourcemap: true, platform: 'node', outfile, logLevel: 'error' });
    const plain = await snapshotOf(process.execPath, program);
    const minified = await snapshotOf(process.execPath, outfile);
    t.after(() => [plain, minified].forEach((snapshot) => snapshot.close()));
    const shown = (places) => places.filter((each) => !isOther(each) && each.name !== '').map(({ name, script, line, column }) => `${name} ${path.relative(folder, script)}:${line}:${column}`).sort();
    const [expected, found] = [shown(await placesIn(plain, program)), shown(await placesIn(minified, outfile))];
    assert.ok(expected.length > 60, `${expected.length} places`);
    assert.deepEqual(found, expected);
  });
});
