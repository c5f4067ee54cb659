'use strict';

// Invoices are made unless the service stops. LEAK: each race adds a reaction to the promise of the stop, with its result.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class Invoice {
  constructor(number) {
    this.number = number;
    this.lines = Array.from({ length: 8 }, (_, i) => ({ text: `position ${i} of ${number}`, cents: 100 * i }));
  }
}

class Lifecycle {
  constructor() {
    this.stopping = new Promise((resolve) => (this.stop = resolve));
    process.once('SIGTERM', () => this.stop(null));
  }
}

const lifecycle = new Lifecycle();

async function makeInvoice(number) {
  await sleep(3 + (number % 5));
  return new Invoice(number);
}

const server = http.createServer(async (request, response) => {
  const invoice = await Promise.race([makeInvoice(Number(request.url.slice(1))), lifecycle.stopping]);
  response.end(JSON.stringify(invoice));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
