// Control groups with a memory limit, for tests with the kernel's behaviour.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const VERSIONS = [
  { parent: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', none: '-1' },
  { parent: '/sys/fs/cgroup', limit: 'memory.max', usage: 'memory.current', none: 'max' },
];

let made = 0;

/** A new group, or `null` if none can be created: not root, not Linux, no memory controller. */
export function makeGroup() {
  made += 1;
  for (const { parent, limit, usage, none } of VERSIONS) {
    const folder = path.join(parent, `heapray-test-${process.pid}-${made}`);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    if (existsSync(path.join(folder, limit))) return new Group(folder, { limit, usage, none });
    rmdirSync(folder);
  }
  return null;
}

class Group {
  #files;

  constructor(folder, files) {
    this.folder = folder;
    this.#files = files;
  }

  get limitFile() {
    return path.join(this.folder, this.#files.limit);
  }

  get usageFile() {
    return path.join(this.folder, this.#files.usage);
  }

  /** Bytes in use, page cache included. */
  get usage() {
    return Number(readFileSync(this.usageFile, 'utf8'));
  }

  setLimit(bytes) {
    writeFileSync(this.limitFile, bytes === null ? this.#files.none : String(Math.ceil(bytes)));
  }

  enter(pid) {
    writeFileSync(path.join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Removes the group after its processes have ended, which the kernel notices a little later. */
  async remove() {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return rmdirSync(this.folder);
      } catch (error) {
        if (attempt === 100) throw error;
        await delay(50);
      }
    }
  }
}
