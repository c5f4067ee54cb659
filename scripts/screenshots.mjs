// npm run screenshots: takes docs/screenshots of the built viewer, with the given snapshots, oldest first, or the example.
//
// With pngquant on the PATH the files are a third as large.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launch, newPage, startView } from '../__test__/support/browser.mjs';
import { root, setUp, setUpViewer } from './setup.mjs';

const folder = path.join(root, 'docs/screenshots');
const example = [1, 40, 50].map((number) => path.join(root, `viewer/dist/example/after-${number}.heapsnapshot.gz`));

/** Name, theme, place, and an action; `@suspect` is replaced by a leaked object. */
const PICTURES = [
  ['overview-light', 'light', '#/overview'],
  ['overview-dark', 'dark', '#/overview'],
  ['classes-light', 'light', '#/classes', openSuspect],
  ['treemap-light', 'light', '#/dominators'],
  ['treemap-dark', 'dark', '#/dominators'],
  ['icicle-dark', 'dark', '#/dominators?as=icicle'],
  ['node-light', 'light', '#/node?id=@suspect'],
  ['graph-dark', 'dark', '#/node?id=@suspect&tab=graph&depth=6'],
  ['comparison-light', 'light', '#/compare', openSuspect],
  ['grown-dark', 'dark', '#/compare?mode=grown'],
  ['strings-light', 'light', '#/strings'],
  ['containment-light', 'light', '#/containment'],
  ['objects-dark', 'dark', '#/objects?mine=1'],
];

setUp();
setUpViewer();
mkdirSync(folder, { recursive: true });
const given = process.argv.slice(2);
const view = await startView(given.length > 0 ? given : example);
const browser = await launch();
try {
  for (const picture of PICTURES) await take(...picture);
} finally {
  await browser.close();
  await view.stop();
}
if (spawnSync('pngquant', ['--version']).status === 0) {
  spawnSync('pngquant', ['--force', '--skip-if-larger', '--strip', '--ext', '.png', '--speed', '1', '128', ...PICTURES.map(([name]) => path.join(folder, `${name}.png`))]);
}

async function take(name, colorScheme, hash, act = async () => {}) {
  const { page, problems } = await newPage(browser, { viewport: { width: 1280, height: 800 }, colorScheme });
  await page.goto(view.url);
  await page.getByRole('article').first().waitFor();
  const suspect = (await page.locator('.suspect .ids a').first().innerText()).replace('@', '');
  const className = await page.locator('.suspect h3').first().innerText();
  await page.evaluate((to) => (location.hash = to), hash.replace('@suspect', suspect));
  await settled(page);
  await act(page, className);
  await settled(page);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  if (problems.length > 0) throw new Error(`${name}: ${problems.join('; ')}`);
  await page.context().close();
}

/** Waits until all answers have arrived and are drawn. */
async function settled(page) {
  await page.waitForTimeout(300);
  await page.waitForFunction(() => document.querySelector('.waiting') === null);
  await page.waitForTimeout(300);
}

/** Opens the leaked class. */
async function openSuspect(page, className) {
  const row = page.getByRole('row').filter({ has: page.getByText(className, { exact: true }) });
  await row.first().getByRole('button').click();
}
