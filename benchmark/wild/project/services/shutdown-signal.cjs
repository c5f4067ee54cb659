'use strict';

// Uploads are cancelled at shutdown. LEAK: the listener on the process-wide signal stays when the upload is done.

const http = require('node:http');

const shutdown = new AbortController();

class Upload {
  #received = [];

  constructor(name) {
    this.name = name;
    this.done = false;
    shutdown.signal.addEventListener('abort', () => this.cancel());
  }

  async receive(stream) {
    for await (const chunk of stream) this.#received.push(chunk.length);
    this.done = true;
    return this.#received.reduce((sum, length) => sum + length, 0);
  }

  cancel() {
    this.#received = [];
  }
}

const server = http.createServer(async (request, response) => {
  const bytes = await new Upload(request.url.slice(1)).receive(request);
  response.end(`${bytes}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
