// Attaching to programs that were not prepared for it, all of them real processes.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WebSocketServer } from 'ws';
import { inspectorPort, start, visit } from './support/attach/programs.mjs';
import { makeGroup } from './support/control-groups.mjs';
import { comesTrue } from './support/waiting.mjs';

const require = createRequire(import.meta.url);
const { attach, capture, report } = require('../index.js');
const { memoryState } = require('../lib/capture/memory.js');
const heapray = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const run = promisify(execFile);

const folder = mkdtempSync(path.join(tmpdir(), 'heapray-attach-'));
after(() => rmSync(folder, { recursive: true }));

const isLinux = process.platform === 'linux';
const skipElsewhere = isLinux ? false : 'reads /proc';
/** Any free port, so that programs of other tests do not have it. */
const ANY_PORT = '--inspect-port=0';

async function withProgram(name, options, work) {
  const program = await start(name, options);
  try {
    return await work(program);
  } finally {
    await program.end();
  }
}

const isClosed = (port) => fetch(`http://127.0.0.1:${port}/json/list`).then(() => false, () => true);

describe('by the id of a process', { skip: skipElsewhere }, () => {
  test('an unprepared program is reported on, its inspector closed again, and it goes on', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      const target = await attach(program.pid);
      assert.deepEqual({ kind: target.target.kind, pid: target.target.pid }, { kind: 'node', pid: program.pid });
      const { heapUsed, rss } = await target.memory();
      assert.ok(heapUsed > 1e6 && rss > heapUsed);
      const snapshots = [];
      for (let i = 0; i < 3; i += 1) {
        await visit(program);
        snapshots.push(await target.snapshot());
      }
      await target.close();
      assert.ok(await isClosed(inspectorPort(program)), program.printed());
      const { suspects: [suspect], order } = await report(snapshots);
      assert.equal(suspect.className, 'Session');
      assert.equal(suspect.count, 600);
      assert.match(suspect.holder.path, /sessions/);
      assert.deepEqual(order ?? [0, 1, 2], [0, 1, 2]);
      const { preflight, pauseMs, file } = snapshots[0].capture;
      assert.ok(preflight.estimate > preflight.heapUsed && pauseMs > 0 && file === null);
      snapshots.forEach((snapshot) => snapshot.close());
      assert.equal(await visit(program), 800);
      await assert.rejects(target.snapshot(), { code: 'ERR_CLOSED' });
    }));

  test('an inspector that the program has opened stays open', () =>
    withProgram('server.mjs', { flags: ['--inspect=127.0.0.1:0'] }, async (program) => {
      const snapshot = await capture({ target: program.pid });
      assert.ok(snapshot.nodeCount > 10_000);
      snapshot.close();
      assert.equal(await isClosed(inspectorPort(program)), false);
      const { suspects } = await capture({ target: `127.0.0.1:${inspectorPort(program)}`, report: true });
      assert.ok(Array.isArray(suspects));
    }));

  test('a worker is found through its parent', () =>
    withProgram('worker.mjs', { flags: [ANY_PORT] }, async (program) => {
      const target = await attach(program.pid, { select: 'worker' });
      assert.equal(target.target.kind, 'worker');
      const snapshots = [await target.snapshot(), await target.snapshot(), await target.snapshot()];
      await target.close();
      const { suspects: [suspect] } = await report(snapshots);
      snapshots.forEach((snapshot) => snapshot.close());
      assert.equal(suspect.className, 'Order');
      assert.ok(await isClosed(inspectorPort(program)));
      assert.ok(program.isAlive());
    }));

  test('what ends at SIGUSR1 is refused, and lives', async () => {
    const child = spawn('sleep', ['60']);
    try {
      await assert.rejects(attach(child.pid), { code: 'ERR_NO_TARGET', message: /\(sleep\) is not Node\.js/ });
      assert.equal(child.signalCode, null);
    } finally {
      child.kill();
    }
    await assert.rejects(attach(2 ** 22 + 1), { code: 'ERR_NO_TARGET', message: /there is no process/ });
    if (!process.allowedNodeEnvironmentFlags.has('--disable-sigusr1')) return;
    await withProgram('server.mjs', { flags: ['--disable-sigusr1'] }, async (program) => {
      await assert.rejects(attach(program.pid), { code: 'ERR_NO_TARGET', message: /--inspect=127\.0\.0\.1:0/ });
      assert.ok(program.isAlive());
    });
  });

  test('a port that another program has is named, with its owner', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();
    try {
      await withProgram('server.mjs', { flags: [`--inspect-port=${port}`] }, async (program) => {
        await assert.rejects(attach(program.pid), { code: 'ERR_NO_TARGET', message: new RegExp(`port ${port} only, which process ${process.pid} `) });
        assert.equal(program.printed(), '');
        assert.equal(await visit(program), 200);
      });
    } finally {
      other.close();
    }
  });

  test('a stopped program gets no signal', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      program.child.kill('SIGSTOP');
      assert.ok(await comesTrue(() => /^State:\s+T/m.test(readFileSync(`/proc/${program.pid}/status`, 'utf8'))));
      await assert.rejects(attach(program.pid), { code: 'ERR_NO_TARGET', message: /kill -CONT/ });
      program.child.kill('SIGCONT');
      assert.equal(await visit(program), 200);
      assert.equal(program.printed(), '');
    }));

  test('a program without the memory for a snapshot is spared', async (context) => {
    const group = makeGroup();
    if (!group) return context.skip('no control group can be made here');
    try {
      await withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
        group.setLimit(120e6);
        group.enter(program.pid);
        const target = await attach(program.pid);
        const error = await target.snapshot().then(() => assert.fail('it was taken'), (reason) => reason);
        assert.equal(error.code, 'ERR_NOT_ENOUGH_MEMORY', error.message);
        assert.equal(error.preflight.limitedBy, 'cgroup');
        assert.match(error.message, /--force/);
        await target.close();
        assert.ok(program.isAlive());
      });
    } finally {
      await group.remove();
    }
  });

  test('a program that waits for a debugger keeps waiting, and that is said', () =>
    withProgram('server.mjs', { flags: ['--inspect-brk=127.0.0.1:0'], waitFor: 'stderr' }, async (program) => {
      await assert.rejects(attach(program.pid), { code: 'ERR_NO_TARGET', message: /waits for a debugger/ });
      assert.ok(program.isAlive());
    }));

  test('a program can end while somebody is attached', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      const target = await attach(program.pid);
      program.child.stdin.end();
      assert.ok(await comesTrue(() => !program.isAlive()), 'it waits for the client');
      await assert.rejects(target.snapshot(), { code: 'ERR_TARGET_ENDED' });
      await target.close();
    }));

  test('an aborted snapshot leaves no file, an open program and a closed inspector', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      const file = path.join(folder, 'aborted.heapsnapshot.gz');
      const target = await attach(program.pid);
      const controller = new AbortController();
      const taking = target.snapshot({ file, signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
      await assert.rejects(taking, /enough/);
      // What is still written belongs to nobody.
      const next = await target.snapshot();
      assert.ok(next.nodeCount > 10_000);
      next.close();
      await target.close();
      assert.equal(existsSync(file), false);
      assert.ok(await isClosed(inspectorPort(program)));
      assert.equal(await visit(program), 200);
    }));

  test('a program cannot attach to itself, by its id or the port of its inspector', async () => {
    const code = `
      const { attach, capture } = require(${JSON.stringify(fileURLToPath(new URL('../index.js', import.meta.url)))});
      const inspector = require('node:inspector');
      const codeOf = (work) => work.then(() => 'none', ({ code, message }) => code + (message.includes('is this one') ? '' : ' ' + message));
      (async () => {
        const codes = [await codeOf(capture({ target: process.pid })), await codeOf(attach(process.pid)), String(inspector.url())];
        inspector.open(0);
        codes.push(await codeOf(attach(inspector.url())), await codeOf(attach(new URL(inspector.url()).host)));
        console.log(codes.join());
        process.exit();
      })();`;
    const { stdout } = await run(process.execPath, ['-e', code]);
    assert.equal(stdout, 'ERR_NO_TARGET,ERR_NO_TARGET,undefined,ERR_NO_TARGET,ERR_NO_TARGET\n');
  });

  test('a program killed midway is an error, and leaves no file', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      const file = path.join(folder, 'killed.heapsnapshot.gz');
      const target = await attach(program.pid);
      const taking = target.snapshot({ file, onProgress: ({ phase }) => phase === 'capture' && program.child.kill('SIGKILL') });
      const outcome = await taking.catch((error) => error);
      await target.close();
      if (outcome.code === undefined) return outcome.close();
      assert.equal(outcome.code, 'ERR_TARGET_ENDED');
      assert.equal(existsSync(file), false);
    }));

  test('its control group is the one that counts', () => {
    const files = {
      '/proc/self/mountinfo': '30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/proc/self/cgroup': '0::/here\n',
      '/proc/4711/cgroup': '0::/there\n',
      '/sys/fs/cgroup/there/memory.max': '1000\n',
      '/sys/fs/cgroup/there/memory.current': '400\n',
    };
    const read = (file) => {
      if (!(file in files)) throw Object.assign(new Error(file), { code: 'ENOENT' });
      return files[file];
    };
    const { limits, cgroup } = memoryState(read, { pid: 4711, rss: 300, constrained: 0, available: null, totalmem: 1e9, freemem: 1e9 });
    assert.equal(cgroup.path, '/sys/fs/cgroup/there');
    assert.deepEqual(limits[0], { by: 'cgroup', limit: 1000, current: 400, available: 600 });
  });
});

test('another client that leaves between two snapshots is noticed: V8 has forgotten the ids', () =>
  withProgram('server.mjs', { flags: ['--inspect=127.0.0.1:0'] }, async (program) => {
    const target = await attach(`127.0.0.1:${inspectorPort(program)}`);
    (await target.snapshot()).close();
    const other = await attach(`127.0.0.1:${inspectorPort(program)}`);
    (await target.snapshot()).close();
    await other.close();
    await assert.rejects(target.snapshot(), { code: 'ERR_PROTOCOL', message: /another client/ });
    await target.close();
  }));

test('addresses of other machines need permission, and what is no inspector says so', async () => {
  for (const address of ['192.0.2.1:9229', 'ws://192.0.2.1:9229/id', 'http://example.org:9222/json']) {
    await assert.rejects(attach(address), { code: 'ERR_REMOTE_ADDRESS', message: /ssh -L/ }, address);
  }
  await assert.rejects(attach('nothing'), { code: 'ERR_NO_TARGET' });
  await assert.rejects(attach('127.0.0.1:1'), { code: 'ERR_NO_TARGET', message: /nothing listens/ });
  await assert.rejects(attach({}), TypeError);
  await assert.rejects(capture({ target: 1, worker: { getHeapSnapshot() {} } }), TypeError);
});

describe('an inspector that breaks the protocol', () => {
  /** Answers as `reply` says: `undefined` for the answers of Node.js. */
  async function withInspector(reply, work) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.on('message', (text) => {
        const { id, method } = JSON.parse(text);
        const result = { 'Runtime.evaluate': { result: { value: { runtime: 'page', heapLimit: null }, objectId: '1' } }, 'Runtime.getHeapUsage': { usedSize: 1000 } }[method] ?? {};
        const own = reply(method, socket);
        if (own !== null) socket.send(own ?? JSON.stringify({ id, result }));
      });
    });
    try {
      return await work(`ws://127.0.0.1:${server.address().port}/inspector`);
    } finally {
      for (const socket of server.clients) socket.terminate();
      server.close();
    }
  }

  const CHUNK = JSON.stringify({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: '{"snapshot":{"meta":' } });
  const replies = {
    'which sends no JSON': [() => 'no JSON', 'ERR_PROTOCOL'],
    'which closes in the middle': [(socket) => (socket.send(CHUNK), socket.close(), null), 'ERR_TARGET_ENDED'],
    'which ends too early': [(socket) => (socket.send(CHUNK), undefined), 'ERR_TRUNCATED'],
    'which sends something else': [(socket) => (socket.send(CHUNK.replace('snapshot', 'profile').replace('{\\"snapshot', 'x{\\"')), undefined), 'ERR_NOT_A_SNAPSHOT'],
  };
  for (const [name, [reply, code]] of Object.entries(replies)) {
    test(`${name} is an error with a code, and there is no file`, async () => {
      const file = path.join(folder, 'broken.heapsnapshot');
      await withInspector((method, socket) => (method === 'HeapProfiler.takeHeapSnapshot' ? reply(socket) : undefined), async (url) => {
        const target = await attach(url);
        await assert.rejects(target.snapshot({ file }), { code });
        await target.close();
      });
      assert.deepEqual(readdirSync(folder).filter((entry) => entry.startsWith('broken')), []);
    });
  }
});

describe('heapray attach', { skip: skipElsewhere }, () => {
  test('takes snapshots around a command, keeps them, and exits as report does', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      const folderOfSnapshots = path.join(folder, 'kept');
      const load = `${process.execPath} -e "fetch('http://127.0.0.1:${program.first}/')"`;
      const args = ['attach', String(program.pid), '--run', load, '--save', folderOfSnapshots, '--redact', '--format', 'json', '--fail-on', 'suspects>0'];
      const failed = await run(process.execPath, [heapray, ...args]).then(() => null, (error) => error);
      assert.equal(failed?.code, 1, failed?.stderr);
      assert.equal(JSON.parse(failed.stdout).suspects[0].className, 'Session');
      assert.match(failed.stderr, /snapshot 3 of 3: .* stopped for .*suspected: Session/);
      const files = readdirSync(folderOfSnapshots).sort();
      assert.equal(files.length, 3);
      const again = await report(files.map((file) => path.join(folderOfSnapshots, file)));
      assert.equal(again.suspects[0].className, 'Session');
      assert.ok(await isClosed(inspectorPort(program)));
    }));

  test('ends at Ctrl-C with exit code 130, or a report if there is something to compare', () =>
    withProgram('server.mjs', { flags: [ANY_PORT] }, async (program) => {
      for (const [count, code] of [[1, 130], [2, 0]]) {
        const child = spawn(process.execPath, [heapray, 'attach', String(program.pid), '--count', '9', ...(count === 1 ? ['--every', '1h'] : ['--on-enter'])]);
        child.stdout.resume();
        let told = '';
        child.stderr.setEncoding('utf8').on('data', (text) => {
          told += text;
          if (/Enter for snapshot 2/.test(text)) child.stdin.write('\n');
          if (told.includes(`snapshot ${count} of 9`) && (count === 1 || /Enter for snapshot 3/.test(text))) child.kill('SIGINT');
        });
        const [exitCode] = await once(child, 'exit');
        assert.equal(exitCode, code, told);
        assert.ok(await isClosed(inspectorPort({ printed: () => program.printed().split('\n').findLast((line) => line.startsWith('Debugger listening')) })));
      }
      assert.equal(await visit(program), 200);
    }));

  test('without a target lists what runs', () =>
    withProgram('worker.mjs', { flags: ['--inspect=127.0.0.1:0'] }, async (program) => {
      const { stdout } = await run(process.execPath, [heapray, 'attach', '--format', 'json']);
      const rows = JSON.parse(stdout);
      const own = rows.find(({ target }) => target === String(program.pid));
      assert.ok(own.memory > 1e6 && own.uptime >= 0 && own.title.includes('worker.mjs'), stdout);
      const text = (await run(process.execPath, [heapray, 'attach'])).stdout;
      assert.ok(text.includes(String(program.pid)), text);
    }));

  test('errors have one line and exit code 3, wrong usage exit code 2', async () => {
    const outcome = (...args) => run(process.execPath, [heapray, 'attach', ...args]).then(() => assert.fail('it succeeded'), ({ code, stderr }) => ({ code, lines: stderr.trim().split('\n').length, stderr }));
    const none = await outcome('127.0.0.1:1');
    assert.deepEqual([none.code, none.lines], [3, 1], none.stderr);
    assert.match(none.stderr, /ERR_NO_TARGET/);
    assert.equal((await outcome('192.0.2.1:9229')).code, 2);
    assert.equal((await outcome('1', '--every', '5s', '--on-enter')).code, 2);
    assert.equal((await outcome('1', '--every', 'soon')).code, 2);
  });
});
