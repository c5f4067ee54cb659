export default { test: { setupFiles: ['heapray/vitest'] } };
