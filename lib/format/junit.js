'use strict';

/** Formats a report as JUnit's XML: a test case for each suspect and each threshold. */

const { findingsOf } = require('./findings.js');
const { visible } = require('./text.js');

/**
 * @param {import('../../index').Report} report
 * @param {{ title?: string, thresholds?: { text: string, exceeded: string | undefined }[] }} [options]
 *   `thresholds` are all that were given
 */
function formatJunit(report, { title = '', thresholds = [] } = {}) {
  const leaks = findingsOf(report).map(caseOfFinding);
  const cases = [...leaks, ...thresholds.map(caseOfThreshold)];
  // Many readers take a file without test cases for a failure.
  const all = cases.length === 0 ? [{ attributes: { name: report.verdict, classname: 'heapray' } }] : cases;
  const counts = { tests: all.length, failures: all.filter(({ failure }) => failure).length, errors: 0, skipped: all.filter(({ skipped }) => skipped).length };
  const suite = element('testsuite', { name: title === '' ? 'heapray' : `heapray: ${title}`, ...counts }, `\n${all.map((each) => `    ${textOf(each)}\n`).join('')}  `);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'heapray', ...counts }, `\n  ${suite}\n`)}\n`;
}

/** What may leak, and what is known, is skipped. */
function caseOfFinding({ level, row, title, lines, place }) {
  const attributes = { name: `${title} [${row.fingerprint}]`, classname: `heapray.${row.kind}`, ...(place !== null && { file: place.file, ...(place.line !== null && { line: place.line }) }) };
  return level === 'error' ? { attributes, failure: { message: title, type: row.kind, lines } } : { attributes, skipped: level === 'note' ? 'known leak' : 'inconclusive', lines };
}

function caseOfThreshold({ text, exceeded }) {
  const attributes = { name: text, classname: 'heapray.threshold' };
  return exceeded === undefined ? { attributes } : { attributes, failure: { message: `threshold exceeded: ${exceeded}`, type: 'threshold', lines: [exceeded] } };
}

function textOf({ attributes, failure, skipped, lines = [] }) {
  if (failure !== undefined) return element('testcase', attributes, element('failure', { message: failure.message, type: failure.type }, escaped(failure.lines.join('\n'))));
  if (skipped === undefined) return element('testcase', attributes, '');
  return element('testcase', attributes, element('skipped', { message: skipped }, '') + element('system-out', {}, escaped(lines.join('\n'))));
}

/** @param {string} content markup */
function element(name, attributes, content) {
  const shown = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(visible(String(value)))}"`).join('');
  return content === '' ? `<${name}${shown}/>` : `<${name}${shown}>${content}</${name}>`;
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Two characters that XML may not have are printable otherwise. */
function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]).replace(/[\ufffe\uffff]/g, '\ufffd');
}

module.exports = { formatJunit };
