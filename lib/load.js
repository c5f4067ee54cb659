'use strict';

// Finds and loads the addon, and says plainly what is missing when it cannot.

const { existsSync } = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);

/** What each attempt of the generated loader failed with: it keeps their texts as a chain of causes. */
function attempts(error) {
  const texts = [];
  for (let at = error.cause; at && texts.length < 20; at = at.cause) texts.push(at.message);
  return texts;
}

/** @returns {{ code: string, message: string }} */
function explain(error) {
  const platform = `${process.platform}-${process.arch}`;
  if (!existsSync(path.join(root, 'native.js'))) {
    return {
      code: 'ERR_ADDON_NOT_FOUND',
      message: `heapray's addon is not built: there is no native.js in ${root}. Run "npm run build" there (needs Rust)`,
    };
  }
  const texts = attempts(error);
  if (texts.some((text) => text.includes('loading addons is disabled'))) {
    const by = process.permission
      ? "Node's permission model does not allow addons here: start node with --allow-addons too"
      : 'node was started with --no-addons';
    return { code: 'ERR_DLOPEN_DISABLED', message: `heapray is a native addon, and ${by}` };
  }
  const broken = texts.find((text) => !text.startsWith('Cannot find module'));
  if (broken !== undefined) {
    return {
      code: 'ERR_DLOPEN_FAILED',
      message: `heapray's addon for ${platform} was found but could not be loaded: ${broken}`,
    };
  }
  return {
    code: 'ERR_ADDON_NOT_FOUND',
    message:
      `heapray has no addon for ${platform} here: looked for heapray.${platform}*.node in ${root} and for the package ` +
      `heapray-${platform}*. Either the platform is not supported, or the package was installed without its optional ` +
      'dependencies (npm --omit=optional), or node_modules was copied from another platform',
  };
}

function load() {
  try {
    return require('../native.js');
  } catch (cause) {
    const { code, message } = explain(cause);
    throw Object.assign(new Error(message, { cause }), { code });
  }
}

module.exports = load();
