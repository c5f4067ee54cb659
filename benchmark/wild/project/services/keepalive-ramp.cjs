'use strict';

// Fastify, and more and more clients that keep their connections. No leak: a connection costs what it costs until it is closed.

const fastify = require('fastify');

const app = fastify({ keepAliveTimeout: 60_000 });
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-served-by', request.socket.localPort);
});
app.get('/time', async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { now: Date.now() };
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
