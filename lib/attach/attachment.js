'use strict';

// Attaches to another process, a worker or a page, and takes snapshots of it in one session.

const path = require('node:path');
const { closedError, HeaprayError } = require('../api/errors.js');
const { runJob } = require('../api/job.js');
const { checkOptions, readOption } = require('../api/options/check.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { checkMayWrite } = require('../api/permission.js');
const { redactKey } = require('../api/redact.js');
const { isLoopback } = require('./endpoint.js');
const { isOneself, noTarget, oneself, protocolError, targetEnded } = require('./errors.js');
const { factsOf, heapUsed } = require('./facts.js');
const { Writing, snapshotOf } = require('./heap-profiler.js');
const proc = require('./proc.js');
const { checkRoom } = require('./room.js');
const { openTarget } = require('./targets.js');

const asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');

/**
 * @param {string | number | URL} target
 * @param {import('../../index.d.ts').AttachOptions} [options]
 * @returns {Promise<Attachment>}
 */
async function attach(target, options) {
  const { signal, select, allowRemote, force = false, maxBytes, redact } = checkOptions('options', FUNCTIONS.attach, options);
  const place = readOption('target', FUNCTIONS.capture.target, target);
  const opened = await openTarget(place, { select, allowRemote, signal });
  try {
    for (const session of new Set([opened.session, opened.main])) if (session) await prepare(session);
    const facts = await factsOf(opened.session);
    if (facts.waits) throw noTarget(`${opened.title} waits for a debugger and has run nothing yet (--inspect-brk): let it run first, or start it with --inspect`);
    if (isOneself(facts.pid) && isOneself(localPidOf(opened, facts)) && opened.kind !== 'worker') throw oneself();
    // One key for all, so that what is equal in two snapshots stays so.
    const key = redact && redactKey(redact.key);
    return new Attachment(opened, facts, { force, maxBytes, redactKey: key });
  } catch (error) {
    await opened.leave();
    throw error;
  }
}

/** A program of Node.js that is about to end waits until sessions have left. */
async function prepare(session) {
  session.on('NodeRuntime.waitingForDisconnect', () => session.close(targetEnded('the process has come to its end')));
  await session.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(ignoreRefusal);
}

/** Commands that not every runtime has. */
function ignoreRefusal(error) {
  if (error.code !== 'ERR_PROTOCOL') throw error;
}

class Attachment {
  #opened;
  #limits;
  #force;
  #localPid;
  #jobs = new Set();
  #ids;
  #closing;

  constructor(opened, facts, { force, ...limits }) {
    this.#opened = opened;
    this.#force = force;
    this.#limits = limits;
    this.#localPid = localPidOf(opened, facts);
    this.#ids = new Ids(opened.session);
    const { kind, title, url } = opened;
    this.target = Object.freeze({ kind, title, url, pid: this.#localPid ?? facts.pid ?? null, version: facts.version ?? null });
  }

  /** @param {import('../../index.d.ts').AttachedSnapshotOptions} [options] */
  async snapshot(options) {
    const { file, force = this.#force, signal, onProgress } = checkOptions('options', FUNCTIONS.attachedSnapshot, options);
    if (file !== undefined) checkMayWrite(file);
    this.#checkOpen();
    const { session } = this.#opened;
    const writing = new Writing(session);
    const report = onProgress && ((state) => onProgress(writing.progress(state)));
    return runJob(
      { signal, onProgress: report },
      async (job) => {
        await this.#ids.check();
        // What was logged is kept for consoles that are opened later, and would look like a leak.
        await session.send('Runtime.discardConsoleEntries').catch(ignoreRefusal);
        const preflight = await Promise.race([checkRoom(session, { localPid: this.#localPid, force }), job.stopped]);
        const snapshot = await snapshotOf(job, writing, { ...this.#limits, file: file && path.resolve(file), preflight });
        await this.#ids.note();
        return snapshot;
      },
      this.#jobs,
    );
  }

  async memory() {
    this.#checkOpen();
    return { heapUsed: await heapUsed(this.#opened.session), rss: this.#localPid === null ? null : proc.rssOf(this.#localPid) };
  }

  close() {
    return (this.#closing ??= this.#close());
  }

  async #close() {
    for (const job of this.#jobs) job.stop(closedError());
    await this.#ids.release();
    await this.#opened.leave();
  }

  [asyncDispose]() {
    return this.close();
  }

  #checkOpen() {
    if (this.#closing) throw new HeaprayError('ERR_CLOSED', 'the attachment was closed');
  }
}

/** Its id on this machine, if the process runs here and not behind a tunnel. */
function localPidOf({ place, address }, facts) {
  if (place.pid !== undefined) return place.pid;
  const owner = proc.isLinux && isLoopback(address.host) ? proc.ownerOf(address.port) : null;
  const isIt = owner !== null && (facts.pid === undefined ? facts.runtime !== 'node' : proc.ownIdOf(owner) === facts.pid);
  return isIt ? owner : null;
}

/** Of the object that is watched. */
const GROUP = 'heapray';

/**
 * Tells whether objects still have their ids. V8 forgets them when a session of another client ends, and then snapshots before
 * and after cannot be compared.
 */
class Ids {
  #session;
  #objectId;
  #known = null;

  constructor(session) {
    this.#session = session;
  }

  async check() {
    if (this.#objectId === undefined) {
      const { result } = await this.#session.send('Runtime.evaluate', { expression: '({})', objectGroup: GROUP, silent: true });
      this.#objectId = result.objectId;
    } else if (this.#known !== null && (await this.#id()) !== this.#known) {
      this.#known = null;
      throw protocolError('another client has left the target, and V8 has forgotten the ids of its objects: snapshots before and after cannot be compared. Close other debuggers and take all snapshots again');
    }
  }

  async note() {
    this.#known = await this.#id();
  }

  async #id() {
    const { heapSnapshotObjectId } = await this.#session.send('HeapProfiler.getHeapObjectId', { objectId: this.#objectId });
    return heapSnapshotObjectId;
  }

  async release() {
    if (this.#objectId && !this.#session.ended) await this.#session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }).catch(() => {});
  }
}

module.exports = { attach };
