// npm run test:bundles: a TypeScript service that leaks, built by each bundler and minified. With source maps the report must
// say what it says of the source; without, it must be the report on the bundle as it is.
//
// The bundlers are installed into .cache/bundlers: they are too large for the tests.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { report } from '../index.js';
import { LEAKS, SOURCES, fingerprintsIn, leaksIn, snapshotsOf, writeProject } from '../__test__/support/bundles/project.mjs';
import { root } from './setup.mjs';

const PACKAGES = ['webpack@5.113.0', 'rollup@4.68.8', '@rollup/plugin-terser@1.0.2', '@swc/core@1.16.22'];

const cache = path.join(root, '.cache', 'bundlers');
const require = createRequire(path.join(cache, 'package.json'));

function install() {
  const wanted = JSON.stringify({ private: true, packages: PACKAGES });
  const file = path.join(cache, 'package.json');
  if (existsSync(file) && JSON.stringify({ private: true, packages: JSON.parse(readFileSync(file, 'utf8')).packages }) === wanted) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, '{"private":true}');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...PACKAGES], { cwd: cache, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error('the bundlers could not be installed');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), packages: PACKAGES }));
}

const SWC = { sourceMaps: true, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } };

/** Each builds the project in `folder` into `out`, and returns the program. */
const BUILDS = {
  esbuild(folder, out) {
    const outfile = path.join(out, 'main.js');
    esbuild.buildSync({ entryPoints: [path.join(folder, 'src/main.ts')], bundle: true, platform: 'node', sourcemap: true, minify: true, outfile, logLevel: 'error' });
    return outfile;
  },
  webpack: (folder, out) => webpack(folder, out, { concatenateModules: true }),
  'webpack, a function for each module': (folder, out) => webpack(folder, out, { concatenateModules: false }),
  'webpack, as Next.js names its sources': (folder, out) => webpack(folder, out, { concatenateModules: false }, { devtoolNamespace: '_N_E', devtoolModuleFilenameTemplate: 'webpack://[namespace]/./[resource-path]?[hash]' }),
  async 'rollup and terser'(folder, out) {
    const { rollup } = await import(pathToFileURL(require.resolve('rollup')));
    const terser = require('@rollup/plugin-terser');
    const bundle = await rollup({ input: path.join(folder, 'src/main.ts'), external: ['node:v8', 'tiny-bus'], onwarn() {}, plugins: [swcPlugin()] });
    const file = path.join(out, 'main.mjs');
    await bundle.write({ file, format: 'es', sourcemap: true, plugins: [terser()] });
    return file;
  },
  swc(folder, out) {
    const swc = require('@swc/core');
    for (const file of SOURCES) {
      const js = path.join(out, path.relative('src', file).replace(/\.ts$/, '.js'));
      const { code, map } = swc.transformFileSync(path.join(folder, file), { ...SWC, minify: true, module: { type: 'commonjs' }, jsc: { ...SWC.jsc, minify: { compress: true, mangle: { toplevel: true } } } });
      mkdirSync(path.dirname(js), { recursive: true });
      writeFileSync(js, `${code}\n//# sourceMappingURL=${path.basename(js)}.map`);
      writeFileSync(`${js}.map`, map);
    }
    return path.join(out, 'main.js');
  },
};

function webpack(folder, out, optimization, output = {}) {
  const loader = path.join(folder, 'loader.cjs');
  writeFileSync(
    loader,
    `module.exports = function (source) {
  const done = this.async();
  require(${JSON.stringify(require.resolve('@swc/core'))}).transform(source, { filename: this.resourcePath, ...${JSON.stringify(SWC)} }).then(({ code, map }) => done(null, code, map), done);
};\n`,
  );
  const options = {
    mode: 'production',
    target: 'node',
    devtool: 'source-map',
    context: folder,
    entry: './src/main.ts',
    resolve: { extensions: ['.ts', '.js'], mainFields: ['main'] },
    module: { rules: [{ test: /\.ts$/, loader }] },
    output: { path: out, filename: 'main.js', ...output },
    optimization: { minimize: true, ...optimization },
  };
  return new Promise((resolve, reject) => {
    require('webpack')(options, (error, stats) => {
      if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString()));
      else resolve(path.join(out, 'main.js'));
    });
  });
}

function swcPlugin() {
  const swc = require('@swc/core');
  return {
    name: 'swc',
    resolveId: (id, from) => (from && id.startsWith('.') ? path.resolve(path.dirname(from), `${id}.ts`) : null),
    transform(code, id) {
      if (!id.endsWith('.ts')) return null;
      const { code: compiled, map } = swc.transformSync(code, { filename: id, ...SWC });
      return { code: compiled, map: JSON.parse(map) };
    },
  };
}

/** A class without a name in the bundle has no place in the heap: its fields are told by the variable. */
const INLINED = {
  Session: { ...LEAKS.Session, owner: 'module src/main.ts' },
};

/** Whether the report says what it should, by the leaks that it names. */
function check(found) {
  for (const [name, leak] of Object.entries(LEAKS)) {
    const { [name]: row } = found;
    if (row === undefined) return `${name} is missing: ${Object.keys(found)}`;
    const { [name]: inlined = leak } = INLINED;
    try {
      assert.deepEqual(row, row.owner === inlined.owner ? inlined : leak);
    } catch ({ message }) {
      return message;
    }
  }
  return undefined;
}

install();
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-bundles-')));
try {
  writeProject(folder);
  let expected;
  for (const [name, build] of Object.entries(BUILDS)) {
    const out = path.join(folder, name.replace(/\W+/g, '-'));
    mkdirSync(out, { recursive: true });
    const snapshots = snapshotsOf(await build(folder, out));
    const [mapped, plain] = [await report(snapshots), await report(snapshots, { sourceMaps: 'off' })];
    const wrong = check(leaksIn(mapped, folder));
    const fingerprints = fingerprintsIn(mapped);
    expected ??= fingerprints;
    const isSame = Object.keys(LEAKS).every((each) => fingerprints[each] === expected[each]);
    const isPlain = plain.suspects.every(({ source }) => source === null || !source.script.endsWith('.ts'));
    console.log(`${wrong === undefined && isSame && isPlain ? 'ok' : 'WRONG'}  ${name}${wrong === undefined ? '' : `: ${wrong}`}${isSame ? '' : ': other fingerprints'}${isPlain ? '' : ': mapped with off'}`);
    if (wrong !== undefined || !isSame || !isPlain) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
