'use strict';

// Logins on Express. LEAK: a logout forgets the session but not the interval that saves it.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

const sessions = new Map();
let last = 0;

class UserSession {
  constructor(user) {
    this.user = user;
    this.cart = Array.from({ length: 5 }, (_, i) => ({ article: `${user}-${i}`, quantity: 1 }));
    this.savedAt = 0;
    setInterval(() => this.save(), 60_000);
  }

  save() {
    this.savedAt = Date.now();
  }
}

const app = express();
app.use(express.json());
app.post('/visits', async (request, response) => {
  const id = `s${(last += 1)}`;
  sessions.set(id, new UserSession(request.body.user));
  await sleep(6);
  sessions.get(id).save();
  sessions.delete(id);
  response.json({ id });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
