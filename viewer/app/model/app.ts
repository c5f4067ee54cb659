// State shared by all views: the engine, its open snapshots, and two settings.

import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Engine, OpenSnapshot, Question, SavedReport } from './engine.js';
import { type Place, usePlace } from './place.js';

export interface App {
  engine: Engine;
  snapshots: readonly OpenSnapshot[];
  saved: SavedReport | undefined;
  /** Strings may contain secrets: hidden by default, and never in the URL. */
  showStrings: boolean;
  setShowStrings: (show: boolean) => void;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('a view outside the app');
  return app;
}

/** The snapshot of a place: that of the parameter `s`, or the last. */
export function shownSnapshot(snapshots: readonly OpenSnapshot[], { params }: Place): OpenSnapshot | undefined {
  return snapshots.find(({ snapshot }) => String(snapshot) === params['s']) ?? snapshots.at(-1);
}

export function useSnapshot(): OpenSnapshot {
  const { snapshots } = useApp();
  const snapshot = shownSnapshot(snapshots, usePlace());
  if (snapshot === undefined) throw new Error('a view without a snapshot');
  return snapshot;
}

export interface Answered<Answer> {
  answer: Answer | undefined;
  error: Error | undefined;
}

/** The engine whose answers have contents of strings and keys that are data, or something in their place. */
export function showing(engine: Engine, showStrings: boolean): Engine {
  return {
    isReport: engine.isReport,
    open: (file, options) => engine.open(file, options),
    ask: (snapshots, question, options) => engine.ask(snapshots, { ...question, showStrings }, options),
    list: () => engine.list(),
    close: (snapshot) => engine.close(snapshot),
  };
}

/** Answers stay as they are as long as a snapshot is open: going back shows at once what was there. */
const KEPT = 200;
const kept = new WeakMap<Engine, Map<string, Promise<unknown>>>();

export function ask<Answer>(engine: Engine, snapshots: number[], question: Question): Promise<Answer> {
  const answers = kept.get(engine) ?? new Map<string, Promise<unknown>>();
  kept.set(engine, answers);
  const key = JSON.stringify([snapshots, question]);
  let answer = answers.get(key) as Promise<Answer> | undefined;
  if (answer === undefined) {
    answer = engine.ask(snapshots, question) as Promise<Answer>;
    answer.catch(() => answers.delete(key));
  }
  answers.delete(key);
  answers.set(key, answer);
  const oldest = answers.keys().next();
  if (answers.size > KEPT && !oldest.done) answers.delete(oldest.value);
  return answer;
}

/** The answer to a question, if there is one. The previous answer stays while the next is loading. */
export function useAnswer<Answer>(question: Question | undefined, snapshots: number[]): Answered<Answer> {
  const { engine } = useApp();
  const key = question === undefined ? undefined : JSON.stringify([snapshots, question]);
  const [state, setState] = useState<Answered<Answer>>({ answer: undefined, error: undefined });
  useEffect(() => {
    if (question === undefined) {
      setState({ answer: undefined, error: undefined });
      return;
    }
    let isCurrent = true;
    ask<Answer>(engine, snapshots, question).then(
      (answer) => isCurrent && setState({ answer, error: undefined }),
      (error: Error) => isCurrent && setState({ answer: undefined, error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [engine, key]);
  return state;
}
