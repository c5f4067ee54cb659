// The command line: the real program, with real files and exit codes.
//
// HEAPRAY_UPDATE_GOLDENS=1 writes the golden files anew; review them as a diff.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import zlib from 'node:zlib';

import { AFTER, BEFORE } from './support/heaps.mjs';
import { posix } from './support/platform.mjs';

const require = createRequire(import.meta.url);
const api = require('../index.js');
const { outcomeOf } = require('../lib/cli/errors.js');
const here = path.dirname(fileURLToPath(import.meta.url));
const BIN = path.join(here, '..', 'bin', 'heapray.js');
const GOLDEN = path.join(here, 'golden');

let folder;

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapray-cli-'));
  fs.writeFileSync(path.join(folder, 'before.heapsnapshot'), BEFORE);
  fs.writeFileSync(path.join(folder, 'after.heapsnapshot'), AFTER);
});

after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Colours and widths must not depend on the environment of the tests. */
function cleanEnv(extra = {}) {
  const { FORCE_COLOR, NO_COLOR, COLUMNS, ...rest } = process.env;
  return { ...rest, ...extra };
}

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function heapray(args, { input, env } = {}) {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: cleanEnv(env), maxBuffer: 1e8 };
    const child = execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

async function ok(args, options) {
  const { code, stdout, stderr } = await heapray(args, options);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  return stdout;
}

async function jsonOf(args) {
  return JSON.parse(await ok([...args, '--format', 'json']));
}

describe('golden files', () => {
  const COMMANDS = [
    'report after.heapsnapshot',
    'report after.heapsnapshot --show-strings --limit 3',
    'report after.heapsnapshot --format markdown',
    'diff before.heapsnapshot after.heapsnapshot',
    'diff before.heapsnapshot after.heapsnapshot --mode new --paths --limit 3',
    'diff before.heapsnapshot after.heapsnapshot --mode grown --paths',
    'diff after.heapsnapshot before.heapsnapshot --mode freed --limit 3',
    'diff before.heapsnapshot after.heapsnapshot --format markdown',
    'classes after.heapsnapshot',
    'filter after.heapsnapshot --class Session --limit 3',
    'filter after.heapsnapshot --id 1001 --edges --references=2,3 --retainers=3,3',
    'node after.heapsnapshot 1001',
    'retainers after.heapsnapshot Session',
    'retainers after.heapsnapshot @1001 --format markdown',
    '--help',
    'report --help',
  ];

  for (const command of COMMANDS) {
    test(`heapray ${command}`, async () => {
      const actual = await ok(command.split(' '));
      const file = path.join(GOLDEN, `${command.replace(/[^\w.=,@-]+/g, '_')}.txt`);
      if (process.env.HEAPRAY_UPDATE_GOLDENS === '1') fs.writeFileSync(file, actual);
      assert.equal(actual, fs.readFileSync(file, 'utf8'));
    });
  }

  test('there is none without its command', () => {
    const names = COMMANDS.map((command) => `${command.replace(/[^\w.=,@-]+/g, '_')}.txt`);
    assert.deepEqual(fs.readdirSync(GOLDEN).sort(), names.sort());
  });
});

describe('the flags of filter', () => {
  const QUESTIONS = [
    [['--id', '1001'], { id: 1001 }],
    [['--id', '@1001,1003', '--id', '@1011'], { id: [1001, 1003, 1011] }],
    [['--name', 'Session'], { name: 'Session' }],
    [['--name', '/^HISTORY of session 1\\d$/i'], { name: /^HISTORY of session 1\d$/i }],
    [['--name', '/app/src/session.js'], { name: '/app/src/session.js' }],
    [['--name-contains', 'SESSION 2'], { name: { contains: 'SESSION 2' } }],
    [['--type', 'string,closure'], { type: ['string', 'closure'] }],
    [['--class', 'Server'], { class: 'Server' }],
    [['--class-contains', 'serv'], { class: { contains: 'serv' } }],
    [['--script'], { script: true }],
    [['--script=/app/src/session.js'], { script: '/app/src/session.js' }],
    [['--script=/server\\.js$/'], { script: /server\.js$/ }],
    [['--no-script'], { script: false }],
    [['--min-self', '1kB', '--max-self', '0.008MB'], { selfSize: { min: 1000, max: 8000 } }],
    [['--min-retained', '100kB'], { retainedSize: { min: 100_000 } }],
    [['--max-retained', '1KiB'], { retainedSize: { max: 1024 } }],
    [['--distance', '2..4'], { distance: { min: 2, max: 4 } }],
    [['--distance', '3'], { distance: { min: 3, max: 3 } }],
    [['--detached'], { detached: true }],
    [['--no-detached'], { detached: false }],
    [['--edge-name', 'sessions'], { edgeName: 'sessions' }],
    [['--retained-by', '1001'], { retainedBy: 1001 }],
    [['--referenced-from', '@1001'], { referencedFrom: 1001 }],
    [['--allocated-after', '1001', '--allocated-up-to', '1021'], { allocated: { after: 1001, upTo: 1021 } }],
    [['--filter', 'duplicatedStrings'], { filter: 'duplicatedStrings' }],
    [['--mine-only'], { mineOnly: true }],
    [['--mine-only=auto'], { mineOnly: 'auto' }],
    [['--sort', 'selfSize', '--ascending'], { sort: 'selfSize', order: 'ascending' }],
    [['--sort', 'id', '--order', 'descending'], { sort: 'id', order: 'descending' }],
    [['--limit', '7', '--offset', '5'], { limit: 7, offset: 5 }],
    [['--edges', '--limit', '3'], { edges: true, limit: 3 }],
    [['--references', '--retainers=3,2', '--limit', '2'], { references: true, retainers: { depth: 3, limit: 2 }, limit: 2 }],
  ];

  for (const [args, query] of QUESTIONS) {
    test(`${args.join(' ')} asks what the API asks with ${inspect(query, { breakLength: Infinity })}`, async () => {
      const expected = await api.filter(path.join(folder, 'after.heapsnapshot'), { ...query, showStrings: false });
      assert.ok(expected.total > 0, 'the question finds something, or the test would show nothing');
      assert.deepEqual(await jsonOf(['filter', 'after.heapsnapshot', ...args]), expected);
    });
  }

  test('--show-strings shows contents, which are hidden without it', async () => {
    const args = ['filter', 'after.heapsnapshot', '--type', 'string', '--limit', '3'];
    const { nodes } = await api.filter(path.join(folder, 'after.heapsnapshot'), { type: 'string', limit: 3 });
    assert.deepEqual((await jsonOf([...args, '--show-strings'])).nodes, nodes);
    assert.ok((await jsonOf(args)).nodes.every(({ name }) => /^\(\d+ characters\)$/.test(name)));
    const text = await ok(args);
    assert.ok(nodes.every(({ name }) => !text.includes(name)), text);
  });

  test('a snapshot that is given twice is refused', async () => {
    const { code, stderr } = await heapray(['report', 'before.heapsnapshot', './before.heapsnapshot']);
    assert.equal(code, 2);
    assert.match(stderr, /\.\/before\.heapsnapshot is given twice/);
  });

  test('a flag with an optional value does not take the file for it', async () => {
    const { total } = await jsonOf(['filter', '--mine-only', '--references', 'after.heapsnapshot']);
    assert.ok(total > 0);
  });
});

describe('JSON', () => {
  test('is what the API answers, for every verb', async () => {
    const snapshot = await api.parse(path.join(folder, 'after.heapsnapshot'));
    const [before, after] = ['before.heapsnapshot', 'after.heapsnapshot'].map((name) => path.join(folder, name));
    assert.deepEqual(await jsonOf(['report', 'after.heapsnapshot', '--limit', '3']), await api.report(snapshot, { limit: 3 }));
    const hidden = { showStrings: false };
    assert.deepEqual(await jsonOf(['classes', 'after.heapsnapshot']), await snapshot.classes());
    assert.deepEqual(await jsonOf(['closures', 'after.heapsnapshot', '--limit', '3']), await snapshot.deadVariables({ limit: 3 }));
    assert.deepEqual(await jsonOf(['classes', 'after.heapsnapshot', '--name-contains', 'S', '--sort', 'name', '--limit', '2']), await snapshot.classes({ name: { contains: 'S' }, sort: 'name', limit: 2 }));
    assert.deepEqual(await jsonOf(['diff', 'before.heapsnapshot', 'after.heapsnapshot', '--mode', 'grown', '--paths']), await api.diff(before, after, { mode: 'grown', paths: true, ...hidden }));
    const node = await jsonOf(['node', 'after.heapsnapshot', '1001', '--paths', '2']);
    assert.deepEqual(node.paths, await snapshot.retainingPaths(1001, { limit: 2, ...hidden }));
    assert.deepEqual(node.dominators, await snapshot.dominatorPath(1001, hidden));
    const held = await jsonOf(['retainers', 'after.heapsnapshot', 'Session', '--limit', '3']);
    assert.deepEqual(held.paths, await snapshot.retainingPaths('Session', { limit: 3, ...hidden }));
    assert.equal(held.node.className, 'Session');
    snapshot.close();
  });

  test('is one line for programs, without characters that a terminal interprets', async () => {
    const text = await ok(['filter', 'after.heapsnapshot', '--name-contains', 'evil', '--format', 'json']);
    assert.match(text, /^[^\n]*\n$/);
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.match(JSON.parse(text).nodes[0].name, /\u001b.*\u202e.*\n/);
  });
});

describe('text and Markdown', () => {
  const ANSWERS = [
    ['report after.heapsnapshot', (options) => api.report(path.join(folder, 'after.heapsnapshot'), options)],
    ['report after.heapsnapshot --show-strings', (options) => api.report(path.join(folder, 'after.heapsnapshot'), { ...options, showStrings: true })],
    ['diff before.heapsnapshot after.heapsnapshot', (options) => api.diff(path.join(folder, 'before.heapsnapshot'), path.join(folder, 'after.heapsnapshot'), options)],
  ];
  for (const [command, ask] of ANSWERS) {
    for (const format of ['text', 'markdown']) {
      test(`of heapray ${command} --format ${format} are those of the API, under a title with the file's name`, async () => {
        const withoutTitle = (text) => text.split('\n').slice(1).join('\n');
        const printed = await ok([...command.split(' '), '--format', format], { env: { COLUMNS: '100' } });
        assert.equal(withoutTitle(printed), withoutTitle(await ask({ format })));
      });
    }
  }
});

describe('output', () => {
  test("goes to standard output with '-'", async () => {
    for (const args of [['classes', 'after.heapsnapshot'], ['report', 'after.heapsnapshot', '--format', 'json'], ['export', 'after.heapsnapshot', '--format', 'speedscope']]) {
      assert.equal(await ok([...args, '-o', '-']), await ok(args), args[0]);
    }
    assert.ok(!fs.existsSync(path.join(folder, '-')));
    const { code, stderr } = await heapray(['redact', 'after.heapsnapshot', '-']);
    assert.deepEqual([code, stderr], [2, 'heapray: a redacted copy is written to a file, not to standard output\n']);
  });

  test('goes to the file of -o, nothing to standard output', async () => {
    assert.equal(await ok(['classes', 'after.heapsnapshot', '-o', 'classes.txt']), '');
    assert.equal(fs.readFileSync(path.join(folder, 'classes.txt'), 'utf8'), await ok(['classes', 'after.heapsnapshot']));
  });

  test('replaces a file at once, keeps its mode, follows its link and leaves nothing behind', posix, async () => {
    const target = path.join(folder, 'kept', 'real.txt');
    fs.mkdirSync(path.dirname(target));
    fs.writeFileSync(target, 'old');
    fs.chmodSync(target, 0o640);
    fs.symlinkSync(target, path.join(folder, 'link.txt'));
    const { ino } = fs.statSync(target);
    await ok(['report', 'after.heapsnapshot', '-o', 'link.txt']);
    assert.match(fs.readFileSync(target, 'utf8'), /^Heap report/);
    assert.notEqual(fs.statSync(target).ino, ino, 'renamed over, not written into');
    assert.equal(fs.statSync(target).mode & 0o777, 0o640);
    assert.ok(fs.lstatSync(path.join(folder, 'link.txt')).isSymbolicLink());
    assert.deepEqual(fs.readdirSync(path.dirname(target)), ['real.txt']);
  });

  test('a device is written to, not replaced', posix, () => {
    const { stdout } = shell('"$NODE" "$BIN" classes after.heapsnapshot -o /dev/stdout | cat');
    assert.match(stdout, /Session/);
    assert.ok(!fs.statSync('/dev/null').isFile());
    assert.equal(shell('"$NODE" "$BIN" classes after.heapsnapshot -o /dev/null').status, 0);
    assert.ok(fs.statSync('/dev/null').isCharacterDevice());
  });

  test('an old answer stays if the input cannot be read', async () => {
    fs.writeFileSync(path.join(folder, 'old.txt'), 'old');
    fs.writeFileSync(path.join(folder, 'half.heapsnapshot'), AFTER.slice(0, AFTER.length / 2));
    assert.equal((await heapray(['report', 'half.heapsnapshot', '-o', 'old.txt'])).code, 3);
    assert.equal(fs.readFileSync(path.join(folder, 'old.txt'), 'utf8'), 'old');
  });

  test('never replaces the snapshot itself', async () => {
    const { code, stderr } = await heapray(['report', 'after.heapsnapshot', '-o', './after.heapsnapshot']);
    assert.equal(code, 2);
    assert.match(stderr, /is an input, and would be overwritten/);
    assert.equal(fs.readFileSync(path.join(folder, 'after.heapsnapshot'), 'utf8'), AFTER);
  });

  test('a missing folder is an error before any work', async () => {
    const { code, stderr } = await heapray(['report', 'no-such.heapsnapshot', '-o', 'no/such/folder.txt']);
    assert.equal(code, 2);
    assert.match(stderr, /folder '.*' does not exist/);
  });

  test('colours need a terminal or FORCE_COLOR', async () => {
    assert.doesNotMatch(await ok(['report', 'after.heapsnapshot']), /\x1b/);
    assert.match(await ok(['report', 'after.heapsnapshot'], { env: { FORCE_COLOR: '1' } }), /\x1b\[/);
    assert.doesNotMatch(await ok(['report', 'after.heapsnapshot'], { env: { FORCE_COLOR: '0' } }), /\x1b/);
    assert.doesNotMatch(await ok(['report', 'after.heapsnapshot', '--format', 'markdown'], { env: { FORCE_COLOR: '1' } }), /\x1b/);
  });

  test('COLUMNS sets the width without a terminal', async () => {
    const lines = (await ok(['report', 'after.heapsnapshot'], { env: { COLUMNS: '70' } })).split('\n');
    assert.ok(Math.max(...lines.map((line) => line.length)) <= 70);
  });
});

describe('input', () => {
  test("'-' is standard input, for any verb", async () => {
    assert.equal(await ok(['classes', '-'], { input: AFTER }), await ok(['classes', 'after.heapsnapshot']));
    assert.match(await ok(['diff', '-', 'after.heapsnapshot'], { input: BEFORE }), /\+27/);
  });

  test('may be compressed, whatever its name', async () => {
    fs.writeFileSync(path.join(folder, 'packed.bin'), zlib.gzipSync(AFTER));
    assert.equal(await ok(['classes', 'packed.bin']), await ok(['classes', 'after.heapsnapshot']));
    assert.equal(await ok(['classes', '-'], { input: zlib.brotliCompressSync(AFTER) }), await ok(['classes', 'after.heapsnapshot']));
  });

  test('standard input can be given once', async () => {
    const { code, stderr } = await heapray(['diff', '-', '-'], { input: AFTER });
    assert.equal(code, 2);
    assert.match(stderr, /only once/);
  });
});

describe('exit code 1', () => {
  const EXCEEDED = [
    [['report', 'after.heapsnapshot'], ['total>200kB', 'detached>0', 'detachedSize>=160', 'class:Session.count>29', 'class:Session.retainedSize>50%', 'class:Session.percent > 50%', 'wasted>0', 'biggest>100kB', 'class:NoSuchClass.count<1', 'nodes!=0']],
    [['diff', 'before.heapsnapshot', 'after.heapsnapshot'], ['growth>100kB', 'growth>10%', 'class:Session.countDelta>0', 'class:Session.addedCount==27', 'rows>0', 'nodesGrowth>50']],
    [['diff', 'before.heapsnapshot', 'after.heapsnapshot', '--mode', 'new', '--limit', '1'], ['rows>50', 'class:(string).countDelta>=27']],
    [['filter', 'after.heapsnapshot', '--detached'], ['total>0', 'selfSize>=160']],
  ];
  const KEPT = [
    [['report', 'after.heapsnapshot'], ['total>1GB', 'detached>1', 'class:Session.count>30', 'class:NoSuchClass.count>0']],
    [['diff', 'before.heapsnapshot', 'after.heapsnapshot'], ['growth<0', 'growth>10000%', 'class:Session.countDelta>27']],
    [['filter', 'after.heapsnapshot', '--detached'], ['total>1']],
  ];

  for (const [args, expressions] of EXCEEDED) {
    for (const expression of expressions) {
      test(`heapray ${args.join(' ')} --fail-on '${expression}'`, async () => {
        const { code, stdout, stderr } = await heapray([...args, '--fail-on', expression]);
        assert.equal(code, 1);
        assert.match(stderr, /^heapray: threshold exceeded: .*\(it is .*\)\n$/);
        assert.match(stdout, /Threshold exceeded/, 'the answer is printed all the same, and says so');
      });
    }
  }

  for (const [args, expressions] of KEPT) {
    test(`not for heapray ${args.join(' ')} with ${expressions.join(', ')}`, async () => {
      await ok([...args, ...expressions.flatMap((expression) => ['--fail-on', expression])]);
    });
  }

  test('JSON stays the JSON of the API', async () => {
    const { code, stdout } = await heapray(['filter', 'after.heapsnapshot', '--detached', '--format', 'json', '--fail-on', 'total>0']);
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).total, 1);
  });

  test('each threshold that was exceeded is named', async () => {
    const { stderr } = await heapray(['report', 'after.heapsnapshot', '--fail-on', 'total>1kB', '--fail-on', 'total>1GB', '--fail-on', 'detached>0']);
    assert.match(stderr, /total > 1kB \(it is .* bytes\)\n.*detached > 0 \(it is 1\)\n$/);
  });
});

describe('exit code 2', () => {
  const WRONG = [
    [[], /Usage: heapray/],
    [['reprot'], /Did you mean report/],
    [['report'], /missing required argument 'file'/],
    [['classes', 'a', 'b'], /too many arguments/],
    [['report', 'a', '--max-bytes', '10'], /at least 1000 bytes/],
    [['report', 'after.heapsnapshot', '--fromat', 'json'], /Did you mean --format/],
    [['report', 'after.heapsnapshot', '--format', 'xml'], /Allowed choices are text, json, markdown/],
    [['report', 'after.heapsnapshot', '--limit', '-1'], /whole number/],
    [['filter', 'after.heapsnapshot', '--min-self', '10 bananas'], /Expected a size/],
    [['filter', 'after.heapsnapshot', '--distance', '3...5'], /Expected a number or a range/],
    [['filter', 'after.heapsnapshot', '--distance', '..'], /Expected a number or a range/],
    [['filter', 'after.heapsnapshot', '--id', 'Session'], /Expected the id/],
    [['filter', 'after.heapsnapshot', '--references=deep'], /Expected DEPTH/],
    [['filter', 'after.heapsnapshot', '--filter', 'everything'], /Expected one of/],
    [['filter', 'after.heapsnapshot', '--name', 'a', '--name-contains', 'b'], /cannot be used with/],
    [['filter', 'after.heapsnapshot', '--name', '/(?=look)ahead/'], /ERR_INVALID_QUERY/],
    [['filter', 'after.heapsnapshot', '--fail-on', 'detached>0'], /Unknown metric 'detached', expected total, selfSize/],
    [['report', 'after.heapsnapshot', '--fail-on', 'total'], /Expected METRIC OPERATOR VALUE/],
    [['report', 'after.heapsnapshot', '--fail-on', 'total>much'], /Expected METRIC OPERATOR VALUE/],
    [['report', 'after.heapsnapshot', '--fail-on', 'detached>1MB'], /is not a number/],
    [['report', 'after.heapsnapshot', '--fail-on', 'class:Session.colour>1'], /Unknown metric/],
    [['node', 'after.heapsnapshot', '999999'], /ERR_NO_SUCH_NODE/],
    [['retainers', 'after.heapsnapshot', '999999'], /ERR_NO_SUCH_NODE/],
    [['retainers', 'after.heapsnapshot', 'Sesion'], /no class 'Sesion'/],
    [['completion', 'powershell'], /Allowed choices are bash, zsh, fish/],
  ];

  for (const [args, message] of WRONG) {
    test(`heapray ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await heapray(args);
      assert.match(stderr, message);
      assert.equal(code, 2);
      assert.equal(stdout, '');
    });
  }
});

describe('exit code 3', () => {
  const UNREADABLE = [
    ['no-such.heapsnapshot', undefined, /no-such\.heapsnapshot: .*no such file.*\[ERR_IO\]/],
    ['empty.heapsnapshot', '', /empty.*\[ERR_EMPTY\]/],
    ['text.heapsnapshot', 'hello', /\[ERR_NOT_A_SNAPSHOT\]/],
    ['profile.heapsnapshot', '{"head":{"callFrame":{}},"samples":[]}', /\[ERR_NOT_A_SNAPSHOT\]/],
    ['truncated.heapsnapshot', AFTER.slice(0, 2000), /byte \d+.*incomplete.*\[ERR_TRUNCATED\]/],
    ['range.heapsnapshot', AFTER.replace(/"edges":\[(\d+),(\d+),\d+/, '"edges":[$1,$2,600000'), /edges: .* byte \d+\. .*\[ERR_RANGE\]/],
    ['packed.heapsnapshot', zlib.gzipSync(AFTER).subarray(0, 300), /\[ERR_(COMPRESSION|TRUNCATED)\]/],
  ];

  for (const [name, content, message] of UNREADABLE) {
    test(`${name} is refused in one paragraph`, async () => {
      if (content !== undefined) fs.writeFileSync(path.join(folder, name), content);
      const { code, stdout, stderr } = await heapray(['report', name]);
      assert.match(stderr, message);
      assert.equal(stderr.split('\n').length, 2);
      assert.ok(stderr.startsWith(`heapray: ${name}: `), stderr);
      assert.equal(code, 3);
      assert.equal(stdout, '');
    });
  }

  test('a question that there is no memory for is no bug', () => {
    for (const name of ['ERR_OUT_OF_MEMORY', 'ERR_TOO_LARGE']) {
      const { code, message } = outcomeOf(new api.HeaprayError(name, 'expected 5 bytes of memory, found none left'));
      assert.equal(code, 3);
      assert.match(message, new RegExp(`^expected 5 bytes of memory, found none left\\. [^\\n]+ \\[${name}\\]$`));
    }
  });

  test('the message names the second file if it is the bad one', async () => {
    fs.writeFileSync(path.join(folder, 'bad.heapsnapshot'), '{}');
    const { code, stderr } = await heapray(['diff', 'before.heapsnapshot', 'bad.heapsnapshot']);
    assert.equal(code, 3);
    assert.match(stderr, /^heapray: bad\.heapsnapshot: /);
  });

  test('refused input that never ends does not keep the program alive', posix, () => {
    const { status, stderr } = shell('yes "this is no snapshot" | "$NODE" "$BIN" report -; exit ${PIPESTATUS[1]}', { timeout: 60_000 });
    assert.match(stderr, /^heapray: standard input: .*ERR_NOT_A_SNAPSHOT/);
    assert.equal(status, 3);
  });
});

describe('a reader that closes the pipe', () => {
  test('is no error', posix, async () => {
    const { status, stderr } = shell('"$NODE" "$BIN" filter after.heapsnapshot --references=20,1000 --limit 100000 --format json | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  test('is no error for help either', posix, () => {
    const { status, stderr } = shell('"$NODE" "$BIN" filter --help | true; exit ${PIPESTATUS[0]}');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
});

describe('interruption', () => {
  for (const [signal, expected] of [['SIGINT', 130], ['SIGTERM', 143]]) {
    test(`${signal} ends the work at once, with ${expected} and without an answer`, posix, async () => {
      const output = path.join(folder, `${signal}.txt`);
      const child = spawn(process.execPath, [BIN, 'report', '-', '-o', output], { env: cleanEnv(), stdio: ['pipe', 'pipe', 'pipe'] });
      child.stdin.on('error', () => {});
      child.stdin.write(AFTER.slice(0, 3000));
      // The signal handlers are installed when the reader has read more than fits in the pipe.
      await readerTook(child, AFTER.slice(3000, 3500) + ' '.repeat(1_000_000));
      child.kill(signal);
      let stderr = '';
      child.stderr.on('data', (chunk) => (stderr += chunk));
      const [code] = await once(child, 'exit');
      assert.equal(code, expected);
      assert.equal(stderr, '');
      assert.equal(fs.existsSync(output), false);
    });
  }
});

function readerTook(child, text) {
  return new Promise((resolve) => child.stdin.write(text, resolve));
}

function shell(script, options = {}) {
  return spawnSync('bash', ['-c', script], { ...options, cwd: folder, env: cleanEnv({ NODE: process.execPath, BIN }), encoding: 'utf8' });
}

describe('in a terminal', { skip: hasScript() ? false : 'needs script(1) of util-linux' }, () => {
  function terminal(command, env = {}) {
    const { stdout } = spawnSync('script', ['-qec', `stty cols 80; ${command} 2>stderr.txt`, '/dev/null'], {
      cwd: folder, env: cleanEnv({ TERM: 'xterm', ...env }), encoding: 'utf8',
    });
    return stdout;
  }
  const command = `"${process.execPath}" "${BIN}" report after.heapsnapshot`;

  test('text has colours and is as wide as the terminal at most', () => {
    const text = terminal(command);
    assert.match(text, /\x1b\[1m/);
    const lines = text.replace(/\x1b\[[\d;]*m/g, '').split(/\r?\n/);
    assert.ok(lines.every((line) => line.length <= 80));
  });

  test('NO_COLOR and a dumb terminal disable colours', () => {
    assert.doesNotMatch(terminal(command, { NO_COLOR: '1' }), /\x1b/);
    assert.doesNotMatch(terminal(command, { TERM: 'dumb' }), /\x1b/);
  });

  test('JSON is indented for people', () => {
    assert.match(terminal(`${command} --format json`), /\{\r?\n {2}"schemaVersion": 1,\r?\n/);
  });

  test("'-' does not wait for a keyboard", () => {
    terminal(`"${process.execPath}" "${BIN}" report -`);
    assert.match(fs.readFileSync(path.join(folder, 'stderr.txt'), 'utf8'), /terminal/);
  });
});

function hasScript() {
  return spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;
}

describe('completion', () => {
  /** The completions of a real bash. */
  async function offered(...words) {
    const scriptFile = path.join(folder, 'completion.bash');
    fs.writeFileSync(scriptFile, await ok(['completion', 'bash']));
    const script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _heapray; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', scriptFile, 'heapray', ...words], { cwd: folder, env: cleanEnv(), encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.split('\n').filter((line) => line !== '');
  }

  function formatsOfReport() {
    const { createProgram } = require('../lib/cli/program.js');
    const report = createProgram(() => {}).commands.find((command) => command.name() === 'report');
    return [...report.options.find(({ long }) => long === '--format').argChoices];
  }

  test('bash offers verbs, flags, values and files', posix, async () => {
    assert.deepEqual(await offered('re'), ['report', 'retainers', 'redact']);
    assert.deepEqual(await offered('report', '--fo'), ['--format']);
    assert.deepEqual(await offered('bef'), ['before.heapsnapshot']);
    assert.deepEqual(await offered('--fo'), ['--format']);
    assert.deepEqual(await offered('before.heapsnapshot', 'aft'), ['after.heapsnapshot']);
    assert.deepEqual(await offered('before.heapsnapshot', '--fo'), ['--format']);
    assert.deepEqual(await offered('--format', 'json', 'bef'), ['before.heapsnapshot']);
    assert.deepEqual(await offered('report', '--format', ''), formatsOfReport());
    assert.deepEqual(await offered('report', '--format', '=', 'm'), ['markdown']);
    assert.deepEqual(await offered('report', '--format', '='), formatsOfReport());
    assert.deepEqual(await offered('report', 'bef'), ['before.heapsnapshot']);
    assert.deepEqual(await offered('diff', '-o', 'bef'), ['before.heapsnapshot']);
    assert.deepEqual(await offered('filter', '--type', 'slic'), ['sliced\\ string']);
    assert.deepEqual(await offered('filter', '--mine-only', 'bef'), ['before.heapsnapshot']);
    assert.deepEqual(await offered('filter', '--limit', ''), []);
    assert.deepEqual(await offered('completion', 'z'), ['zsh']);
  });

  test('bash offers every flag of every verb', posix, async () => {
    const { createProgram } = require('../lib/cli/program.js');
    for (const command of createProgram(() => {}).commands.filter((each) => each.name() !== 'completion')) {
      const flags = command.options.map(({ long }) => long);
      const words = await offered(command.name(), '--');
      for (const flag of flags) assert.ok(words.includes(flag), `${command.name()} ${flag}`);
    }
  });

  for (const shellName of ['bash', 'zsh', 'fish']) {
    const missing = spawnSync(shellName, ['-c', 'true']).error !== undefined;
    test(`${shellName} accepts its script`, { skip: missing && `${shellName} is not installed` }, async () => {
      const file = path.join(folder, `completion.${shellName}`);
      fs.writeFileSync(file, await ok(['completion', shellName]));
      const { status, stderr } = spawnSync(shellName, ['-n', file], { encoding: 'utf8' });
      assert.equal(stderr, '');
      assert.equal(status, 0);
    });
  }

  test('fish offers values of flags', { skip: spawnSync('fish', ['-c', 'true']).error !== undefined && 'fish is not installed' }, async () => {
    const file = path.join(folder, 'completion.fish');
    fs.writeFileSync(file, await ok(['completion', 'fish']));
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source ${file}; complete -C "heapray report --format "`], { encoding: 'utf8' });
    assert.deepEqual(stdout.trim().split('\n').map((line) => line.split('\t')[0]).sort(), formatsOfReport().sort());
  });
});

describe('without a verb', () => {
  const same = async (args, spelledOut) => assert.equal(await ok(args), await ok(spelledOut));

  test('heapray FILE is heapray report FILE, with its options before and after', async () => {
    const file = 'after.heapsnapshot';
    await same([file], ['report', file]);
    await same([file, '--format', 'json', '--limit=2'], ['report', file, '--format', 'json', '--limit=2']);
    await same(['--format', 'json', '--show-strings', file], ['report', file, '--format', 'json', '--show-strings']);
    await same(['before.heapsnapshot', file], ['report', 'before.heapsnapshot', file]);
    await same(['--', file], ['report', '--', file]);
    const { code, stderr } = await heapray([file, '--fail-on', 'total>1kB']);
    assert.equal(code, 1, stderr);
  });

  test('- is standard input', async () => {
    const { code, stdout, stderr } = await heapray(['-', '--format', 'json'], { input: AFTER });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).kind, 'report');
  });

  test('a file may have any name but that of a verb, which needs ./', async () => {
    const here = (name) => path.join(folder, name);
    for (const name of ['heap', 'view']) fs.copyFileSync(here('after.heapsnapshot'), here(name));
    await same(['heap'], ['report', 'heap']);
    await same(['./view'], ['report', './view']);
    for (const name of ['heap', 'view']) fs.rmSync(here(name));
  });

  const WRONG = [
    [['gone.heapsnapshot'], 3, /gone\.heapsnapshot.*ENOENT/],
    [['dumps/gone'], 3, /dumps\/gone.*ENOENT/],
    [['after.heapsnapshot', 'gone'], 3, /gone.*ENOENT/],
    [['reprot', 'after.heapsnapshot'], 2, /unknown command 'reprot'\n\(Did you mean report\?\)/],
    [['--fromat', 'json', 'after.heapsnapshot'], 2, /unknown option '--fromat'/],
    [['after.heapsnapshot', '--fromat', 'json'], 2, /Did you mean --format/],
  ];
  for (const [args, code, message] of WRONG) {
    test(`heapray ${args.join(' ')} is an error`, async () => {
      const result = await heapray(args);
      assert.match(result.stderr, message);
      assert.equal(result.code, code, result.stderr);
    });
  }
});

describe('help', () => {
  test('every verb has examples that its own parser accepts', posix, async () => {
    const { createProgram } = require('../lib/cli/program.js');
    for (const command of createProgram(() => {}).commands.filter((each) => each.name() !== 'completion')) {
      const help = await ok([command.name(), '--help']);
      const examples = help.split('Examples:\n')[1].split('\n').flatMap((line) => line.match(/heapray .*/)?.[0].split(' | ')[0] ?? []);
      assert.ok(examples.length >= 2, command.name());
      for (const example of examples) {
        // No program of this machine is attached to.
        const harmless = example.replace(/[\w-]+\.heapsnapshot/g, 'no-such.heapsnapshot').replace(/^(heapray attach)( \S+)?/, '$1 127.0.0.1:1');
        const { status, stderr } = shell(`${harmless.replace(/^heapray/, '"$NODE" "$BIN"')} < /dev/null`);
        // A page needs a browser library before it needs the page, a server a client.
        const hasRefused = status === 3 || /no browser library is installed|there is no scenario|--root .* is not a folder/.test(stderr);
        assert.ok(hasRefused || example === 'heapray mcp', `${example}\n${stderr}`);
      }
    }
  });

  test('docs/cli.md names every verb and every flag', () => {
    const { createProgram } = require('../lib/cli/program.js');
    const docs = fs.readFileSync(path.join(here, '..', 'docs', 'cli.md'), 'utf8');
    for (const command of createProgram(() => {}).commands) {
      assert.ok(docs.includes(`heapray ${command.name()}`), command.name());
      for (const { long } of command.options) assert.ok(docs.includes(`\`${long}`), `${command.name()} ${long}`);
    }
  });

  test('--version prints the version of the package', async () => {
    assert.equal(await ok(['--version']), `${require('../package.json').version}\n`);
  });
});
