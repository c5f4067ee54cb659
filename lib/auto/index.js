'use strict';

// Decides whether this process watches itself, and starts that when the process has lived for a while.
//
// NODE_OPTIONS is inherited by npm, its scripts, build tools and worker threads. Those must neither be slowed nor print
// anything, so the addon is loaded later, and this file loads little.

const { setTimeout } = require('node:timers');
const { isMainThread } = require('node:worker_threads');
const { sayFailure } = require('./say.js');
const { isSwitchedOff, readSettings } = require('./settings.js');

/** Most child processes have ended by then, and most services are still starting. */
const START_MS = 1000;

/** Programs that only start others. */
const LAUNCHER = /[/\\]node_modules[/\\](?:npm|pnpm|yarn|corepack|nodemon|tsx)[/\\]|[/\\](?:npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|nodemon|tsx)(?:-cli)?(?:\.[cm]?js)?$/;

/** @param {NodeJS.ProcessEnv} env */
function begin(env) {
  if (!isMainThread || isSwitchedOff(env) || LAUNCHER.test(process.argv[1] ?? '')) return;
  const settings = readSettings(env);
  const service = new Service(settings);
  if (settings.signal !== undefined) listen(settings.signal, () => service.report());
  setTimeout(() => service.start(), START_MS).unref();
}

function listen(signal, report) {
  try {
    process.on(signal, report);
  } catch (error) {
    sayFailure(`HEAPRAY_SIGNAL: ${signal} cannot be used here: ${error.message}`);
  }
}

/** The watch of this process, or nothing where it could not be started. */
class Service {
  #settings;
  #watching;

  constructor(settings) {
    this.#settings = settings;
  }

  start() {
    if (this.#watching !== undefined) return;
    this.#watching = null;
    try {
      this.#watching = require('./watching.js').startWatching(this.#settings);
    } catch (error) {
      sayFailure(`not watching: ${error.message}`);
      process.env.HEAPRAY_OFF = '1';
    }
  }

  report() {
    this.start();
    this.#watching?.captureNow();
  }
}

module.exports = { begin };
