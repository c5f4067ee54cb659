'use strict';

// Loads the addon for this platform, or throws an error that says what is missing and what to do.

const { existsSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { HeaprayError } = require('../api/errors.js');
const { describePlatform, platformName, platforms } = require('./platform.js');
const fallback = require('./fallback/addon.js');
const { version } = require('../../package.json');

const root = path.join(__dirname, '..', '..');
/** A `require` that bundlers leave alone. */
const requireHere = createRequire(__filename);

/**
 * All names are literals, so that bundlers and file tracers find them, and inside a `try`, so that they accept the seven
 * that are not installed.
 */
function requirePackage(name) {
  try {
    switch (name) {
      case 'darwin-arm64': return require('@heapray/addon-darwin-arm64');
      case 'darwin-x64': return require('@heapray/addon-darwin-x64');
      case 'linux-arm64-gnu': return require('@heapray/addon-linux-arm64-gnu');
      case 'linux-arm64-musl': return require('@heapray/addon-linux-arm64-musl');
      case 'linux-x64-gnu': return require('@heapray/addon-linux-x64-gnu');
      case 'linux-x64-musl': return require('@heapray/addon-linux-x64-musl');
      case 'win32-arm64-msvc': return require('@heapray/addon-win32-arm64-msvc');
      case 'win32-x64-msvc': return require('@heapray/addon-win32-x64-msvc');
      default: return undefined;
    }
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** In a clone the addon is beside package.json. */
function requireBuilt(name) {
  const file = path.join(root, `heapray.${name}.node`);
  return existsSync(file) ? requireHere(file) : undefined;
}

function load() {
  const name = platformName();
  let addon;
  try {
    const { HEAPRAY_ADDON: chosen } = process.env;
    if (chosen === 'wasm') return fallback.addon;
    addon = chosen ? requireHere(path.resolve(chosen)) : (requireBuilt(name) ?? requirePackage(name));
  } catch (cause) {
    throw notLoaded(name, cause);
  }
  if (addon === undefined) return insteadOfAddon(name);
  if (addon.version?.() !== version) throw otherVersion(name, addon.version?.());
  return addon;
}

/** WebAssembly is only for platforms without an addon; elsewhere a missing one is an error. */
function insteadOfAddon(name) {
  if (platforms.includes(name) || !fallback.isThere()) throw notFound(name);
  process.emitWarning(`there is no addon for ${describePlatform()}: heapray runs as WebAssembly, on one thread and with at most 4 GB`, 'HeaprayWarning');
  return fallback.addon;
}

function notLoaded(name, cause) {
  if (cause.code === 'ERR_DLOPEN_DISABLED') {
    const why = process.permission
      ? "Node's permission model does not allow addons here: start node with --allow-addons too"
      : 'node was started with --no-addons';
    return new HeaprayError('ERR_DLOPEN_DISABLED', `heapray is a native addon, and ${why}`, { cause });
  }
  const message = `heapray's addon for ${describePlatform()} was found but could not be loaded: ${cause.message}`;
  return new HeaprayError('ERR_DLOPEN_FAILED', message, { cause });
}

function notFound(name) {
  const looked = `looked for the package @heapray/addon-${name}, from ${__dirname}, and for heapray.${name}.node in ${root}`;
  return new HeaprayError('ERR_ADDON_NOT_FOUND', `heapray has no addon for ${describePlatform()} here: ${looked}. ${advice(name)}`);
}

/** Advice, depending on what is installed. */
function advice(name) {
  if (!platforms.includes(name)) {
    return `There are addons for ${platforms.join(', ')}; for others clone heapray and run "npm run build" (needs Rust)`;
  }
  if (existsSync(path.join(root, 'Cargo.toml'))) return 'This is a clone: run "npm run build" in it (needs Rust)';
  if (!isHeapray()) {
    return 'heapray was bundled into another file: keep it out of the bundle (esbuild --external:heapray, webpack externals, Next.js serverExternalPackages)';
  }
  const others = platforms.filter(isInstalled);
  if (others.length > 0) {
    return `There is one for ${others.join(', ')}: node_modules was installed for another platform. Install again here, or name this one (npm install --os --cpu --libc; pnpm and Yarn: supportedArchitectures)`;
  }
  if (process.versions.pnp) return 'Run "yarn install" here; .yarnrc.yml may limit supportedArchitectures to other platforms';
  return 'It is an optional dependency, which npm leaves out with --omit=optional, --no-optional or a lock file made on another platform: install again without these (delete package-lock.json and node_modules if that does not help). HEAPRAY_ADDON=wasm does without, more slowly';
}

function isHeapray() {
  try {
    return requireHere('../../package.json').name === 'heapray';
  } catch {
    return false;
  }
}

function isInstalled(name) {
  try {
    requireHere.resolve(`@heapray/addon-${name}`);
    return true;
  } catch {
    return false;
  }
}

function otherVersion(name, found = 'none') {
  const message =
    `heapray is version ${version}, but its addon for ${name} is of another (${found}): ` +
    'install both together, or build again in a clone';
  return new HeaprayError('ERR_ADDON_VERSION', message, { expected: version, found });
}

module.exports = load();
