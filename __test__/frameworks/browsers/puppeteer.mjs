// Run by __test__/pages.test.mjs: node puppeteer.mjs PAGE…, prints what an assertion says of each, or `passed`.

import { assertNoLeak } from 'heapray/testing';
import puppeteer from 'puppeteer-core';

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
const said = [];
for (const address of process.argv.slice(2)) {
  const page = await browser.newPage();
  page.on('console', () => {});
  await page.goto(address);
  // The handle is not disposed of.
  const act = async () => (await page.waitForSelector('#go')).click();
  said.push(await assertNoLeak(page, act).then(() => 'passed', ({ message }) => message));
}
console.log(JSON.stringify(said));
await browser.close();
