// Installs the packed packages like a user, and tries everything in them.
//
// npm and Yarn's plug'n'play install them into empty projects. PATH has Node.js and the system, but no Rust.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, newPage, skipWithoutBrowser, startView } from '../../__test__/support/browser.mjs';
import { tinySnapshot } from '../../__test__/support/snapshots.mjs';
import { platformName } from '../../lib/addon/platform.js';
import { root } from '../setup.mjs';
import { manifest } from './pack.mjs';
import { tool } from './tools.mjs';

const system = process.platform === 'win32' ? process.env.SystemRoot : '/usr/bin:/bin';
const PATH = [path.dirname(process.execPath), system].join(path.delimiter);

/** The checks with their titles, in order. The first installs the packages. */
export function* useInstalled({ main, addons, scratch }) {
  const npm = project(scratch, 'npm');
  yield ['npm install, without Rust', () => {
    npm.write('package.json', JSON.stringify({ name: 'app', private: true }));
    npm.write('app.heapsnapshot', tinySnapshot());
    npm.run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', main.file, ...addons.filter(isOfThisPlatform).map(({ file }) => file));
    assert.throws(() => npm.run('cargo', '--version'), /ENOENT/);
  }];
  yield* uses(npm, (...args) => npm.run(process.execPath, ...args));
  yield ['the command line', () => {
    assert.equal(npm.heapray('--version').trim(), manifest().version);
    assert.match(npm.heapray('report', 'app.heapsnapshot'), /Largest objects/);
    const { nodes } = JSON.parse(npm.heapray('filter', 'app.heapsnapshot', '--class', 'Session', '--format', 'json'));
    assert.equal(nodes[0].retainedSize, 1000);
  }];
  yield ['the viewer and the report as a page', () => viewer(npm)];
  yield ['types, in a project of either kind', () => types(npm)];
  if (manifest().exports['./jest']) yield ['the Jest matcher', () => jest(npm)];

  const yarn = project(scratch, 'yarn');
  const yarnRun = (...args) => yarn.run(process.execPath, path.join(path.dirname(tool('yarn')), '..', '@yarnpkg/cli-dist/bin/yarn.js'), ...args);
  yield ["yarn install, plug'n'play", () => {
    const file = (tarball) => `file:${tarball.file}`;
    const resolutions = Object.fromEntries(addons.filter(isOfThisPlatform).map((addon) => [addon.name, file(addon)]));
    const others = Object.keys(manifest().optionalDependencies).filter((name) => !(name in resolutions));
    // The addons of other platforms are not published yet: an empty package replaces them, which Yarn leaves out here.
    yarn.write('empty/package.json', JSON.stringify({ name: 'empty', version: '0.0.0' }));
    for (const name of others) resolutions[name] = 'file:./empty';
    yarn.write('package.json', JSON.stringify({ name: 'app', private: true, dependencies: { heapray: file(main) }, resolutions }));
    yarn.write('.yarnrc.yml', 'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableGlobalCache: false\nenableTelemetry: false\nenableImmutableInstalls: false\n');
    yarn.write('yarn.lock', '');
    yarn.write('app.heapsnapshot', tinySnapshot());
    yarnRun('install');
  }];
  yield* uses(yarn, (...args) => yarnRun('node', ...args));
}

function* uses({ name, write }, node) {
  yield [`${name}: require`, () => {
    assert.match(node('-e', "require('heapray').parse('app.heapsnapshot').then((s) => console.log('nodes: ' + s.nodeCount))"), /^nodes: 6$/m);
  }];
  yield [`${name}: import`, () => {
    write('app.mjs', "import { filter, parse, version } from 'heapray';\nconst { nodes } = await filter(await parse('app.heapsnapshot'), { class: 'Session' });\nconsole.log(version, nodes[0].retainedSize);\n");
    assert.ok(node('app.mjs').includes(`${manifest().version} 1000`));
  }];
}

function types({ write, run }) {
  write('app.ts', "import { parse, type Snapshot } from 'heapray';\nexport const open = (file: string): Promise<Snapshot> => parse(file);\nexport { assertNoLeak } from 'heapray/testing';\nexport { toLeak } from 'heapray/vitest';\n");
  const options = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', lib: ['es2024', 'esnext.disposable'], typeRoots: [path.join(root, 'node_modules/@types')], types: ['node'] };
  for (const [module, moduleResolution] of [['node16', 'node16'], ['esnext', 'bundler'], ['commonjs', 'node10']]) {
    const compilerOptions = { ...options, module, moduleResolution };
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    run(process.execPath, path.join(path.dirname(tool('tsc')), '..', 'typescript/bin/tsc'), '-p', 'tsconfig.json');
  }
}

/** The page that the installed package serves and the one it writes, in a browser if there is one. */
async function viewer({ folder, heapray }) {
  const inside = (name) => path.join(folder, name);
  heapray('report', 'app.heapsnapshot', '--format', 'html', '--output', 'report.html');
  const view = await startView([inside('app.heapsnapshot')], [], inside('node_modules/heapray/bin/heapray.js'));
  try {
    if (skipWithoutBrowser) return skipWithoutBrowser;
    const browser = await launch();
    try {
      for (const url of [view.url, pathToFileURL(inside('report.html')).href]) {
        const { page, problems } = await newPage(browser);
        await page.goto(url);
        await page.getByText('Session').first().waitFor();
        assert.deepEqual(problems, []);
      }
    } finally {
      await browser.close();
    }
    return 'in Chromium';
  } finally {
    await view.stop();
  }
}

/** A leak that Jest has to find with the installed package. */
function jest({ write, run }) {
  write('jest.config.js', "module.exports = { testTimeout: 240_000 };\n");
  write('leak.test.js', `require('heapray/jest');
class Session {}
const kept = [];
test('a leak is found', () => expect(expect(() => { kept.push(new Session()); }).not.toLeak()).rejects.toThrow(/Session/));
test('no leak is none', () => expect(() => { new Session(); }).not.toLeak());
`);
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--no-save', 'jest@30');
  run(process.execPath, 'node_modules/jest/bin/jest.js');
}

const isOfThisPlatform = ({ name }) => name.endsWith(`-${platformName()}`);

function project(scratch, name) {
  const folder = path.join(scratch, name);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, PATH };
  delete env.HEAPRAY_ADDON;
  const run = (command, ...args) => {
    try {
      return execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      throw new Error(`${error.message}\n${error.stdout ?? ''}`);
    }
  };
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const heapray = (...args) => run(process.execPath, path.join('node_modules', '.bin', 'heapray'), ...args);
  return { name, folder, run, write, heapray };
}
