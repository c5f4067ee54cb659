'use strict';

/** What a CI system is told of a report: a finding for each suspect and threshold. */

const fs = require('node:fs');
const path = require('node:path');
const { isWithin } = require('../api/is-within.js');
const { localPath } = require('../source-maps/sources.js');
const { statusText } = require('./baseline.js');
const { leakLabel, ownerLabel, sourceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatPercent } = require('./numbers.js');
const { visible } = require('./text.js');

/**
 * @typedef {object} Finding
 * @property {'error' | 'warning' | 'note'} level a known leak is a note, what may leak a warning
 * @property {object} row the suspect
 * @property {object | undefined} known what the baseline says of it
 * @property {string} title one line
 * @property {string[]} lines what it is, printable
 * @property {{ file: string | null, line: number | null, column: number | null } | null} place `file` is relative to the working directory
 */

/**
 * @param {import('../../index').Report} report
 * @param {string} folder the working directory
 * @returns {Finding[]} the report's order
 */
function findingsOf(report, folder = process.cwd()) {
  const known = new Map(report.baseline?.leaks.map((leak) => [leak.fingerprint, leak]));
  return [
    ...report.suspects.map((row) => findingOf(row, levelOf(known.get(row.fingerprint)), known.get(row.fingerprint), folder)),
    ...report.inconclusive.map((row) => findingOf(row, 'warning', undefined, folder)),
  ];
}

const levelOf = (known) => (known?.status === 'known' ? 'note' : 'error');

function findingOf(row, level, known, folder) {
  const verb = level === 'warning' ? 'may leak' : 'leaks';
  return {
    level,
    row,
    known,
    title: visible(`${leakLabel(row)} ${verb}: ${formatAmount(row.count, 'object')} held by ${row.holder.path}`),
    lines: linesOf(row, known).map(visible),
    place: placeOf(row, folder),
  };
}

function linesOf(row, known) {
  const { count, bytes, percent, addedBytes, holder, path: text, reason, advice, fingerprint } = row;
  const declared = textOf(ownerLabel(holder.owner));
  return [
    `${formatAmount(count, 'object')} retaining ${formatBytes(bytes)}, ${formatPercent(percent)} of the heap. ${reason}`,
    ...(addedBytes?.length > 0 ? [`Added: ${addedBytes.map(formatBytesDelta).join(', then ')}`] : []),
    `Held by: ${holder.className} ${holder.path}${declared === '' ? '' : `, ${declared}`}`,
    `Path: ${text}`,
    ...(row.source === null ? [] : [`Class: ${textOf(sourceLabel(row.source))}`]),
    ...(known === undefined ? [] : [`Baseline: ${statusText(known)}`]),
    `Next: ${advice}`,
    `Fingerprint: ${fingerprint}`,
  ];
}

const textOf = (spans) => spans.map(({ text }) => text).join('');

/**
 * Where the holder is declared, else its class, or the class or a function of the objects: the first that is a file in the
 * working directory, with a line if one has it.
 */
function placeOf({ code, holder, source, functions, component }, folder) {
  const sources = [code, holder.owner?.source, holder.source, source, component?.source, ...functions.map((each) => each.source)];
  const places = sources.flatMap((each) => {
    const file = each && fileIn(folder, each.script);
    return file ? [{ file, line: each.line, column: each.column }] : [];
  });
  return places.find(({ line }) => line !== null) ?? places[0] ?? null;
}

/** The path in the folder with slashes, if there is such a file. */
function fileIn(folder, script) {
  if (!script) return undefined;
  const root = realPath(folder);
  for (const file of candidates(root, script)) {
    const real = realPath(file);
    if (real === undefined || real === root || !isWithin(root, real)) continue;
    const within = path.relative(root, real);
    // A name with control characters or commands is none that a repository has.
    if (visible(within) === within) return within.split(path.sep).join('/');
  }
  return undefined;
}

/** A URL of a page may be that of a file which the folder serves. */
function candidates(root, script) {
  const local = localPath(script);
  if (local !== undefined) return [local];
  if (/^https?:/i.test(script)) return [path.join(root, decoded(script.replace(/^https?:\/\/[^/]*\/?/i, '').replace(/[?#].*$/, '')))];
  return /^[a-z][a-z\d+.-]+:/i.test(script) ? [] : [path.join(root, script)];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { findingsOf };
