// Prints measurements as a table.

import { readFile, writeFile } from 'node:fs/promises';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** The median of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const HEADINGS = ['snapshot', 'tool', 'time', 'peak memory', 'peak / file', 'time vs heapray', 'memory vs heapray'];

/** Rows of text for one measured snapshot, one for each tool. */
export function rows({ snapshot, tools }) {
  const heapray = tools.find(tool => tool.name === 'heapray' && !tool.error);
  return tools.map((tool, at) => {
    const first = at === 0 ? `${snapshot.name}, ${megabytes(snapshot.bytes)}` : '';
    const name = `${tool.title} ${tool.version ?? ''}`.trim();
    if (tool.error) return [first, name, `fails: ${tool.error}`, '', '', '', ''];
    return [
      first,
      name,
      `${tool.seconds.toPrecision(3)} s`,
      megabytes(tool.peakBytes),
      (tool.peakBytes / snapshot.bytes).toFixed(2),
      heapray ? times(tool.seconds / heapray.seconds) : '',
      heapray ? times(tool.peakBytes / heapray.peakBytes) : '',
    ];
  });
}

/** Aligned columns for a terminal. */
export function textTable(measurements) {
  const lines = [HEADINGS, ...measurements.flatMap(rows)];
  // The reason of a failure is the only cell of its row.
  const widths = HEADINGS.map((_, column) => Math.max(...lines.filter(line => line[3]).map(line => line[column].length)));
  return lines.map(line => line.map((cell, column) => (column > 1 && line[3] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ').trimEnd()).join('\n');
}

/** The table in Markdown, with the conditions of the measurement. */
export function markdownTable(measurements) {
  const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = HEADINGS.map((_, column) => (column > 1 ? '--:' : '---'));
  return [line(HEADINGS), line(rule), ...measurements.flatMap(rows).map(line), '', ...measurements.map(note)].join('\n');
}

function note({ snapshot, machine, runs, date, tools }) {
  const medians = runs === 1 ? 'one run of each' : `medians of ${runs} interleaved runs`;
  const where = `Node ${machine.node}, ${machine.cpus} × ${machine.cpu}, ${date}`;
  const size = `${snapshot.nodes.toLocaleString('en-US')} nodes, ${snapshot.edges.toLocaleString('en-US')} edges`;
  const differing = tools.filter(tool => tool.differences?.length).map(tool => ` ${tool.title} answers otherwise (${questions(tool)}).`);
  return `- ${snapshot.name}: ${size}; ${medians}, whole processes, ${where}.${differing.join('')}`;
}

/** The different answers of a tool, in words. */
function questions({ differences }) {
  const words = { retainedSizes: 'retained sizes', largestObject: 'largest object', topClasses: 'largest classes', totalSize: 'total size' };
  return differences.map(line => line.split(':')[0]).map(question => words[question] ?? question).join(', ');
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`;
}

function times(factor) {
  return `${factor.toFixed(factor < 10 ? 1 : 0)}×`;
}

/** Puts the table between the markers of a Markdown file. */
export async function writeBetweenMarkers(file, table) {
  const text = await readFile(file, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${file} lacks the markers ${START} and ${END}`);
  await writeFile(file, `${text.slice(0, start + START.length)}\n${table}\n${text.slice(end)}`);
}
