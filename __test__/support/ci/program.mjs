// A program in TypeScript that leaks, built with a source map, and the snapshots that it takes of itself.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

export const SOURCE = `
interface Request { id: number }
class Session {
  history: number[];
  constructor(readonly request: Request) { this.history = new Array(64).fill(request.id + 0.5); }
}
class Job {
  readonly payload = new Array(128).fill(0.5);
}
const sessions = new Map<number, Session>();
const jobs: Job[] = [];
export function serve(count: number, withJobs: boolean) {
  for (let i = 0; i < count; i += 1) {
    sessions.set(sessions.size, new Session({ id: i }));
    if (withJobs) jobs.push(new Job());
  }
}
`;

const RUN = `
const { writeHeapSnapshot } = require('node:v8');
const { serve } = require('./app.js');
const [count, withJobs, ...files] = process.argv.slice(2);
serve(50, withJobs === 'yes');
for (const file of files) {
  serve(Number(count), withJobs === 'yes');
  writeHeapSnapshot(file);
}
`;

/** Builds the program in `folder`: `src/app.ts` to `dist/app.js`. */
export function buildProgram(folder) {
  mkdirSync(path.join(folder, 'src'), { recursive: true });
  writeFileSync(path.join(folder, 'src', 'app.ts'), SOURCE);
  buildSync({ entryPoints: [path.join(folder, 'src', 'app.ts')], outfile: path.join(folder, 'dist', 'app.js'), sourcemap: true, format: 'cjs', platform: 'node', bundle: true, minify: true, keepNames: true });
  writeFileSync(path.join(folder, 'dist', 'run.js'), RUN);
}

/** Three snapshots of a run in which `count` sessions leak in each interval, and as many jobs. @returns {string[]} files in `folder` */
export function takeSnapshots(folder, name, { count, withJobs = false }) {
  const files = [1, 2, 3].map((at) => `${name}-${at}.heapsnapshot`);
  execFileSync(process.execPath, ['dist/run.js', String(count), withJobs ? 'yes' : 'no', ...files], { cwd: folder });
  return files;
}
