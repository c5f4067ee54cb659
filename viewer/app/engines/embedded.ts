// Answers that were asked for when a report was written → an engine for the top of the heap.
//
// `lib/view/embed.js` writes them: what a page would ask to show the overview, the largest classes, the
// treemap, and every object on the way. Lists of classes are sorted and filtered here; anything else is
// looked up as it was asked.

import type { ClassPage, ClassRow, TextMatch } from '../../../index.js';
import { HeaprayError } from '../../../lib/heapray-error.js';
import type { Client, OpenSnapshot, Question } from '../model/engine.js';

export interface Embedded {
  snapshots: OpenSnapshot[];
  /** The largest classes of the last snapshot. */
  classes: ClassRow[];
  /** Answers by question. */
  answers: Record<string, unknown>;
}

const NOT_HERE = 'This report has the top of the heap only. heapray view opens the snapshot itself, with all of it.';

export function embeddedClient({ snapshots, classes, answers }: Embedded): Client {
  return {
    list: async () => snapshots,
    async ask(_, question) {
      if (question.ask === 'classes') return classPage(classes, question);
      const answer = answers[keyOf(question)];
      if (answer === undefined) throw new HeaprayError('ERR_CLOSED', NOT_HERE);
      return answer;
    },
    async open() {
      throw new HeaprayError('ERR_CLOSED', NOT_HERE);
    },
    async close() {},
  };
}

/** A question's fields in the order of their names; pages are cut here, so that where one begins does not count. */
function keyOf({ limit: _limit, offset: _offset, showStrings: _show, ...question }: Question): string {
  return JSON.stringify(Object.fromEntries(Object.entries(question).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function classPage(classes: readonly ClassRow[], { name, sort = 'retainedSize', order = 'descending', offset = 0, limit = 50 }: Question): ClassPage {
  const wanted = classes.filter((row) => isMatch(row.name, name as TextMatch | undefined));
  const sign = order === 'ascending' ? 1 : -1;
  const field = sort as 'retainedSize' | 'name';
  const rows = wanted.toSorted((a, b) => (a[field] < b[field] ? -sign : a[field] > b[field] ? sign : 0));
  const start = Number(offset);
  const end = start + Number(limit);
  return { total: rows.length, classes: rows.slice(start, end), next: end < rows.length ? end : null };
}

function isMatch(text: string, match: TextMatch | undefined): boolean {
  if (match === undefined) return true;
  if (typeof match === 'string') return text === match;
  if ('exact' in match) return text === match.exact;
  if ('contains' in match) return text.toLowerCase().includes(match.contains.toLowerCase());
  if (match instanceof RegExp) return match.test(text);
  return new RegExp(match.regex, match.flags).test(text);
}
