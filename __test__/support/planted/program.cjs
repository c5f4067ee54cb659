'use strict';

// Plants secrets in all places and writes snapshots of itself.
//
//   node program.cjs WORD OUT MODE…     MODE: plain, numeric, internals, tracked, captured
//
// Every secret starts with the word; names that stay by design start with the word of letters. Prints the secrets.

const { createWriteStream, writeFileSync } = require('node:fs');
const inspector = require('node:inspector');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const { byDesign, keys, labels, texts } = require('./places.cjs');

const [word, code, out, ...modes] = process.argv.splice(2);
/** The number of each place's secret, so that nothing but the place keeps the secret. */
const planted = {};
const kept = [];
let count = 100;

/** Digits tell the places apart. Made of bytes, so that no secret is a constant of this program. */
const secretOf = (number) => Buffer.from(`${word}${number}`).toString('latin1');

async function plant(kind, places) {
  for (const [name, put] of Object.entries(places)) {
    planted[`${kind}: ${name}`] = count += 1;
    const held = put(kind === 'byDesign' ? code : secretOf(count));
    kept.push(held);
    // Modules are loaded; other promises never end.
    if (held instanceof Promise) await Promise.race([held.then((module) => kept.push(module), () => {}), sleep(100)]);
  }
}

const WRITERS = {
  plain: (file) => written(file, {}),
  numeric: (file) => written(file, { exposeNumericValues: true }),
  internals: (file) => written(file, { exposeInternals: true, exposeNumericValues: true }),
  tracked,
  captured: async (file) => {
    const { capture } = require('../../../index.js');
    const snapshot = await capture({ file, force: true, cooldown: 0 });
    snapshot.close();
  },
};

async function written(file, options) {
  await pipeline(v8.getHeapSnapshot(options), createWriteStream(file));
}

let session;
async function tracked(file) {
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => chunks.push(params.chunk));
  await new Promise((resolve, reject) => session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => (error ? reject(error) : resolve())));
  writeFileSync(file, chunks.join(''));
}

async function main() {
  if (modes.includes('tracked')) {
    session = new inspector.Session();
    session.connect();
    session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
  }
  for (const [kind, places] of Object.entries({ texts, keys, labels, byDesign })) await plant(kind, places);
  for (const mode of modes) await WRITERS[mode](`${out}.${mode}.heapsnapshot`);
  const secret = ([place, number]) => [place, place.startsWith('byDesign') ? code : secretOf(number)];
  console.log(JSON.stringify(Object.fromEntries(Object.entries(planted).map(secret))));
  return kept;
}

main().then((all) => process.exit(all.length > 0 ? 0 : 1));
