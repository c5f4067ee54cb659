// What tests need of a platform.

/** Options of a test with a POSIX shell, its devices, signals or links. Windows has none, or others. */
export const posix = { skip: process.platform === 'win32' && 'needs POSIX' };
