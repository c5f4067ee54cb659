// action.yml: its steps, run as a runner of GitHub Actions does, with a server on loopback in place of GitHub's.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOURCE, buildProgram } from './support/ci/program.mjs';
import { posix } from './support/platform.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { NODE_TEST_CONTEXT: _, ...others } = process.env;

let folder;
let github;
let runs = 0;

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-action-'));
  buildProgram(folder);
  github = await startGithub();
});

after(() => {
  github.server.close();
  github.server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** Comments of one pull request; a hundred of others come first. */
async function startGithub() {
  const comments = Array.from({ length: 100 }, (unused, id) => ({ id, body: 'as others said: <!-- heapray:default -->' }));
  const state = { comments, refuses: false, authorizations: new Set() };
  state.server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    state.authorizations.add(request.headers.authorization);
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const reply = (status, json) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (state.refuses) return reply(403, { message: 'Resource not accessible by integration' });
    if (request.method === 'GET' && pathname === '/repos/o/r/issues/7/comments') {
      const start = (Number(searchParams.get('page')) - 1) * 100;
      return reply(200, comments.slice(start, start + 100));
    }
    const { body } = JSON.parse(Buffer.concat(chunks));
    assert.ok(body.length <= 65_536);
    if (request.method === 'POST' && pathname === '/repos/o/r/issues/7/comments') {
      comments.push({ id: comments.length, body });
      return reply(201, comments.at(-1));
    }
    const own = comments[Number(/^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(pathname)?.[1])];
    assert.equal(request.method, 'PATCH');
    own.body = body;
    return reply(200, own);
  });
  state.server.listen(0, '127.0.0.1');
  await once(state.server, 'listening');
  state.url = `http://127.0.0.1:${state.server.address().port}`;
  return state;
}

const action = readFileSync(path.join(root, 'action.yml'), 'utf8');
const defaults = Object.fromEntries(Array.from(action.matchAll(/^ {2}([\w-]+):\n {4}description: .*\n {4}default: (.*)$/gm), ([, name, value]) => [name, value === "''" ? '' : value.replace(/^'(.*)'$/, '$1')]));
const steps = action.split(/^ {4}- /m).slice(1).map((text) => ({
  id: /^id: (\w+)/m.exec(text)[1],
  env: Object.fromEntries(Array.from(text.matchAll(/^ {8}(\w+): (.*)$/gm), ([, name, value]) => [name, value])),
  run: /^ {6}run: (.*)$/m.exec(text)[1],
}));

/** Runs every step until one fails. */
async function run(inputs) {
  runs += 1;
  const temporary = path.join(folder, `run-${runs}`);
  mkdirSync(temporary);
  writeFileSync(path.join(temporary, 'event.json'), JSON.stringify({ pull_request: { number: 7 } }));
  const context = { inputs: { ...defaults, command: path.join(root, 'bin/heapray.js'), token: 'secret', ...inputs }, outputs: {} };
  const runner = { GITHUB_ACTION_PATH: root, GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'o/r', GITHUB_EVENT_PATH: path.join(temporary, 'event.json'), GITHUB_STEP_SUMMARY: path.join(temporary, 'summary.md'), RUNNER_TEMP: temporary };
  let log = '';
  for (const { id, env, run: command } of steps) {
    const output = path.join(temporary, `${id}.out`);
    writeFileSync(output, '');
    const given = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, valueOf(text, context)]));
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', command], { cwd: folder, env: { ...others, ...runner, ...given, GITHUB_OUTPUT: output } });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
    const [code] = await once(child, 'close');
    context.outputs[id] = Object.fromEntries(Array.from(readFileSync(output, 'utf8').matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm), ([, name, , value]) => [name, value]));
    if (code !== 0) return { failed: id, log, ...context.outputs };
  }
  return { failed: null, log, summary: readFileSync(runner.GITHUB_STEP_SUMMARY, 'utf8'), ...context.outputs };
}

function valueOf(text, { inputs, outputs }) {
  const [, input, step, output] = /^\$\{\{ (?:inputs\.([\w-]+)|steps\.(\w+)\.outputs\.(\w+)) \}\}$/.exec(text);
  if (input === undefined) return outputs[step][output] ?? '';
  assert.ok(input in inputs, `${input} is an input`);
  return inputs[input];
}

const program = (count, withJobs) => `node dist/run.js ${count} ${withJobs} "$HEAPRAY_SNAPSHOTS"/{1,2,3}.heapsnapshot`;
const own = () => github.comments.filter(({ body }) => body.startsWith('<!-- heapray:default -->'));

describe('the action', posix, () => {
  test('passes and saves the report where there is nothing to compare with', async () => {
    const { failed, report, log } = await run({ run: program(200, 'no'), report: 'main.json' });
    assert.equal(failed, null, log);
    assert.deepEqual([report.outcome, report.failed], ['leaks', 'false']);
    assert.equal(JSON.parse(readFileSync(path.join(folder, 'main.json'))).kind, 'report');
    const at = SOURCE.split('\n').findIndex((line) => line.startsWith('const sessions =')) + 1;
    assert.match(log, new RegExp(`^::error file=src/app\\.ts,line=${at},col=7,title=Session leaks`, 'm'));
    assert.doesNotMatch(readFileSync(path.join(folder, 'main.json'), 'utf8'), /"code":\{"script/);
    assert.equal(own().length, 1);
    assert.match(own()[0].body, /There is no report of the base branch[\s\S]*<details><summary>Report<\/summary>/);
    assert.deepEqual([...github.authorizations], ['Bearer secret']);
  });

  test('fails for what the base branch does not have, and changes its comment', async () => {
    const { failed, log, report } = await run({ run: program(200, 'yes'), 'base-report': 'main.json' });
    assert.equal(failed, 'outcome', log);
    assert.match(report.failures, /^new leak: Job held by jobs \[[0-9a-f]{16}\]$/);
    assert.match(log, /^::error file=src\/app\.ts,.*Job leaks/m);
    assert.match(log, /^::notice file=src\/app\.ts,.*Session leaks/m);
    assert.equal(own().length, 1);
    const [{ body }] = own();
    assert.match(body, /The heap has \*\*[\d.]+ MB\*\*, \+\d+ kB against the base branch/);
    assert.match(body, /\| new \| `Job` \| `jobs` \|/);
    assert.match(body, /\| as before \| `Session` \| `sessions` \|/);
    assert.match(body, /\*\*Failed:\*\* `new leak: Job held by jobs/);
  });

  test('passes on what the base branch has, with thresholds of its own', async () => {
    const quiet = { run: program(200, 'no'), 'base-report': 'main.json' };
    const { failed, summary, log } = await run(quiet);
    assert.equal(failed, null, log);
    assert.match(summary, /\| as before \| `Session`/);
    const { failed: step, report } = await run({ ...quiet, 'fail-on': 'total>1GB\nsuspects>0', comment: 'false' });
    assert.deepEqual([step, report.failures], ['outcome', 'threshold exceeded: suspects > 0 (it is 1)']);
  });

  test('passes if it may not comment', async () => {
    github.refuses = true;
    const { failed, log } = await run({ run: program(200, 'no'), snapshots: '' });
    github.refuses = false;
    assert.equal(failed, null, log);
    assert.match(log, /::warning title=heapray::The comment could not be written: GitHub answered 403 to GET/);
  });

  test('attaches to a program, and ends it', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    writeFileSync(path.join(folder, 'server.js'), "const { serve } = require('./dist/app.js'); setInterval(() => serve(2000, false), 200);");
    const { failed, report, snapshots, log } = await run({ run: `exec node --inspect=127.0.0.1:${port} server.js`, attach: String(port), 'attach-options': '--count=3\n--every=1s', comment: 'false' });
    assert.equal(failed, null, log);
    assert.equal(snapshots.files.split('\n').length, 3);
    assert.equal(report.outcome, 'leaks');
    await assert.rejects(fetch(`http://127.0.0.1:${port}/json/list`));
  });

  test('says what is wrong', async () => {
    assert.match((await run({ run: 'exit 5' })).log, /::error title=heapray::the command failed with exit code 5/);
    assert.match((await run({ run: 'true' })).log, /there are no snapshots: the command must write them to \$HEAPRAY_SNAPSHOTS/);
  });
});
