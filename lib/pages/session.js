'use strict';

// A page of Playwright or Puppeteer → a session of the DevTools protocol.

const { HeaprayError, argumentError } = require('../api/errors.js');

/** Whether a value is a page: both libraries have these methods. */
function isPage(value) {
  return typeof value === 'object' && value !== null && ['goto', 'mainFrame', 'isClosed'].every((name) => typeof value[name] === 'function');
}

/**
 * A session of the page's own, beside the library's.
 * @returns {Promise<{ send: Function, on: Function, off: Function, detach(): Promise<void> }>}
 */
async function openSession(page) {
  if (page.isClosed()) throw argumentError('page', 'a page that is open', page);
  try {
    if (typeof page.context === 'function') return await page.context().newCDPSession(page);
    return await (page.createCDPSession?.() ?? page.target().createCDPSession());
  } catch (error) {
    throw notSupported(error);
  }
}

function notSupported(cause) {
  return new HeaprayError('ERR_NOT_SUPPORTED', `heap snapshots of a page need Chromium; Firefox and WebKit take none: ${firstLine(cause)}`, { cause });
}

const firstLine = (error) => String(error?.message ?? error).split('\n')[0];

module.exports = { firstLine, isPage, openSession };
