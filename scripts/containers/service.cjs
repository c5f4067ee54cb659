'use strict';

// An express server that leaks and knows nothing of heapray. Prints its port.

const express = require('express');

class Session {
  constructor(i) {
    this.id = i;
    this.user = { name: `user ${i}`, roles: ['admin'] };
    this.data = Buffer.alloc(100, 65).toString('latin1');
  }
}

const sessions = new Map();
const app = express();
app.get('/', (_, response) => {
  for (let i = 0; i < 500; i += 1) sessions.set(`s${sessions.size}`, new Session(sessions.size));
  response.json({ sessions: sessions.size });
});
app.listen(0, '127.0.0.1', function listening() {
  console.log(this.address().port);
});
