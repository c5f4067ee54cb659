// npm run notices: writes THIRD-PARTY-NOTICES.md, which every package contains. With --check, fails if it is out of date.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeOrCheck } from './generated.mjs';
import { root } from './setup.mjs';
import { bundledPackages, chosenLicence, crates, licenceText } from './third-party.mjs';

writeOrCheck('THIRD-PARTY-NOTICES.md', await generate(), 'npm run notices');

async function generate() {
  const [linked, bundled] = [crates(), await bundledPackages()];
  return [
    '# Third-party notices',
    "heapray's addon and its WebAssembly module contain the crates below and Rust's standard library (https://github.com/rust-lang/rust, MIT OR Apache-2.0); the multi-threaded module contains wasi-libc (https://github.com/WebAssembly/wasi-libc, MIT). The viewer's page contains the packages below. This file is made by `npm run notices`.",
    '## Crates',
    list(linked),
    '## Packages in the viewer',
    list(bundled),
    '## Licences',
    ...texts([...linked, ...bundled]),
    '',
  ].join('\n\n').trimEnd() + '\n';
}

function list(components) {
  return components.map((each) => `- ${each.name} ${each.version}, ${each.license}${each.repository && `, ${each.repository}`}`).join('\n');
}

/** Each text once, after the names of all that come under it. */
function texts(components) {
  const named = new Map();
  for (const component of components) {
    const text = licenceText(component) ?? textOfSibling(component, components) ?? mit(component);
    named.set(text, [...(named.get(text) ?? []), component.name]);
  }
  return Array.from(named, ([text, names]) => `### ${[...new Set(names)].join(', ')}\n\n${fenced(text)}`);
}

/** Crates of one repository come under one licence. */
function textOfSibling(component, components) {
  const siblings = components.filter(({ repository, license }) => repository === component.repository && license === component.license);
  return siblings.map(licenceText).find((text) => text !== undefined);
}

/** The licence of a component that names it but has no copy of it. */
function mit(component) {
  if (chosenLicence(component) !== 'MIT') throw new Error(`${component.name} has no text of its licence, ${component.license}`);
  const ours = readFileSync(path.join(root, 'LICENSE'), 'utf8').trim();
  return ours.replace(/^Copyright.*$/m, `Copyright (c) ${component.authors.map((author) => author.replace(/ <.*>/, '')).join(', ')}`);
}

function fenced(text) {
  return `\`\`\`text\n${text}\n\`\`\``;
}
