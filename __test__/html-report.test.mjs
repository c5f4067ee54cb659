// heapray report --format html: one file, from disk, without a network.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import heapray from '../index.js';
import { record } from './support/allocation-programs.mjs';
import { launch, newPage, skipWithoutBrowser } from './support/browser.mjs';
import { temporaryFolder } from './support/fixtures.mjs';
import { AFTER, BEFORE } from './support/heaps.mjs';
import { BREAKOUT, HOSTILE, MARKUP } from './support/hostile.mjs';

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();
const file = (name) => path.join(folder, name);
const run = (...args) => spawnSync(process.execPath, [bin, 'report', ...args], { cwd: folder, encoding: 'utf8' });

before(() => {
  writeFileSync(file('before.heapsnapshot'), BEFORE);
  writeFileSync(file('after.heapsnapshot'), AFTER);
  writeFileSync(file('hostile.heapsnapshot'), HOSTILE);
  const program = `const kept = []; function keep(at) { kept.push({ at }); }
module.exports = () => { for (let i = 0; i < 500; i++) keep(i); globalThis.kept = kept; };`;
  record(process.execPath, program, { folder, name: 'recorded' });
  for (const [page, ...args] of [
    ['after.html', 'before.heapsnapshot', 'after.heapsnapshot'],
    ['shown.html', 'after.heapsnapshot', '--show-strings'],
    ['recorded.html', 'recorded.heaptimeline'],
    ['hostile.html', 'hostile.heapsnapshot', '--show-strings'],
  ]) {
    const { status, stderr } = run(...args, '--format', 'html', '--output', page);
    assert.equal(status, 0, stderr);
  }
});

describe('the file', () => {
  test('its policy allows its own script and style, and nothing from a network', () => {
    const html = readFileSync(file('after.html'), 'utf8');
    const [, policy] = /content="(default-src[^"]*)"/.exec(html);
    const hashes = Array.from(html.matchAll(/<(script|style)>(.*?)<\/\1>/gs), ([, tag, text]) => [tag, `'sha256-${crypto.createHash('sha256').update(text).digest('base64')}'`]);
    assert.deepEqual(hashes.map(([tag]) => tag).sort(), ['script', 'style']);
    for (const [tag, hash] of hashes) assert.ok(policy.includes(`${tag}-src ${hash};`), tag);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|'self'/);
    assert.doesNotMatch(html, /<(script|link|img|iframe)[^>]*(src|href)="(?!data:)/);
  });

  test('it contains markup of the heap only as escaped JSON', () => {
    const html = readFileSync(file('hostile.html'), 'utf8');
    assert.ok(!html.includes(MARKUP));
    assert.ok(!html.includes(BREAKOUT));
    const [, json] = /<script type="application\/json" id="start">([^<]*)<\/script>/.exec(html);
    assert.ok(JSON.stringify(JSON.parse(json)).includes(JSON.stringify(BREAKOUT).slice(1, -1)));
  });

  test('it contains no contents of strings by default', () => {
    assert.doesNotMatch(readFileSync(file('after.html'), 'utf8'), /the same secret text|history of session/);
    assert.match(readFileSync(file('shown.html'), 'utf8'), /the same secret text/);
  });

  test('--max-bytes has no meaning for it', () => {
    const { status, stderr } = run('after.heapsnapshot', '--format', 'html', '--max-bytes', '2000');
    assert.equal(status, 2);
    assert.match(stderr, /--max-bytes/);
  });
});

describe('in a browser', { skip: skipWithoutBrowser }, () => {
  let browser;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  /** Opens the page and fails if it makes any request. */
  async function open(name, use) {
    const { page, problems } = await newPage(browser);
    await page.context().setOffline(true);
    page.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url())) problems.push(request.url());
    });
    await page.goto(pathToFileURL(file(name)).href);
    await use(page);
    assert.deepEqual(problems, []);
    await page.context().close();
  }

  test('it opens from disk, and the top of the heap can be explored', async () => {
    const report = await heapray.report([file('before.heapsnapshot'), file('after.heapsnapshot')]);
    await open('after.html', async (page) => {
      await page.getByRole('heading', { name: report.verdict }).waitFor();

      await page.getByRole('link', { name: 'Classes', exact: true }).click();
      await page.getByLabel('Filter classes').fill('sess');
      await page.getByText('1 class', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'open' }).click();
      await page.getByText('18 more, not in this report').waitFor();

      await page.getByRole('link', { name: 'Dominators' }).click();
      await page.getByRole('button', { name: /^Server @/ }).click({ position: { x: 20, y: 5 } });
      await page.getByRole('navigation', { name: 'Zoom' }).getByRole('link', { name: /Server/ }).click();
      await page.getByText('Shortest path').waitFor();
      await page.getByRole('button', { name: 'Dominated objects' }).click();
      await page.getByRole('treegrid').getByRole('row', { name: /Array|Session|handle/ }).first().waitFor();
    });
  });

  test('retainers of an object are drawn as far as the report has them', async () => {
    await open('after.html', async (page) => {
      await page.getByRole('region', { name: 'Largest objects' }).getByRole('link', { name: /Session|Array|Server/ }).first().click();
      await page.getByText('Shortest path').waitFor();
      const holder = await page.locator('.steps li').nth(1).getByRole('link').innerText();
      await page.getByRole('button', { name: 'Graph' }).click();
      await page.getByLabel('Hide internals').uncheck();
      await page.getByLabel('Reference depth').fill('12');
      const [id] = /@\d+/.exec(holder);
      await page.locator('.graph').getByRole('link', { name: new RegExp(id) }).waitFor();
      const drawn = await page.locator('.graph .holder').count();
      await page.getByLabel('Reference depth').fill('1');
      await page.waitForFunction((all) => document.querySelectorAll('.graph .holder').length < all, drawn);
    });
  });

  test('of a recording it has the flame graph of allocations', async () => {
    await open('recorded.html', async (page) => {
      await page.getByRole('link', { name: 'Allocations' }).click();
      await page.locator('.flame .area[title^="keep"]').first().waitFor();
    });
    await open('after.html', async (page) => {
      await page.getByRole('link', { name: 'Dominators' }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'Allocations' }).count(), 0);
    });
  });

  test('it says what it does not contain', async () => {
    await open('after.html', async (page) => {
      await page.evaluate(() => (location.hash = '#/node?id=999999'));
      await page.getByRole('alert').waitFor();
      assert.match(await page.getByRole('alert').innerText(), /contains only the largest objects/);
    });
  });

  test('markup is shown and never executed', async () => {
    await open('hostile.html', async (page) => {
      await page.getByLabel('String contents').check();
      for (const hash of ['#/overview', '#/classes', '#/dominators']) {
        await page.evaluate((to) => (location.hash = to), hash);
        await page.getByText('<img src=x', { exact: false }).first().waitFor({ state: 'attached' });
        assert.equal(await page.evaluate(() => window.wasRun), undefined);
        assert.equal(await page.locator('img').count(), 0);
      }
    });
  });
});
