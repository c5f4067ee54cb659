// Source maps that were dropped onto the page: answers have the places and names of the source then.

import type { ClassPage } from '../../../index.js';
import { classPage } from './class-page.js';
import type { Engine, Question } from './engine.js';

/** `viewer/maps`, which is loaded when the first map is dropped. */
export interface SourceMaps {
  add(files: readonly File[]): Promise<void>;
  readonly count: number;
  readonly warnings: readonly string[];
  map(answer: unknown, question: Question, ask: (question: Question, before: number) => Promise<unknown>): Promise<unknown>;
}

const IS_MAP = /\.map$/i;
const IS_OF_MAP = /\.(?:map|[cm]?jsx?)$/i;

/** Maps and their scripts, and all other files. */
export function sortedOut(files: readonly File[], hasMaps: boolean): { maps: File[]; others: File[] } {
  if (!hasMaps && !files.some(({ name }) => IS_MAP.test(name))) return { maps: [], others: [...files] };
  return { maps: files.filter(({ name }) => IS_OF_MAP.test(name)), others: files.filter(({ name }) => !IS_OF_MAP.test(name)) };
}

export async function loadSourceMaps(): Promise<SourceMaps> {
  const { SourceMaps: Loaded } = (await import(new URL('maps.js', document.baseURI).href)) as { SourceMaps: new () => SourceMaps };
  return new Loaded();
}

/** The most rows of an answer. */
const ALL = 100_000;

/** The engine whose answers are mapped. Classes are looked for by the names that the page shows. */
export function mapping(engine: Engine, maps: SourceMaps, tell: () => void): Engine {
  return {
    isReport: engine.isReport,
    open: (file, options) => engine.open(file, options),
    async ask(snapshots, question, options) {
      const byName = question.ask === 'classes' && question['name'] !== undefined;
      const { name, ...others } = question;
      const answer = await engine.ask(snapshots, byName ? { ...others, ask: 'classes', offset: 0, limit: ALL } : question, options);
      const all = [snapshots].flat();
      const askOne = (other: Question, before: number) => engine.ask([all.at(-1 - before) ?? -1], other, options);
      const mapped = await maps.map(answer, question, askOne);
      if (maps.warnings.length > 0) tell();
      return byName ? classPage((mapped as ClassPage).classes, question) : mapped;
    },
    list: () => engine.list(),
    close: (snapshot) => engine.close(snapshot),
  };
}
