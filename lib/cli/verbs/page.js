'use strict';

/** `heapray page [URL]` */

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { firstLine } = require('../../pages/session.js');
const { InputError, UsageError } = require('../errors.js');
const { addFlags } = require('../flags.js');
const { makeFolder } = require('../output.js');
const { run } = require('../run.js');
const { metricsHelp } = require('../thresholds.js');
const { THRESHOLDS, addReportFlags, answer, checkFormat } = require('./report.js');

const OPTIONS = {
  scenario: { type: 'path', flag: '--scenario <file>', help: 'what to do, in a file of memlab or fuite; without one the links of the page are clicked, and back' },
  iterations: { type: 'whole', min: 1, max: 10_000, default: 7, flag: '--iterations <count>', help: 'times a round does it' },
  rounds: { type: 'whole', min: 1, max: 20, default: 3, flag: '--rounds <count>', help: 'rounds, each followed by a snapshot' },
  warmup: { type: 'whole', min: 0, max: 10_000, flag: '--warmup <count>', help: 'times to do it before the first snapshot; as in a round by default' },
  links: { type: 'whole', min: 1, max: 1000, default: 10, flag: '--links <count>', help: 'links to click without a scenario' },
  save: { type: 'path', flag: '--save <folder>', help: 'keep the snapshots in this folder' },
  browser: { type: 'path', flag: '--browser <file>', help: "executable of Chrome or Chromium; the library's, or an installed one, by default" },
  headed: { type: 'boolean', flag: '--headed', help: 'show the window of the browser' },
};

const EXAMPLES = `
The browser is started with the library that this project has: puppeteer, puppeteer-core, playwright or playwright-core.

Examples:
  heapray page http://localhost:3000
  heapray page http://localhost:3000 --scenario dialog.js --fail-on 'suspects>0'
  heapray page --scenario memlab-scenario.js --save snapshots
  heapray page http://localhost:3000 --links 3 --format html -o report.html
`;

function define(program, done) {
  const command = program
    .command('page')
    .summary('what leaks in a web page')
    .description('Opens a page in Chromium, does the same again and again, and reports what leaks: a scenario of memlab or fuite, or clicks on links to other views and back.')
    .argument('[url]', "address of the page; the scenario's by default");
  addFlags(command, OPTIONS);
  addReportFlags(command)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (url, options) => {
      checkFormat(options);
      done(await page(url, options));
    });
}

async function page(given, options) {
  const { NO_SCENARIO, loadScenario } = require('../../pages/scenario.js');
  const { scenario: file } = options;
  const scenario = file === undefined ? NO_SCENARIO : await asUsage(() => loadScenario(file), file);
  if (given === undefined && scenario.url === undefined) throw new UsageError('no page is given: heapray page URL, or --scenario FILE with a url');
  const url = addressOf(given ?? (await asUsage(scenario.url, file)));
  makeFolder(options.save);
  return run([], options, (api, _, job) => measure(api, job, url, scenario, options));
}

async function measure(api, job, url, scenario, options) {
  const { skippedWarnings } = require('../../pages/page-rounds.js');
  const { childSeries, closeMoment, visit } = require('../../pages/visit.js');
  const { iterations, rounds = OPTIONS.rounds.default, warmup, links = OPTIONS.links.default, save, browser, headed } = options;
  const settings = { folder: process.cwd(), iterations, rounds, warmup, links, save, browser, headed };
  const { moments, warnings } = await asUsage(() => visit(url, scenario, settings, job), url);
  try {
    const others = await otherHeaps(api, childSeries(moments), job, options);
    const shown = await reportShown(api, { name: url, snapshots: moments.map(({ page: snapshot }) => snapshot) }, others.leaking, job, options);
    const more = [...warnings, ...shown.warnings, ...skippedWarnings(moments.at(-1).skipped)];
    const json = { ...shown.json, ...(more.length === 0 ? {} : { warnings: [...(shown.json.warnings ?? []), ...more] }) };
    return { ...shown, json, format: (rest) => shown.format({ ...rest, titles: [shown.name] }), exceeded: [...shown.exceeded, ...others.exceeded] };
  } finally {
    moments.forEach(closeMoment);
  }
}

/** What leaks is added to a baseline once. */
const NO_BASELINE = { baseline: undefined, baselineTolerance: undefined, writeBaseline: undefined };

const mayLeak = ({ outcome }) => outcome === 'leaks' || outcome === 'mayLeak';

/** Workers and frames of other sites: those that leak, and the thresholds on leaks that they exceed. */
async function otherHeaps(api, series, job, options) {
  const failOn = options.failOn?.filter(({ metric }) => ['suspects', 'inconclusive', 'outcome'].includes(metric));
  const leaking = [];
  const exceeded = [];
  for (const { name, snapshots } of series) {
    const other = await answer(api, snapshots, job, { ...options, ...NO_BASELINE, failOn, format: 'json', maxBytes: undefined }, [name]);
    if (mayLeak(other.json)) leaking.push({ name, snapshots, verdict: other.json.verdict });
    exceeded.push(...other.exceeded.map((text) => `${name}: ${text}`));
  }
  return { leaking, exceeded };
}

/** The report on the page, or if that does not leak, on the first other heap that does. Warnings name the rest. */
async function reportShown(api, page, leaking, job, options) {
  const main = { name: page.name, ...(await answer(api, page.snapshots, job, options, [page.name])) };
  const told = ({ name, verdict }) => `${name}: ${verdict}`;
  const [first, ...rest] = leaking;
  if (mayLeak(main.json) || first === undefined) return { ...main, warnings: leaking.map(told) };
  const other = await answer(api, first.snapshots, job, { ...options, failOn: undefined }, [first.name]);
  const warnings = [`this report is on the ${first.name}; nothing was found to leak in the page itself`, ...rest.map(told)];
  const failures = [...(main.failures ?? []), ...(other.failures ?? [])];
  return { ...other, name: first.name, exceeded: main.exceeded, failures, warnings };
}

/**
 * What cannot be measured as asked is invalid usage; errors of the page or of the scenario name it.
 * @param {string} what the page or the file
 */
async function asUsage(work, what) {
  const { SetupError } = require('../../pages/errors.js');
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message);
    if (!(error instanceof Error) || error.exitCode !== undefined) throw error;
    throw new InputError(what, shortened(error));
  }
}

/** Playwright adds a log with colours to its messages. */
function shortened(error) {
  return Object.assign(new Error(firstLine(error)), { name: error.name, code: error.code });
}

/** `localhost:3000` and paths of files are addresses too. */
function addressOf(text) {
  if (/^(?:https?|file|data|about):/i.test(text)) return text;
  if (fs.existsSync(text)) return pathToFileURL(path.resolve(text)).href;
  return `http://${text}`;
}

module.exports = { define };
