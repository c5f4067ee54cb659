// npm run test:components: pages of React and Vue that leak in Chromium, in the development and the production build. With
// source maps the report must name the component that leaks; of pages that do not leak it must name nothing.
//
//   npm run test:components -- 'React 19' Vue     frameworks whose names contain one of these

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launch } from '../__test__/support/browser.mjs';
import { HEALTHY, bundle, frameworks, judge, snapshotsOf } from '../__test__/support/components/pages.mjs';
import { installChromium } from './chromium.mjs';

installChromium();
const wanted = process.argv.slice(2);
const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-components-'));
const browser = await launch();
try {
  for (const framework of frameworks.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))) {
    const out = path.join(folder, framework.name.replace(/\W+/g, '-'));
    mkdirSync(out);
    await bundle(framework, out);
    for (const part of [...Object.keys(framework.leaks), HEALTHY]) {
      const wrong = await judge(await snapshotsOf(browser, out, part), { framework, part, maps: out });
      console.log(`${wrong === undefined ? 'ok   ' : 'WRONG'}  ${framework.name}: ${part}${wrong === undefined ? '' : `: ${wrong}`}`);
      if (wrong !== undefined) process.exitCode = 1;
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
