// Step of the action: saves the report, and annotates the pull request. Later steps say whether it fails.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fail, heapray, linesOf, setOutput } from './runner.mjs';

const require = createRequire(import.meta.url);
const { compareWithBaseline, fails } = require('../lib/baseline/compare.js');
const { readBaseline } = require('../lib/baseline/file.js');
const { failureOf } = require('../lib/format/baseline.js');
const { formatGithub } = require('../lib/format/github.js');

const { HEAPRAY, FILES, BASELINE = '', BASE_REPORT = '', FAIL_ON = '', FAIL_ON_NEW = 'true', REPORT } = process.env;

const options = [
  ...linesOf(FAIL_ON).flatMap((threshold) => ['--fail-on', threshold]),
  ...(BASELINE === '' ? [] : ['--baseline', BASELINE]),
  ...['--limit', '100', '--format', 'json', '--code', '--output', REPORT],
];
const { status, stderr } = heapray(HEAPRAY, ['report', ...linesOf(FILES), ...options]);
if (status > 1) fail(`heapray report failed with exit code ${status}: ${stderr.trim()}`);

const report = JSON.parse(readFileSync(REPORT, 'utf8'));
const exceeded = linesOf(stderr).flatMap((line) => /^heapray: threshold exceeded: (.*)$/.exec(line)?.[1] ?? []);
const known = BASE_REPORT !== '' && existsSync(BASE_REPORT) ? compareWithBaseline(report, readBaseline(BASE_REPORT)) : undefined;
const added = known !== undefined && FAIL_ON_NEW === 'true' ? known.leaks.filter(fails).map(failureOf) : [];
const ofBaseline = (report.baseline?.leaks ?? []).filter(fails).map(failureOf);
const failures = [...new Set([...exceeded.map((text) => `threshold exceeded: ${text}`), ...ofBaseline, ...added])];

// What the base branch has is no news to this pull request.
process.stdout.write(formatGithub({ ...report, baseline: report.baseline ?? known }, { exceeded }));
// Of the code only the line of a variable was needed: others read the comment.
for (const row of [...report.suspects, ...report.inconclusive]) delete row.code;
writeFileSync(REPORT, `${JSON.stringify(report)}\n`);
setOutput('report', path.resolve(REPORT));
setOutput('outcome', report.outcome);
setOutput('failures', failures.join('\n'));
setOutput('failed', String(status === 1 || failures.length > 0));
