'use strict';

/**
 * The steps of every command: check arguments, open snapshots, ask, close, write. The question and the format of its
 * answer are in `verbs/`.
 */

const { visible } = require('../format/text.js');
const { EXIT, Interrupted } = require('./errors.js');
const { checkFiles, openSnapshot, titleOf } = require('./input.js');
const { checkOutput, jsonText, writeFile, writeStdout } = require('./output.js');
const { createProgressLine, wantsColor, widthOf, WIDTH_WITHOUT_TERMINAL } = require('./terminal.js');

/**
 * @typedef {object} Answer
 * @property {object} json the answer for `--format json`
 * @property {(options: object) => string} format text or Markdown of it
 * @property {string[]} [exceeded] thresholds that were exceeded
 * @property {string[]} [failures] other reasons for exit code 1
 * @property {string[]} [notes] what else is told on stderr
 */

/**
 * @param {string[]} files snapshots to open, in the order `ask` gets them
 * @param {object} options as parsed by commander
 * @param {(api: typeof import('../../index'), snapshots: import('../../index').Snapshot[], job: import('../../index').JobOptions) => Promise<Answer>} ask
 * @param {(api: typeof import('../../index')) => typeof import('../../index').parse} [opener] what opens the files, `parse` by default
 * @returns {Promise<number>} the exit code
 */
async function run(files, options, ask, opener = ({ parse }) => parse) {
  checkFiles(files);
  checkOutput(options.output, files);
  const answer = await untilInterrupted((job) => answerFrom(files, job, ask, opener));
  return present(answer, options, files.map(titleOf));
}

/**
 * Writes a complete answer and its warnings.
 * @param {Answer} answer
 * @returns {Promise<number>} the exit code
 */
async function present(answer, options, titles) {
  const text = answerText(answer, options, titles);
  if (options.output === undefined) await writeStdout(text);
  else writeFile(options.output, text);

  for (const warning of warningsIn(answer.json)) process.stderr.write(`heapray: warning: ${visible(warning)}\n`);
  const { exceeded = [], failures = [], notes = [] } = answer;
  for (const note of [...notes, ...failures]) process.stderr.write(`heapray: ${visible(note)}\n`);
  for (const threshold of exceeded) process.stderr.write(`heapray: threshold exceeded: ${visible(threshold)}\n`);
  return exceeded.length + failures.length > 0 ? EXIT.THRESHOLD_EXCEEDED : EXIT.OK;
}

/** Of an answer, or of several in one. */
function warningsIn(json) {
  const own = (each) => (Array.isArray(each?.warnings) ? each.warnings : []);
  return new Set([...own(json), ...Object.values(json ?? {}).flatMap(own)]);
}

async function answerFrom(files, job, ask, opener) {
  // Loaded here so that help, completion and usage errors do not need the addon.
  const api = require('../../index.js');
  const snapshots = [];
  try {
    for (const file of files) snapshots.push(await openSnapshot(file, job, opener(api)));
    return await ask(api, snapshots, job);
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

/** Ctrl-C ends the work at once, since nothing has been written yet. */
async function untilInterrupted(work) {
  const controller = new AbortController();
  const progress = createProgressLine(process.stderr, process.env);
  let interrupt;
  const interrupted = new Promise((_, reject) => {
    interrupt = (signal) => {
      const reason = new Interrupted(signal);
      controller.abort(reason);
      reject(reason);
    };
  });
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const onProgress = (state) => {
    if (!controller.signal.aborted) progress.update(state);
  };
  try {
    return await Promise.race([work({ signal: controller.signal, onProgress }), interrupted]);
  } finally {
    progress.clear();
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

function answerText({ json, format, exceeded }, { format: kind, output, showStrings }, titles) {
  const stdout = process.stdout;
  if (kind === 'json') return jsonText(json, { pretty: output === undefined && Boolean(stdout.isTTY) });
  return format({
    format: kind,
    titles,
    exceeded,
    showStrings,
    color: output === undefined && wantsColor(stdout, process.env),
    width: output === undefined ? widthOf(stdout, process.env) : WIDTH_WITHOUT_TERMINAL,
  });
}

module.exports = { present, run, untilInterrupted };
