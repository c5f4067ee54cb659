'use strict';

/** Collections that only grow, held in every way that a program can. */

class LogEntry { constructor(i) { this.body = `log ${i}`; } }
const log = [];

class Session { constructor(i) { this.body = `session ${i}`; } }
const sessions = new Map();

class Visitor { constructor(i) { this.body = `visitor ${i}`; } }
const visitors = new Set();

class Profile { constructor(i) { this.body = `profile ${i}`; } }
const profiles = {};

class Metric { constructor(i) { this.body = `metric ${i}`; } static all = []; }

const store = (() => {
  const hidden = new Map();
  return { add: (key, value) => hidden.set(key, value) };
})();
class Draft { constructor(i) { this.body = `draft ${i}`; } }

class Subject { constructor(i) { this.body = `subject ${i}`; } }
class Verdict { constructor(i) { this.body = `verdict ${i}`; } }
const verdicts = new Map();

class Tagged { constructor(i) { this.body = `tagged ${i}`; } }
class Tag { constructor(i) { this.body = `tag ${i}`; } }
const tags = new WeakMap();
const tagged = [];

class Orphan { constructor(i) { this.body = `orphan ${i}`; } }
const orphans = new WeakMap();

class ChainLink { constructor(i, next) { this.i = i; this.next = next; } }
let chain = null;

class Folder { constructor(i) { this.i = i; this.children = []; } }
const root = new Folder(-1);

const PAGES = Symbol('pages');
class Page { constructor(i) { this.body = `page ${i}`; } }
const site = { [PAGES]: [] };

class Registry {
  #entries = [];
  add(entry) { this.#entries.push(entry); }
}
class Enrolment { constructor(i) { this.body = `enrolment ${i}`; } }
const registry = new Registry();

class Row { constructor(i) { this.body = `row ${i}`; } }
const table = new Proxy({ rows: [] }, { get: (object, name) => object[name] });

class Failure extends Error {}
const failures = [];

const settings = [];

class ApiReply { constructor(i) { this.body = `reply ${i}`; } }
class Lru {
  constructor() { this.items = new Map(); }
  set(key, value) { this.items.set(key, value); }
}
const lru = new Lru();

class Answer { constructor(i) { this.body = `answer ${i}`; } }
function memoize(compute) {
  const cache = new Map();
  const memoized = (key) => {
    if (!cache.has(key)) cache.set(key, compute(key));
    return cache.get(key);
  };
  memoized.cache = cache;
  return memoized;
}
const answer = memoize((key) => new Answer(key));

function tree(i) {
  let at = root;
  for (let bits = i + 1; bits > 1; bits >>= 1) {
    at.children[bits & 1] ??= new Folder(i);
    at = at.children[bits & 1];
  }
  at.children.push(new Folder(i));
}

exports.units = [
  (i) => log.push(new LogEntry(i)),
  (i) => sessions.set(`token ${i}`, new Session(i)),
  (i) => visitors.add(new Visitor(i)),
  (i) => { profiles[`user${i}`] = new Profile(i); },
  (i) => Metric.all.push(new Metric(i)),
  (i) => store.add(i, new Draft(i)),
  (i) => verdicts.set(new Subject(i), new Verdict(i)),
  (i) => { const key = new Tagged(i); tagged.push(key); tags.set(key, new Tag(i)); },
  (i) => orphans.set(new Orphan(i), { i }),
  (i) => { chain = new ChainLink(i, chain); },
  tree,
  (i) => site[PAGES].push(new Page(i)),
  (i) => registry.add(new Enrolment(i)),
  (i) => table.rows.push(new Row(i)),
  (i) => failures.push(new Failure(`failure ${i}`)),
  (i) => settings.push(JSON.parse(`{"retries":${i},"hosts":["a","b"],"limits":{"cpu":${i + 1},"memory":2}}`)),
  (i) => lru.set(i, new ApiReply(i)),
  (i) => answer(i),
];
