'use strict';

/** Decides on colours, width and progress from the environment and the streams. */

const { progressText } = require('../format/progress.js');

/** The width of a line without a terminal, in cells: wide enough for tables, narrow enough for a log. */
const WIDTH_WITHOUT_TERMINAL = 120;

/** https://no-color.org and https://force-color.org; the latter has precedence, as in Node. */
function wantsColor(stream, env) {
  const force = env.FORCE_COLOR;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}

function widthOf(stream, env) {
  if (stream.isTTY && stream.columns > 0) return stream.columns;
  const columns = Number(env.COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : WIDTH_WITHOUT_TERMINAL;
}

/** A progress line on stderr, cleared at the end; none without a terminal. */
function createProgressLine(stream, env) {
  if (!stream.isTTY || env.TERM === 'dumb') return { isLive: false, show() {}, update() {}, clear() {} };
  let shown = false;
  const show = (text) => {
    stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`);
    shown = true;
  };
  return {
    isLive: true,
    show,
    update(progress) {
      show(progressText(progress));
    },
    clear() {
      if (shown) stream.write('\r\x1b[K');
      shown = false;
    },
  };
}

module.exports = { WIDTH_WITHOUT_TERMINAL, wantsColor, widthOf, createProgressLine };
