'use strict';

// Express with latencies per route. LEAK: all samples are kept, where a histogram would do. They are numbers, no objects.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

class RouteLatency {
  samples = [];

  add(milliseconds) {
    this.samples.push(milliseconds);
  }
}

const latencies = { search: new RouteLatency(), checkout: new RouteLatency() };

const app = express();
app.use((request, response, next) => {
  const start = performance.now();
  const latency = latencies[request.path.slice(1)];
  for (const event of ['pipe', 'prefinish', 'finish', 'close']) response.on(event, () => latency.add(performance.now() - start));
  next();
});
for (const route of Object.keys(latencies)) {
  app.get(`/${route}`, async (request, response) => {
    await sleep(3);
    response.json({ route });
  });
}

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
