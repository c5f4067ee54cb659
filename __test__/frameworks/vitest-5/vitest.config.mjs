// The leaks are tried on busy machines too, several test runners at a time.
export default {
  test: { setupFiles: ['heapray/vitest'], include: ['suites/vitest.test.mjs'], fileParallelism: false, testTimeout: 300_000 },
};
