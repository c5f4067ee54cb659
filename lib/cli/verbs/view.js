'use strict';

/** `heapray view [FILE…]` */

const fs = require('node:fs');
const { EXIT, InputError, UsageError } = require('../errors.js');
const { checkFiles, displayName, sourceOf, titleOf } = require('../input.js');
const { sourceMaps } = require('../../api/options/questions.js');
const { addFlags } = require('../flags.js');
const { untilInterrupted } = require('../run.js');
const { visible } = require('../../format/text.js');

const OPTIONS = {
  port: { type: 'whole', min: 0, max: 65_535, flag: '--port <number>', help: 'port to listen on; any free port by default' },
  sourceMaps,
  open: { type: 'boolean', default: true, flag: '--no-open', help: 'print the address without opening a browser' },
};

const EXAMPLES = `
The server listens on 127.0.0.1 only, and its address contains a random token: other machines, users and
web pages cannot read the snapshots. Ctrl-C stops it.

Examples:
  heapray view app.heapsnapshot
  heapray view first.heapsnapshot second.heapsnapshot third.heapsnapshot
  heapray view app.heapsnapshot --no-open --port 8123
  heapray view yesterday.heapray.json
`;

function define(program, done) {
  const command = program
    .command('view')
    .summary('explore snapshots in the browser')
    .description('Opens snapshots in the browser: leaks, classes, treemap, retainers, comparison. Several snapshots of one process, oldest first, are a series.')
    .argument('[file...]', "heap snapshots, oldest first, sampling profiles (.heapprofile), or one report saved with --format json; '-' is standard input");
  addFlags(command, OPTIONS)
    .addHelpText('after', EXAMPLES)
    .action(async (files, options) => done(await view(files, options)));
}

async function view(files, { port, open, sourceMaps: where }) {
  checkFiles(files);
  // Loaded here so that help and usage errors do not need the addon.
  const { NativeEngine } = require('../../protocol/native.js');
  const { openBrowser } = require('../../view/browser.js');
  const engine = new NativeEngine({ sourceMaps: where ?? sourceMaps.default });
  let server;
  try {
    await untilInterrupted(async (job) => {
      const start = await startFor(engine, files, job);
      server = await listen(engine, port, start);
      process.stderr.write('heapray: press Ctrl-C to stop\n');
      process.stdout.write(`${server.url}\n`);
      if (open) openBrowser(server.url);
      await new Promise(() => {});
    });
    return EXIT.OK;
  } finally {
    engine.clear();
    await server?.close();
  }
}

async function listen(engine, port, start) {
  const { serve } = require('../../view/server.js');
  try {
    return await serve(engine, { port, start });
  } catch (error) {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') throw new UsageError(`cannot listen on port ${port}: ${error.message}`);
    throw error;
  }
}

/** Opens the files in the engine; a saved report is written into the page. */
async function startFor(engine, files, job) {
  const report = files.length === 1 ? savedReport(files[0]) : undefined;
  if (report !== undefined) return { engine: 'http', saved: { name: titleOf(files[0]), report } };
  for (const [i, file] of files.entries()) {
    const { error } = JSON.parse(await engine.openSource(sourceOf(file), { id: i, name: titleOf(file) }, job));
    if (error !== undefined) throw new InputError(displayName(file), Object.assign(new Error(error.message), error));
  }
  return { engine: 'http' };
}

/** Reports are small JSON files; all others are parsed as snapshots. */
function savedReport(file) {
  if (!/\.json$/i.test(file)) return undefined;
  const beginning = beginningOf(file);
  if (!/"kind"\s*:\s*"report"/.test(beginning)) return undefined;
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (report.schemaVersion !== 1) throw new UsageError(`'${visible(file)}' is a report of version ${report.schemaVersion}; this heapray reads version 1`);
  return report;
}

function beginningOf(file) {
  try {
    const descriptor = fs.openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(200);
      return buffer.toString('utf8', 0, fs.readSync(descriptor, buffer, 0, buffer.length, 0));
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // The parser reports the error.
    return '';
  }
}

module.exports = { define };
