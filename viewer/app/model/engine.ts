// The interface of engines, which answer questions about snapshots. Views do not know which engine answers.
//
// Engines speak the protocol (docs/protocol.md): a Web Worker with the core as WebAssembly, the addon behind
// `heapray view`, or the answers inside an HTML report.

import type { Progress, Report, Snapshot, Statistics } from '../../../index.js';

/** A question of the protocol: its name and its options. */
export type Question = { ask: string } & Record<string, unknown>;

/** An open snapshot. */
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

/** Whether it was made of a sampling profile, which has allocations and no objects. */
export function isProfile({ summary }: OpenSnapshot): boolean {
  return summary.meta['sampled'] === true;
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
  /** Whether the page is an HTML report, which opens no files and has answers about the top of the heap only. */
  readonly isReport: boolean;
}

/** A report saved with `heapray report --format json`, for which there is only the overview. */
export interface SavedReport {
  name: string;
  report: Report;
}
