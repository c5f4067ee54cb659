// npm run leakbench: compares reports on every scenario of a corpus with its known leaks, for three, two and one snapshot.
//
//   npm run leakbench                 all scenarios
//   npm run leakbench -- emitter ws   scenarios whose names contain one of these
//   npm run leakbench -- --no-memlab  without memlab's column, for which memlab would be installed
//   npm run leakbench -- --generate   generates programs, runs them, and judges the reports on these
//   npm run leakbench -- --generate --seed=7
//   npm run leakbench -- --wild       runs services under load: see benchmark/wild
//
// The corpus is `../shared/corpus`, or an unpacked folder in HEAPRAY_CORPUS. Each scenario has three snapshots of
// a program: before, after, third; its `.truth.json` has the leaks and their holders.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { generate } from './leakbench-generate.mjs';
import { memlabCell, memlabTraces, memlabVersion } from './leakbench-memlab.mjs';

const require = createRequire(import.meta.url);
const { report } = require('../index.js');

const ROOT = path.resolve(import.meta.dirname, '..');
const CORPUS = path.resolve(process.env.HEAPRAY_CORPUS ?? path.join(ROOT, '..', 'shared', 'corpus'));
const GENERATED = path.join(ROOT, '.cache', 'leakbench', 'generated');
const SERIES = { three: ['before', 'after', 'third'], two: ['before', 'after'], one: ['third'] };

const MAX_SUSPECTS = 50;

/** Words in a holder's description that are no names of the program. */
const NO_NAMES = new Set(
  `module const let var Array Map Set Object closure context Symbol element chain extends depth count value table script
   level array slice string parent starting with of KB function async resolve generator internals server client sliced
   reactions Window EventListener V8EventListener memoized closed table`.split(/\s+/),
);

/** The scenarios in folders of the corpus, or in those just generated. */
function scenarios(root, folders) {
  return folders.flatMap((folder) => {
    const directory = path.join(root, folder);
    if (!fs.existsSync(directory)) return [];
    const truths = fs.readdirSync(directory).filter((name) => name.endsWith('.truth.json'));
    return truths.sort().map((name) => ({
      name: `${folder}/${name.replace('.truth.json', '')}`,
      base: path.join(directory, name.replace('.truth.json', '')),
      truth: JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8')),
    }));
  });
}

/** The plain file or the compressed one beside it, which heapray can read. */
function fileOf(file) {
  return fs.existsSync(file) ? file : `${file}.zst`;
}

/** The names in the description of the true holder: `afterCommit`, `_events`, `configBus`. */
function holderNames({ holder = '' }) {
  const words = holder.split('->')[0].match(/[A-Za-z_$][\w$]*/g) ?? [];
  return words.filter((word) => !NO_NAMES.has(word));
}

function namesClass(suspect, leak) {
  const wanted = leak.constructor ?? (leak.node?.type === undefined ? undefined : `(${leak.node.type})`);
  const bare = (name) => name.replace(/^Detached /, '').replace(/^<(\w+).*>$/s, '<$1>');
  return wanted !== undefined && wanted.split('|').some((name) => bare(suspect.className) === bare(name));
}

function passesHolder(suspect, leak) {
  const names = holderNames(leak);
  const paths = `${suspect.path} ${suspect.holder.path}`.toLowerCase();
  return names.length === 0 ? null : names.some((name) => paths.includes(name.toLowerCase()));
}

/** Compares a report with the known leaks. Leaks of one class are distinguished by their holders. */
function judge({ suspects }, { leaks }) {
  const left = new Set(suspects.keys());
  const take = (is) => {
    const at = [...left].find((each) => is(suspects[each])) ?? -1;
    left.delete(at);
    return at;
  };
  const held = leaks.map((leak) => take((suspect) => namesClass(suspect, leak) && passesHolder(suspect, leak) !== false));
  const found = leaks.map((leak, i) => (held[i] >= 0 ? held[i] : take((suspect) => namesClass(suspect, leak))));
  const wrong = suspects.filter((suspect) => !leaks.some((leak) => namesClass(suspect, leak)));
  return {
    isNamed: leaks.length > 0 && found.every((at) => at >= 0 && at < leaks.length),
    isHeld: held.every((at) => at >= 0),
    wrong: wrong.map(({ className }) => className),
  };
}

function cell({ isNamed, isHeld, wrong }, isControl) {
  const others = wrong.length === 0 ? '' : `, accuses ${wrong.join(', ')}`;
  if (isControl) return wrong.length === 0 ? 'silent' : `ACCUSES ${wrong.join(', ')}`;
  if (!isNamed) return `MISSED${others}`;
  return `${isHeld ? 'named, held' : 'named, WRONG HOLDER'}${others}`;
}

/** Scenarios of newly generated programs, whose snapshots are kept until the next run. */
async function generated() {
  const seed = Number(process.argv.find((word) => word.startsWith('--seed='))?.slice('--seed='.length) ?? Date.now() % 1e6);
  console.log(`Programs of seed ${seed}:`);
  fs.rmSync(GENERATED, { recursive: true, force: true });
  fs.mkdirSync(GENERATED, { recursive: true });
  await generate(GENERATED, seed);
  return scenarios(path.dirname(GENERATED), [path.basename(GENERATED)]);
}

async function main() {
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const found = process.argv.includes('--generate') ? await generated() : scenarios(CORPUS, ['leaks', 'chrome']);
  const all = found.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (all.length === 0) {
    console.log(`No scenarios under ${CORPUS}: give an unpacked corpus in HEAPRAY_CORPUS.`);
    return;
  }
  const sums = {};
  const memlab = process.argv.includes('--no-memlab') ? null : memlabVersion();
  const rows = [['scenario', 'three snapshots', 'two snapshots', 'one snapshot', `memlab ${memlab ?? ''}`, 'first suspect']];
  for (const { name, base, truth } of all) {
    const row = [name];
    let first = '';
    for (const [series, moments] of Object.entries(SERIES)) {
      const files = moments.map((moment) => fileOf(`${base}.${moment}.heapsnapshot`));
      const answer = await report(files, { limit: MAX_SUSPECTS });
      const isControl = truth.leaks.length === 0;
      const verdict = judge(answer, truth);
      row.push(cell(verdict, isControl));
      const sum = (sums[series] ??= { leaks: 0, named: 0, held: 0, accused: 0, controls: 0, silent: 0 });
      sum[isControl ? 'controls' : 'leaks'] += 1;
      if (isControl) sum.silent += verdict.wrong.length === 0;
      else {
        sum.named += verdict.isNamed;
        sum.held += verdict.isNamed && verdict.isHeld;
        sum.accused += verdict.wrong.length > 0;
      }
      first ||= answer.suspects.length === 0 ? '' : `${answer.suspects[0].kind}: ${answer.suspects[0].path}`;
    }
    const traces = memlab === null ? null : await memlabTraces(memlab, name, SERIES.three.map((moment) => fileOf(`${base}.${moment}.heapsnapshot`)));
    rows.push([...row, memlabCell(traces, truth.leaks), first]);
  }
  print(rows);
  for (const [series, { leaks, named, held, accused, controls, silent }] of Object.entries(sums)) {
    console.log(
      `${series}: ${named} of ${leaks} leaks named first, ${held} with the true holder, others accused in ${accused}; ${silent} of ${controls} controls silent`,
    );
  }
  const { three } = sums;
  process.exitCode = three.named === three.leaks && three.held === three.leaks && three.accused === 0 && three.silent === three.controls ? 0 : 1;
}

function print(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows) console.log(row.map((text, i) => text.padEnd(widths[i])).join('  ').trimEnd());
  console.log();
}

if (process.argv.includes('--wild')) {
  const { wild } = await import('../benchmark/wild/run.mjs');
  process.exitCode = await wild(process.argv.slice(2));
} else await main();
