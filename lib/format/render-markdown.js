'use strict';

/**
 * Renders blocks as GitHub-flavoured Markdown, for example for a comment on a pull request.
 *
 * Everything from the heap is in code spans, in which `@123` is no mention, `#1` no link and HTML no element.
 */

const { CODE_ROLES, fit, textOf } = require('./spans.js');
const { formatCount } = require('./numbers.js');

/** The width at which names are cut, so that a comment stays readable and below the limits of forges. */
const CELL_WIDTH = 80;
const DETAIL_WIDTH = 300;
const TREE_WIDTH = 120;

function renderMarkdown(blocks) {
  return `${blocks.map((block) => RENDERERS[block.kind](block)).join('\n\n')}\n`;
}

const RENDERERS = {
  title: ({ spans }) => `## ${inline(spans)}`,
  heading: ({ spans, aside }) => (aside.length === 0 ? `### ${inline(spans)}` : `### ${inline(spans)}\n\n${inline(aside)}`),
  line: ({ spans }) => inline(spans),
  table: markdownTable,

  entries: ({ list, start }) =>
    list
      .map(({ figures, label, details }, index) => {
        const facts = figures.map((spans) => inline(spans)).filter((text) => text !== '');
        const first = `${formatCount(start + index)}. ${[facts.join(', '), inline(fit(label, CELL_WIDTH, 'first'))].filter(Boolean).join(' ')}`;
        const rest = details.filter(({ lines }) => lines === undefined).map(({ term, spans }) => `   - ${term} ${inline(fit(spans, DETAIL_WIDTH, 'middle'))}`);
        return [first, ...rest].join('\n');
      })
      .join('\n'),

  details: ({ list, start }) =>
    list
      .map(({ figures, label, details }, index) => {
        const facts = figures.map(plain).filter((text) => text !== '').join(', ');
        const name = `<code>${html(plain(fit(label, CELL_WIDTH, 'middle')))}</code>`;
        const rest = details.filter(({ lines }) => lines === undefined).map(({ term, spans }) => `- ${term} ${inline(fit(spans, DETAIL_WIDTH, 'middle'))}`);
        return [`<details><summary>${formatCount(start + index)}. ${name}: ${html(facts)}</summary>`, '', ...rest, '', '</details>'].join('\n');
      })
      .join('\n\n'),

  tree: ({ lines }) => {
    const text = lines.map(({ prefix, spans }) => prefix + textOf(fit(spans, TREE_WIDTH)));
    const fence = '`'.repeat(Math.max(3, longestRun(text.join('\n')) + 1));
    return [fence + 'text', ...text, fence].join('\n');
  },
};

function markdownTable({ columns, rows }) {
  // A column that is empty in every row is left out.
  const kept = columns.map((_, index) => index).filter((index) => rows.length === 0 || rows.some((cells) => cells[index].length > 0));
  const head = kept.map((index) => escaped(columns[index].title));
  const rule = kept.map((index) => (columns[index].align === 'right' ? '---:' : '---'));
  const body = rows.map((cells) => kept.map((index) => inline(fit(cells[index], CELL_WIDTH, columns[index].truncate)).replace(/\|/g, '\\|')));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Neighbours from the heap share one code span: `Session @123` rather than two boxes. */
function inline(spans) {
  let text = '';
  let code = '';
  for (const span of spans) {
    if (CODE_ROLES.has(span.role) || (code !== '' && span.text.trim() === '')) {
      code += span.text;
      continue;
    }
    text += closed(code) + emphasised(span);
    code = '';
  }
  return (text + closed(code)).trim();
}

function closed(code) {
  const content = code.trimEnd();
  return content === '' ? code : codeSpan(content) + ' '.repeat(code.length - content.length);
}

function emphasised({ text, role }) {
  const safe = escaped(text);
  return role === 'strong' || role === 'alarm' ? safe.replace(/^(\s*)(.*\S)(\s*)$/, '$1**$2**$3') : safe;
}

function plain(spans) {
  return textOf(spans).trim();
}

/** Code in an HTML element, in which Markdown has no code spans. */
function html(text) {
  return text.replace(/[&<>"'`@#]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function codeSpan(content) {
  const fence = '`'.repeat(longestRun(content) + 1);
  // Renderers remove the blank, which separates a backtick or blank at the edge from the fence.
  const blank = /^[` ]|[` ]$/.test(content) ? ' ' : '';
  return fence + blank + content + blank + fence;
}

/** Our own words have no markup, and a `*`, `_` or `<` in them must not become any. */
function escaped(text) {
  return text.replace(/[\\`*_<>[\]]/g, '\\$&');
}

function longestRun(text) {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

module.exports = { renderMarkdown };
