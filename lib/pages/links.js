'use strict';

// Without a scenario: the links of a page to other views of the same document, each clicked, and back.

const { HeaprayError } = require('../api/errors.js');
const { until } = require('./activity.js');
const { SetupError } = require('./errors.js');

/**
 * The steps for the page's links, each tried once.
 * @param {object} page
 * @param {() => Promise<void>} idle
 * @param {{ most: number, reload: () => Promise<void> }} options
 * @returns {Promise<{ steps: import('./scenario.js').Step[], warnings: string[] }>}
 */
async function linkSteps(page, idle, { most, reload }) {
  const all = await page.evaluate(linksOfPage);
  if (all.length === 0) throw new SetupError('the page has no links to its own site that could be clicked: tell what to do with --scenario');
  const steps = [];
  const leaving = [];
  for (const href of all.slice(0, most)) {
    if (await staysWhenClicked(page, idle, href)) {
      steps.push({ name: href, run: () => clickAndReturn(page, idle, href) });
    } else {
      leaving.push(href);
      await reload();
    }
  }
  if (steps.length === 0) {
    throw new SetupError(`each link of the page loads a new document, such as ${leaving[0]}, and what leaks in a document is freed with it: tell what to do with --scenario`);
  }
  return { steps, warnings: warningsOf(leaving, all.length - most) };
}

function warningsOf(leaving, left) {
  return [
    ...(leaving.length === 0 ? [] : [`not clicked, because they load a new document: ${leaving.slice(0, 3).join(', ')}${leaving.length > 3 ? ` and ${leaving.length - 3} more` : ''}`]),
    ...(left > 0 ? [`${left} more links were not clicked: --links allows more`] : []),
  ];
}

/** Runs in the page. */
function linksOfPage() {
  const isLeft = (link) => link.target !== '' && link.target !== '_self';
  const links = [...document.querySelectorAll('a[href]')].filter(
    (link) => link.origin === location.origin && !link.hasAttribute('download') && !isLeft(link) && link.getClientRects().length > 0,
  );
  return [...new Set(links.map(({ href }) => href))].filter((href) => href !== location.href);
}

/** Runs in the page. */
function clickLink(href) {
  const link = [...document.querySelectorAll('a[href]')].find((each) => each.href === href);
  if (link === undefined) return false;
  link.click();
  return true;
}

/** Runs in the page. */
const whereAmI = () => ({ href: location.href, began: performance.timeOrigin });

async function staysWhenClicked(page, idle, href) {
  const { began } = await page.evaluate(whereAmI);
  try {
    await clickAndReturn(page, idle, href);
    return (await page.evaluate(whereAmI)).began === began;
  } catch {
    // The call ended with the document that it ran in, or there is no way back.
    return false;
  }
}

async function clickAndReturn(page, idle, href) {
  const start = await page.evaluate(whereAmI);
  if (!(await page.evaluate(clickLink, href))) throw new SetupError(`the link to ${href} is gone`);
  await idle();
  const there = await page.evaluate(whereAmI);
  if (there.began !== start.began) throw new HeaprayError('ERR_NAVIGATED', `the link to ${href} loads a new document`);
  // A link may do its work in place.
  if (there.href === start.href) return;
  await page.evaluate(() => history.back());
  await until(async () => (await page.evaluate(whereAmI)).href === start.href, () => new SetupError(`after the link to ${href} history.back() does not lead to ${start.href}`));
  await idle();
}

module.exports = { linkSteps };
