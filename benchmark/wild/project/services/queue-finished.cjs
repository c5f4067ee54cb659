'use strict';

// Thumbnails are made one after the other by a queue. LEAK: it remembers each finished task for its statistics.

const http = require('node:http');
const { EventEmitter } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');

class ThumbnailTask {
  constructor(picture, width) {
    this.picture = picture;
    this.width = width;
    this.enqueuedAt = Date.now();
    this.steps = [];
  }

  async run() {
    for (const step of ['decode', 'scale', 'encode']) this.steps.push({ step, at: performance.now() });
    this.result = `${this.picture.replace('.jpg', '')}-${this.width}.webp`;
    await sleep(1);
  }
}

class TaskQueue extends EventEmitter {
  waiting = [];
  finished = [];

  constructor(runners) {
    super();
    for (let i = 0; i < runners; i += 1) this.work();
  }

  add(task) {
    this.waiting.push(task);
    this.emit('task');
  }

  async work() {
    for (;;) {
      while (this.waiting.length === 0) await new Promise((resolve) => this.once('task', resolve));
      const task = this.waiting.shift();
      await task.run();
      this.finished.push(task);
    }
  }
}

const queue = new TaskQueue(4);

const server = http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://thumbnails');
  await sleep(2);
  for (const width of [160, 640]) queue.add(new ThumbnailTask(pathname.slice(1), width * Number(searchParams.get('scale') ?? 1)));
  response.writeHead(202).end(`${queue.waiting.length} before you\n`);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
