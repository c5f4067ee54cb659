'use strict';

// Readings of devices on Express; runs as one minified file. LEAK: a device's readings are never thinned out.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

class Reading {
  constructor({ celsius, humidity }) {
    this.at = new Date();
    this.celsius = celsius;
    this.humidity = humidity;
    this.alarms = [celsius > 24 && 'too warm', humidity > 60 && 'too humid'].filter(Boolean);
    this.raw = JSON.stringify({ celsius, humidity, at: this.at });
  }
}

class Greenhouse {
  readingsByDevice = new Map();

  record(device, reading) {
    if (!this.readingsByDevice.has(device)) this.readingsByDevice.set(device, []);
    const readings = this.readingsByDevice.get(device);
    readings.push(reading);
    return readings.length;
  }
}

const greenhouse = new Greenhouse();
const app = express();
app.use(express.json());
app.post('/devices/:device', async (request, response) => {
  await sleep(3);
  const count = greenhouse.record(request.params.device, new Reading(request.body));
  response.json({ count });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
