/** Watches the process, with settings from the environment: `node --import heapray/auto app.js`. See docs/production.md. */
export {};
