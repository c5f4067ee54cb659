'use strict';

// Logins on Express. No leak: a session ends when it has not been used for half a second.

const express = require('express');
const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

const TTL = 500;
const sessions = new Map();

class ShopSession {
  constructor(user) {
    this.id = randomUUID();
    this.user = user;
    this.basket = [{ article: `for ${user}`, quantity: 1 }];
    this.expiry = setTimeout(() => sessions.delete(this.id), TTL);
    sessions.set(this.id, this);
  }

  touch() {
    this.expiry.refresh();
  }
}

const app = express();
app.use(express.json());
app.post('/login', async (request, response) => {
  const session = new ShopSession(request.body.user);
  await sleep(4);
  session.touch();
  response.json({ id: session.id });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
