'use strict';

/** The SDK of the Model Context Protocol, which only the server needs: an optional peer dependency. */

const NAME = '@modelcontextprotocol/sdk';

/** @returns {{ Server: any, StdioServerTransport: any, types: any } | undefined} `undefined` if it is not installed */
function loadSdk() {
  try {
    require.resolve(`${NAME}/server/index.js`);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  const { Server } = require(`${NAME}/server/index.js`);
  const { StdioServerTransport } = require(`${NAME}/server/stdio.js`);
  const types = require(`${NAME}/types.js`);
  return { Server, StdioServerTransport, types };
}

module.exports = { NAME, loadSdk };
