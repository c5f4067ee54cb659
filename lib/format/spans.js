'use strict';

/**
 * Spans: the inline pieces of text that both renderers take.
 *
 * A span is `{ text, role }`. The role decides on the colour in a terminal, and on whether Markdown shows it as code.
 * Strings of the heap become spans only through `heap`, which escapes them. All others are our own literals and numbers.
 */

const { ELLIPSIS, visible, displayWidth, takeStart, takeEnd } = require('./text.js');

/** Roles of names of the heap. Markdown shows them as code, in which nothing is a link or a mention. */
const CODE_ROLES = new Set(['name', 'id', 'path', 'source', 'reference']);

/** Our own words; `role` is one of `plain`, `strong`, `faint`, `alarm`, `good`, `heading`. */
function words(text, role = 'plain') {
  return { text, role };
}

/** A string from a snapshot; `role` is one of {@link CODE_ROLES}. */
function heap(text, role = 'name') {
  return { text: visible(text), role };
}

/** The spans of a cell or line, given as a string, a span or a list of either. */
function spansOf(content) {
  if (content === null || content === undefined) return [];
  const list = Array.isArray(content) ? content : [content];
  return list.map((piece) => (typeof piece === 'string' ? words(piece) : piece)).filter((span) => span.text !== '');
}

function widthOf(spans) {
  return spans.reduce((sum, span) => sum + displayWidth(span.text), 0);
}

/**
 * The spans in at most `width` cells. An ellipsis replaces what does not fit at the `start`, in the `middle`, at the `end`,
 * or at the end of the `first` span, which keeps the id behind a name.
 */
function fit(spans, width, where = 'end') {
  if (widthOf(spans) <= width) return spans;
  if (width <= 0) return [];
  const ellipsis = { text: ELLIPSIS, role: spans[0].role };
  if (where === 'first') {
    const rest = spans.slice(1);
    const room = width - widthOf(rest);
    return room > 1 ? [...firstCells(spans.slice(0, 1), room - 1), ellipsis, ...rest] : fit(spans, width, 'middle');
  }
  if (where === 'end') return [...firstCells(spans, width - 1), ellipsis];
  if (where === 'start') return [ellipsis, ...lastCells(spans, width - 1)];
  const tail = Math.floor((width - 1) / 2);
  return [...firstCells(spans, width - 1 - tail), ellipsis, ...lastCells(spans, tail)];
}

function firstCells(spans, width) {
  return cells(spans, width, takeStart);
}

function lastCells(spans, width) {
  return cells([...spans].reverse(), width, takeEnd).reverse();
}

function cells(spans, width, takePart) {
  const kept = [];
  let left = width;
  for (const span of spans) {
    const text = takePart(span.text, left);
    if (text !== '') kept.push({ text, role: span.role });
    if (text.length < span.text.length) break;
    left -= displayWidth(text);
  }
  return kept;
}

/**
 * The spans in at most `maxLines` lines of at most `width` cells. Further lines are left out in the middle. Lines are broken
 * before a step of a path if that leaves no more lines.
 */
function wrap(spans, width, maxLines) {
  const lines = [];
  // A few cells of slack: lines end early where a wide character does not fit.
  let rest = fit(spans, maxLines * width - maxLines, 'middle');
  while (rest.length > 0) {
    const full = firstCells(rest, Math.max(2, width));
    if (full.length === 0) break;
    const line = atStep(full, rest, (maxLines - lines.length - 1) * (width - 1));
    lines.push(line);
    rest = after(rest, line);
  }
  return lines;
}

const STEP = /[.[( ]/;

/** The least share of a line that must be filled when it is broken before a step. */
const LONGEST_STEP = 0.4;

/** The line without its last, broken step, unless the rest would then not fit into the `room` below. */
function atStep(line, spans, room) {
  const last = line[line.length - 1];
  const isWhole = line.length === spans.length && last.text.length === spans[spans.length - 1].text.length;
  if (isWhole) return line;
  for (let end = last.text.length - 1; end > last.text.length * (1 - LONGEST_STEP); end -= 1) {
    if (!STEP.test(last.text[end])) continue;
    const shorter = [...line.slice(0, -1), { ...last, text: last.text.slice(0, end) }];
    return widthOf(after(spans, shorter)) <= room ? shorter : line;
  }
  return line;
}

function after(spans, taken) {
  const last = taken[taken.length - 1];
  const remainder = spans[taken.length - 1].text.slice(last.text.length);
  const following = spans.slice(taken.length);
  return remainder === '' ? following : [{ text: remainder, role: last.role }, ...following];
}

/** The text without roles. */
function textOf(spans) {
  return spans.map(({ text }) => text).join('');
}

module.exports = { CODE_ROLES, words, heap, spansOf, textOf, widthOf, fit, wrap };
