'use strict';

/** `heapray mcp` */

const fs = require('node:fs');
const { sourceMaps, showStrings } = require('../../api/options/questions.js');
const { EXIT, UsageError } = require('../errors.js');
const { addFlags } = require('../flags.js');
const { untilInterrupted } = require('../run.js');

const OPTIONS = {
  root: { type: 'path', flag: '--root <folder>', help: 'the folder whose files a client may open; the working directory by default' },
  showStrings,
  sourceMaps,
  maxMemory: { type: 'size', flag: '--max-memory <size>', help: 'memory that snapshots may hold between calls, 2 GB by default' },
  idle: { type: 'whole', min: 1, max: 1440, default: 10, flag: '--idle <minutes>', help: 'minutes after which an unused snapshot is closed' },
};

const MAX_MEMORY = 2_000_000_000;

const EXAMPLES = `
A client starts the server and ends it. The server needs @modelcontextprotocol/sdk, which is installed beside heapray:
  npm install heapray @modelcontextprotocol/sdk

Examples:
  heapray mcp
  heapray mcp --root snapshots --max-memory 4GB
  heapray mcp --root snapshots --show-strings
`;

function define(program, done) {
  const command = program
    .command('mcp')
    .summary('a server for agents that debug')
    .description('Serves heapray to agents, over the Model Context Protocol on standard input and output. See docs/mcp.md.');
  addFlags(command, OPTIONS)
    .addHelpText('after', EXAMPLES)
    .action(async (options) => done(await mcp(options)));
}

async function mcp({ root = '.', showStrings: shows = false, sourceMaps: where = sourceMaps.default, maxMemory = MAX_MEMORY, idle = OPTIONS.idle.default }) {
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--root ${root} is not a folder`);
  // Loaded here so that other commands need neither.
  const { NAME, loadSdk } = require('../../mcp/sdk.js');
  const sdk = loadSdk();
  if (sdk === undefined) throw new UsageError(`heapray mcp needs ${NAME}, which is not installed: npm install ${NAME}`);
  const { serve } = require('../../mcp/server.js');
  const transport = new sdk.StdioServerTransport();
  // The SDK does not notice that a client is gone.
  process.stdin.once('end', () => transport.close());
  const served = serve(sdk, transport, { root, maxMemory, idleMs: idle * 60_000, showStrings: shows, sourceMaps: where });
  try {
    await untilInterrupted(() => served);
  } finally {
    // Programs that were attached to are left.
    await transport.close();
    await served;
  }
  return EXIT.OK;
}

module.exports = { define };
