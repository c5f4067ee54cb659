'use strict';

// The name of this platform's addon, such as `linux-x64-musl`.

const { closeSync, openSync, readSync } = require('node:fs');

/** Every platform with an addon; each has a package `@heapray/addon-<name>`. */
const platforms = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
];

/** @returns {string} Also for platforms without an addon. */
function platformName() {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** Whether this Node runs on musl (Alpine), whatever else the machine has. */
function isMusl() {
  return isMuslByInterpreter() ?? isMuslByReport(process.report?.getReport());
}

/** The dynamic loader is named in the first page of the executable, unless a tool has moved it. */
function isMuslByInterpreter() {
  let file;
  try {
    file = openSync(process.execPath, 'r');
    const page = Buffer.alloc(4096);
    const start = page.latin1Slice(0, readSync(file, page));
    if (start.includes('/ld-musl-')) return true;
    return start.includes('/ld-linux') ? false : undefined;
  } catch {
    // Node's permission model may forbid it.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Slower, since the report collects everything. */
function isMuslByReport(report) {
  if (report === undefined || report.header?.glibcVersionRuntime) return false;
  return report.sharedObjects?.some((file) => /libc\.musl-|ld-musl-/.test(file)) ?? false;
}

/** The platform for messages: `linux x64 (musl), Node v24.1.0`. */
function describePlatform() {
  const { platform, arch, version, versions } = process;
  const libc = platform === 'linux' ? ` (${isMusl() ? 'musl' : 'glibc'})` : '';
  const runtime = versions.electron ? `Electron ${versions.electron}` : versions.bun ? `Bun ${versions.bun}` : `Node ${version}`;
  return `${platform} ${arch}${libc}, ${runtime}`;
}

module.exports = { platforms, platformName, describePlatform, isMuslByReport };
