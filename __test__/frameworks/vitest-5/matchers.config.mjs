export default { test: { setupFiles: ['heapray/vitest'], include: ['suites/matchers.vitest.mjs'] } };
