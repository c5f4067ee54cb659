// How the viewer's page is bundled: for what builds it, and for what lists what is in it.

import path from 'node:path';
import { root } from './setup.mjs';

const viewer = path.join(root, 'viewer');
const common = { outdir: path.join(viewer, 'dist'), bundle: true, minify: true, target: ['chrome123', 'firefox121', 'safari17.5'], logLevel: 'warning' };

/** @type {Record<'scripts' | 'maps' | 'styles', import('esbuild').BuildOptions>} */
export const bundles = {
  scripts: {
    ...common,
    entryPoints: {
      app: path.join(viewer, 'app/main.tsx'),
      worker: path.join(viewer, 'engine/worker.mjs'),
    },
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // A default that the app never uses: it says itself where the worker is.
    logOverride: { 'empty-import-meta': 'silent' },
  },
  /** Loaded by the page when a source map is dropped. */
  maps: {
    ...common,
    entryPoints: { maps: path.join(viewer, 'maps/maps.mjs') },
    format: 'esm',
    alias: Object.fromEntries(['node:fs', 'node:path', 'node:url'].map((name) => [name, path.join(viewer, 'maps/node.mjs')])),
  },
  styles: { ...common, entryPoints: [path.join(viewer, 'styles/app.css')] },
};
