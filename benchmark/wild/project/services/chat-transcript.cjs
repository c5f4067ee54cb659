'use strict';

// Support chats on Fastify. LEAK: what is said is added to one text per room for ever.

const fastify = require('fastify');

class SupportRoom {
  transcript = '';

  say(who, text) {
    this.transcript += `${new Date().toISOString()} ${who}: ${text}\n`;
    return this.transcript.length;
  }
}

const rooms = { billing: new SupportRoom(), delivery: new SupportRoom() };

const app = fastify();
app.post('/rooms/:room', async (request) => {
  await new Promise((resolve) => setTimeout(resolve, 3));
  const length = rooms[request.params.room].say(request.body.who, request.body.text);
  return { length };
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
