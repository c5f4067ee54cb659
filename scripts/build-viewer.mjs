// npm run build:viewer: builds viewer/dist, the page that `heapray view` serves, HTML reports embed, and any web server can host.

import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { EXAMPLE_NAMES, exampleSnapshots } from '../lib/view/example.js';
import { bundles } from './bundles.mjs';
import { root, threadedWasmFile, wasmFile } from './setup.mjs';

const viewer = path.join(root, 'viewer');
const dist = path.join(viewer, 'dist');
/** What a visit of the page loads, and one of the modules; the example comes only when it is asked for. */
const PAGE = ['index.html', 'app.js', 'app.css', 'worker.js'];

mkdirSync(path.join(dist, 'example'), { recursive: true });
await bundle();
const modules = copyModules();
await makeExample();
// Written last, because its date is taken for that of the build.
copyFileSync(path.join(viewer, 'index.html'), path.join(dist, 'index.html'));
report();

async function bundle() {
  await build(bundles.scripts);
  await build(bundles.maps);
  await build(bundles.styles);
}

/** For web servers only: `heapray view` creates its own example, so the package does not contain it. */
async function makeExample() {
  const fileOf = (name) => path.join(dist, 'example', name);
  if (EXAMPLE_NAMES.every((name) => existsSync(fileOf(name)))) return;
  for (const [name, bytes] of await exampleSnapshots({ level: 9 })) writeFileSync(fileOf(name), bytes);
}

/** The module with threads exists only if it could be built. */
function copyModules() {
  return [wasmFile, threadedWasmFile].flatMap((file) => {
    const name = path.basename(file);
    rmSync(path.join(dist, name), { force: true });
    if (!existsSync(file)) return [];
    copyFileSync(file, path.join(dist, name));
    return [name];
  });
}

function report() {
  const sizes = [...PAGE, ...modules].map((name) => [name, gzipSync(readFileSync(path.join(dist, name)), { level: 9 }).length]);
  const list = sizes.map(([name, size]) => `${name} ${kilobytes(size)}`).join(', ');
  console.log(`viewer/dist, gzipped: ${list}`);
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}
