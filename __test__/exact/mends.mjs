// DevTools' analysis with its known faults mended, and nothing else changed.
//
//   text → JSON.parse → wide numbers → JSHeapSnapshot with a few methods overridden
//
// What each mend is for stands in exemptions.mjs.

import { endlessStrings } from './exemptions.mjs';

/** Numbers as DevTools' code wants to read them, but whole: beyond 32 bits, and below zero. */
class WideNumbers extends Float64Array {
  getValue(index) {
    return this[index];
  }

  setValue(index, value) {
    this[index] = value;
  }
}

/** Analyses a snapshot's text, which must fit in one string. */
export async function analyseMended(devtools, text) {
  const file = JSON.parse(text);
  const functionsWereMissing = mendFunctionCount(file);
  const { MendedSnapshot } = mendedClasses(devtools);
  const snapshot = new MendedSnapshot(profileOf(file), new devtools.HeapSnapshotProgress());
  const channel = new MessageChannel();
  new devtools.SecondaryInitManager(channel.port2);
  try {
    await snapshot.initialize(channel.port1);
  } finally {
    channel.port1.close();
  }
  return { snapshot, functionsWereMissing };
}

function mendFunctionCount({ snapshot: header, trace_function_infos: functions }) {
  const declared = header.trace_function_count;
  if (!declared) return false;
  header.trace_function_count = functions.length / header.meta.trace_function_info_fields.length;
  return header.trace_function_count > declared;
}

function profileOf(file) {
  const { meta } = file.snapshot;
  return {
    ...file,
    nodes: new WideNumbers(file.nodes),
    edges: new WideNumbers(file.edges),
    locations: (meta.location_fields && file.locations) || [],
    samples: (meta.sample_fields && file.samples) || [],
    trace_function_infos: new Uint32Array(file.trace_function_infos ?? []),
  };
}

/**
 * Keeps DevTools from hanging: already while loading it spells out unreachable nodes for a warning.
 * Changes nothing but the names of strings that have no end.
 */
export function guardEndlessStrings({ JSHeapSnapshotNode }) {
  const spell = JSHeapSnapshotNode.prototype.consStringName;
  JSHeapSnapshotNode.prototype.consStringName = function () {
    return endlessStrings(this.snapshot).has(this.ordinal()) ? '(endless)' : spell.call(this);
  };
}

let classes;

function mendedClasses(devtools) {
  classes ??= makeMendedClasses(devtools);
  return classes;
}

function makeMendedClasses({ JSHeapSnapshot, JSHeapSnapshotNode, HeapSnapshotNodeIterator }) {
  class MendedSnapshot extends JSHeapSnapshot {
    #firstOfText = new Map();
    #known = 0;

    createNode(nodeIndex) {
      return new MendedNode(this, nodeIndex ?? -1);
    }

    // The original begins at the root, wherever that is.
    allNodes() {
      return new HeapSnapshotNodeIterator(this.createNode(0));
    }

    // The original copies the sizes into 32 bits on the transfer to the second thread.
    startInitStep3InSecondThread(port) {
      const { nodes, nodeFieldCount, nodeSelfSizeOffset, nodeCount } = this;
      const nodeSelfSizes = new Float64Array(nodeCount);
      for (let node = 0; node < nodeCount; node++) {
        nodeSelfSizes[node] = nodes.getValue(node * nodeFieldCount + nodeSelfSizeOffset);
      }
      port.postMessage({ step: 3, args: { nodeSelfSizes } });
    }

    /** The first string with the same text. */
    firstIndexOf(index) {
      for (; this.#known < this.strings.length; this.#known++) {
        const text = this.strings[this.#known];
        if (!this.#firstOfText.has(text)) this.#firstOfText.set(text, this.#known);
      }
      return this.#firstOfText.get(this.strings[index]);
    }
  }

  class MendedNode extends JSHeapSnapshotNode {
    setClassIndex(index) {
      super.setClassIndex(this.snapshot.firstIndexOf(index));
    }
  }

  return { MendedSnapshot };
}
