// Pages of React and Vue whose parts leave something behind, in a real Chromium.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { installProject } from '../../../scripts/install-project.mjs';
import { report } from '../../../index.js';
import { root } from '../../../scripts/setup.mjs';
import { takeSnapshot } from '../browser.mjs';

const here = fileURLToPath(new URL('./', import.meta.url));
const project = path.join(root, '.cache', 'components');
const require = createRequire(path.join(project, 'package.json'));

/** Clicks before each snapshot. Each replaces a part by a new one. */
const CLICKS = [25, 20, 35];

/** The component that a report must name, by the part of the page that leaks; `null` where nothing leads to it. */
const REACT = {
  ResizeCard: 'ResizeCard',
  ScrollLogger: 'ScrollLogger',
  UptimeClock: 'UptimeClock',
  PriceTag: 'PriceTag',
  LegacyPanel: 'LegacyPanel',
  SalesChart: 'Sales(Chart)',
};
const VUE = { ResizeCard: 'ResizeCard', UptimeClock: 'UptimeClock', PriceTag: 'PriceTag', LegacyPanel: 'LegacyPanel', ScrollLogger: 'ScrollLogger' };
/** The part that leaks nothing. */
export const HEALTHY = 'Tidy';
/** Parts that the framework's own object is on the path to, and what the path calls that. */
const ON_PATH = { 'React PriceTag': 'FiberNode', 'React UptimeClock': 'FiberNode', 'React SalesChart': 'FiberNode', 'Vue LegacyPanel': 'ComponentInternalInstance' };

/**
 * @typedef {object} Framework
 * @property {string} name
 * @property {string} entry
 * @property {Record<string, string>} alias
 * @property {boolean} isDevelopment whether it is the framework's development build, and not minified
 * @property {Record<string, string | null>} leaks
 */

/** @type {Framework[]} */
export const frameworks = [...['17', '18', '19'].map(react), vue].flatMap((make) =>
  [true, false].map((isDevelopment) => {
    const framework = make(isDevelopment);
    return { ...framework, isDevelopment, name: `${framework.name}, ${isDevelopment ? 'development' : 'production'}` };
  }),
);

function react(version) {
  const mount = version === '17' ? 'mount-render.jsx' : 'mount-root.jsx';
  return (isDevelopment) => ({
    name: `React ${version}`,
    entry: 'react/main.jsx',
    alias: { react: `react-${version}`, 'react-dom': `react-dom-${version}`, mount: path.join(here, 'react', mount) },
    // From 18 on React cuts what leads from an element to its fiber when it removes the element.
    leaks: { ...REACT, ClosedNotes: version === '17' ? 'ClosedNotes' : null },
  });
}

function vue(isDevelopment) {
  return {
    name: 'Vue 3',
    entry: 'vue/main.js',
    alias: { vue: 'vue/dist/vue.runtime.esm-bundler.js' },
    // In production nothing leads from an element to its component.
    leaks: { ...VUE, ClosedNotes: isDevelopment ? 'ClosedNotes' : null },
  };
}

/**
 * Bundles the page into a folder, minified if it is the production build, with a source map.
 */
export async function bundle({ entry, alias, isDevelopment }, folder) {
  installProject(path.join(here, 'project'), project);
  const outfile = path.join(folder, 'app.js');
  await build({
    entryPoints: [path.join(here, entry)],
    outfile,
    bundle: true,
    format: 'iife',
    target: 'chrome120',
    jsx: 'automatic',
    sourcemap: true,
    minify: !isDevelopment,
    nodePaths: [path.join(project, 'node_modules')],
    alias,
    plugins: [components],
    define: {
      'process.env.NODE_ENV': isDevelopment ? '"development"' : '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    logLevel: 'warning',
  });
}

/** Vue's components in files. */
const components = {
  name: 'vue',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path: file }) => {
      const { compileScript, parse } = require('vue/compiler-sfc');
      const { readFile } = await import('node:fs/promises');
      const { descriptor } = parse(await readFile(file, 'utf8'), { filename: file });
      return { contents: compileScript(descriptor, { id: path.basename(file), inlineTemplate: true }).content };
    });
  },
};

/**
 * Opens the page at a part, clicks, and takes three snapshots.
 * @param {import('playwright-core').Browser} browser
 * @param {string} folder where the bundle is
 * @returns {Promise<string[]>} the files
 */
export async function snapshotsOf(browser, folder, part) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.route('http://page.test/**', (route) => answer(route, folder));
    await page.goto(`http://page.test/#${part}`);
    const session = await context.newCDPSession(page);
    const files = [];
    for (const clicks of CLICKS) {
      await page.evaluate(click, clicks);
      files.push(path.join(folder, `${part}.${files.length + 1}.heapsnapshot`));
      await takeSnapshot(session, files.at(-1));
    }
    return files;
  } finally {
    await context.close();
  }
}

/** Runs in the page. Effects run after a frame. */
async function click(times) {
  for (let i = 0; i < times; i += 1) {
    document.querySelector('#next').click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }
}

function answer(route, folder) {
  const isScript = new URL(route.request().url()).pathname === '/app.js';
  if (isScript) return route.fulfill({ contentType: 'text/javascript', path: path.join(folder, 'app.js') });
  return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title><div id="root"></div><script src="/app.js"></script>' });
}

/**
 * What is wrong with the report on a part's snapshots; `undefined` if nothing is.
 * @param {string[]} files
 * @param {{ framework: Framework, part: string, maps: string }} page `maps`: the folder with the source map
 */
export async function judge(files, { framework, part, maps }) {
  const { verdict, suspects } = await report(files, { sourceMaps: maps });
  if (part === HEALTHY) return suspects.length === 0 ? undefined : `accused: ${verdict}`;
  const { [part]: expected } = framework.leaks;
  const leaked = suspects.filter(({ count }) => count >= CLICKS[1] + CLICKS[2]);
  if (expected === null) return leaked.some(isElementAlone) ? undefined : `no element without a component: ${verdict}`;
  const suspect = leaked.find(({ component }) => component?.name === expected);
  if (suspect === undefined) return `not ${expected}: ${leaked.map(({ className, component }) => `${className} of ${component?.name}`)}`;
  const onPath = onPathOf(framework, part);
  if (onPath === 'FiberNode' && !verdict.startsWith(`FiberNode (${expected}) `)) return `the verdict has no component: ${verdict}`;
  return wrongOf(suspect, onPath);
}

const isElementAlone = ({ className, component }) => /^Detached <section/.test(className) && component === undefined;

const onPathOf = ({ name }, part) => ON_PATH[`${name.split(' ')[0]} ${part}`];

function wrongOf({ component, path: text }, onPath) {
  const file = path.basename(component.source.script);
  if (!['parts.jsx', 'parts.js', 'ResizeCard.vue'].includes(file)) return `declared in ${component.source.script}`;
  if (onPath !== undefined && !text.includes(` → ${onPath} (${component.name})`)) return `the path has no component: ${text}`;
  return undefined;
}
