'use strict';

/** `heapray redact IN OUT` */

const fs = require('node:fs');
const path = require('node:path');
const { formatRedaction } = require('../../format/redaction.js');
const { InputError, OutputError, UsageError, EXIT } = require('../errors.js');
const { checkFiles, displayName, isAboutTheFile, sourceOf } = require('../input.js');
const { FUNCTIONS } = require('../../api/options/functions.js');
const { addFlags } = require('../flags.js');
const { untilInterrupted } = require('../run.js');

const { key: KEY, maxBytes: MAX_BYTES } = FUNCTIONS.redact;
const OPTIONS = {
  key: {
    ...KEY,
    flags: {
      [KEY.flag]: { help: KEY.help },
      '--key-file <file>': { help: 'file with the secret; a trailing line feed is ignored' },
    },
  },
  maxBytes: MAX_BYTES,
};

const ABOUT = `
Contents of strings, regular expressions and numbers become ‹redacted HASH LENGTH›, and keys that are data
‹HASH. Names in code stay: of properties, classes, functions and scripts, as do all ids, sizes and references.
Equal texts have equal hashes.
The output is compressed if its name ends in .gz or .zst; the file appears only when it is complete.

By default the key is random and forgotten. With the same key, texts of several snapshots can be compared,
but whoever has the key can test guesses. Process lists show --key, but not the contents of --key-file.

Examples:
  heapray redact app.heapsnapshot shared.heapsnapshot.zst
  heapray redact before.heapsnapshot before.redacted.heapsnapshot.gz --key 'one for both snapshots'
`;

function define(program, done) {
  const command = program
    .command('redact')
    .summary('copy a snapshot with its strings hidden')
    .description('Writes a copy of a snapshot that can be shared: the graph and its numbers are the same, strings are hidden.')
    .argument('<file>', "heap snapshot; '-' is standard input")
    .argument('<output>', 'file to write');
  addFlags(command, OPTIONS)
    .addHelpText('after', ABOUT)
    .action(async (file, output, options) => done(await run(file, output, options)));
}

async function run(file, output, { key, keyFile, maxBytes }) {
  checkFiles([file]);
  if (output === '-') throw new UsageError('a redacted copy is written to a file, not to standard output');
  const options = { key: keyFile === undefined ? key : readKey(keyFile), maxBytes };
  if (options.key?.length === 0) throw new UsageError('the key is empty');
  const { redact } = require('../../../index.js');
  const target = path.resolve(output);
  try {
    const written = await untilInterrupted((job) => redact(sourceOf(file), target, { ...job, ...options }));
    process.stderr.write(`heapray: ${formatRedaction(written, output)}\n`);
    return EXIT.OK;
  } catch (error) {
    if (!isAboutTheFile(error)) throw error;
    throw error.path === target ? new OutputError(error.message) : new InputError(displayName(file), error);
  }
}

function readKey(file) {
  try {
    const key = fs.readFileSync(file);
    const end = key.length - (key.at(-1) === 10 ? 1 : 0);
    return key.subarray(0, end);
  } catch (error) {
    throw new UsageError(`cannot read the key: ${error.message}`);
  }
}

module.exports = { define };
