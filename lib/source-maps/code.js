'use strict';

/** The lines of source code that a suspect is about. Snapshots may name any file: only lines that fit are shown. */

const { beginsAt, identifierAt } = require('./original-text.js');
const { localPath, readSource } = require('./sources.js');

/** Lines before and after the one that matters. */
const AROUND = 1;
/** UTF-16 units: longer lines are not written by hand. */
const MAX_LINE = 300;

/**
 * Adds `code` to the suspects of a report.
 * @param {import('../../index.d.ts').Report} report with places that are mapped
 * @param {import('./mapper.js').Mapper | undefined} mapper
 * @param {(question: { ask: string }) => Promise<any>} ask asks the snapshot that the report is about
 */
async function addCode(report, mapper, ask) {
  const rows = [...report.suspects, ...report.inconclusive];
  if (rows.length === 0 || (await isRedacted(ask))) return;
  const texts = new Texts();
  for (const row of rows) {
    const code = codeOf(row, mapper, texts);
    if (code !== undefined) row.code = code;
  }
}

/** Who hides the contents of a snapshot does not expect code in what is said of it. */
async function isRedacted(ask) {
  const { total } = await ask({ ask: 'filter', type: ['string'], name: { contains: '‹redacted ' }, limit: 0, showStrings: true });
  return total > 0;
}

/** Where the variable or field is declared that holds the objects, else their class. */
function codeOf({ className, source, functions, holder: { owner } }, mapper, texts) {
  const declared = mapper?.declared.get(owner);
  const frame = declared && frameOf(declared.lines, declared, (text) => identifierAt(text) === declared.name);
  if (frame !== undefined) return frame;
  const [called] = functions;
  const places = [
    [owner?.source, owner?.name],
    [source, className],
    [called?.source, called?.name],
  ];
  for (const [place, name] of places) {
    if (!place || place.line === null) continue;
    const original = mapper?.originals.get(place);
    const lines = original === undefined ? texts.lines(place.script) : original.lines;
    const found = frameOf(lines, place, () => beginsAt(lines, { line: place.line - 1, column: place.column - 1 }, original === undefined ? name : undefined));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param {(text: string) => boolean} fits what the line says from the column on */
function frameOf(lines, { script, line, column }, fits) {
  const text = lines?.[line - 1];
  if (text === undefined || !fits(text.slice(column - 1))) return undefined;
  const first = Math.max(1, line - AROUND);
  const shown = lines.slice(first - 1, line + AROUND);
  if (shown.some((each) => each.length > MAX_LINE)) return undefined;
  return { script, line, column, lines: shown.map((each, i) => ({ line: first + i, text: each })) };
}

/** Source files by the names of scripts. */
class Texts {
  #lines = new Map();

  lines(script) {
    if (!this.#lines.has(script)) {
      const file = script === null ? undefined : localPath(script);
      const text = file === undefined ? undefined : readSource(file);
      this.#lines.set(script, text?.split(/\r\n?|[\n\u2028\u2029]/));
    }
    return this.#lines.get(script);
  }
}

module.exports = { addCode };
