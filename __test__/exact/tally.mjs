// Counts what was compared, keeps the first mismatches of each kind, and prints both.

import { exemptions } from './exemptions.mjs';

const shownPerKind = 10;

export class Tally {
  /** What was compared: files, nodes, classes, values … */
  compared = {};
  /** Exemption → `{ nodes, classes, files }`. */
  exempted = {};
  /** Kind → `{ count, first: string[] }`. */
  mismatches = {};

  count(what, number = 1) {
    this.compared[what] = (this.compared[what] ?? 0) + number;
  }

  exempt(name, what, number = 1) {
    if (!(name in exemptions)) throw new Error(`no exemption is called ${name}`);
    if (number === 0) return;
    this.exempted[name] ??= {};
    this.exempted[name][what] = (this.exempted[name][what] ?? 0) + number;
  }

  /** One value of one thing. `where` is asked only when the two differ. */
  equal(kind, expected, actual, where) {
    this.count('values');
    if (Object.is(expected, actual)) return;
const from = firstDifference(expected, actual);
    this.mismatch(kind, () => `${where()}: DevTools ${show(expected, from)}, heapray ${show(actual, from)}`);
  }

  mismatch(kind, text) {
    const entry = (this.mismatches[kind] ??= { count: 0, first: [] });
    entry.count++;
    if (entry.first.length < shownPerKind) entry.first.push(text());
  }

  /** Adds the counts of another tally; its mismatches get `prefix`. */
  add(other, prefix = '') {
    for (const [what, number] of Object.entries(other.compared)) this.count(what, number);
    for (const [name, counts] of Object.entries(other.exempted)) {
      for (const [what, number] of Object.entries(counts)) this.exempt(name, what, number);
    }
    for (const [kind, { count, first }] of Object.entries(other.mismatches)) {
      const entry = (this.mismatches[kind] ??= { count: 0, first: [] });
      entry.count += count;
      entry.first.push(...first.slice(0, shownPerKind - entry.first.length).map((text) => prefix + text));
    }
  }

  get mismatchCount() {
    return Object.values(this.mismatches).reduce((sum, { count }) => sum + count, 0);
  }

  /** The counts, in one line. */
  summary() {
    const counted = Object.entries(this.compared).filter(([, number]) => number > 0);
    const counts = counted.map(([what, number]) => `${number.toLocaleString('en-US')} ${what}`);
    const mismatches = this.mismatchCount;
    return `compared ${counts.join(', ')}: ${mismatches ? `${mismatches.toLocaleString('en-US')} MISMATCHES` : 'all equal'}`;
  }

  /** Exemptions with their reasons, and mismatches. */
  details() {
    const lines = [];
    for (const name of Object.keys(exemptions).filter((name) => name in this.exempted)) {
      const counts = Object.entries(this.exempted[name]).map(([what, number]) => `${number} ${what}`);
      lines.push(`  exempt: ${name} (${counts.join(', ')}): ${exemptions[name]}`);
    }
    for (const [kind, { count, first }] of Object.entries(this.mismatches)) {
      lines.push(`  MISMATCH: ${kind}, ${count} times`, ...first.map((text) => `    ${text}`));
    }
    return lines.join('\n');
  }
}

// Where two long texts part, so that the part that matters is shown.
function firstDifference(expected, actual) {
  if (typeof expected !== 'string' || typeof actual !== 'string') return 0;
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  return at < 60 ? 0 : at - 30;
}

function show(value, from) {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(from ? `…${value.slice(from)}` : value);
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
