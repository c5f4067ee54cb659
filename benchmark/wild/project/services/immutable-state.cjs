'use strict';

// A reducer makes a new state for every event. LEAK: the state has all events; and the list is another one each time.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class DomainEvent {
  constructor(type, payload) {
    this.type = type;
    this.payload = payload;
    this.at = new Date();
  }
}

let state = { version: 0, events: [], totals: {} };

function reduce(old, event) {
  const total = (old.totals[event.type] ?? 0) + 1;
  return { version: old.version + 1, events: [...old.events, event], totals: { ...old.totals, [event.type]: total } };
}

const server = http.createServer(async (request, response) => {
  const [, type, id] = request.url.split('/');
  await sleep(3);
  state = reduce(state, new DomainEvent(type, { id, note: `${type} of ${id}` }));
  response.end(`${state.version}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
