'use strict';

// The matchers for `expect.extend`.
//
// They are the same for every test runner with Jest's protocol. Differences (the time limit of a test and the advice
// about it) are in a `runner`.

const { argumentError } = require('../api/errors.js');
const { formatAmount, formatBytes } = require('../format/numbers.js');
const { visible } = require('../format/text.js');
const { checkOptions, readOption } = require('../api/options/check.js');
const { QUESTIONS } = require('../api/options/questions.js');
const { Snapshot } = require('../api/snapshot.js');
const { PLAIN, growthMessage, leakMessage, pathLines, warningLines } = require('./message.js');
const { className } = require('./names.js');
const { collectionOptions, growthOptions, leakOptions, pageLeakOptions } = require('./options.js');
const { isPage } = require('../pages/session.js');
const { measure } = require('./measure.js');
const { grownRows } = require('./tolerance.js');
const { Tracked, waitForCollection, whatHolds } = require('./track.js');

const MAX_PATHS = 5;
const MAX_NODES = 5;

/**
 * @typedef {{ utils?: object, isNot?: boolean, promise?: string }} Context `this` of a matcher
 * @typedef {{ limitOf(context: Context): import('./deadline.js').TestLimit | undefined }} Runner
 */

/** @param {Runner} runner */
function makeMatchers(runner) {
  async function toLeak(received, ...expected) {
    const { subject, options, measured } = toMeasure(received, expected);
    // An expected leak is no failure, so no snapshot is saved.
    const nameOf = this?.isNot === false ? undefined : (leaks) => nameOfFailure(this, leaks[0].className);
    const result = await measured(options, runner.limitOf(this), nameOf);
    return {
      pass: result.leaks.length > 0,
      message: () => text(this, 'toLeak', subject, subject === 'page' ? 'action' : '', (palette) => leakMessage(result, options, palette)),
      leaks: result.leaks,
    };
  }

  async function toBeCollected(tracked, options) {
    if (!Tracked.is(tracked)) throw argumentError('expect(tracked)', 'what track() returned', tracked);
    const { timeout, sourceMaps } = collectionOptions(options);
    const pass = await waitForCollection(tracked, timeout);
    // If it is expected to be held, its holder is not needed.
    const held = pass || this?.isNot ? undefined : await whatHolds(tracked, sourceMaps, (node) => nameOfFailure(this, Tracked.shownName(tracked, node)));
    return {
      pass,
      message: () => text(this, 'toBeCollected', 'tracked', '', (palette) => collectionMessage(tracked, held, palette)),
    };
  }

  return { toLeak, toBeCollected, toHaveInstances, toRetainLessThan, toHaveNoDetachedNodes, toHaveNoGrowth };
}

/** `expect(fn).toLeak(options)`, or `expect(page).toLeak(action, options)`. */
function toMeasure(received, expected) {
  if (isPage(received)) {
    const [action, options] = expected;
    if (typeof action !== 'function') throw argumentError('action', 'a function to call again and again', action);
    return { subject: 'page', options: pageLeakOptions(options), measured: (...rest) => measurePage(received, action, ...rest) };
  }
  if (typeof received !== 'function') throw argumentError('expect(…)', 'a function to call again and again, or a page of Playwright or Puppeteer', received);
  return { subject: 'fn', options: leakOptions(expected[0]), measured: (...rest) => measure(received, ...rest) };
}

async function measurePage(page, action, ...rest) {
  // Loaded for pages only.
  const { PageHeap } = require('../pages/page-heap.js');
  const heap = await PageHeap.of(page);
  try {
    return await measure(() => action(), ...rest, heap);
  } finally {
    await heap.close();
  }
}

/** The name of a saved snapshot. */
function nameOfFailure(context, what) {
  return [context?.currentTestName, what].filter(Boolean).join(' ');
}

function collectionMessage(tracked, held, palette) {
  const name = palette.RECEIVED_COLOR(visible(Tracked.shownName(tracked, held?.node)));
  if (held === undefined) return `${name} was collected.`;
  if (held.node === undefined) return `${name} was collected, but only after the timeout.`;
  const { id, retainedSize } = held.node;
  const lines = pathLines(held.paths, palette);
  return [
    `${name} @${id} is still there and retains ${formatBytes(retainedSize)}.`,
    ...(lines.length > 0 ? ['Held by:', ...lines] : ['Only the stack or V8 itself holds it: is it in a variable of a running function?']),
    ...warningLines(held.warnings),
    ...(held.saved === undefined ? [] : ['', `Snapshot: ${held.saved}`]),
  ].join('\n');
}

/** @param {number | ((count: number) => boolean) | { asymmetricMatch(count: number): boolean }} [expected] at least one by default */
function toHaveInstances(snapshot, classOrName, expected) {
  checkSnapshot(snapshot);
  const name = className('class', classOrName);
  const { accepts, words } = expectedCount(expected);
  const { classes } = Snapshot.askNow(snapshot, { ask: 'classes', name: { exact: name }, limit: 100_000 });
  const count = classes.reduce((sum, each) => sum + each.count, 0);
  return {
    pass: accepts(count),
    message: () =>
      text(this, 'toHaveInstances', 'snapshot', shownClass(snapshot, name), (palette) =>
        [
          `Expected: ${this?.isNot ? 'not ' : ''}${words} of ${visible(shownClass(snapshot, name))}`,
          `Received: ${palette.RECEIVED_COLOR(formatAmount(count, 'instance'))}`,
          ...holders(snapshot, name, count, palette),
        ].join('\n'),
      ),
  };
}

function expectedCount(expected) {
  if (expected === undefined) return { accepts: (count) => count > 0, words: 'instances' };
  if (Number.isInteger(expected) && expected >= 0) return { accepts: (count) => count === expected, words: formatAmount(expected, 'instance') };
  if (typeof expected === 'function') return { accepts: (count) => Boolean(expected(count)), words: `a number of instances that ${expected.name || 'the predicate'} accepts` };
  if (typeof expected?.asymmetricMatch === 'function') return { accepts: (count) => expected.asymmetricMatch(count), words: `a number of instances that ${expected} accepts` };
  throw argumentError('expected', 'a number of instances, a predicate or an asymmetric matcher', expected);
}

/** What the original source calls a class; names in assertions are those of the program that runs. */
function shownClass(snapshot, name) {
  if (snapshot.closed) return name;
  const { classes } = Snapshot.askMappedNow(snapshot, { ask: 'classes', name: { exact: name } });
  const [first] = classes;
  return first !== undefined && classes.every((each) => each.name === first.name) ? first.name : name;
}

/** The holders of a class's instances. */
function holders(snapshot, name, count, palette) {
  if (count === 0 || snapshot.closed) return [];
  const { paths } = Snapshot.askMappedNow(snapshot, { ask: 'retainingPaths', of: name, limit: MAX_PATHS, viewpoint: 'test' });
  const lines = pathLines(paths, palette);
  return lines.length > 0 ? ['Held by:', ...lines] : [];
}

function toRetainLessThan(snapshot, classOrQuery, limit) {
  checkSnapshot(snapshot);
  const isQuery = typeof classOrQuery === 'object' && classOrQuery !== null;
  const query = isQuery ? checkOptions('query', QUESTIONS.filter.fields, classOrQuery) : { class: { exact: className('class', classOrQuery) } };
  const most = readOption('limit', { type: 'size' }, limit);
  const { total, retainedSize } = Snapshot.askNow(snapshot, { ask: 'retainedTogether', ...query });
  const name = isQuery ? undefined : className('class', classOrQuery);
  return {
    pass: retainedSize < most,
    message: () =>
      text(this, 'toRetainLessThan', 'snapshot', `${isQuery ? 'query' : shownClass(snapshot, name)}, ${formatBytes(most)}`, (palette) =>
        [
          `Expected: ${this?.isNot ? 'not ' : ''}less than ${formatBytes(most)}`,
          `Received: ${palette.RECEIVED_COLOR(formatBytes(retainedSize))} in ${formatAmount(total, 'object')}`,
          ...(isQuery ? [] : holders(snapshot, name, total, palette)),
        ].join('\n'),
      ),
  };
}

function toHaveNoDetachedNodes(snapshot) {
  checkSnapshot(snapshot);
  const { total, nodes } = Snapshot.askNow(snapshot, { ask: 'filter', detached: true, mineOnly: true, limit: MAX_NODES });
  return {
    pass: total === 0,
    message: () =>
      text(this, 'toHaveNoDetachedNodes', 'snapshot', '', (palette) =>
        [
          this?.isNot ? 'Expected: detached nodes' : 'Expected: no detached nodes',
          `Received: ${palette.RECEIVED_COLOR(String(total))}`,
          ...nodes.map(({ className: name, id, retainedSize }) => `  ${visible(name)} @${id}, ${formatBytes(retainedSize)}`),
        ].join('\n'),
      ),
  };
}

function toHaveNoGrowth(diff, options) {
  if (diff?.kind !== 'diff' || !Array.isArray(diff.classes)) {
    throw argumentError('expect(diff)', "an answer of since() or of diff() with mode 'classes'", diff);
  }
  if (diff.next !== null) throw argumentError('expect(diff)', 'the answer with all classes: give diff() a higher limit', diff);
  const rows = grownRows(diff, growthOptions(options));
  return {
    pass: rows.length === 0,
    message: () => text(this, 'toHaveNoGrowth', 'diff', '', (palette) => growthMessage(rows, palette, diff.warnings)),
  };
}

function checkSnapshot(value) {
  if (!Snapshot.is(value)) throw argumentError('expect(snapshot)', 'a Snapshot, of parse() or checkpoint()', value);
}

/** The test runner's line for the failed assertion, followed by the message. */
function text(context, name, received, expected, write) {
  const utils = context?.utils;
  const hint = utils?.matcherHint?.(name, received, visible(expected), { isNot: context.isNot, promise: context.promise });
  const said = write({ ...PLAIN, ...pick(utils) });
  return hint === undefined ? said : `${hint}\n\n${said}`;
}

/** The colours that a test runner has. */
function pick(utils = {}) {
  return Object.fromEntries(Object.keys(PLAIN).flatMap((name) => (typeof utils[name] === 'function' ? [[name, utils[name]]] : [])));
}

module.exports = { makeMatchers };
