'use strict';

/** What happens between two snapshots: time, a key, or a command. */

const { spawn } = require('node:child_process');
const readline = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { UsageError } = require('../errors.js');

const LOOK_MS = 1000;

class Pauses {
  #options;
  #shown;
  #signal;

  /** @param {import('./shown.js').Shown} shown */
  constructor(options, shown, signal) {
    this.#options = options;
    this.#shown = shown;
    this.#signal = signal;
  }

  /** Resolves when the snapshot with this number is due, or to `false` when there is to be none. */
  async before(number) {
    const { onEnter, run, everyMs } = this.#options;
    if (onEnter) return this.#waitForEnter(number);
    if (run !== undefined) await this.#run(run);
    else await this.#wait(everyMs);
    return true;
  }

  async #wait(everyMs) {
    for (const until = Date.now() + everyMs; Date.now() < until; ) {
      await this.#shown.waiting(Math.ceil((until - Date.now()) / 1000));
      await sleep(Math.min(LOOK_MS, Math.max(0, until - Date.now())), undefined, { signal: this.#signal });
    }
  }

  /** The end of the input ends the series. */
  #waitForEnter(number) {
    this.#shown.ask(`press Enter for snapshot ${number}`);
    const lines = readline.createInterface({ input: process.stdin, signal: this.#signal });
    return new Promise((resolve, reject) => {
      lines.once('line', () => resolve(true));
      lines.once('close', () => (this.#signal.aborted ? reject(this.#signal.reason) : resolve(false)));
    }).finally(() => lines.close());
  }

  /** What it prints goes to stderr: standard output is for the report. */
  #run(command) {
    this.#shown.say(`running ${command}`);
    const child = spawn(command, { shell: true, stdio: ['ignore', 2, 2] });
    const stop = () => child.kill('SIGTERM');
    this.#signal.addEventListener('abort', stop, { once: true });
    return new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new UsageError(`cannot run '${command}': ${error.message}`)));
      child.once('exit', (code, by) => {
        if (this.#signal.aborted) reject(this.#signal.reason);
        else if (code === 0) resolve();
        else reject(new UsageError(`'${command}' failed with ${by ?? `exit code ${code}`}: nothing can be said of the snapshots around it`));
      });
    }).finally(() => this.#signal.removeEventListener('abort', stop));
  }
}

module.exports = { Pauses };
