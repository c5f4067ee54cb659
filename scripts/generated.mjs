// Files that a script generates and the repository keeps.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** Writes the file, given relative to the repository; with `--check`, fails if it has another text, and names the `command` that writes it. */
export function writeOrCheck(file, text, command) {
  const target = path.join(root, file);
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text);
    console.log(`${file} is written`);
  } else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error(`${file} is out of date: run "${command}"`);
    process.exitCode = 1;
  } else {
    console.log(`${file} is up to date`);
  }
}
