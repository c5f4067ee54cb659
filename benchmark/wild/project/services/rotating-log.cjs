'use strict';

// An access log in memory, for a page of the operator's. No leak: at a thousand lines it is turned, and the one before is dropped.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

class LogLine {
  constructor(request, response) {
    this.at = new Date();
    this.method = request.method;
    this.url = request.originalUrl;
    this.status = response.statusCode;
    this.agent = request.get('user-agent');
    this.text = `${this.at.toISOString()} ${this.method} ${this.url} ${this.status}`;
  }
}

class AccessLog {
  current = [];
  previous = [];

  add(line) {
    this.current.push(line);
    if (this.current.length < 1000) return;
    this.previous = this.current;
    this.current = [];
  }
}

const log = new AccessLog();
const app = express();
app.use((request, response, next) => {
  response.on('finish', () => log.add(new LogLine(request, response)));
  next();
});
app.get('/articles/:id', async (request, response) => {
  await sleep(3);
  response.json({ id: request.params.id });
});
app.get('/log', (request, response) => response.json(log.current.map(({ text }) => text)));

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
