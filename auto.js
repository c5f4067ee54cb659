'use strict';

// heapray/auto: node --import heapray/auto app.js watches the process. See docs/production.md.
//
// Nothing here may keep the application from starting, so whatever goes wrong is said and forgotten. Versions of Node.js that
// cannot parse the rest must parse this file.

try {
  if (process.versions.bun) throw new Error('Bun has no V8; heapray reads what its v8.writeHeapSnapshot() writes');
  if (parseInt(process.versions.node, 10) < 20) throw new Error('Node.js 20 or later is needed, this is ' + process.version);
  require('./lib/auto/index.js').begin(process.env);
} catch (error) {
  if (!process.env.HEAPRAY_OFF) console.error('heapray: not watching: ' + (error && error.message));
  // Child processes would say the same.
  process.env.HEAPRAY_OFF = '1';
}
