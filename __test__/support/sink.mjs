// A server on loopback that takes what is sent to it.

import { once } from 'node:events';
import http from 'node:http';

/**
 * Closed after the test.
 * @param {{ status?: number }} [options] What it answers with.
 */
export async function openSink(t, { status = 200 } = {}) {
  const received = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ method: request.method, path: request.url.split('?')[0], headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status).end();
      server.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    /** Resolves when so many have come. */
    async has(count) {
      while (received.length < count) await once(server, 'received');
    },
  };
}
