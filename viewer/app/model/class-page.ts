// Pages of classes that are all in the page: filtered and sorted here.

import type { ClassPage, ClassRow, TextMatch } from '../../../index.js';
import type { Question } from './engine.js';

export function classPage(classes: readonly ClassRow[], { name, sort = 'retainedSize', order = 'descending', offset = 0, limit = 50 }: Question): ClassPage {
  const wanted = classes.filter((row) => isMatch(row.name, name as TextMatch | undefined));
  const sign = order === 'ascending' ? 1 : -1;
  const field = sort as 'retainedSize' | 'name';
  const rows = wanted.toSorted((a, b) => (a[field] < b[field] ? -sign : a[field] > b[field] ? sign : 0));
  const start = Number(offset);
  const end = start + Number(limit);
  return { total: rows.length, classes: rows.slice(start, end), next: end < rows.length ? end : null };
}

/** Matches names with the conditions of `textMatch`. */
function isMatch(text: string, match: TextMatch | undefined): boolean {
  if (match === undefined || typeof match === 'string' || match instanceof RegExp || 'exact' in match) return match === undefined;
  if ('contains' in match) return text.toLowerCase().includes(match.contains.toLowerCase());
  return new RegExp(match.regex, match.flags).test(text);
}
