'use strict';

/** The answer of `trend` as one page with charts, without scripts. */

const { formatAmount, formatBytes, formatBytesDelta } = require('./numbers.js');
const { visible } = require('./text.js');

const WIDTH = 720;
const HEIGHT = 220;
const MARGIN = { left: 80, right: 16, top: 12, bottom: 24 };
/** Lines of a chart; more cannot be told apart. */
const MAX_LINES = 8;
const COLORS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951', '#ff8ab7', '#a463f2', '#97bbf5'];

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto}svg text{fill:currentColor;font-size:12px}.grid{stroke:currentColor;opacity:.15}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{overflow-wrap:anywhere}.key{display:inline-block;width:.8em;height:.8em;border-radius:2px}`;

/** @param {object} trend */
function trendPage({ points, pods, suspects, classes, owners }) {
  // A line for each pod, with its first point at the left.
  const linesOf = (values) => pods.map((pod) => pod.points.map((i) => values[i]));
  const sections = [
    section('Heap', pods.map((pod) => ({ ...pod, name: pod.name || 'heap', lines: [pod.points.map((i) => points[i].size)] }))),
    section('Suspects', suspects.map((row) => ({ ...row, name: `${row.className} held by ${row.holder}`, lines: linesOf(row.bytes), note: noteOf(row) }))),
    section('Classes', classes.map((row) => ({ ...row, lines: linesOf(row.retained) }))),
    section('Owners', owners.map((row) => ({ ...row, name: row.name ?? 'own code', lines: linesOf(row.retained) }))),
  ];
  const policy = `default-src 'none'; style-src 'unsafe-inline'`;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>heapray: heap trend</title><style>${STYLE}</style>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body><h1>Heap trend</h1>\n${sections.join('\n')}\n</body></html>\n`;
}

const noteOf = ({ pods, of }) => (of === 1 ? '' : `in ${pods} of ${formatAmount(of, 'pod')}`);

/** A chart of the first rows, and a table of all. */
function section(title, rows) {
  if (rows.length === 0) return '';
  const colored = rows.map((row, i) => ({ ...row, color: i < MAX_LINES ? COLORS[i] : undefined }));
  return `<h2>${title}</h2>\n${chart(title, colored.filter(({ color }) => color))}\n${table(colored)}`;
}

function chart(title, rows) {
  const values = rows.flatMap(({ lines }) => lines.flat()).filter((value) => value !== null);
  const most = Math.max(1, ...values);
  const length = Math.max(2, ...rows.flatMap(({ lines }) => lines.map((line) => line.length)));
  const x = (i) => MARGIN.left + (i / (length - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value) => HEIGHT - MARGIN.bottom - (value / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * most).toFixed(1);
    return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/><text x="${MARGIN.left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${formatBytes(share * most)}</text>`;
  });
  const shapes = rows.flatMap(({ lines, color, name }) => lines.map((line) => shapeOf(line.flatMap((value, i) => (value === null ? [] : [[x(i), y(value)]])), color, name)));
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)} over time">${grid.join('')}${shapes.join('')}</svg>`;
}

function shapeOf(places, color, name) {
  const at = places.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`);
  const dots = places.map(([left, top]) => `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3" fill="${color}"/>`).join('');
  return `<g><title>${escaped(name)}</title>${at.length > 1 ? `<polyline fill="none" stroke="${color}" stroke-width="2" points="${at.join(' ')}"/>` : ''}${dots}</g>`;
}

function table(rows) {
  const cells = rows.map(
    ({ name, color, first, last, growth, note = '' }) =>
      `<tr><td>${color === undefined ? '' : `<span class="key" style="background:${color}"></span> `}<code>${escaped(name)}</code></td><td>${escaped(note)}</td><td class="n">${formatBytes(first)}</td><td class="n">${formatBytes(last)}</td><td class="n">${formatBytesDelta(growth)}</td></tr>`,
  );
  return `<table><thead><tr><th>Name</th><th></th><th class="n">First</th><th class="n">Last</th><th class="n">Growth</th></tr></thead><tbody>${cells.join('')}</tbody></table>`;
}

function escaped(text) {
  return visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

module.exports = { trendPage };
