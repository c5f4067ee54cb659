// Listeners, observers and timers. A program defines `go`, which a click on the page's button calls.

/** @typedef {{ program: () => void, named: RegExp }} Leak `named`: what a report must say of it */

/** @type {Record<string, Leak>} */
export const leaking = {
  'a listener of the window': {
    named: /onResize/,
    program() {
      globalThis.go = () => {
        const card = { title: 'card', rows: [1, 2, 3] };
        window.addEventListener('resize', function onResize() {
          card.width = innerWidth;
        });
      };
    },
  },
  'a listener of the document': {
    named: /ShortcutHelp/,
    program() {
      class ShortcutHelp {
        constructor() {
          this.keys = ['a', 'b'];
          document.addEventListener('keydown', this);
        }
        handleEvent() {}
      }
      globalThis.go = () => void new ShortcutHelp();
    },
  },
  'a listener of a media query': {
    named: /onTheme/,
    program() {
      const dark = matchMedia('(prefers-color-scheme: dark)');
      globalThis.go = () => {
        const palette = new Map([['ink', '#000']]);
        dark.addEventListener('change', function onTheme() {
          palette.set('ink', '#fff');
        });
      };
    },
  },
  'a listener of a signal that lives as long as the page': {
    named: /cancelUpload/,
    program() {
      const { signal } = new AbortController();
      globalThis.pageSignal = signal;
      globalThis.go = () => {
        const upload = { name: 'photo', parts: [1, 2] };
        signal.addEventListener('abort', function cancelUpload() {
          upload.parts.length = 0;
        });
      };
    },
  },
  'an observer of the body': {
    named: /MutationObserver|onMutation/,
    program() {
      globalThis.go = () => {
        const seen = [];
        new MutationObserver(function onMutation(records) {
          seen.push(records.length);
        }).observe(document.body, { attributes: true });
      };
    },
  },
  'an observer of sizes': {
    named: /ResizeObserver|onSize/,
    program() {
      globalThis.go = () => {
        const chart = { width: 0 };
        new ResizeObserver(function onSize([{ contentRect }]) {
          chart.width = contentRect.width;
        }).observe(document.body);
      };
    },
  },
  'an observer of visibility': {
    named: /IntersectionObserver|onVisible/,
    program() {
      globalThis.go = () => {
        const teaser = { shown: 0 };
        new IntersectionObserver(function onVisible() {
          teaser.shown += 1;
        }).observe(document.querySelector('#go'));
      };
    },
  },
  'an interval': {
    named: /tick/,
    program() {
      globalThis.go = () => {
        const clock = { ticks: 0 };
        setInterval(function tick() {
          clock.ticks += 1;
        }, 1000);
      };
    },
  },
  'an animation that never ends': {
    named: /paint/,
    program() {
      globalThis.go = () => {
        const spinner = { angle: 0 };
        requestAnimationFrame(function paint() {
          spinner.angle += 1;
          requestAnimationFrame(paint);
        });
      };
    },
  },
};

/** @type {Record<string, () => void>} */
export const harmless = {
  'a listener that is removed'() {
    globalThis.go = () => {
      const card = { title: 'card' };
      const onResize = () => card;
      window.addEventListener('resize', onResize);
      window.removeEventListener('resize', onResize);
    };
  },
  'a listener that is called once'() {
    globalThis.go = () => {
      const card = { title: 'card' };
      document.addEventListener('done', () => card, { once: true });
      document.dispatchEvent(new Event('done'));
    };
  },
  'a listener with a signal of its own'() {
    globalThis.go = () => {
      const controller = new AbortController();
      window.addEventListener('scroll', () => controller, { signal: controller.signal });
      controller.abort();
    };
  },
  'listeners of elements that are removed'() {
    globalThis.go = () => {
      const row = document.createElement('div');
      row.addEventListener('click', () => row.remove());
      document.body.append(row);
      row.click();
    };
  },
  'observers that are disconnected'() {
    globalThis.go = () => {
      const observers = [new MutationObserver(() => {}), new ResizeObserver(() => {}), new IntersectionObserver(() => {})];
      for (const observer of observers) {
        observer.observe(document.body, { attributes: true });
        observer.disconnect();
      }
    };
  },
  'an observer whose elements are removed'() {
    const observer = new ResizeObserver(() => {});
    globalThis.go = () => {
      const card = document.createElement('article');
      document.body.append(card);
      observer.observe(card);
      observer.unobserve(card);
      card.remove();
    };
  },
  'timers that end'() {
    globalThis.go = () => {
      const state = { done: false };
      setTimeout(() => (state.done = true), 5);
      clearInterval(setInterval(() => state, 1000));
      requestAnimationFrame(() => state);
    };
  },
  'a debounced call'() {
    let timer;
    globalThis.go = () => {
      const query = { text: 'search' };
      clearTimeout(timer);
      timer = setTimeout(() => query, 10_000);
    };
  },
  'an animation that ends'() {
    globalThis.go = () => {
      const box = document.createElement('div');
      document.body.append(box);
      box.animate([{ opacity: 0 }, { opacity: 1 }], 10).finished.then(() => box.remove());
    };
  },
};
