'use strict';

// Orders on Express. LEAK: the ledger files a receipt for every order and never drops one.

const express = require('express');
const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

class Receipt {
  constructor(order, customer) {
    this.number = randomUUID();
    this.issuedAt = new Date();
    this.customer = customer;
    this.lines = order.items.map(({ sku, quantity }) => ({ sku, quantity, price: quantity * 9.5 }));
  }
}

class Ledger {
  #receipts = new Map();

  file(receipt) {
    this.#receipts.set(receipt.number, receipt);
    return this.#receipts.size;
  }
}

const ledger = new Ledger();
const app = express();

app.use((request, response, next) => {
  request.id = randomUUID();
  response.set('x-request-id', request.id);
  next();
});
app.use(express.json());
app.use(async (request, response, next) => {
  await sleep(3);
  request.customer = { id: request.get('x-customer'), tier: 'standard' };
  next();
});

app.post('/orders', async (request, response) => {
  const receipt = new Receipt(request.body, request.customer);
  await sleep(4);
  ledger.file(receipt);
  response.status(201).json({ number: receipt.number });
});
app.get('/orders', (request, response) => response.json([]));
app.use((error, request, response, next) => response.status(500).json({ error: error.message }));

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
