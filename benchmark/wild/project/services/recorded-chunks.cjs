'use strict';

// Recordings are uploaded in pieces. LEAK: the pieces stay when the recording has been put together.

const http = require('node:http');

class Recording {
  pieces = [];
  length = 0;

  add(piece) {
    this.pieces.push(piece);
    this.length += piece.length;
  }
}

const recordings = new Map(Array.from({ length: 20 }, (_, i) => [`/recording-${i}`, new Recording()]));

const server = http.createServer(async (request, response) => {
  const recording = recordings.get(request.url);
  for await (const piece of request) recording.add(piece);
  await new Promise((resolve) => setTimeout(resolve, 3));
  response.end(`${recording.length}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
