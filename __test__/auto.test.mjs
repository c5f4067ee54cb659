// heapray/auto: programs that know nothing of heapray are watched, and never kept from working.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { temporaryFolder } from './support/fixtures.mjs';
import { posix } from './support/platform.mjs';
import { openSink } from './support/sink.mjs';

const auto = fileURLToPath(new URL('../auto.js', import.meta.url));
const SIGNATURE = 'deadbeefcafe';
const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';

/** Leaks until the limit of 60 MB is near, and when its input is closed until the end. */
const LEAK = `
  class Session { constructor(i) { this.id = i; this.password = 'hunter' + i; this.data = Buffer.alloc(2000, 65).toString('latin1'); } }
  const sessions = globalThis.sessions = new Map();
  let isHeldBack = true;
  process.stdin.resume().on('end', () => { isHeldBack = false; });
  setInterval(() => {
    if (isHeldBack && process.memoryUsage().heapUsed > 52e6) return;
    for (let i = 0; i < 150; i += 1) sessions.set('s' + sessions.size, new Session(sessions.size));
  }, 20);`;

/** Waits for a signal as long as its input is open. */
const WAITS = `
  class Session { constructor(i) { this.password = 'hunter' + i; } }
  globalThis.sessions = Array.from({ length: 2000 }, (_, i) => new Session(i));
  process.stdin.resume().on('end', () => process.exit());
  console.log('started');`;

function environment(variables) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HEAPRAY_') && name !== 'NODE_OPTIONS'));
  return { ...clean, ...variables };
}

/** Runs a short program. */
function run(code, { variables = {}, flags = [], binary = process.execPath, preload = ['--require', auto] } = {}) {
  const { status, stdout, stderr } = spawnSync(binary, [...flags, ...preload, '-e', code], { encoding: 'utf8', env: environment(variables) });
  return { status, stdout, stderr };
}

/** Starts a program and collects what it prints. Whatever is left of it is killed after the test. */
function start(t, code, { variables = {}, flags = [] } = {}) {
  const child = spawn(process.execPath, [...flags, '-e', code], { env: environment({ NODE_OPTIONS: `--import ${new URL('../auto.js', import.meta.url)}`, TMPDIR: temporaryFolder(), ...variables }) });
  const program = { child, text: '', ended: once(child, 'close') };
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (program.text += text));
  program.printed = async (pattern) => {
    while (!pattern.test(program.text)) {
      assert.equal(child.exitCode ?? child.signalCode, null, program.text);
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), program.ended]);
    }
  };
  return program;
}

test('a leaking program ends with a report and a redacted, compressed snapshot at the sink, the report first', async (t) => {
  const sink = await openSink(t);
  const program = start(t, LEAK, { flags: ['--max-old-space-size=60', '--max-semi-space-size=16'], variables: { HEAPRAY_MAX_CAPTURES: '1', HEAPRAY_UPLOAD: `${sink.url}/{name}?signature=${SIGNATURE}` } });
  await Promise.race([sink.has(2), program.ended]);
  program.child.stdin.end();
  await program.ended;
  const [report, snapshot] = sink.received;
  assert.match(report.path, /-heapray-\d+-[\dTZ-]+\.report\.json$/);
  assert.match(snapshot.path, /-heapray-\d+-[\dTZ-]+\.heapsnapshot\.gz$/);
  const { suspects } = JSON.parse(report.body);
  assert.equal(suspects[0].className, 'Session');
  assert.match(program.text, new RegExp(`^heapray: Session .*fingerprint ${suspects[0].fingerprint}, `, 'm'));
  assert.match(program.text, /^Suspects /m);
  assert.match(gunzipSync(snapshot.body).toString('latin1'), /Session/);
  const parsed = await parse(snapshot.body);
  assert.ok((await parsed.classes({ name: 'Session' })).classes[0].count > 1000);
  parsed.close();
  assert.ok(!gunzipSync(snapshot.body).includes('hunter1'), 'the snapshot has a secret of the program');
  assert.ok(!program.text.includes(SIGNATURE), program.text);
});

describe('on a signal', posix, () => {
  test('text, JSON and an unredacted snapshot are put into the folder, and the address of the sink is in none', async (t) => {
    const sink = await openSink(t);
    const dir = path.join(temporaryFolder(), 'new', 'folder');
    const variables = { HEAPRAY_SIGNAL: 'usr2', HEAPRAY_DIR: dir, HEAPRAY_REPORT: 'file', HEAPRAY_REDACT: 'no', HEAPRAY_UPLOAD: `${sink.url}/object?signature=${SIGNATURE}` };
    const program = start(t, WAITS, { variables });
    await program.printed(/started/);
    program.child.kill('SIGUSR2');
    await sink.has(2);
    program.child.stdin.end();
    await program.ended;
    const named = (ending) => readdirSync(dir).filter((name) => name.endsWith(ending)).map((name) => path.join(dir, name));
    const [[text], [json], [snapshot]] = ['.report.txt', '.report.json', '.heapsnapshot.gz'].map(named);
    assert.match(readFileSync(text, 'utf8'), /^Heap report: heapray-\d+/);
    assert.equal(JSON.parse(readFileSync(json, 'utf8')).kind, 'report');
    for (const file of [text, json, snapshot]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
    const bytes = gunzipSync(readFileSync(snapshot));
    assert.ok(bytes.includes('hunter1999'));
    assert.ok(!bytes.includes(SIGNATURE), 'the snapshot has the address of the sink');
    assert.deepEqual(sink.received.map(({ path: where }) => where), ['/object', '/object']);
    assert.match(program.text, /^started\nheapray: .*\basked, .*\.heapsnapshot\.gz\)\n/);
    assert.ok(!program.text.includes('Suspects'), program.text);
  });

  test('the first of two URLs gets the report', async (t) => {
    const sink = await openSink(t);
    const program = start(t, WAITS, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2', HEAPRAY_UPLOAD: `${sink.url}/report?${SIGNATURE} ${sink.url}/snapshot?${SIGNATURE}` } });
    await program.printed(/started/);
    program.child.kill('SIGUSR2');
    await sink.has(2);
    program.child.stdin.end();
    assert.deepEqual(sink.received.map(({ path: where, body }) => [where, body[0]]), [['/report', 0x7b], ['/snapshot', 0x1f]]);
  });

  test('a command gets the file as an argument, without a shell', async (t) => {
    const folder = temporaryFolder();
    const script = path.join(folder, 'an upload.cjs');
    const log = path.join(folder, 'log');
    writeFileSync(script, `require('fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify([process.argv.slice(2), process.env.NODE_OPTIONS ?? null]) + '\\n')`);
    const dir = path.join(folder, '$(touch bad) `touch bad`; x');
    const program = start(t, WAITS, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2', HEAPRAY_DIR: dir, HEAPRAY_UPLOAD: `${process.execPath} "${script}" --to='a $HOME b' {} to/{name}` } });
    await program.printed(/started/);
    program.child.kill('SIGUSR2');
    await program.printed(/uploaded .*gz/);
    program.child.stdin.end();
    const calls = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(calls.length, 2);
    for (const [[to, file, name, ...more], options] of calls) {
      assert.equal(to, '--to=a $HOME b');
      assert.equal(path.dirname(file), dir);
      assert.ok(name.startsWith('to/') && name.endsWith(path.basename(file)), name);
      assert.deepEqual([more, options], [[], null]);
    }
  });

  test('an address that is taken for a command is not printed', async (t) => {
    for (const address of [`127.0.0.1/{name}?signature=${SIGNATURE}`, `"http://127.0.0.1/{name}?signature=${SIGNATURE}"`, `TOKEN=${SIGNATURE} aws s3 cp {} s3://bucket`]) {
      const program = start(t, WAITS, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2', HEAPRAY_UPLOAD: address } });
      await program.printed(/started/);
      program.child.kill('SIGUSR2');
      await program.printed(/could not upload a snapshot: the command cannot be started \(ENOENT\)/);
      program.child.stdin.end();
      await program.ended;
      assert.ok(!program.text.includes(SIGNATURE), program.text);
    }
  });

  test('a refused upload is said once, without the address, and the program goes on', async (t) => {
    const sink = await openSink(t, { status: 403 });
    const program = start(t, WAITS, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2', HEAPRAY_UPLOAD: `${sink.url}/{name}?signature=${SIGNATURE}` } });
    await program.printed(/started/);
    for (const count of [2, 4]) {
      program.child.kill('SIGUSR2');
      await sink.has(count);
    }
    program.child.stdin.end();
    await program.ended;
    assert.equal(program.child.exitCode, 0);
    assert.deepEqual(program.text.match(/.*could not upload.*/g), ['report', 'snapshot'].map((kind) => `heapray: could not upload a ${kind}: ${new URL(sink.url).host} answered 403`));
    assert.ok(!program.text.includes(SIGNATURE), program.text);
  });

  test('where the folder can no longer be written, snapshots stay in memory and the report comes all the same', async (t) => {
    const dir = path.join(temporaryFolder(), 'kept');
    const program = start(t, WAITS, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2', HEAPRAY_DIR: dir } });
    await program.printed(/started/);
    program.child.kill('SIGUSR2');
    await program.printed(/asked, .*kept/);
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
    program.child.kill('SIGUSR2');
    await program.printed(/snapshots stay in memory from now on[^]*\basked\)/);
    program.child.stdin.end();
    await program.ended;
    assert.equal(program.child.exitCode, 0);
  });

  test('listeners of the program run too, and signals that end a process still do', async (t) => {
    const program = start(t, `${WAITS} process.on('SIGUSR2', () => console.log('mine'));`, { variables: { HEAPRAY_SIGNAL: 'SIGUSR2' } });
    await program.printed(/started/);
    program.child.kill('SIGUSR2');
    await program.printed(/mine/);
    await program.printed(/asked/);
    program.child.kill('SIGTERM');
    await program.ended;
    assert.equal(program.child.signalCode, 'SIGTERM');
  });
});

describe('a program starts, and is told once what is wrong', () => {
  const LIVES = 'setTimeout(() => console.log("done"), 1300); console.log("started");';
  const started = ({ status, stdout }, expected = 'started\ndone\n') => assert.deepEqual({ status, stdout }, { status: 0, stdout: expected });

  const WRONG = [
    [{ HEAPRAY_REPORT: 'sterr' }, /^heapray: HEAPRAY_REPORT must be stderr or file, not "sterr"; it is ignored\n$/],
    [{ HEAPRAY_REDACT: '\u001b[2J' }, /^heapray: HEAPRAY_REDACT must be 1 or 0, not "\\x1b\[2J"; it is ignored\n$/],
    [{ HEAPRAY_MAX_CAPTURES: '0' }, /^heapray: HEAPRAY_MAX_CAPTURES must be a whole number, at least 1, not "0"; it is ignored\n$/],
    [{ HEAPRAY_SIGNAL: 'SIGTERM' }, /^heapray: HEAPRAY_SIGNAL must be one of SIGUSR2, .*, not "SIGTERM"; it is ignored\n$/],
    [{ HEAPRAY_UPLOAD: `ftp://host/?${SIGNATURE}` }, /^heapray: HEAPRAY_UPLOAD must be an http: or https: URL, two of them, or a command; it is ignored\n$/],
    [{ HEAPRAY_UPLOAD: `curl "${SIGNATURE}` }, /^heapray: HEAPRAY_UPLOAD must be .* it is ignored\n$/],
    [{ HEAPRAY_UPLAOD: `http://host/?${SIGNATURE}` }, /^heapray: HEAPRAY_UPLAOD is no variable of heapray: did you mean HEAPRAY_UPLOAD\?\n$/],
  ];
  for (const [variables, message] of WRONG) {
    test(`${JSON.stringify(variables)}`, () => {
      const result = run('console.log("started")', { variables });
      started(result, 'started\n');
      assert.match(result.stderr, message);
      assert.ok(!result.stderr.includes(SIGNATURE));
    });
  }

  test('variables that are empty, or somebody else\'s, are none', () => {
    const { stderr } = run('console.log("started")', { variables: { HEAPRAY_DIR: '', HEAPRAY_REPORT: ' ', HEAPRAY_PORT: 'tcp://10.0.0.1:80', HEAPRAY_SERVICE_HOST: '10.0.0.1', HEAPRAY_SOMETHING_ELSE: '1' } });
    assert.equal(stderr, '');
  });

  test('an addon that cannot be loaded', () => {
    const result = run(LIVES, { variables: { HEAPRAY_ADDON: '/no/such.node' } });
    started(result);
    assert.match(result.stderr, /^heapray: not watching: .*could not be loaded.*\n$/);
    assert.equal(result.stderr.match(/not watching/g).length, 1);
  });

  test('a permission model that forbids addons', () => {
    const result = run(LIVES, { flags: [permission, '--allow-fs-read=*'] });
    started(result);
    assert.match(result.stderr, /heapray: not watching: .*--allow-addons/);
  });

  test('a folder that cannot be made', () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const result = run(LIVES, { variables: { HEAPRAY_DIR: path.join(file, 'x') } });
    started(result);
    assert.match(result.stderr, /^heapray: cannot write to .*ENOTDIR.*; snapshots stay in memory, nothing is uploaded, and reports go to stderr\n$/);
  });

  test('a folder in /proc, where the recursive mkdir of Node.js never returns', { skip: process.platform !== 'linux' }, () => {
    const result = run(LIVES, { variables: { HEAPRAY_DIR: '/proc/heapray/x' } });
    started(result);
    assert.match(result.stderr, /^heapray: cannot write to \/proc\/heapray\/x: ENOENT/);
  });

  test('a folder for temporary files that others can read', posix, () => {
    const folder = temporaryFolder();
    const own = path.join(folder, `heapray-${process.getuid()}`);
    mkdirSync(own);
    chmodSync(own, 0o755);
    const result = run(LIVES, { variables: { TMPDIR: folder, HEAPRAY_UPLOAD: 'http://127.0.0.1:1/' } });
    started(result);
    assert.match(result.stderr, /^heapray: cannot write to .*not a folder of this user alone/);
  });

  test('an old Node.js', posix, () => {
    const result = run(LIVES, { binary: nodeBinary(16) });
    started(result);
    assert.match(result.stderr, /^heapray: not watching: Node\.js 20 or later is needed, this is v16\.[\d.]+\n$/);
  });
});

describe('processes that need no watching', () => {
  test('a short one neither loads the addon nor prints, also where nothing would work', () => {
    const code = 'console.log(Object.keys(require.cache).filter((file) => /\\.node$|capture/.test(file)).length)';
    const variables = { HEAPRAY_ADDON: '/no/such.node', HEAPRAY_DIR: '/dev/null/x', HEAPRAY_UPLOAD: 'http://127.0.0.1:1/' };
    assert.deepEqual(run(code, { variables }), { status: 0, stdout: '0\n', stderr: '' });
  });

  test('worker threads and child processes of a program with a wrong setting say nothing of their own', () => {
    const code = `const { Worker } = require('node:worker_threads');
      for (let i = 0; i < 3; i += 1) new Worker('setTimeout(() => {}, 1200)', { eval: true });`;
    const { stderr } = run(code, { variables: { HEAPRAY_ADDON: '/no/such.node', HEAPRAY_REPORT: 'x', NODE_OPTIONS: `--require "${auto}"` }, preload: [] });
    assert.equal(stderr.match(/HEAPRAY_REPORT must be/g).length, 1, stderr);
    assert.equal(stderr.match(/not watching/g).length, 1, stderr);
  });

  test('npm and what is switched off', () => {
    const folder = path.join(temporaryFolder(), 'node_modules', 'npm', 'bin');
    mkdirSync(folder, { recursive: true });
    const npm = path.join(folder, 'npm-cli.js');
    writeFileSync(npm, 'console.log(process.listenerCount("SIGUSR2"))');
    const variables = { HEAPRAY_REPORT: 'x', HEAPRAY_SIGNAL: 'SIGUSR2', NODE_OPTIONS: `--require "${auto}"` };
    const { stdout, stderr } = spawnSync(process.execPath, [npm], { encoding: 'utf8', env: environment(variables) });
    assert.deepEqual({ stdout, stderr }, { stdout: '0\n', stderr: '' });
    assert.equal(run('', { variables: { ...variables, NODE_OPTIONS: '', HEAPRAY_OFF: '1' } }).stderr, '');
    assert.match(run('', { variables: { ...variables, NODE_OPTIONS: '', HEAPRAY_OFF: '0' } }).stderr, /HEAPRAY_REPORT/);
  });
});

test('package.json exports heapray/auto to import and require', () => {
  for (const preload of [['--import', 'heapray/auto'], ['--require', 'heapray/auto']]) {
    const { stderr } = spawnSync(process.execPath, [...preload, '-e', '0'], { encoding: 'utf8', cwd: path.dirname(auto), env: environment({ HEAPRAY_REPORT: 'x' }) });
    assert.match(stderr, /^heapray: HEAPRAY_REPORT must be/);
  }
  assert.ok(existsSync(auto.replace(/\.js$/, '.d.ts')));
});
