'use strict';

// Product data on Express behind an LRU cache. No leak: the cache has a bound, which it has not reached yet.

const express = require('express');
const { LRUCache } = require('lru-cache');
const { setTimeout: sleep } = require('node:timers/promises');

class Product {
  constructor(id) {
    this.id = id;
    this.title = `Product number ${id}`;
    this.variants = Array.from({ length: 4 }, (_, i) => ({ sku: `${id}-${i}`, cents: 995 + i }));
  }
}

const products = new LRUCache({ max: 20_000 });

const app = express();
app.get('/products/:id', async (request, response) => {
  const { id } = request.params;
  if (!products.has(id)) {
    await sleep(4);
    products.set(id, new Product(id));
  }
  response.json(products.get(id));
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
