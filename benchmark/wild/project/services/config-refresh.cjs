'use strict';

// Feature flags on Fastify. No leak: the whole set is fetched and replaced, a little larger or smaller each time.

const fastify = require('fastify');

class Flag {
  constructor(name, version) {
    this.name = name;
    this.version = version;
    this.audiences = [`country-${version % 7}`, `plan-${version % 3}`];
    this.rollout = { percent: version % 100, salt: `${name}:${version}` };
  }
}

let version = 0;
let flags = fetchFlags();

function fetchFlags() {
  version += 1;
  const count = 8000 + ((version * 37) % 500);
  return new Map(Array.from({ length: count }, (_, i) => [`flag-${i}`, new Flag(`flag-${i}`, version)]));
}

setInterval(() => (flags = fetchFlags()), 300);

const app = fastify();
app.get('/flags/:name', async (request) => {
  await new Promise((resolve) => setTimeout(resolve, 4));
  return flags.get(request.params.name) ?? null;
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
