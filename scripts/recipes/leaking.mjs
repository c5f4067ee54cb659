// Leaks until V8's limit of 120 MB is near, and waits there. Serves the metrics of prom-client.

import http from 'node:http';
import { register } from 'prom-client';

class Session {
  constructor(i) {
    this.id = i;
    this.data = Buffer.alloc(2000, 65).toString('latin1');
  }
}

const sessions = new Map();
setInterval(() => {
  if (process.memoryUsage().heapUsed > 108e6) return;
  for (let i = 0; i < 100; i += 1) sessions.set(`s${sessions.size}`, new Session(sessions.size));
}, 20);

const server = http.createServer(async (_, response) => response.end(await register.metrics()));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
