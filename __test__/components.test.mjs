// Components of React and Vue in a real page. `npm run test:components` has all parts and versions.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse, report } from '../index.js';
import { formatReport } from '../lib/format/report.js';
import { launch, skipWithoutBrowser } from './support/browser.mjs';
import { HEALTHY, bundle, frameworks, judge, snapshotsOf } from './support/components/pages.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-components-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('pages made with', { skip: skipWithoutBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [name, parts] of [['React 19, production', ['PriceTag', HEALTHY]], ['Vue 3, production', ['ResizeCard']]]) {
    test(`${name}: what leaks is of the component in the source`, async () => {
      const framework = frameworks.find((each) => each.name === name);
      const out = path.join(folder, framework.entry.split('/')[0]);
      mkdirSync(out);
      await bundle(framework, out);
      for (const part of parts) assert.equal(await judge(await snapshotsOf(browser, out, part), { framework, part, maps: out }), undefined, part);
    });
  }

  test('the component is in text, and without source maps the bundle\'s own', async () => {
    const files = [1, 2, 3].map((at) => path.join(folder, 'react', `PriceTag.${at}.heapsnapshot`));
    const text = formatReport(await report(files, { sourceMaps: path.join(folder, 'react') }), { width: 200 });
    assert.match(text, /^Verdict: FiberNode \(PriceTag\) leaks: /m);
    assert.match(text, /objects .* FiberNode \(PriceTag\)$/m);
    assert.match(text, / path +store\.subscriptions.* → FiberNode \(PriceTag\)$/m);
    assert.match(text, / component +PriceTag .*parts\.jsx:\d+:\d+$/m);
    const { suspects } = await report(files, { sourceMaps: 'off' });
    const [{ component, path: bundled, sampleIds }] = suspects;
    assert.equal(component.source.script, 'http://page.test/app.js');
    assert.ok(bundled.endsWith(` → FiberNode (${component.name})`), bundled);
    const snapshot = await parse(files[2]);
    const { paths } = await snapshot.retainingPaths(sampleIds[0], { limit: 1, sourceMaps: 'off' });
    assert.deepEqual(paths[0].steps.at(-1).component, component);
    snapshot.close();
  });
});
