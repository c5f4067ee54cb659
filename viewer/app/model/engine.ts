// What answers questions about snapshots, as the views see it: they never know which engine they talk to.
//
// Engines speak the protocol (docs/protocol.md): a Web Worker with the core as WebAssembly, the addon behind
// `heapray view`, or the answers inside an HTML report.

import type { Progress, Report, Snapshot, Statistics } from '../../../index.js';

/** A question of the protocol: its name and its options. */
export type Question = { ask: string } & Record<string, unknown>;

/** A snapshot that is open in the engine. */
export interface OpenSnapshot {
  /** The engine's number for it. */
  snapshot: number;
  /** Its file's name. */
  name: string;
  summary: Summary;
}

export interface Summary extends Pick<Snapshot, 'rootId' | 'nodeCount' | 'edgeCount' | 'stringCount' | 'totalSize' | 'meta' | 'skipped'> {
  statistics: Statistics;
}

export interface Options {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** The part of the protocol's client that the app uses. */
export interface Client {
  open(file: Blob, options: Options & { name: string }): Promise<OpenSnapshot>;
  ask(snapshots: number | number[], question: Question, options?: Options): Promise<unknown>;
  list(): Promise<OpenSnapshot[]>;
  close(snapshot: number): Promise<void>;
}

export interface Engine extends Client {
  /** An HTML report opens no files, and has answers about the top of the heap only. */
  readonly isReport: boolean;
}

/** A report saved earlier with `heapray report --format json`: the overview is all there is. */
export interface SavedReport {
  name: string;
  report: Report;
}
