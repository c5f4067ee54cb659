// npm run build:viewer: viewer/ → viewer/dist, the page that `heapray view` serves, reports embed, and any web server can offer.

import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './setup.mjs';

const viewer = path.join(root, 'viewer');
const dist = path.join(viewer, 'dist');

await main();

async function main() {
  mkdirSync(dist, { recursive: true });
  await build({
    entryPoints: { app: path.join(viewer, 'app/main.tsx') },
    outdir: dist,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: '{}',
    legalComments: 'none',
    logLevel: 'warning',
  });
  await build({ entryPoints: { app: path.join(viewer, 'styles/app.css') }, outdir: dist, bundle: true, minify: true, target: ['chrome123', 'firefox121', 'safari17.5'], logLevel: 'warning' });
  copyFileSync(path.join(viewer, 'index.html'), path.join(dist, 'index.html'));
}
