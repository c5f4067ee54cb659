'use strict';

/** The sentences of a report with the names of the original source. A name is replaced where its sentence has it, not elsewhere. */

const { leakLabel } = require('../format/labels.js');

const VERBS = [' leaks', ' probably leaks', ' may leak'];

/** What the sentences of a report name. */
function namesIn({ suspects = [], inconclusive = [] }) {
  return new Map([...suspects, ...inconclusive].map((row) => [row, namesOf(row)]));
}

/** What the verdict names of growth without a suspect. */
function placesOfGrowth({ candidates = [] }) {
  return candidates.map(({ className, path }) => `${className} at ${path}, `);
}

function namesOf(row) {
  const { className, holder, path, deadVariables: [dead] = [] } = row;
  return { className, label: leakLabel(row), holderClass: holder.className, holder: holder.path, path, variable: dead?.variable, owner: dead?.owner?.name };
}

/**
 * @param {import('../../index.d.ts').Report} report with names that are mapped
 * @param {ReturnType<typeof namesIn>} before the names in its rows before
 * @param {string[]} grown `placesOfGrowth` before
 */
function mapSentences(report, before, grown) {
  for (const [row, names] of before) row.advice = adviceWith(row.advice, names, namesOf(row));
  const named = report.suspects.length > 0 ? report.suspects.slice(0, 1) : report.inconclusive;
  let rest = report.verdict;
  let done = '';
  for (const row of named) {
    const pieces = accusationWith(rest, before.get(row), namesOf(row));
    if (pieces === undefined) break;
    [done, rest] = [done + pieces.done, pieces.rest];
  }
  report.verdict = report.outcome === 'grew' ? growthWith(rest, grown, placesOfGrowth(report)) : done + rest;
}

/** `… Not suspected: CLASS at PATH, 1 MB: WHY; …` */
function growthWith(text, before, after) {
  let rest = text;
  let done = '';
  for (const [at, from] of before.entries()) {
    const begin = rest.indexOf(from);
    if (begin === -1) break;
    done += rest.slice(0, begin) + after[at];
    rest = rest.slice(begin + from.length);
  }
  return done + rest;
}

/** `CLASS leaks: 3 objects retaining 1 MB are held by HOLDER; …` or `CLASS leaks: 1 object, PATH, retains 1 MB; …` */
function accusationWith(text, before, after) {
  for (const verb of VERBS) {
    const begin = text.indexOf(`${before.label}${verb}`);
    if (begin === -1 || (begin > 0 && text[begin - 1] !== ' ')) continue;
    const head = text.slice(0, begin) + after.label + verb;
    const tail = text.slice(begin + before.label.length + verb.length);
    for (const [open, from, to] of [[' are held by ', before.holder, after.holder], [': 1 object, ', before.path, after.path]]) {
      const at = tail.indexOf(open + from);
      if (at === -1) continue;
      const end = at + open.length + from.length;
      return { done: head + tail.slice(0, at) + open + to, rest: tail.slice(end) };
    }
  }
  return undefined;
}

/** `VARIABLE is kept by the scope of FUNCTION and no live function reads it: …` */
function adviceWith(advice, before, after) {
  if (before.variable === undefined) return advice;
  const [from, to] = [before, after].map(({ variable, owner }) => `${variable} is kept by ${owner ? `the scope of ${owner}` : 'its scope'} and `);
  return advice.startsWith(from) ? to + advice.slice(from.length) : advice;
}

module.exports = { mapSentences, namesIn, namesOf, placesOfGrowth };
