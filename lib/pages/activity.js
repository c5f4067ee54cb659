'use strict';

// Waits until a page has nothing more to load.

const { now, wait } = require('../testing/clock.js');

/** Milliseconds without a request after which a page is idle. */
const QUIET_MS = 100;
/** A page that asks its server again and again is never idle. */
const MAX_WAIT_MS = 5000;
const POLL_MS = 25;

/** The requests of a page that have not ended. Both libraries have these events. */
class Activity {
  #open = new Set();
  #quietSince = now();

  constructor(page) {
    page.on('request', (request) => this.#open.add(request));
    for (const event of ['requestfinished', 'requestfailed']) page.on(event, (request) => this.#ended(request));
  }

  #ended(request) {
    this.#open.delete(request);
    this.#quietSince = now();
  }

  async idle() {
    const start = now();
    this.#quietSince = start;
    while (now() - start < MAX_WAIT_MS) {
      await wait(POLL_MS);
      if (this.#open.size === 0 && now() - this.#quietSince >= QUIET_MS) return;
    }
    // What is open now, such as a stream of events, does not end soon.
    this.#open.clear();
  }
}

/** Asks every 100 ms until the answer is true. */
async function until(isDone, late) {
  const end = now() + 30_000;
  while (!(await isDone())) {
    if (now() > end) throw late();
    await wait(100);
  }
}

module.exports = { Activity, until };
