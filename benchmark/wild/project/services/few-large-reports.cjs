'use strict';

// Bookings on Express. LEAK: every hundredth booking makes a report, and the archive keeps them: few, but large.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

class MonthlyReport {
  constructor(bookings) {
    this.madeAt = new Date();
    this.bookings = bookings;
    this.days = Array.from({ length: 1200 }, (_, day) => ({ day, total: day * bookings, open: [] }));
  }
}

const archive = [];
let bookings = 0;

const app = express();
app.use(express.json());
app.post('/bookings', async (request, response) => {
  await sleep(3);
  bookings += 1;
  if (bookings % 100 === 0) archive.push(new MonthlyReport(bookings));
  response.json({ bookings, room: request.body.room });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
