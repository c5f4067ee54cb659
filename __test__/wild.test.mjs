// `npm run leakbench -- --wild` runs services and judges reports; this tests one of them under a little load.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SERIES, judge } from '../benchmark/wild/judge.mjs';
import { CONCURRENCY, runService } from '../benchmark/wild/service.mjs';
import { services } from '../benchmark/wild/services.mjs';
import { parse, report } from '../index.js';

const project = fileURLToPath(new URL('../benchmark/wild/project', import.meta.url));
/** Its program needs no packages. */
const service = { ...services.find(({ name }) => name === 'shutdown-signal'), snapshot: 'signal' };

const SCALE = 0.2;

let folder;
let files;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'heapray-wild-'));
  files = await runService(service, { project, folder, node: process.execPath, scale: SCALE });
});

after(() => rm(folder, { recursive: true }));

async function uploadsIn(file) {
  const heap = await parse(file);
  try {
    const { classes } = await heap.classes({ name: 'Upload' });
    return classes.find(({ name }) => name === 'Upload').count;
  } finally {
    heap.close();
  }
}

test('a snapshot is taken after a service has had its load, except for requests in flight', async () => {
  const counts = [];
  for (const file of files) counts.push(await uploadsIn(file));
  const sent = service.requests.map((_, at) => service.requests.slice(0, at + 1).reduce((sum, requests) => sum + requests * SCALE, 0));
  assert.equal(counts.length, 3);
  for (const [at, count] of counts.entries()) {
    assert.ok(count <= sent[at] && count >= sent[at] - CONCURRENCY, `${count} uploads after ${sent[at]} requests`);
  }
});

test('a report that names the leak is right, and would be wrong for a control', async () => {
  const answer = await report(SERIES.three(files));
  assert.equal(judge(answer, service.truth, 'three').text, 'named');
  const asControl = judge(answer, { control: true }, 'three');
  assert.match(asControl.text, /^ACCUSES Upload/);
  assert.equal(asControl.isRight, false);
});

test('a report that names something else is wrong', async () => {
  const answer = await report(SERIES.three(files));
  const { isRight, text } = judge(answer, { ...service.truth, class: '^Download$' }, 'three');
  assert.equal(isRight, false);
  assert.match(text, /^MISSED/);
});

test('a run with failing requests has the reason', async () => {
  const broken = { ...service, request: () => ({ path: '/', method: 'NONSENSE' }) };
  await assert.rejects(runService(broken, { project, folder, node: process.execPath, scale: 0.01 }), /NONSENSE/);
});

test('every service has its program, three intervals, and the expected result', () => {
  for (const { name, runsIn, requests, truth } of services) {
    const candidates = runsIn === 'chromium' ? [`pages/${name}.jsx`] : [`services/${name}.cjs`, `services/${name}.mjs`];
    assert.ok(candidates.some((file) => existsSync(path.join(project, file))), name);
    assert.equal(requests.length, 3, name);
    assert.ok(truth.control || (truth.held && truth.what), name);
  }
});
