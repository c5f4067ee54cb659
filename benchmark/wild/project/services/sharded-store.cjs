'use strict';

// Measurements on Fastify, spread over lists by their key. LEAK: nothing that is older than a day is deleted.

const fastify = require('fastify');

class Measurement {
  constructor(sensor, value) {
    this.sensor = sensor;
    this.value = value;
    this.at = new Date();
    this.tags = { unit: 'kPa', sensor: `${sensor}/pressure` };
  }
}

class ShardedStore {
  shards = Array.from({ length: 32 }, () => []);

  add(key, measurement) {
    this.shards[key % this.shards.length].push(measurement);
  }
}

const store = new ShardedStore();

const app = fastify();
app.put('/sensors/:sensor', async (request) => {
  const key = Number(request.params.sensor);
  await new Promise((resolve) => setTimeout(resolve, 3));
  store.add(key * 31, new Measurement(request.params.sensor, request.body.value));
  return { stored: true };
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
