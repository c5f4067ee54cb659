'use strict';

// Shipments on Express. LEAK: the DataLoader, meant for one request, is the module's, and so is its cache.

const express = require('express');
const DataLoader = require('dataloader');
const { setTimeout: sleep } = require('node:timers/promises');

class Shipment {
  constructor(id) {
    this.id = id;
    this.stations = Array.from({ length: 6 }, (_, i) => ({ place: `hub ${i}`, at: 1e6 * i }));
  }
}

const shipments = new DataLoader(async (ids) => {
  await sleep(3);
  return ids.map((id) => new Shipment(id));
});

const app = express();
app.get('/shipments/:id', async (request, response) => {
  const shipment = await shipments.load(request.params.id);
  response.json(shipment);
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
