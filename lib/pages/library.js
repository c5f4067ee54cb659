'use strict';

// The browser library of the user's project, and a Chromium that it can start.

const { existsSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { SetupError } = require('./errors.js');
const { firstLine } = require('./session.js');

/** Scenario files are written for Puppeteer, so it comes first. */
const LIBRARIES = ['puppeteer', 'puppeteer-core', 'playwright', 'playwright-core', '@playwright/test'];

/** Where Chrome and Chromium usually are, for libraries that bring none. */
const USUAL = [
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A page from the back/forward cache would be the old document, and the left one would stay alive. */
const ARGUMENTS = ['--disable-back-forward-cache'];
/** As root, as in containers, Chromium's sandbox does not start. */
const AS_ROOT = ['--no-sandbox'];

/** The library found from the folder on, or `undefined`. */
async function findLibrary(folder) {
  const { resolve } = createRequire(path.join(folder, 'package.json'));
  for (const name of LIBRARIES) {
    const file = resolved(resolve, name);
    if (file === undefined) continue;
    const { default: usual, ...named } = await import(pathToFileURL(file));
    const { chromium, launch } = { ...usual, ...named };
    if (chromium !== undefined) return { name, launch: (options) => chromium.launch(options) };
    return { name, launch: (options) => (launch ?? usual.launch).call(usual, options) };
  }
  return undefined;
}

function resolved(resolve, name) {
  try {
    return resolve(name);
  } catch {
    return undefined;
  }
}

/**
 * Starts a browser and opens a page.
 * @param {{ folder: string, browser?: string, headed?: boolean }} options `browser`: its executable
 */
async function openPage({ folder, browser: executablePath, headed = false }) {
  const library = await findLibrary(folder);
  if (library === undefined) {
    throw new SetupError(`no browser library is installed in this project: npm install --save-dev ${LIBRARIES.slice(0, 4).join(' | ')}`);
  }
  const browser = await launched(library, executablePath, headed);
  try {
    return { browser, page: await browser.newPage(), library: library.name };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function launched({ name, launch }, executablePath, headed) {
  const args = process.getuid?.() === 0 ? [...ARGUMENTS, ...AS_ROOT] : ARGUMENTS;
  const others = [{ channel: 'chrome' }, ...USUAL.filter((file) => existsSync(file)).map((file) => ({ executablePath: file }))];
  const failures = [];
  for (const where of executablePath === undefined ? [{}, ...others] : [{ executablePath }]) {
    try {
      return await launch({ ...where, headless: !headed, args, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false });
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  throw new SetupError(`${name} could start no Chromium: ${failures[0]}. --browser FILE names its executable`);
}

module.exports = { openPage };
