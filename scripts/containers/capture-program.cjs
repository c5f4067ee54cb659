'use strict';

// capture-program.cjs SHAPE ITEMS [LIMIT-FILE USAGE-FILE]: captures a heap of this shape twice, with garbage and growth by
// half in between. A control group has the memory that preflight requires plus 1 % and 5 MB. Prints a line of JSON for each
// capture.

const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const root = path.join(__dirname, '..', '..');
const { capture } = require(root);
const { ownHeap, preflight } = require(path.join(root, 'lib/capture/preflight.js'));
const { more, shapes } = require(path.join(root, '__test__/support/heap-shapes.cjs'));

const [shape, items, limitFile, usageFile] = process.argv.slice(2);
const kept = (globalThis.kept = []);

async function captureTightly(round) {
  const { estimate } = preflight(ownHeap());
  console.log(JSON.stringify({ round, estimate }));
  if (limitFile) writeFileSync(limitFile, String(Math.ceil(Number(readFileSync(usageFile, 'utf8')) + estimate * 1.01 + 5e6)));
  const answer = await capture({ report: true, force: !limitFile }).catch((error) => error);
  if (limitFile) writeFileSync(limitFile, limitFile.endsWith('max') ? 'max' : '-1');
  if (answer instanceof Error) return console.log(JSON.stringify({ round, refused: `${answer.code}: ${answer.message}` }));
  const { rss, preflight: checked, pauseMs } = answer.capture;
  console.log(JSON.stringify({ round, heap: checked.heapUsed, estimate: checked.estimate, rise: rss.peak - rss.before, pauseMs }));
}

(async () => {
  kept.push(shapes[shape](Number(items)));
  await captureTightly(1);
  // Garbage and growth, as in any service.
  for (let i = 0; i < 400_000; i += 1) globalThis.garbage = [i, { i }, `garbage ${i}`];
  kept.push(more(shape, Number(items) / 2, Number(items)));
  await captureTightly(2);
  process.exit();
})();
