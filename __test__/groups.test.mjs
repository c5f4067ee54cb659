// Conditions on properties, groups and what-if, about real heaps whose contents the program knows.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const heapray = createRequire(import.meta.url)('../index.js');
const cli = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

const PROGRAM = `
  const v8 = require('node:v8');
  class Owner { constructor(name) { this.name = name + process.pid; } }
  class Job { constructor(status, n, owner) { this.status = status; this.done = n % 2 === 0; this.error = null; this.index = n; if (owner) this.owner = owner; } }
  class Queue { constructor() { this.jobs = new Map(); this.seen = new Set(); this.list = []; } }
  const [ada, bob] = [new Owner('ada'), new Owner('bob')];
  const queue = globalThis.queue = new Queue();
  for (let n = 0; n < 60; n += 1) queue.jobs.set('job ' + n, new Job(n < 40 ? 'open' : 'closed', n, n < 10 ? ada : n < 30 ? bob : undefined));
  for (let n = 0; n < 5; n += 1) queue.seen.add(new Job('seen', n));
  for (let n = 0; n < 7; n += 1) queue.list.push(new Job('listed', n));
  globalThis.first = queue.jobs.get('job 0');
  v8.writeHeapSnapshot(process.argv[2], { exposeNumericValues: true });
  for (let n = 0; n < 9; n += 1) queue.list.push(new Job('listed', n));
  v8.writeHeapSnapshot(process.argv[3], { exposeNumericValues: true });
`;

for (const major of [20, 24]) {
  describe(`Node.js ${major}`, () => {
    const folder = temporaryFolder();
    const files = ['first', 'second'].map((name) => path.join(folder, `${name}.heapsnapshot`));
    let snapshot;
    let later;

    before(async () => {
      const program = path.join(folder, 'program.cjs');
      writeFileSync(program, PROGRAM);
      await promisify(execFile)(nodeBinary(major), [program, ...files]);
      [snapshot, later] = await Promise.all(files.map((file) => heapray.parse(file)));
    });
    after(() => [snapshot, later].forEach((each) => each?.close()));

    const count = async (query) => (await heapray.filter(snapshot, { class: 'Job', type: 'object', selfSize: { min: 1 }, name: 'Job', ...query })).total;

    test('properties by value, by type of value and by class', async () => {
      assert.equal(await count({}), 72);
      assert.equal(await count({ property: { name: 'status', value: 'open' } }), 40);
      assert.equal(await count({ property: { name: 'status', value: /^(open|closed)$/ } }), 60);
      assert.equal(await count({ property: { name: /^stat/, value: { contains: 'PE' } } }), 40);
      assert.equal(await count({ property: { name: 'done', value: true } }), 30 + 3 + 4);
      assert.equal(await count({ property: { name: 'done', value: 'true' } }), 0, 'no text');
      assert.equal(await count({ property: { name: 'error', value: null } }), 72);
      assert.equal(await count({ property: { name: 'owner', to: 'Owner' } }), 30);
      assert.equal(await count({ property: [{ name: 'owner' }, { name: 'status', value: 'closed' }] }), 0);
      assert.equal(await count({ property: { name: 'index', value: 3 } }), 3);
      assert.equal(await count({ shape: ['status', 'owner'] }), 30);
      assert.equal(await count({ shape: 'status', hasNot: ['owner'] }), 42);
    });

    test('what is in collections, and counts', async () => {
      assert.equal(await count({ in: 'Map' }), 60);
      assert.equal(await count({ in: ['Set', 'Array'] }), 12);
      const { nodes } = await heapray.filter(snapshot, { class: 'Map', counts: { elements: { min: 120, max: 120 } } });
      assert.equal(nodes.length, 1, 'keys and values');
      const [job] = (await heapray.filter(snapshot, { class: 'Job', name: 'Job', type: 'object', edgeName: 'first' })).nodes;
      const { total } = await snapshot.retainers(job.id);
      assert.equal(await count({ id: job.id, counts: { retainers: { min: total } } }), 1);
    });

    test('classes and paths of objects that meet conditions', async () => {
      const { classes } = await snapshot.classes({ property: { name: 'status', value: 'seen' }, name: 'Job' });
      assert.deepEqual(classes.map((row) => row.count), [5]);
      const { total, paths } = await snapshot.retainingPaths('Job', { property: { name: 'status', value: 'seen' } });
      assert.equal(total, 5);
      assert.match(paths[0].text, /queue\.seen/);
    });

    test('groups by value, holder, path and class, one within the other', async () => {
      const jobs = { class: 'Job', name: 'Job', type: 'object' };
      const byStatus = await snapshot.group(jobs, { by: 'property:status', sort: 'count' });
      assert.deepEqual(byStatus.groups.map(({ key, count: jobsOf }) => [key, jobsOf]).slice(0, 4), [['open', 40], ['closed', 20], ['listed', 7], ['seen', 5]]);
      const nested = await snapshot.group(jobs, { by: ['holder', 'property:done'], sort: 'count' });
      assert.deepEqual(nested.groups.slice(0, 2).map(({ key, count: jobsOf }) => [key, jobsOf]), [['Map', 59], ['Array', 7]]);
      assert.deepEqual(nested.groups[0].groups.map(({ key, count: jobsOf }) => [key, jobsOf]), [['false', 30], ['true', 29]]);
      const map = await snapshot.node(nested.groups[0].id);
      assert.equal(map.className, 'Map');
      for (const by of ['class', 'package', 'script', 'holder', 'path', 'size', 'age', 'distance']) {
        const { groups, count: all } = await snapshot.group({}, { by, limit: 100_000 });
        assert.equal(groups.reduce((sum, row) => sum + row.count, 0), all, by);
        assert.equal(all, snapshot.nodeCount, by);
      }
      const { groups } = await snapshot.group({ selfSize: { min: 1 } }, { by: 'class', limit: 100_000 });
      const sizes = new Map(groups.map((row) => [row.key, row]));
      for (const row of (await snapshot.classes({ limit: 20 })).classes) {
        const same = groups.filter(({ key }) => key === row.name);
        if (same.length === 1) assert.deepEqual([sizes.get(row.name).count, sizes.get(row.name).retainedSize], [row.count, row.retainedSize], row.name);
      }
    });

    test('two snapshots compared', async () => {
      const { groups } = await later.group({ class: 'Job', name: 'Job', type: 'object' }, { by: 'property:status', before: snapshot });
      assert.deepEqual(groups.map(({ key, countDelta }) => [key, countDelta]), [['listed', 9]]);
    });

    test('what is freed, and what holds the rest', async () => {
      const [queue] = (await heapray.filter(snapshot, { class: 'Queue', name: 'Queue', type: 'object', edgeName: 'queue' })).nodes;
      const { freed, held, cut } = await snapshot.whatIf({ cut: `@${queue.id}.jobs` });
      assert.equal(cut, 1);
      assert.deepEqual(freed.classes.filter(({ name }) => name === 'Job').map((row) => row.count), [59], 'one is in a variable');
      const [map] = (await heapray.filter(snapshot, { referencedFrom: queue.id, class: 'Map', name: 'Map' })).nodes;
      // V8's own lists hold some strings, which is no retaining for as long as the program does.
      assert.ok(freed.selfSize <= map.retainedSize && freed.selfSize > 0.9 * map.retainedSize, `${freed.selfSize} of ${map.retainedSize}`);
      assert.deepEqual(held.map(({ node, path: way }) => [node.className, way]), [['Job', 'global.first']]);
      const removed = await snapshot.whatIf({ remove: { class: 'Owner', name: 'Owner', type: 'object' } });
      assert.ok(removed.removed >= 2 && removed.freed.count >= 4, 'with their names');
      const stays = await snapshot.whatIf({ remove: map.id });
      assert.deepEqual(stays.held.map(({ node, path: way }) => [node.className, way]), [['Job', 'global.first']]);
      await assert.rejects(snapshot.whatIf({ cut: `@${queue.id}.nothing` }), { code: 'ERR_INVALID_QUERY' });
      await assert.rejects(snapshot.whatIf({ cut: 'jobs' }), { code: 'ERR_INVALID_QUERY' });
    });

    test('on the command line', async () => {
      const run = async (...args) => JSON.parse((await promisify(execFile)(process.execPath, [cli, ...args, '--format', 'json'])).stdout);
      const job = ['--class', 'Job', '--type', 'object', '--name', 'Job'];
      assert.equal((await run('filter', files[0], ...job, '--property', 'status=open')).total, 40);
      assert.equal((await run('filter', files[0], ...job, '--property', 'done=true', '--property', 'owner=>Owner')).total, 15);
      assert.equal((await run('filter', files[0], ...job, '--property', 'index=3')).total, 3);
      assert.deepEqual((await run('group', files[0], files[1], ...job, '--by', 'property:status', '--show-strings')).groups.map(({ key, countDelta }) => [key, countDelta]), [['listed', 9]]);
      const [queue] = (await run('filter', files[0], '--class', 'Queue', '--edge-name', 'queue')).nodes;
      assert.equal((await run('what-if', files[0], '--cut', `@${queue.id}.jobs`)).cut, 1);
      await assert.rejects(run('what-if', files[0], '--remove', 'Nothing'), { code: 2 });
    });
  });
}
