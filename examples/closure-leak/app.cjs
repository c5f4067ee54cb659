'use strict';
// As much of an express-style server as the example needs, so that it needs no package.

const http = require('node:http');

/** An app with `get(path, handler)` and `listen(port, listening)`. */
function createApp() {
  const handlers = new Map();

  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const handler = request.method === 'GET' ? handlers.get(pathname) : undefined;
    if (!handler) {
      response.writeHead(404).end('not found\n');
      return;
    }
    try {
      await handler(request, response);
    } catch (error) {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end('server error\n');
    }
  });

  return {
    get: (path, handler) => handlers.set(path, handler),
    listen: (port, listening) => server.listen(port, '127.0.0.1', () => listening(server.address().port)),
  };
}

module.exports = { createApp };
