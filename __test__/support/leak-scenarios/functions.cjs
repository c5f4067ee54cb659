'use strict';

/** Functions and pending work: closures, timers, promises, generators. */

const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');

class Document_ { constructor(i) { this.body = `document ${i}`; } }
const hooks = [];
function afterCommit(i) {
  const document = new Document_(i);
  hooks.push(function hook() { return document; });
}

// Two functions share a scope: the one that is kept does not use the variable of the other.
class Attachment { constructor(i) { this.body = `attachment ${i}`; } }
const done = [];
function shared(i) {
  const attachment = new Attachment(i);
  const use = () => attachment.body;
  use();
  done.push(function finished() { return i; });
}

// The classic example of a shared scope: each generation keeps its predecessor.
let theThing = null;
function replaceThing() {
  const originalThing = theThing;
  const unused = () => originalThing && 'hi';
  theThing = { longString: new Array(100).join('*'), someMethod() { return 1; } };
  return unused;
}

class Poller { constructor(i) { this.body = `poller ${i}`; } }
function poll(i) {
  const poller = new Poller(i);
  setInterval(() => poller.body, 1e6).unref();
}

class Reminder { constructor(i) { this.body = `reminder ${i}`; } }
function remind(i) {
  const reminder = new Reminder(i);
  setTimeout(() => reminder.body, 2e6);
}

class Job { constructor(i) { this.body = `job ${i}`; } }
const waiting = [];
async function work(i) {
  const job = new Job(i);
  await new Promise((resolve) => waiting.push(resolve));
  return job.body;
}

class Step { constructor(i) { this.body = `step ${i}`; } }
let release;
let last = new Promise((resolve) => { release = resolve; });
function queue(i) {
  const step = new Step(i);
  last = last.then(() => step.body);
}

class Cursor { constructor(i) { this.body = `cursor ${i}`; } }
const streams = [];
async function* read(i) {
  const cursor = new Cursor(i);
  yield cursor.body;
  yield cursor;
}
async function stream(i) {
  const generator = read(i);
  await generator.next();
  streams.push(generator);
}

class RequestStore { constructor(i) { this.body = `store ${i}`; } }
const storage = new AsyncLocalStorage();
const pool = [];
function connect(i) {
  storage.run(new RequestStore(i), () => pool.push(new AsyncResource('Connection')));
}

class TraceStore { constructor(i) { this.body = `trace ${i}`; } }
const traces = new AsyncLocalStorage();
const pending = [];
function trace(i) {
  traces.run(new TraceStore(i), () => pending.push(new Promise(() => {})));
}

exports.units = [afterCommit, shared, replaceThing, poll, remind, (i) => { work(i); }, queue, stream, connect, trace];
exports.close = () => release;
