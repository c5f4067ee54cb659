'use strict';

/** Listeners that are never removed. */

const { EventEmitter, on } = require('node:events');

class BusRequest { constructor(i) { this.body = `bus request ${i}`; } }
const bus = new EventEmitter();
bus.setMaxListeners(0);
function onMessage(i) {
  const request = new BusRequest(i);
  bus.on('message', () => request.body);
}

class OnceTicket { constructor(i) { this.body = `once ticket ${i}`; } }
const starter = new EventEmitter();
starter.setMaxListeners(0);
function neverFired(i) {
  const ticket = new OnceTicket(i);
  starter.once('started', () => ticket.body);
}

class ExitHook { constructor(i) { this.body = `exit hook ${i}`; } }
process.setMaxListeners(0);
function onExit(i) {
  const hook = new ExitHook(i);
  process.on('exit', () => hook.body);
}

class Upload { constructor(i) { this.body = `upload ${i}`; } }
const shutdown = new AbortController();
require('node:events').setMaxListeners(0, shutdown.signal);
function onAbort(i) {
  const upload = new Upload(i);
  shutdown.signal.addEventListener('abort', () => upload.body);
}

class Panel { constructor(i) { this.body = `panel ${i}`; } }
const target = new EventTarget();
require('node:events').setMaxListeners(0, target);
function onResize(i) {
  const panel = new Panel(i);
  target.addEventListener('resize', () => panel.body);
}

class Reader {
  constructor(source) { this.events = on(source, 'line'); }
  async run() { for await (const line of this.events) this.last = line; }
}
const lines = new EventEmitter();
lines.setMaxListeners(0);
function iterate() {
  new Reader(lines).run();
}

exports.units = [onMessage, neverFired, onExit, onAbort, onResize, iterate];
