'use strict';

// Typical leaks, each with the expected message of a failing test.

const { EventEmitter } = require('node:events');

const prices = new EventEmitter();
prices.setMaxListeners(0);
function subscribe() {
  const view = { price: 0 };
  prices.on('change', (price) => {
    view.price = price;
  });
}

const handlers = [];
function makeHandler() {
  const request = { body: [1, 2, 3] };
  handlers.push(() => request.body.length);
}

const profiles = new Map();
let nextProfile = 0;
function loadProfile() {
  nextProfile += 1;
  profiles.set(`user-${nextProfile}`, { visits: nextProfile, tags: ['new'] });
}

const HOUR = 3_600_000;
class Poller {
  constructor() {
    this.results = [];
    setInterval(() => this.results.push(1), HOUR).unref();
  }
}
function startPolling() {
  new Poller();
}

const pending = [];
function wait() {
  pending.push(new Promise(() => {}));
}

class Session {
  constructor() {
    this.cart = { items: [] };
  }
}
const sessions = new Set();
function open() {
  sessions.add(new Session());
}

let page;
const removed = [];
/** An element that is removed from the document but kept by its creator. */
function showAndRemove() {
  page ??= new (require('jsdom').JSDOM)('<!doctype html><main></main>').window.document;
  const element = page.createElement('section');
  page.querySelector('main').append(element);
  element.remove();
  removed.push(element);
}

/**
 * `[what, function, class, path]`. Vitest runs modules in a block, whose variables have no names in snapshots if they
 * come before a number (`nextProfile`, `HOUR`): these read `(variable)`. The class that names an element depends on
 * whether V8 wrote the names of scripts, which it does not in all pools. jsdom comes last, because it makes the heap
 * several times as large.
 */
module.exports = [
  ['a listener', subscribe, /^Function$/, /(^prices|\(variable\))\._events\.change\[\*\]/],
  ['a closure', makeHandler, /^Function$/, /(^handlers|\(variable\))\[\*\]/],
  ['a cache', loadProfile, /^\{.*\btags\b.*\}$/, /(^profiles|\(variable\))\[entry\]$/],
  ['a timer', startPolling, /^Poller$/, /^timerListMap/],
  ['a promise', wait, /^Promise$/, /^pending\[\*\]$/],
  ['instances of a class', open, /^Session$/, /^sessions\[entry\]$/],
  ['detached elements of jsdom', showAndRemove, /HTMLElement|SymbolTreeNode/, /^removed\[\*\]/],
];
