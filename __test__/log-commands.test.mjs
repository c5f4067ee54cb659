// A heap whose names are commands for CI systems: no output that a job may print has one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { diff, filter, parse, report } from '../index.js';
import { temporaryFolder } from './support/fixtures.mjs';
import { buildSnapshot, closure, element, internal, native, object, property, shortcut, string, synthetic, variable } from './support/build-snapshot.mjs';

const require = createRequire(import.meta.url);
const { briefJson } = require('../lib/format/budget.js');
const { printableJson, withoutLogCommands } = require('../lib/format/log-commands.js');
const { makeMatchers } = require('../lib/testing/matchers.js');

const COMMANDS = [
  '::error file=a.js,line=1::gone',
  '  ::warning::gone',
  'text\n::add-mask::e',
  'std::error::code',
  '::stop-commands::token',
  '##[error]gone',
  'text ##[group]gone',
  '###[command]gone',
  '##vso[task.setvariable variable=a]b',
  '##teamcity[buildStop comment=\'x\']',
];

/** The rules of the runners: `##` and a bracket anywhere in a line, `::` and a name where a line begins. */
const ACTIVE = /##\w*\[|^\s*::[a-z]|::(?:error|warning|notice|debug|group|endgroup|add-mask|stop-commands)\b/im;

const heap = (count) => {
  const commands = COMMANDS.map((text, i) => [text, i]);
  const instances = commands.flatMap(([text, i]) => Array.from({ length: count }, (_, k) => [text, `instance ${i} ${k}`]));
  return buildSnapshot({
    root: synthetic('', { references: [shortcut('global'), element(2, 'detached')] }),
    global: object('global', 40, { references: commands.flatMap(([text, i]) => [property(text, `list ${i}`), property(`twin ${text}`, `twin ${i}`), property(`f${i}`, `closure ${i}`)]) }),
    detached: native('<##[error]div ::error::>', 900, { detached: true }),
    ...Object.fromEntries(commands.map(([text, i]) => [`list ${i}`, object('Array', 16, { references: [internal('elements', `elements ${i}`)], at: [`/app/${text}.js`, 2, 2] })])),
    ...Object.fromEntries(commands.map(([, i]) => [`elements ${i}`, object('(elements)', 1600, { references: Array.from({ length: count }, (_, k) => element(k, `instance ${i} ${k}`)) })])),
    ...Object.fromEntries(commands.map(([text, i]) => [`twin ${i}`, string(`${text} ${'x'.repeat(50)}`, 400)])),
    ...Object.fromEntries(commands.map(([text, i]) => [`closure ${i}`, closure(text, 64, { references: [variable(text, `list ${i}`)], at: [`/app/${text}.js`, 1, 1] })])),
    ...Object.fromEntries(instances.map(([text, key]) => [key, object(text, 5000, { references: [property(text, 'global')], at: [`/app/${text}.js`, 3, 3], id: 20_001 + 2 * instances.findIndex((each) => each[1] === key) })])),
  });
};

const folder = temporaryFolder();
const [before, after] = [2, 9].map((count) => {
  const file = path.join(folder, `${count}.heapsnapshot`);
  fs.writeFileSync(file, heap(count));
  return file;
});
const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

function checkInactive(text, what) {
  const found = ACTIVE.exec(text);
  assert.equal(found, null, `${what}: …${text.slice(Math.max(0, found?.index - 40), found?.index + 60)}…`);
}

test('the rule escapes commands, and leaves names of other languages alone', () => {
  for (const command of COMMANDS) checkInactive(withoutLogCommands(command), command);
  for (const name of ['v8::internal::Heap', 'a::b', '#private', '## heading', 'a[##]', '::', 'http://x::1']) assert.equal(withoutLogCommands(name), name);
  const value = { '##[error]': ['::error::', '\\##vso[x]', '\u009b'] };
  checkInactive(printableJson(value), 'JSON');
  assert.deepEqual(JSON.parse(printableJson(value)), value);
});

test('text, Markdown and short JSON have no command', async () => {
  for (const format of ['text', 'markdown']) {
    for (const showStrings of [false, true]) {
      checkInactive(await report(after, { format, showStrings }), `report as ${format}`);
      checkInactive(await report([before, after], { format, showStrings }), `report of two as ${format}`);
      checkInactive(await diff(before, after, { format, showStrings }), `diff as ${format}`);
    }
    for (let maxBytes = 1000; maxBytes < 6000; maxBytes += 97) checkInactive(await report([before, after], { format, maxBytes }), `${maxBytes} bytes of ${format}`);
  }
  assert.match(await report(after, { format: 'text' }), /\\x23#\[error\]gone/);
  checkInactive(briefJson(await report([before, after]), 4000), 'the JSON of watch()');
});

test('the command line prints no command, in no width', () => {
  const verbs = [
    ['report', before, after],
    ['report', after, '--show-strings'],
    ['diff', before, after],
    ['diff', before, after, '--mode', 'new', '--paths'],
    ['classes', after],
    ['closures', after],
    ['filter', after, '--edges', '--references', '--retainers', '--mine-only'],
    ['node', after, '@20001'],
    ['retainers', after, '@20001'],
    ['retainers', after, COMMANDS[0]],
  ];
  const run = (args, columns = 120) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...process.env, COLUMNS: `${columns}` } });
    assert.ok([0, 1, 2, 3].includes(status), stderr);
    checkInactive(stdout, args.join(' '));
    checkInactive(stderr, args.join(' '));
  };
  for (const verb of verbs) for (const format of ['text', 'markdown', 'json']) run([...verb, '--format', format]);
  for (const columns of [61, 62, 63, 64, 73, 80, 97]) run(verbs[0], columns);
  run(['export', after, '--format', 'speedscope', '-o', '-']);
  run(['report', before, after, '--fail-on', `class:${COMMANDS[0]}.count>1`, '--fail-on', 'suspects>=0']);
});

test('echoed arguments and errors are one line without commands', () => {
  const evil = 'x\n::error::gone ##[error]gone';
  const damaged = path.join(folder, 'damaged.heapsnapshot');
  fs.writeFileSync(damaged, heap(1).replace('"node_fields":["type"', `"node_fields":[${JSON.stringify(evil)}`));
  const other = path.join(folder, 'other.heapsnapshot');
  fs.writeFileSync(other, JSON.stringify({ [evil]: 1 }));
  const calls = [
    [evil],
    ['report', evil],
    ['report', after, evil],
    ['report', after, '--limit', evil],
    ['report', after, `--${evil}`],
    ['report', after, '--format', evil],
    ['report', after, '--fail-on', evil],
    ['report', after, '-o', `${evil}/x`],
    ['filter', after, '--name', `/(${evil}/`],
    ['filter', after, '--class', evil, '--name', `/${evil}(?=x)/`],
    ['retainers', after, evil],
    ['node', after, evil],
    ['view', evil],
    ['redact', after, `${evil}/x`],
    ['redact', evil, 'out'],
    ['completion', evil],
    ['report', damaged],
    ['report', other],
  ];
  for (const args of calls) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', cwd: folder });
    checkInactive(stderr, JSON.stringify(args));
    assert.ok(!stderr.includes('\n::'), stderr);
    checkInactive(stdout, JSON.stringify(args));
    if (status > 1) assert.match(stderr, /^heapray: [^\n]+\n(\(Did you mean [^\n]+\n)?$/, JSON.stringify(args));
  }
});

test('errors of the API have no command and no line break in their messages', async () => {
  const evil = 'x\n::error::gone ##[error]gone';
  const renamed = heap(1).replace('"node_fields":["type"', `"node_fields":[${JSON.stringify(evil)}`);
  const failing = [
    () => parse(evil),
    () => parse([renamed]),
    () => parse([JSON.stringify({ [evil]: 1 })]),
    () => parse([], { [evil]: 1 }),
    () => filter(after, { class: new RegExp(evil), [evil]: 1 }),
    () => filter(after, { nodeType: evil }),
    () => report(after, { format: evil }),
  ];
  for (const fail of failing) {
    const error = await fail().then(() => undefined, (reason) => reason);
    if (error === undefined) continue;
    for (const text of [error.message, error.expected ?? '', error.found ?? '']) {
      checkInactive(text, `${fail}`);
      assert.ok(!text.includes('\n'), text);
    }
  }
});

test('messages of matchers have no command', async () => {
  const [first, snapshot] = [await parse(before), await parse(after)];
  const { toHaveInstances, toRetainLessThan, toHaveNoDetachedNodes, toHaveNoGrowth } = makeMatchers({ limitOf: () => undefined });
  const growth = await diff(first, snapshot, { limit: 1000 });
  for (const command of COMMANDS) {
    checkInactive(toHaveInstances(snapshot, command, 1).message(), 'toHaveInstances');
    checkInactive(toRetainLessThan(snapshot, command, 1).message(), 'toRetainLessThan');
  }
  checkInactive(toHaveNoDetachedNodes(snapshot).message(), 'toHaveNoDetachedNodes');
  const result = toHaveNoGrowth(growth, {});
  assert.equal(result.pass, false);
  checkInactive(result.message(), 'toHaveNoGrowth');
  first.close();
  snapshot.close();
});
