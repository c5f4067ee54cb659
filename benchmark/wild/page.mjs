// Runs one page in headless Chromium, clicks through it, and takes three snapshots.

import fs from 'node:fs';
import path from 'node:path';
import { launch, takeSnapshot } from '../../__test__/support/browser.mjs';
import { bundlePage } from './bundle.mjs';

/**
 * Writes `FOLDER/NAME.N.heapsnapshot` for N from 1 on and returns their paths.
 *
 * @param {import('./services.mjs').Service} service
 * @param {{ project: string, folder: string }} options
 */
export async function runPage({ name, requests, jsx }, { project, folder }) {
  fs.mkdirSync(folder, { recursive: true });
  const script = await bundlePage(path.join(project, 'pages', `${name}.jsx`), { jsxImportSource: jsx });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.route('http://page.test/**', (route) => route.fulfill(answer(new URL(route.request().url()).pathname, script)));
    await page.goto('http://page.test/');
    const session = await page.context().newCDPSession(page);
    const files = [];
    for (const [at, clicks] of requests.entries()) {
      for (let i = 0; i < clicks; i += 1) await page.click('#next');
      files.push(path.join(folder, `${name}.${at + 1}.heapsnapshot`));
      await takeSnapshot(session, files[at]);
    }
    return files;
  } finally {
    await browser.close();
  }
}

function answer(pathname, script) {
  if (pathname === '/app.js') return { contentType: 'text/javascript', body: script };
  return { contentType: 'text/html', body: '<!doctype html><title>page</title><div id="root"></div><script src="/app.js"></script>' };
}
