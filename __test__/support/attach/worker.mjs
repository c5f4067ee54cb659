// A program whose worker keeps an order a millisecond.

import { Worker, isMainThread } from 'node:worker_threads';

class Order {
  constructor(number) {
    this.lines = [{ number }, { number }];
  }
}

if (isMainThread) {
  new Worker(new URL(import.meta.url)).once('online', () => console.log('ready'));
  process.stdin.on('end', () => process.exit()).resume();
} else {
  const orders = [];
  setInterval(() => {
    for (let i = 0; i < 20; i += 1) orders.push(new Order(orders.length));
  }, 20);
}
