// The server of `heapray view`, which answers only its own page.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import heapray from '../index.js';
import { startView, stopViews } from './support/browser.mjs';
import { temporaryFolder } from './support/fixtures.mjs';
import { AFTER, BEFORE } from './support/heaps.mjs';
import { posix } from './support/platform.mjs';

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();
const beforeFile = path.join(folder, 'before.heapsnapshot');
const afterFile = path.join(folder, 'after.heapsnapshot');

let view;

before(async () => {
  writeFileSync(beforeFile, BEFORE);
  writeFileSync(afterFile, AFTER);
  view = await startView([beforeFile, afterFile]);
});

after(stopViews);

/** A request with any headers: fetch does not allow another Host. */
function request(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function ask(snapshots, question) {
  const { status, text } = await request(new URL('ask', view.url), { method: 'POST', body: JSON.stringify({ id: 5, snapshots, question }) });
  assert.equal(status, 200);
  return JSON.parse(text);
}

describe('what it answers', () => {
  test('the page is cross-origin isolated', async () => {
    const { headers } = await request(view.url);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  });

  test('only its own names are examples', async () => {
    for (const name of ['example/after-2.heapsnapshot.gz', 'example/', 'example/..%2fafter-1.heapsnapshot.gz']) {
      assert.equal((await request(new URL(name, view.url))).status, 404, name);
    }
  });

  test('the snapshots of the command line are open, in their order', async () => {
    const { id, answer } = await ask([], { ask: 'list' });
    assert.equal(id, 5);
    assert.deepEqual(answer.map(({ name }) => name), ['before.heapsnapshot', 'after.heapsnapshot']);
  });

  test('answers are those of the API', async () => {
    const snapshot = await heapray.parse(afterFile);
    const { answer } = await ask([2], { ask: 'classes', limit: 5 });
    assert.deepEqual(answer, await snapshot.classes({ limit: 5 }));
    snapshot.close();
    const compared = await ask([1, 2], { ask: 'diff' });
    assert.deepEqual(compared.answer, await heapray.diff(beforeFile, afterFile));
  });

  test('errors are answers too', async () => {
    assert.equal((await ask([2], { ask: 'node', id: 2 })).error.code, 'ERR_NO_SUCH_NODE');
    assert.equal((await ask([9], { ask: 'classes' })).error.code, 'ERR_CLOSED');
    assert.equal((await ask([2], { ask: 'everything' })).error.code, 'ERR_INVALID_QUERY');
  });

  test('a damaged upload is answered with its error, however much of it is still to come', async () => {
    const url = new URL('open?name=damaged', view.url);
    const rest = Buffer.alloc(8 << 20, 0x20);
    const damaged = {
      zeros: Buffer.alloc(8 << 20),
      text: Buffer.concat([Buffer.from('no snapshot'), rest]),
      syntax: Buffer.concat([Buffer.from(AFTER.replace('"nodes":[', '"nodes":[oops,')), rest]),
      twice: Buffer.concat([Buffer.from(AFTER), rest, Buffer.from('{')]),
      cut: Buffer.concat([rest, Buffer.from(AFTER.slice(0, -10))]),
      compressed: gzipSync(AFTER).fill(0x55, 500),
      other: gzipSync(rest),
      empty: Buffer.alloc(0),
    };
    for (const [name, body] of Object.entries(damaged)) {
      const expected = await heapray.parse(body).then(() => assert.fail(`${name} was accepted`), (error) => error);
      const { status, text } = await request(url, { method: 'POST', body });
      assert.equal(status, 200, name);
      const { code, message, section, offset } = JSON.parse(text).error;
      assert.deepEqual({ code, message, section, offset }, { code: expected.code, message: expected.message, section: expected.section, offset: expected.offset }, name);
    }
    assert.equal((await ask([1], { ask: 'summary' })).error, undefined);
  });

  test('a dropped file is opened, compressed or not; a damaged one is an error', async () => {
    const url = new URL('open?name=dropped.gz', view.url);
    const opened = JSON.parse((await request(url, { method: 'POST', body: gzipSync(AFTER) })).text).answer;
    assert.equal(opened.name, 'dropped.gz');
    assert.equal(opened.summary.nodeCount, (await ask([2], { ask: 'summary' })).answer.nodeCount);
    assert.equal((await ask([opened.snapshot], { ask: 'close' })).answer, null);

    const { error } = JSON.parse((await request(url, { method: 'POST', body: AFTER.slice(0, 5000) })).text);
    assert.equal(error.code, 'ERR_TRUNCATED');
  });

  test('the page may run its own script and nothing else', async () => {
    const { status, headers, text } = await request(view.url);
    assert.equal(status, 200);
    assert.match(headers['content-security-policy'], /default-src 'none'; script-src 'self';/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(text, /"engine":"http"/);
    for (const name of ['app.js', 'app.css', 'example/after-1.heapsnapshot.gz']) {
      assert.equal((await request(new URL(name, view.url))).status, 200, name);
    }
  });
});

describe('what it refuses', () => {
  const refusals = [
    ['no token', () => [new URL('/', view.url)], 404],
    ['another token', () => [new URL(`/${'x'.repeat(32)}/`, view.url)], 404],
    ['the name of another host, pointed at this machine', () => [view.url, { headers: { host: 'evil.example' } }], 421],
    ['localhost: the address is 127.0.0.1', () => [view.url, { headers: { host: `localhost:${new URL(view.url).port}` } }], 421],
    ['a page of another origin', () => [new URL('ask', view.url), { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' }], 403],
    ['files that are not the page’s', () => [`${view.url}..%2f..%2fpackage.json`], 404],
    ['folders', () => [new URL('example/', view.url)], 404],
    ['other methods', () => [view.url, { method: 'DELETE' }], 405],
    ['questions that never end', () => [new URL('ask', view.url), { method: 'POST', body: ' '.repeat(2_000_000) }], 413],
  ];
  for (const [what, ofRequest, status] of refusals) {
    test(what, async () => {
      const response = await request(...ofRequest());
      assert.equal(response.status, status);
      assert.ok(!response.text.includes('Session'));
    });
  }

  test('no answer has headers that let other origins read it', async () => {
    const { headers } = await request(view.url, { headers: { origin: 'https://evil.example' } });
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('access-control-')), []);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  });

  test('every start has a new token', async () => {
    const another = await startView([]);
    const token = (url) => new URL(url).pathname;
    assert.notEqual(token(another.url), token(view.url));
    assert.ok(token(another.url).length > 30);
    await another.stop();
  });
});

describe('the command', () => {
  const run = (...args) => spawnSync(process.execPath, [bin, 'view', ...args], { cwd: folder, encoding: 'utf8' });

  test('Ctrl-C ends it', posix, async () => {
    const another = await startView([afterFile]);
    assert.equal(await another.stop(), 130);
    await assert.rejects(request(another.url), /ECONNREFUSED/);
  });

  test('a file that cannot be read ends it before it starts', () => {
    const { status, stderr, stdout } = run('missing.heapsnapshot', '--no-open');
    assert.equal(status, 3);
    assert.match(stderr, /missing\.heapsnapshot/);
    assert.equal(stdout, '');
  });

  test('a port that is in use or invalid is a usage error', () => {
    const { status, stderr } = run(afterFile, '--no-open', '--port', new URL(view.url).port);
    assert.equal(status, 2);
    assert.match(stderr, /port/);
    assert.equal(run('--port', '65536').status, 2);
  });

  test('a saved report is shown without its snapshot', async () => {
    const file = path.join(folder, 'saved.heapray.json');
    writeFileSync(file, JSON.stringify(await heapray.report(afterFile)));
    const another = await startView([file]);
    const { text } = await request(another.url);
    assert.match(text, /"saved":\{"name":"saved.heapray.json"/);
    await another.stop();
  });
});
