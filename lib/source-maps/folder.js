'use strict';

/**
 * A folder with scripts and maps of another machine, a container or a web site: found by the name of the script, of as
 * many folders in its path as agree.
 */

const fs = require('node:fs');
const path = require('node:path');

/** Files of a folder that are looked at. */
const MAX_FILES = 100_000;

class MapFolder {
  #root;
  #warn;
  #byName;

  constructor(root, warn) {
    this.#root = root;
    this.#warn = warn;
  }

  script(name) {
    return this.#nearest(partsOf(name));
  }

  map(name) {
    const parts = partsOf(name);
    return this.#nearest([...parts.slice(0, -1), `${parts.at(-1)}.map`]);
  }

  #nearest(parts) {
    const candidates = this.#files().get(parts.at(-1)) ?? [];
    const rated = candidates.map((file) => ({ file, shared: sharedEnd(file.split(path.sep), parts) }));
    const most = Math.max(...rated.map(({ shared }) => shared));
    const best = rated.filter(({ shared }) => shared === most);
    if (best.length < 2) return best[0] && path.join(this.#root, best[0].file);
    this.#warn(`${best.length} files in ${this.#root} may be ${parts.join('/')}: none was used`);
    return undefined;
  }

  /** Paths of scripts and maps below the folder, by file name. */
  #files() {
    if (this.#byName !== undefined) return this.#byName;
    this.#byName = new Map();
    const folders = [''];
    let seen = 0;
    while (folders.length > 0) {
      const folder = folders.pop();
      for (const entry of entriesOf(path.join(this.#root, folder))) {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') folders.push(file);
        else if (entry.isFile() && /\.(?:[cm]?jsx?|map)$/i.test(entry.name)) this.#byName.set(entry.name, [...(this.#byName.get(entry.name) ?? []), file]);
        seen += 1;
      }
      if (seen > MAX_FILES) {
        this.#warn(`${this.#root} has more than ${MAX_FILES} files: the others were not searched for source maps`);
        break;
      }
    }
    return this.#byName;
  }
}

function entriesOf(folder) {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The parts of a path or URL, without its query. */
function partsOf(name) {
  const bare = name.replace(/^[a-z][a-z\d+.-]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  const parts = bare.split(/[\\/]+/).filter((part) => part !== '');
  return parts.length === 0 ? [''] : parts.map(decoded);
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function sharedEnd(a, b) {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared += 1;
  return shared;
}

module.exports = { MapFolder };
