// Prices by rules that an operator changes. LEAK: each version is imported as a module of its own, and modules are for ever.

import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

let version = 0;
let active = await import('./module-reload-rules.mjs');

async function reload() {
  active = await import(`./module-reload-rules.mjs?version=${(version += 1)}`);
}

const server = http.createServer(async (request, response) => {
  if (request.method === 'PUT') await reload();
  await sleep(3);
  const cents = active.rules.price(request.url.slice(1), 10);
  response.end(`${cents}\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
