'use strict';

/** Formats a report as SARIF 2.1.0, which code scanning reads. */

const { version } = require('../../package.json');
const { findingsOf } = require('./findings.js');
const { printableJson } = require('./log-commands.js');
const { visible } = require('./text.js');

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const HELP = 'https://github.com/heapray/heapray/blob/main/docs/leaks.md';
const THRESHOLD = { id: 'threshold', name: 'Threshold', shortDescription: { text: 'A threshold was exceeded' }, helpUri: HELP, defaultConfiguration: { level: 'error' } };

const STATES = { new: 'new', expired: 'unchanged', faster: 'updated', known: 'unchanged' };

/**
 * @param {import('../../index').Report} report
 * @param {{ exceeded?: string[], snapshot?: string }} [options] thresholds that were exceeded; the name of the last snapshot
 */
function formatSarif(report, { exceeded = [], snapshot = 'heapsnapshot' } = {}) {
  const findings = findingsOf(report);
  const rules = rulesOf(findings, exceeded);
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  // Code scanning refuses results without a place.
  const elsewhere = { artifactLocation: { uri: uriOf(visible(snapshot)) } };
  const thresholds = exceeded.map((text) => ({
    ruleId: THRESHOLD.id,
    ruleIndex: index.get(THRESHOLD.id),
    level: 'error',
    message: { text: visible(text) },
    locations: [{ physicalLocation: elsewhere }],
  }));
  const results = [...thresholds, ...findings.map((finding) => resultOf(finding, index.get(finding.row.kind), elsewhere))];
  const driver = { name: 'heapray', version, semanticVersion: version, informationUri: 'https://github.com/heapray/heapray', rules };
  return `${printableJson({ $schema: SCHEMA, version: '2.1.0', runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }] }, 2)}\n`;
}

/** One for each kind of leak. */
function rulesOf(findings, exceeded) {
  const kinds = new Map(findings.map(({ row }) => [row.kind, row.kindLabel]));
  const ofKinds = [...kinds].map(([id, label]) => ({
    id,
    name: `${id[0].toUpperCase()}${id.slice(1)}`,
    shortDescription: { text: `Memory leak: ${visible(label)}` },
    helpUri: HELP,
    defaultConfiguration: { level: 'error' },
  }));
  return exceeded.length === 0 ? ofKinds : [...ofKinds, THRESHOLD];
}

function resultOf({ level, row, known, title, lines, place }, ruleIndex, elsewhere) {
  const { kind, fingerprint, confidence, count, bytes, holder } = row;
  return {
    ruleId: kind,
    ruleIndex,
    level,
    message: { text: [`${title}.`, ...lines].join('\n') },
    locations: [{ physicalLocation: place === null ? elsewhere : physical(place), logicalLocations: [{ fullyQualifiedName: visible(holder.path), kind: 'object' }] }],
    partialFingerprints: { 'heapray/v1': fingerprint },
    ...(known !== undefined && { baselineState: STATES[known.status] }),
    ...(known?.status === 'known' && { suppressions: [{ kind: 'external', ...(known.reason !== '' && { justification: visible(known.reason) }) }] }),
    properties: { confidence, count, bytes },
  };
}

/** Columns count from 1, as ours. */
function physical({ file, line, column }) {
  const region = line === null ? {} : { region: { startLine: line, ...(column !== null && { startColumn: column }) } };
  return { artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' }, ...region };
}

const uriOf = (file) => file.split('/').map(encodeURIComponent).join('/');

module.exports = { formatSarif };
