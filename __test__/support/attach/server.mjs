// A service that keeps a session for each request.

import http from 'node:http';

class Session {
  constructor(number) {
    this.user = { name: `user ${number}`, visits: new Array(20).fill(number) };
  }
}

const sessions = new Map();

const server = http.createServer((request, response) => {
  for (let i = 0; i < 200; i += 1) sessions.set(`session ${sessions.size}`, new Session(sessions.size));
  response.end(String(sessions.size));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// Whoever has started it is gone.
process.stdin.on('end', () => process.exit()).resume();
