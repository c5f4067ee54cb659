// Generates and runs the programs for `npm run leakbench -- --generate`.
//
// The programs are those of __test__/support/leak-scenarios with other names and other amounts of work, with one or
// several leaks at once, and with caches that warm up and other harmless growth beside them. The leaks are known because
// each unit of work is. With Chromium, a page with detached elements is one of them.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Random } from '../__test__/exact/random.mjs';
import { expected } from '../__test__/support/leak-scenarios/expected.mjs';
import { detachedCards } from '../__test__/support/leak-scenarios/page.mjs';

const SCENARIOS = fileURLToPath(new URL('../__test__/support/leak-scenarios/', import.meta.url));
const MOMENTS = { first: 'before', second: 'after', third: 'third' };
const SINGLE = 6;
const TWO = 4;
const CONTROLS = 2;
/** Units of work before each snapshot: enough for caches to be warm at the first. */
const TIMES = [25, 40, 60];
/** Growing objects grow in steps: with this number of units there is one in each interval. */
const TIMES_OF_STEPS = 15;

const FIRST_WORDS = 'Amber Brisk Cobalt Dusty Ember Frosty Gilded Hazel Ivory Jolly Lunar Mellow Nimble Opal Quiet Rustic Silver Tidal'.split(' ');
const LAST_WORDS = 'Anchor Badger Canyon Dolphin Falcon Glacier Heron Island Juniper Kestrel Lantern Meadow Otter Pebble Quarry Raven Sparrow Thistle'.split(' ');

/** Writes snapshots and the known leaks into `folder`; equal seeds generate equal programs. */
export async function generate(folder, seed) {
  const random = new Random(seed);
  const leaks = Object.entries(expected).flatMap(([file, list]) => list.map((leak, at) => ({ ...leak, file, unit: leak.unit ?? at })));
  const programs = [
    ...Object.keys(expected).map((file) => ({ name: `all-of-${file}`, leaks: leaks.filter((leak) => leak.file === file) })),
    ...Array.from({ length: SINGLE }, (_, i) => ({ name: `one-${i + 1}`, leaks: withUnits(leaks, [random.pick(leaks)]) })),
    ...Array.from({ length: TWO }, (_, i) => ({ name: `two-${i + 1}`, leaks: withUnits(leaks, [random.pick(leaks), random.pick(leaks)]) })),
    ...Array.from({ length: CONTROLS }, (_, i) => ({ name: `control-${i + 1}`, leaks: [] })),
  ];
  for (const program of programs) {
    const isInSteps = program.leaks.some(({ file }) => file === 'growing-objects');
    const times = isInSteps ? TIMES_OF_STEPS : random.pick(TIMES);
    await run({ ...program, times, folder, names: new Names(random) });
  }
  await detachedCards(path.join(folder, 'page'), MOMENTS);
}

/** The leaks with their amounts, which depend on the units of work. */
function withUnits(leaks, chosen) {
  return leaks.filter(({ file, unit }) => chosen.some((other) => other.file === file && other.unit === unit));
}

async function run({ name, leaks, times, folder, names }) {
  const programs = path.join(folder, name);
  fs.mkdirSync(programs, { recursive: true });
  const files = [...new Set(leaks.map(({ file }) => file)), 'controls'];
  const renamed = new Map(files.map((file) => [file, names.of(fs.readFileSync(path.join(SCENARIOS, `${file}.cjs`), 'utf8'))]));
  const wanted = files.map((file) => {
    fs.writeFileSync(path.join(programs, `${file}.cjs`), renamed.get(file).source);
    const units = [...new Set(leaks.filter((leak) => leak.file === file).map(({ unit }) => unit))];
    return path.join(programs, `${file}.cjs${units.length > 0 ? `#${units}` : ''}`);
  });
  await promisify(execFile)(process.execPath, ['--expose-gc', path.join(SCENARIOS, 'run.cjs'), programs, String(times), ...wanted]);
  for (const [moment, as] of Object.entries(MOMENTS)) {
    fs.renameSync(path.join(programs, `${moment}.heapsnapshot`), path.join(folder, `${name}.${as}.heapsnapshot`));
  }
  const truth = leaks.map(({ file, className, holder }) => {
    const { rename } = renamed.get(file);
    return { constructor: rename(className), holder: `${holder} ${rename(holder)}` };
  });
  fs.writeFileSync(path.join(folder, `${name}.truth.json`), JSON.stringify({ leaks: truth }));
}

/** Gives the classes and variables of programs other names. */
class Names {
  #random;
  #used = new Set();

  constructor(random) {
    this.#random = random;
  }

  of(source) {
    const classes = Array.from(source.matchAll(/\bclass (\w+)/g), ([, name]) => [name, this.#next()]);
    const variables = Array.from(source.matchAll(/^ *(?:const|let) (\w+) = (?!require)/gm), ([, name]) => {
      const next = this.#next();
      return [name, next[0].toLowerCase() + next.slice(1)];
    });
    const names = new Map([...variables, ...classes]);
    // Properties and keys of the same name are not renamed.
    const rename = (text) => text.replace(/(?<![\w$#])(?<!(?<!\.\.)\.)[A-Za-z_]\w*(?!\w|:)/g, (word) => names.get(word) ?? word);
    return { source: rename(source), rename };
  }

  #next() {
    const name = `${this.#random.pick(FIRST_WORDS)}${this.#random.pick(LAST_WORDS)}`;
    if (this.#used.has(name)) return this.#next();
    this.#used.add(name);
    return name;
  }
}
