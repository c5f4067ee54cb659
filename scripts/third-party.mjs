// What others wrote of that which is released: crates linked into the addon and the WebAssembly module, packages bundled with
// the viewer's page, packages installed with heapray.

import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { bundles } from './bundles.mjs';
import { root } from './setup.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense)/i;

/**
 * @typedef {{ name: string, version: string, license: string, repository: string, authors: string[], folder: string, purl: string }} Component
 */

/** Crates whose code is in what is released: neither build scripts nor macros. @returns {Component[]} */
export function crates() {
  const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--format-version', '1', '--locked', '--all-features'], { cwd: root, maxBuffer: 64 << 20 }));
  const packages = new Map(metadata.packages.map((each) => [each.id, each]));
  const needs = new Map(metadata.resolve.nodes.map(({ id, deps }) => [id, deps.filter(({ dep_kinds: kinds }) => kinds.some(({ kind }) => kind === null)).map(({ pkg }) => pkg)]));
  const seen = new Set();
  const waiting = metadata.workspace_members.slice();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id) || packages.get(id).targets.some(({ kind }) => kind.includes('proc-macro'))) continue;
    seen.add(id);
    waiting.push(...needs.get(id));
  }
  return Array.from(seen, (id) => packages.get(id))
    .filter(({ source }) => source !== null)
    .map(({ name, version, license, repository, authors, manifest_path: manifest }) => {
      return { name, version, license: license.replaceAll('/', ' OR '), repository: repository ?? '', authors, folder: path.dirname(manifest), purl: `pkg:cargo/${name}@${version}` };
    })
    .sort(byName);
}

/** Packages in the page of the viewer. @returns {Promise<Component[]>} */
export async function bundledPackages() {
  const built = await Promise.all([bundles.scripts, bundles.maps].map((options) => build({ ...options, write: false, metafile: true, logLevel: 'silent' })));
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const names = inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].map(packageOf).sort(byName);
}

/** Packages that npm installs with heapray, beside its own. @returns {Component[]} */
export function installedPackages() {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return Object.keys(dependencies).map(packageOf).sort(byName);
}

function packageOf(name) {
  const folder = path.join(root, 'node_modules', name);
  const { version, license, repository, author } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  return { name, version, license, repository: url, authors: [author?.name ?? author].filter(Boolean), folder, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` };
}

function byName(a, b) {
  return a.name < b.name || (a.name === b.name && a.version < b.version) ? -1 : 1;
}

/** The licence that a component is used under: of several to choose from MIT, where it is one of them. */
export function chosenLicence({ license }) {
  const choices = license.split(' OR ');
  return choices.includes('MIT') ? 'MIT' : choices[0];
}

/** The text of that licence, or none where the component has it not among its files. */
export function licenceText(component) {
  const files = readdirSync(component.folder).filter((file) => LICENCE_FILE.test(file)).sort();
  const chosen = chosenLicence(component);
  const named = files.find((file) => file.toUpperCase().includes(chosen.toUpperCase()));
  const file = named ?? files.find((each) => /^(licen[cs]e)(\.\w+)?$/i.test(each));
  return file === undefined ? undefined : readFileSync(path.join(component.folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}
