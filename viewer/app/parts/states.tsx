// What is shown in place of an answer: that it is loading, or an error.

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
  /** What is being done, for the time until it is there. */
  what: string;
  children: (answer: T) => ComponentChildren;
}

/** An answer, or that it is loading, or an error. */
export function Answer<T>({ of: { answer, error }, what, children }: AnswerProps<T>) {
  if (error !== undefined) return <Failure error={error} />;
  return <>{answer === undefined ? <Waiting what={what} /> : children(answer)}</>;
}
