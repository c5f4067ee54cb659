'use strict';

// Opens a page, repeats a scenario's steps in rounds, and takes snapshots between the rounds.
//
//   load ─► set-up ─► warm-up ─► snapshot ─► (calls ─► snapshot)* ─► end

const path = require('node:path');
const { Activity } = require('./activity.js');
const { Handles } = require('./handles.js');
const { openPage } = require('./library.js');
const { linkSteps } = require('./links.js');
const { SetupError } = require('./errors.js');
const { PageHeap } = require('./page-heap.js');

/** Calls in a round, as in assertions. */
const { iterations: USUAL_CALLS } = require('../testing/options.js').ASSERTIONS.PageLeakOptions;

/**
 * @typedef {object} Visit
 * @property {import('./page-heap.js').PageSnapshots[]} moments
 * @property {string[]} warnings
 */

/**
 * @param {string} url
 * @param {import('./scenario.js').Scenario} scenario
 * @param {object} options
 * @param {string} options.folder where the browser library is looked for
 * @param {string} [options.browser]
 * @param {boolean} [options.headed]
 * @param {number} [options.iterations]
 * @param {number} options.rounds
 * @param {number} [options.warmup]
 * @param {number} options.links
 * @param {string} [options.save] a folder for the snapshots
 * @param {import('../../index').JobOptions} job
 * @returns {Promise<Visit>}
 */
async function visit(url, scenario, options, job) {
  const { browser, page } = await openPage(options);
  const moments = [];
  const closeSnapshots = () => moments.forEach(closeMoment);
  try {
    const warnings = await measured(page, url, scenario, options, job, moments);
    return { moments, warnings: [...scenario.warnings, ...warnings] };
  } catch (error) {
    closeSnapshots();
    throw error;
  } finally {
    await browser.close().catch(() => {});
  }
}

async function measured(page, url, scenario, { iterations = callsOf(scenario), rounds, warmup = iterations, links, save }, { signal, onProgress }, moments) {
  const handles = new Handles();
  const noting = handles.noting(page);
  const activity = new Activity(page);
  const idle = async () => (scenario.idle === undefined ? activity.idle() : scenario.idle(noting));
  const load = async () => {
    await page.goto(url);
    await idle();
    await scenario.afterLoad(noting);
    await idle();
  };
  await scenario.beforeLoad(noting, url);
  await load();
  const { steps, warnings } = await stepsOf(scenario, page, noting, idle, { most: links, reload: load });
  handles.forget();

  const total = (warmup + rounds * iterations) * steps.length;
  let done = 0;
  const call = async (times) => {
    for (let i = 0; i < times; i += 1) {
      for (const step of steps) {
        signal?.throwIfAborted();
        onProgress?.({ phase: 'page', done, total });
        await step.run(noting);
        await handles.dispose();
        done += 1;
      }
    }
  };
  const heap = await PageHeap.of(page);
  const look = async () => {
    const file = save === undefined ? undefined : path.join(save, `${moments.length + 1}.heapsnapshot.gz`);
    moments.push(await heap.takeSnapshot(file, { signal }));
  };
  await call(warmup);
  await look();
  for (let round = 0; round < rounds; round += 1) {
    await call(iterations);
    await look();
  }
  await scenario.end(noting);
  return warnings;
}

/** A scenario can ask for more calls; with fewer, chance would look like growth. */
const callsOf = ({ calls = 0 }) => Math.max(USUAL_CALLS.default, calls);

async function stepsOf({ steps }, page, noting, idle, options) {
  if (steps === undefined) return linkSteps(page, idle, options);
  const made = await steps(noting, idle);
  if (made.length === 0) throw new SetupError('createTests of the scenario returned no tests');
  return { steps: made, warnings: [] };
}

function closeMoment({ page, children }) {
  page.close();
  for (const { snapshot } of children) snapshot.close();
}

/** The series of each worker and frame that lived through all moments. */
function childSeries(moments) {
  const [first] = moments;
  return first.children.flatMap(({ id, name }) => {
    const snapshots = moments.flatMap(({ children }) => children.filter((child) => child.id === id).map(({ snapshot }) => snapshot));
    return snapshots.length === moments.length ? [{ name, snapshots }] : [];
  });
}

module.exports = { childSeries, closeMoment, visit };
