'use strict';

// Tokens are cut from the text of an upload on Express. LEAK: a cut text keeps the whole it was cut from.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

const revokedTokens = new Set();

const app = express();
app.use(express.text({ limit: '1mb' }));
app.post('/revoke', async (request, response) => {
  const start = request.body.indexOf('token=') + 'token='.length;
  const token = request.body.slice(start, start + 36);
  await sleep(3);
  revokedTokens.add(token);
  response.json({ revoked: revokedTokens.size });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
