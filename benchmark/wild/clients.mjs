// Load for a service on this machine: requests over keep-alive connections, or chats over WebSockets.

import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** By name: (port, service, project) → a client. */
export const clients = {
  http: (port, service) => {
    const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1024 });
    return new Client((i) => request(port, agent, service.request(i)), () => agent.destroy());
  },

  websocket: (port, service, project) => {
    const { WebSocket } = createRequire(path.join(project, 'package.json'))('ws');
    return new Client((i) => chat(WebSocket, port, service.request(i)));
  },
};

class Client {
  #one;
  #end;
  #started = 0;
  #inFlight = new Set();
  #failures = [];

  constructor(one, end = () => {}) {
    this.#one = one;
    this.#end = end;
  }

  /** Resolves when the last of `count` has been sent; up to `concurrency` of them are not answered yet. */
  async send(count, concurrency) {
    for (let i = 0; i < count; i += 1) {
      while (this.#inFlight.size >= concurrency) await Promise.race(this.#inFlight);
      const answered = this.#one(this.#started++)
        .catch((error) => this.#failures.push(error))
        .finally(() => this.#inFlight.delete(answered));
      this.#inFlight.add(answered);
    }
    // Long enough to arrive, not to be answered.
    await sleep(2);
    this.#check();
  }

  async idle(ms) {
    await Promise.all(this.#inFlight);
    await sleep(ms);
  }

  async close() {
    await Promise.all(this.#inFlight);
    this.#end();
    this.#check();
  }

  #check() {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

async function request(port, agent, { method = 'GET', path: url, headers, body, text = JSON.stringify(body) }) {
  const type = body === undefined ? 'text/plain' : 'application/json';
  const sent = http.request({
    port,
    host: '127.0.0.1',
    agent,
    method,
    path: url,
    headers: { 'user-agent': 'load/1', ...(text && { 'content-type': type, 'content-length': Buffer.byteLength(text) }), ...headers },
  });
  sent.end(text);
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode >= 400) throw new Error(`${method} ${url} is answered with ${response.statusCode}`);
}

async function chat(WebSocket, port, { path: url, messages }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${url}`);
  await once(socket, 'open');
  for (const message of messages) {
    socket.send(message);
    await once(socket, 'message');
  }
  socket.close();
  await once(socket, 'close');
}
