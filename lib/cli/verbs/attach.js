'use strict';

/** `heapray attach [TARGET]` */

const path = require('node:path');
const { FUNCTIONS } = require('../../api/options/functions.js');
const { timeStamp } = require('../../capture/file-names.js');
const { visible } = require('../../format/text.js');
const { EXIT, InputError, Interrupted, QUESTION_CODES, UsageError } = require('../errors.js');
const { addFlags, optionsOf } = require('../flags.js');
const { isAboutTheFile } = require('../input.js');
const { checkOutput, makeFolder } = require('../output.js');
const { present, untilInterrupted } = require('../run.js');
const { Pauses } = require('../series/pauses.js');
const { Shown } = require('../series/shown.js');
const { metricsHelp } = require('../thresholds.js');
const { THRESHOLDS, addReportFlags, answer, checkFormat } = require('./report.js');

const { select, allowRemote, force, redact } = FUNCTIONS.attach;
const TARGET = { select, allowRemote, force, redact };

const COUNT = 3;
/** With `--until-growth`, which may end before. */
const MAX_COUNT = 10;
const EVERY_MS = 60_000;

const SERIES = {
  count: { type: 'whole', min: 1, max: 100, flag: '--count <number>', help: `snapshots: by default ${COUNT}, or at most ${MAX_COUNT} with --until-growth` },
  every: { type: 'duration', flag: '--every <time>', help: 'time between snapshots, such as 30s or 5m (60s)' },
  onEnter: { type: 'boolean', flag: '--on-enter', help: 'take each snapshot when Enter is pressed' },
  run: { type: 'string', flag: '--run <command>', help: 'run COMMAND between snapshots, such as a load test' },
  untilGrowth: { type: 'boolean', flag: '--until-growth', help: 'end as soon as the report names a leak, from the third snapshot on' },
  save: { type: 'path', flag: '--save <dir>', help: 'keep the snapshots in DIR, compressed' },
};

const EXAMPLES = `
TARGET is the id of a process, a port, host:port, ws://… or http://…/json. Without one, lists what runs on this
machine. The inspector of a Node.js process is opened by a signal, and closed at the end. Ctrl-C ends the series, with
a report on the snapshots so far.

Examples:
  heapray attach
  heapray attach 4711
  heapray attach 4711 --count 4 --every 5m --save snapshots
  heapray attach 9229 --run 'npx autocannon -d 20 http://localhost:3000'
  heapray attach localhost:9222 --target 'My page' --on-enter
  heapray attach 4711 --target worker --until-growth --fail-on 'suspects>0'
`;

function define(program, done) {
  const command = program
    .command('attach')
    .summary('what leaks in a running program, with no change to it')
    .description('Takes snapshots of a running program, a worker or a page, and reports what leaks and what holds it.')
    .argument('[target]', 'process id, port or address; without it, lists what can be attached to');
  addFlags(command, SERIES);
  addReportFlags(addFlags(command, TARGET))
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (target, options) => done(await (target === undefined ? list(options) : attachTo(target, options))));
}

async function list(options) {
  if (options.format === 'html') throw new UsageError('--format html is for reports: name a TARGET');
  checkOutput(options.output, []);
  const { listTargets } = require('../../attach/list.js');
  const { formatTargets } = require('../../format/targets.js');
  const targets = await untilInterrupted(() => listTargets());
  return present({ json: targets, format: (how) => formatTargets(targets, how) }, options, []);
}

async function attachTo(target, options) {
  checkFormat(options);
  checkOutput(options.output, []);
  checkSeries(options);
  const api = require('../../../index.js');
  const snapshots = [];
  try {
    const { title, failure } = await series(api, target, options, snapshots);
    const names = snapshots.map(({ capture: { file } }, i) => (file === null ? `snapshot ${i + 1}` : path.basename(file)));
    const code = await present(await untilInterrupted((job) => answer(api, snapshots, job, options, names)), options, [title]);
    if (failure === undefined) return code;
    process.stderr.write(`heapray: the report is of the ${snapshots.length} snapshots before: ${visible(failure.message)}\n`);
    return code === EXIT.OK ? EXIT.UNREADABLE_INPUT : code;
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

function checkSeries({ every, onEnter, run }) {
  const given = Object.entries({ '--every': every, '--on-enter': onEnter, '--run': run }).filter(([, value]) => value !== undefined);
  if (given.length > 1) throw new UsageError(`${given.map(([flag]) => flag).join(' and ')} cannot be used together: each says when the next snapshot is taken`);
}

/**
 * Takes the snapshots. What ends the series early is `failure`, if the snapshots so far can be compared.
 * @returns {Promise<{ title: string, failure?: Error }>}
 */
async function series(api, target, options, snapshots) {
  const { takeSeries } = require('../../attach/series.js');
  const controller = new AbortController();
  const interrupt = (signal) => (controller.signal.aborted ? process.exit(new Interrupted(signal).exitCode) : controller.abort(new Interrupted(signal)));
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, interrupt);
  const shown = new Shown(options.count ?? (options.untilGrowth ? MAX_COUNT : COUNT), process);
  const { signal } = controller;
  let attachment;
  try {
    shown.note('attaching …');
    attachment = await api.attach(target, { ...optionsOf(TARGET, options), signal });
    makeFolder(options.save);
    shown.begin(attachment);
    const pauses = new Pauses({ ...options, everyMs: options.every ?? EVERY_MS }, shown, signal);
    const plan = {
      count: shown.count,
      pause: (number) => pauses.before(number),
      fileOf: (number) => options.save && path.join(options.save, fileName(attachment.target, number)),
      onSnapshot: async (all) => {
        const report = all.length > 1 ? await api.report(all, { sourceMaps: 'off', signal }) : null;
        shown.snapshot(all, report);
        return options.untilGrowth === true && report?.outcome === 'leaks';
      },
    };
    await takeSeries(attachment, plan, snapshots, { signal, onProgress: (state) => shown.progress(state) });
    return { title: titleOf(attachment.target) };
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    if (snapshots.length < 2 || reason instanceof UsageError || !(reason instanceof Interrupted || isAboutTheFile(reason))) throw asOutcome(reason, target);
    return { title: titleOf(attachment.target), failure: reason instanceof Interrupted ? undefined : reason };
  } finally {
    shown.end();
    await attachment?.close();
    for (const each of signals) process.off(each, interrupt);
  }
}

/** Errors about the target are like those about a file that cannot be read. */
function asOutcome(error, target) {
  if (error.code === 'ERR_REMOTE_ADDRESS') return new UsageError(error.message);
  const isOurs = error instanceof UsageError || error instanceof Interrupted || QUESTION_CODES.has(error.code);
  return isOurs || !isAboutTheFile(error) ? error : new InputError(target, error);
}

const titleOf = ({ title, url }) => title || url;

/** Names sort by time. Process watchers remove old files of their own names only. */
function fileName({ kind, pid }, number) {
  return `attach-${pid ?? kind}-${timeStamp()}-${number}.heapsnapshot.gz`;
}

module.exports = { define };
