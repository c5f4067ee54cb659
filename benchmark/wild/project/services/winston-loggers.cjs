'use strict';

// Express with a logger for each request. LEAK: winston.loggers keeps every logger that it has made under its name.

const express = require('express');
const winston = require('winston');
const { Writable } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');

const nowhere = new Writable({ write: (chunk, encoding, done) => done() });
const transport = () => new winston.transports.Stream({ stream: nowhere });

const app = express();
let last = 0;
app.use((request, response, next) => {
  const id = `request-${(last += 1)}`;
  winston.loggers.add(id, { level: 'info', defaultMeta: { id }, transports: [transport()] });
  request.log = winston.loggers.get(id);
  next();
});
app.get('/stock/:article', async (request, response) => {
  request.log.info('looking up', { article: request.params.article });
  await sleep(5);
  request.log.info('found');
  response.json({ article: request.params.article, left: 12 });
});

nowhere.setMaxListeners(0);
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
