// Chooses the page's engine: the server behind it, the answers inside it, or WebAssembly in a worker.

import type { Engine, SavedReport } from '../model/engine.js';
import { embeddedClient, type Embedded } from './embedded.js';
import { httpClient } from './http.js';
import { workerClient } from './worker.js';

/** The data written into the page. */
export interface Start {
  engine: 'worker' | 'http' | 'embedded';
  /** The answers of an embedded engine. */
  data?: Embedded;
  /** A report to show first. */
  saved?: SavedReport;
}

export function engineFor({ engine, data }: Start): Engine {
  if (engine === 'embedded' && data !== undefined) return withKind(embeddedClient(data), true);
  return withKind(engine === 'http' ? httpClient(location.href) : workerClient(), false);
}

function withKind(client: Omit<Engine, 'isReport'>, isReport: boolean): Engine {
  return {
    isReport,
    open: (file, options) => client.open(file, options),
    ask: (snapshots, question, options) => client.ask(snapshots, question, options),
    list: () => client.list(),
    close: (snapshot) => client.close(snapshot),
  };
}
