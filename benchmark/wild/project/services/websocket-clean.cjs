'use strict';

// Boards on ws. No leak: who closes the connection leaves the board.

const http = require('node:http');
const { WebSocketServer } = require('ws');

class Visitor {
  constructor(socket, board) {
    this.socket = socket;
    this.board = board;
    this.pointer = { x: 0, y: 0 };
  }
}

class Boards {
  visitors = new Map();

  enter(visitor) {
    if (!this.visitors.has(visitor.board)) this.visitors.set(visitor.board, new Set());
    this.visitors.get(visitor.board).add(visitor);
    visitor.socket.on('close', () => this.visitors.get(visitor.board).delete(visitor));
  }

  draw(from, text) {
    from.pointer.x += text.length;
    for (const { socket } of this.visitors.get(from.board)) socket.send(JSON.stringify({ text, pointer: from.pointer }));
  }
}

const boards = new Boards();
const server = http.createServer((request, response) => response.end('a board\n'));
new WebSocketServer({ server }).on('connection', (socket, request) => {
  const visitor = new Visitor(socket, request.url);
  boards.enter(visitor);
  socket.on('message', (data) => setTimeout(() => boards.draw(visitor, data.toString()), 2));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
