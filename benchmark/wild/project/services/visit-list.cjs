'use strict';

// The latest visits, as a doubly linked list. LEAK: it was to be cut at a hundred, but only the counter is.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class Visit {
  constructor(url, agent) {
    this.url = url;
    this.agent = agent;
    this.at = new Date();
    this.query = Object.fromEntries(new URL(url, 'http://shop').searchParams);
    this.previous = null;
    this.next = null;
  }
}

class RecentVisits {
  head = null;
  tail = null;
  size = 0;

  add(visit) {
    visit.previous = this.tail;
    if (this.tail === null) this.head = visit;
    else this.tail.next = visit;
    this.tail = visit;
    this.size = Math.min(this.size + 1, 100);
  }
}

const recent = new RecentVisits();

const server = http.createServer(async (request, response) => {
  recent.add(new Visit(request.url, request.headers['user-agent']));
  await sleep(4);
  response.end(`${recent.size}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
