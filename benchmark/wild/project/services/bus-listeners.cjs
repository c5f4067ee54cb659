'use strict';

// Quotes wait for the next tick of a price. LEAK: the listener stays on the bus when the quote has been answered.

const http = require('node:http');
const { EventEmitter } = require('node:events');

class QuoteRequest {
  constructor(symbol, response) {
    this.symbol = symbol;
    this.askedAt = Date.now();
    this.ticks = [];
    this.response = response;
  }

  onTick(price) {
    if (this.response === null) return;
    this.ticks.push(price);
    this.response.end(JSON.stringify({ symbol: this.symbol, price }));
    this.response = null;
  }
}

const prices = new EventEmitter().setMaxListeners(0);
setInterval(() => prices.emit('tick', 100 + Math.random()), 8);

const server = http.createServer((request, response) => {
  const quote = new QuoteRequest(request.url.slice(1), response);
  prices.on('tick', (price) => quote.onTick(price));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
