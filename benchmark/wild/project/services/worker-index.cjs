'use strict';

// Documents are indexed by a pool of one worker. LEAK, in the worker: old postings of a term are never compacted.

const http = require('node:http');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) serve();
else index();

function serve() {
  const worker = new Worker(__filename);
  const waiting = new Map();
  let last = 0;
  worker.on('message', ({ id, matches }) => {
    waiting.get(id)(matches);
    waiting.delete(id);
  });
  const ask = (question) =>
    new Promise((resolve) => {
      waiting.set((last += 1), resolve);
      worker.postMessage({ id: last, ...question });
    });

  const server = http.createServer(async (request, response) => {
    const chunks = await request.toArray();
    const text = Buffer.concat(chunks).toString();
    response.end(String(await ask({ text, name: request.url })));
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function index() {
  class Posting {
    constructor(document, positions) {
      this.document = document;
      this.positions = positions;
    }
  }

  const inverted = { byTerm: new Map(), documents: 0 };

  parentPort.on('message', ({ id, name, text }) => {
    const words = text.toLowerCase().split(/\W+/);
    for (const word of new Set(words)) {
      if (!inverted.byTerm.has(word)) inverted.byTerm.set(word, []);
      const positions = words.flatMap((each, at) => (each === word ? [at] : []));
      inverted.byTerm.get(word).push(new Posting(name, positions));
    }
    inverted.documents += 1;
    parentPort.postMessage({ id, matches: words.length });
  });
}
