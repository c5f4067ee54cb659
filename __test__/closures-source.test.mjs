// Captured variables that no function reads, in snapshots of Node.js, which do not tell: found in the source files.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { parse, report } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const source = fileURLToPath(new URL('support/closures/program.cjs', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-closures-source-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function snapshotOf(node, name, ...args) {
  const file = path.join(folder, `${name}.heapsnapshot`);
  const program = path.join(folder, `${name}.cjs`);
  copyFileSync(source, program);
  execFileSync(node, [...args, program, file]);
  return { file, program };
}

for (const major of [20, 22, 24, 26]) {
  test(`Node.js ${major}: exactly the variables that no live function reads are named`, async (t) => {
    const { file, program } = snapshotOf(nodeBinary(major), `node${major}`);
    const snapshot = await parse(file);
    t.after(() => snapshot.close());
    const { available, reason, variables, freedIfAllCleared } = await snapshot.deadVariables();
    assert.equal(available, true, reason);
    const ours = variables.filter(({ owner }) => owner?.source?.script === program || owner?.name === program);
    const names = ours.map(({ variable, contexts, owner }) => [variable, contexts, owner.kind, owner.kind === 'function' ? owner.name : '']);
    assert.deepEqual(names, [
      ['unread', 10, 'function', 'subscribe'],
      ['unreadInBlock', 5, 'block', ''],
      ['value', 1, 'function', 'shadowed'],
      ['unreadInConstructor', 1, 'function', 'Service'],
    ]);
    const [first] = ours;
    const retained = await Promise.all(first.ids.map(async (id) => (await snapshot.node(id)).retainedSize));
    assert.equal(first.freedIfCleared, 10 * retained[0]);
    assert.equal(freedIfAllCleared, variables.reduce((sum, { freedIfCleared }) => sum + freedIfCleared, 0));
  });
}

describe('of one program', () => {
  const { file } = snapshotOf(process.execPath, 'program');
  const printed = (...args) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...process.env, COLUMNS: '160' } });

  test('a report tells them of its suspects if it is asked to', async () => {
    const [plain, withClosures] = [await report(file), await report(file, { closures: true })];
    assert.deepEqual(plain.suspects.flatMap(({ deadVariables }) => deadVariables), []);
    const suspect = withClosures.suspects.find(({ path: shape }) => shape.startsWith('global.keep.handlers'));
    assert.ok(suspect, JSON.stringify(withClosures.suspects.map(({ path: shape }) => shape)));
    assert.equal(suspect.deadVariables[0].variable, 'unread');
    assert.match(printed('report', '--closures', file).stdout.replace(/\s+/g, ' '), /keeps unread, in function subscribe, .*, which no live function reads/);
  });

  test('heapray closures prints them', () => {
    const { status, stdout } = printed('closures', file);
    assert.equal(status, 0);
    assert.match(stdout, /unread +in function subscribe, .*program\.cjs:\d+:\d+ +10 +1\.6 MB/);
  });

  test('a file that has changed since is left out, and the answer tells', async (t) => {
    const { file: changed, program: itsProgram } = snapshotOf(process.execPath, 'changed');
    writeFileSync(itsProgram, `// One line more.\nfunction other() {}\n`);
    const snapshot = await parse(changed);
    t.after(() => snapshot.close());
    const { variables, reason } = await snapshot.deadVariables();
    assert.deepEqual(variables.filter(({ owner }) => owner?.source?.script === itsProgram), []);
    assert.match(reason, /changed\.cjs/);
  });

  test('an address that cannot be read is told without its query, and on one line', async (t) => {
    const names = ['file:///gone/module.mjs?token=hunter2', '/gone/app.js?token=hunter2#x', '/gone/x\n::error::<b>gone.js'];
    const kept = names.map((filename) => vm.runInThisContext('(() => { const kept = {}; const other = {}; return () => kept; })()', { filename }));
    const addresses = path.join(folder, 'addresses.heapsnapshot');
    v8.writeHeapSnapshot(addresses);
    assert.equal(kept.length, names.length);
    const snapshot = await parse(addresses);
    t.after(() => snapshot.close());
    for (const showStrings of [undefined, false]) {
      const { reason } = await snapshot.deadVariables({ showStrings });
      assert.doesNotMatch(reason, /hunter2/);
      assert.match(reason, /module\.mjs\?…|app\.js\?…/);
    }
    for (const format of ['text', 'markdown', 'json']) {
      const { stdout, stderr } = printed('closures', addresses, '--format', format);
      assert.doesNotMatch(stdout + stderr, /hunter2|^::error/m);
      if (format === 'markdown') assert.doesNotMatch(stdout.replace(/`[^`]*`/g, ''), /<b>/);
    }
  });

  test('a file that is gone is told', async (t) => {
    const { file: gone, program: itsProgram } = snapshotOf(process.execPath, 'gone');
    rmSync(itsProgram);
    const snapshot = await parse(gone);
    t.after(() => snapshot.close());
    assert.match((await snapshot.deadVariables()).reason, /gone\.cjs/);
    assert.doesNotMatch(printed('closures', gone).stdout, /unread/);
  });

});
