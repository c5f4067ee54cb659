// Assertions about pages, and `heapray page`, in a real Chromium. `npm run test:pages` has many more pages.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../scripts/chromium.mjs';
import { assertNoLeak } from '../testing/index.js';
import { prepare } from './frameworks/projects.mjs';
import { launch, skipWithoutBrowser } from './support/browser.mjs';
import { plain } from './support/pages/pages.mjs';
import { servePages } from './support/pages/server.mjs';

const require = createRequire(import.meta.url);
const program = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
/** Without what tells a child process that it is a test. */
const { NODE_TEST_CONTEXT: _, ...others } = process.env;
const environment = { ...others, CHROMIUM: findChromium() };
const quick = { iterations: 3, rounds: 1 };

const scriptOf = (name) => plain.find((page) => page.name === name).script;
const pages = {
  leaks: scriptOf('elements in a list'),
  logs: scriptOf('objects that are logged'),
  'leaves nothing': scriptOf('elements that are removed'),
  worker: scriptOf('what a worker keeps'),
  router: `
    class RouteView { rows = [1, 2, 3] }
    const visited = [];
    const links = ['/items', '/about', '/data.json'].map((to) => Object.assign(document.createElement('a'), { href: to, textContent: to }));
    document.body.append(...links);
    for (const link of links.slice(0, 2)) {
      link.onclick = (event) => {
        event.preventDefault();
        history.pushState({}, '', link.href);
        if (link === links[0]) visited.push(new RouteView());
      };
    }
    globalThis.go = () => {};`,
};

const MEMLAB = `
  const log = (text) => process.stderr.write(text + '\\n');
  module.exports = {
    url: () => { throw new Error('the address on the command line comes first'); },
    cookies: () => [{ name: 'user', value: 'ann' }],
    beforeInitialPageLoad: async (page) => log('before ' + page.url()),
    setup: async (page) => log('set up ' + (await page.evaluate(() => document.cookie))),
    isPageLoaded: (page) => page.evaluate(() => document.readyState === 'complete'),
    // Neither handle is disposed of.
    action: async (page) => { await page.waitForSelector('#go'); await page.evaluate(() => clicked()); },
    back: async (page) => void (await page.evaluateHandle(() => ({ back: true }))),
  };`;

const FUITE = `
  export const setup = async (page) => process.stderr.write('set up ' + (await page.title()) + '\\n');
  export const createTests = async () => [{ description: 'two clicks', data: { clicks: 2 } }, { description: 'one', data: { clicks: 1 } }];
  export async function iteration(page, { clicks }) {
    for (let i = 0; i < clicks; i += 1) await page.evaluate(() => clicked());
  }
  export const teardown = async () => process.stderr.write('torn down\\n');`;

describe('pages', { skip: skipWithoutBrowser }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-pages-'));
  let server;
  let browser;
  before(async () => {
    server = await servePages(pages);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(name) {
    const page = await browser.newPage();
    await page.goto(server.url(name));
    return page;
  }

  const click = (page) => () => page.evaluate(() => globalThis.clicked());
  const failureOf = (promise) => promise.then(() => assert.fail('it passed'), (error) => error);

  test('an element that stays is named with what holds it', async () => {
    const page = await opened('leaks');
    const { code, leaks, message } = await failureOf(assertNoLeak(page, click(page)));
    assert.equal(code, 'ERR_LEAK');
    assert.deepEqual(leaks.map(({ className, addedCount, path: way, kind }) => [className, addedCount, way, kind]), [
      ['Detached <section>', [7, 7, 7, 7], 'undo → Detached <section>', 'detachedDom'],
    ]);
    assert.match(message, /^Memory grew in each of 4 rounds of 7 calls:/);
  });

  test('handles of the test and arguments of the console are no leaks', async () => {
    const page = await opened('logs');
    page.on('console', () => {});
    await assertNoLeak(page, async () => {
      await click(page)();
      await page.$('#go');
      await page.evaluateHandle(() => [{ answer: 42 }]);
    }, { iterations: 5, rounds: 1 });
  });

  test('what a worker of the page keeps is found in the worker', async () => {
    const page = await opened('worker');
    const { leaks, message } = await failureOf(assertNoLeak(page, click(page), quick));
    assert.deepEqual(leaks.map(({ className, path: way }) => [className, way]), [['ParsedRow', 'parsed[*]']]);
    assert.match(leaks[0].heap, /^worker http:.*\/keeping-worker\.js$/);
    assert.match(message, /^ {2}in +worker http/m);
  });

  test('allocations are traced in the page', async () => {
    const page = await opened('leaks');
    const { leaks } = await failureOf(assertNoLeak(page, click(page), { ...quick, allocations: true }));
    assert.ok(leaks[0].allocatedAt.functions.some(({ functionName }) => functionName === 'globalThis.go' || functionName === 'go'), JSON.stringify(leaks[0].allocatedAt));
  });

  test('an action that loads a new document is refused', async () => {
    const page = await opened('leaves nothing');
    assert.equal((await failureOf(assertNoLeak(page, () => page.reload(), quick))).code, 'ERR_NAVIGATED');
  });

  test('a page without an action, a closed one and one that takes no snapshots are refused', async () => {
    const page = await opened('leaves nothing');
    assert.equal((await failureOf(assertNoLeak(page))).code, 'ERR_INVALID_ARGUMENT');
    await page.close();
    assert.match((await failureOf(assertNoLeak(page, () => {}))).message, /a page that is open/);
    const firefox = { goto() {}, mainFrame() {}, isClosed: () => false, context: () => ({ newCDPSession: () => Promise.reject(new Error('only in Chromium')) }) };
    assert.equal((await failureOf(assertNoLeak(firefox, () => {}))).code, 'ERR_NOT_SUPPORTED');
  });

  /** `heapray page`, with the library of this repository. */
  function heapray(...args) {
    const all = [program, 'page', ...args, '--browser', findChromium(), '--format', 'json'];
    return new Promise((resolve) => {
      execFile(process.execPath, all, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, report: stdout && JSON.parse(stdout), stderr }));
    });
  }

  function scenario(name, text) {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  test("memlab's scenarios run, and thresholds decide about the exit code", async () => {
    const save = path.join(folder, 'saved');
    const { code, report, stderr } = await heapray(server.url('leaks'), '--scenario', scenario('memlab.cjs', MEMLAB), '--iterations', '4', '--save', save, '--fail-on', 'suspects>0');
    assert.equal(code, 1, stderr);
    assert.deepEqual(report.suspects.map(({ className, count }) => [className, count]), [['Detached <section>', 16]]);
    assert.match(stderr, /^before about:blank\nset up user=ann\n/);
    assert.deepEqual(readdirSync(save), [1, 2, 3, 4].map((at) => `${at}.heapsnapshot.gz`));
  });

  test("fuite's scenarios run, all tests in each round", async () => {
    const { code, report, stderr } = await heapray(server.url('leaks'), '--scenario', scenario('fuite.mjs', FUITE), '--iterations', '3', '--warmup', '1');
    assert.equal(code, 0, stderr);
    assert.deepEqual(report.suspects.map(({ className, count }) => [className, count]), [['Detached <section>', 30]]);
    assert.match(stderr, /^set up page\ntorn down\n/);
  });

  test('without a scenario links of the router are clicked, and others named', async () => {
    const { code, report, stderr } = await heapray(server.url('router'), '--fail-on', 'suspects>0', '--iterations', '4', '--warmup', '1');
    assert.equal(code, 1, stderr);
    assert.deepEqual(report.suspects.map(({ className, path: way }) => [className, way]), [['RouteView', 'visited[*]']]);
    assert.match(report.warnings.join(), /they load a new document: .*\/data\.json/);
  });

  test('what cannot be measured is an error', async () => {
    assert.match((await heapray(server.url('leaves nothing'))).stderr, /no links to its own site/);
    const navigates = scenario('navigates.cjs', 'module.exports = { url: () => "", action: (page) => page.reload() }');
    const { code, stderr } = await heapray(server.url('leaks'), '--scenario', navigates, '--iterations', '1');
    assert.equal(code, 3);
    assert.match(stderr, /a new document was loaded .*\[ERR_NAVIGATED\]/);
    assert.deepEqual(await heapray('--scenario', scenario('none.cjs', 'module.exports = {}')).then((result) => result.code), 2);
  });

  test('heapray/playwright has a fixture and matchers for @playwright/test, with types', async () => {
    const project = prepare('browsers');
    const env = { ...environment, PAGES: new URL('/', server.url('')).href };
    const { stdout } = await run([path.join(project, 'node_modules/@playwright/test/cli.js'), 'test'], { cwd: project, env });
    const specs = ({ specs: own = [], suites = [] }) => [...own, ...suites.flatMap(specs)];
    const results = specs(JSON.parse(stdout)).map(({ title, tests }) => [title, tests[0].results[0].error?.message]);
    assert.deepEqual(results.map(([title, message]) => [title, message === undefined]), [
      ['a leak fails the test', false],
      ['what is expected passes', true],
      ['a click that leaves nothing passes', true],
    ], stdout);
    assert.match(results[0][1], /expect\(.*page.*\)[^]*Detached <section>.* leaks[^]*undo → Detached <section>/);
    const tsc = [require.resolve('typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'node16', '--target', 'es2022', path.join(project, 'pages.spec.ts')];
    assert.equal(spawnSync(process.execPath, tsc, { cwd: project, encoding: 'utf8' }).stdout, '');
  });

  test('pages of Puppeteer are measured alike', async () => {
    const project = prepare('browsers');
    const { stdout } = await run([path.join(project, 'puppeteer.mjs'), server.url('leaks'), server.url('logs')], { cwd: project, env: environment });
    const [leak, nothing] = JSON.parse(stdout);
    assert.match(leak, /^Detached <section> leaks$/m);
    assert.equal(nothing, 'passed');
  });

  /** Node.js, whatever its exit code. */
  const run = (args, options) => new Promise((resolve) => execFile(process.execPath, args, options, (_, stdout, stderr) => resolve({ stdout, stderr })));
});
