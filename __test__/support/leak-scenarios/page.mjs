/** A page whose program keeps elements that it removed from the document; three snapshots of it, if there is a Chromium. */

import fs from 'node:fs';
import { launch, skipWithoutBrowser, takeSnapshot } from '../browser.mjs';

const CARDS = 40;

const program = (cards) => {
  globalThis.board = { undo: [] };
  globalThis.shown = new Map();
  globalThis.work = () => {
    for (let i = 0; i < cards; i += 1) {
      const card = document.createElement('article');
      card.textContent = `card ${i}`;
      document.body.append(card);
      card.remove();
      globalThis.board.undo.push(card);
      // A bounded cache beside it.
      globalThis.shown.set(i % 10, { title: `card ${i}` });
    }
  };
};

/** Writes `${base}.${moment}.heapsnapshot` for each value of `moments`, and the known leaks. Does nothing without Chromium. */
export async function detachedCards(base, moments) {
  if (skipWithoutBrowser) return;
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.setContent('<!doctype html><title>board</title>');
    await page.evaluate(program, CARDS);
    const session = await page.context().newCDPSession(page);
    for (const moment of Object.values(moments)) {
      await page.evaluate(() => globalThis.work());
      await session.send('HeapProfiler.collectGarbage');
      await takeSnapshot(session, `${base}.${moment}.heapsnapshot`);
    }
    fs.writeFileSync(`${base}.truth.json`, JSON.stringify({ leaks: [{ constructor: '<article>', holder: 'board.undo' }] }));
  } finally {
    await browser.close();
  }
}
