// npm run bench:capture: what a capture costs beside V8's own cost, and what preflight estimates, on several versions of
// Node.js.
//
//   node benchmark/capture.mjs [methods] [shapes] [majors…]        both, and 20 22 24 26, when none is named
//
// methods: each row is a process of its own with the same 150,000 objects. "V8 alone" takes the snapshot and
// drops every chunk; what capture adds to its peak is measured against that.
// shapes: each row is a process with 150,000 items of one shape, captured twice; estimates against the real rise of
// resident memory.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CAPTURE_HEAD, captureRow, runFreely } from '../scripts/containers/captures.mjs';
import { nodeBinary } from '../scripts/node-versions.mjs';

const program = fileURLToPath(new URL('capture-program.cjs', import.meta.url));
const { shapes } = createRequire(import.meta.url)('../__test__/support/heap-shapes.cjs');
const RUNS = 3;
const ITEMS = 150_000;
const METHODS = ['V8 alone', 'capture()', 'capture({ forgetIds: true })', 'for await (v8.getHeapSnapshot())'];

const mega = (bytes) => (bytes / 1e6).toFixed(0);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

function measure(binary, method) {
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(binary, ['--expose-gc', program, method], { encoding: 'utf8' })),
  );
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]));
}

function methods(majors) {
  console.log('| Node | method | RSS before | peak | after | after close | peak over V8 alone | graph | pause |');
  console.log('| --- | --- | --: | --: | --: | --: | --: | --: | --: |');
  for (const major of majors) {
    const binary = nodeBinary(major);
    let alone;
    for (const method of METHODS) {
      const { before, peak, after, closed, graph, pauseMs } = measure(binary, method);
      alone ??= peak - before;
      const added = method === METHODS[0] ? '' : `${mega(peak - before - alone)} MB`;
      const cells = [major, method, ...[before, peak, after, closed].map((bytes) => `${mega(bytes)} MB`), added, graph ? `${mega(graph)} MB` : '', `${pauseMs.toFixed(0)} ms`];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}

function estimates(majors) {
  console.log(CAPTURE_HEAD);
  for (const major of majors) {
    for (const shape of Object.keys(shapes)) {
      const { captures, problems } = runFreely(nodeBinary(major), shape, ITEMS);
      console.log(captureRow(major, shape, ITEMS, captures));
      for (const problem of problems) console.log(`${shape}: ${problem}`);
    }
  }
}

const named = process.argv.slice(2);
const parts = { methods, shapes: estimates };
const majors = named.map(Number).filter((major) => major > 0);
for (const [name, part] of Object.entries(parts)) {
  if (named.includes(name) || !named.some((each) => each in parts)) part(majors.length > 0 ? majors : [20, 22, 24, 26]);
}
