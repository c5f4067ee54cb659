// Runs the program that plants secrets, and looks for them in all that heapray makes of its snapshots.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { filter, parse, redact, report } from '../../../index.js';
import { temporaryFolder } from '../fixtures.mjs';

/** Kinds of snapshots; the first has more of the program's data than any other that can be asked for. */
export const MODES = ['internals', 'numeric', 'plain', 'tracked', 'captured'];

const bin = fileURLToPath(new URL('../../../bin/heapray.js', import.meta.url));
const program = fileURLToPath(new URL('program.cjs', import.meta.url));
const leakingProgram = fileURLToPath(new URL('leaks.cjs', import.meta.url));
/** Also as V8 writes large positions from Node.js 24 on: less 2^32. */
const NUMBERS = /4111[-_]?1111|987_?65432[12]|-18385[56]\d{3}\b/;
const ALL = ['--limit', '100000'];

/** Every command, and every format. */
const COMMANDS = [
  ['report', 'FILE', '--limit', '1000'],
  ['report', 'FILE', '--format', 'json'],
  ['report', 'FILE', '--format', 'markdown'],
  ['report', 'FILE', '--format', 'html'],
  ['report', 'FILE', 'FILE', '--limit', '20'],
  ['classes', 'FILE', ...ALL],
  ['classes', 'FILE', ...ALL, '--format', 'json'],
  ['filter', 'FILE', ...ALL, '--edges', '--format', 'json'],
  ['filter', 'FILE', '--limit', '2000', '--references', '--retainers'],
  ['diff', 'EMPTY', 'FILE', '--format', 'json', ...ALL],
  ['diff', 'EMPTY', 'FILE', '--mode', 'new', '--paths', '--limit', '3000'],
  ['node', 'FILE', 'ID', '--references=4,50', '--retainers=4,50', '--paths', '20'],
  ['retainers', 'FILE', 'Object', '--limit', '1000', '--format', 'json'],
  ['retainers', 'FILE', '(string)', '--limit', '300'],
  ['group', 'FILE', '--by', 'class', ...ALL],
  ['group', 'FILE', '--by', 'script,package', ...ALL, '--format', 'json'],
  ['group', 'FILE', '--by', 'holder', ...ALL, '--format', 'json'],
  ['group', 'FILE', '--by', 'path', ...ALL],
  ...['password', 'token', 'name', 'value', 'key', 'url', 'message'].map((name) => ['group', 'FILE', '--by', `property:${name}`, ...ALL, '--format', 'json']),
  ['what-if', 'FILE', '--remove', 'Object', '--remove', 'Map', ...ALL, '--format', 'json'],
  ['trend', 'EMPTY', 'FILE'],
  ['closures', 'FILE'],
  ['allocations', 'FILE'],
  ['export', 'FILE', '--format', 'speedscope'],
  ['export', 'FILE', '--format', 'pprof'],
];

const EMPTY = '{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic"],"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["context"],"string_or_number","node"]},"node_count":1,"edge_count":0},"nodes":[0,0,1,0,0],"edges":[],"strings":[""]}';

/**
 * @param {import('node:test').TestContext} t
 * @param {string} node the version of Node.js whose snapshots are looked at
 */
export async function assertNothingLeaks(t, node, modes) {
  const folder = temporaryFolder();
  const word = madeWord();
  const code = `code${randomBytes(4).toString('hex').replace(/\d/g, 'z')}name`;
  const out = path.join(folder, 'planted');
  const planted = JSON.parse(execFileSync(node, [program, word, code, out, ...modes], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }));
  const places = Object.keys(planted).filter((place) => !place.startsWith('byDesign'));
  assert.ok(places.length > 100, `${places.length} places`);

  for (const mode of modes) {
    const file = `${out}.${mode}.heapsnapshot`;
    const found = placesIn(readFileSync(file, 'utf8'), planted);
    t.diagnostic(`${mode}: ${found.size} of ${places.length} secrets are in the snapshot`);
    assert.ok(found.size > 100, `${mode}: ${found.size}`);
    const leaks = [];
    const look = (where, text) => {
      for (const place of placesIn(text, planted)) leaks.push(`${place}: ${where}: ${excerpt(text, planted[place])}`);
      const number = NUMBERS.exec(text);
      if (number !== null) leaks.push(`number: ${where}: ${excerpt(text, number[0])}`);
    };
    for (const command of COMMANDS) look(command.join(' '), await outputOf(command, file, folder));
    await lookAtRedacted(file, `${out}.redacted.heapsnapshot`, look);
    await lookAtAnswers(file, look);
    assert.deepEqual(leaks, [], mode);
    await assertRemains(`${out}.redacted.heapsnapshot`, code, planted);
  }
}

const madeWord = () => `hunter${randomBytes(3).toString('hex').replace(/\d/g, 'q')}x`;

/** Leak assertions, `watch()` and `capture()` in the program itself. */
export async function assertNothingIsSaid(t, node) {
  const folder = temporaryFolder();
  const word = madeWord();
  const output = execFileSync(node, [leakingProgram, word, folder], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, NODE_OPTIONS: '', HEAPRAY_SAVE: undefined } });
  const said = Object.entries(JSON.parse(output));
  const leaks = said.flatMap(([who, text]) => {
    const found = text.includes(word) ? word : NUMBERS.exec(text)?.[0];
    return found === undefined ? [] : [`${who}: ${excerpt(text, found)}`];
  });
  assert.deepEqual(leaks, []);
  const marked = said.filter(([, text]) => /\[key\]|\b\d+ keys?\b|\[\*\]/.test(text)).map(([who]) => who);
  t.diagnostic(`${said.length} texts, of which ${marked.length} leave a key out`);
  for (const who of ['assertNoLeak: message', 'assertNoGrowth: message', 'assertCollected numbers: message', 'watch 3: json', 'capture: text']) assert.ok(marked.includes(who), who);
  assert.ok(readFileSync(path.join(folder, 'captured.heapsnapshot'), 'utf8').includes(word));
}

function excerpt(text, secret) {
  const at = Math.max(0, text.indexOf(secret), text.indexOf(secret.replace(/\d+$/, '')));
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + 40));
}

/** The places whose secrets are in a text. */
function placesIn(text, planted) {
  const found = new Set();
  const [, word] = /^(.*?)\d+$/.exec(planted['texts: property value']);
  if (!text.includes(word)) return found;
  for (const [place, secret] of Object.entries(planted)) if (!place.startsWith('byDesign') && text.includes(secret)) found.add(place);
  return found.size > 0 ? found : found.add('keys: words of people');
}

async function outputOf(command, file, folder) {
  const empty = path.join(folder, 'empty.heapsnapshot');
  writeFileSync(empty, EMPTY);
  const id = command.includes('ID') ? await idOfGlobal(file) : 0;
  const values = { FILE: file, EMPTY: empty, ID: String(id) };
  // One snapshot twice is refused by its path.
  const args = command.map((word) => values[word] ?? word).filter((word, at, all) => word !== file || all.indexOf(word) === at);
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { maxBuffer: 1 << 30 });
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  const bytes = stdout[0] === 0x1f && stdout[1] === 0x8b ? zlib.gunzipSync(stdout) : stdout;
  assert.ok(bytes.length > 40, `${args.join(' ')}: ${bytes}`);
  return bytes.toString('utf8') + stderr;
}

async function idOfGlobal(file) {
  const snapshot = await parse(file);
  const { nodes } = await filter(snapshot, { class: { contains: 'global' }, limit: 1 });
  snapshot.close();
  return nodes[0].id;
}

/** The bytes of the file, its strings, and what heapray shows of it when everything is to be shown. */
async function lookAtRedacted(file, redacted, look) {
  const { names } = await redact(file, redacted);
  assert.ok(names.hiddenKeys > 100 && names.hiddenTexts > 1000 && names.properties > 100 && names.functions > 100 && names.scripts > 1, JSON.stringify(names));
  const text = readFileSync(redacted, 'utf8');
  look('redacted file', text);
  look('redacted strings', JSON.parse(text).strings.join('\n'));
  const [before, after] = [await parse(file), await parse(redacted)];
  try {
    for (const field of ['nodeCount', 'edgeCount', 'totalSize', 'statistics']) assert.deepEqual(after[field], before[field], field);
    const numbers = async (snapshot) => (await snapshot.classes({ limit: 100_000 })).classes.map(({ name, key, source, ...row }) => JSON.stringify(row)).sort();
    assert.deepEqual(await numbers(after), await numbers(before));
  } finally {
    before.close();
    after.close();
  }
}

/** Answers of the API have contents of strings by default, and no keys. */
async function lookAtAnswers(file, look) {
  const snapshot = await parse(file, { redact: true });
  look('report of a snapshot parsed with redact', JSON.stringify(await report(snapshot, { showStrings: true })));
  look('classes of a snapshot parsed with redact', JSON.stringify(await snapshot.classes({ limit: 100_000, showStrings: true })));
  snapshot.close();
}

/** What stays by design: the list is that of docs/redaction.md. */
async function assertRemains(redacted, code, planted) {
  const text = readFileSync(redacted, 'utf8');
  const words = ['Class', 'Function', 'Variable', 'Property', 'Word', 'Folder', '17Shared'];
  assert.equal(Object.keys(planted).filter((place) => place.startsWith('byDesign')).length, words.length);
  const remain = words.filter((word) => text.includes(`${code}${word}`));
  assert.deepEqual(remain, words, 'names in code stay');
}
