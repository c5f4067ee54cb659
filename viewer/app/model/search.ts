// Parses search boxes into conditions of the API: text, /regular expression/ or @id.

import type { TextMatch } from '../../../index.js';
import { toBytes, toId, toPattern } from '../../../lib/api/typed.js';

/** Text to contain, ignoring case, or a pattern; `undefined` for an empty box. */
export function textMatch(typed: string | undefined): TextMatch | undefined {
  const text = typed?.trim() ?? '';
  return text === '' ? undefined : (toPattern(text) ?? { contains: text });
}

/** `@123`. A plain number is text, because names contain numbers. */
export function typedId(typed: string): number | undefined {
  const text = typed.trim();
  return text.startsWith('@') ? toId(text) : undefined;
}

/** `1MB` → 1000000. */
export function typedSize(typed: string | undefined): number | undefined {
  return typed === undefined || typed.trim() === '' ? undefined : toBytes(typed);
}

/** The same condition for lists in the page. Invalid patterns match nothing. */
export function matches(typed: string | undefined): (text: string) => boolean {
  const match = textMatch(typed);
  if (match === undefined) return () => true;
  if (typeof match === 'object' && 'regex' in match) {
    const pattern = readPattern(match.regex, match.flags ?? '');
    return (text) => pattern?.test(text) ?? false;
  }
  const wanted = (typed ?? '').trim().toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function readPattern(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
