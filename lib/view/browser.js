'use strict';

// Opens a URL in the user's browser, if there is one.

const { spawn } = require('node:child_process');

const OPENERS = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens the URL. A machine without a browser is no error: the URL is printed too. */
function openBrowser(url, { platform = process.platform, env = process.env } = {}) {
  if (platform === 'linux' && env.DISPLAY === undefined && env.WAYLAND_DISPLAY === undefined) return;
  const [command, ...args] = OPENERS[platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

module.exports = { openBrowser };
