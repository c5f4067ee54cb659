// Prints the section of one version in CHANGELOG.md, for the release notes.
//
//   node scripts/release/changelog.mjs 0.1.0

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const [version] = process.argv.slice(2);
const sections = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m).slice(1);
const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
if (!section) {
  console.error(`CHANGELOG.md has no section "## ${version}"`);
  process.exit(1);
}
console.log(section.slice(section.indexOf('\n')).trim());
