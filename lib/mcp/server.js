'use strict';

/** The server: tools of the Model Context Protocol over a session. */

const { version } = require('../../package.json');
const { schemaOf } = require('./arguments.js');
const { errorText } = require('./errors.js');
const { Session } = require('./session.js');
const { TOOLS } = require('./tools/index.js');

const INSTRUCTIONS =
  'heapray finds memory leaks in V8 heap snapshots (Node.js, Chrome, Deno, Electron). Start with open, which names what leaks; the other tools ask further. Objects are @ID, snapshots s1, s2 …; answers are text of at most 4 kB and say how to ask for more.';

/** As clients get them. */
const DEFINITIONS = TOOLS.map(({ name, description, arguments: declarations }) => ({
  name,
  description,
  inputSchema: schemaOf(declarations),
  annotations: { readOnlyHint: name !== 'open' },
}));

/**
 * Serves until the transport is closed.
 * @param {{ Server: any, types: any }} sdk
 * @param {object} transport
 * @param {ConstructorParameters<typeof Session>[0]} options
 */
async function serve({ Server, types }, transport, options) {
  const session = new Session(options);
  const server = new Server({ name: 'heapray', version }, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  server.setRequestHandler(types.ListToolsRequestSchema, () => ({ tools: DEFINITIONS }));
  server.setRequestHandler(types.CallToolRequestSchema, async ({ params }, extra) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (tool === undefined) throw new types.McpError(types.ErrorCode.InvalidParams, `there is no tool ${params.name}; there are ${TOOLS.map(({ name }) => name).join(', ')}`);
    const job = { signal: extra.signal, onProgress: progressTo(extra) };
    try {
      return resultOf(await session.call(tool, params.arguments, job));
    } catch (error) {
      return { ...resultOf(errorText(error)), isError: true };
    }
  });
  const closed = new Promise((resolve) => {
    server.onclose = resolve;
  });
  await server.connect(transport);
  await closed;
  await session.close();
}

const resultOf = (text) => ({ content: [{ type: 'text', text }] });

/** Numbers of the protocol may only rise, those of heapray's phases begin anew. */
function progressTo({ _meta: { progressToken } = {}, sendNotification }) {
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return ({ phase, done, total }) => {
    progress += 1;
    const message = total > 0 ? `${phase} ${Math.floor((100 * done) / total)}%` : phase;
    // A client that is gone needs no progress.
    sendNotification({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(() => {});
  };
}

module.exports = { DEFINITIONS, serve };
