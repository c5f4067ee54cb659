'use strict';

// More leaks, with different objects and holders: `[what, function, class, path]` as in `leaky.js`.

const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter } = require('node:events');
const http = require('node:http');
const { performance } = require('node:perf_hooks');

/** Keeps the results of `make` in an array. */
function inArray(make) {
  const kept = [];
  return () => void kept.push(make());
}

class Registered {
  static all = new Set();
  constructor() {
    Registered.all.add(this);
  }
}

class Item {}
class Store {
  #items = [];
  add() {
    this.#items.push(new Item());
  }
}

const quiet = () => new EventEmitter().setMaxListeners(0);

class View {
  constructor(bus) {
    bus.on('change', this.render.bind(this));
  }
  render() {}
}

function inStore() {
  const store = new Store();
  return () => store.add();
}

function inList() {
  let head = null;
  return () => {
    head = { next: head };
  };
}

function inDictionary() {
  const pages = {};
  let next = 0;
  return () => {
    pages[`page ${next++}`] = { title: 'a page' };
  };
}

function asKeys() {
  const seen = new Map();
  return () => void seen.set(new Date(), true);
}

function inMaps() {
  const byUser = new Map();
  let next = 0;
  return () => void byUser.set(next++, new Map([['theme', { name: 'dark' }]]));
}

function behindWeakKeys() {
  const keys = [];
  const meta = new WeakMap();
  return () => {
    keys.push({});
    meta.set(keys.at(-1), new Item());
  };
}

function inSetOfTexts() {
  const tokens = new Set();
  return () => void tokens.add(`token ${Math.random()}`);
}

function byId() {
  const callbacks = {};
  let next = 0;
  return () => {
    const id = next++;
    callbacks[id] = () => id;
  };
}

function onSignal() {
  const controller = new AbortController();
  return () => {
    const job = { name: 'a job' };
    controller.signal.addEventListener('abort', () => job);
  };
}

function onTarget() {
  const target = new EventTarget();
  return () => {
    const job = { name: 'a job' };
    target.addEventListener('done', () => job);
  };
}

function ofViews() {
  const bus = quiet();
  return () => void new View(bus);
}

function onceListeners() {
  const bus = quiet();
  return () => void bus.once('never', () => bus);
}

function suspended() {
  const never = new Promise(() => {});
  const work = async () => {
    const job = { name: 'a job' };
    await never;
    return job;
  };
  return () => void work();
}

function afterAwait() {
  const kept = [];
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    kept.push(new Map([['a', 1]]));
  };
}

function contexts() {
  const storage = new AsyncLocalStorage();
  const timers = [];
  class RequestContext {}
  return () => storage.run(new RequestContext(), () => void timers.push(setTimeout(() => {}, 3_600_000).unref()));
}

function generations() {
  let previous = null;
  return () => {
    const older = previous;
    previous = function hold() {
      return older;
    };
  };
}

function* counting() {
  yield 1;
}

module.exports = [
  ['buffers', inArray(() => Buffer.alloc(1024)), /^Buffer$/, /\bkept\}?\[\*\]/],
  ['typed arrays', inArray(() => new Float64Array(100)), /^Float64Array$/, /\bkept\}?\[\*\]/],
  ['texts', inArray(() => `line ${Math.random()} of the log`), /string/, /\bkept\}?\[\*\]/],
  ['empty objects', inArray(() => ({})), /^(\{\}|Object)$/, /\bkept\}?\[\*\]/],
  ['arrays', inArray(() => [1, 2, 3]), /^Array$/, /\bkept\}?\[\*\]/],
  ['errors', inArray(() => new Error('failed')), /^Error$/, /\bkept\}?\[\*\]/],
  ['symbols', inArray(() => Symbol('token')), /symbol/, /\bkept\}?\[\*\]/],
  ['big integers', inArray(() => BigInt(Date.now()) ** 5n), /bigint/, /\bkept\}?\[\*\]/],
  ['regular expressions', inArray(() => new RegExp(`${Math.random()}`)), /regexp/i, /\bkept\}?\[\*\]/],
  ['proxies', inArray(() => new Proxy({}, {})), /./, /\bkept\}?\[\*\]/],
  ['URLs', inArray(() => new URL(`http://localhost/${Math.random()}`)), /^URL$/, /\bkept\}?\[\*\]/],
  ['agents', inArray(() => new http.Agent()), /^Agent$/, /\bkept\}?\[\*\]/],
  ['message channels', inArray(() => new MessageChannel()), /Message/, /\bkept\}?\[\*\]/],
  ['generators', inArray(() => { const iterator = counting(); iterator.next(); return iterator; }), /./, /\bkept\}?\[\*\]/],
  ['bound functions', inArray(() => quiet.bind(null)), /./, /\bkept\}?\[\*\]/],
  ['instances in a static field', () => void new Registered(), /^Registered$/, /\bRegistered\.all\[entry\]/],
  ['instances in a private field', inStore(), /^Item$/, /\bstore\.#items\[\*\]/],
  ['links of a list', inList(), /next|Object/, /\bhead/],
  ['values of a dictionary', inDictionary(), /title|Object/, /\bpages/],
  ['keys of a Map', asKeys(), /^Date$/, /\bseen\[entry\]/],
  ['Maps of a Map', inMaps(), /./, /\bbyUser/],
  ['values behind weak keys', behindWeakKeys(), /./, /\b(keys|meta)/],
  ['texts of a Set', inSetOfTexts(), /string/, /\btokens\[entry\]/],
  ['callbacks by number', byId(), /^Function$/, /\bcallbacks/],
  ['listeners of a signal', onSignal(), /./, /\bcontroller/],
  ['listeners of a target', onTarget(), /./, /\btarget/],
  ['views that listen', ofViews(), /^View$/, /\bbus\._events\.change/],
  ['listeners for once', onceListeners(), /./, /\bbus\._events\.never/],
  ['suspended functions', suspended(), /./, /\bnever/],
  ['what comes after an await', afterAwait(), /^Map$/, /\bkept\}?\[\*\]/],
  ['generations of a closure', generations(), /./, /\bprevious/],
  ['marks of the performance timeline', () => void performance.mark('called'), /^PerformanceMark$/, /./],
  ['contexts of timers', contexts(), /^(RequestContext|Timeout)$/, /\b(timers|timerListMap)/],
];
