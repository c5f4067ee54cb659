// Stores, caches, queues and the console.

/** @type {Record<string, import('./events.mjs').Leak>} */
export const leaking = {
  'a subscription to a store': {
    named: /store|render/,
    program() {
      class Store {
        subscribers = new Set();
        subscribe(subscriber) {
          this.subscribers.add(subscriber);
          return () => this.subscribers.delete(subscriber);
        }
      }
      const store = new Store();
      globalThis.go = () => {
        const view = { rows: [1, 2, 3] };
        store.subscribe(function render() {
          return view;
        });
      };
    },
  },
  'a listener of an event bus': {
    named: /refresh/,
    program() {
      const bus = new EventTarget();
      globalThis.bus = bus;
      globalThis.go = () => {
        const panel = { open: true };
        bus.addEventListener('change', function refresh() {
          panel.open = false;
        });
      };
    },
  },
  'a cache without a bound': {
    named: /responses/,
    program() {
      const responses = new Map();
      let requests = 0;
      globalThis.go = async () => {
        requests += 1;
        responses.set(`/data?${requests}`, await (await fetch('/data.json')).json());
      };
    },
  },
  'events of an analytics queue': {
    named: /TrackedEvent/,
    program() {
      class TrackedEvent {
        constructor(name) {
          this.name = name;
          this.at = { x: 1, y: 2 };
        }
      }
      const analytics = { queue: [] };
      globalThis.go = () => analytics.queue.push(new TrackedEvent('click'));
    },
  },
  'promises that never settle': {
    named: /waiting|Promise|Ticket/,
    program() {
      class Ticket {
        constructor(resolve) {
          this.resolve = resolve;
        }
      }
      const waiting = [];
      globalThis.go = () => void new Promise((resolve) => waiting.push(new Ticket(resolve)));
    },
  },
  'states of an undo list': {
    named: /past|DocumentState/,
    program() {
      class DocumentState {
        lines = ['first', 'second'];
      }
      const editor = { past: [], present: new DocumentState() };
      globalThis.go = () => {
        editor.past.push(editor.present);
        editor.present = new DocumentState();
      };
    },
  },
  'keys of a dictionary': {
    named: /selected|Selection/,
    program() {
      class Selection {
        range = [0, 1];
      }
      const selected = {};
      let next = 0;
      globalThis.go = () => {
        selected[`row-${(next += 1)}`] = new Selection();
      };
    },
  },
};

/** @type {Record<string, () => void>} */
export const harmless = {
  'a subscription that is ended'() {
    const subscribers = new Set();
    globalThis.go = () => {
      const view = { rows: [1, 2, 3] };
      const render = () => view;
      subscribers.add(render);
      subscribers.delete(render);
    };
  },
  'a cache with a bound'() {
    const cache = new Map();
    let next = 0;
    globalThis.go = () => {
      cache.set((next += 1), { body: [next] });
      if (cache.size > 5) cache.delete(cache.keys().next().value);
    };
  },
  'a cache by route'() {
    const views = {};
    let next = 0;
    globalThis.go = () => {
      next += 1;
      views[`/${next % 4}`] = { title: `route ${next}`, at: new Date() };
    };
  },
  'the last lines of a log'() {
    const lines = [];
    globalThis.go = () => {
      lines.push({ text: 'clicked', at: performance.now() });
      if (lines.length > 8) lines.shift();
    };
  },
  'answers that are read and dropped'() {
    globalThis.go = async () => void (await (await fetch('/data.json')).json());
  },
  'requests that are aborted'() {
    globalThis.go = () => {
      const controller = new AbortController();
      fetch('/data.json', { signal: controller.signal }).catch(() => {});
      controller.abort();
    };
  },
  'objects that are logged'() {
    globalThis.go = () => {
      console.log({ state: { rows: [1, 2] } }, document.createElement('p'));
      console.error(new Error('expected'));
    };
  },
  'work in progress when the snapshot is taken'() {
    globalThis.go = () => {
      const job = { parts: Array.from({ length: 50 }, (_, i) => ({ i })) };
      setTimeout(() => (job.parts = []), 30);
    };
  },
  'states of the history that are replaced'() {
    let view = 0;
    globalThis.go = () => {
      view += 1;
      history.replaceState({ view, filters: ['a', 'b'] }, '', `#view-${view}`);
    };
  },
  'values in storage'() {
    let count = 0;
    globalThis.go = () => {
      count += 1;
      localStorage.setItem('count', JSON.stringify({ count }));
      return JSON.parse(localStorage.getItem('count'));
    };
  },
  'a page that works by itself'() {
    const readings = [];
    setInterval(() => {
      readings.push({ at: Date.now(), values: [1, 2, 3] });
      if (readings.length > 20) readings.splice(0, 10);
    }, 5);
    globalThis.go = () => readings.at(-1);
  },
};
