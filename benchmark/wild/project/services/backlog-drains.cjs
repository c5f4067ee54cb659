'use strict';

// E-mail is sent at a steady rate. No leak: a burst makes a backlog, and the backlog drains.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class Letter {
  constructor(to) {
    this.to = to;
    this.subject = `News for ${to}`;
    this.attempts = 0;
    this.queuedAt = new Date();
  }
}

class Outbox {
  #letters = [];

  constructor(everyMs, atOnce) {
    setInterval(() => this.#send(atOnce), everyMs);
  }

  add(letter) {
    return this.#letters.push(letter);
  }

  #send(count) {
    for (const letter of this.#letters.splice(0, count)) letter.attempts += 1;
  }
}

const outbox = new Outbox(10, 8);

const server = http.createServer(async (request, response) => {
  await sleep(2);
  const name = request.url.slice(1);
  for (const host of ['a', 'b']) outbox.add(new Letter(`${name}@${host}.example`));
  response.writeHead(202).end();
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
