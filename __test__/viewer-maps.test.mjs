// Source maps that are dropped onto the viewer: the page has the names and places of the source, with either engine.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import esbuild from 'esbuild';
import { launch, newPage, serveBuilt, skipWithoutBrowser, startView, stopViews } from './support/browser.mjs';
import { snapshotsOf, writeProject } from './support/bundles/project.mjs';

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-viewer-maps-')));
const script = path.join(folder, 'dist/main.js');
const map = path.join(folder, 'maps/main.js.map');

describe('the viewer', { skip: skipWithoutBrowser }, () => {
  let browser;
  let site;
  let snapshots;

  before(async () => {
    writeProject(folder);
    esbuild.buildSync({ entryPoints: [path.join(folder, 'src/main.ts')], bundle: true, platform: 'node', sourcemap: true, minify: true, outfile: script, logLevel: 'error' });
    mkdirSync(path.dirname(map));
    // Not beside the script, where `heapray view` would find it.
    renameSync(`${script}.map`, map);
    snapshots = snapshotsOf(script);
    browser = await launch();
    site = await serveBuilt();
  });

  after(async () => {
    await browser?.close();
    site?.close();
    stopViews();
    rmSync(folder, { recursive: true, force: true });
  });

  const engines = {
    'the engine in a worker': async (page) => {
      await page.goto(site.url);
      await page.locator('input[type=file]').setInputFiles(snapshots);
    },
    'heapray view': async (page) => {
      const view = await startView(snapshots);
      await page.goto(view.url);
    },
  };

  for (const [engine, open] of Object.entries(engines)) {
    test(`over ${engine} maps the report, classes and paths with a map and its script`, async () => {
      const { page, problems } = await newPage(browser);
      const loaded = [];
      page.on('request', (request) => loaded.push(path.basename(new URL(request.url()).pathname)));
      await open(page);
      await page.getByText('held by', { exact: false }).first().waitFor();
      assert.equal(await page.getByText('Session', { exact: true }).count(), 0);
      assert.ok(!loaded.includes('maps.js'), 'nothing is loaded before a map is dropped');

      await page.locator('.top input[type=file]').setInputFiles([map, script]);
      await page.getByText('store.entries', { exact: false }).first().waitFor();
      await page.getByText('src/store.ts', { exact: false }).first().waitFor();
      await page.evaluate(() => (location.hash = '#/classes'));
      await page.getByRole('row', { name: /SessionStore/ }).waitFor();
      await page.getByLabel('Filter classes').fill('sessionst');
      await page.getByText('1 class', { exact: true }).waitFor();
      await page.evaluate(() => (location.hash = '#/compare'));
      await page.getByRole('row', { name: /Connection/ }).first().waitFor();
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }

  test('says why a map is not used, and keeps the names', async () => {
    const bad = path.join(folder, 'bad/main.js.map');
    mkdirSync(path.dirname(bad));
    writeFileSync(bad, '{"version":3,"mappings":');
    const { page, problems } = await newPage(browser);
    await engines['the engine in a worker'](page);
    await page.getByText('held by', { exact: false }).first().waitFor();
    await page.locator('.top input[type=file]').setInputFiles([bad]);
    await page.getByText('the source map main.js.map cannot be used: it is not JSON').waitFor();
    assert.equal(await page.getByText('store.entries').count(), 0);
    assert.deepEqual(problems, []);
    await page.context().close();
  });
});
