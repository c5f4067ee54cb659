'use strict';

// Chat rooms on ws. LEAK: who closes the connection stays a member of the room.

const http = require('node:http');
const { WebSocketServer } = require('ws');

class Member {
  constructor(socket, name) {
    this.socket = socket;
    this.name = name;
    this.joinedAt = Date.now();
    this.seen = [];
  }

  tell(message) {
    this.seen.push(message.at);
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

class Hub {
  rooms = new Map();

  join(room, member) {
    if (!this.rooms.has(room)) this.rooms.set(room, new Set());
    this.rooms.get(room).add(member);
  }

  say(room, text) {
    const message = { text, at: Date.now() };
    for (const member of [...this.rooms.get(room)].slice(-20)) member.tell(message);
  }
}

const hub = new Hub();
const server = http.createServer((request, response) => response.end('a chat\n'));
new WebSocketServer({ server }).on('connection', (socket, request) => {
  const room = request.url.slice(1);
  hub.join(room, new Member(socket, request.headers['user-agent']));
  socket.on('message', (data) => hub.say(room, data.toString()));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
