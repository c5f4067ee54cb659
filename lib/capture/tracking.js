'use strict';

// Tracks where objects are allocated, through the inspector, so that snapshots taken meanwhile have the stacks.
//
// V8 takes a stack from the frames of functions, and code that is optimised has none for functions that it has inlined.
// So optimised code is dropped when tracking starts, and none is made until it ends.

const v8 = require('node:v8');
const { HeaprayError } = require('../api/errors.js');

const V8_MAJOR = Number.parseInt(process.versions.v8, 10);
/** Since this version, V8 has another optimising compiler by default. */
const HAS_MAGLEV = 13;

/**
 * Flags while tracking, and those that end their effect. Collections that promote or compact a page lose the
 * stacks of its objects.
 */
const FLAGS = [
  { tracking: '--no-opt', usual: '--opt' },
  ...(V8_MAJOR >= HAS_MAGLEV ? [{ tracking: '--no-maglev', usual: '--maglev' }] : []),
  { tracking: '--no-page-promotion', usual: '--page-promotion' },
  { tracking: '--no-compact', usual: '--compact' },
];

/** Flags of the command line that turn one of these off for the whole process. */
const TURNED_OFF = new Set(['--no-opt', '--no-turbofan', '--no-maglev', '--no-page-promotion', '--no-compact', '--never-compact', '--jitless']);

/** @type {Tracking | undefined} */
let current;

/** Allocations are tracked from when it is made until it is stopped. */
class Tracking {
  #session;

  constructor() {
    this.#session = connect();
    try {
      dropOptimisedCode(this.#session);
      for (const { tracking } of FLAGS) v8.setFlagsFromString(tracking);
      post(this.#session, 'HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Later snapshots lack stacks. Does nothing if it was stopped before. */
  stop() {
    if (this.#session === undefined) return;
    // The protocol's own command to stop would write a snapshot.
    this.#session.disconnect();
    this.#session = undefined;
    if (!isTurnedOff()) for (const { usual } of FLAGS) v8.setFlagsFromString(usual);
    if (current === this) current = undefined;
  }
}

Object.defineProperty(Tracking.prototype, Symbol.dispose ?? Symbol.for('nodejs.dispose'), { value: Tracking.prototype.stop });

function connect() {
  try {
    const { Session } = require('node:inspector');
    const session = new Session();
    session.connect();
    return session;
  } catch (cause) {
    throw new HeaprayError('ERR_NOT_SUPPORTED', `tracking allocations needs the inspector, which cannot be used here: ${cause.message}`, { cause });
  }
}

/** Calls the protocol. The session is in this thread, so the answer comes within the call. */
function post(session, method, params) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw new HeaprayError('ERR_NOT_SUPPORTED', `V8 does not track allocations here: ${error.message}`, { cause: error });
    answer = result;
  });
  return answer;
}

/** A breakpoint in a function without code of its own makes V8 drop all optimised code, because it may be inlined anywhere. */
function dropOptimisedCode(session) {
  const group = { objectGroup: 'heapray allocations' };
  post(session, 'Debugger.enable');
  const { result } = post(session, 'Runtime.evaluate', { expression: 'Date.now', ...group });
  const { breakpointId } = post(session, 'Debugger.setBreakpointOnFunctionCall', { objectId: result.objectId });
  post(session, 'Debugger.removeBreakpoint', { breakpointId });
  post(session, 'Runtime.releaseObjectGroup', group);
  post(session, 'Debugger.disable');
}

function isTurnedOff() {
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  return given.some((flag) => TURNED_OFF.has(flag.replaceAll('_', '-')));
}

/** Starts to track allocations of this thread, if they are not tracked yet. */
function trackAllocations() {
  current ??= new Tracking();
  return current;
}

/** Tracks allocations during `work`; if they were tracked before, they are afterwards too. */
async function whileTracking(work) {
  const wasTracking = current !== undefined;
  const tracking = trackAllocations();
  try {
    return await work();
  } finally {
    if (!wasTracking) tracking.stop();
  }
}

module.exports = { trackAllocations, whileTracking };
