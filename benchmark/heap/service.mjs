// The other part of the heap: the data of a server. Sessions with listeners, a cache linked in the order of use, histories,
// buffers, pending promises and errors.

import { EventEmitter } from 'node:events';

class CacheEntry {
  constructor(key, value) {
    this.key = key;
    this.value = value;
    this.older = null;
    this.newer = null;
  }
}

/** A map whose entries are also linked from newest to oldest, so that each has two paths. */
class RecentlyUsed {
  #entries = new Map();
  #newest = null;

  set(key, value) {
    const entry = new CacheEntry(key, value);
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    this.#newest = entry;
    this.#entries.set(key, entry);
  }
}

class Visit {
  constructor(path, random, before) {
    this.path = path;
    this.at = new Date(1.7e12 + random.below(1e9));
    this.durationMs = random.next() * 500;
    this.before = before;
  }
}

class Session {
  static nextNumber = 1n;

  constructor(service, random) {
    this.number = Session.nextNumber++;
    this.token = random.hex(32);
    this.user = { name: random.word(), email: `${random.word()}@example.com`, roles: roles(random) };
    this.events = new EventEmitter();
    this.settings = settings(random);
    this.scores = Float64Array.from({ length: random.between(8, 64) }, () => random.next());
    this.samples = Array.from({ length: random.between(4, 24) }, () => random.next() * 100);
    this.lastVisit = this.#visits(random);
    this.greeting = `Welcome back, ${this.user.name}, ` + this.user.email + '. ' + random.sentence(3);
    this.events.on('change', change => service.audit(this, change));
    this.events.once('end', this.#end.bind(this));
    this.finished = new Promise(resolve => { this.finish = resolve; });
    if (random.chance(0.05)) this.problem = new RangeError(`no such page: /${random.word()}`);
    if (random.chance(0.2)) this[Symbol(random.word())] = new Set(this.user.roles);
  }

  #visits(random) {
    let visit = null;
    for (let count = random.between(2, 12); count > 0; count--) visit = new Visit(`/${random.name()}/${random.name()}`, random, visit);
    return visit;
  }

  #end() {
    this.finish(this.lastVisit);
  }
}

function roles(random) {
  return Array.from({ length: random.between(1, 3) }, () => random.pick(['reader', 'author', 'editor', 'admin']));
}

/** An object used as a dictionary, for which V8 uses another representation than for objects with a shape. */
function settings(random) {
  const values = {};
  for (let count = random.between(3, 30); count > 0; count--) values[`${random.name()}.${random.name()}`] = random.pick([true, 'on', 17, null]);
  delete values[Object.keys(values)[0]];
  return values;
}

/** A server with sessions; `open` adds one. */
export class Service {
  sessions = new Map();
  pages = new RecentlyUsed();
  auditLog = [];
  #owners = new WeakMap();

  open(random) {
    const session = new Session(this, random);
    this.sessions.set(session.token, session);
    this.#owners.set(session, { since: session.lastVisit.at, by: session.user.name });
    this.pages.set(`/${random.name()}/${random.below(1e6)}`, { title: random.sentence(4), html: Buffer.alloc(random.between(64, 512), 60), hits: random.below(99) });
    session.events.emit('change', { kind: 'opened', weight: random.next() });
  }

  audit(session, change) {
    this.auditLog.push({ session: session.token, kind: change.kind, weight: change.weight, undo: () => session.events.emit('undo', change) });
  }
}
