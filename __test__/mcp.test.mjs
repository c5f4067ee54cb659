// heapray mcp, by a client over its standard input and output.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { inspectorPort, start, visit } from './support/attach/programs.mjs';
import { madeSnapshotFile, temporaryFolder } from './support/fixtures.mjs';

const require = createRequire(import.meta.url);
const { parse, report } = require('../index.js');
const { MAX_ANSWER } = require('../lib/mcp/answer.js');
const { Snapshots } = require('../lib/mcp/snapshots.js');
const { DEFINITIONS } = require('../lib/mcp/server.js');

const cli = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

const PROGRAM = `
const v8 = require('node:v8');
class Session {
  constructor(n) { this.user = 'secret of ' + n + process.pid; this.numbers = new Array(20).fill(n + 0.5); }
}
const sessions = new Map();
const tokens = { ['token-' + process.pid]: new Session(-1) };
globalThis.open = () => [sessions.size, tokens];
for (const file of process.argv.slice(2)) {
  for (let n = 0; n < 500; n += 1) sessions.set('key ' + sessions.size, new Session(n));
  v8.writeHeapSnapshot(file);
}
`;

const outer = temporaryFolder();
const root = path.join(outer, 'project');
const program = path.join(root, 'leak.cjs');
const names = ['one', 'two', 'three'].map((name) => `${name}.heapsnapshot`);

before(() => {
  mkdirSync(root);
  writeFileSync(program, PROGRAM);
  const { status, stderr } = spawnSync(process.execPath, [program, ...names], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

/** A client of a server in the folder of the program. */
async function connect(...flags) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [cli, 'mcp', ...flags], cwd: root }));
  return client;
}

/** The text of an answer, which is no error and has the size that the server states. */
async function ask(client, name, given = {}) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  assert.equal(content.length, 1);
  assert.ok(!isError, content[0].text);
  assert.ok(Buffer.byteLength(content[0].text) <= MAX_ANSWER, `${name}: ${Buffer.byteLength(content[0].text)} bytes`);
  return content[0].text;
}

async function refused(client, name, given, code) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  assert.equal(isError, true, content[0].text);
  assert.ok(content[0].text.endsWith(`[${code}]`), content[0].text);
  return content[0].text;
}

test('at most ten tools, whose definitions have less than 6 kB', () => {
  assert.deepEqual(DEFINITIONS.map(({ name }) => name), ['open', 'suspect', 'classes', 'objects', 'paths', 'diff', 'group', 'what_if', 'source']);
  const bytes = Buffer.byteLength(JSON.stringify(DEFINITIONS));
  assert.ok(bytes < 6000, `${bytes}`);
});

describe('a leak in three snapshots', () => {
  let client;
  let first;

  before(async () => {
    client = await connect();
    first = await ask(client, 'open', { files: names });
  });
  after(() => client.close());

  const idIn = (text, pattern) => pattern.exec(text)?.[1] ?? assert.fail(text);

  test('the client gets the definitions', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(tools, DEFINITIONS);
    assert.match(client.getInstructions(), /Start with open/);
  });

  test('the first answer names class, holder, path, place and advice', () => {
    assert.match(first, /^Verdict: Session leaks/);
    assert.match(first, /^Growth: .* \(\+.*, then \+.*\)/m);
    assert.match(first, /^Open: s1 one\.heapsnapshot, s2 two\.heapsnapshot, s3 three\.heapsnapshot\./m);
    assert.match(first, /^Suspect 1: Session, 1,50\d objects/m);
    assert.match(first, /^ {2}held by: Map @\d+: sessions$/m);
    assert.match(first, /^ {2}path: sessions\[entry\]$/m);
    assert.match(first, /^ {2}class: .*leak\.cjs:4:14$/m);
    assert.match(first, /^ {2}next: Delete entries/m);
    assert.match(first, /^ {2}certainty: sure$/m);
  });

  test('the order in which snapshots are given does not matter', async () => {
    const other = await ask(client, 'open', { files: [names[2], names[0], names[1]] });
    assert.match(other, /^Open: s\d+ one\.heapsnapshot, s\d+ two\.heapsnapshot, s\d+ three\.heapsnapshot\./m);
  });

  test('suspect has the steps and the code', async () => {
    const text = await ask(client, 'suspect', { number: 1, snapshot: 's1' });
    assert.match(text, /class Session \{/);
    assert.match(text, /Steps of the path:\n {2}sessions is Map @\d+.*\n {2}\[entry\] is Session @\d+/);
  });

  test('classes by a part of their name, whose number objects takes', async () => {
    const text = await ask(client, 'classes', { name: 'sessi' });
    const index = idIn(text, /^(#\d+) Session: 1,50\d objects, self .*leak\.cjs:4:14$/m);
    assert.match(await ask(client, 'objects', { class: index, limit: 2 }), /^1,50\d objects.*\nSession @\d+: .*\nSession @\d+: .*\n1,49\d more objects: ask again with offset 2\.$/);
  });

  test('objects by class, and one with its references', async () => {
    const text = await ask(client, 'objects', { class: 'Session', limit: 1, snapshot: 's1' });
    assert.match(text, /^50\d objects/);
    const one = await ask(client, 'objects', { id: idIn(text, /(@\d+)/) });
    assert.match(one, /^Session @\d+: .*\nReferred to by \d object/);
    assert.match(one, /\.numbers → Array @\d+/);
  });

  test('paths of an object that another answer names, and of a class', async () => {
    const id = idIn(first, /examples: (@\d+)/);
    assert.match(await ask(client, 'paths', { of: id }), /^held by sessions\[entry\]\n.*\n(.*\n)* {2}.* → Session @\d+/);
    assert.match(await ask(client, 'paths', { of: 'Session' }), /^1,50\d objects.*\n1,500 objects held by sessions\[entry\]/);
    const index = idIn(await ask(client, 'classes', { name: '/^Session$/' }), /^(#\d+)/m);
    assert.equal(await ask(client, 'paths', { of: index }), await ask(client, 'paths', { of: 'Session' }));
  });

  test('diff by class and by object', async () => {
    assert.match(await ask(client, 'diff', { before: 's1', after: 's2', limit: 50 }), /^Session: \+500 objects/m);
    const [, ...rows] = (await ask(client, 'diff', { limit: 100 })).split('\n');
    assert.deepEqual(rows.filter((row) => / 0 objects, self 0 B, retained 0 B/.test(row)), []);
    assert.match(await ask(client, 'diff', { mode: 'grown' }), /^Map @\d+: \+.* kB, now .*, held by sessions/m);
  });

  test('group, nested and compared', async () => {
    assert.match(await ask(client, 'group', { class: 'Session', by: ['class', 'holder'] }), /^1 group of 1,50\d objects.*\nSession: .*\n {2}.* @\d+: /);
    assert.equal(await ask(client, 'group', { class: 'Session', by: 'class, holder' }), await ask(client, 'group', { class: 'Session', by: ['class', 'holder'] }));
    assert.match(await ask(client, 'group', { class: '/^Session$/', before: 's1' }), /^Session: 1,50\d objects.*\(\+1,000 objects, self \+/m);
  });

  test('what_if frees what a fix would free', async () => {
    const holder = idIn(first, /held by: Map (@\d+)/);
    assert.match(await ask(client, 'what_if', { remove: [holder] }), /^Frees .*\n0 references cut, 1 object removed\.\n(Still held: .*\n)*(Freed: .*\n)*Freed: Session: 1,(499|500) objects/m);
    await refused(client, 'what_if', {}, 'ERR_INVALID_ARGUMENT');
    await refused(client, 'what_if', { cut: [`${holder}.nothing`] }, 'ERR_INVALID_QUERY');
    await refused(client, 'what_if', { remove: [holder, 'Nothing'] }, 'ERR_INVALID_QUERY');
  });

  test('source shows a place, and where the class of an object is defined', async () => {
    assert.match(await ask(client, 'source', { at: `${program}:4:14`, around: 1 }), /^.*leak\.cjs:4:14\n3 │ class Session \{\n4 │ +constructor\(n\).*\n +│ +\^\n5 │ \}$/);
    assert.match(await ask(client, 'source', { id: idIn(first, /examples: (@\d+)/) }), /class Session/);
    // As a container has it.
    assert.match(await ask(client, 'source', { at: '/srv/app/leak.cjs:3' }), /^\/srv\/app\/leak\.cjs:3:1\n.*class Session/s);
  });

  test('a long answer is cut to its size, and goes on where it ended', async () => {
    const text = await ask(client, 'objects', { limit: 100 });
    assert.ok(Buffer.byteLength(text) > MAX_ANSWER / 2);
    const rows = text.split('\n').slice(1, -1);
    assert.ok(rows.length < 100);
    assert.equal(idIn(text, /ask again with offset (\d+)\.$/), `${rows.length}`);
    const more = await ask(client, 'objects', { limit: 1, offset: rows.length - 1 });
    assert.equal(more.split('\n')[1], rows.at(-1));
  });

  test('contents of strings and keys that are data are hidden', async () => {
    const texts = [await ask(client, 'objects', { name: 'secret', limit: 5 }), await ask(client, 'classes', { limit: 100 })];
    const page = await ask(client, 'objects', { class: 'Session', limit: 1, offset: 1500 });
    const id = idIn(page, /(@\d+)/);
    texts.push(await ask(client, 'objects', { id }), await ask(client, 'paths', { of: 'Session' }));
    for (const text of texts) assert.doesNotMatch(text, /secret of|token-\d/);
    assert.match(texts[3], /held by tokens/);
    assert.match(texts[2], /\(concatenated string, \d+ characters\)/);
  });

  test('the server shows them if it was started so', async () => {
    const open = await connect('--show-strings');
    await ask(open, 'open', { files: [names[0]] });
    const id = idIn(await ask(open, 'objects', { class: 'Session', limit: 1 }), /(@\d+)/);
    assert.match(await ask(open, 'objects', { id }), /"secret of /);
    await open.close();
  });

  test('what does not exist is an error with a code', async () => {
    await refused(client, 'objects', { id: '@4000000000' }, 'ERR_NO_SUCH_NODE');
    await refused(client, 'paths', { of: '@4000000000' }, 'ERR_NO_SUCH_NODE');
    await refused(client, 'objects', { class: '#100000' }, 'ERR_INVALID_QUERY');
    await refused(client, 'suspect', { number: 99 }, 'ERR_NO_SUCH_SUSPECT');
    await refused(client, 'classes', { snapshot: 's99' }, 'ERR_NOT_OPEN');
    await refused(client, 'paths', { of: 'Nothing' }, 'ERR_INVALID_QUERY');
    await assert.rejects(client.callTool({ name: 'nothing', arguments: {} }), /there is no tool nothing/);
  });

  test('what is misspelt is an error that says what is meant', async () => {
    assert.match(await refused(client, 'objects', { klass: 'Session' }, 'ERR_INVALID_ARGUMENT'), /did you mean class\?/);
    await refused(client, 'objects', { id: 'Session' }, 'ERR_INVALID_ARGUMENT');
    await refused(client, 'classes', { snapshot: 'three' }, 'ERR_INVALID_ARGUMENT');
    await refused(client, 'classes', { limit: 1000 }, 'ERR_INVALID_ARGUMENT');
    await refused(client, 'open', {}, 'ERR_INVALID_ARGUMENT');
  });

  test('only files below the root are read, also through symbolic links', async () => {
    copyFileSync(path.join(root, names[0]), path.join(outer, 'outside.heapsnapshot'));
    writeFileSync(path.join(outer, 'outside.js'), 'secret');
    symlinkSync(outer, path.join(root, 'link'));
    for (const file of ['../outside.heapsnapshot', path.join(outer, 'outside.heapsnapshot'), 'link/outside.heapsnapshot', '../missing', 'link/missing']) {
      await refused(client, 'open', { files: [file] }, 'ERR_OUTSIDE_ROOT');
    }
    for (const at of ['../outside.js:1', 'link/outside.js:1', `file://${outer}/outside.js:1`]) await refused(client, 'source', { at }, 'ERR_OUTSIDE_ROOT');
    await refused(client, 'open', { files: ['missing'] }, 'ERR_IO');
    await refused(client, 'open', { files: ['.'] }, 'ERR_NOT_SUPPORTED');
    await refused(client, 'source', { at: 'one.heapsnapshot:1' }, 'ERR_NOT_SUPPORTED');
    assert.match(await ask(client, 'open', { files: [path.join(root, names[0])] }), /^Verdict: /);
  });

  test('a damaged file is an error that names it', async () => {
    const damaged = path.join(root, 'damaged.heapsnapshot');
    copyFileSync(path.join(root, names[0]), damaged);
    truncateSync(damaged, 100_000);
    assert.match(await refused(client, 'open', { files: [names[0], 'damaged.heapsnapshot'] }, 'ERR_TRUNCATED'), /^damaged\.heapsnapshot: /);
  });

  test('many suspects are shortened, and the first is told in full', async () => {
    const many = path.join(root, 'many.cjs');
    const of = (text) => Array.from({ length: 12 }, (_, i) => text.replaceAll('#', i)).join('\n');
    writeFileSync(many, `
      const v8 = require('node:v8');
      ${of('class Leak#WithANameThatTakesSomeSpace { constructor(n) { this.text = "x" + n; } } const list# = [];')}
      globalThis.all = () => [${of('list#,')}];
      for (const file of process.argv.slice(2)) {
        for (let n = 0; n < 300; n += 1) { ${of('list#.push(new Leak#WithANameThatTakesSomeSpace(n));')} }
        v8.writeHeapSnapshot(file);
      }
    `);
    const files = [1, 2, 3].map((n) => `many-${n}.heapsnapshot`);
    assert.equal(spawnSync(process.execPath, [many, ...files], { cwd: root }).status, 0);
    const text = await ask(client, 'open', { files });
    const { suspects } = await report(files.map((file) => path.join(root, file)));
    assert.ok(suspects.length >= 8);
    const told = text.match(/^Suspect \d+: Leak\d+With/gm).length;
    const [, others = '0'] = /^(\d+) more: ask suspect for number \d+ and up\.$/m.exec(text) ?? [];
    assert.ok(told >= 5, text);
    assert.equal(told + Number(others), suspects.length);
    assert.match(text, /^Suspect 1: (?: .*\n|.*\n(?=  ))* {2}next: /m);
    assert.match(text, /\nAsk next: .*$/);
    assert.match(await ask(client, 'suspect', { number: suspects.length }), new RegExp(`^Suspect ${suspects.length}: `));
  });

  test('a running program is compared with itself', async () => {
    const running = await start('server.mjs', { flags: ['--inspect=127.0.0.1:0'] });
    try {
      const attach = `127.0.0.1:${inspectorPort(running)}`;
      const texts = [];
      for (let round = 0; round < 3; round += 1) {
        for (let request = 0; request < 5; request += 1) await visit(running);
        texts.push(await ask(client, 'open', { attach }));
      }
      assert.match(texts[0], /then open with attach 127\.0\.0\.1:\d+ again/);
      assert.match(texts[2], /^Verdict: Session leaks/);
      assert.match(texts[2], /^Open: s\d+, s\d+, s\d+ of .*server\.mjs\./m);
      assert.match(await ask(client, 'diff'), /^Session: \+2,000 objects/m);
      await running.end();
      await refused(client, 'open', { attach }, 'ERR_TARGET_ENDED');
      await refused(client, 'open', { attach }, 'ERR_NO_TARGET');
      await refused(client, 'open', { attach, files: names }, 'ERR_INVALID_ARGUMENT');
    } finally {
      await running.end();
    }
  });

  test('a cancelled call ends, and the server goes on', async () => {
    copyFileSync(await madeSnapshotFile(30), path.join(root, 'big.heapsnapshot'));
    const controller = new AbortController();
    const cancelled = client.callTool({ name: 'open', arguments: { files: ['big.heapsnapshot'] } }, undefined, {
      signal: controller.signal,
      onprogress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(cancelled, /enough/);
    assert.match(await ask(client, 'classes', { limit: 1, snapshot: 's1' }), /^\d+ classes/);
  });
});

describe('snapshots between calls', () => {
  const job = {};
  const open = async (options) => {
    const snapshots = new Snapshots({ open: parse, maxMemory: Infinity, idleMs: 3_600_000, ...options });
    const { entries } = await snapshots.openSeries(names.slice(0, 2).map((name) => path.join(root, name)), job, report);
    return { snapshots, entries };
  };
  const nodesIn = (snapshots, entry) => snapshots.use([entry], job, async ([{ nodeCount }]) => nodeCount);

  test('stay open', async () => {
    const { snapshots, entries } = await open();
    assert.ok(snapshots.bytes > 0);
    assert.deepEqual(entries.map(({ snapshot }) => snapshot.closed), [false, false]);
    snapshots.close();
    assert.equal(snapshots.bytes, 0);
    await assert.rejects(nodesIn(snapshots, entries[0]), { code: 'ERR_CLOSED' });
  });

  test('are closed where memory is scarce, and read again', async () => {
    const { snapshots, entries } = await open({ maxMemory: 1 });
    assert.equal(snapshots.bytes, 0);
    const [count, again] = await Promise.all([nodesIn(snapshots, entries[0]), nodesIn(snapshots, entries[0])]);
    assert.ok(count > 10_000);
    assert.equal(again, count);
    assert.equal(snapshots.bytes, 0);
    snapshots.close();
  });

  test('are closed when they were not used for long', async () => {
    const { snapshots, entries } = await open({ idleMs: 1 });
    while (snapshots.bytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok((await nodesIn(snapshots, entries[0])) > 10_000);
    snapshots.close();
  });

  test('are not read again if the file has changed', async () => {
    const { snapshots, entries } = await open({ maxMemory: 1 });
    utimesSync(entries[0].file, 1, 1);
    await assert.rejects(nodesIn(snapshots, entries[0]), { code: 'ERR_CLOSED', message: /its file has changed since/ });
    snapshots.close();
  });
});

describe('the command', () => {
  const run = (args, node = []) => spawnSync(process.execPath, [...node, cli, 'mcp', ...args], { cwd: root, input: '', encoding: 'utf8' });

  test('ends when its client is gone, and writes nothing else', () => {
    const { status, stdout, stderr } = run([]);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  });

  test('refuses a root that is no folder', () => {
    const { status, stderr } = run(['--root', 'leak.cjs']);
    assert.equal(status, 2);
    assert.match(stderr, /--root leak\.cjs is not a folder/);
  });

  test('says what to install where the SDK is missing', () => {
    const without = path.join(outer, 'without.cjs');
    writeFileSync(without, `
      const Module = require('node:module');
      const { _resolveFilename } = Module;
      Module._resolveFilename = function (name, ...rest) {
        if (name.startsWith('@modelcontextprotocol/')) throw Object.assign(new Error('none'), { code: 'MODULE_NOT_FOUND' });
        return _resolveFilename.call(this, name, ...rest);
      };
    `);
    const { status, stderr } = run([], ['--require', without]);
    assert.equal(status, 2);
    assert.match(stderr, /npm install @modelcontextprotocol\/sdk/);
  });

  test('nothing else loads the SDK', () => {
    const { dependencies, peerDependenciesMeta } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    assert.equal(dependencies['@modelcontextprotocol/sdk'], undefined);
    assert.deepEqual(peerDependenciesMeta['@modelcontextprotocol/sdk'], { optional: true });
    assert.equal(spawnSync(process.execPath, ['-e', `require(${JSON.stringify(cli)}.replace('bin', 'lib').replace('heapray.js', 'cli/program.js'))`]).status, 0);
  });
});
