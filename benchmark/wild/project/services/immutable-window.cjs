'use strict';

// A reducer makes a new state for every event. No leak: the state has the latest five hundred.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class StatusChange {
  constructor(device, status) {
    this.device = device;
    this.status = status;
    this.at = new Date();
    this.text = `${device} is ${status} since ${this.at.toISOString()}`;
  }
}

let state = { version: 0, latest: [], byDevice: {} };

function reduce(old, change) {
  return {
    version: old.version + 1,
    latest: [...old.latest, change].slice(-500),
    byDevice: { ...old.byDevice, [change.device]: change },
  };
}

const server = http.createServer(async (request, response) => {
  const [, device, status] = request.url.split('/');
  await sleep(3);
  state = reduce(state, new StatusChange(device, status));
  response.end(`${state.version}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
