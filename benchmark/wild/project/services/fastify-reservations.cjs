'use strict';

// Seats on Fastify. LEAK: a reservation waits for its payment; the six in ten that are never paid are kept for ever.

const fastify = require('fastify');
const { setTimeout: sleep } = require('node:timers/promises');

class Reservation {
  constructor(id, { show, seats }) {
    this.id = id;
    this.show = show;
    this.seats = seats.map((seat) => ({ seat: `${show}/${seat}`, cents: 4500 }));
    this.state = 'pending';
    this.history = [{ state: 'pending', at: Date.now() }];
  }
}

const schema = {
  body: {
    type: 'object',
    required: ['show', 'seats'],
    properties: { show: { type: 'string' }, seats: { type: 'array', items: { type: 'string' } } },
  },
};

const halls = Array.from({ length: 9 }, (_, show) => ({
  show: `show ${show}`,
  seats: Array.from({ length: 2000 }, (_, seat) => ({ row: seat >> 5, number: seat & 31, category: `category ${seat % 4}` })),
}));
const unpaid = {};
let last = 0;
const app = fastify();

app.decorateRequest('startedAt', 0);
app.addHook('onRequest', async (request) => {
  request.startedAt = performance.now();
});
app.addHook('onSend', async (request, reply) => {
  reply.header('server-timing', `app;dur=${(performance.now() - request.startedAt).toFixed(1)}`);
});

app.post('/reservations', { schema }, async (request) => {
  await sleep(5);
  const { show, seats } = request.body;
  if (seats.length > halls.find((hall) => hall.show === show).seats.length) throw new Error('not so many');
  const reservation = new Reservation(`r${(last += 1)}`, request.body);
  unpaid[reservation.id] = reservation;
  // The payment's notice comes a moment later, or does not.
  if (last % 5 < 2) setTimeout(pay, 40, reservation.id);
  return { id: reservation.id };
});

function pay(id) {
  unpaid[id].state = 'paid';
  delete unpaid[id];
}

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
