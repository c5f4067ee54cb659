// The root of the heap: where every chain of dominators begins.

import type { FilterResult, NodeRow } from '../../../index.js';
import { type Answered, useAnswer, useSnapshot } from './app.js';

export function useRoot(): Answered<NodeRow> {
  const { snapshot } = useSnapshot();
  // Nothing retains more than the root, but with one child it may stand behind it.
  const largest = useAnswer<FilterResult>({ ask: 'filter', limit: 1 }, [snapshot]);
  const id = largest.answer?.nodes[0]?.id;
  const path = useAnswer<NodeRow[]>(id === undefined ? undefined : { ask: 'dominatorPath', id }, [snapshot]);
  return { answer: path.answer?.[0], error: largest.error ?? path.error };
}
