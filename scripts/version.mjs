// Keeps one version in every manifest: main package, addon packages, crates, lock files.
//
//   node scripts/version.mjs          reports manifests with another version, and exits with 1 if there are any
//   node scripts/version.mjs 0.2.0    writes it everywhere, and generates the packages under npm/ anew

import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './setup.mjs';

const ADDON = '@heapray/addon-';

const read = (file) => readFileSync(path.join(root, file), 'utf8');
const readJson = (file) => JSON.parse(read(file));
const write = (file, text) => writeFileSync(path.join(root, file), text);
const writeJson = (file, value) => write(file, `${JSON.stringify(value, null, 2)}\n`);

/** Folders under npm/, one for each addon. */
export const addonFolders = () => readdirSync(path.join(root, 'npm')).sort();

/** The version of the workspace, which all crates inherit. */
const CARGO_VERSION = /(?<=\[workspace\.package\]\nversion = ")[^"]+/;
/** The version of another crate that a crate of the workspace requires. */
const CARGO_PATH_VERSION = /(?<=heapray-[a-z]+ = \{ path = "[^"]+", version = ")[^"]+/g;
const crateManifests = () => ['Cargo.toml', ...readdirSync(path.join(root, 'crates')).map((crate) => `crates/${crate}/Cargo.toml`)];

/** Every place with a version. */
function* versions() {
  const manifest = readJson('package.json');
  const lock = readJson('package-lock.json');
  yield ['package.json', manifest.version];
  yield ['package-lock.json', lock.version];
  yield ['package-lock.json, packages[""]', lock.packages[''].version];
  yield ['Cargo.toml', read('Cargo.toml').match(CARGO_VERSION)?.[0]];
  for (const file of crateManifests()) {
    for (const [version] of read(file).matchAll(CARGO_PATH_VERSION)) yield [`${file}, a crate of the workspace`, version];
  }
  for (const [, crate, version] of read('Cargo.lock').matchAll(/name = "(heapray[a-z-]*)"\nversion = "([^"]+)"/g)) {
    yield [`Cargo.lock, ${crate}`, version];
  }
  for (const folder of addonFolders()) {
    const name = ADDON + folder;
    yield [`npm/${folder}/package.json`, readJson(`npm/${folder}/package.json`).version];
    yield [`package.json, optionalDependencies["${name}"]`, manifest.optionalDependencies[name]];
    yield [`package-lock.json, packages[""].optionalDependencies["${name}"]`, lock.packages[''].optionalDependencies?.[name]];
    yield [`package-lock.json, packages["node_modules/${name}"]`, lock.packages[`node_modules/${name}`]?.version];
  }
}

/** A sentence for each place with another version. */
export function outOfStep() {
  const { version } = readJson('package.json');
  return [...versions()].filter(([, found]) => found !== version).map(([place, found]) => `${place}: ${found}, expected ${version}`);
}

function setVersion(version) {
  const text = read('package.json').replace(/(?<="version": ")[^"]+/, version);
  write('package.json', text.replace(/(?<="@heapray\/addon-[a-z0-9-]+": ")[^"]+/g, version));
  for (const file of crateManifests()) write(file, read(file).replace(CARGO_VERSION, version).replace(CARGO_PATH_VERSION, version));
  makeAddonPackages();
  writeLock(version);
  execFileSync('cargo', ['update', '--quiet', '--offline', '--workspace'], { cwd: root, stdio: 'inherit' });
}

function makeAddonPackages() {
  const napi = path.join(root, 'node_modules/@napi-rs/cli/dist/cli.js');
  execFileSync(process.execPath, [napi, 'create-npm-dirs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const folder of addonFolders()) {
    const file = `npm/${folder}/package.json`;
    const manifest = readJson(file);
    // npm silently leaves out an optional dependency if `engines` does not match; the main package's warns.
    delete manifest.engines;
    // Shared libraries cannot be loaded from inside an archive.
    writeJson(file, { ...manifest, description: `heapray's addon for ${folder}`, preferUnplugged: true });
    write(`npm/${folder}/README.md`, `The native addon of [heapray](https://github.com/heapray/heapray) for ${folder}. Install \`heapray\`, which brings it.\n`);
    copyFileSync(path.join(root, 'LICENSE'), path.join(root, 'npm', folder, 'LICENSE'));
  }
}

// npm can write these entries only after the packages are published.
function writeLock(version) {
  const lock = readJson('package-lock.json');
  lock.version = version;
  lock.packages[''].version = version;
  lock.packages[''].optionalDependencies = readJson('package.json').optionalDependencies;
  for (const folder of addonFolders()) {
    const { name, cpu, libc, license, os } = readJson(`npm/${folder}/package.json`);
    lock.packages[`node_modules/${name}`] = { version, cpu, ...(libc && { libc }), license, optional: true, os };
  }
  const { '': main, ...others } = lock.packages;
  const sorted = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  writeJson('package-lock.json', { ...lock, packages: { '': main, ...Object.fromEntries(sorted) } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [version] = process.argv.slice(2);
  if (version !== undefined && !/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(version)) {
    console.error(`not a version: ${version}`);
    process.exit(2);
  }
  if (version) setVersion(version);
  const sentences = outOfStep();
  for (const sentence of sentences) console.error(sentence);
  if (sentences.length > 0) process.exitCode = 1;
  else console.log(`version ${readJson('package.json').version} everywhere`);
}
