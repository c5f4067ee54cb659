// Source maps, and the scripts that they belong to, that were dropped onto the page: found by the name of the script.

const MAX_MAP = 128 * 2 ** 20;

const isMap = (name) => /\.map$/i.test(name);

export class DroppedFiles {
  #files = new Map();
  #warn;

  /** @param {(text: string) => void} warn */
  constructor(warn) {
    this.#warn = warn;
  }

  /** @param {{ name: string, size: number, text: () => Promise<string> }} file */
  async add(file) {
    if (isMap(file.name) && file.size > MAX_MAP) {
      this.#warn(`the source map ${file.name} is larger than ${MAX_MAP / 2 ** 20} MiB, and was not read`);
      return;
    }
    const text = await file.text();
    const known = this.#files.get(file.name);
    this.#files.set(file.name, known === undefined || known === text ? text : null);
    if (known !== undefined && known !== text) this.#warn(`two files are called ${file.name}: none of them is used`);
  }

  get mapCount() {
    return [...this.#files.keys()].filter(isMap).length;
  }

  /** The map of a script, by the last part of its path or address. */
  find(name) {
    const script = lastPart(name);
    const json = this.#files.get(`${script}.map`);
    if (typeof json !== 'string') return undefined;
    return { script, json, base: undefined, shown: `the source map ${script}.map` };
  }

  textOf(script) {
    return this.#files.get(script) ?? undefined;
  }
}

function lastPart(name) {
  const part = name.replace(/[?#].*$/, '').split(/[\\/]/).at(-1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
