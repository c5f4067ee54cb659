'use strict';

/** Conversations with a worker that are never ended. */

const { MessageChannel, Worker } = require('node:worker_threads');

const worker = new Worker(
  `const { parentPort } = require('node:worker_threads');
   const ports = [];
   parentPort.on('message', (port) => { ports.push(port); port.postMessage('ready'); });`,
  { eval: true },
);

class Conversation { constructor(i) { this.topic = `topic ${i}`; } }
function converse(i) {
  const conversation = new Conversation(i);
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return new Promise((resolve) => port1.on('message', (message) => {
    conversation.last = message;
    resolve();
  }));
}

exports.units = [converse];
exports.close = () => worker.terminate();
