'use strict';

// Page views are written to a stream for whoever does statistics. LEAK: nobody reads it, and what write() answers is ignored.

const http = require('node:http');
const { PassThrough } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');

class PageView {
  constructor(request) {
    this.path = request.url;
    this.referrer = request.headers.referer ?? null;
    this.visitor = request.headers['x-customer'];
    this.timings = { received: performance.now(), answered: 0 };
  }
}

const statistics = new PassThrough({ objectMode: true });

const server = http.createServer(async (request, response) => {
  const view = new PageView(request);
  await sleep(3);
  view.timings.answered = performance.now();
  statistics.write(view);
  response.end('<!doctype html><p>Hello');
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
