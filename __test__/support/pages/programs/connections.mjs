// Sockets, channels, workers, and frames of another site.

/** @type {Record<string, import('./events.mjs').Leak>} */
export const leaking = {
  'sockets that stay open': {
    named: /WebSocket|onTick/,
    program() {
      globalThis.go = () =>
        new Promise((resolve) => {
          const ticker = { price: 0 };
          const socket = new WebSocket(`ws://${location.host}/prices`);
          socket.addEventListener('message', function onTick({ data }) {
            ticker.price = data;
          });
          socket.addEventListener('open', () => resolve());
        });
    },
  },
  'channels that stay open': {
    named: /BroadcastChannel|onMessage/,
    program() {
      globalThis.go = () => {
        const inbox = { unread: 0 };
        new BroadcastChannel('chat').onmessage = function onMessage() {
          inbox.unread += 1;
        };
      };
    },
  },
  'requests that one worker never answers': {
    named: /calls|PendingCall/,
    program() {
      class PendingCall {
        constructor(resolve) {
          this.resolve = resolve;
        }
      }
      const calls = new Map();
      const worker = new Worker('/silent-worker.js');
      let next = 0;
      globalThis.go = () => {
        next += 1;
        void new Promise((resolve) => calls.set(next, new PendingCall(resolve)));
        worker.postMessage(next);
      };
    },
  },
  'what a worker keeps': {
    named: /ParsedRow|parsed/,
    program() {
      const worker = new Worker('/keeping-worker.js');
      globalThis.go = () =>
        new Promise((resolve) => {
          worker.onmessage = () => resolve();
          worker.postMessage('row');
        });
    },
  },
  'workers that are never ended': {
    named: /Worker/,
    program() {
      globalThis.go = () =>
        new Promise((resolve) => {
          const worker = new Worker('/echo-worker.js');
          worker.onmessage = () => resolve();
          worker.postMessage('hello');
        });
    },
  },
  'what a frame of another site keeps': {
    named: /Visit|visits/,
    program() {
      const frame = document.createElement('iframe');
      frame.src = `http://localhost:${location.port}/keeping-frame.html`;
      document.body.append(frame);
      globalThis.go = () =>
        new Promise((resolve) => {
          addEventListener('message', () => resolve(), { once: true });
          frame.contentWindow.postMessage('visit', '*');
        });
    },
  },
};

/** @type {Record<string, () => void>} */
export const harmless = {
  'sockets that are closed'() {
    globalThis.go = () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/prices`);
        socket.addEventListener('open', () => socket.close());
        socket.addEventListener('close', () => resolve());
      });
  },
  'a socket with many messages'() {
    const socket = new WebSocket(`ws://${location.host}/prices`);
    let last;
    socket.addEventListener('message', ({ data }) => (last = data));
    globalThis.go = () => {
      if (socket.readyState === WebSocket.OPEN) socket.send('more');
      return last;
    };
  },
  'workers that are ended'() {
    globalThis.go = () =>
      new Promise((resolve) => {
        const worker = new Worker('/echo-worker.js');
        worker.onmessage = () => {
          worker.terminate();
          resolve();
        };
        worker.postMessage('hello');
      });
  },
  'requests that a worker answers'() {
    const worker = new Worker('/echo-worker.js');
    const calls = new Map();
    worker.onmessage = ({ data }) => {
      calls.get(data)();
      calls.delete(data);
    };
    let next = 0;
    globalThis.go = () =>
      new Promise((resolve) => {
        next += 1;
        calls.set(next, resolve);
        worker.postMessage(next);
      });
  },
  'a channel that is closed'() {
    globalThis.go = () => {
      const channel = new BroadcastChannel('chat');
      channel.onmessage = () => {};
      channel.postMessage('hello');
      channel.close();
    };
  },
  'a frame of another site'() {
    const frame = document.createElement('iframe');
    frame.src = `http://localhost:${location.port}/echo-frame.html`;
    document.body.append(frame);
    globalThis.go = () =>
      new Promise((resolve) => {
        addEventListener('message', () => resolve(), { once: true });
        frame.contentWindow.postMessage('visit', '*');
      });
  },
};
