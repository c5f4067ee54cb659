'use strict';

// A gateway asks a backend whether it lives. LEAK: the answer's body is never read, so its connection is never given back.

const http = require('node:http');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

class HealthCheck {
  constructor(url) {
    this.url = url;
    this.status = 0;
  }

  run(done) {
    http.get(this.url, (answer) => {
      this.status = answer.statusCode;
      done(this.status);
    });
  }
}

function serveBackend() {
  const backend = http.createServer((request, response) => response.end('alive and well\n'.repeat(2000)));
  backend.listen(0, '127.0.0.1', () => parentPort.postMessage(`http://127.0.0.1:${backend.address().port}/health`));
}

function serveGateway() {
  new Worker(__filename).once('message', (url) => {
    const gateway = http.createServer((request, response) => {
      new HealthCheck(url).run((status) => setTimeout(() => response.end(String(status)), 3));
    });
    gateway.listen(0, '127.0.0.1', () => process.send({ port: gateway.address().port }));
  });
}

if (isMainThread) serveGateway();
else serveBackend();
