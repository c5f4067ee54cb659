// Step of the action: says in one comment on the pull request, and in the summary of the job, what changed.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { linesOf } from './runner.mjs';

const require = createRequire(import.meta.url);
const { compareWithBaseline } = require('../lib/baseline/compare.js');
const { readBaseline } = require('../lib/baseline/file.js');
const { formatChanges } = require('../lib/format/changes.js');

const { REPORT, BASE_REPORT = '', FAILURES, COMMENT, KEY, TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_STEP_SUMMARY } = process.env;
const PER_PAGE = 100;

const report = JSON.parse(readFileSync(REPORT, 'utf8'));
const base = BASE_REPORT !== '' && existsSync(BASE_REPORT) ? { report: JSON.parse(readFileSync(BASE_REPORT, 'utf8')), comparison: compareWithBaseline(report, readBaseline(BASE_REPORT)) } : undefined;
const marker = `<!-- heapray:${KEY.replace(/[^\w.-]/g, '-')} -->`;
const text = formatChanges(report, { base, failures: linesOf(FAILURES) });
if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, text);

const number = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8')).pull_request?.number;
if (COMMENT === 'true' && number !== undefined) await comment(number, `${marker}\n${text}`);

/** Changes its own comment, if there is one. */
async function comment(issue, body) {
  try {
    const own = await ownComment(issue);
    if (own === undefined) await ask('POST', `issues/${issue}/comments`, { body });
    else await ask('PATCH', `issues/comments/${own.id}`, { body });
  } catch (error) {
    // Pull requests from forks have a token that may only read.
    console.log(`::warning title=heapray::The comment could not be written: ${error.message}. The summary of the job has the report.`);
  }
}

async function ownComment(issue) {
  for (let page = 1; ; page += 1) {
    const comments = await ask('GET', `issues/${issue}/comments?per_page=${PER_PAGE}&page=${page}`);
    const own = comments.find(({ body }) => body?.startsWith(marker));
    if (own !== undefined || comments.length < PER_PAGE) return own;
  }
}

async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/vnd.github+json', 'content-type': 'application/json' };
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${method}`);
  return response.json();
}
