// Requirements of tests on the platform.

/** Options of a test that needs a POSIX shell, devices, signals or links. */
export const posix = { skip: process.platform === 'win32' && 'needs POSIX' };
