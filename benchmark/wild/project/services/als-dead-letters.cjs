'use strict';

// Webhooks on Fastify with a context per request. LEAK: what failed is kept for a second try, bound to its request's context.

const fastify = require('fastify');
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');

const contexts = new AsyncLocalStorage();
const deadLetters = [];

class RequestContext {
  constructor(request) {
    this.requestId = request.id;
    this.tenant = request.headers['x-tenant'];
    this.headers = { ...request.headers };
    this.baggage = Object.fromEntries(['region', 'plan', 'locale', 'experiment'].map((name) => [name, `${name} of ${request.id}`]));
    this.spans = [];
  }
}

async function deliver(hook) {
  contexts.getStore().spans.push({ name: 'deliver', at: Date.now() });
  await sleep(4);
  if (hook % 2 === 0) throw new Error(`hook ${hook} does not answer`);
}

const app = fastify();
app.addHook('onRequest', (request, reply, done) => contexts.run(new RequestContext(request), done));

app.post('/hooks/:hook', async (request, reply) => {
  const hook = Number(request.params.hook);
  try {
    await deliver(hook);
  } catch {
    deadLetters.push(AsyncResource.bind(() => deliver(hook)));
    reply.code(202);
  }
  return { hook };
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
