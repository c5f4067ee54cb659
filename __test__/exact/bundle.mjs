// Bundles DevTools' TypeScript into one module that Node can import.
//
// npm's chrome-devtools-frontend holds sources only. Bundling them takes under a second; the result is
// cached in `.cache/devtools` and never committed. The single stub of the former is core/i18n/locales.js, a list of
// languages that Chromium's build generates and the package lacks; no number depends on it.

import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));
const packageFolder = path.join(project, 'node_modules/chrome-devtools-frontend');
const cacheFolder = path.join(project, '.cache/devtools');

const entry = `
  export * from './entrypoints/heap_snapshot_worker/HeapSnapshot.ts';
  export { HeapSnapshotLoader } from './entrypoints/heap_snapshot_worker/HeapSnapshotLoader.ts';
  export { HeapSnapshotModel } from './models/heap_snapshot/heap_snapshot.ts';
`;

const languages = `
  export const LOCALES = ['en-US'];
  export const BUNDLED_LOCALES = ['en-US'];
  export const DEFAULT_LOCALE = 'en-US';
  export const REMOTE_FETCH_PATTERN = '';
  export const LOCAL_FETCH_PATTERN = '';
`;

const generatedLanguages = {
  name: 'generated-languages',
  setup(build) {
    build.onResolve({ filter: /\/locales\.js$/ }, ({ path }) => ({ path, namespace: 'languages' }));
    build.onLoad({ filter: /.*/, namespace: 'languages' }, () => ({ contents: languages }));
  },
};

/** The models of the view of sampling profiles. Its widgets, which show them, are stubs. */
const profileEntry = `
  export { SamplingHeapProfileModel } from './panels/profiler/HeapProfileView.ts';
  export { BottomUpProfileDataGridTree } from './panels/profiler/BottomUpProfileDataGrid.ts';
`;

/** Whatever is asked of it, it has it: a function, a class to extend, a namespace. */
const widget = `
  const anything = new Proxy(function () {}, {
    get: (target, name) => (name === 'prototype' || typeof name === 'symbol' ? target[name] : anything),
    apply: () => anything,
    construct: () => ({}),
    getPrototypeOf: () => anything,
  });
  module.exports = anything;
`;

const stubbedWidgets = {
  name: 'stubbed-widgets',
  setup(build) {
    const isModel = /(core\/platform|models\/cpu_profile|panels\/profiler\/(HeapProfileView|BottomUpProfileDataGrid|ProfileDataGrid))/;
    build.onResolve({ filter: /^\./ }, ({ path: name, resolveDir, kind }) => {
      const isOfModels = kind === 'entry-point' || isModel.test(path.join(resolveDir, name));
      return isOfModels ? undefined : { path: name, namespace: 'widgets' };
    });
    build.onLoad({ filter: /.*/, namespace: 'widgets' }, () => ({ contents: widget, loader: 'js' }));
  },
};

/** DevTools' classes, and the version of the package they come from. */
export async function importDevTools() {
  // DevTools uses it since Chrome 119; Node has it from version 22.
  Promise.withResolvers ??= withResolvers;
  return importBundle('heap-snapshot', entry, generatedLanguages);
}

/** The same for sampling profiles. */
export const importProfileModels = () => importBundle('heap-profile', profileEntry, stubbedWidgets);

async function importBundle(name, contents, plugin) {
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  const file = path.join(cacheFolder, `${name}-${version}.mjs`);
  if (!existsSync(file)) await bundle(file, contents, plugin);
  return { version, ...(await import(pathToFileURL(file).href)) };
}

async function bundle(file, contents, plugin) {
  const { build } = await import('esbuild');
  mkdirSync(cacheFolder, { recursive: true });
  // Test files run side by side: whoever comes second replaces the file by an equal one, whole.
  const unfinished = `${file}.${process.pid}`;
  await build({
    stdin: { contents, resolveDir: path.join(packageFolder, 'front_end'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile: unfinished,
    logLevel: 'warning',
    plugins: [plugin],
  });
  renameSync(unfinished, file);
}

function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
