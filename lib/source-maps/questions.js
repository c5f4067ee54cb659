'use strict';

/**
 * Mapping asks the snapshots for what an answer does not tell. It is written once, as generators that yield questions; whoever
 * runs them asks, on this thread or not.
 *
 * @typedef {{ ask: string } | { columns: string[] }} Question a question, or the columns that are wanted
 * @typedef {(question: Question, before: number) => unknown} Ask `before`: 0 for the snapshot that an answer is about, 1 for the one before it
 */

/** @param {Generator<{ question: Question, before: number }>} steps */
async function answered(steps, ask) {
  let step = steps.next();
  while (!step.done) step = steps.next(await ask(step.value.question, step.value.before));
  return step.value;
}

/** The same on this thread, with an `ask` that answers at once. */
function answeredNow(steps, ask) {
  let step = steps.next();
  while (!step.done) step = steps.next(ask(step.value.question, step.value.before));
  return step.value;
}

/** @returns what the snapshot answers */
function* asked(question, before = 0) {
  return yield { question, before };
}

module.exports = { answered, answeredNow, asked };
