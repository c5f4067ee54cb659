'use strict';

/** Whether there is a process with this id, also of another user. */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

module.exports = { isRunning };
