'use strict';

/** `suspect`: all that is known of one suspect, with the steps of its path and the code that holds it. */

const { heap } = require('../../format/spans.js');
const { sourceLabel } = require('../../format/labels.js');
const { answerText, lineOf } = require('../answer.js');
const { snapshotNamed } = require('../common.js');
const { noSuchSuspect } = require('../errors.js');
const { codeRows, leakLines, leaksIn } = require('../leak.js');

module.exports = {
  name: 'suspect',
  description: 'All that open knows of one suspect: reason, growth, holders, what a fix frees, advice, example ids, the steps of its path, and the code that declares its holder.',
  arguments: {
    number: { type: 'whole', min: 1, max: 1000, default: 1, help: 'as in the answer of open' },
    snapshot: snapshotNamed('one of the series; default the last opened'),
  },

  async run({ number, snapshot }, { snapshots, code }) {
    const { report } = snapshots.series(snapshot);
    const leaks = leaksIn(report);
    const { [number - 1]: leak } = leaks;
    if (leak === undefined) throw noSuchSuspect(`there is no suspect ${number}: the report has ${leaks.length}`);
    const { row, title } = leak;
    const lines = row.code === undefined ? code.linesOrNone(placeOf(row)) : [];
    return answerText({
      head: [...leakLines(row, { title, timeline: report.timeline }), ...codeRows(lines)],
      rows: ['Steps of the path:', ...row.steps.filter(({ internal }) => !internal).map(stepLine)],
    });
  },
};

/** Where the variable that holds the objects is declared, else their class. */
function placeOf({ holder: { owner, source: own }, source }) {
  return [owner?.source, own, source].find((place) => place && place.line !== null) ?? null;
}

function stepLine({ edge, className, id, source }) {
  return lineOf('  ', heap(edge), ' is ', heap(className), ` @${id}`, source === null ? [] : [', ', sourceLabel(source)]);
}
