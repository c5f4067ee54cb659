// Allocation stacks as a tree of calls, the outermost first.

import type { AllocationPage, SourceLocation, TimelineSample } from '../../../index.js';

/** A call, with what was allocated in it and in calls from it. */
export interface Call {
  name: string;
  source: SourceLocation | null;
  /** Bytes allocated by the function itself. */
  own: number;
  total: number;
  children: Call[];
}

export type Weight = 'liveSize' | 'size';

/** Merges the stacks of a page; stacks that are not on it are missing. */
export function callTree({ stacks }: AllocationPage, weight: Weight): Call {
  const root: Call = { name: '', source: null, own: 0, total: 0, children: [] };
  const known = new Map<Call, Map<string, Call>>();
  for (const row of stacks) {
    const bytes = row[weight] ?? 0;
    if (bytes <= 0) continue;
    let call = root;
    call.total += bytes;
    for (const { functionName, source } of row.stack.toReversed()) {
      const callees = known.get(call) ?? new Map<string, Call>();
      known.set(call, callees);
      const key = JSON.stringify([functionName, source?.scriptId, source?.line, source?.column]);
      const callee = callees.get(key) ?? { name: functionName, source, own: 0, total: 0, children: [] };
      if (callee.total === 0) call.children.push(callee);
      callees.set(key, callee);
      callee.total += bytes;
      call = callee;
    }
    call.own += bytes;
  }
  for (const callees of known.keys()) callees.children.sort((a, b) => b.total - a.total);
  return root;
}

/** The calls from the root down to the one at a place such as `0.2.1`, as far as there are any. */
export function callsTo(root: Call, place: string): Call[] {
  const calls = [root];
  for (const at of place === '' ? [] : place.split('.')) {
    const callee = calls.at(-1)?.children[Number(at)];
    if (callee === undefined) break;
    calls.push(callee);
  }
  return calls;
}

/** A bar of the timeline: the bytes that are alive of what was created from one time to another, in milliseconds. */
export interface Bar {
  from: number;
  to: number;
  size: number;
}

/** The samples in at most so many bars. What existed at the first sample is older than the timeline. */
export function barsOf(samples: readonly TimelineSample[], most: number): Bar[] {
  const bars: Bar[] = [];
  const each = Math.max(1, Math.ceil((samples.length - 1) / most));
  for (let at = 1; at < samples.length; at += each) {
    const part = samples.slice(at, at + each);
    const size = part.reduce((sum, sample) => sum + sample.size, 0);
    bars.push({ from: samples[at - 1]!.timestampMs, to: part.at(-1)!.timestampMs, size });
  }
  return bars;
}
