// Services and pages as they are shipped: one file, minified.

import { build } from 'esbuild';

const SHARED = { bundle: true, minify: true, logLevel: 'warning', define: { 'process.env.NODE_ENV': '"production"' } };

/** Returns `output`. */
export async function bundleServer(source, output) {
  await build({ ...SHARED, entryPoints: [source], outfile: output, platform: 'node', target: 'node20' });
  return output;
}

/** The text of the page's script. */
export async function bundlePage(source, { jsxImportSource }) {
  const options = { format: 'iife', target: 'chrome120', jsx: 'automatic', jsxImportSource, write: false };
  const { outputFiles } = await build({ ...SHARED, ...options, entryPoints: [source] });
  return outputFiles[0].text;
}
