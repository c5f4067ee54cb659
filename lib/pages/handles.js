'use strict';

// A page whose handles are disposed of after each call: until then they keep their objects alive, and scenarios rarely do it.

class Handles {
  #made = [];

  /** The page for a scenario, which notes the handles that its methods return. */
  noting(page) {
    return new Proxy(page, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? (...args) => this.#noted(value.apply(target, args)) : value;
      },
    });
  }

  async dispose() {
    const made = this.#made;
    this.#made = [];
    // A handle whose document is gone is gone too.
    await Promise.all(made.map((handle) => Promise.resolve(handle.dispose()).catch(() => {})));
  }

  /** Those so far stay as they are. */
  forget() {
    this.#made = [];
  }

  #noted(result) {
    if (typeof result?.then !== 'function') return result;
    return result.then((value) => {
      for (const each of Array.isArray(value) ? value : [value]) if (isHandle(each)) this.#made.push(each);
      return value;
    });
  }
}

const isHandle = (value) => typeof value?.dispose === 'function' && typeof value.asElement === 'function';

module.exports = { Handles };
