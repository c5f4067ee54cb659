// A TypeScript service that leaks in four places, as its bundlers see it, and what a report must say of each leak.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILES = {
  'src/store.ts': `/** What a visitor has open. */
export interface Visit {
  user: string;
}

export class Session {
  readonly visits: Visit[] = [];
  constructor(readonly token: string) {}
}

export class SessionStore {
  private readonly entries = new Map<string, Session>();

  open(token: string): Session {
    const session = new Session(token);
    this.entries.set(token, session);
    return session;
  }

  get size(): number {
    return this.entries.size;
  }

  set size(most: number) {
    for (const token of [...this.entries.keys()].slice(most)) this.entries.delete(token);
  }
}
`,
  'src/db/pool.ts': `export class Connection {
  constructor(public host: string, public port: number) {}
}

const waiting: Connection[] = [];

export function checkout(port: number): Connection {
  const connection = new Connection('db' + port, port);
  waiting.push(connection);
  return connection;
}

// Bundlers leave out what is never read.
export const pending = () => waiting.length;
`,
  'src/feed.ts': `export class Quote {
  constructor(public price: number, public at: string) {}
}

export const feeds = {
  open() {
    const history = new Map<number, Quote>();
    return function onQuote(price: number) {
      history.set(history.size, new Quote(price, 'at ' + price));
      return history.size;
    };
  },
};
`,
  'node_modules/tiny-bus/package.json': '{"name":"tiny-bus","version":"1.0.0","main":"index.js","module":"index.mjs"}',
  'node_modules/tiny-bus/index.js': "exports.Bus = require('./bus.js').Bus;\n",
  'node_modules/tiny-bus/bus.js': `'use strict';

class Message {
  constructor(text) {
    this.text = text;
  }
}

class Bus {
  constructor() {
    this.log = [];
  }
  emit(text) {
    this.log.push(new Message(text));
  }
}

exports.Bus = Bus;
`,
  'src/main.ts': `import { writeHeapSnapshot } from 'node:v8';
import { Bus } from 'tiny-bus';
import { checkout, pending } from './db/pool';
import { feeds } from './feed';
import { SessionStore } from './store';

const store = new SessionStore();
const onQuote = feeds.open();
const bus = new Bus();
(globalThis as any).keep = () => [store, onQuote, bus, pending()];

function round(from: number) {
  for (let i = from; i < from + 500; i += 1) {
    store.open('token' + i).visits.push({ user: 'user' + i });
    checkout(i);
    onQuote(i);
    bus.emit('message ' + i);
  }
}

const out = process.argv[2];
for (let i = 0; i < 3; i += 1) {
  round(i * 500);
  writeHeapSnapshot(out + i + '.heapsnapshot');
}
`,
};

/** What is in the source, by the class that leaks. Places are where V8 sees functions: at their parameters, or at \`class\`. */
export const LEAKS = {
  Session: { source: 'src/store.ts:8:14', holder: 'store.entries', path: 'store.entries[entry]', owner: 'class SessionStore src/store.ts:11:8' },
  Connection: { source: 'src/db/pool.ts:2:14', holder: 'waiting', path: 'waiting[*]', owner: 'module src/db/pool.ts' },
  Quote: { source: 'src/feed.ts:2:14', holder: 'onQuote → context.history', path: 'onQuote → context.history[entry]', owner: 'function open src/feed.ts:6:7' },
  Message: { source: 'node_modules/tiny-bus/bus.js:4:14', holder: 'bus.log', path: 'bus.log[*]', owner: 'class Bus node_modules/tiny-bus/bus.js:10:14' },
};

export const SOURCES = Object.keys(FILES).filter((file) => file.endsWith('.ts'));

export function writeProject(folder) {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}

/** Runs a built program. @returns its three snapshots, oldest first */
export function snapshotsOf(program) {
  const prefix = path.join(path.dirname(program), 'heap-');
  const { status, stderr } = spawnSync(process.execPath, [program, prefix], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return [0, 1, 2].map((i) => `${prefix}${i}.heapsnapshot`);
}

/** What a report says of the leaks, with paths relative to the project. */
export function leaksIn({ suspects }, folder) {
  const within = (file) => file.replace(`${folder}${path.sep}`, '').replaceAll(path.sep, '/');
  const place = ({ script, line, column }) => within(line === null ? script : `${script}:${line}:${column}`);
  const row = ({ className, source, holder, path: text }) => {
    const { kind, name, source: at } = holder.owner;
    const owner = kind === 'module' ? `module ${within(name)}` : `${kind} ${name} ${place(at)}`;
    return [className, { source: place(source), holder: holder.path, path: text, owner }];
  };
  return Object.fromEntries(suspects.map(row));
}

export const fingerprintsIn = ({ suspects }) => Object.fromEntries(suspects.map(({ className, fingerprint }) => [className, fingerprint]));
