// Known leaks, and the formats for CI systems, with a program that leaks.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { report } from '../index.js';
import { buildProgram, takeSnapshots } from './support/ci/program.mjs';

const require = createRequire(import.meta.url);
const { formatGithub } = require('../lib/format/github.js');
const { formatJunit } = require('../lib/format/junit.js');
const { compareWithBaseline } = require('../lib/baseline/compare.js');
const program = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

let folder;
let slow;
let fast;
let two;

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-ci-'));
  buildProgram(folder);
  slow = takeSnapshots(folder, 'slow', { count: 200 });
  fast = takeSnapshots(folder, 'fast', { count: 600 });
  two = takeSnapshots(folder, 'two', { count: 200, withJobs: true });
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function heapray(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

const inFolder = (name) => path.join(folder, name);
const read = (name) => JSON.parse(readFileSync(inFolder(name), 'utf8'));
const write = (name, content) => writeFileSync(inFolder(name), typeof content === 'string' ? content : JSON.stringify(content));

describe('a baseline', () => {
  before(async () => {
    const { code, stderr } = await heapray('report', ...slow, '--write-baseline=leaks.json');
    assert.deepEqual([code, stderr], [0, 'heapray: baseline written to leaks.json: 1 known leak, 1 of them new\n']);
  });

  test('has the fingerprint and the speed of each suspect', () => {
    const { kind, schemaVersion, leaks } = read('leaks.json');
    assert.deepEqual([kind, schemaVersion], ['heapray-baseline', 1]);
    const [{ fingerprint, bytesPerInterval, ...rest }] = leaks;
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.ok(bytesPerInterval > 200 * 500, `${bytesPerInterval}`);
    assert.deepEqual(rest, { className: 'Session', holder: 'sessions', countPerInterval: 200, reason: '', owner: '', expires: null });
  });

  test('lets a known leak pass', async () => {
    const { code, stdout, stderr } = await heapray('report', ...slow, '--baseline', 'leaks.json');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Baseline: 1 known$/m);
  });

  test('fails for a new leak', async () => {
    const { code, stderr, stdout } = await heapray('report', ...two, '--baseline', 'leaks.json', '--format', 'json');
    assert.equal(code, 1);
    assert.match(stderr, /^heapray: new leak: Job held by jobs \[[0-9a-f]{16}\]\n$/);
    const { leaks, failed, missing } = JSON.parse(stdout).baseline;
    assert.deepEqual(leaks.map(({ className, status }) => [className, status]), [['Job', 'new'], ['Session', 'known']]);
    assert.deepEqual([failed, missing], [true, []]);
  });

  test('fails for a leak that grows faster than by the tolerance', async () => {
    const { code, stderr } = await heapray('report', ...fast, '--baseline', 'leaks.json');
    assert.equal(code, 1);
    assert.match(stderr, /known leak that grows faster: Session held by sessions \[[0-9a-f]{16}\]: \d+ kB each interval, was \d+ kB \(\+\d{3}\.\d%\)/);
    assert.equal((await heapray('report', ...fast, '--baseline', 'leaks.json', '--baseline-tolerance', '400')).code, 0);
  });

  test('knows of suspects that the report leaves out', async () => {
    const { code, stdout } = await heapray('report', ...two, '--write-baseline=all.json', '--limit', '1', '--format', 'json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).suspects.map(({ className }) => className), ['Job']);
    assert.deepEqual(read('all.json').leaks.map(({ className }) => className), ['Job', 'Session']);
    const { suspects, baseline } = await report(two.map(inFolder), { baseline: inFolder('all.json'), limit: 1 });
    assert.deepEqual([suspects.length, baseline.leaks.length, baseline.missing], [1, 2, []]);
  });

  test('says which entries did not occur', async () => {
    assert.equal((await heapray('report', ...two, '--write-baseline', 'two.json')).code, 0);
    const { code, stdout, stderr } = await heapray('report', ...slow, '--baseline', 'two.json');
    assert.equal(code, 0);
    assert.match(stderr, /^heapray: known leak did not occur, remove it from the baseline if it is fixed: Job held by jobs \[/);
    assert.match(stdout, /Not found {2}1 known leak did not occur/);
  });

  test('that is written again keeps what people wrote, unknown fields and other entries', async () => {
    const [session] = read('leaks.json').leaks;
    const mine = { ...session, reason: 'moves to Redis', owner: 'web team', expires: '2999-12-31', ticket: 42, bytesPerInterval: 1 };
    const other = { fingerprint: '0123456789abcdef', reason: 'only on Windows' };
    write('kept.json', { kind: 'heapray-baseline', schemaVersion: 1, about: 'our leaks', leaks: [mine, other] });
    const { code, stdout } = await heapray('report', ...two, '--baseline', 'kept.json', '--write-baseline');
    assert.equal(code, 0);
    assert.match(stdout, /known: moves to Redis \(web team, until 2999-12-31\)/);
    const { about, leaks } = read('kept.json');
    assert.equal(about, 'our leaks');
    assert.deepEqual({ ...leaks[0], bytesPerInterval: 1 }, mine);
    assert.ok(leaks[0].bytesPerInterval > 1);
    assert.deepEqual(leaks[1], other);
    assert.deepEqual([leaks.length, leaks[2].className], [3, 'Job']);
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.tmp')), []);
  });

  test('may be compared with while another file is written', async () => {
    const { code } = await heapray('report', ...two, '--baseline', 'leaks.json', '--write-baseline=next.json');
    assert.equal(code, 1);
    assert.deepEqual(read('next.json').leaks.map(({ className }) => className), ['Session', 'Job']);
    assert.equal(read('leaks.json').leaks.length, 1);
  });

  test('may be a saved report', async () => {
    assert.equal((await heapray('report', ...slow, '--format', 'json', '-o', 'main.json')).code, 0);
    const { code, stderr } = await heapray('report', ...two, '--baseline', 'main.json');
    assert.equal(code, 1);
    assert.match(stderr, /^heapray: new leak: Job held by jobs/);
  });

  test('is an option of report()', async () => {
    const { baseline } = await report(two.map(inFolder), { baseline: inFolder('leaks.json') });
    assert.deepEqual(baseline.leaks.map(({ status }) => status), ['new', 'known']);
    assert.equal('baseline' in (await report(inFolder(slow[0]))), false);
    await assert.rejects(report(inFolder(slow[0]), { baseline: inFolder('none.json') }), { code: 'ERR_IO' });
    write('damaged.json', '{');
    await assert.rejects(report(inFolder(slow[0]), { baseline: inFolder('damaged.json') }), { code: 'ERR_BASELINE' });
  });

  const known = { fingerprint: '0123456789abcdef' };
  const baseline = (entry) => JSON.stringify({ kind: 'heapray-baseline', schemaVersion: 1, leaks: [entry] });
  const DAMAGED = [
    ['', /the file is empty/],
    ['{"kind"', /not valid JSON/],
    ['[]', /expected an object with "kind": "heapray-baseline"/],
    ['{"kind":"heapray-baseline","schemaVersion":2,"leaks":[]}', /expected "schemaVersion": 1, found 2/],
    ['{"kind":"heapray-baseline","schemaVersion":1}', /expected an array "leaks"/],
    [baseline({ reason: 'why' }), /leaks\[0\]\.fingerprint must be 16 hexadecimal digits, found nothing/],
    [baseline({ ...known, expires: '2027-02-30' }), /leaks\[0\]\.expires must be a date such as 2027-01-31, found "2027-02-30"/],
    [baseline({ ...known, bytesPerInterval: 'many' }), /leaks\[0\]\.bytesPerInterval must be a number/],
  ];
  for (const [content, expected] of DAMAGED) {
    test(`is refused before the work: ${expected.source}`, async () => {
      write('damaged.json', content);
      const { code, stdout, stderr } = await heapray('report', 'no-such-file.heapsnapshot', '--baseline', 'damaged.json', '--write-baseline');
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^heapray: damaged\.json: this is no baseline: /);
      assert.match(stderr, expected);
      assert.equal(readFileSync(inFolder('damaged.json'), 'utf8'), content);
    });
  }

  test('needs a file', async () => {
    assert.equal((await heapray('report', slow[0], '--write-baseline')).code, 2);
    assert.equal((await heapray('report', slow[0], '--baseline-tolerance', '5')).code, 2);
    assert.equal((await heapray('report', slow[0], '--baseline', 'none.json')).code, 3);
  });
});

describe('a known leak', () => {
  const fingerprint = '0123456789abcdef';
  const suspect = (more) => ({ fingerprint, className: 'A', holder: { path: 'a' }, bytes: 10, addedBytes: [100, 140], addedCount: [1, 1], ...more });
  const statusOf = (entry, { now, ...more } = {}) =>
    compareWithBaseline({ suspects: [suspect(more)], inconclusive: [] }, { leaks: [{ fingerprint, ...entry }] }, { now: new Date(now ?? '2027-01-31T23:59:59Z') }).leaks[0].status;

  test('expires at the end of its day, or at its time', () => {
    assert.equal(statusOf({ expires: '2027-01-31' }), 'known');
    assert.equal(statusOf({ expires: '2027-01-31' }, { now: '2027-02-01T00:00:00Z' }), 'expired');
    assert.equal(statusOf({ expires: '2027-01-31T12:00:00Z' }), 'expired');
    assert.equal(statusOf({ expires: null }), 'known');
  });

  test('is compared by bytes of an interval, else by objects, else not', () => {
    assert.equal(statusOf({ bytesPerInterval: 100 }), 'known');
    assert.equal(statusOf({ bytesPerInterval: 99 }), 'faster');
    assert.equal(statusOf({ bytesPerInterval: 1, countPerInterval: 1 }, { addedBytes: null }), 'known');
    assert.equal(statusOf({ bytesPerInterval: 1, countPerInterval: 1 }, { addedBytes: null, addedCount: [2, 2] }), 'faster');
    assert.equal(statusOf({ bytesPerInterval: 1 }, { addedBytes: [], addedCount: [] }), 'known');
  });

  test('that may leak is not missing', () => {
    const { missing } = compareWithBaseline({ suspects: [], inconclusive: [suspect()] }, { leaks: [{ fingerprint }] });
    assert.deepEqual(missing, []);
  });
});

describe('formats for CI systems', () => {
  const THRESHOLDS = ['--fail-on', 'suspects>0', '--fail-on', 'total>1GB'];
  const formatted = async (format) => {
    const { code, stdout } = await heapray('report', ...two, '--baseline', 'formats.json', ...THRESHOLDS, '--format', format);
    assert.equal(code, 1);
    return stdout;
  };
  before(async () => {
    await heapray('report', ...slow, '--write-baseline=formats.json');
    const known = read('formats.json');
    known.leaks[0].reason = 'moves to "Redis" & <away>';
    write('formats.json', known);
  });

  const lineOf = (text) => readFileSync(inFolder('src/app.ts'), 'utf8').split('\n').findIndex((line) => line.startsWith(text)) + 1;
  const unescaped = (text) => text.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  /** As the runner of GitHub Actions reads them. */
  const commandsIn = (text) =>
    text.split('\n').flatMap((line) => {
      const [, command, properties, message] = /^::(\w+) ?(.*?)::(.*)$/.exec(line) ?? [];
      if (command === undefined) return [];
      const pairs = properties.split(',').map((each) => [each.slice(0, each.indexOf('=')), unescaped(each.slice(each.indexOf('=') + 1))]);
      return [{ command, ...Object.fromEntries(pairs), message: unescaped(message) }];
    });

  test('github annotates the lines of the source, relative to the working directory', async () => {
    const [threshold, job, session, ...rest] = commandsIn(await formatted('github'));
    assert.deepEqual(threshold, { command: 'error', title: 'Threshold exceeded', message: 'suspects > 0 (it is 2)' });
    assert.deepEqual([job.command, job.file, job.line], ['error', 'src/app.ts', String(lineOf('const jobs'))]);
    assert.match(job.title, /^Job leaks: [\d,]+ objects held by jobs$/);
    assert.match(job.message, /^Baseline: new, not in the baseline$/m);
    assert.deepEqual([session.command, session.file, session.line], ['notice', 'src/app.ts', String(lineOf('const sessions'))]);
    assert.match(session.message, /% of the heap\..*\n[\s\S]*moves to "Redis" & <away>/);
    assert.deepEqual(rest, []);
  });

  test('sarif fits the schema, with places, fingerprints and the state of the baseline', async () => {
    const sarif = JSON.parse(await formatted('sarif'));
    const validate = new Ajv.default({ strict: false }).compile(JSON.parse(readFileSync(new URL('support/ci/sarif.schema.json', import.meta.url))));
    assert.ok(validate(sarif), JSON.stringify(validate.errors));
    const [{ results, tool }] = sarif.runs;
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
    const [threshold, job, session] = results;
    assert.equal(threshold.message.text, 'suspects > 0 (it is 2)');
    const [{ physicalLocation }] = job.locations;
    assert.deepEqual([physicalLocation.artifactLocation.uri, physicalLocation.region.startLine], ['src/app.ts', lineOf('const jobs')]);
    assert.deepEqual([job.level, job.baselineState, job.suppressions], ['error', 'new', undefined]);
    assert.deepEqual([session.level, session.baselineState, session.suppressions], ['note', 'unchanged', [{ kind: 'external', justification: 'moves to "Redis" & <away>' }]]);
    assert.equal(session.partialFingerprints['heapray/v1'], read('formats.json').leaks[0].fingerprint);
  });

  test('junit has a test case for each suspect and threshold', async () => {
    const suites = parseXml(await formatted('junit'));
    const [suite] = suites.children;
    for (const { name, attributes } of [suites, suite]) assert.deepEqual([attributes.tests, attributes.failures, attributes.skipped], ['4', '2', '1'], name);
    assert.deepEqual(
      suite.children.map(({ attributes, children }) => [attributes.classname, attributes.file, children[0]?.name]),
      [
        ['heapray.array', 'src/app.ts', 'failure'],
        ['heapray.map', 'src/app.ts', 'skipped'],
        ['heapray.threshold', undefined, 'failure'],
        ['heapray.threshold', undefined, undefined],
      ],
    );
    assert.deepEqual(suite.children.slice(2).map(({ attributes }) => attributes.name), ['suspects > 0', 'total > 1GB']);
  });

  const hostile = 'A%0A\n::add-mask::b,c:d ##[error]<x>&"\u001b[31m\ufffe';
  const row = { className: hostile, kind: 'map', count: 2, bytes: 10, percent: 1, reason: hostile, advice: '', addedBytes: null, path: hostile, holder: { className: 'Map', path: hostile, owner: null }, source: { script: hostile, line: 1, column: 1 }, functions: [], fingerprint: '0123456789abcdef' };
  const rows = (count) => ({ verdict: hostile, suspects: Array.from({ length: count }, () => row), inconclusive: [] });

  test('github gets no commands from names of the heap', () => {
    const [{ command, title, file }, ...rest] = commandsIn(formatGithub(rows(1)));
    assert.deepEqual([command, file, rest.length], ['error', undefined, 0]);
    assert.ok(title.startsWith('A%0A\\n'), title);
    assert.doesNotMatch(formatGithub(rows(1)), /\u001b|##\[|\n::add-mask/);
  });

  test('github gets no more annotations of a level than it shows, and the last says what is missing', () => {
    const commands = commandsIn(formatGithub(rows(14)));
    assert.equal(commands.length, 10);
    assert.equal(commands.at(-1).title, '5 more annotations');
    assert.ok(commands.every(({ title, message }) => title.length <= 255 && message.length <= 4096));
  });

  test('junit is well-formed with any name, and has a test case where nothing leaks', () => {
    const [suite] = parseXml(formatJunit(rows(1), { title: hostile })).children;
    assert.match(suite.children[0].attributes.name, /&"\\x1b\[31m/);
    assert.doesNotMatch(formatJunit(rows(1)), /[\u001b\ufffe]/);
    assert.equal(parseXml(formatJunit(rows(0))).children[0].children.length, 1);
  });

  test('shortening is refused', async () => {
    assert.equal((await heapray('report', slow[0], '--format', 'sarif', '--max-bytes', '4000')).code, 2);
  });
});

/** Elements of well-formed XML without comments and sections. */
function parseXml(text) {
  const root = { children: [] };
  const open = [root];
  const decoded = (value) => value.replace(/&(amp|lt|gt|quot|apos);|[&<]/g, (entity, name) => assert.ok(name, `unescaped ${entity}`) ?? { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name]);
  for (const [, content, end, name, attributes, empty] of text.replace(/^<\?xml[^>]*\?>\n/, '').matchAll(/([^<]+)|<(?:\/([\w-]+)|([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?))>/gy)) {
    if (content !== undefined) open.at(-1).text = (open.at(-1).text ?? '') + decoded(content);
    else if (end !== undefined) assert.equal(open.pop().name, end);
    else {
      const element = { name, attributes: Object.fromEntries(Array.from(attributes.matchAll(/([\w-]+)="([^"]*)"/g), ([, key, value]) => [key, decoded(value)])), children: [] };
      open.at(-1).children.push(element);
      if (empty === '') open.push(element);
    }
  }
  assert.deepEqual(open, [root], 'every element is closed');
  assert.equal(root.children.length, 1);
  return root.children[0];
}
