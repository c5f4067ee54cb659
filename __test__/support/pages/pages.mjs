// Pages that leak and pages that do not, and whether an assertion is right about them.

import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { assertNoLeak } from '../../../testing/index.js';
import { HEALTHY, bundle, frameworks } from '../components/pages.mjs';
import * as connections from './programs/connections.mjs';
import * as data from './programs/data.mjs';
import * as elements from './programs/elements.mjs';
import * as events from './programs/events.mjs';

/**
 * @typedef {object} Page
 * @property {string} name
 * @property {string} script
 * @property {RegExp} [named] what an assertion must say; without it nothing leaks
 * @property {(page: import('playwright-core').Page) => Promise<unknown>} act
 */

const groups = [events, elements, data, connections];

const scriptOf = (program) => `(${String(program).replace(/^(?:program|'[^']*')\(/, 'function (')})();`;

/** Pages without a framework. @type {Page[]} */
export const plain = [
  ...groups.flatMap(({ leaking }) => Object.entries(leaking).map(([name, { program, named }]) => ({ name, named, script: scriptOf(program), act: click }))),
  ...groups.flatMap(({ harmless }) => Object.entries(harmless).map(([name, program]) => ({ name, script: scriptOf(program), act: click }))),
];

/** Not by the mouse, which takes ten times as long. */
function click(page) {
  return page.evaluate(() => globalThis.clicked());
}

/** What a test itself keeps is no leak of the page. @type {Page[]} */
const used = [
  { name: 'elements that the test has handles of', script: scriptOf(elements.harmless['elements that are removed']), act: keepHandles },
  { name: 'objects that the test has handles of', script: scriptOf(data.harmless['a cache with a bound']), act: keepObjects },
];

async function keepHandles(page) {
  const button = await page.$('#go');
  await click(page);
  await page.evaluate(() => {
    const old = document.querySelector('#old');
    old?.remove();
    document.body.append(Object.assign(document.createElement('p'), { id: 'old' }));
  });
  await page.waitForSelector('#old', { state: 'attached' });
  return button;
}

async function keepObjects(page) {
  await page.evaluateHandle(() => ({ answer: { rows: [1, 2, 3] } }));
  await click(page);
}

/** Each replaces a component by a new one when it is clicked. @param {string} folder for bundles */
export async function framed(folder) {
  const chosen = frameworks.filter(({ name }) => ['React 19, production', 'React 19, development', 'Vue 3, production', 'Vue 3, development'].includes(name));
  const pages = [];
  for (const framework of chosen) {
    const out = path.join(folder, framework.name.replace(/\W+/g, '-'));
    mkdirSync(out, { recursive: true });
    await bundle(framework, out);
    const script = readFileSync(path.join(out, 'app.js'), 'utf8');
    const isLeaky = framework.name.endsWith('production');
    for (const part of [...(isLeaky ? Object.keys(framework.leaks) : []), HEALTHY]) {
      pages.push({ name: `${framework.name}: ${part}`, script, hash: `#${part}`, named: namedOf(framework, part), act: next, maps: out });
    }
  }
  return pages;
}

function namedOf({ leaks }, part) {
  if (part === HEALTHY) return undefined;
  const { [part]: component } = leaks;
  return component === null ? /Detached <section/ : new RegExp(component.replace(/[()]/g, '\\$&'));
}

const next = (page) =>
  page.evaluate(async () => {
    document.querySelector('#next').click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  });

/** @param {string} folder for bundles */
export const allPages = async (folder) => [...plain, ...used, ...(await framed(folder))];

/**
 * What is wrong with the assertion about a page; `undefined` if nothing is.
 * @param {import('playwright-core').BrowserContext} context
 * @param {Page} tested
 * @param {string} url
 */
export async function judge(context, { named, act, hash = '', maps }, url) {
  const page = await context.newPage();
  try {
    await page.goto(`${url}${hash}`);
    await assertNoLeak(page, () => act(page), { sourceMaps: maps ?? 'auto' });
    return named === undefined ? undefined : 'not found';
  } catch (error) {
    if (error.code !== 'ERR_LEAK') return `${error.stack}`;
    if (named === undefined) return `accused:\n${error.message}`;
    const [first] = error.leaks;
    return named.test(textOf(first)) ? undefined : `not named:\n${error.message}`;
  } finally {
    await page.close();
  }
}

function textOf({ className, path: way, holder, functions, component }) {
  return [className, way, holder?.className, holder?.path, component?.name, ...functions.map(({ name }) => name)].join(' | ');
}
