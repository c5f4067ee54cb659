'use strict';

// Scenario files of memlab and of fuite → what to do with a page.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { SetupError } = require('./errors.js');
const { until } = require('./activity.js');

/**
 * @typedef {object} Scenario
 * @property {() => string} [url] the page, unless another is given
 * @property {number} [calls] in a round, at least
 * @property {string[]} warnings what of the file is not used
 * @property {(page: object, url: string) => Promise<void>} beforeLoad
 * @property {(page: object) => Promise<void>} afterLoad once
 * @property {((page: object, idle: () => Promise<void>) => Promise<Step[]>) | undefined} steps `undefined`: links are clicked
 * @property {(page: object) => Promise<void>} end
 * @property {((page: object) => Promise<void>) | undefined} idle waits until the page is ready
 *
 * @typedef {{ name: string, run: (page: object) => Promise<void> }} Step leaves the page as it found it
 */

const nothing = async () => {};

/** Without a file. @type {Scenario} */
const NO_SCENARIO = { warnings: [], beforeLoad: nothing, afterLoad: nothing, end: nothing, idle: undefined, steps: undefined };

/** @returns {Promise<Scenario>} */
async function loadScenario(file) {
  const exported = await exportsOf(file);
  const has = (name) => typeof exported[name] === 'function';
  if (has('iteration')) return ofFuite(exported);
  if (has('action') || has('url')) return ofMemlab(exported);
  throw usage(`${file} is no scenario: it exports neither url or action, as for memlab, nor iteration, as for fuite`);
}

async function exportsOf(file) {
  const absolute = path.resolve(file);
  if (!fs.existsSync(absolute)) throw usage(`there is no scenario ${file}`);
  const { default: usual, ...named } = await import(pathToFileURL(absolute));
  // `module.exports`, or an export by default.
  return { ...named, ...(typeof usual === 'object' ? usual : {}) };
}

const usage = (message) => new SetupError(message);

/** What memlab finds leaks by; here growth decides. */
const UNUSED_OF_MEMLAB = ['leakFilter', 'retainerReferenceFilter'];

/** @returns {Scenario} */
function ofMemlab(file) {
  const { action, back = nothing, setup = nothing, beforeInitialPageLoad = nothing, cookies, isPageLoaded, repeat, url } = file;
  const unused = UNUSED_OF_MEMLAB.filter((name) => file[name] !== undefined);
  return {
    url: url && (() => url.call(file)),
    calls: repeat?.call(file),
    warnings: unused.map((name) => `${name} of the scenario is not used: what grows in every round is a leak`),
    async beforeLoad(page, address) {
      if (cookies !== undefined) await addCookies(page, cookies.call(file), address);
      await beforeInitialPageLoad.call(file, page);
    },
    afterLoad: (page) => setup.call(file, page),
    steps: action && (async (_, idle) => [{ name: 'action and back', run: (page) => forthAndBack(page, idle, file, { action, back }) }]),
    end: nothing,
    idle: isPageLoaded && ((page) => until(() => isPageLoaded.call(file, page), () => usage('isPageLoaded of the scenario did not become true within 30 s'))),
  };
}

async function forthAndBack(page, idle, file, { action, back }) {
  await action.call(file, page);
  await idle();
  await back.call(file, page);
  await idle();
}

/** memlab takes cookies without an address for the page's. */
async function addCookies(page, cookies, url) {
  const complete = cookies.map((cookie) => (cookie.domain === undefined && cookie.url === undefined ? { ...cookie, url } : { path: '/', ...cookie }));
  if (typeof page.context === 'function') await page.context().addCookies(complete);
  else await page.setCookie(...complete);
}

/** @returns {Scenario} */
function ofFuite(file) {
  const { iteration, setup = nothing, teardown = nothing, createTests = async () => [{}], waitForIdle } = file;
  return {
    warnings: [],
    beforeLoad: nothing,
    afterLoad: (page) => setup.call(file, page),
    async steps(page, idle) {
      const tests = await createTests.call(file, page);
      return tests.map(({ description = 'iteration', data = {} }) => ({
        name: String(description),
        async run(each) {
          await iteration.call(file, each, data);
          await idle();
        },
      }));
    },
    end: (page) => teardown.call(file, page),
    idle: waitForIdle && ((page) => waitForIdle.call(file, page)),
  };
}

module.exports = { NO_SCENARIO, loadScenario };
