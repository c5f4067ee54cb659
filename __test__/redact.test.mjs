// Redaction: the same graph, without the program's contents.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { HeaprayError, parse, redact, report } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { corpus, corpusFiles, skipWithoutCorpus } from './corpus.mjs';
import { compareFiles } from './exact/files.mjs';
import { zooSnapshots } from './exact/zoo.mjs';
import { badFolder, madeSnapshotFile, temporaryFolder } from './support/fixtures.mjs';
import { posix } from './support/platform.mjs';
import { tinySnapshot } from './support/snapshots.mjs';
import { comesTrue, halfUntilAborted, withoutEnd } from './support/waiting.mjs';

const KEY = 'a key for tests';
const COLUMNS = ['id', 'type', 'selfSize', 'retainedSize', 'distance', 'dominator', 'detached', 'edgeCount', 'class'];
const folder = temporaryFolder();
const program = (name) => fileURLToPath(new URL(`support/${name}`, import.meta.url));

let count = 0;
const fresh = (ending = '.heapsnapshot') => path.join(folder, `${(count += 1)}${ending}`);

/** Everything about a snapshot that redaction must not change. */
async function numbersOf(snapshot) {
  const { nodeCount, edgeCount, totalSize, statistics } = snapshot;
  const { classes } = await snapshot.classes({ limit: 100_000 });
  return {
    totals: { nodeCount, edgeCount, totalSize, statistics },
    columns: await snapshot.columns(COLUMNS),
    classes: classes.map(({ name, key, source, ...numbers }) => JSON.stringify({ ...numbers, ...source, script: undefined })).sort(),
    names: new Set(classes.map(({ name }) => name)),
  };
}

async function assertSameNumbers(file, redacted) {
  const snapshots = [await parse(file), await parse(redacted)];
  try {
    const [before, after] = [await numbersOf(snapshots[0]), await numbersOf(snapshots[1])];
    assert.deepEqual(after.totals, before.totals, file);
    for (const name of COLUMNS.filter((column) => column !== 'class')) {
      assert.ok(Buffer.from(after.columns[name].buffer).equals(Buffer.from(before.columns[name].buffer)), `${file}: ${name}`);
    }
    assert.ok(before.classes.join() === after.classes.join(), `${file}: classes`);
    return [before, after];
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

/** All texts of a snapshot, parsed by JavaScript. */
const stringsOf = (file) => JSON.parse(readFileSync(file, 'utf8')).strings;

/** The number of string nodes with the same text, and its length, for each text; read without heapray. */
function copiesOf(file, lengthOf) {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: [types] } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const copies = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const text = strings[nodes[at + name]];
    if (types[nodes[at + type]] === 'string' && nodes[at + size] > 0) copies.set(text, (copies.get(text) ?? 0) + 1);
  }
  return [...copies].map(([text, times]) => `${times} × ${lengthOf(text)}`).sort();
}

for (const major of [20, 24]) {
  test(`none of the secrets of a Node.js ${major} program is in the redacted snapshot`, async (t) => {
    const word = `hunter${Math.random().toString(36).slice(2, 10)}`;
    const [file, redacted] = [fresh(), fresh()];
    execFileSync(nodeBinary(major), [program('secrets.cjs'), word, file], { stdio: 'inherit' });
    await redact(file, redacted);

    const planted = (text) => text.includes(word) || /4111111|987654321|411111111111/.test(text);
    const before = stringsOf(file).filter(planted);
    const distinct = new Set(before.flatMap((text) => text.match(new RegExp(`${word}-\\d+`, 'g')) ?? []));
    t.diagnostic(`${before.length} texts of ${file}, ${distinct.size} places`);
    assert.ok(distinct.size > 25, `${distinct.size} places were planted`);
    assert.ok(before.some((text) => text === '987654321'), 'numbers are in the snapshot');
    assert.deepEqual(stringsOf(redacted).filter(planted), []);
    const raw = readFileSync(redacted).toString('latin1');
    const escaped = [...word].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');
    assert.ok(!raw.includes(word) && !raw.includes(escaped) && !raw.includes(Buffer.from(word).toString('base64').slice(0, 12)));

    await assertSameNumbers(file, redacted);
    const texts = stringsOf(redacted);
    assert.equal(texts.filter((text) => text === 'password').length, 1, 'the name of a property stays, its value does not');
    assert.ok(texts.some((text) => text.endsWith('secrets.cjs')), 'names of scripts stay');
    const tally = await compareFiles([redacted]);
    assert.equal(tally.mismatchCount, 0, tally.details());
  });
}

for (const major of [14, 22, 26]) {
  test(`a redacted snapshot of Node.js ${major} has the same numbers, also in DevTools`, async () => {
    for (const file of zooSnapshots(major).slice(2, 4)) {
      const redacted = fresh();
      await redact(file, redacted);
      await assertSameNumbers(file, redacted);
    }
    const redacted = path.join(folder, `${count}.heapsnapshot`);
    const tally = await compareFiles([redacted]);
    assert.equal(tally.mismatchCount, 0, tally.details());
  });
}

test('redacted snapshots of Deno, Bun and Chromium, and of timelines, have the same numbers', { skip: skipWithoutCorpus }, async () => {
  const files = [...corpusFiles('versions'), ...corpusFiles('chrome', 'detached-dom.after'), ...corpusFiles('chrome', 'alloc')];
  for (const file of files) {
    const redacted = fresh();
    const { skipped } = await redact(file, redacted);
    assert.deepEqual(skipped, [], file);
    const [before, after] = await assertSameNumbers(file, redacted);
    const changed = [...after.names].filter((name) => !before.names.has(name));
    assert.ok(changed.every((name) => name.includes('‹')), `${file}: ${changed.slice(0, 5)}`);
  }
});

test('a redacted snapshot of Chromium has the same numbers in DevTools', { skip: skipWithoutCorpus }, async () => {
  const redacted = fresh();
  await redact(corpusFiles('chrome', 'detached-dom.after')[0], redacted);
  const tally = await compareFiles([redacted]);
  assert.equal(tally.mismatchCount, 0, tally.details());
});

test('equal texts stay equal, keep their length, and get other hashes with another key', async () => {
  const [file] = zooSnapshots(20);
  const outputs = [fresh(), fresh(), fresh()];
  await redact(file, outputs[0], { key: KEY });
  await redact(file, outputs[1], { key: Buffer.from(KEY) });
  await redact(file, outputs[2]);
  const [first, again, other] = outputs.map((output) => readFileSync(output));
  assert.ok(first.equals(again));
  assert.equal(first.length, other.length);
  assert.ok(!first.equals(other));

  const lengthOf = (text) => Number(/^‹redacted [0-9a-f]{16} (\d+)›$/.exec(text)?.[1] ?? text.length);
  assert.deepEqual(copiesOf(outputs[0], lengthOf), copiesOf(file, (text) => text.length));
  const snapshot = await parse(outputs[0]);
  const { strings } = await snapshot.strings({ limit: 100_000 });
  assert.ok(strings.length > 10, `${strings.length}`);
  for (const { value, length } of strings) {
    const original = value.replace(/‹redacted [0-9a-f]{16} (\d+)›/g, (_, units) => '.'.repeat(units));
    assert.equal(length, original.length, value);
  }
  snapshot.close();
});

test('the output does not depend on how the input was split or compressed', async () => {
  const text = Buffer.from(tinySnapshot());
  const whole = fresh();
  await redact(text, whole, { key: KEY });
  const expected = readFileSync(whole);
  const cut = (bytes, size) => Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  for (const size of [1, 2, 3, 7, 64, 1021]) {
    const output = fresh();
    await redact(cut(text, size), output, { key: KEY });
    assert.ok(readFileSync(output).equals(expected), `${size} bytes at a time`);
  }
  for (const compressed of [zlib.gzipSync(text), zlib.brotliCompressSync(text)]) {
    const output = fresh();
    await redact(compressed, output, { key: KEY });
    assert.ok(readFileSync(output).equals(expected));
  }
  const [file] = zooSnapshots(20);
  const [fromPath, fromStream] = [fresh(), fresh()];
  await redact(file, fromPath, { key: KEY });
  await redact(createReadStream(file, { highWaterMark: 10_007 }), fromStream, { key: KEY });
  assert.ok(readFileSync(fromStream).equals(readFileSync(fromPath)));
});

test('parsing with redact: true keeps no text and answers like the redacted file', async () => {
  const [file] = zooSnapshots(20);
  const redacted = fresh();
  await redact(file, redacted, { key: KEY });
  const roads = [await parse(file, { redact: { key: KEY } }), await parse(readFileSync(file), { redact: { key: KEY } }), await parse(createReadStream(file), { redact: { key: KEY } })];
  const expected = await parse(redacted);
  const reports = await Promise.all([expected, ...roads].map((snapshot) => report(snapshot, { showStrings: true })));
  for (const answer of reports.slice(1)) assert.deepEqual(answer, reports[0]);
  for (const snapshot of [expected, ...roads]) snapshot.close();
  const random = await parse(file, { redact: true });
  const { strings } = await random.strings({ limit: 10 });
  assert.ok(strings.every(({ value }) => value.includes('‹redacted ')), JSON.stringify(strings));
  random.close();
});

test('a report on a redacted snapshot names scripts, and no string', async () => {
  const [file] = zooSnapshots(24);
  const redacted = fresh();
  await redact(file, redacted);
  const [before, after] = [await report(file), await report(redacted)];
  assert.deepEqual(after.packages, before.packages);
  const scripts = async (input) => {
    const snapshot = await parse(input);
    const { nodes } = await snapshot.classes({ limit: 1 }).then(() => import('../index.js')).then(({ filter }) => filter(snapshot, { script: true, limit: 500, sort: 'id' }));
    snapshot.close();
    return nodes.map(({ source }) => source?.script);
  };
  const names = await scripts(file);
  assert.ok(names.some((name) => name?.includes('/')), `${names.slice(0, 5)}`);
  assert.deepEqual(await scripts(redacted), names);
});

const bad = badFolder();

test('damaged input is refused with the codes of parse, and leaves no file', { skip: bad ? false : 'no corpus' }, async () => {
  const code = (promise) => promise.then((snapshot) => snapshot.close?.(), (error) => {
    assert.ok(error instanceof HeaprayError, `${error?.stack}`);
    return error.code;
  });
  const limit = { maxBytes: 256e6 };
  const outputs = path.join(folder, 'bad');
  mkdirSync(outputs);
  for (const name of readdirSync(bad).filter((name) => name !== 'expect.json')) {
    const file = path.join(bad, name);
    const expected = await code(parse(file, limit));
    assert.equal(await code(parse(file, { ...limit, redact: true })), expected, `${name}, parsed`);
    const output = path.join(outputs, `${name}.out`);
    assert.equal(await code(redact(file, output, limit)), expected, name);
    assert.equal(existsSync(output), expected === undefined, name);
  }
  assert.deepEqual(readdirSync(outputs).filter((name) => name.includes('partial')), []);
});

test('the name of the output determines its compression', async () => {
  const [file] = zooSnapshots(20);
  const outputs = ['', '.gz', '.zst'].map((ending) => fresh(`.heapsnapshot${ending}`));
  for (const output of outputs) {
    const { bytes } = await redact(file, output, { key: KEY });
    assert.equal(bytes, statSync(output).size);
    if (process.platform !== 'win32') assert.equal(statSync(output).mode & 0o777, 0o600);
  }
  const [plain, gzip, zstd] = outputs.map((output) => readFileSync(output));
  assert.ok(zlib.gunzipSync(gzip).equals(plain));
  if (zlib.zstdDecompressSync) assert.ok(zlib.zstdDecompressSync(zstd).equals(plain));
  assert.equal(zstd.readUInt32LE(0), 0xfd2fb528);
  for (const bytes of [gzip, zstd]) assert.ok(bytes.length < plain.length / 3, `${bytes.length} of ${plain.length}`);
  await assertSameNumbers(plain, gzip);
  await assertSameNumbers(plain, zstd);
});

const child = (source, ...args) => [process.execPath, ['--input-type=module', '-e', source, ...args]];
const index = new URL('../index.js', import.meta.url).href;

test('a killed process leaves nothing under the final name, and the file that was there', posix, async () => {
  const big = await madeSnapshotFile(20);
  const target = path.join(folder, 'killed');
  mkdirSync(target);
  // Its output never ends.
  const source = `
    import { readFileSync } from 'node:fs';
    import { redact } from ${JSON.stringify(index)};
    const [input, output] = process.argv.slice(1);
    setInterval(() => {}, 1000);
    const bytes = readFileSync(input);
    const source = async function* () { yield bytes.subarray(0, -10); console.log('begun'); await new Promise(() => {}); };
    await redact(source(), output);`;
  for (const [i, signal] of ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGKILL', 'SIGTERM'].entries()) {
    const output = path.join(target, `${i}.heapsnapshot.gz`);
    if (i % 2 === 1) writeFileSync(output, 'what was there');
    const running = spawn(...child(source, big, output), { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(running, 'exit');
    await once(running.stdout, 'data');
    await sleep(i * 40);
    running.kill(signal);
    const [, endedBy] = await exited;
    assert.equal(endedBy, signal);
    if (i % 2 === 1) assert.equal(readFileSync(output, 'utf8'), 'what was there');
    else assert.equal(existsSync(output), false);
  }
  // Here the file has no name before it is complete.
  if (process.platform === 'linux') assert.deepEqual(readdirSync(target).sort(), ['1.heapsnapshot.gz', '3.heapsnapshot.gz']);
});

const exits = { 'while it is written': null, 'when all is on the way to the disk': 'finish', 'when the file gets its name': 'publish' };
for (const call of ['redact', 'capture']) {
  for (const [when, step] of Object.entries(exits)) {
    test(`process.exit() in ${call}(), ${when}, leaves nothing under any name`, { skip: process.platform !== 'linux' && 'Linux only' }, () => {
      const target = path.join(folder, `exited ${call} ${step}`);
      mkdirSync(target);
      const source = `
        import { createRequire } from 'node:module';
        import { capture, redact } from ${JSON.stringify(index)};
        const native = createRequire(${JSON.stringify(index)})('./lib/addon/load.js');
        const { prototype } = native.NativeSnapshotWriter;
        const [call, step, output] = process.argv.slice(1);
        const { [step]: go } = prototype;
        prototype[step] = function (...args) {
          setImmediate(() => process.exit(3));
          return go.apply(this, args);
        };
        const rest = step === 'push' ? new Promise(() => {}) : Promise.resolve();
        const source = async function* () { yield Buffer.from(${JSON.stringify(tinySnapshot().slice(0, -10))}); await rest; yield Buffer.from(${JSON.stringify(tinySnapshot().slice(-10))}); };
        await (call === 'redact' ? redact(source(), output) : capture({ file: output, force: true }));
        process.exit(4);`;
      const during = call === 'redact' ? 'push' : 'enqueue';
      for (const binary of [process.execPath, nodeBinary(24)]) {
        const [, args] = child(source, call, step ?? during, path.join(target, 'a.heapsnapshot.gz'));
        const { status, stderr } = spawnSync(binary, args, { encoding: 'utf8' });
        assert.equal(status, 3, stderr);
        assert.deepEqual(readdirSync(target), []);
      }
    });
  }
}

test('the next writer removes partial files of killed writers of the same file, and no others', { skip: process.platform !== 'linux' && 'needs the command flock' }, async () => {
  const target = path.join(folder, 'stale');
  mkdirSync(target);
  const output = path.join(target, 'heap');
  // A writer holds such a lock on its file if that needs a name before it is complete.
  const held = '.heap.99-2.partial';
  const writer = spawn('flock', ['--no-fork', path.join(target, held), 'sh', '-c', 'echo locked; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(writer.stdout, 'data');
  const [left, young, ...others] = ['.heap.99-0.partial', '.heap.99-1.partial', '.heap.x-0.partial', '.other.99-0.partial', '.heap.99-0.partial2'];
  for (const name of [left, young, ...others]) writeFileSync(path.join(target, name), 'half a heap');
  for (const name of [left, ...others, held]) utimesSync(path.join(target, name), 1, 1);
  await redact(Buffer.from(tinySnapshot()), output);
  assert.deepEqual(readdirSync(target).sort(), ['heap', young, ...others, held].sort());
  writer.kill();
});

test('aborting removes the partial file', async () => {
  const bytes = readFileSync(await madeSnapshotFile(20));
  const target = path.join(folder, 'aborted');
  mkdirSync(target);
  const controller = new AbortController();
  const phases = new Set();
  const onProgress = ({ phase, done }) => {
    phases.add(phase);
    if (done > 0) controller.abort(new Error('enough'));
  };
  const output = path.join(target, 'out.heapsnapshot');
  await assert.rejects(redact(halfUntilAborted(bytes, controller.signal), output, { signal: controller.signal, onProgress }), /enough/);
  assert.ok(phases.has('redact'), [...phases].join());
  assert.ok(await comesTrue(() => readdirSync(target).length === 0), readdirSync(target).join());
});

const canMount = process.platform === 'linux' && process.getuid() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

test('a full disk is an error and leaves nothing', { skip: canMount ? false : 'needs a file system of its own' }, async () => {
  const big = await madeSnapshotFile(40);
  const mount = path.join(folder, 'full');
  mkdirSync(mount);
  const source = `
    import { redact } from ${JSON.stringify(index)};
    import { readdirSync } from 'node:fs';
    const [input, folder] = process.argv.slice(1);
    for (const name of ['out.heapsnapshot', 'out.heapsnapshot.gz', 'out.heapsnapshot.zst']) {
      const error = await redact(input, folder + '/' + name).then(() => null, (error) => error);
      console.log(JSON.stringify({ code: error?.code, cause: error?.cause?.code, message: error?.message, left: readdirSync(folder) }));
    }`;
  const [node, args] = child(source, big, mount);
  const script = 'mount -t tmpfs -o size=256k tmpfs "$1" && shift && exec "$@"';
  const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', mount, node, ...args], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  for (const line of stdout.trim().split('\n')) {
    const { code, cause, message, left } = JSON.parse(line);
    assert.deepEqual({ code, cause, left }, { code: 'ERR_IO', cause: 'ENOSPC', left: [] }, line);
    assert.match(message, /^cannot write .*out\.heapsnapshot/);
  }
});

test('a file that may not grow, and a source that fails midway, are errors and leave nothing', posix, async () => {
  const target = path.join(folder, 'limited');
  mkdirSync(target);
  const source = `
    import { redact } from ${JSON.stringify(index)};
    const [input, output] = process.argv.slice(1);
    const error = await redact(input, output).then(() => null, (error) => error);
    console.log(JSON.stringify({ code: error?.code, cause: error?.cause?.code }));`;
  const [node, args] = child(source, await madeSnapshotFile(4), path.join(target, 'out.heapsnapshot'));
  // 200 blocks of half a kilobyte or a whole one; Node.js takes the signal that would end it for an error.
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 200 && exec "$@"', 'sh', node, ...args], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout || assert.fail(stderr)), { code: 'ERR_IO', cause: 'EFBIG' });

  const failure = new Error('the line went dead');
  const failing = async function* () {
    yield Buffer.from(tinySnapshot()).subarray(0, 200);
    throw failure;
  };
  await assert.rejects(redact(failing(), path.join(target, 'out.heapsnapshot')), (error) => error === failure);
  assert.ok(await comesTrue(() => readdirSync(target).length === 0), readdirSync(target).join());
});

test('a path that cannot be written is an error before anything is read', async () => {
  const nowhere = path.join(folder, 'no such folder', 'out.heapsnapshot');
  await assert.rejects(redact(tinySnapshot(), fresh()), { code: 'ERR_INVALID_ARGUMENT' });
  const text = Buffer.from(tinySnapshot());
  await assert.rejects(redact(text, nowhere), { code: 'ERR_IO', path: nowhere });
  await assert.rejects(redact(text, folder), { code: 'ERR_IO', path: folder });
  await assert.rejects(redact(text, text), { code: 'ERR_INVALID_ARGUMENT' });
  await assert.rejects(redact(text, fresh(), { key: '' }), { code: 'ERR_INVALID_ARGUMENT' });
  await assert.rejects(redact(text, fresh(), { key: 5 }), { code: 'ERR_INVALID_ARGUMENT' });
  await assert.rejects(parse(text, { redact: 5 }), { code: 'ERR_INVALID_ARGUMENT' });
  await assert.rejects(parse(text, { redact: { key: '' } }), { code: 'ERR_INVALID_ARGUMENT' });
  const missing = path.join(folder, 'missing.heapsnapshot');
  await assert.rejects(redact(missing, fresh()), { code: 'ERR_IO', path: missing });
});

test('memory stays far below the size of the file', { skip: process.platform !== 'linux' ? 'reads /proc' : skipWithoutCorpus }, async (t) => {
  const file = path.join(corpus, 'large.heapsnapshot');
  if (!existsSync(file)) return t.skip('the large snapshot is not unpacked');
  const source = `
    import { redact } from ${JSON.stringify(index)};
    import { readFileSync } from 'node:fs';
    const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const before = peak();
    await redact(process.argv[1], process.argv[2]);
    console.log(JSON.stringify({ before, after: peak() }));`;
  const [node, args] = child(source, file, fresh('.heapsnapshot.gz'));
  const { before, after } = JSON.parse(execFileSync(node, args));
  const [rise, size] = [(after - before) / 1024, statSync(file).size / (1 << 20)];
  t.diagnostic(`${rise.toFixed(0)} MiB more for a file of ${size.toFixed(0)} MiB`);
  assert.ok(rise < size / 3, `${rise} MiB`);
});

test('heapray redact writes a file, prints its size, and reads the key from a file', async () => {
  const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
  const [file] = zooSnapshots(20);
  const [byText, byFile, keyFile] = [fresh('.heapsnapshot.gz'), fresh('.heapsnapshot.gz'), fresh('.key')];
  writeFileSync(keyFile, `${KEY}\n`);
  const run = (...args) => spawnSync(process.execPath, [bin, 'redact', ...args], { encoding: 'utf8', input: readFileSync(file) });
  const { status, stdout, stderr } = run(file, byText, '--key', KEY);
  assert.deepEqual([status, stdout], [0, ''], stderr);
  assert.match(stderr, /^heapray: wrote .*\.heapsnapshot\.gz, [\d.]+ [kM]B\nhidden: [\d,]+ texts, [\d,]+ keys?\nnot hidden: [\d,]+ names of properties and variables, [\d,]+ of classes and functions, \d+ of scripts, without their queries\n$/);
  assert.equal(run('-', byFile, '--key-file', keyFile).status, 0);
  assert.ok(readFileSync(byText).equals(readFileSync(byFile)));
  assert.equal(run(path.join(folder, 'missing'), fresh()).status, 3);
  assert.equal(run(file, path.join(folder, 'nowhere', 'out')).status, 2);
  assert.equal(run(file).status, 2);
  assert.equal(run(file, fresh(), '--key', '').status, 2);
});
