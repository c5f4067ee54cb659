// The leaks are tried on busy machines too, several test runners at a time.
module.exports = {
  setupFilesAfterEnv: ['heapray/jest'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/suites/*.test.js'],
  testTimeout: 300_000,
};
