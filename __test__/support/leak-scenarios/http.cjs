'use strict';

/** A server with keep-alive connections that keeps the state of each request on the socket. */

const http = require('node:http');

class RequestState { constructor(i) { this.body = `state ${i}`; } }
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer((request, response) => {
  (request.socket.states ??= []).push(new RequestState(request.url));
  response.end('done');
});
const listening = new Promise((resolve) => server.listen(0, resolve));

async function request(i) {
  await listening;
  await new Promise((resolve, reject) => {
    http.get({ port: server.address().port, path: `/${i}`, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

exports.units = [request];
