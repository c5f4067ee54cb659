'use strict';

// Tools on Express, each loaded when it is first asked for. No leak: code is loaded once.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

const tools = {
  lru: () => require('lru-cache'),
  schema: () => require('ajv'),
  drafts: () => require('ajv/dist/2020'),
  log: () => require('winston'),
  sockets: () => require('ws'),
  markup: () => require('react'),
  server: () => require('react-dom/server'),
  loader: () => require('dataloader'),
  other: () => require('fastify'),
  compress: () => require('node:zlib'),
  names: () => require('node:dns'),
  wires: () => require('node:http2'),
};

const app = express();
app.get('/tools/:tool', async (request, response) => {
  await sleep(3);
  const tool = tools[request.params.tool]();
  response.json({ exports: Object.keys(tool).length });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
