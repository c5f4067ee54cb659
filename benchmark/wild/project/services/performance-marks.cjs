'use strict';

// Express with timings of each request. LEAK: marks are never cleared.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

const app = express();
let last = 0;

app.use((request, response, next) => {
  const id = (last += 1);
  performance.mark(`request ${id}`, { detail: { url: request.originalUrl, query: { ...request.query }, headers: { ...request.headers } } });
  response.on('finish', () => {
    const { duration } = performance.measure('request', `request ${id}`);
    performance.clearMeasures('request');
    app.locals.slowest = Math.max(app.locals.slowest ?? 0, duration);
  });
  next();
});
app.get('/weather', async (request, response) => {
  await sleep(4);
  response.json({ place: request.query.place, celsius: 21 });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
