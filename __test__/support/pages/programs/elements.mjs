// Elements that are removed from the document, and frames.

/** @type {Record<string, import('./events.mjs').Leak>} */
export const leaking = {
  'elements in a list': {
    named: /undo|Detached <section/,
    program() {
      const undo = [];
      globalThis.go = () => {
        const card = document.createElement('section');
        document.body.append(card);
        card.remove();
        undo.push(card);
      };
    },
  },
  'elements in a Map': {
    named: /tooltips/,
    program() {
      const tooltips = new Map();
      let next = 0;
      globalThis.go = () => {
        const tooltip = document.createElement('aside');
        tooltip.innerHTML = '<b>hint</b>';
        document.body.append(tooltip);
        tooltips.set((next += 1), tooltip);
        tooltip.remove();
      };
    },
  },
  'a view that keeps its root': {
    named: /Dialog/,
    program() {
      class Dialog {
        static opened = new Set();
        constructor() {
          this.root = document.createElement('dialog');
          document.body.append(this.root);
          Dialog.opened.add(this);
        }
        close() {
          this.root.remove();
        }
      }
      globalThis.go = () => new Dialog().close();
    },
  },
  'custom elements in a registry': {
    named: /UserBadge|user-badge|badges/,
    program() {
      const badges = [];
      customElements.define(
        'user-badge',
        class UserBadge extends HTMLElement {
          connectedCallback() {
            this.attachShadow({ mode: 'open' }).innerHTML = '<slot></slot>';
            badges.push(this);
          }
        },
      );
      globalThis.go = () => {
        const badge = document.createElement('user-badge');
        document.body.append(badge);
        badge.remove();
      };
    },
  },
  'a row that a closure keeps': {
    named: /restore|history|Detached <tr/,
    program() {
      const history = [];
      const table = document.body.appendChild(document.createElement('table'));
      globalThis.go = () => {
        const row = table.insertRow();
        row.insertCell().textContent = 'cell';
        history.push(function restore() {
          table.append(row);
        });
        row.remove();
      };
    },
  },
  'the window of a removed frame': {
    named: /previews|Window/,
    program() {
      const previews = [];
      globalThis.go = () => {
        const frame = document.createElement('iframe');
        document.body.append(frame);
        previews.push(frame.contentWindow);
        frame.remove();
      };
    },
  },
  'images that are preloaded': {
    named: /preloaded|<img|HTMLImageElement/,
    program() {
      const preloaded = [];
      globalThis.go = () => {
        const image = new Image();
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
        preloaded.push(image);
      };
    },
  },
};

/** @type {Record<string, () => void>} */
export const harmless = {
  'elements that are removed'() {
    globalThis.go = () => {
      const card = document.createElement('section');
      card.innerHTML = '<h2>Title</h2><p>Text</p>';
      document.body.append(card);
      card.remove();
    };
  },
  'elements as keys of a WeakMap'() {
    const views = new WeakMap();
    globalThis.go = () => {
      const card = document.createElement('section');
      views.set(card, { card, title: 'card' });
      document.body.append(card);
      card.remove();
    };
  },
  'elements in WeakRefs that are swept'() {
    let cards = [];
    globalThis.go = () => {
      cards = cards.filter((each) => each.deref() !== undefined);
      const card = document.createElement('section');
      document.body.append(card);
      cards.push(new WeakRef(card));
      card.remove();
    };
  },
  'a dialog that is opened and closed'() {
    const dialog = document.body.appendChild(document.createElement('dialog'));
    globalThis.go = () => {
      dialog.innerHTML = '<form method="dialog"><input><button>OK</button></form>';
      dialog.showModal();
      dialog.close();
    };
  },
  'a list that is rendered again'() {
    const list = document.body.appendChild(document.createElement('ul'));
    let version = 0;
    globalThis.go = () => {
      version += 1;
      list.replaceChildren(...Array.from({ length: 20 }, (_, i) => Object.assign(document.createElement('li'), { textContent: `${i} of ${version}` })));
    };
  },
  'custom elements that are removed'() {
    customElements.define(
      'price-tag',
      class PriceTag extends HTMLElement {
        connectedCallback() {
          this.attachShadow({ mode: 'open' }).innerHTML = '<slot></slot>';
        }
      },
    );
    globalThis.go = () => {
      const tag = document.createElement('price-tag');
      document.body.append(tag);
      tag.remove();
    };
  },
  'a frame that is removed'() {
    globalThis.go = () => {
      const frame = document.createElement('iframe');
      frame.srcdoc = '<p>frame</p>';
      document.body.append(frame);
      frame.remove();
    };
  },
  'the last removed element alone'() {
    globalThis.go = () => {
      const card = document.createElement('section');
      document.body.append(card);
      card.remove();
      globalThis.last = card;
    };
  },
};
