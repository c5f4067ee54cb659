// Finding the addon of the platform, or an error that says what is missing and what to do.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { constants, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { temporaryFolder } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const { platformName, platforms, describePlatform, isMuslByReport } = require('../lib/addon/platform.js');
const manifest = require('../package.json');

const here = platformName();
const elsewhere = platforms.find((name) => !name.startsWith(process.platform));
const builtAddon = path.join(root, `heapray.${here}.node`);
const folder = temporaryFolder();
const snapshotFile = path.join(folder, 'tiny.heapsnapshot');

before(() => writeFileSync(snapshotFile, tinySnapshot()));

/** A project with heapray as installed by npm: the published files, and addon packages. */
function installedProject({ addons = [here] } = {}) {
  const project = mkdtempSync(path.join(folder, 'project-'));
  const installed = path.join(project, 'node_modules', 'heapray');
  mkdirSync(installed, { recursive: true });
  for (const file of ['package.json', 'index.js', 'lib', 'bin']) cpSync(path.join(root, file), path.join(installed, file), { recursive: true });
  for (const name of dependenciesOf(manifest)) cpSync(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name), { recursive: true });
  for (const name of addons) installAddon(project, name);
  return project;
}

/** All packages that a package needs, as npm installs them. */
function dependenciesOf({ dependencies = {} }) {
  return Object.keys(dependencies).flatMap((name) => [name, ...dependenciesOf(require(path.join(root, 'node_modules', name, 'package.json')))]);
}

function installAddon(project, name) {
  const folder = path.join(project, 'node_modules', '@heapray', `addon-${name}`);
  cpSync(path.join(root, 'npm', name), folder, { recursive: true });
  copyFileSync(builtAddon, path.join(folder, `heapray.${name}.node`), constants.COPYFILE_FICLONE);
}

/** Runs a script in the project. Returns its output, including errors. */
function run(project, script, { flags = [], env = {} } = {}) {
  const options = { cwd: project, encoding: 'utf8', env: { ...process.env, ...env } };
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', script], options);
  return `${stdout}${stderr}`;
}

const countNodes = () => `require('heapray').parse(${JSON.stringify(snapshotFile)}).then((s) => console.log('nodes: ' + s.nodeCount))`;
const LOAD = "require('heapray')";
/** Pretends to be another platform, before anything is loaded. */
const onPlatform = (platform, arch, script) =>
  `for (const [name, value] of Object.entries({ platform: '${platform}', arch: '${arch}' })) Object.defineProperty(process, name, { value }); ${script}`;

test('an installed package uses the addon of its platform', () => {
  assert.match(run(installedProject(), countNodes()), /^nodes: \d+$/m);
  assert.match(run(installedProject({ addons: [here, elsewhere] }), countNodes()), /^nodes: \d+$/m);
});

test('there is a package for every platform the loader knows, and each names its own file', () => {
  assert.deepEqual(readdirSync(path.join(root, 'npm')).sort(), platforms);
  assert.deepEqual(Object.keys(manifest.optionalDependencies).sort(), platforms.map((name) => `@heapray/addon-${name}`));
  const loader = readFileSync(path.join(root, 'lib/addon/load.js'), 'utf8');
  for (const name of platforms) {
    const addon = require(`../npm/${name}/package.json`);
    assert.equal(addon.name, `@heapray/addon-${name}`);
    assert.equal(addon.main, `heapray.${name}.node`);
    assert.ok(loader.includes(`case '${name}': return require('${addon.name}')`), `lib/addon/load.js requires ${addon.name}`);
  }
});

test('no package has a script that runs on installation', () => {
  for (const folder of ['.', ...platforms.map((name) => `npm/${name}`)]) {
    const { scripts = {} } = require(path.join(root, folder, 'package.json'));
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(scripts[hook], undefined, `${folder}: ${hook}`);
  }
});

test('a missing addon is named, with the platform and what to do', async (t) => {
  const expectMissing = (text, advice) => {
    assert.match(text, /ERR_ADDON_NOT_FOUND/);
    assert.ok(text.includes(`heapray has no addon for ${describePlatform()} here: looked for the package @heapray/addon-${here}`), text);
    assert.match(text, advice);
  };
  await t.test('installed without optional dependencies', () => {
    expectMissing(run(installedProject({ addons: [] }), LOAD), /optional dependency.*--omit=optional/);
  });
  await t.test('installed for another platform', () => {
    expectMissing(run(installedProject({ addons: [elsewhere] }), LOAD), new RegExp(`There is one for ${elsewhere}.*Install again`));
  });
  await t.test('a clone that was never built', () => {
    const project = installedProject({ addons: [] });
    copyFileSync(path.join(root, 'Cargo.toml'), path.join(project, 'node_modules/heapray/Cargo.toml'));
    expectMissing(run(project, LOAD), /This is a clone: run "npm run build"/);
  });
  await t.test('a platform there is none for', () => {
    const text = run(installedProject(), onPlatform('freebsd', 'x64', LOAD));
    assert.match(text, /heapray has no addon for freebsd x64, Node v.*There are addons for darwin-arm64, .*win32-x64-msvc/);
  });
  await t.test('the error is a HeaprayError', () => {
    const script = "try { require('heapray') } catch (e) { console.log(e.name, e.code, e instanceof Error) }";
    assert.match(run(installedProject({ addons: [] }), script), /^HeaprayError ERR_ADDON_NOT_FOUND true$/m);
  });
});

test("an error names Node's permission model if it forbids addons", () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const flags = [permission, '--allow-fs-read=*'];
  const refused = run(installedProject(), LOAD, { flags });
  assert.match(refused, /permission model does not allow addons here: start node with --allow-addons/);
  assert.match(refused, /ERR_DLOPEN_DISABLED/);
  assert.match(run(installedProject(), countNodes(), { flags: [...flags, '--allow-addons'] }), /^nodes: \d+$/m);
});

test('--no-addons is named', () => {
  assert.match(run(installedProject(), LOAD, { flags: ['--no-addons'] }), /node was started with --no-addons/);
});

test('an addon that cannot be loaded and a missing one have different errors', () => {
  const project = installedProject();
  writeFileSync(path.join(project, 'node_modules/@heapray', `addon-${here}`, `heapray.${here}.node`), 'no addon');
  const text = run(project, LOAD);
  assert.match(text, /ERR_DLOPEN_FAILED/);
  assert.match(text, /was found but could not be loaded: .*heapray\./);
});

test('an addon of another version is refused', () => {
  const project = installedProject();
  const file = path.join(project, 'node_modules/heapray/package.json');
  writeFileSync(file, JSON.stringify({ ...manifest, version: '99.0.0' }));
  assert.match(run(project, LOAD), new RegExp(`heapray is version 99\\.0\\.0, but its addon for ${here} is of another \\(${manifest.version}\\)`));
});

test('HEAPRAY_ADDON names the addon to load', () => {
  const project = installedProject({ addons: [] });
  assert.match(run(project, countNodes(), { env: { HEAPRAY_ADDON: builtAddon } }), /^nodes: \d+$/m);
  const missing = run(project, LOAD, { env: { HEAPRAY_ADDON: path.join(project, 'none.node') } });
  assert.match(missing, /could not be loaded: Cannot find module '.*none\.node'/);
});

test('a bundle can contain the addon, or leave heapray external', async (t) => {
  const bundle = async (project, options) => {
    const outfile = path.join(project, 'dist', 'app.cjs');
    const stdin = { contents: countNodes(), resolveDir: project };
    await build({ stdin, outfile, bundle: true, platform: 'node', logLevel: 'silent', ...options });
    return (cwd) => run(cwd, `require(${JSON.stringify(outfile)})`);
  };
  await t.test('with a loader that copies .node files', async () => {
    const project = installedProject();
    const start = await bundle(project, { loader: { '.node': 'copy' } });
    rmSync(path.join(project, 'node_modules'), { recursive: true });
    assert.match(start(project), /^nodes: \d+$/m);
  });
  await t.test('with heapray external', async () => {
    const project = installedProject();
    assert.match((await bundle(project, { external: ['heapray'] }))(project), /^nodes: \d+$/m);
  });
  await t.test('without either, the error says so', async () => {
    const project = installedProject({ addons: [] });
    const start = await bundle(project, {});
    assert.match(start(project), /heapray was bundled into another file: keep it out of the bundle/);
  });
});

test('musl is also recognised by the report of the process', () => {
  assert.equal(isMuslByReport(undefined), false);
  assert.equal(isMuslByReport({ header: { glibcVersionRuntime: '2.36' }, sharedObjects: ['/lib/ld-musl-x86_64.so.1'] }), false);
  assert.equal(isMuslByReport({ header: {}, sharedObjects: ['/usr/bin/node', '/lib/ld-musl-aarch64.so.1'] }), true);
  assert.equal(isMuslByReport(process.report.getReport()), here.endsWith('musl'));
});

test('all manifests name one version', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/version.mjs')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, `version ${manifest.version} everywhere\n`);
});
