// Step of the action: installs heapray beside the project, unless it is there.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fail, setOutput } from './runner.mjs';

const { COMMAND = '', VERSION = 'latest', RUNNER_TEMP } = process.env;

if (COMMAND !== '') {
  setOutput('command', path.resolve(COMMAND));
} else {
  const folder = path.join(RUNNER_TEMP, 'heapray');
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', folder, `heapray@${VERSION}`], { stdio: 'inherit', shell: false });
  if (status !== 0) fail(`heapray@${VERSION} could not be installed`);
  setOutput('command', path.join(folder, 'node_modules', 'heapray', 'bin', 'heapray.js'));
}
