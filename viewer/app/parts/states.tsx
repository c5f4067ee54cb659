// Placeholders for an answer that is loading or failed.

import type { ComponentChildren } from 'preact';
import type { Answered } from '../model/app.js';
import { HeaprayError } from '../../../lib/api/heapray-error.js';
import { visible } from '../../../lib/format/text.js';

export function Failure({ error }: { error: Error }) {
  const code = error instanceof HeaprayError ? error.code : undefined;
  return (
    <div class="failure" role="alert">
      <strong>{visible(error.message)}</strong>
      {code !== undefined && <code>{code}</code>}
    </div>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p class="waiting" role="status">
      {what} …
    </p>
  );
}

interface AnswerProps<T> {
  of: Answered<T>;
  /** The activity, shown while the answer is loading. */
  what: string;
  children: (answer: T) => ComponentChildren;
}

/** An answer, its activity while it is loading, or its error. */
export function Answer<T>({ of: { answer, error }, what, children }: AnswerProps<T>) {
  if (error !== undefined) return <Failure error={error} />;
  return <>{answer === undefined ? <Waiting what={what} /> : children(answer)}</>;
}
