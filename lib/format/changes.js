'use strict';

/** A comment on a pull request: what changed against the base branch's report, and the report. */

const { speedOf } = require('./baseline.js');
const { shortened } = require('./budget.js');
const document = require('./document.js');
const { formatBytes, formatBytesDelta } = require('./numbers.js');
const { formatReport } = require('./report.js');
const { heap, words } = require('./spans.js');

/** GitHub takes 65,536 characters. */
const MAX_REPORT = 50_000;
/** Rows of each list of the report; the saved one has more. */
const MAX_LIST = 10;
/** Rows of changes. */
const MAX_ROWS = 30;

/** A saved report has no dates that could expire. */
const STATES = { new: 'new', faster: 'faster', expired: 'as before', known: 'as before' };

/**
 * @param {import('../../index').Report} report
 * @param {{ base?: { report: import('../../index').Report, comparison: import('../../index').BaselineComparison }, failures?: string[] }} [options]
 */
function formatChanges(report, { base, failures = [] } = {}) {
  const blocks = [
    document.title('Memory'),
    ...failures.map((text) => document.line([words('Failed: ', 'alarm'), heap(text)])),
    ...(base === undefined ? [document.line('There is no report of the base branch to compare with.')] : changeBlocks(report, base)),
  ];
  const whole = formatReport(shortened(report, MAX_LIST), { format: 'markdown', maxBytes: MAX_REPORT });
  return `${document.render(blocks, { format: 'markdown' })}\n<details><summary>Report</summary>\n\n${whole}\n</details>\n`;
}

function changeBlocks(report, { report: before, comparison }) {
  const growth = report.totals.size - before.totals.size;
  const rows = [
    ...comparison.leaks.map(({ status, className, holder, bytes, ...leak }) => [STATES[status], heap(className), heap(holder, 'path'), formatBytes(bytes), status === 'faster' ? speedOf(leak) : '']),
    ...comparison.missing.map(({ className, holder }) => ['gone', heap(className), heap(holder, 'path'), '', '']),
  ];
  const columns = [{ title: 'Leak' }, { title: 'Class' }, { title: 'Held by' }, { title: 'Retained', align: 'right' }, { title: 'Growth' }];
  return [
    document.line(['The heap has ', words(formatBytes(report.totals.size), 'strong'), `, ${formatBytesDelta(growth)} against the base branch.`]),
    ...(rows.length === 0 ? [document.line('Neither branch leaks.')] : [document.table(columns, rows.slice(0, MAX_ROWS))]),
  ];
}

module.exports = { formatChanges };
